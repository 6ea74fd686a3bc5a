# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What ``Radio`` can do beside carrying sockets, by name. Loaded when the first is used.

Most of it is in modules by subject, which are loaded for each use, and let go of.
"""

import sys

# Where each is, as a function of its name that takes the radio first.
_PROPERTIES = (
    ("station", "connected firmware"),
    ("device", "enabled hostname mac_address mac_address_ap power_management tx_power"),
    ("scan", "ap_info"),
    ("softap", "ap_active stations_ap"),
    ("ipconfig", "addresses addresses_ap dns ipv4_address ipv4_address_ap ipv4_dns"),
    ("ipconfig", "ipv4_gateway ipv4_gateway_ap ipv4_subnet ipv4_subnet_ap"),
)
_METHODS = (
    ("station", "reset command deinit"),
    ("device", "start_station stop_station ping"),
    ("scan", "start_scanning_networks stop_scanning_networks"),
    ("softap", "start_ap stop_ap"),
    ("ipconfig", "set_ipv4_address set_ipv4_address_ap"),
    ("ipconfig", "start_dhcp stop_dhcp start_dhcp_ap stop_dhcp_ap"),
)
_FORGOTTEN = "device scan softap ipconfig kept wifi wlan services basic asking startup"
SETTABLE = "enabled hostname mac_address mac_address_ap power_management tx_power dns ipv4_dns"


def use(radio, name):
    """``radio.<name>``: the value of a property, or what to call."""
    place = _place(_PROPERTIES, name)
    if place:
        return _call(place, name, (radio,), {})
    place = _place(_METHODS, name)
    if place:
        return lambda *args, **names: _call(place, name, (radio,) + args, names)
    raise AttributeError(name)


def put(radio, name, value):
    """``radio.<name> = value``."""
    if name in SETTABLE.split():
        _call(_place(_PROPERTIES, name), "put_" + name, (radio, value), {})
    elif _place(_PROPERTIES, name) or _place(_METHODS, name):
        raise AttributeError("%s cannot be set" % name)
    else:
        object.__setattr__(radio, name, value)


def _place(table, name):
    """The module that has a member, by a table; None if none has."""
    for place, members in table:
        if name in members.split():
            return place
    return None


def _call(place, name, args, names):
    """Call what stands there, and forget the modules that were loaded for it."""
    package = __name__[: __name__.rfind(".") + 1]
    modules = [module for module in _FORGOTTEN.split() if package + module not in sys.modules]
    try:
        module = __import__(package + place, None, None, (name,))
        return getattr(module, name)(*args, **names)
    finally:
        from .command import let_go

        let_go(*modules)


def awake(radio):
    """The modem, set up; unlike after ``Radio.up()`` it may not be joined."""
    modem = radio.modem
    modem.step()
    if not modem.up:
        from .startup import start

        start(radio)
    return modem


def connected(radio):
    """Whether the module is joined and has an address, as far as its notices tell."""
    radio.modem.step()
    return radio.modem.wifi == 2


def firmware(radio):
    """The module's family and version: "ESP32 ESP-AT 3.3"."""
    modem = radio.up()
    from .firmware import name

    return name(modem.firmware)


def reset(radio):
    """Restart the module: by its pin if there is one, else by ``AT+RST``."""
    from .search import restart

    restart(radio)


def deinit(radio):
    """Give the UART back. The module goes on as it is: it may stay joined."""
    radio.modem.up = False
    uart = radio.modem.port.uart
    (getattr(uart, "deinit", None) or uart.close)()


def command(radio, line, timeout=5):
    """Any command, whole: ``radio.command("AT+CIPSTATUS")``.

    :param str line: ASCII, beginning with AT, without CRLF, quoted and escaped by you
    :param timeout: seconds
    :returns: the reply lines, bytes
    :raises ATError: the module refused it
    :raises ValueError: a line break, NUL, or not a command
    """
    name = line.encode()
    if name[:2] != b"AT" or b"\r" in name or b"\n" in name or b"\0" in name:
        raise ValueError("not one AT command")
    from .command import run

    return run(radio.up(), name[2:], (), None, int(timeout * 1000))
