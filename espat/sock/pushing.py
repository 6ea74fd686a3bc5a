# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Receive mode is for all links at once on some firmware: a UDP socket changes it for TCP ones too.

Loaded when a UDP socket opens there, and forgotten.
"""

from .. import calls, lazy
from ..errors import fail
from ..parser import const

_OK = const(2)  # an event
_LOST_BYTES = const(6)  # a link
_RECEIVING = const(3)  # what a socket is doing

_ROOM = const(2920)  # what a TCP socket may have unread, active receive: the longest +IPD
_AROUND = const(64)  # bytes that come with a payload: its header, its end, a notice or two
_PUSH_MS = const(200)  # how long what came while the mode changed may take to be pushed


def begin(radio, udp):
    """``AT+CIPRECVMODE=0``; what the module holds for TCP sockets is fetched before.

    What comes between the last fetch and the change is pushed, or else (asked for by
    ``AT+CIPRECVLEN?``) fetched in passive mode once more: nothing may stay behind that newer bytes
    could overtake.
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
    """``AT+CIPRECVMODE=<mode>``, and who it was for.

    :raises OSError: EIO, it is refused
    """
    if not calls.sure(modem, b"+CIPRECVMODE=", (mode,)):
        raise fail("set_up_refused", b"+CIPRECVMODE=", modem.words or b"ERROR")
    modem.passive = mode == 1
    udp.pushed = mode == 0


def _streams(modem, least=0):
    """The TCP sockets that have a link, and of whose bytes the module holds so many."""
    socks = [owner for owner in map(modem.owner, range(5)) if owner and owner.type == 1]
    return [sock for sock in socks if modem.unread[sock.link] >= least]


def _fetch_all(radio):
    """Read what the module holds for TCP sockets into their rings, with room for what it pushes."""
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
            if sock.asked:  # it has none, whatever it said
                modem.unread[link] = 0
