"""The conversation of a user with a module: sends typed lines, and splits up what comes.

It does not use a terminal: :mod:`.screen` and :mod:`.plain` are the two user interfaces.
"""

import threading
import time
from collections.abc import Callable

from espat_tools.transcripts import HOST, MODULE, Masker, Recorder, talk
from espat_tools.transcripts.talk import Item, Talk

from . import reference

SILENCE = 1.0
"""Seconds of silence before and after ``+++``: more than the 20 ms that the firmware needs before
it, and as long as the reference demands before the next command."""
STALE = 0.5
"""Seconds after its last byte until an incomplete line is shown."""
_TOGETHER = 0.02
_PATIENCE = {
    b"CWJAP": 60, b"CWLAP": 60, b"CIPSTART": 120, b"CIPSTARTEX": 120, b"CIUPDATE": 200,
    b"PING": 30, b"CIPDOMAIN": 60, b"CIPSEND": 60, b"CIPSENDEX": 60, b"CIPSENDL": 600,
    b"RESTORE": 30,
}  # fmt: skip
"""How many seconds slow commands may take."""
_ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}


class Unfit(ValueError):
    """The typed line cannot be sent; the message says why."""


def unescape(text: str) -> bytes:
    """``\\r \\n \\t \\0 \\x1b \\\\`` as the bytes they mean, all else as UTF-8. Raises Unfit."""
    out = bytearray()
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if char != "\\":
            out += char.encode("utf-8", "surrogateescape")
            continue
        kind = text[at : at + 1]
        at += 1
        if kind == "x":
            digits = text[at : at + 2]
            at += 2
            try:
                out += bytes.fromhex(digits)
            except ValueError:
                raise Unfit("two hexadecimal digits are wanted after \\x") from None
            if len(digits) != 2:
                raise Unfit("two hexadecimal digits are wanted after \\x")
        elif kind in _ESCAPES:
            out += _ESCAPES[kind]
        else:
            raise Unfit("a backslash is followed by r, n, t, 0, x1b or another; type \\\\ for one")
    return bytes(out)


def payload(text: str, session: "Session") -> bytes:
    """Convert a typed line to the payload that the module waits for. Raises Unfit."""
    return text.encode("utf-8", "surrogateescape") if session.as_it_is else unescape(text)


def hide(line: str) -> str:
    """A line with its secrets replaced by asterisks."""
    masker = Masker()
    pieces = masker.add(0.0, HOST, line.encode("utf-8", "surrogateescape") + b"\r\n")
    pieces += masker.flush()
    flags = b"".join(piece.flags for piece in pieces)
    shown, at = "", 0
    for char in line:
        shown += "*" if flags[at] else char
        at += len(char.encode("utf-8", "surrogateescape"))
    return shown


