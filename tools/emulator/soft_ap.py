"""The module's own access point (soft-AP), and its clients."""

import ipaddress

from .commands.wifi import ip, mac
from .network import bits, is_address

#: The defaults of AT+CWDHCPS: the lease of an address in minutes, and the number of addresses.
_LEASE, _COUNT = 120, 100


class SoftAp:
    """The clients of the soft-AP: {mac: address}."""

    def __init__(self, core):
        self._core = core
        self.clients = {}

    def join(self, client, address=None):
        """Let a client with the MAC address ``client`` join; returns its IP address.

        Raises ConnectionError if there is no soft-AP, or no place or address left.
        """
        core = self._core
        if not core.settings.wifi_mode & 2:
            raise ConnectionError("the module has no soft-AP: AT+CWMODE=2 or 3 first")
        if len(self.clients) >= core.settings.ap_clients:
            raise ConnectionError("the soft-AP is full")
        address = address or self._free()
        if address is None:
            raise ConnectionError("the soft-AP has no address left (AT+CWDHCPS)")
        self.clients[client] = address
        core.notify("sta connected", *mac(client))
        core.notify("sta address", *mac(client), *ip(self.clients[client]))
        return self.clients[client]

    def reaches(self, link):
        """Whether the peer of ``link`` is in the soft-AP's network, not in the station's."""
        if not self._core.settings.wifi_mode & 2:
            return False
        return self._inside(link.channel.remote[0])

    def _inside(self, address):
        own, _, netmask = map(bits, self._core.settings.ap_ip)
        return not (bits(address) ^ own) & netmask

    def gives(self, address):
        """Whether clients can be given this address."""
        return is_address(address) and self._inside(address)

    @property
    def range(self):
        """AT+CWDHCPS: the lease in minutes, and the first and the last address for clients."""
        own = bits(self._core.settings.ap_ip[0])
        ends = (str(ipaddress.IPv4Address(min(own + n, 0xFFFFFFFF))) for n in (1, _COUNT))
        return self._core.settings.dhcps or (_LEASE, *ends)

    def _free(self):
        """The lowest free address, or None."""
        _, first, last = self.range
        taken = {self._core.settings.ap_ip[0], *self.clients.values()}
        every = map(str, map(ipaddress.IPv4Address, range(bits(first), bits(last) + 1)))
        return next((address for address in every if address not in taken), None)

    def leave(self, client):
        """Let the client leave."""
        del self.clients[client]
        self._core.notify("sta disconnected", *mac(client))
