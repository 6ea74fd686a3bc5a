"""What programs and people say of an emulated module's world, in one word each.

The same for a command line and for a URL: ``home:secret;rssi=-80`` is an access point,
``web.test=127.0.0.1:8080`` a host.
"""

from .access_point import AccessPoint


def access_point(text):
    """An access point from ``name[:password][;option]...``.

    Options: ``rssi=-70`` (dBm), ``channel=6``, ``security=4`` (the ``<ecn>`` of AT+CWLAP),
    ``bssid=02:...``, ``ip=``, ``hidden``, ``no-dhcp``, ``silent``. A ``;`` that no option
    follows belongs to the password.
    """
    options = {}
    while ";" in text:
        rest, _, option = text.rpartition(";")
        name, _, value = option.partition("=")
        if name not in _OPTIONS:
            break
        key, read = _OPTIONS[name]
        options[key] = _value(read, value, f"{name} of an access point")
        text = rest
    ssid, _, password = text.partition(":")
    if not ssid:
        raise ValueError(f"{text!r} names no access point: name:password is meant")
    return AccessPoint(ssid, password, **options)


def host(text):
    """(name, place) for SocketNetwork from ``name=address[:port]``.

    With a port, whatever port of that name a program uses leads to that one.
    """
    name, _, place = text.partition("=")
    address, _, port = place.partition(":")
    if not name or not address:
        raise ValueError(f"{text!r} is no host: name=127.0.0.1:8080 is meant")
    if not port:
        return name, address
    return name, (address, _value(int, port, "port of a host"))


def _value(read, text, what):
    try:
        return read(text)
    except ValueError:
        raise ValueError(f"{text!r} is no {what}") from None


#: Option: (parameter of AccessPoint, how its value is read).
_OPTIONS = {
    "rssi": ("rssi", int),
    "channel": ("channel", int),
    "security": ("security", int),
    "bssid": ("bssid", str),
    "ip": ("ip", str),
    "hidden": ("hidden", lambda _: True),
    "no-dhcp": ("dhcp", lambda _: False),
    "silent": ("silent", lambda _: True),
}
