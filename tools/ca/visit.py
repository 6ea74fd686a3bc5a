"""Verified connections through a module, to see whether its roots do."""

import errno
import time
from dataclasses import dataclass

import espat
from espat import tls
from espat.at import essential
from espat_tools.ca.show import row
from espat_tools.demo.visit import words
from espat_tools.demo.wanted import Unwanted

PATIENCE = 30
"""Seconds that a connection may take."""


@dataclass(frozen=True)
class Network:
    """What to join; no `ssid`: what the module is in already."""

    ssid: str | None = None
    password: str | None = None


def visit(radio: espat.Radio, places: list[tuple[str, int]], network: Network) -> int:
    """Connect to each place as a program with a default context does: how many failed.

    Raises Unwanted for a module that is in no network.
    """
    _join(radio, network)
    return sum(not _connects(radio, host, port) for host, port in places)


def _join(radio: espat.Radio, network: Network) -> None:
    if network.ssid is not None:
        radio.connect(network.ssid, network.password or "")
        return
    if essential.cipsta_query(radio.modem)[0] is None:
        raise Unwanted("The module is in no network: say which it shall join, with --ssid.")


def _connects(radio: espat.Radio, host: str, port: int) -> bool:
    place = f"{host}:{port}"
    context = tls.create_default_context()
    since = time.monotonic()
    try:
        sock = context.wrap_socket(espat.SocketPool(radio).socket(), server_hostname=host)
        with sock:
            sock.settimeout(PATIENCE)
            sock.connect((host, port))
    except (OSError, ValueError) as error:
        row("failed", f"{place}: {words(error)}")
        if getattr(error, "errno", None) == errno.ECONNABORTED:
            row("", f"Has it the root that {host} needs? espat ca add --for {place} puts it in.")
        return False
    row("verified", f"{place}, in {time.monotonic() - since:.1f} s")
    return True
