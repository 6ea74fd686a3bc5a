"""Finds secrets in the module's echo of a command when notices interrupt the echo.

For example ``AT+CWJAP="attic","corr`` ``0,CONNECT`` and then, on a line of its own, ``ect horse"``:
the form of the second part does not show that it is a secret. So while the echo of such a command
is possible, each line of the module is compared with the command.
"""

from .secret_forms import WHOLE_LINES

HIDE = 1
SHOW = 2
"""Marks: a part of a secret; or a notice, which is shown even if its place is that of a secret."""

_GRAM = 4
"""This many consecutive bytes of a secret count as a part of it, anywhere in a line."""


class Echo:
    """The command that the module may be echoing."""

    def __init__(self):
        self._line = b""
        self._flags = b""
        self._at = 0  # how many bytes of it have been echoed
        self.open = False

    def expect(self, line: bytes, flags: bytes) -> None:
        """Note a line that the host is sending; ``flags`` are 1 where it is secret."""
        if not line.startswith(self._line) or not self.open:
            self._at = 0
        self._line, self._flags = line, flags
        self.open = True

    def close(self) -> None:
        """Note that the command has its result: no echo of it can follow."""
        self.open = False

    def marks(self, line: bytes) -> bytearray:
        """A mark for each byte of a line from the module: HIDE, SHOW, or 0."""
        marks = bytearray(len(line))
        text = line.rstrip(b"\r")
        if WHOLE_LINES.fullmatch(text):
            return marks
        self._front(text, marks)
        self._back(text, marks)
        self._anywhere(text, marks)
        return marks

    def _front(self, text, marks):
        """Mark bytes at the front of a line that continue the echo."""
        rest = self._line[self._at :]
        count = 0
        while count < min(len(text), len(rest)) and text[count] == rest[count]:
            marks[count] |= self._flags[self._at + count]
            count += 1
        self._at += count
        if count < len(text) and WHOLE_LINES.fullmatch(text[count:]):
            marks[count : len(text)] = bytes([SHOW]) * (len(text) - count)

    def _back(self, text, marks):
        """Mark bytes at the end of a line that agree with the end of the command."""
        count = 0
        while count < min(len(text), len(self._line)):
            if text[-1 - count] != self._line[-1 - count]:
                return
            marks[len(text) - 1 - count] |= self._flags[-1 - count]
            count += 1

    def _anywhere(self, text, marks):
        for start, stop in runs(self._flags):
            size = min(_GRAM, stop - start)
            for at in range(start, stop - size + 1):
                gram = self._line[at : at + size]
                found = text.find(gram) if size > 1 else -1
                while found >= 0:
                    marks[found : found + size] = b"\1" * size
                    found = text.find(gram, found + 1)


def runs(flags: bytes):
    """Yield (start, stop) of each run of flags that are set."""
    start = None
    for at, flag in enumerate(flags + b"\0"):
        if flag and start is None:
            start = at
        elif not flag and start is not None:
            yield start, at
            start = None
