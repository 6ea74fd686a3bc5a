# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Turns of sockets that must not wait, since a module does one command at a time.

What such a socket has still to begin is begun when any socket is polled, read or written.
"""

import sys

from .. import held
from ..links import octets
from ..parser import const

STAYS = True

_PERIOD_MS = const(5000)  # how often the module is asked whether a notice was lost
_STAT_GOT_IP = const(3)  # of network.WLAN.status()

_LINGER_MS = const(100)  # how long a closed socket waits for a server's client to close first

waiting = []  # sockets with something to send; the first one is the next
leaving = []  # [socket, when it was closed]: sockets of a server's clients that may close first


def advance(modem):
    """Handle what has come, then begin what is due, if the module is free.

    It never waits. An error that concerns one socket only goes to its ``give_up()``.
    """
    modem.step()
    listener = modem.listener
    while leaving:
        # Without a server, the module gives the link to nobody else.
        late = listener is None or listener.dropped
        if not leaving[0][0].may_go(late or modem.port.since(leaving[0][1]) > _LINGER_MS):
            break
        leaving.pop(0)
    while waiting or modem.unwanted or (listener is not None and listener.dropped):
        sock = waiting[0] if waiting else None
        try:
            if modem.chores():
                return
            if sock is None:
                listener.stop()
                return
            waiting.pop(0)
            sock.send_on()
        except OSError as e:
            if sock is None:
                return  # the next use of the module will report it
            if waiting and waiting[0] is sock:
                waiting.pop(0)
            sock.give_up(e)


def is_joined():
    """Whether a connection may be begun; if ``network`` is used, also continue its join.

    A radio joins a lost network when it is used, and waits seconds for that; ``network`` joins it
    without waiting. If the program does not use ``network``, a connection may always be begun.
    """
    station = held.station
    return station is None or not station.network or station.status() == _STAT_GOT_IP


def may_ask(modem):
    """Whether it is time to ask what the module holds."""
    return not modem.state and modem.port.since(modem.asked) > _PERIOD_MS


def has_streams():
    """Whether the program uses asyncio, whose streams give the same bytes again after None."""
    return "asyncio" in sys.modules or "uasyncio" in sys.modules


def part(data, start=None, size=None):
    """The bytes that ``write(data)``, ``write(data, n)`` or ``write(data, start, n)`` writes, as a
    memoryview. As in MicroPython, a number below 0 means all.
    """
    view = octets("data", data.encode() if isinstance(data, str) else data)
    if size is not None:
        view = view[start:]
        start = size
    return view if start is None or start < 0 else view[:start]
