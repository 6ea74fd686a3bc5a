"""Regular expressions that find secrets; they are made from the tables of `espat.secrets`.

The forms of SYSFLASH and SYSMFG are those of the firmware's format strings.
"""

import re
from collections.abc import Iterator

from espat.secrets import (
    COMMANDS,
    HEADERS,
    READS,
    REPLIES,
    REQUESTS,
    URL,
    URL_ENDS,
    is_secret_place,
)

WRITES = (b"SYSFLASH", b"SYSMFG", b"MQTTLONGUSERNAME", b"MQTTLONGPASSWORD")
"""Commands whose payload may be a secret; the first two also read it back."""


def _any(names):
    return b"|".join(sorted(names, key=len, reverse=True))


STARTS = re.compile(
    rb"\+(?P<name>" + _any({*COMMANDS, *REPLIES}) + rb")(?:_CUR|_DEF)?(?P<sign>[=:])"
    rb"|\+(?P<write>" + _any(WRITES) + rb")(?P<way>[=:])"
    rb"|(?<=[\r\n])(?:" + _any(HEADERS) + rb"):"
    rb'|(?P<quoted>(?<="))(?:' + _any(HEADERS) + rb"):",
    re.IGNORECASE,
)
"""Matches the start of something that may have to be hidden."""

LONGEST = 40
"""The longest start in bytes, including what precedes it."""

WHOLE_LINES = re.compile(
    rb"|OK|ERROR|FAIL|ready|busy [ps]\.\.\.|WIFI (?:CONNECTED|GOT IP|DISCONNECT)"
    rb"|(?:\d,)?(?:CONNECT|CLOSED)|\+CWJAP:\d|DHCP TIMEOUT|ERR CODE:0x[0-9a-f]{8}|no change"
)
"""Lines of a module that are not hidden even if a password contains the same text."""

_ASKS = re.compile(
    rb"AT\+(?:(?:" + _any(REPLIES) + rb")(?:_CUR|_DEF)?\?|(?:" + _any(READS) + rb')\d,"?([^",]*))',
    re.IGNORECASE,
)
_SOUND = re.compile(
    rb"AT.*|\+(?:" + _any(REPLIES) + rb")(?:_CUR|_DEF)?:.*"
    rb'|\+SYSMFG:"[^"]*"(?:,"[^"]*",\d)?',
    re.DOTALL,
)


def asks_for_secrets(line: bytes) -> bool:
    """Whether the reply to this command has a secret."""
    found = _ASKS.match(line)
    return bool(found) and (found[1] is None or is_secret_place(found[1]))


def may_be_damaged(line: bytes) -> bool:
    """Whether a line without a known secret may hold one, where such a command is answered."""
    return not WHOLE_LINES.fullmatch(line) and not _SOUND.fullmatch(line)


RESULTS = (b"OK", b"ERROR", b"FAIL", b"ready", b"SEND OK", b"SEND FAIL")


_WRITTEN = {
    b"SYSFLASH": re.compile(rb'1,"?([^",]*)"?,\d+,(\d+)\s*'),
    b"SYSMFG": re.compile(rb'2,"?([^",]*)"?,"?[^",]*"?,[78],(\d+)\s*'),
}
_READ = re.compile(rb'2,"?([^",]*)"?.*', re.DOTALL)
_LONG_TEXT = re.compile(rb"\d+,(\d+)\s*")
_MFG_HEAD = re.compile(rb'"([^"]*)","[^"]*",\d+,(\d+),')
_FLASH_HEAD = re.compile(rb"(\d+),")

_USER = re.compile(re.escape(URL) + rb"([^" + re.escape(URL_ENDS) + rb"]*)@")
_REST = rb'[^#" \r\n'
_TARGET = rb"(?:" + _any((URL, *REQUESTS)) + rb")"
_QUERY = re.compile(_TARGET + _REST + rb"?]*\?(" + _REST + rb"]+)")
_URL_BEGUN = re.compile(_TARGET + rb"(" + _REST + rb"]{0,1024})\Z")

LONGEST_URL_START = max(map(len, (URL, *REQUESTS)))
"""The most bytes with which a URL, or a request, begins."""


def in_urls(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each "user:password", and of each query, in a URL or a request."""
    for form in (_USER, _QUERY):
        for found in form.finditer(data):
            yield found.span(1)


def url_begun(data: bytes) -> int:
    """How many bytes at the end of ``data`` belong to a URL or a request that may go on."""
    found = _URL_BEGUN.search(data)
    return len(found[1]) if found else 0


def written(name: bytes, args: bytes) -> int:
    """How many bytes of payload to hide after a command."""
    name = name.upper()
    if name not in _WRITTEN:
        found = _LONG_TEXT.fullmatch(args)
        return int(found[1]) if found else 0
    found = _WRITTEN[name].fullmatch(args)
    return int(found[2]) if found and is_secret_place(found[1]) else 0


def asks_for_secret(name: bytes, args: bytes) -> bool:
    """Whether this command reads a private key from flash. (For SYSMFG its reply shows that.)"""
    found = _READ.fullmatch(args) if name.upper() == b"SYSFLASH" else None
    return bool(found) and is_secret_place(found[1])


def told(name: bytes, head: bytes, secret: bool) -> int | None:
    """How many bytes to hide after the header of a reply; None: it is not complete yet."""
    if name.upper() == b"SYSFLASH":
        found = _FLASH_HEAD.fullmatch(head)
        return (int(found[1]) if secret else 0) if found else None
    found = _MFG_HEAD.fullmatch(head)
    return (int(found[2]) if is_secret_place(found[1]) else 0) if found else None
