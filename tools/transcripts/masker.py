"""Hides secrets in a conversation while it is going on.

A hidden byte becomes an asterisk, so that lengths do not change. Secrets are found in four ways:

- by the form of commands and replies (:mod:`.secret_scan`), which needs no later bytes,
- in the module's echo of such a command, even if notices interrupt it (:mod:`.torn`),
- as a repetition of a secret that was seen before,
- before the "@" of a URL, and behind its "?", and behind that of an HTTP request.

All but the first may need later bytes. So events are held back until each of their bytes is
decided, and are returned in order.
"""

import re
from collections import deque
from typing import NamedTuple

from . import secret_forms as forms
from .form import HOST, MODULE
from .secret_scan import LONGEST_LINE, Scan
from .torn import HIDE, Echo, runs

HIDDEN = 0x2A
SHORTEST = 8
"""Fewest bytes of a secret that is searched for everywhere: shorter ones may be ordinary words."""
LONGEST = 64
"""A longer secret is searched for in pieces of this many bytes."""
_MOST = 256
"""How many secrets, or pieces of them, are remembered: enough for the lines of a few keys."""
_UNDECIDED = 4
"""At the end of a recording, the beginning of a secret is hidden if it has this many bytes."""


class Piece(NamedTuple):
    """What one end sent at a time, and a flag for each byte: 1 if it is hidden."""

    time: float
    way: str
    what: object
    flags: bytes = b""


class Secrets:
    """The secrets seen so far."""

    def __init__(self):
        self._known: dict[bytes, None] = {}
        self._by_first: dict[int, list[bytes]] = {}
        self._pattern = None

    def learn(self, secret: bytes) -> None:
        """Remember a secret, also in its form without the backslashes of a command."""
        for text in (secret, re.sub(rb"\\(.)", rb"\1", secret, flags=re.DOTALL)):
            for at in range(0, max(1, len(text) - SHORTEST), LONGEST):
                self._learn(text[at : at + LONGEST])
            self._learn(text[-LONGEST:])

    def _learn(self, text):
        if len(text) < SHORTEST or not text.strip(b"*\0 ") or text in self._known:
            return
        if len(self._known) < _MOST:
            self._known[text] = None
            self._by_first.setdefault(text[0], []).append(text)
            self._pattern = None

    def find(self, data: bytes):
        """Yield (start, end) of each secret in ``data``; they may overlap."""
        if self._known:
            if not self._pattern:
                words = sorted(self._known, key=len, reverse=True)
                alternatives = b"|".join(map(re.escape, words))
                self._pattern = re.compile(b"(?=(" + alternatives + b"))", re.DOTALL)
            for found in self._pattern.finditer(data):
                yield found.span(1)

    def begun(self, data: bytes) -> int:
        """How many bytes at the end of ``data`` may be the beginning of a secret."""
        for at in range(max(0, len(data) - LONGEST), len(data)):
            words = self._by_first.get(data[at])
            if words and any(w.startswith(data[at:]) and len(w) > len(data) - at for w in words):
                return len(data) - at
        return 0


class _Direction:
    """Bytes that one end has sent, and for which it is not decided whether they are hidden."""

    def __init__(self, secrets, reply, on_line):
        self.scan = Scan(reply, self._line_ended)
        self._on_line = on_line
        self._secrets = secrets
        self._before = b""  # the bytes taken last: a URL in them may continue
        self._data = bytearray()
        self._flags = bytearray()
        self.decided = 0

    def feed(self, data):
        # Line by line, so that a secret learned at a line end counts from the next byte on.
        for part in data.splitlines(keepends=True):
            flags = self.scan.feed(part)
            self._data += part
            self._flags += flags
            if part[-1:] == b"\n":
                self._on_line(*self._line)

    def _line_ended(self, line, flags):
        self._line = line, flags

    def hide_line(self, marks, behind=1):
        """Apply marks to the latest line; ``behind`` bytes have come after the marked ones."""
        at = len(self._data) - behind - len(marks)
        if len(marks) < LONGEST_LINE:
            for i, mark in enumerate(marks):
                if mark and at + i >= 0:
                    self._flags[at + i] = mark == HIDE

    def decide(self, hold_line=False, all_of_it=False):
        """Look for known secrets; returns how many bytes are decided."""
        data = bytes(self._data)
        for start, end in self._secrets.find(data):
            self._flags[start:end] = b"\1" * (end - start)
        before = len(self._before)
        for start, end in forms.in_urls(self._before + data):
            first = max(0, start - before)
            self._flags[first : end - before] = b"\1" * (end - before - first)
        begun = self._secrets.begun(data)
        if not all_of_it:
            begun = max(begun, min(len(data), forms.url_begun(self._before + data)))
        if all_of_it:
            if begun >= _UNDECIDED:
                self._flags[-begun:] = b"\1" * begun
            begun = 0
        elif hold_line:
            begun = max(begun, len(data) - data.rfind(b"\n") - 1)
        self.decided = len(data) - begun

    def take(self, count):
        data, flags = bytes(self._data[:count]), bytes(self._flags[:count])
        del self._data[:count]
        del self._flags[:count]
        self.decided -= count
        self._before = (self._before + data)[-forms.LONGEST_URL_START :]
        return data, flags


