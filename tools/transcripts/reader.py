"""Reads transcripts strictly; an error says what is wrong in which line."""

import ast
import re
import warnings
from datetime import date
from pathlib import Path

from .form import (
    HOST,
    MAGIC,
    MODULE,
    SETTING,
    SETTINGS,
    SOURCES,
    VERSION,
    Event,
    Malformed,
    Source,
    Transcript,
)

_NEEDED = ("firmware", "source", "date")
_KNOWN = ("title", *_NEEDED, "masked")
_LATEST = 10_000_000
"""The latest time in seconds: a recording of four months must be a typing error."""
_FIRST = re.compile(rf"{MAGIC} (\d+)")
_FIELD = re.compile(r"([a-z]+): *(.*)")
_TIME = re.compile(r"\d+\.\d{3}")
_EVENT = re.compile(r"\s*(\S+)\s+(\S+)(?:\s+(.*))?")
_SETTING = re.compile(r"(\w+) (\d+)\s*(#.*)?")


class _Bad(Exception):
    """A line is wrong; the message says why."""


def load(path: Path | str) -> Transcript:
    """Read a file. Raises Malformed, also if it is not UTF-8 text, or OSError as opening does."""
    path = Path(path)
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Malformed(str(path), line, "this is no UTF-8 text, so no transcript") from None
    return parse(text, str(path))


def load_begun(path: Path | str) -> Transcript:
    """Read a file that is still growing or not finished, up to its last line end.

    Raises the same as load().
    """
    data = Path(path).read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    return parse(whole.decode("utf-8-sig", "replace"), str(path))


def parse(text: str, name: str = "transcript") -> Transcript:
    """Read a transcript from its text; `name` is used in error messages."""
    lines = text.replace("\r\n", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    end = lines.index("") if "" in lines else len(lines)
    transcript = _header(lines[:end], name)
    latest = 0.0
    for number, line in enumerate(lines[end + 1 :], end + 2):
        try:
            item = _item(line, number, latest)
        except _Bad as bad:
            raise Malformed(name, number, str(bad)) from None
        if isinstance(item, Event):
            latest = item.time
        transcript.body.append(item)
    return transcript


# ---- the header ---------------------------------------------------------------------------------


def _header(lines: list[str], name: str) -> Transcript:
    first = _FIRST.fullmatch(lines[0].rstrip()) if lines else None
    if not first:
        raise Malformed(name, 1, f"no transcript: its first line is not “{MAGIC} {VERSION}”")
    if int(first[1]) != VERSION:
        raise Malformed(name, 1, f"version {first[1]}: this program reads version {VERSION}")
    fields: dict[str, str] = {}
    for number, line in enumerate(lines[1:], 2):
        try:
            _field(line, fields)
        except _Bad as bad:
            raise Malformed(name, number, str(bad)) from None
    for key in _NEEDED:
        if not fields.get(key):
            raise Malformed(name, len(lines), f"the header does not tell its “{key}:”")
    return Transcript(
        firmware=fields["firmware"],
        source=_source(fields["source"]),
        date=fields["date"],
        title=fields.get("title", ""),
        masked=fields.get("masked", "yes") == "yes",
        name=name,
    )


def _field(line: str, fields: dict[str, str]) -> None:
    if line.startswith("#"):
        raise _Bad("comments go below the empty line that ends the header")
    found = _FIELD.fullmatch(line.rstrip())
    if not found:
        raise _Bad("neither “name: value” nor the empty line that ends the header")
    key, value = found.groups()
    if key not in _KNOWN:
        raise _Bad(f"a header has no “{key}:”, it has {', '.join(_KNOWN)}")
    if key in fields:
        raise _Bad(f"“{key}:” a second time")
    if key == "source":
        _source(value)
    elif key == "date":
        _date(value)
    elif key == "masked" and value not in ("yes", "no"):
        raise _Bad(f"masked: “{value}” is neither yes nor no")
    fields[key] = value


def _source(value: str) -> Source:
    kind, _, detail = value.partition(",")
    if kind not in SOURCES:
        raise _Bad(f"source: “{kind}” is none of {', '.join(SOURCES)}")
    return Source(kind, detail.strip())


def _date(value: str) -> None:
    try:
        if len(value) != 10:
            raise ValueError
        date.fromisoformat(value)
    except ValueError:
        raise _Bad(f"date: “{value}” is no day like 2026-11-30") from None


# ---- the body -----------------------------------------------------------------------------------


def _item(line: str, number: int, latest: float) -> Event | str:
    stripped = line.strip()
    if not stripped:
        return ""
    if stripped.startswith("#"):
        return stripped[1:].removeprefix(" ")
    found = _EVENT.fullmatch(line)
    if not found or not found[3]:
        raise _Bad("no event: a time, a direction and what was said are wanted")
    time, way, rest = found.groups()
    if not _TIME.fullmatch(time):
        raise _Bad(f"“{time}” is no time: seconds with three digits behind the point are wanted")
    seconds = float(time)
    if seconds < latest:
        raise _Bad(f"the time runs backwards: {time} after {latest:.3f}")
    if seconds > _LATEST:
        raise _Bad(f"{time} seconds are too many")
    if way == SETTING:
        what, note = _setting(rest)
    elif way in (HOST, MODULE):
        what, note = _literal(rest)
    else:
        raise _Bad(f"“{way}” is no direction: {HOST} to the module, {MODULE} from it, {SETTING}")
    return Event(seconds, way, what, note, number)


def _setting(rest: str) -> tuple[tuple[str, int], str]:
    found = _SETTING.fullmatch(rest.rstrip())
    if not found or found[1] not in SETTINGS:
        raise _Bad(f"“{rest}” is no setting: {', '.join(SETTINGS)} and a number are wanted")
    least, most = SETTINGS[found[1]]
    if not least <= int(found[2]) <= most:
        raise _Bad(f"{found[1]} {found[2]} is out of {least} to {most}")
    return (found[1], int(found[2])), _note(found[3] or "")


def _literal(rest: str) -> tuple[bytes, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # so that an invalid escape is an error
            tree = ast.parse(rest, mode="eval").body
            value = ast.literal_eval(tree)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError, Warning) as error:
        reason = getattr(error, "msg", None) or str(error)
        raise _Bad(f"no bytes as Python writes them: {reason}") from None
    if not isinstance(value, bytes):
        raise _Bad("no bytes as Python writes them: a b in front of the quotes is wanted")
    if not value:
        raise _Bad("no bytes in it")
    behind = rest.encode()[tree.end_col_offset :].decode().strip()
    if tree.col_offset or behind[:1] not in ("", "#"):
        raise _Bad(f"no bytes as Python writes them: “{rest}”")
    return value, _note(behind)


def _note(text: str) -> str:
    return text.strip().removeprefix("#").removeprefix(" ").rstrip()
