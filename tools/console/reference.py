"""Reads the table of :mod:`.words`: the commands of a family, and the parameters of a line."""

import functools
import re
from dataclasses import dataclass

from espat.firmware import identify
from espat_tools.commands import forms

from .words import ROOMS
from .words_forms import CUR, CUR_ONLY

GROUPS = {
    "all": forms.ALL,
    "old": forms.OLD,
    "espat": forms.ESPAT,
    "newer": forms.NEWER,
    "since_24": forms.SINCE_24,
    "since_33": forms.SINCE_33,
    "since_41": forms.SINCE_41,
    "but_wiz": tuple(each for each in forms.ALL if each != forms.WIZ),
}
FAMILIES = dict(forms.FAMILIES)
"""{id: name for users}"""
ANY = ""
"""The family is not known: include everything that any family has."""

_GROUP = re.compile(r" ?\[(\w+)\]$")
_PARAMETER = re.compile(
    r'("?)([^":?]+?)"?(\?)?(?: \[(\w+)\])?(?:: (?P<values>.*)| - (?P<text>.*))?'
)


@dataclass(frozen=True)
class Value:
    """A possible value of a parameter, and its meaning."""

    text: str
    meaning: str
    families: tuple


@dataclass(frozen=True)
class Parameter:
    """A parameter of a command; ``values`` is empty if any value is possible."""

    name: str
    quoted: bool
    optional: bool
    families: tuple
    text: str
    values: tuple[Value, ...]

    @property
    def shown(self) -> str:
        """The parameter as shown in a usage line."""
        return f'"{self.name}"' if self.quoted else f"<{self.name}>"


@dataclass(frozen=True)
class Command:
    """A command; ``forms`` says which families have each of its forms."""

    name: str
    room: str
    text: str
    families: tuple
    forms: dict
    parameters: tuple[Parameter, ...]

    def has(self, family: str, form: str = "") -> bool:
        """Whether a family has this command, or this form; for ANY, whether any family has."""
        families = self.forms.get(form, ()) if form else self.families
        return bool(families) if family == ANY else family in families

    def for_family(self, family: str) -> list[Parameter]:
        """The parameters in this family; for ANY, those of ESP-AT where the dialects differ."""
        names = [p.name for p in self.parameters]
        return [
            p
            for p in self.parameters
            if (family in p.families)
            or (family == ANY and not (names.count(p.name) > 1 and p.families[0] in forms.OLD))
        ]

    def usages(self, family: str) -> list[str]:
        """The usage lines of its forms."""
        usages = [self.name] if self.has(family, "x") else []
        usages += [f"{self.name}?"] if self.has(family, "?") else []
        if self.has(family, "="):
            usages.append(f"{self.name}=" + usage(self.for_family(family)))
        return usages


def usage(parameters: list[Parameter]) -> str:
    """``[<link>,]<length>[,"host"]``"""
    return "".join(pieces(parameters))


def pieces(parameters: list[Parameter]) -> list[str]:
    """The same, one piece for each parameter."""
    texts: list[str] = []
    for each in parameters:
        if each.optional:
            texts.append(f"[,{each.shown}]" if texts else f"[{each.shown},]")
        else:
            comma = "," if texts and texts[-1][-2:] != ",]" else ""
            texts.append(comma + each.shown)
    return texts


def _split_group(text: str, families: tuple) -> tuple[str, tuple]:
    found = _GROUP.search(text)
    return (text[: found.start()], GROUPS[found[1]]) if found else (text, families)


def _values(text: str, families: tuple):
    for each in text.split("; "):
        told, have = _split_group(each, families)
        value, _, meaning = told.partition(" ")
        yield Value(value, meaning, have)


def _parameter(line: str, families: tuple) -> Parameter:
    found = _PARAMETER.fullmatch(line)
    quote, name, optional, group = found.groups()[:4]
    have = tuple(each for each in families if each in GROUPS[group]) if group else families
    values = tuple(_values(found["values"], have)) if found["values"] else ()
    return Parameter(name, bool(quote), bool(optional), have, found["text"] or "", values)


def _commands(room: str, row: tuple):
    """The command of a row, and its additional forms in NonOS."""
    name, group, shapes, suffix, text, *lines = row
    families = GROUPS[group]
    old = tuple(each for each in families if each in forms.OLD)
    plain = families if suffix != CUR_ONLY else tuple(f for f in families if f not in old)
    names = [(name, plain, text)]
    if suffix in (CUR, CUR_ONLY) and old:
        names += [(f"{name}_CUR", old, f"{text}: until a restart")]
        names += [(f"{name}_DEF", old, f"{text}: kept in flash")]
    for each, have, told in names:
        parameters = tuple(p for p in (_parameter(line, have) for line in lines) if p.families)
        by_form = {}
        for shape in shapes.split():
            form, only = _split_group(shape, have)
            by_form[form] = tuple(f for f in have if f in only)
        yield Command(each, room, told, have, by_form, parameters)


@functools.cache
def commands() -> dict[str, Command]:
    """All commands by name, in the order of the table."""
    return {
        command.name: command
        for room, rows in ROOMS.items()
        for row in rows
        for command in _commands(room, row)
    }


def find(line: str) -> Command | None:
    """The command that a line contains, or None."""
    name = re.split(r"[=?]", line.strip(), maxsplit=1)[0].upper()
    return commands().get(name)


_LIKE = (
    ((0x16, forms.N17), (0x00, forms.N13)),
    ((0x00, forms.E22),),
    ((0x50, forms.E50), (0x40, forms.E41), (0x30, forms.E33), (0x00, forms.E24)),
    ((0x00, forms.WIZ),),
)
"""By the driver's number of a family: from which version (0xMm) on it is closest to which one."""


def family_of(lines: list[bytes]) -> str:
    """The family that is closest to a reply to AT+GMR; ANY if the reply is not known."""
    number, version = identify(lines)
    if not version:
        return ANY
    return next(family for least, family in _LIKE[number] if version >= least)


# ---- a line that is being typed -----------------------------------------------------------------


def arguments(text: str) -> list[str]:
    """Split at commas, except those in quotes or after a backslash."""
    parts, quoted, escaped = [""], False, False
    for char in text:
        if char == "," and not quoted and not escaped:
            parts.append("")
            continue
        if char == '"' and not escaped:
            quoted = not quoted
        escaped = char == "\\" and not escaped
        parts[-1] += char
    return parts


def place(
    command: Command, text: str, family: str, links: bool | None
) -> tuple[int, Parameter | None]:
    """The index, in the family's list, of the parameter being typed after "=", and the parameter.

    ``links``: whether links have numbers (AT+CIPMUX); None: not known.
    """
    parameters = command.for_family(family)
    given = arguments(text)
    at = len(given) - 1
    if parameters and parameters[0].name == "link" and parameters[0].optional and not links:
        numbered = len(given) > 1 and given[0].isdigit() and _second_fits(parameters, given)
        if links is False or (len(given) > 1 and not numbered) or given[0][:1] == '"':
            at += 1
    return (at, parameters[at]) if at < len(parameters) else (at, None)


def _second_fits(parameters, given):
    """Whether the second value fits the parameter after the link."""
    second = parameters[1]
    return not given[1] or (given[1][:1] == '"') == second.quoted
