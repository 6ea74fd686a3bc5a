# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The demo itself: join, resolve, connect, fetch. The same lines run on the desktop and on boards.

What happens is told as it happens: ``tell(event, **figures)``.
"""

from .fetch import fetch

RX_SIZE = 2048  # bytes: the receive buffer of the UART, as the board files make it
GONE = "Input/output error"  # what Linux and macOS say of a port whose adapter was pulled out
TIMEOUT = 20  # seconds that the other end may be silent


def visit(radio, pool, uart, wanted, *, tell, sink):
    """Fetch a page.

    :param Radio radio: and ``pool``, its SocketPool
    :param CountingUART uart: the radio's
    :param dict wanted: ``ssid``, ``password``, ``host``, ``port``, ``path``; ``place``, for the
        Host field; ``tls``, and ``ca``: PEM, None for the roots that the module has
    :param tell: called with the name of an event and its figures
    :param sink: called with each piece of the page
    :raises OSError: the driver's, as ATError and ValueError
    :raises FetchError: the server's fault
    """
    host, port = wanted["host"], wanted["port"]
    tell("joining", ssid=wanted["ssid"])
    radio.connect(wanted["ssid"], wanted["password"])
    tell("joined", ssid=wanted["ssid"], address=str(radio.ipv4_address))
    address = pool.getaddrinfo(host, port)[0][-1]
    tell("found", host=host, address=address[0])
    commands = radio.modem.commands
    crossed = uart.received + uart.sent
    with _socket(pool, wanted) as sock:
        sock.settimeout(TIMEOUT)
        sock.connect(address)
        if wanted["tls"]:
            tell("verified", dates=radio.modem.has("DATES"))
        done = _page(sock, wanted, tell, sink)
    tell(
        "fetched",
        size=done,
        commands=radio.modem.commands,
        commands_page=radio.modem.commands - commands,
        crossed=uart.received + uart.sent,
        crossed_page=uart.received + uart.sent - crossed,
    )


def _socket(pool, wanted):
    """A TCP socket; for https one that verifies the other end, or does not connect."""
    sock = pool.socket()
    if not wanted["tls"]:
        return sock
    from espat import tls  # noqa: PLC0415 - boards need not load it for http

    context = tls.create_default_context(cadata=wanted["ca"])
    return context.wrap_socket(sock, server_hostname=wanted["host"])


def _page(sock, wanted, tell, sink):
    done = [0]

    def piece(view):
        sink(view)
        done[0] += len(view)
        tell("progress", done=done[0], piece=len(view))

    def begun(length):
        tell("begun", length=length)

    return fetch(sock, wanted["place"], wanted["path"], piece, begun)


def words(error):
    """What an exception says, without the number of the driver's."""
    if isinstance(error, OSError):
        if len(error.args) > 1 and error.args[1] != GONE:
            return error.args[1]
        return f"the port failed: is the adapter still plugged in? ({error})"
    return str(error)
