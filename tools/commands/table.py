"""docs/commands.md: which commands are proven, in which form, on which family.

The tests of tests/commands make it: `pytest tests/commands --write-table`.
"""

import importlib
import inspect
import sys
from pathlib import Path

from espat_tools import where

from .forms import FAMILIES, FORMS

PAGE = Path(where.driver_folder()).parent / "docs" / "commands.md"
WORKS, REFUSED = "works", "refused"
_MARKS = {WORKS: "✓", REFUSED: "no"}

#: The rooms of `espat/at/` whose public functions are commands, in the order of the page.
MODULES = (
    *("system", "essential", "wifi", "links", "data", "services"),
    *("tls", "flash"),
)

_HEAD = """# Commands

Made by `pytest tests/commands --write-table`, and compared with what the tests prove in every run:
edit the tests, not this page.

**✓**: on the emulated module of that family a test saw both the command's bytes as the module got
them and the value that the driver returned, so driver and emulator both have it. **no**: the
family does not have it, and a test saw the driver say so, and what would have it, without sending
a byte. Blank: proven by nothing. The modules here are emulated: what is known of them, and how,
is in tools/emulator/README.md; the WizFi360 is known from other drivers' source alone.

A function has its command's name and takes the modem first (`radio.modem`, after `radio.connect()`
or `radio.up()`): they are listed at the end.
"""


def render(proven):
    """The page for {(command, form, family): "works" or "refused"}."""
    ticks = sum(mark == WORKS for mark in proven.values())
    done = {(command, form) for (command, form, _), mark in proven.items() if mark == WORKS}
    rows = [
        _row("Command", "Form", *(name for _, name in FAMILIES)),
        _row("---", "---", *(":-:" for _ in FAMILIES)),
        *(_line(command, form, proven) for command, form, _ in FORMS),
    ]
    summary = (
        f"{len({c for c, _ in done})} commands in {len(done)} forms of {len(FORMS)}, "
        f"{len(FAMILIES)} families: {ticks} ticks, "
        f"{sum(mark == REFUSED for mark in proven.values())} refusals.\n"
    )
    return "\n".join([_HEAD, summary, *rows, *_functions()]) + "\n"


def functions():
    """(module, function) for every command function: its docstring has the command."""
    for name in MODULES:
        module = importlib.import_module(f"espat.at.{name}")
        for function in vars(module).values():
            own = inspect.isfunction(function) and function.__module__ == module.__name__
            if own and function.__name__[0] != "_" and "``AT" in inspect.getdoc(function):
                yield module, function


def _functions():
    yield "\n## Functions\n"
    by_module = {}
    for module, function in functions():
        call = f"`{function.__name__}{inspect.signature(function)}`"
        by_module.setdefault(module.__name__, []).append(call)
    for name, calls in by_module.items():
        yield f"- `{name}`: " + ", ".join(calls)


def _line(command, form, proven):
    marks = (proven.get((command, form, family)) for family, _ in FAMILIES)
    return _row(f"`{command}`", form, *(_MARKS.get(mark, "") for mark in marks))


def _row(*cells):
    return "| " + " | ".join(cells) + " |"


def read(page):
    """What a page says is proven, as `render` takes it."""
    proven = {}
    names = dict(enumerate(family for family, _ in FAMILIES))
    meaning = {mark: what for what, mark in _MARKS.items()}
    for line in page.splitlines():
        if line.startswith(("| `A", "| `+")):
            command, form, *marks = (cell.strip() for cell in line.strip("|").split("|"))
            for at, mark in enumerate(marks):
                if mark:
                    proven[command.strip("`"), form, names[at]] = meaning[mark]
    return proven


def write(proven):
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(render(proven), "utf-8")
    print(f"wrote {PAGE.name}", file=sys.stderr)
