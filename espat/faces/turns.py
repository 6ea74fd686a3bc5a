# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Whose turn it is: a module does one command at a time, and some sockets must not wait for theirs.

What such a socket has yet to begin is begun by whichever socket is polled, read or written next.
"""

import sys

from .. import held
from ..links import octets
from ..parser import const

STAYS = True

_PERIOD_MS = const(5000)  # how often the module is asked whether a notice was lost
_STAT_GOT_IP = const(3)  # of network.WLAN.status()

_LINGER_MS = const(100)  # how long a server's client may take to close, after the last it was sent

waiting = []  # sockets with bytes to send, the one whose turn is next first
leaving = []  # [socket, when it was closed] of a server's clients that may close first


def advance(modem):
    """Take in what is here, then begin what is due, as far as the module may be told something.

    It waits for nothing, and raises nothing that concerns one socket alone, whose ``give_up()`` is
    told.
    """
    modem.step()
    listener = modem.listener
    while leaving:
        # Without a server nobody else gets the link.
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
                return  # whoever wants something of the module will be told
            if waiting and waiting[0] is sock:
                waiting.pop(0)
            sock.give_up(e)


def is_joined():
    """Whether a connection may be begun; what the network is to be joined for is begun meanwhile.

    A radio joins a lost network when it is used, which takes seconds: ``network`` joins it without
    a wait. Where that is not used there is nothing to wait for.
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
    """What ``write(data)``, ``write(data, n)`` and ``write(data, start, n)`` mean, as a memoryview.

    As MicroPython has it: a number below 0 means all.
    """
    view = octets("data", data.encode() if isinstance(data, str) else data)
    if size is not None:
        view = view[start:]
        start = size
    return view if start is None or start < 0 else view[:start]