class Session:
    """A port, and what is known about the module at its other end.

    :param show: called with each Item, in order, secrets hidden unless ``masked`` is False
    :param changed: called when what the module waits for has changed
    """

    def __init__(
        self,
        port,
        show: Callable[[Item], None],
        recorder: Recorder | None = None,
        masked: bool = True,
        changed: Callable[[], None] = lambda: None,
    ):
        self.family = reference.ANY
        self.links: bool | None = None
        """Whether links have numbers, as far as this conversation shows; None: not known."""
        self.learned: dict[str, str] = {}
        """Commands listed by AT+CMD?, and their forms."""
        self.last_result = b""
        self._version: list[bytes] = []  # lines of AT+GMR's reply
        self._port = port
        self._show = show
        self._changed = changed
        self._recorder = recorder
        self._masked = masked
        self._masker = Masker(hide=masked)
        self._talk = Talk()  # with all bytes
        self._shown = Talk()  # with secrets hidden
        self._lock = threading.RLock()
        self._heard = self._spoke = time.monotonic()
        self._begun = 0.0
        port.timeout = 0.05
        if recorder:
            recorder.setting("baud", port.baudrate)

    # ---- what is so -----------------------------------------------------------------------------

    @property
    def wanted(self) -> int:
        """How many bytes of payload the module waits for."""
        return self._talk.wanted

    @property
    def passthrough(self) -> bool:
        """Whether the module is in passthrough."""
        return self._talk.passthrough

    @property
    def as_it_is(self) -> bool:
        """Whether the module itself interprets backslashes in the payload (AT+CIPSENDEX)."""
        sent = self._talk.current
        return sent is not None and sent.name == b"CIPSENDEX"

    @property
    def waiting(self) -> str:
        """The command that has not ended; "" for none."""
        sent = self._talk.current
        return hide(sent.line.decode("utf-8", "surrogateescape")) if sent else ""

    @property
    def settled(self) -> bool:
        """Whether the next line may be sent: the command has ended, or waits for its payload."""
        return self._talk.current is None or bool(self._talk.wanted)

    def patience(self, usual: float) -> float:
        """How many seconds the running command may take; at least ``usual``."""
        sent = self._talk.current
        return max(usual, _PATIENCE.get(sent.name, 0) if sent else 0)

    @property
    def waited(self) -> float:
        """Seconds since something was last sent to the module."""
        return time.monotonic() - self._spoke

    @property
    def baud(self) -> int:
        """The baud rate of the port."""
        return self._port.baudrate

    # ---- to the module --------------------------------------------------------------------------

    def command(self, line: str) -> None:
        """Send a command with its line end. Raises Unfit if it is not one line."""
        data = line.encode("utf-8", "surrogateescape") + b"\r\n"
        if b"\0" in data or b"\n" in data[:-1]:
            raise Unfit("a command is one line")
        self._say(data)

    def data(self, data: bytes) -> None:
        """Send payload after a prompt, or bytes in passthrough. Raises Unfit for too many."""
        if not self.passthrough and len(data) > self.wanted:
            raise Unfit(f"{len(data)} bytes are more than the {self.wanted} that the module wants")
        if data:
            self._say(data)

    def bytes(self, data: bytes) -> None:
        """Send bytes unchanged, whatever the module waits for."""
        if data:
            self._say(data)

    def escape(self) -> None:
        """Send ``+++`` as firmware requires: without line end, between silences; takes seconds."""
        self._be_silent()
        self._say(b"+++")
        self._be_silent()

    def _be_silent(self):
        time.sleep(max(0.0, self._spoke + SILENCE - time.monotonic()))

    def record(self, recorder: Recorder | None) -> Recorder | None:
        """Use another recorder from now on; returns the previous one, closed, or None."""
        with self._lock:
            before, self._recorder = self._recorder, recorder
            if before:
                before.close()
            if recorder:
                recorder.setting("baud", self._port.baudrate)
        return before

    @property
    def kept(self) -> str:
        """How secrets are recorded, in words."""
        return "with secrets hidden" if self._masked else "with its passwords and keys"

    def set_baud(self, baud: int) -> None:
        """Change the rate of the port, not the module's. Raises ValueError or OSError."""
        with self._lock:
            self._port.baudrate = baud
            if self._recorder:
                self._recorder.setting("baud", baud)

    def give_up(self) -> None:
        """Stop waiting for the results of earlier commands."""
        with self._lock:
            for each in (self._talk, self._shown):
                each.forget()

    def _say(self, data):
        with self._lock:
            now = time.monotonic()
            if self._recorder:
                self._recorder.host(data)
            for item in self._talk.host(data, now):
                if item.kind == talk.COMMAND:
                    self._note_command(item)
            self._tell(self._masker.add(now, HOST, data))
            self._port.write(data)
            self._spoke = time.monotonic()
        self._changed()

    def _note_command(self, item):
        if item.text.upper().startswith(b"AT+CIPMUX="):
            self.links = item.text.endswith(b"1")

    # ---- from the module ------------------------------------------------------------------------

    def receive(self) -> bool:
        """Read for at most 50 ms; returns whether anything came. Raises OSError."""
        data = self._port.read(1)
        data += self._port.read(self._port.in_waiting) if data else b""
        if data and self.passthrough:  # what comes together is shown together
            time.sleep(_TOGETHER)
            data += self._port.read(self._port.in_waiting)
        with self._lock:
            now = time.monotonic()
            if not data:
                self._show_stale(now)
                return False
            self._heard = now
            if self._recorder:
                self._recorder.module(data)
            for item in self._talk.module(data, now):
                self._note(item)
            self._tell(self._masker.add(now, MODULE, data))
        self._changed()
        return True

    def _tell(self, pieces):
        for piece in pieces:
            feed = self._shown.host if piece.way == HOST else self._shown.module
            for item in feed(piece.what, piece.time):
                self._show(item)

    def _show_stale(self, now):
        if self._shown.unfinished.strip(b"\r\n") and now - self._heard > STALE:
            for item in self._shown.flush(now):
                self._show(item)
            self._talk.flush(now)

    def _note(self, item):
        text = item.text
        if item.kind == talk.RESULT:
            self.last_result = text
        elif item.kind == talk.BUSY:
            self.last_result = b"busy"
        elif text == b"ready":
            self.links = None
        elif text.startswith(b"AT version:"):
            self._version = [text]
        elif text.startswith((b"SDK version:", b"compile time", b"Bin version")):
            self._version.append(text)
        if item.kind == talk.RESULT and self._version:
            self.family = reference.family_of(self._version) or self.family
            self._version = []
        if text.startswith(b"+CMD:"):
            self._learn(text)
        elif text.startswith(b"+CIPMUX:"):
            self.links = text.endswith(b"1")

    def _learn(self, text):
        """Learn a command's forms from ``+CMD:7,"AT+CWMODE",0,1,1,0``: test, query, set, bare."""
        parts = text.decode("ascii", "replace").split(",")
        if len(parts) == 6:
            shapes = zip(("?", "=", "x"), parts[3:], strict=True)
            self.learned[parts[1].strip('"')] = " ".join(s for s, has in shapes if has == "1")

    def close(self) -> None:
        """Show what was held back."""
        with self._lock:
            self._tell(self._masker.flush())
            for item in self._shown.flush(time.monotonic()):
                self._show(item)
