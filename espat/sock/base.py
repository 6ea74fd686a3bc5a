# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The base of TCP and UDP sockets: a link, a time-out, and waiting."""

from ..errors import const, fail

_OK = const(2)  # an event
_LOST_RESTART = const(4)  # a link's state
_TURN_MS = const(200)  # how long other sockets wait for the one whose turn it is

# What a socket has asked the modem to do.
_NOTHING = const(0)


def is_name(host):
    """Whether a host is a name rather than an IP address."""
    return ":" not in host and not host.replace(".", "0").isdigit()


class LinkSocket:
    """A socket on one of the module's links."""

    def __init__(self, radio):
        self.radio = radio
        self.modem = radio.modem
        self.link = -1  # its number; -1: none
        self.left = 0  # the state its link had when another socket got it; 0: none did
        self.timeout = None  # seconds; None: wait for ever; 0: do not wait
        self.doing = _NOTHING
        self.code = _OK  # the event that ended its last command
        self.shut = False  # close() was called
        # TCP: a Ring of bytes that the program may have without further checks; None: none yet.
        self.ring = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def settimeout(self, seconds):
        """Set how long calls wait: None: for ever; 0: not at all, they raise EAGAIN; else this
        number of seconds, then they raise ETIMEDOUT.

        :raises ValueError: negative, or not a number
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
        """One step of a wait; it raises when the socket's time-out had passed before.

        :param since: when the wait began
        :param str what: what is waited for, for the error's text
        :raises OSError: EAGAIN or ETIMEDOUT, as set by ``settimeout()``
        """
        modem = self.modem
        timeout = self.timeout
        if timeout == 0:
            raise fail("waiting", what)
        if timeout is not None and modem.port.since(since) >= timeout * 1000:
            raise fail("timed_out", what)
        modem.rest()

    def turn(self, since):
        """Wait until this socket may begin a command."""
        self.modem.step()
        while self.chores():
            self.rest(since, "the module")

    def chores(self):
        """Begin what must be done before this socket's next command; True while it must wait.

        Sockets with a time-out of 0 take turns: the first one that found the module busy comes
        next. Otherwise the first socket in a program's loop would find it free each time.
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
        """Whether the link still belongs to this socket."""
        link = self.link
        return link >= 0 and self.modem.owner(link) is self

    def state(self):
        """The state of this socket's link; raises if the socket cannot use it.

        :raises OSError: EBADF, closed; ENOTCONN (as BrokenPipeError where that exists), never
            connected; ECONNRESET, the connection is lost; the text says why
        """
        if self.shut:
            raise fail("closed")
        link = self.link
        if link < 0:
            state = self.left
            if not state:
                raise fail("not_open")
        else:
            modem = self.modem
            state = modem.links[link] if modem.owner(link) is self else _LOST_RESTART
        if state >= _LOST_RESTART:
            raise fail("lost", state)
        return state
