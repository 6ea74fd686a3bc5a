"""The limits of an emulated module's options, for Python, scenario files and URLs alike.

A wrong value raises ValueError; the message names the option, the value, and what is allowed.
"""

import math
import re

from .network import is_address

#: The longest duration in seconds, and the form of a time that is written with its unit.
_LONGEST = 86400.0
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
_TIME = re.compile(r"(\d+(?:\.\d+)?) *(us|ms|s|min|h)", re.ASCII)
_WHOLE = re.compile(r"[-+]?\d+", re.ASCII)
_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}", re.ASCII)

#: The lowest and the highest rate of a UART in any family, in baud.
RATES = (80, 5_000_000)

#: How far a network reaches: {word for users: ``reach`` of SocketNetwork}.
REACHES = {"loopback": "loopback", "host": "any"}

_BYTES = (1, (1 << 31) - 1)

#: Numbers: (least, greatest, unit); both limits are included.
_NUMBERS = {
    "baud": (*RATES, "baud"),
    "module_baud": (*RATES, "baud"),
    "rx_size": (*_BYTES, "bytes"),
    "module_rx_size": (*_BYTES, "bytes"),
    "awaiting": (*_BYTES, "bytes"),
    "keep": (0, 1 << 62, "bytes"),
    "seed": (-(1 << 63), (1 << 63) - 1, ""),
    "server": (1, 65535, ""),
    "mux": (0, 1, ""),
    "port of a host": (1, 65535, ""),
    "channel": (1, 14, ""),
    "rssi": (-127, 0, "dBm"),
    "security": (0, 9, ""),
}


def whole(text):
    """Convert ``text`` to a whole number: no spaces, underscores, or digits of other scripts."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def number(name, value):
    """Return ``value`` if it is a whole number within the limits of the option ``name``.

    Raises ValueError otherwise.
    """
    least, most, unit = _NUMBERS[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        meant = f"a whole number from {least} to {most} {unit}".strip()
        raise ValueError(f"{name} is {value!r}, and {meant} is meant")
    return value


def seconds(name, value):
    """Convert ``value`` to seconds: a number, or a text with a unit such as ``"2 ms"``."""
    match = isinstance(value, str) and _TIME.fullmatch(value.strip())
    found = float(match[1]) * _UNITS[match[2]] if match else value
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        found = math.nan
    if not 0 <= found <= _LONGEST:
        raise ValueError(
            f"{name} is {value!r}, and seconds from 0 to {_LONGEST:.0f} are meant, as a number or "
            'with a unit, such as "2 ms"'
        )
    return found


def durations(given, known):
    """The durations of a module by name, in seconds; ``known`` are the valid names."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"timing has no {unknown[0]!r}; there are {', '.join(known)}")
    return {name: seconds(name, value) for name, value in given.items()}


def options(**given):
    """Raise ValueError for numbers that a module cannot have; None means not given."""
    for name, value in given.items():
        if value is not None:
            number(name, value)


# -- access points -----------------------------------------------------------------------------


def text(name, value, least, most):
    """A name or password as bytes; ``least`` and ``most`` limit their number."""
    data = value.encode() if isinstance(value, str) else bytes(value)
    if not least <= len(data) <= most:
        raise ValueError(f"the {name} has {len(data)} bytes, and {least} to {most} are meant")
    return data


def address(name, value):
    """Return ``value`` if it is a dotted decimal IPv4 address, else raise ValueError."""
    if not isinstance(value, str) or not is_address(value):
        raise ValueError(f"{name} is {value!r}, and an address such as 192.168.1.50 is meant")
    return value


def mac(name, value):
    """Return ``value`` if it is a MAC address, else raise ValueError."""
    if not isinstance(value, str) or not _MAC.fullmatch(value):
        raise ValueError(f"{name} is {value!r}, and one such as 02:00:00:00:00:01 is meant")
    return value
