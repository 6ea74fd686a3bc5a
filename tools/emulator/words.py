"""Parses short texts that describe the surroundings of an emulated module.

Command lines and URLs use the same form: ``home:secret,rssi=-80`` is an access point,
``web.test=127.0.0.1:8080`` a host.
"""

import re

from . import limits
from .access_point import AccessPoint
from .network import is_address

#: ``<ecn>`` of AT+CWLAP by its common name.
SECURITY = {
    "open": 0,
    "wep": 1,
    "wpa": 2,
    "wpa2": 3,
    "wpa/wpa2": 4,
    "wpa2-enterprise": 5,
    "wpa3": 6,
    "wpa2/wpa3": 7,
}


def access_point(text):
    r"""An access point from ``name[:password][,option]...``.

    Options: ``rssi=-70`` (dBm), ``channel=6``, ``security=wpa2`` (or the ``<ecn>`` of AT+CWLAP),
    ``bssid=02:...``, ``ip=``, ``hidden``, ``no-dhcp``, ``silent``.

    The name ends at the first colon. The password may contain colons, and commas that are not
    followed by the name of an option. A backslash makes the next character an ordinary one: a
    colon in a name, a comma before ``hidden`` in a password, or a backslash.
    """
    parts = _split(text, ",")
    options = {}
    while len(parts) > 1 and parts[-1].partition("=")[0] in _OPTIONS:
        name, _, value = parts.pop().partition("=")
        key, read = _OPTIONS[name]
        if key in options:
            raise ValueError(f"{name} of an access point is given twice")
        options[key] = _value(read, value, f"{name} of an access point")
    ssid, *password = _split(",".join(parts), ":")
    if not ssid:
        raise ValueError(f"{text!r} names no access point: name:password is meant")
    return AccessPoint(_plain(ssid), _plain(":".join(password)), **options)


def _split(text, mark):
    """Split ``text`` at marks that have no backslash before them."""
    pieces = re.findall(rf"((?:\\.|[^\\{mark}]|\\$)*)({mark}|$)", text, re.DOTALL)
    last = next(at for at, (_, end) in enumerate(pieces) if not end)
    return [piece for piece, _ in pieces[: last + 1]]


def _plain(text):
    """Remove the escaping backslashes from ``text``."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def host(text):
    """(name, place) for SocketNetwork from ``name[:port]=address[:port]``.

    With a port on the right only, every port of that name leads to it. With a port on the left
    too, only that port leads to it, and the others are not changed.
    """
    name, _, place = text.partition("=")
    address, _, port = place.partition(":")
    name, _, asked = name.partition(":")
    address = {"localhost": "127.0.0.1"}.get(address, address)
    if not name or not is_address(address) or (asked and not port):
        raise ValueError(f"{text!r} is no host: name=127.0.0.1:8080 is meant")
    if not port:
        return name, address
    real = _port(port)
    return name, (address, {_port(asked): real} if asked else real)


def add_host(hosts, text):
    """Add a host to the hosts of SocketNetwork; single ports of one name are combined."""
    name, place = host(text)
    old = hosts.get(name)
    if _by_port(old) and _by_port(place) and old[0] == place[0]:
        place = (place[0], old[1] | place[1])
    elif old is not None:
        raise ValueError(f"{name!r} is given twice: {text!r} too")
    hosts[name] = place


def _by_port(place):
    return isinstance(place, tuple) and isinstance(place[1], dict)


def _port(text):
    port = _value(limits.whole, text, "port of a host")
    if not 0 < port < 65536:
        raise ValueError(f"{text!r} is no port of a host")
    return port


def security(text):
    """``<ecn>`` by its name or number."""
    if text in SECURITY:
        return SECURITY[text]
    if text.isascii() and text.isdigit() and int(text) in SECURITY.values():
        return int(text)
    raise ValueError(f"{text!r} is no security; there are {', '.join(SECURITY)}")


def _value(read, text, what):
    try:
        return read(text)
    except ValueError as error:
        known = str(error).partition("; ")[2]
        raise ValueError(f"{text!r} is no {what}" + (f"; {known}" if known else "")) from None


#: {option: (parameter of AccessPoint, function that reads its value)}
_OPTIONS = {
    "rssi": ("rssi", limits.whole),
    "channel": ("channel", limits.whole),
    "security": ("security", security),
    "bssid": ("bssid", str),
    "ip": ("ip", str),
    "hidden": ("hidden", lambda _: True),
    "no-dhcp": ("dhcp", lambda _: False),
    "silent": ("silent", lambda _: True),
}
