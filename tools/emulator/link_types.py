"""The table of the link types of AT+CIPSTART; a type that is added here can be connected.

Each function makes the channel for one type. It gets the core, the request and the address of the
host, and returns a channel of :mod:`.network`.
"""

import logging
from typing import NamedTuple

from . import tls_client, tls_server
from .tls_engines import Unavailable

_LOG = logging.getLogger("espat_tools.emulator")


class Request(NamedTuple):
    """What AT+CIPSTART asked for."""

    kind: str
    host: str
    port: int
    #: TCP: seconds between keep-alive probes, 0 for none.
    keep_alive: int = 0
    #: UDP: the local port (0: any), and whether the target follows the sender (0 no, 1 once, 2
    #: always).
    local_port: int = 0
    udp_mode: int = 0
    local_ip: str = ""
    #: Seconds until the module gives up, 0 for the family's own limit.
    limit: float = 0.0
    #: The number of the link: AT+CIPSSLC... commands set options for each link.
    link: int = 0


def _tcp(core, request, address):
    return core.network.connect("TCP", address, request.port, keep_alive=request.keep_alive)


def _udp(core, request, address):
    return core.network.datagrams(address, request.port, request.local_port)


LINK_TYPES = {"TCP": _tcp, "UDP": _udp, "SSL": tls_client.connect}

#: The types that AT+CIPSERVER can serve.
SERVER_TYPES = ("TCP", "SSL")


def dial(core, request, address):
    """A channel for ``request``, which may still be connecting; None if that is not possible."""
    try:
        return LINK_TYPES[request.kind](core, request, address)
    except Unavailable as missing:
        _LOG.error("%s", missing)
        return None


def listen(core, kind, port, ca=0):
    """A listener for AT+CIPSERVER; None if that is not possible."""
    try:
        if kind == "SSL":
            return tls_server.serve(core, port, ca)
        return core.network.open_server(kind, port)
    except Unavailable as missing:
        _LOG.error("%s", missing)
        return None
