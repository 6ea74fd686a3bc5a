"""Formats pieces of the conversation as (style, text) pairs, for output with or without colour."""

import re

from espat_tools.transcripts import talk
from espat_tools.transcripts.showing import signs
from espat_tools.transcripts.talk import Item

from . import reference

STYLES = {
    "command": "bold",
    "reply": "",
    "good": "ansigreen bold",
    "bad": "ansired bold",
    "notice": "ansiyellow",
    "payload": "ansicyan",
    "quiet": "ansibrightblack",
    "hint": "ansimagenta",
}
_MOST = 2000
"""The most bytes of a payload that are shown."""
_HINTS = {
    b"SEND FAIL": "the other end did not take it: is the link still open?",
    b"+CWJAP:1": "the access point did not answer in time",
    b"+CWJAP:2": "wrong password",
    b"+CWJAP:3": "no access point of that name is in reach",
    b"+CWJAP:4": "the access point turned it away",
}
_UNKNOWN = "not in the list that /help shows; AT+CMD? asks newer firmware for all that it has"
_ASK = {
    "AT+CWJAP": "is it a station? AT+CWMODE=1 makes it one (NonOS: AT+CWMODE_CUR=1)",
    "AT+CIPSTART": "is it joined, and is somebody there? With AT+CIPMUX=1 a link comes first",
    "AT+CIPSEND": "is the link open? With AT+CIPMUX=1 its number comes first",
    "AT+CIPSERVER": "it wants AT+CIPMUX=1 before",
}
"""What to check if a command was typed correctly, but refused without a reason."""
_SUFFIX = re.compile("_(CUR|DEF)$")
Line = tuple[str, str]


class Shower:
    """Turns items into lines; the meaning of an item may depend on earlier ones."""

    def __init__(self, whole: bool = False):
        self._whole = whole
        self._noises = 0
        self._commands: dict[int, tuple[str, float]] = {}
        self._told = False  # the reply gave the reason

    def lines(self, item: Item, family: str = reference.ANY) -> list[Line]:
        """(style, text) of each line to show; no lines for what users need not see."""
        show = getattr(self, f"_{item.kind}", None)
        return show(item, family) if show else []

    def _command(self, item, _family):
        self._commands[item.owner] = (_text(item.text), item.start)
        self._told = False
        return []

    def _reply(self, item, _family):
        hint = _HINTS.get(item.text, "")
        self._told = self._told or bool(hint)
        return [("reply", _text(item.text)), *_hint(hint)]

    def _notice(self, item, _family):
        return [("notice", f"! {_text(item.text)}")]

    def _result(self, item, family):
        command, since = self._commands.get(item.owner, ("", item.end))
        took = f"  {item.end - since:.2f} s" if item.end - since >= 0.01 else ""
        good = item.text in (b"OK", b"SEND OK")
        lines = [("good" if good else "bad", _text(item.text) + took)]
        if good or self._told:
            return lines
        return lines + _hint(_HINTS.get(item.text) or _why(command, family) or _what_else(command))

    def _busy(self, item, _family):
        command, _ = self._commands.get(item.owner, ("what was sent last", 0.0))
        return [("bad", _text(item.text)), ("hint", f"  {command} was thrown away: send it again")]

    def _prompt(self, item, _family):
        return []

    def _payload(self, item, _family):
        if item.way != "<-":
            return []
        data = item.data[item.head :]
        where = f", link {item.link}" if item.link != talk.NOBODY else ""
        lines = [("payload", f"< {len(data)} bytes{where}")]
        shown = data if self._whole else data[:_MOST]
        lines += [("payload", f"  {line}") for line in _payload_lines(shown)]
        if len(shown) < len(data):
            lines.append(("quiet", f"  and {len(data) - len(shown)} bytes more: --whole shows all"))
        return lines

    def _raw(self, item, _family):
        if item.way != "<-":
            return []
        return [("payload", f"  {line}") for line in _payload_lines(item.data)]

    def _noise(self, item, _family):
        self._noises += 1
        lines = [("quiet", f"~ {signs(item.data)}")]
        if self._noises == 3:
            lines.append(("hint", "  no text: a boot loader's, or the rate is wrong: /baud N"))
        return lines


def _hint(text):
    return [("hint", f"  {text}")] if text else []


def _text(data):
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return signs(data)
    return text if text.isprintable() else signs(data)


def _payload_lines(data):
    """One line for each line of the payload, with its end as a symbol."""
    return [_line(part) for part in data.splitlines(keepends=True)]


def _line(part):
    body = part.rstrip(b"\r\n")
    return _text(body) + signs(part[len(body) :])


def _why(command, family):
    """What may be wrong with a refused command, according to the table."""
    known = reference.find(command)
    if known is None:
        return _unknown(command)
    if re.sub(r"\\.", "", command).count('"') % 2:
        return 'a " is missing'
    if not command.startswith(known.name):
        return "commands are typed in capitals"
    name = reference.FAMILIES.get(family, "")
    if family and not known.has(family):
        return f"{name} does not have {known.name}"
    form = _form(command, known)
    if not known.has(family, form):
        forms = " or ".join(known.usages(family))
        return f"it is typed {forms}"
    return _wrong_value(command, known, family) if form == "=" else ""


def _unknown(command):
    if not command:
        return ""
    return _UNKNOWN if command[:2].upper() == "AT" else "commands begin with AT"


def _what_else(command):
    known = reference.find(command)
    return _ASK.get(_SUFFIX.sub("", known.name), "") if known else ""


def _form(command, known):
    return command[len(known.name) :].strip()[:1] or "x"


def _wrong_value(command, known, family):
    """Which value of a set command is invalid, or that there are too few or too many; or ""."""
    given = reference.arguments(command.partition("=")[2])
    parameters = known.for_family(family)
    needed = sum(not each.optional for each in parameters)
    links = len(given) > needed and given[0].isdigit()
    for at in range(len(given)):
        _, parameter = reference.place(known, ",".join(given[: at + 1]), family, links)
        if parameter is None:
            break
        fit = [v.text for v in parameter.values if not family or family in v.families]
        if fit and given[at] and given[at] not in fit:
            return f"{parameter.name}: {given[at]} is none of {', '.join(fit)}"
    if not needed <= len(given) <= len(parameters):
        return f"it is typed {known.usages(family)[-1]}"
    return ""
