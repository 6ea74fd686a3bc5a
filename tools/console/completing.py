"""Completion, and a help line below the prompt that says what may be typed next."""

import re
from collections.abc import Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from . import reference
from .acting import OWN
from .session import Session, Unfit, payload

_DATA = "passthrough: a line goes out with CR LF; \\r \\n \\x1b are bytes; +++ ends it"
_WORDS = re.compile(r"\s*\S+\s*|\s+")
_IDLE = "Tab completes, /help lists, Ctrl-D ends"


class Words(Completer):
    """Completes commands, their forms and values, for the session's firmware family."""

    def __init__(self, session: Session):
        self._session = session

    def get_completions(self, document: Document, _event: CompleteEvent) -> Iterator[Completion]:
        """See prompt_toolkit."""
        line = document.text_before_cursor
        if self._session.wanted or self._session.passthrough:
            return
        if line.startswith("/"):
            yield from self._own(line)
        elif "=" in line:
            yield from self._values(line)
        elif line.strip():
            yield from self._commands(line)

    def _own(self, line):
        name, blank, rest = line.partition(" ")
        if not blank:
            for each, (_, text) in OWN.items():
                if each.startswith(name):
                    yield Completion(each, -len(name), display_meta=text)
        elif name == "/help":
            yield from self._commands(rest)

    def _commands(self, word):
        typed = word.upper()
        family = self._session.family
        begin, inside = [], []
        for command in reference.commands().values():
            if not command.has(family):
                continue
            if command.name.startswith(typed):
                begin.append((command.name, command.text))
            elif typed in command.name:
                inside.append((command.name, command.text))
        known = reference.commands()
        for name, shapes in self._session.learned.items():
            if name not in known and typed in name:
                inside.append((name, f"as AT+CMD? told: {shapes}"))
        for name, text in begin + inside:
            yield Completion(name, -len(word), display_meta=text)
        yield from self._forms(word)

    def _forms(self, word):
        command = reference.find(word)
        if not command or command.name != word.upper():
            return
        family = self._session.family
        if command.has(family, "?"):
            yield Completion("?", 0, display_meta="what it is set to")
        if command.has(family, "="):
            yield Completion("=", 0, display_meta=command.usages(family)[-1])

    def _values(self, line):
        name, _, rest = line.partition("=")
        command = reference.find(name)
        if not command:
            return
        session = self._session
        _, parameter = reference.place(command, rest, session.family, session.links)
        typed = reference.arguments(rest)[-1]
        if not parameter:
            return
        for value in parameter.values:
            if session.family and session.family not in value.families:
                continue
            if value.text.startswith(typed):
                yield Completion(value.text, -len(typed), display_meta=value.meaning)
        if parameter.quoted and not parameter.values and not typed:
            yield Completion('"', 0, display='"…"', display_meta=_about(parameter))


def _about(parameter):
    optional = "may be left out" if parameter.optional else ""
    return "; ".join(each for each in (parameter.text, optional) if each)


def below(line: str, session: Session) -> list[tuple[str, str]]:
    """One line of help for what is being typed, as styled text."""
    if session.passthrough:
        return [("", _DATA)]
    if session.wanted:
        return _payload_below(line, session)
    if line.startswith("/"):
        own = OWN.get(line.split(" ", maxsplit=1)[0])
        return [("bold", own[0]), ("", f"  {own[1]}")] if own else [("", "  ".join(OWN))]
    return _command_below(line, session)


def _command_below(line, session):
    command = reference.find(line)
    if not command:
        learned = session.learned.get(line.upper())
        return [("", f"as AT+CMD? told: {learned}" if learned else _IDLE)]
    if command.has(session.family) and "=" in line:
        return _place_below(command, line.partition("=")[2], session)
    lacks = "" if command.has(session.family) else reference.FAMILIES[session.family]
    text = f"{lacks} does not have it: {command.text}" if lacks else command.text
    return [("bold", command.name), ("", f"  {text}")]


def _payload_below(line, session):
    try:
        size = len(payload(line, session))
    except Unfit as error:
        return [("", str(error))]
    return [
        ("bold", f"{size} of {session.wanted} bytes"),
        ("", "  \\r \\n \\x1b are bytes; +++ ends it"),
    ]


def _place_below(command, rest, session):
    """The meaning of the parameter being typed, then the usage with this parameter in bold."""
    family = session.family
    at, parameter = reference.place(command, rest, family, session.links)
    if parameter is None:
        told = "nothing more is taken"
    else:
        values = [v for v in parameter.values if not family or family in v.families]
        texts = [_about(parameter), *(f"{v.text} {v.meaning}".strip() for v in values)]
        told = f"{parameter.name}: {'; '.join(text for text in texts if text)}"
    parts = [("", f"{told}   "), ("class:dim", f"{command.name}=")]
    shown = reference.pieces(command.for_family(family))
    return parts + [
        ("bold underline" if number == at else "class:dim", text)
        for number, text in enumerate(shown)
    ]


def folded(parts: list[tuple[str, str]], width: int) -> list[tuple[str, str]]:
    """Styled text in lines of at most this width, broken between words."""
    out, at = [], 0
    for style, text in parts:
        for word in _WORDS.findall(text):
            if at and at + len(word.rstrip()) > width:
                out.append(("", "\n"))
                at = 0
            out.append((style, word))
            at += len(word)
    return out
