# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Which members a radio has besides those in its class, and in which room each is.

Loaded when one of them is used, and forgotten. A new member is a function in a room of this folder
and a name in the table.
"""

from .. import lazy
from ..errors import ATError, fail

# (room, kind, names). "get": an attribute that can be read, by the function of its name; "set": an
# attribute that can also be set, by put_<name>; "call": a method. The functions' first parameter is
# the radio.
MEMBERS = (
    ("device", "get", "connected firmware"),
    ("device", "set", "enabled hostname mac_address mac_address_ap power_management tx_power"),
    ("device", "call", "command deinit ping reset start_station stop_station"),
    ("networks", "get", "ap_info ap_active stations_ap"),
    ("networks", "call", "start_scanning_networks stop_scanning_networks start_ap stop_ap"),
    ("addresses", "get", "addresses addresses_ap ipv4_address ipv4_address_ap"),
    ("addresses", "get", "ipv4_gateway ipv4_gateway_ap ipv4_subnet ipv4_subnet_ap"),
    ("addresses", "set", "dns ipv4_dns"),
    ("addresses", "call", "set_ipv4_address set_ipv4_address_ap"),
    ("addresses", "call", "start_dhcp start_dhcp_ap stop_dhcp stop_dhcp_ap"),
    ("passthrough", "call", "passthrough"),
)


def reader(radio, name):
    """The function that reads a member: a method itself, or what returns an attribute.

    :returns: ``(function, True if it is a method)``
    :raises AttributeError: there is no such member
    """
    room, kind = _find(name)
    if not room:
        raise AttributeError(name)
    return _bound(radio, room, name), kind == "call"


def writer(radio, name):
    """The function that sets a member to a value; None if there is no such member.

    :raises AttributeError: the member cannot be set
    """
    room, kind = _find(name)
    if kind == "set":
        return _bound(radio, room, "put_" + name)
    if kind or hasattr(type(radio), name):
        raise AttributeError("%s cannot be set" % name)
    return None


def attributes():
    """The names of all members that are not methods, a list."""
    found = []
    for _, kind, names in MEMBERS:
        if kind != "call":
            found += names.split()
    return found


def _find(name):
    """``(room, kind)`` of a member; ``(None, None)`` if the table does not have it."""
    for room, kind, names in MEMBERS:
        if name in names.split():
            return room, kind
    return None, None


def _bound(radio, room, function):
    """A function of a room, bound to the radio.

    A refused command raises OSError, but ATError from ``command()``. CircuitPython's stack is
    small: so this calls ``lazy`` directly.
    """

    def call(*args, **names):
        try:
            return lazy.call("members." + room, function, radio, *args, **names)
        except ATError as e:
            if function == "command":
                raise
            raise fail("command_refused", e)

    return call
