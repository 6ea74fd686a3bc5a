"""The module's own access point, and who is on it."""

import ipaddress

from .commands.wifi import ip, mac


def _bits(address):
    return int(ipaddress.IPv4Address(address))


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
        network = core.settings.ap_ip[0].rsplit(".", 1)[0]
        self.clients[client] = address or f"{network}.{2 + len(self.clients)}"
        core.notify("sta connected", *mac(client))
        core.notify("sta address", *mac(client), *ip(self.clients[client]))
        return self.clients[client]

    def reaches(self, link):
        """Is the peer of ``link`` on the soft-AP's side, and not on the station's?"""
        if not self._core.settings.wifi_mode & 2:
            return False
        own, _, netmask = map(_bits, self._core.settings.ap_ip)
        return not (_bits(link.channel.remote[0]) ^ own) & netmask

    def leave(self, client):
        """The client goes."""
        del self.clients[client]
        self._core.notify("sta disconnected", *mac(client))
