"""The parameters of a command, as the firmware takes them apart.

Parameters are separated by commas. A string stands in double quotes, and inside it ``,`` ``"``
and ``\\`` must each be escaped with a backslash (AT command set, index page and AT+CWJAP);
anything else is a number. Nothing between two commas is a parameter left out. A space is an
error.
"""

#: Subcategories of ``ERR CODE`` (AT+SYSLOG): what AT+SYSLOG=1 makes of a refusal.
NO_TERMINATOR, NO_AT, LENGTH, TYPE, COUNT, INVALID, PARSE = range(2, 9)
UNKNOWN, FAILED, BUSY, WRONG_FORM = range(9, 13)


class Refused(Exception):
    """The command ends in ERROR; ``reason`` names a line printed before it where one exists."""

    def __init__(self, reason=None, *args, code=FAILED, detail=0):
        super().__init__(reason)
        self.reason = reason
        self.args = args
        #: What AT+SYSLOG=1 tells: the kind of failure, and for some which it was.
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


def _number(text, at):
    """Read an unquoted number, or nothing; returns (value or None, next index)."""
    end = text.find(b",", at)
    end = len(text) if end < 0 else end
    word = text[at:end]
    if not word:
        return None, end
    digits = word[1:] if word[:1] in (b"-", b"+") else word
    if not digits.isdigit():
        raise Refused(code=PARSE)
    return int(word), end


#: The commands whose numbers may be typed as ``0x…``.
HEXADECIMAL = ("+CIPSSLCCIPHER",)


def _any_number(text, at):
    """The same where ``0x…`` is a number too."""
    if text[at : at + 2] not in (b"0x", b"0X"):
        return _number(text, at)
    end = text.find(b",", at)
    end = len(text) if end < 0 else end
    try:
        return int(text[at:end], 16), end
    except ValueError as error:
        raise Refused(code=PARSE) from error


def split(text, number=_number):
    """Take ``text`` (what follows ``=``) apart into a list of int, bytes or None.

    >>> split(b'4,"TCP","host",80,,"10.0.0.1"')
    [4, b'TCP', b'host', 80, None, b'10.0.0.1']
    """
    values = []
    at = 0
    while True:
        read = _quoted if text[at : at + 1] == b'"' else number
        value, at = read(text, at)
        values.append(value)
        if at == len(text):
            return values
        if text[at] != 0x2C:
            raise Refused(code=PARSE)
        at += 1


def split_for(name, text):
    """The same for the parameters of the command ``name``."""
    return split(text, _any_number if name in HEXADECIMAL else _number)


class Arguments:
    """The parameters of one command, read by position with their ranges."""

    def __init__(self, values, whole=b""):
        self.values = values
        #: The digits of each number as typed (a time zone ``+0530`` is not 530).
        self.whole = whole

    def __len__(self):
        return len(self.values)

    def count(self, low, high, reason=None):
        """Refuse fewer than ``low`` or more than ``high`` parameters."""
        if not low <= len(self.values) <= high:
            raise Refused(reason, code=COUNT)

    def _get(self, index, default, reason):
        value = self.values[index] if index < len(self.values) else None
        if value is not None:
            return value, True
        if default is REQUIRED:
            raise Refused(reason, code=COUNT)
        return default, False

    def integer(self, index, low, high, default=REQUIRED, reason=None):
        """A number from ``low`` to ``high``, both included."""
        value, given = self._get(index, default, reason)
        if given and not isinstance(value, int):
            raise Refused(reason, code=TYPE)
        if given and not low <= value <= high:
            raise Refused(reason, code=INVALID)
        return value

    def text(self, index, longest, default=REQUIRED, reason=None):
        """A quoted string of at most ``longest`` bytes."""
        value, given = self._get(index, default, reason)
        if given and not isinstance(value, bytes):
            raise Refused(reason, code=TYPE)
        if given and len(value) > longest:
            raise Refused(reason, code=LENGTH)
        return value

    def rest(self, index):
        """The same parameters from ``index`` on."""
        return Arguments(self.values[index:])
