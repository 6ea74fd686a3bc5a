"""Classifies bytes: an answer, an echo, zeros, a boot log, readable text, noise, nothing."""

import re

NOTHING, ZEROS, ECHO, ANSWER, REFUSAL, BUSY, REPLY, TEXT, NOISE = (
    "nothing",
    "only zeros",
    "only what was sent",
    "an answer",
    "ERROR",
    "busy",
    "words behind what was sent",
    "text",
    "noise",
)

_ANSWER = re.compile(rb"(?:^|[\r\n])OK\r?\n")
_REFUSAL = re.compile(rb"(?:^|[\r\n])(?:ERROR|FAIL)\r?\n")
_READY = re.compile(rb"(?:^|[\r\n\x00-\x1f\x7f-\xff])ready\r?\n")
_BROWNOUT = b"Brownout detector was triggered"
_BANNERS = (rb"ESP-ROM:", rb"\bets [A-Z][a-z]{2} +\d", rb"rst cause:\d", rb"\brst:0x", _BROWNOUT)
_BOOT = [re.compile(banner) for banner in _BANNERS]
"""What the ROM prints once at each start; it depends on the chip which of these it is."""

_LOADER = re.compile(rb"waiting for download|boot mode:\(1,\d\)|DOWNLOAD\(")
_CHIPS = (
    (re.compile(rb"ESP-ROM:esp32(\w+?)-"), lambda found: f"ESP32-{found[1].decode().upper()}"),
    (re.compile(rb"\bets [A-Z][a-z]{2} +\d+ 2013"), lambda found: "ESP8266"),
    (re.compile(rb"rst cause:\d"), lambda found: "ESP8266"),
    (re.compile(rb"\bets [A-Z][a-z]{2} +\d+ 201[4-9]"), lambda found: "ESP32"),
)
_PRINTABLE = frozenset(b"\t\r\n\x1b") | frozenset(range(32, 127))


def answered(got: bytes) -> bool:
    """Whether ``got`` contains a result."""
    return bool(_ANSWER.search(got) or _REFUSAL.search(got))


def sign(sent: bytes, got: bytes) -> str:
    """The kind of what came after `sent`."""
    if not got.strip(b"\0"):
        return ZEROS if got else NOTHING
    for pattern, name in ((_ANSWER, ANSWER), (_REFUSAL, REFUSAL)):
        if pattern.search(got):
            return name
    if b"busy p" in got or b"busy s" in got:
        return BUSY
    if not _lines(got).replace(_lines(sent), b""):
        return ECHO
    if not _readable(got):
        return NOISE
    return REPLY if _lines(got).startswith(_lines(sent)) else TEXT


def _readable(data: bytes) -> bool:
    return len(data) > 3 and sum(byte in _PRINTABLE for byte in data) > 0.9 * len(data)


def _lines(data: bytes) -> bytes:
    """``data`` without line ends, because modules change those in an echo."""
    return data.replace(b"\r", b"").replace(b"\n", b"")


def boots(heard: bytes) -> int:
    """How many times a module has started, by what was heard.

    Its firmware prints `ready`; the ROM before it prints a boot log, possibly on a log UART.
    """
    return max(len(each.findall(heard)) for each in (_READY, *_BOOT))


def has_log(heard: bytes) -> bool:
    """Whether it contains the boot log of the ROM."""
    return any(each.search(heard) for each in _BOOT)


def is_loader(heard: bytes) -> bool:
    """Whether the chip has printed that it waits for new firmware."""
    return bool(_LOADER.search(heard))


def is_brownout(heard: bytes) -> bool:
    """Whether the chip has printed that its supply voltage was too low."""
    return _BROWNOUT in heard


def chip(heard: bytes) -> str | None:
    """The chip that is named in a boot log, or None."""
    for pattern, name in _CHIPS:
        if found := pattern.search(heard):
            return name(found)
    return None


def shown(heard: bytes, limit: int = 60) -> str:
    """The beginning of what was heard, as a bytes literal."""
    return repr(bytes(heard[:limit]))[1:] + (" ..." if len(heard) > limit else "")
