"""Where secrets stand: which parameters of which command and of which reply.

Names are those of the command reference and of the ESP-AT command set's index; the forms of
SYSFLASH and SYSMFG are those of the firmware's format strings.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """Parameters of one command, counted from 0.

    ``shown``: those whose quoted text may be read; ``numbers``: those that may be read where they
    are bare figures, of one digit unless ``long_figures``. Everything else is hidden: a password
    that slipped out of its place, too.
    """

    shown: frozenset = frozenset()
    numbers: frozenset = frozenset()
    long_figures: bool = True


def _form(shown=(), numbers=(), long_figures=True):
    return Form(frozenset(shown), frozenset(numbers), long_figures)


_JOIN = _form([0], range(3, 12))
_SOFT_AP = _form([0], range(2, 12))
_MQTT = _form([2], [0, 1, *range(5, 12)])
_LINK_FIRST = _form([], [0], long_figures=False)

COMMANDS = {
    b"CWJAP": _JOIN,  # "ssid","password"[,"bssid"][,figures]
    b"CWSAP": _SOFT_AP,  # "ssid","password",figures
    b"CWJEAP": _form([0], [1, 5]),  # "ssid",method,"identity","user","password",figure
    b"CWSTARTSMART": _form([], [0, 1]),  # figure,figure,"key"
    b"CIPSSLCPSK": _LINK_FIRST,  # [link,]"psk","hint"
    b"CIPSSLCPSKHEX": _LINK_FIRST,
    b"MQTTUSERCFG": _MQTT,  # link,scheme,"id","user","password",figures
    b"BLESETKEY": _form(),
}
"""Behind ``=``, from the host and in the module's echo; ``_CUR`` and ``_DEF`` may follow a name."""

REPLIES = {
    b"CWSAP": _SOFT_AP,
    b"MQTTUSERCFG": _MQTT,
    b"CIPSSLCPSK": _LINK_FIRST,  # link,psk,hint without quotes
    b"CIPSSLCPSKHEX": _LINK_FIRST,
}
"""Behind ``:``, from the module. CWJAP's reply tells no password."""

WRITES = (b"SYSFLASH", b"SYSMFG", b"MQTTLONGPASSWORD")
"""Commands whose payload may be a secret; the first two also read it back."""

HEADERS = (b"password", b"Authorization", b"Proxy-Authorization")
"""Lines that begin so, and ``:``, hide the rest: of SmartConfig, and of requests in payloads."""


def _any(names):
    return b"|".join(sorted(names, key=len, reverse=True))


STARTS = re.compile(
    rb"\+(?P<name>" + _any({*COMMANDS, *REPLIES}) + rb")(?:_CUR|_DEF)?(?P<sign>[=:])"
    rb"|\+(?P<write>" + _any(WRITES) + rb")(?P<way>[=:])"
    rb"|(?<=[\r\n])(?:" + _any(HEADERS) + rb"):",
    re.IGNORECASE,
)
"""Where something begins that may have to be hidden."""

LONGEST = 40
"""No start is longer, in bytes, what stands before it included."""

WHOLE_LINES = re.compile(
    rb"|OK|ERROR|FAIL|ready|busy [ps]\.\.\.|WIFI (?:CONNECTED|GOT IP|DISCONNECT)"
    rb"|(?:\d,)?(?:CONNECT|CLOSED)|\+CWJAP:\d|DHCP TIMEOUT|ERR CODE:0x[0-9a-f]{8}|no change"
)
"""What a module prints that is not worth hiding though a password spells it."""

RESULTS = (b"OK", b"ERROR", b"FAIL", b"ready", b"SEND OK", b"SEND FAIL")


def is_secret_place(name: bytes) -> bool:
    """Is this partition or name space one with private keys in it?"""
    name = name.lower()
    return b"key" in name or name == b"mfg_nvs"


_WRITTEN = {
    b"SYSFLASH": re.compile(rb'1,"?([^",]*)"?,\d+,(\d+)\s*'),
    b"SYSMFG": re.compile(rb'2,"?([^",]*)"?,"?[^",]*"?,[78],(\d+)\s*'),
}
_READ = re.compile(rb'2,"?([^",]*)"?.*', re.DOTALL)
_LONG_PASSWORD = re.compile(rb"\d+,(\d+)\s*")
_MFG_HEAD = re.compile(rb'"([^"]*)","[^"]*",\d+,(\d+),')
_FLASH_HEAD = re.compile(rb"(\d+),")


def written(name: bytes, args: bytes) -> int:
    """How many bytes of payload that are to be hidden a command announces."""
    name = name.upper()
    if name == b"MQTTLONGPASSWORD":
        found = _LONG_PASSWORD.fullmatch(args)
        return int(found[1]) if found else 0
    found = _WRITTEN[name].fullmatch(args)
    return int(found[2]) if found and is_secret_place(found[1]) else 0


def asks_for_secret(name: bytes, args: bytes) -> bool:
    """Does this command read a private key out of flash? (SYSMFG's reply says so itself.)"""
    found = _READ.fullmatch(args) if name.upper() == b"SYSFLASH" else None
    return bool(found) and is_secret_place(found[1])


def told(name: bytes, head: bytes, secret: bool) -> int | None:
    """How many bytes to hide behind the head of a reply; None: the head is not whole yet."""
    if name.upper() == b"SYSFLASH":
        found = _FLASH_HEAD.fullmatch(head)
        return (int(found[1]) if secret else 0) if found else None
    found = _MFG_HEAD.fullmatch(head)
    return (int(found[2]) if is_secret_place(found[1]) else 0) if found else None
