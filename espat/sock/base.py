# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What TCP and UDP sockets have in common: a link, a time-out, waiting."""

from ..errors import fail
from ..parser import const

_OK = const(2)  # an event
_LOST_RESTART = const(4)  # a link
_LINKS = const(5)
_TURN_MS = const(200)  # how long the line is kept free for the socket whose turn it is

# What a socket has asked the modem to do.
_NOTHING = const(0)


def is_name(host):
    """Whether a host is a name, not an address."""
    return ":" not in host and not host.replace(".", "0").isdigit()


class LinkSocket:
    """A socket on one of the module's links."""

    def __init__(self, radio):
        self.radio = radio
        self.modem = radio.modem
        self.link = -1  # -1: none
        self.born = 0  # the link's generation while it was ours: see links.py
        self.left = 0  # the state in which its link went to another; 0: it did not
        self.timeout = None  # seconds; None waits for ever, 0 not at all
        self.doing = _NOTHING
        self.code = _OK  # how the last thing done ended
        self.shut = False  # close() was called

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def settimeout(self, seconds):
        """None: wait for ever; 0: not at all (EAGAIN); else so many seconds (ETIMEDOUT).

        :raises ValueError: a negative time-out, or none
        """
        try:
            if seconds is None or seconds >= 0:
                self.timeout = seconds
                return
        except TypeError:
            pass
        raise fail("negative")

    def setblocking(self, flag):
        """``settimeout(None)``, or ``settimeout(0)``."""
        self.timeout = None if flag else 0

    def rest(self, since, what):
        """One turn of a wait for something; raises when there is no time left.

        :raises OSError: EAGAIN or ETIMEDOUT by ``settimeout()``
        """
        modem = self.modem
        timeout = self.timeout
        if timeout == 0:
            raise fail("waiting", what)
        modem.rest()
        if timeout is not None and modem.port.since(since) >= timeout * 1000:
            raise fail("timed_out", what)

    def turn(self, since):
        """Wait until this socket may begin a command."""
        self.modem.step()
        while self.chores():
            self.rest(since, "the module")

    def chores(self):
        """Begin what must be done before this socket's next command; True while it has to wait.

        Sockets with a time-out of 0 take turns: the one that was turned away first is next.
        Otherwise the first in a program's loop would find the line free each time.
        """
        modem = self.modem
        busy = modem.chores()
        if self.timeout == 0:
            head = modem.head
            if busy:
                if head < 0:
                    modem.head = self.link
            elif head == self.link or modem.port.since(modem.t0) > _TURN_MS:
                modem.head = -1
            else:
                return head >= 0
        return busy

    def is_ours(self):
        """Whether the link is still this socket's."""
        link = self.link
        return link >= 0 and self.modem.links[link + _LINKS] == self.born

    def state(self):
        """The state of the link, while it is whole and ours.

        :raises OSError: EBADF, closed; ENOTCONN (BrokenPipeError where there is one), never
            connected; ECONNRESET, lost, and why
        """
        if self.shut:
            raise fail("closed")
        if self.link < 0:
            state = self.left
            if not state:
                raise fail("not_open")
        else:
            state = self.modem.links[self.link] if self.is_ours() else _LOST_RESTART
        if state >= _LOST_RESTART:
            raise fail("lost", state)
        return state
