# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Members of ``Radio``: addresses, DHCP and name servers. Loaded for each use.

Addresses are ``ipaddress.IPv4Address`` where there is a module ``ipaddress`` (CircuitPython with
lib/ipaddress.py, CPython), else str; both are accepted. What is set here is set again after the
module has restarted. The first parameter of every function is the radio.
"""

from .. import calls
from ..at.args import address as checked
from ..at.essential import cipsta_query, garbled, station
from ..at.services import cipdns, cipdns_query
from ..at.wifi import cipap, cipap_query, cipsta, cwdhcp, is_soft_ap


def address(text, command=b"+CIPSTA"):
    """Convert an address of a reply to the type that the runtime has for addresses; None stays
    None.

    :param bytes command: the command of the reply, for the error
    :raises OSError: EIO, it is no address
    """
    if text is None:
        return None
    try:
        from ipaddress import IPv4Address
    except ImportError:
        return text
    try:
        return IPv4Address(text)
    except ValueError:
        raise garbled(command, text.encode() if isinstance(text, str) else text)


def _station(radio, which):
    """Field ``which`` of ``AT+CIPSTA?``; None while not joined."""
    return address(cipsta_query(radio.up())[which]) if radio.connected else None


def ipv4_address(radio):
    """The module's address on the network (``AT+CIPSTA?``); None while not joined."""
    return _station(radio, 0)


def ipv4_gateway(radio):
    """The network's gateway (``AT+CIPSTA?``); None while not joined."""
    return _station(radio, 1)


def ipv4_subnet(radio):
    """The network's mask (``AT+CIPSTA?``); None while not joined."""
    return _station(radio, 2)


def addresses(radio):
    """The module's addresses (``AT+CIPSTA?``), a tuple of str; empty while not joined."""
    found = ipv4_address(radio)
    return () if found is None else (str(found),)


def _soft_ap(radio, which):
    """Field ``which`` of ``AT+CIPAP?``; None while the soft-AP is off."""
    modem = radio.awake()
    return address(cipap_query(modem)[which], b"+CIPAP") if is_soft_ap(modem) else None


def ipv4_address_ap(radio):
    """The soft-AP's own address (``AT+CIPAP?``); None while it is off."""
    return _soft_ap(radio, 0)


def ipv4_gateway_ap(radio):
    """The gateway that the soft-AP gives its stations (``AT+CIPAP?``); None while it is off."""
    return _soft_ap(radio, 1)


def ipv4_subnet_ap(radio):
    """The mask of the soft-AP's network (``AT+CIPAP?``); None while it is off."""
    return _soft_ap(radio, 2)


def addresses_ap(radio):
    """The soft-AP's addresses (``AT+CIPAP?``), a tuple of str; empty while it is off."""
    found = ipv4_address_ap(radio)
    return () if found is None else (str(found),)


def set_ipv4_address(radio, *, ipv4, netmask, gateway, ipv4_dns=None):
    """Use a fixed address (``AT+CIPSTA``); DHCP is off then.

    :param ipv4: with ``netmask`` and ``gateway``: an ``IPv4Address`` or a str
    :param ipv4_dns: a name server (``AT+CIPDNS``); None: do not change it
    :raises ValueError: no IPv4 address
    """
    fixed = str(ipv4), str(gateway), str(netmask)
    for each in fixed if ipv4_dns is None else fixed + (str(ipv4_dns),):
        checked("address", each)
    cipsta(station(radio.awake()), *fixed)
    if ipv4_dns is not None:
        put_ipv4_dns(radio, ipv4_dns)


def set_ipv4_address_ap(radio, *, ipv4, netmask, gateway):
    """Set the soft-AP's address (``AT+CIPAP``); its DHCP server assigns addresses next to it.

    :param ipv4: with ``netmask`` and ``gateway``: an ``IPv4Address`` or a str
    :raises ValueError: no IPv4 address
    """
    cipap(radio.awake(), str(ipv4), str(gateway), str(netmask))


def start_dhcp(radio, *, ipv4=True, ipv6=False):
    """Get the address by DHCP (``AT+CWDHCP``), which is the default.

    :param bool ipv4: False: as ``stop_dhcp()``
    :raises NotImplementedError: ``ipv6``, which the sockets do not have
    """
    if ipv6:
        raise NotImplementedError("IPv6: the sockets are IPv4")
    if not ipv4:
        return stop_dhcp(radio)
    return cwdhcp(station(radio.awake()), 1)


def stop_dhcp(radio):
    """Stop getting an address by DHCP (``AT+CWDHCP``); ``set_ipv4_address()`` sets one."""
    cwdhcp(station(radio.awake()), 0)


def start_dhcp_ap(radio):
    """Let the soft-AP assign addresses to its stations (``AT+CWDHCP``), which is the default."""
    cwdhcp(radio.awake(), 1, False, True)


def stop_dhcp_ap(radio):
    """Stop the soft-AP from assigning addresses to its stations (``AT+CWDHCP``)."""
    cwdhcp(radio.awake(), 0, False, True)


def dns(radio):
    """The name servers in use (``AT+CIPDNS?``), a tuple of str.

    :raises OSError: EOPNOTSUPP, NonOS AT 1.3 cannot tell
    """
    return cipdns_query(radio.awake())[1]


def put_dns(radio, servers):
    """Set the name servers (``AT+CIPDNS``).

    :param servers: up to three (NonOS: two), each an ``IPv4Address`` or a str; empty: use those
        from DHCP
    :raises OSError: EOPNOTSUPP, NonOS AT 1.3 cannot
    """
    servers = [str(server) for server in servers]
    modem = radio.awake()
    if servers:
        cipdns(modem, 1, *servers)
    else:
        cipdns(modem, 0)
        calls.drop(modem, b"+CIPDNS=")


def ipv4_dns(radio):
    """The first name server in use (``AT+CIPDNS?``); None if there is none."""
    servers = dns(radio)
    return address(servers[0], b"+CIPDNS") if servers else None


def put_ipv4_dns(radio, server):
    """Set one name server (``AT+CIPDNS``), an ``IPv4Address`` or a str."""
    put_dns(radio, (server,))