class Masker:
    """``add`` takes events, and returns those that may be written, as ``Piece`` in the same order.

    With ``hide=False`` the flags are set, but no byte is replaced.
    """

    def __init__(self, hide: bool = True):
        self._hide = hide
        self._secrets = Secrets()
        self._echo = Echo()
        #: The module answers a command whose reply has a secret.
        self._telling = False
        self._ends = {
            HOST: _Direction(self._secrets, False, self._host_line),
            MODULE: _Direction(self._secrets, True, self._module_line),
        }
        self._waiting: deque = deque()

    def add(self, time: float, way: str, what: object) -> list[Piece]:
        """Add an event; returns the pieces that are decided now."""
        self._waiting.append((time, way, what))
        if way in self._ends:
            self._ends[way].feed(what)
            self._follow(way)
        return self._decided()

    def flush(self) -> list[Piece]:
        """Return the rest at the end of a conversation; what may begin a secret is hidden."""
        end = self._ends[MODULE]
        if self._echo.open:
            end.hide_line(self._echo.marks(bytes(end.scan.line)), 0)
        return self._decided(all_of_it=True)

    # ---- what lines tell ------------------------------------------------------------------------

    def _follow(self, way):
        """Pass on the host's incomplete line: the module may already be echoing it."""
        scan = self._ends[HOST].scan
        if way == HOST and scan.line and any(scan.flags):
            self._echo.expect(bytes(scan.line), bytes(scan.flags))

    def _host_line(self, line, flags):
        line, flags = line.rstrip(b"\r"), flags[: len(line.rstrip(b"\r"))]
        self._telling = self._telling or forms.asks_for_secrets(line)
        if any(flags):
            self._echo.expect(line, flags)
            self._learn(line, flags)
        self._ends[MODULE].scan.asked |= self._ends[HOST].scan.asked

    def _module_line(self, line, flags):
        text = line.rstrip(b"\r")
        if self._echo.open:  # the secrets in the host's line are known already
            self._ends[MODULE].hide_line(self._echo.marks(line))
        elif self._telling and not any(flags) and forms.may_be_damaged(text):
            self._ends[MODULE].hide_line(bytes([HIDE]) * len(line))
        else:
            self._learn(text, flags)
        if text in forms.RESULTS:
            self._echo.close()
            self._telling = False
        if text == b"ERROR" or text.startswith(b"busy "):
            self._ends[HOST].scan.owed = 0

    def _learn(self, line, flags):
        for start, stop in runs(flags):
            self._secrets.learn(line[start:stop])

    # ---- in order -------------------------------------------------------------------------------

    def _decided(self, all_of_it=False):
        self._ends[HOST].decide(all_of_it=all_of_it)
        held = self._echo.open or self._telling
        self._ends[MODULE].decide(hold_line=held, all_of_it=all_of_it)
        pieces = []
        while self._waiting:
            time, way, what = self._waiting[0]
            if way in self._ends:
                end = self._ends[way]
                if end.decided < len(what):
                    break
                what, flags = end.take(len(what))
                if self._hide:
                    what = bytes(HIDDEN if f else b for b, f in zip(what, flags, strict=True))
                pieces.append(Piece(time, way, what, flags))
            else:
                pieces.append(Piece(time, way, what))
            self._waiting.popleft()
        return pieces
