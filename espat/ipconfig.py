# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Of ``Radio``: addresses, DHCP and name servers. Loaded for each use.

Addresses are ``ipaddress.IPv4Address`` where there is a module ``ipaddress`` (CircuitPython with
lib/ipaddress.py, CPython), else str; either is taken. What is set is set again when the module has
restarted.
"""

from .kept import DNS, IP, SOFTAP_DHCP, SOFTAP_IP, drop, keep
from .services import cipdns_query
from .station import awake
from .wifi import cipsta_query, cwmode_query
from .wlan import cipap_query


def address(text):
    """An address as the runtime has it; None is none."""
    if text is None:
        return None
    try:
        from ipaddress import IPv4Address
    except ImportError:
        return text
    return IPv4Address(text)


def _station(radio, which):
    """A part of ``AT+CIPSTA?``, None while not joined."""
    return address(cipsta_query(radio.up())[which]) if radio.connected else None


def ipv4_address(radio):
    """``AT+CIPSTA?``: the module's address on the network, None if it has none."""
    return _station(radio, 0)


def ipv4_gateway(radio):
    """``AT+CIPSTA?``: who forwards what is for elsewhere, None if not joined."""
    return _station(radio, 1)


def ipv4_subnet(radio):
    """``AT+CIPSTA?``: the network's mask, None if not joined."""
    return _station(radio, 2)


def addresses(radio):
    """``AT+CIPSTA?``: the addresses on the network, a tuple of str; empty if not joined."""
    found = ipv4_address(radio)
    return () if found is None else (str(found),)


def _softap(radio, which):
    """A part of ``AT+CIPAP?``, None where the module is no access point."""
    modem = awake(radio)
    return address(cipap_query(modem)[which]) if cwmode_query(modem) & 2 else None


def ipv4_address_ap(radio):
    """``AT+CIPAP?``: the access point's own address, None if it is none."""
    return _softap(radio, 0)


def ipv4_gateway_ap(radio):
    """``AT+CIPAP?``: what the access point names as gateway, None if it is none."""
    return _softap(radio, 1)


def ipv4_subnet_ap(radio):
    """``AT+CIPAP?``: the mask of the access point's network, None if it is none."""
    return _softap(radio, 2)


def addresses_ap(radio):
    """``AT+CIPAP?``: the access point's addresses, a tuple of str; empty if it is none."""
    found = ipv4_address_ap(radio)
    return () if found is None else (str(found),)


def set_ipv4_address(radio, *, ipv4, netmask, gateway, ipv4_dns=None):
    """``AT+CIPSTA``, ``AT+CIPDNS``: an address of one's own choice; DHCP is off then."""
    args = str(ipv4), str(gateway), str(netmask)
    modem = awake(radio)
    _in_station_mode(modem)
    keep(modem, IP, "wlan", "cipsta", *args)
    if ipv4_dns is not None:
        put_ipv4_dns(radio, ipv4_dns)


def set_ipv4_address_ap(radio, *, ipv4, netmask, gateway):
    """``AT+CIPAP``: the access point's address; its DHCP server gives out what fits it."""
    keep(awake(radio), SOFTAP_IP, "wlan", "cipap", str(ipv4), str(gateway), str(netmask))


def start_dhcp(radio, *, ipv4=True, ipv6=False):
    """``AT+CWDHCP``: have an address given by the network.

    :raises NotImplementedError: ipv6, which the sockets do not have
    """
    if ipv6:
        raise NotImplementedError("IPv6: the sockets are IPv4")
    if not ipv4:
        return stop_dhcp(radio)
    modem = awake(radio)
    _in_station_mode(modem)
    keep(modem, IP, "wlan", "cwdhcp", 1)
    return None


def stop_dhcp(radio):
    """``AT+CWDHCP``: no address from the network; ``set_ipv4_address()`` sets one."""
    modem = awake(radio)
    _in_station_mode(modem)
    keep(modem, IP, "wlan", "cwdhcp", 0)


def start_dhcp_ap(radio):
    """``AT+CWDHCP``: let the access point give out addresses."""
    keep(awake(radio), SOFTAP_DHCP, "wlan", "cwdhcp", 1, False, True)


def stop_dhcp_ap(radio):
    """``AT+CWDHCP``: let the access point give out no addresses."""
    keep(awake(radio), SOFTAP_DHCP, "wlan", "cwdhcp", 0, False, True)


def dns(radio):
    """``AT+CIPDNS?``: who is asked for the addresses of names, a tuple of str."""
    return cipdns_query(awake(radio))[1]


def put_dns(radio, servers):
    """``AT+CIPDNS``: up to three (NonOS: two); none: whom DHCP names."""
    servers = [str(server) for server in servers]
    modem = awake(radio)
    if servers:
        keep(modem, DNS, "services", "cipdns", 1, *servers)
    else:
        keep(modem, DNS, "services", "cipdns", 0)
        drop(modem, DNS)


def ipv4_dns(radio):
    """``AT+CIPDNS?``: the first of them, None if there is none."""
    servers = dns(radio)
    return address(servers[0]) if servers else None


def put_ipv4_dns(radio, server):
    """``AT+CIPDNS``: this one and no other."""
    put_dns(radio, (server,))


def _in_station_mode(modem):
    from .wifi import station

    station(modem)
