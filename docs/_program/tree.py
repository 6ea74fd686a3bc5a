"""The tree of the pages: a row a group. A page that no row names joins the last group by itself.

Pages name others, and files of the repository, as `tls.md` or `boards/README.md`: here these are
links.
"""

import re
from pathlib import Path

GROUPS = (
    (
        "Begin",
        (
            "begin/circuitpython",
            "micropython",
            "begin/desktop",
            "guides/wiring",
            "flashing",
            "troubleshooting",
        ),
    ),
    (
        "Guides",
        (
            "guides/https",
            "guides/servers",
            "guides/asyncio",
            "guides/udp-mdns",
            "passthrough",
            "guides/power",
            "guides/watchdog",
            "guides/testing",
        ),
    ),
    ("Moving here", ("moving-from-pico-w", "moving-from-esp-atcontrol", "moving-from-*")),
    ("Tools", ("emulator", "console", "trace", "transcripts")),
    (
        "Reference",
        (
            "api/espat",
            "api/commands",
            "api/names",
            "api/emulator",
            "api/transcripts",
            "commands",
            "radio",
            "tls",
            "compatibility",
        ),
    ),
    ("How it works", ("architecture", "performance", "reliability")),
    ("The emulator and the firmware", ("conformance/README", "conformance/*")),
    ("More", ("*",)),
)
"""Heading, and pages in order; a star stands for those that are named nowhere else."""

REPOSITORY = "https://github.com/espat/espat/blob/main"
MARK = "<!-- tree -->"
"""Where the front page has them."""


def pages(folder: Path) -> list[str]:
    """Every page but the front page, as Sphinx names it."""
    found = (path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.md"))
    return sorted(name for name in found if name != "index" and name[0] != "_")


def grouped(found: list[str]) -> list[tuple[str, list[str]]]:
    """The groups with the pages that there are."""
    named = {name for _, names in GROUPS for name in names}
    left = [name for name in found if name not in named]
    groups = []
    for heading, names in GROUPS:
        chosen = []
        for name in names:
            if name.endswith("*"):
                chosen += [each for each in left if each.startswith(name[:-1])]
                left = [each for each in left if each not in chosen]
            elif name in found:
                chosen.append(name)
        groups.append((heading, chosen))
    return [(heading, chosen) for heading, chosen in groups if chosen]


def _toctrees(folder):
    for heading, names in grouped(pages(folder)):
        yield f"```{{toctree}}\n:hidden:\n:caption: {heading}\n"
        yield from names
        yield "```\n"


_NAMED = re.compile(r"(?<![\[`])`((?:\.\./)?(?:[\w-]+/)*[\w-]+\.(?:md|py|toml))`(?![`\]])")


def _place(name: str, folder: Path) -> str:
    """Where a name of a file leads: a page, or the repository; "" if there is no such file."""
    page, path = name.removeprefix("docs/"), name.removeprefix("../")
    if page.endswith(".md") and page[:1] != "." and (folder / page).is_file():
        return f"/{page}"
    return f"{REPOSITORY}/{path}" if (folder.parent / path).is_file() else ""


def linked(text: str, folder: Path) -> str:
    """A page whose names of files lead there. What is shown as it is (```) stays as it is."""

    def link(found):
        place = _place(found[1], folder)
        return f"[{found[0]}]({place})" if place else found[0]

    parts = re.split(r"(^ *```.*?^ *```$)", text, flags=re.M | re.S)
    parts[::2] = (_NAMED.sub(link, part) for part in parts[::2])
    return "".join(parts)


def _fill_in(app, name, source):
    """The tree of the front page; links to names of files; those that lead out of this folder lead
    to the repository.
    """
    source[0] = linked(source[0], Path(app.srcdir))
    if name == "index":
        source[0] = source[0].replace(MARK, "\n".join(_toctrees(Path(app.srcdir))))
    if "/" not in name:
        source[0] = source[0].replace("](../", f"]({REPOSITORY}/")


def setup(app):
    """See Sphinx."""
    app.connect("source-read", _fill_in)
    return {"parallel_read_safe": True}
