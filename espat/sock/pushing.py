# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The change to active receive for a UDP socket, on firmware that can only do it for all links.

Loaded when a UDP socket opens there, and forgotten.
"""

from .. import calls, lazy
from ..errors import fail
from ..parser import const

_OK = const(2)  # an event
_LOST_BYTES = const(6)  # a state of a link
_RECEIVING = const(3)  # what a socket is doing

_ROOM = const(2920)  # bytes a TCP socket may have unread, active receive: the longest +IPD
_AROUND = const(64)  # bytes that come with a payload: its header, its end, a notice or two
_PUSH_MS = const(200)  # how long the module may take to push what came while the mode changed


def begin(radio, udp):
    """Fetch what the module holds for TCP sockets, then send ``AT+CIPRECVMODE=0``.

    The module should push bytes that came between the last fetch and the change.
    ``AT+CIPRECVLEN?`` tells whether it still holds some: then they are fetched in passive mode, and
    the change is tried again, since newer bytes must not overtake them.
    """
    modem = radio.modem
    for _ in range(3):
        _fetch_all(radio)
        _set(modem, udp, 0)
        if not _streams(modem):
            return
        if calls.outcome(modem, b"+CIPRECVLEN?", (), None) == _OK:
            lazy.call("sock.repair", "compare", modem)
        since = modem.port.ticks()
        while _streams(modem, 1):
            if modem.port.since(since) > _PUSH_MS:
                break
            modem.rest()
        else:
            return
        _set(modem, udp, 1)
    for sock in _streams(modem, 1):
        modem.lose(sock.link, _LOST_BYTES)
    _set(modem, udp, 0)


def _set(modem, udp, mode):
    """Send ``AT+CIPRECVMODE=<mode>``, and note in the UDP socket that it has to restore it.

    :raises OSError: EIO, the module refuses
    """
    udp.pushed = True
    if not calls.receive(modem, mode):
        raise fail("unset", b"+CIPRECVMODE=", modem.words or b"ERROR")


def _streams(modem, least=0):
    """The TCP sockets that have a link, and for which the module holds at least so many bytes."""
    socks = [owner for owner in map(modem.owner, range(5)) if owner and owner.type == 1]
    return [sock for sock in socks if modem.unread[sock.link] >= least]


def _fetch_all(radio):
    """Read what the module holds for TCP sockets into their rings; leave space for pushed bytes."""
    modem = radio.modem
    modem.turn()
    for sock in _streams(modem):
        link = sock.link
        lazy.call("sock.repair", "make_room", sock, modem.unread[link], _ROOM)
        while modem.unread[link] > 0:
            n = min(modem.unread[link], max(32, radio.rx_size - _AROUND))
            modem.turn()
            modem.follow(b"+CIPRECVDATA=", (link, n), b"", 5000, sock, link)
            modem.requested = modem.parser.asked = n
            modem.receiver = sock
            sock.asked = n
            sock.doing = _RECEIVING
            while modem.state:
                modem.rest()
            if sock.asked:  # nothing came: the module has no bytes, whatever it announced
                modem.unread[link] = 0
