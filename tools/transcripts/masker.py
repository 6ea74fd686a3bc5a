"""Hiding secrets in a conversation while it goes on.

A hidden byte becomes an asterisk, so that lengths stay what they are. What is to be hidden is
found four ways: by the form of commands and replies (:mod:`.secret_scan`), which needs no byte
more than has come; in what the module repeats of such a command, though notices may have torn it
(:mod:`.torn`); wherever a secret that was seen once is said again; and before the "@" of a URL.
All but the first may have to see more first: events are held back until each of their bytes is
decided, and come out in order.
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
"""Bytes of a secret that is looked for everywhere: shorter ones are words that anyone may say."""
LONGEST = 64
"""A longer secret is looked for in pieces of so many bytes."""
_MOST = 256
"""So many secrets, or pieces, are remembered: the lines of a few keys."""
_UNDECIDED = 4
"""At the end of a recording so many bytes that begin a secret are hidden, fewer are not."""


class Piece(NamedTuple):
    """What one end said at a time, and a flag for each byte that is hidden in it."""

    time: float
    way: str
    what: object
    flags: bytes = b""


class Secrets:
    """Those seen so far."""

    def __init__(self):
        self._known: dict[bytes, None] = {}
        self._by_first: dict[int, list[bytes]] = {}
        self._pattern = None

    def learn(self, secret: bytes) -> None:
        """Remember one, also as it is without the backslashes of a command."""
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
        """Yield (start, end) of each secret in it; they may overlap."""
        if self._known:
            if not self._pattern:
                words = sorted(self._known, key=len, reverse=True)
                alternatives = b"|".join(map(re.escape, words))
                self._pattern = re.compile(b"(?=(" + alternatives + b"))", re.DOTALL)
            for found in self._pattern.finditer(data):
                yield found.span(1)

    def begun(self, data: bytes) -> int:
        """How many bytes at the end of data may be the beginning of a secret."""
        for at in range(max(0, len(data) - LONGEST), len(data)):
            words = self._by_first.get(data[at])
            if words and any(w.startswith(data[at:]) and len(w) > len(data) - at for w in words):
                return len(data) - at
        return 0


class _Direction:
    """What one end has said and is not decided yet."""

    def __init__(self, secrets, reply, on_line):
        self.scan = Scan(reply, self._line_ended)
        self._on_line = on_line
        self._secrets = secrets
        self._before = b""  # what was taken last: a URL may go on behind it
        self._data = bytearray()
        self._flags = bytearray()
        self.decided = 0

    def feed(self, data):
        # Line by line, so that what a line end teaches holds from the next byte on.
        for part in data.splitlines(keepends=True):
            flags = self.scan.feed(part)
            self._data += part
            self._flags += flags
            if part[-1:] == b"\n":
                self._on_line(*self._line)

    def _line_ended(self, line, flags):
        self._line = line, flags

    def hide_line(self, marks, behind=1):
        """Hide in the line that has just ended; ``behind`` bytes of its end have come."""
        at = len(self._data) - behind - len(marks)
        if len(marks) < LONGEST_LINE:
            for i, mark in enumerate(marks):
                if mark and at + i >= 0:
                    self._flags[at + i] = mark == HIDE

    def decide(self, hold_line=False, all_of_it=False):
        """Look for known secrets, and say how many bytes are decided."""
        data = bytes(self._data)
        for start, end in self._secrets.find(data):
            self._flags[start:end] = b"\1" * (end - start)
        before = len(self._before)
        for start, end in forms.users(self._before + data):
            first = max(0, start - before)
            self._flags[first : end - before] = b"\1" * (end - before - first)
        begun = self._secrets.begun(data)
        if not all_of_it:
            begun = max(begun, min(len(data), forms.user_begun(self._before + data)))
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
        self._before = (self._before + data)[-len(forms.URL) :]
        return data, flags


class Masker:
    """``add`` what is said, and get what may be written down: a ``Piece`` each, in the same order.

    ``hide=False`` only finds what would be hidden.
    """

    def __init__(self, hide: bool = True):
        self._hide = hide
        self._secrets = Secrets()
        self._echo = Echo()
        self._ends = {
            HOST: _Direction(self._secrets, False, self._host_line),
            MODULE: _Direction(self._secrets, True, self._module_line),
        }
        self._waiting: deque = deque()

    def add(self, time: float, way: str, what: object) -> list[Piece]:
        """An event; what is decided now."""
        self._waiting.append((time, way, what))
        if way in self._ends:
            self._ends[way].feed(what)
            self._follow(way)
        return self._decided()

    def flush(self) -> list[Piece]:
        """Nothing more will come: the rest, with all hidden that may be a secret's beginning."""
        end = self._ends[MODULE]
        if self._echo.open:
            end.hide_line(self._echo.marks(bytes(end.scan.line)), 0)
        return self._decided(all_of_it=True)

    # ---- what lines tell ------------------------------------------------------------------------

    def _follow(self, way):
        """The host's line as far as it has come: the module may be repeating it already."""
        scan = self._ends[HOST].scan
        if way == HOST and scan.line and any(scan.flags):
            self._echo.expect(bytes(scan.line), bytes(scan.flags))

    def _host_line(self, line, flags):
        line, flags = line.rstrip(b"\r"), flags[: len(line.rstrip(b"\r"))]
        if any(flags):
            self._echo.expect(line, flags)
            self._learn(line, flags)
        self._ends[MODULE].scan.asked |= self._ends[HOST].scan.asked

    def _module_line(self, line, flags):
        text = line.rstrip(b"\r")
        if self._echo.open:  # what the host said is known already
            self._ends[MODULE].hide_line(self._echo.marks(line))
        else:
            self._learn(text, flags)
        if text in forms.RESULTS:
            self._echo.close()
        if text == b"ERROR" or text.startswith(b"busy "):
            self._ends[HOST].scan.owed = 0

    def _learn(self, line, flags):
        for start, stop in runs(flags):
            self._secrets.learn(line[start:stop])

    # ---- in order -------------------------------------------------------------------------------

    def _decided(self, all_of_it=False):
        self._ends[HOST].decide(all_of_it=all_of_it)
        self._ends[MODULE].decide(hold_line=self._echo.open, all_of_it=all_of_it)
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
