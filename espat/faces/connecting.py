# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Connecting a TCP socket without waiting."""

import errno

from .. import lazy
from ..errors import fail
from ..parser import const
from ..sockets import Socket
from . import turns
from .outgoing import Outgoing

STAYS = True

_TRIES = const(3)  # how often a connect is begun if the module restarts meanwhile
_ABSENCE_MS = const(30000)  # how long a connect waits for a network that was lost


class Connecting(Outgoing):
    """A TCP socket that can connect and be written to without waiting."""

    aim = None  # (host, port) of the connection that is being begun
    restarts = 0  # how often the module had restarted when that was begun,
    tries = 1  # and how often it was begun
    backlog = None  # of listen()

    def __init__(self, radio=None, *_, **__):
        Outgoing.__init__(self, radio)
        # Created here, since CLOSE sets some of them and must not allocate.
        self.goal = None  # (host, port) of a connection that is still to be begun
        self.since = None  # when it began to wait for a lost network, ticks
        self.ended = None  # when CIPSTART ended, or the last poll before the first use, ticks
        self.fault = None  # an error that no call was waiting for: raised at the next use
        self.steps = self.kept = None  # see turns.py

    def connect(self, address):
        """Open a connection: ``AT+CIPSTART=<link>,"TCP","<host>",<port>``; the module resolves a
        name.

        With a time-out of 0 it raises EINPROGRESS, and the first poll, read or write that finds the
        module free begins to connect. POLLOUT then shows that the connection is open; POLLERR that
        it failed: the next use raises the reason.

        :raises OSError: as ``Socket.connect()``
        """
        if self.timeout != 0:
            self._finish()
            try:
                Socket.connect(self, address)
            except OSError as e:
                if not self._may_retry(e):
                    raise
                Socket.connect(self, address)
            return
        turns.advance(self.modem)
        if not self.shut and self._has_opened():
            raise fail("connected")
        if self.goal or self.doing:
            raise fail("connecting")
        self._check(address)
        self.goal = address[0], address[1]
        self.tries = 1
        raise fail("started")

    def _check(self, address):
        """Raise if a connection cannot be begun."""
        if self.shut:
            raise fail("closed")
        if self.port or self.left or self.link >= 0:
            raise fail("used_before")
        lazy.call("sock.opening", "check", address)

    def _has_opened(self):
        """Whether a connection is or was open; if one is still to be begun, begin it.

        :raises OSError: it failed; the error says why
        """
        self._raise_fault()
        if self.stood:
            return True
        if self.goal and self._may_begin() and self._is_joined():
            goal = self.goal
            self.goal = None
            self.aim = goal
            self.restarts = self.modem.restarts
            try:
                self._open(goal[0], goal[1])
            except OSError as e:
                if e.errno != errno.EAGAIN and not self._may_retry(e):
                    raise
                self.goal = goal
        if self.goal or self.doing or self.peer is None:
            return False
        self.aim = None
        self._opened(0)
        return self.stood

    def _may_begin(self):
        """Whether the module is free, or must be set up first."""
        if self.steps is not None or turns.is_held(self):
            return False
        modem = self.modem
        return not (modem.chores() if modem.up else modem.state)

    def _open(self, host, port):
        """As ``Socket._open()``; if the module must be set up first, only that is begun."""
        if self.timeout == 0 and not self.modem.up:
            self.goal = host, port
            self.take_steps(())
        else:
            Socket._open(self, host, port)

    def _is_joined(self):
        """Whether the network is joined; False while one that was lost may come back.

        :raises OSError: ENOTCONN, it did not come back within 30 s
        """
        if turns.is_joined():
            return True
        port = self.modem.port
        if self.since is None:
            self.since = port.ticks()
        elif port.since(self.since) > _ABSENCE_MS:
            self.goal = None
            raise fail("not_joined")
        return False

    def _may_retry(self, error):
        """Whether a connect failed because no link was free, and one could be freed now."""
        return error.errno == errno.ENOMEM and lazy.call("faces.strays", "reclaim", self.modem)

    # Steps: see turns.py

    def take_steps(self, steps):
        """Do steps without waiting; meanwhile the socket is connecting."""
        turns.begin(self, turns.set_up(self, steps))

    def stepped(self, error):
        """Its steps have ended: an error is told by poll and raised at the next use; but after a
        restart of the module, or if a link can be freed, they are begun again.
        """
        if error is None:
            return
        if self.server is not None and getattr(error, "errno", 0) == errno.ECONNRESET:
            return  # it has listened before: accept() makes the module listen again
        try:
            if not self._begins_again(error):
                raise error
            if self.backlog is None:
                self.goal = self.aim
            else:
                self._listen(self.backlog)
        except Exception as e:
            self.goal = None
            self.fault = e

    def _begins_again(self, error):
        if not isinstance(error, OSError) or (self.aim is None and self.backlog is None):
            return False
        if self.modem.restarts != self.restarts and self.tries < _TRIES:
            self.tries += 1
            return True
        return self.aim and (error.errno == errno.EAGAIN or self._may_retry(error))

    def send_on(self):
        """As ``Outgoing.send_on()``; or do the next step."""
        if self.steps is None:
            Outgoing.send_on(self)
        else:
            turns.go_on(self)

    def give_up(self, error):
        """As ``Outgoing.give_up()``; also its steps."""
        turns.cancel(self)
        Outgoing.give_up(self, error)

    def over(self, code):
        """As ``Outgoing.over()``; it also notes when a connect ended."""
        if self.steps is not None:
            turns.keep(self)
            return
        if not self.stood:
            self.ended = self.modem.port.ticks()
        Outgoing.over(self, code)
