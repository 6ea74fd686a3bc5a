"""The parameters of a command, parsed as the firmware does.

Parameters are separated by commas. A string is in double quotes, and inside it ``,`` ``"`` and
``\\`` must each be escaped with a backslash (AT command set, index page and AT+CWJAP); anything
else is a number. An empty place between two commas is an omitted parameter. A space is an error.
"""

import re

#: Subcategories of ``ERR CODE``, which AT+SYSLOG=1 prints for a refusal.
NO_TERMINATOR, NO_AT, LENGTH, TYPE, COUNT, INVALID, PARSE = range(2, 9)
UNKNOWN, FAILED, BUSY, WRONG_FORM = range(9, 13)


class Refused(Exception):
    """The command ends in ERROR; ``reason`` names a line printed before it where one exists."""

    def __init__(self, reason=None, *args, code=FAILED, detail=0):
        super().__init__(reason)
        self.reason = reason
        self.args = args
        #: What AT+SYSLOG=1 prints: the kind of failure, and for some kinds a detail.
        self.code = code << 16 | detail


#: Marks a parameter without a default: leaving it out is an error.
REQUIRED = object()


def _quoted(text, at):
    """Read a quoted string whose opening quote is at ``at``; returns (value, next index)."""
    value = bytearray()
    at += 1
    while at < len(text):
        byte = text[at]
        if byte == 0x5C:
            at += 1
            if at == len(text):
                break
            value.append(text[at])
        elif byte == 0x22:
            return bytes(value), at + 1
        elif byte == 0x2C:
            break
        else:
            value.append(byte)
        at += 1
    raise Refused(code=PARSE)


def _number(text, at, hexadecimal):
    """Read an unquoted number, or nothing; returns (value or None, next index)."""
    end = text.find(b",", at)
    end = len(text) if end < 0 else end
    word = text[at:end]
    if not word:
        return None, end
    if hexadecimal and _HEXADECIMAL.fullmatch(word):
        return int(word, 16), end
    if not _DECIMAL.fullmatch(word):
        raise Refused(code=PARSE)
    return int(word), end


_DECIMAL = re.compile(rb"[-+]?[0-9]+")
_HEXADECIMAL = re.compile(rb"0[xX][0-9a-fA-F]+")


def split(text, hexadecimal=True):
    """Split ``text`` (what follows ``=``) into a list of int, bytes or None.

    ``hexadecimal``: numbers may also be written as ``0x…``, as ESP-AT accepts them.

    >>> split(b'4,"TCP","host",0x50,,"10.0.0.1"')
    [4, b'TCP', b'host', 80, None, b'10.0.0.1']
    """
    values = []
    at = 0
    while True:
        try:
            if text[at : at + 1] == b'"':
                value, at = _quoted(text, at)
            else:
                value, at = _number(text, at, hexadecimal)
            if text[at : at + 1] not in (b"", b","):
                raise Refused(code=PARSE)
        except Refused as refusal:
            raise Refused(code=PARSE, detail=len(values)) from refusal
        values.append(value)
        if at == len(text):
            return values
        at += 1


class Arguments:
    """The parameters of one command, read by position and checked against their ranges.

    With AT+SYSLOG=1 a refusal says which parameter was wrong, counted from 0, or how many were
    needed and how many given.
    """

    def __init__(self, values, whole=b"", before=0):
        self.values = values
        #: The parameters as typed: the digits can matter (a time zone ``+0530`` is not 530).
        self.whole = whole
        #: How many parameters precede these.
        self._before = before

    def __len__(self):
        return len(self.values)

    def count(self, low, high, reason=None):
        """Refuse fewer than ``low`` or more than ``high`` parameters."""
        if not low <= len(self.values) <= high:
            raise self.miscount(low if len(self.values) < low else high, reason)

    def miscount(self, need, reason=None):
        """The refusal for a wrong number of parameters, where ``need`` are needed."""
        need, given = need + self._before, len(self.values) + self._before
        return Refused(reason, code=COUNT, detail=min(need, 0xFF) << 8 | min(given, 0xFF))

    def wrong(self, index, code=INVALID, reason=None):
        """The refusal for one wrong parameter."""
        return Refused(reason, code=code, detail=self._before + index)

    def _get(self, index, default, reason):
        value = self.values[index] if index < len(self.values) else None
        if value is not None:
            return value, True
        if default is not REQUIRED:
            return default, False
        if index < len(self.values):
            raise self.wrong(index, PARSE, reason)
        raise self.miscount(index + 1, reason)

    def integer(self, index, low, high, default=REQUIRED, reason=None):
        """A number from ``low`` to ``high``, both included."""
        value, given = self._get(index, default, reason)
        if given and not isinstance(value, int):
            raise self.wrong(index, TYPE, reason)
        if given and not low <= value <= high:
            raise self.wrong(index, INVALID, reason)
        return value

    def text(self, index, longest, default=REQUIRED, reason=None):
        """A quoted string of at most ``longest`` bytes."""
        value, given = self._get(index, default, reason)
        if given and not isinstance(value, bytes):
            raise self.wrong(index, TYPE, reason)
        if given and len(value) > longest:
            raise self.wrong(index, LENGTH, reason)
        return value

    def rest(self, index):
        """The same parameters from ``index`` on."""
        return Arguments(self.values[index:], before=self._before + index)
