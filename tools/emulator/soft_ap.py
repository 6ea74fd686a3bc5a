"""The module's own access point, and who is on it."""

import ipaddress

from .commands.wifi import ip, mac
from .network import bits, is_address

#: The lease of an address in minutes, and how many there are, unless AT+CWDHCPS says otherwise.
_LEASE, _COUNT = 120, 100


class SoftAp:
    """The clients of the soft-AP: {mac: address}."""

    def __init__(self, core):
        self._core = core
        self.clients = {}

    def join(self, client, address=None):
        """A client with the MAC ``client`` comes and gets an address; returns the address."""
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
        """Is the peer of ``link`` on the soft-AP's side, and not on the station's?"""
        if not self._core.settings.wifi_mode & 2:
            return False
        return self._inside(link.channel.remote[0])

    def _inside(self, address):
        own, _, netmask = map(bits, self._core.settings.ap_ip)
        return not (bits(address) ^ own) & netmask

    def gives(self, address):
        """Can this be an address that clients are given?"""
        return is_address(address) and self._inside(address)

    @property
    def range(self):
        """AT+CWDHCPS: the lease in minutes, the first and the last address that is given."""
        own = bits(self._core.settings.ap_ip[0])
        ends = (str(ipaddress.IPv4Address(min(own + n, 0xFFFFFFFF))) for n in (1, _COUNT))
        return self._core.settings.dhcps or (_LEASE, *ends)

    def _free(self):
        """The lowest address that nobody has, or None."""
        _, first, last = self.range
        taken = {self._core.settings.ap_ip[0], *self.clients.values()}
        every = map(str, map(ipaddress.IPv4Address, range(bits(first), bits(last) + 1)))
        return next((address for address in every if address not in taken), None)

    def leave(self, client):
        """The client goes."""
        del self.clients[client]
        self._core.notify("sta disconnected", *mac(client))
