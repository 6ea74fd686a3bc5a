"""Executes a typed line: a command, payload, ``+++``, or one of the console's own commands."""

from collections.abc import Callable
from pathlib import Path

from espat_tools.transcripts import Recorder

from . import reference
from .session import Session, Unfit, payload, unescape

OWN = {
    "/help": ("/help [COMMAND]", "what there is, or what a command is for"),
    "/baud": ("/baud N", "another rate of this end"),
    "/send": ("/send FILE", "a file as the payload that the module waits for"),
    "/hex": ("/hex 0d 0a", "bytes as they are, in hexadecimals"),
    "/record": ("/record FILE", "write down what is said from now on; without FILE: stop"),
    "/quit": ("/quit", "the end; so is Ctrl-D"),
}
"""The console's own commands: {name: (how it is typed, what it does)}."""

_MEANT = {"help": "/help", "?": "/help", "quit": "/quit", "exit": "/quit"}
"""What users may type who do not know these commands; no firmware knows such words."""

Say = Callable[[str, str], None]


class Actions:
    """Turns lines into actions of a session.

    :param say: called with (style, text) for messages of the console itself
    :param record: makes a Recorder for a path, or raises OSError
    """

    def __init__(self, session: Session, say: Say, record: Callable[[Path], Recorder]):
        self._session = session
        self._say = say
        self._record = record

    def act(self, line: str) -> bool:
        """Execute a line; returns False if it ends the console. Raises Unfit."""
        session = self._session
        text = line.strip()
        if text == "+++":
            self._say("quiet", "a second of silence, +++, a second of silence")
            session.escape()
        elif text.split(" ")[0] in OWN:
            return self._own(text)
        elif session.passthrough:
            session.data(unescape(line) + b"\r\n")
        elif session.wanted:
            session.data(payload(line, session))
        elif text[:1] == "/":
            raise Unfit(f"there is no {text.split(' ')[0]}: {', '.join(OWN)}")
        elif text.lower() in _MEANT:
            return self._own(_MEANT[text.lower()])
        elif text:
            session.command(text)
        return True

    def _own(self, text):
        name, _, rest = text.partition(" ")
        if name == "/quit":
            return False
        getattr(self, f"_do_{name[1:]}")(rest.strip())
        return True

    def _do_help(self, name):
        if not name:
            self._help_all()
            return
        command = reference.find(name if name.upper().startswith("AT") else f"AT+{name}")
        if not command:
            raise Unfit(f"{name} is not in the table; AT+CMD? asks a newer module for all it has")
        self._say("good", f"{command.name}  {command.text}")
        family = self._session.family
        for usage in command.usages(family) or command.usages(reference.ANY):
            self._say("reply", f"  {usage}")
        parameters = command.for_family(family) or command.for_family(reference.ANY)
        for parameter in parameters:
            self._say("reply", f"    {parameter.shown}  {parameter.text}".rstrip())
            for value in parameter.values:
                self._say("reply", f"        {value.text}  {value.meaning}".rstrip())
        have = [reference.FAMILIES[each] for each in command.families]
        self._say("quiet", f"  has it: {', '.join(have)}")

    def _help_all(self):
        family = self._session.family
        room = ""
        for command in reference.commands().values():
            if not command.has(family):
                continue
            if command.room != room:
                room = command.room
                self._say("good", room)
            self._say("reply", f"  {command.name:22} {command.text}")
        self._say("good", "the console itself")
        for usage, text in OWN.values():
            self._say("reply", f"  {usage:22} {text}")

    def _do_baud(self, rate):
        if not rate.isdigit():
            raise Unfit("/baud 115200: a number is wanted")
        try:
            self._session.set_baud(int(rate))
        except (ValueError, OSError) as error:
            raise Unfit(str(error)) from None
        self._say("quiet", f"this end talks at {rate} baud now")

    def _do_send(self, path):
        try:
            data = Path(path).expanduser().read_bytes()
        except OSError as error:
            raise Unfit(f"{path}: {error.strerror}") from None
        self._session.data(data)
        self._say("quiet", f"{len(data)} bytes of {path}")

    def _do_hex(self, digits):
        try:
            data = bytes.fromhex(digits)
        except ValueError:
            raise Unfit("/hex 0d 0a: pairs of hexadecimal digits are wanted") from None
        self._session.bytes(data)

    def _do_record(self, path):
        recorder = self._recorder(path) if path else None
        before = self._session.record(recorder)
        if before:
            self._say("quiet", f"{before.path}: {before.lines} events")
        if recorder:
            self._say("quiet", f"writes {path}, {self._session.kept}")

    def _recorder(self, path):
        place = Path(path).expanduser()
        if place.exists():
            raise Unfit(f"{path} is there already: another name is wanted")
        try:
            return self._record(place)
        except OSError as error:
            raise Unfit(f"{path}: {error.strerror}") from None
