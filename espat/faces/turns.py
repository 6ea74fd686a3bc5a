# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Turns of sockets that must not wait, since a module does one command at a time.

What such a socket has still to begin is begun when any socket is polled, read or written. Work that
takes several commands is done in steps (stepwise.py), one whenever it is the socket's turn.
"""

import sys

from .. import held, lazy
from ..errors import fail
from ..links import octets
from ..parser import const

STAYS = True

_PERIOD_MS = const(5000)  # how often the module is asked whether a notice was lost
_STEPPING = const(6)  # what a socket is doing: its steps
_LOST_SEND = const(7)  # a state of a link
_STAT_GOT_IP = const(3)  # of network.WLAN.status()

_TURN_MS = const(200)  # how long other sockets wait for the one whose turn it is
_LINGER_MS = const(100)  # how long a closed socket waits for a server's client to close first

waiting = []  # sockets with something to send; the first one is the next
stepping = []  # the socket whose steps are under way, if any: steps of others wait for it
leaving = []  # [socket, when it was closed]: sockets of a server's clients that may close first


def advance(modem):
    """Handle what has come, then begin what is due, if the module is free.

    It never waits. An error that concerns one socket only goes to its ``give_up()``.
    """
    modem.step()
    while leaving:
        # Without a server, the module gives the link to nobody else.
        late = modem.listener is None
        if not leaving[0][0].may_go(late or modem.port.since(leaving[0][1]) > _LINGER_MS):
            break
        leaving.pop(0)
    while True:
        sock = first(modem)
        if sock is None and not modem.unwanted:
            return
        if sock is not None and is_held(sock):
            sock = _stepping(sock)
        try:
            # Steps do what must precede their commands by themselves: they may mend the rest.
            if sock is not None and sock.steps is not None:
                if modem.state:
                    return
            elif modem.chores() or sock is None:
                return
            waiting.remove(sock)
            sock.send_on()
            if not modem.state and waiting and waiting[-1] is sock:
                return  # its steps wait for something else than the module
        except OSError as e:
            if sock is None:
                return  # the next use of the module will report it
            _drop(sock, e)
        except BaseException:  # Ctrl-C: nobody knows how far it came
            if sock is not None:
                _drop(sock, fail("lost", _LOST_SEND))
            raise


def _drop(sock, error):
    """Drop what a socket waits for. The next call that uses it raises the error."""
    if sock in waiting:
        waiting.remove(sock)
    sock.give_up(error)


def finish(modem):
    """Wait for the end of steps that allow no other command, before a call that waits."""
    while [sock for sock in stepping if sock.modem is modem and sock.alone]:
        modem.rest()
        advance(modem)


def first(modem):
    """The first socket that waits for this modem, if any. (A radio that the program has replaced
    may have left others behind.)
    """
    for sock in waiting:
        if sock.modem is modem:
            return sock
    return None


def _stepping(sock):
    """The other socket of this modem whose steps are under way, if any."""
    for other in stepping:
        if other is not sock and other.modem is sock.modem:
            return other
    return None


def is_held(sock):
    """Whether a socket must wait since the steps of another one allow no other command."""
    other = _stepping(sock)
    return other is not None and other.alone


def set_up(sock, steps=()):
    """Steps that set the module up first, if it has restarted; no other command comes between."""
    modem = sock.modem
    modem.step()
    if not modem.up:
        alone = sock.alone
        sock.alone = True
        try:
            yield from lazy.call("start.setup", "steps", sock.radio)
        finally:
            sock.alone = alone
        if not modem.up:
            raise fail("restarted")
    yield from steps


def begin(sock, steps, last=False):
    """Do steps for a socket, one whenever it is its turn; at their end ``sock.stepped(error)``.

    :param bool last: they go on although it is closed
    """
    sock.steps = steps
    sock.last = last
    sock.kept = None
    sock.passed = -1
    sock.doing = _STEPPING
    waiting.append(sock)


def keep(sock):
    """A command of a socket's steps has ended: keep its result until they go on, since other
    commands may end before that. Called from its ``over()``.
    """
    modem = sock.modem
    sock.kept = modem.code, modem.probed, modem.reply, modem.lines, modem.words, modem.arrived
    parser = modem.parser
    parser.head = b"+CIPRECVDATA"  # as calls.fetch() restores it, but before the next command
    parser.counted = None


def _restore(modem, kept):
    modem.code, modem.probed, modem.reply, modem.lines, modem.words, modem.arrived = kept


def go_on(sock):
    """Do the next step of a socket; the module must be free."""
    modem = sock.modem
    steps = sock.steps
    if not sock.shut and _is_early(modem, sock):
        waiting.append(sock)
        return
    if sock.kept:
        _restore(modem, sock.kept)
    # If Ctrl-C ends the steps, nothing of them is left.
    stop(sock)
    if sock.shut and not sock.last:
        steps.close()
        return
    error = None
    try:
        next(steps)
    except StopIteration:
        pass
    except Exception as e:
        error = e
    else:
        begin(sock, steps, sock.last)
        stepping.append(sock)
        if modem.state and modem.client is None:
            modem.client = sock
        return
    sock.stepped(error)


def _is_early(modem, sock):
    """Whether another socket comes before the next step of this one: one whose steps are under way,
    or one that waits to read (``modem.head``: sock/base.py), but of those only one for each step.
    """
    if _stepping(sock) is not None:
        return True
    if sock.alone and sock in stepping:
        return False
    head = modem.head
    if head < 0 or sock.passed not in (-1, head) or modem.port.since(modem.t0) > _TURN_MS:
        return False
    sock.passed = head
    return True


def stop(sock):
    """Forget the steps of a socket."""
    sock.steps = sock.kept = None
    sock.doing = 0
    for places in (stepping, waiting):
        if sock in places:
            places.remove(sock)


def cancel(sock):
    """End the steps of a socket, if there are any; they clean up what they have begun."""
    steps = sock.steps
    if steps is not None:
        stop(sock)
        steps.close()


def resolve(radio, host):
    """The address of a name; it is waited for."""
    finish(radio.modem)
    return lazy.call("at.services", "cipdomain", radio.up(), host)


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
