"""Finds secrets in one direction of a conversation by the form of commands, byte by byte.

Each byte is decided without later ones, so it does not matter in which pieces the bytes come.
"""

from espat.secrets import parameters

from . import secret_forms as forms

LONGEST_LINE = 16384
"""How many bytes of a line are kept for examination."""
_HEAD = 160
"""The most bytes of arguments, or of a reply's header, before a payload."""


def hidden(line: bytes, *, reply: bool = False) -> bytes:
    """A flag for each byte of a whole line: 1 if it must be hidden."""
    lines = []
    Scan(reply, lambda _line, flags: lines.append(flags)).feed(line + b"\n")
    return lines[0]


class Scan:
    """Scans one direction.

    ``on_line(line, flags)`` is called at each line end with the line before it. Only these flags
    include those in URLs, because the "@" that shows a user and a password comes after them.
    ``reply`` says that this is the module's side.
    """

    def __init__(self, reply: bool, on_line):
        self._reply = reply
        self._on_line = on_line
        self._state = self._search
        self._before = b"\n"  # the latest bytes: the start of a command may be cut in two
        self._parameters = None
        self._name = b""
        self._head = bytearray()
        self._quoted = self._escaped = False  # a header that is a parameter, and its latest byte
        self.line = bytearray()
        self.flags = bytearray()
        #: How many of the next bytes must be hidden, whatever they are.
        self.owed = 0
        #: Whether the next reply to SYSFLASH is a key.
        self.asked = False

    def feed(self, data: bytes) -> bytes:
        """Take bytes; returns a flag for each: 1 if it must be hidden."""
        flags = bytearray()
        while len(flags) < len(data):
            rest = data[len(flags) :]
            found = self._counted(rest) if self.owed else self._state(rest)
            self._keep(rest[: len(found)], found)
            flags += found
        return bytes(flags)

    def _keep(self, data, flags):
        """Collect bytes, and call ``on_line`` for complete lines."""
        at = 0
        while at < len(data):
            end = data.find(b"\n", at)
            stop = len(data) if end < 0 else end
            room = max(0, LONGEST_LINE - len(self.line))
            self.line += data[at : min(stop, at + room)]
            self.flags += flags[at : min(stop, at + room)]
            if end < 0:
                return
            line, marks = bytes(self.line), self.flags
            self.line, self.flags = bytearray(), bytearray()
            for start, stop in forms.in_urls(line):
                marks[start:stop] = b"\1" * (stop - start)
            self._on_line(line, bytes(marks))
            at = end + 1

    # ---- the states: each returns flags for the bytes that it takes from the front --------------

    def _counted(self, data):
        count = min(self.owed, len(data))
        self.owed -= count
        self._before = b""
        return b"\1" * count

    def _search(self, data):
        hay = self._before + data
        found = forms.STARTS.search(hay)
        if not found:
            self._before = hay[-forms.LONGEST :]
            return b"\0" * len(data)
        count = found.end() - len(self._before)
        self._before = b""
        self._begin(found)
        return b"\0" * count

    def _begin(self, found):
        name = found["name"]
        if name:
            name = name.upper()
            self._state = self._search
            if name in (forms.COMMANDS if found["sign"] == b"=" else forms.REPLIES):
                self._parameters = parameters(forms.COMMANDS[name])
                next(self._parameters)
                self._state = self._in_parameters
        elif found["write"]:
            command = found["way"] == b"="
            self._name = found["write"]
            self._head.clear()
            if command != self._reply:
                self._state = self._in_command if command else self._in_head
        else:
            self._quoted = found["quoted"] is not None
            self._escaped = False
            self._state = self._in_rest

    def _in_parameters(self, data):
        flags = bytearray()
        for byte in data:
            if byte in b"\r\n":
                self._state = self._search
                break
            flags.append(self._parameters.send(byte))
        return flags or self._search(data[:1])

    def _in_rest(self, data):
        """The rest of a line or of a quoted parameter, which is secret except for spaces."""
        flags = bytearray()
        for byte in data:
            if byte in b"\r\n" or (self._quoted and byte == 0x22 and not self._escaped):
                self._state = self._search
                break
            self._escaped = byte == 0x5C
            flags.append(byte != 0x20)
        return flags or self._search(data[:1])

    def _in_command(self, data):
        """The arguments of a command that announces or requests a payload."""
        end = data.find(b"\n")
        part = data if end < 0 else data[: end + 1]
        self._head += part[: max(0, _HEAD - len(self._head))]
        if end >= 0:
            args = bytes(self._head).strip()
            self._state = self._search
            self.owed = forms.written(self._name, args)
            self.asked = forms.asks_for_secret(self._name, args)
        return b"\0" * len(part)

    def _in_head(self, data):
        """The header of a reply that contains a payload."""
        for count in range(1, len(data) + 1):
            self._head.append(data[count - 1])
            found = forms.told(self._name, bytes(self._head), self.asked)
            if found is not None or len(self._head) > _HEAD or data[count - 1] == 0x0A:
                self._state = self._search
                self.owed = found or 0
                self.asked = False
                return b"\0" * count
        return b"\0" * len(data)
