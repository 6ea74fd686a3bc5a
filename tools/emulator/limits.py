"""What the options of an emulated module may be: one table, for Python, files and URLs alike.

What is wrong is a ValueError, whose sentence names the option, what was given and what is meant.
"""

import math
import re

from .network import is_address

#: Seconds: the longest that anything may take, and a time that is written with its unit.
_LONGEST = 86400.0
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
_TIME = re.compile(r"(\d+(?:\.\d+)?) *(us|ms|s|min|h)", re.ASCII)
_WHOLE = re.compile(r"[-+]?\d+", re.ASCII)
_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}", re.ASCII)

#: Rates of a UART, in baud: the least and the greatest that any family takes.
RATES = (80, 5_000_000)

#: How far a network reaches, as it is asked for, and as a SocketNetwork has it.
REACHES = {"loopback": "loopback", "host": "any"}

_BYTES = (1, (1 << 31) - 1)

#: Numbers: (least, greatest), both included, and the unit.
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
    """The whole number that ``text`` is: no blanks, no underlines, no digits of other scripts."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def number(name, value):
    """Refuse what is no whole number within the limits of the option ``name``; returns it."""
    least, most, unit = _NUMBERS[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        meant = f"a whole number from {least} to {most} {unit}".strip()
        raise ValueError(f"{name} is {value!r}, and {meant} is meant")
    return value


def seconds(name, value):
    """The seconds that ``value`` is: a number, or a text with a unit such as ``"2 ms"``."""
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
    """The durations of a module, by name, in seconds; ``known`` are the names there are."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"timing has no {unknown[0]!r}; there are {', '.join(known)}")
    return {name: seconds(name, value) for name, value in given.items()}


def options(**given):
    """Refuse numbers that a module cannot have; those that are None are not given."""
    for name, value in given.items():
        if value is not None:
            number(name, value)


# -- access points -----------------------------------------------------------------------------


def text(name, value, least, most):
    """The bytes that a name or password is on the air; ``least`` and ``most`` count them."""
    data = value.encode() if isinstance(value, str) else bytes(value)
    if not least <= len(data) <= most:
        raise ValueError(f"the {name} has {len(data)} bytes, and {least} to {most} are meant")
    return data


def address(name, value):
    """An IPv4 address in figures."""
    if not isinstance(value, str) or not is_address(value):
        raise ValueError(f"{name} is {value!r}, and an address such as 192.168.1.50 is meant")
    return value


def mac(name, value):
    """A MAC address."""
    if not isinstance(value, str) or not _MAC.fullmatch(value):
        raise ValueError(f"{name} is {value!r}, and one such as 02:00:00:00:00:01 is meant")
    return value
