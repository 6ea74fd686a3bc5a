# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""TCP sockets of MicroPython's ``socket``: streams that can be polled. Loaded with the first."""

from ..errors import fail
from ..links import octets
from ..parser import const
from ..sockets import Socket
from . import turns
from .connecting import Connecting

STAYS = True

# The flags of poll().
_RD = const(1)
_WR = const(4)
_ERR = const(8)
_HUP = const(16)
_NVAL = const(32)

_OPEN = const(2)  # a state of a link
_ERROR = const(3)  # an event

# What a socket is doing.
_CONNECTING = const(1)
_CHECKING = const(2)

# Flags of recv().
_PEEK = const(1)
_DONTWAIT = const(2)

_NONE = memoryview(bytearray(0))
_LARGE = const(4096)  # a read of more than this takes no heap for bytes that do not come


class Stream(Connecting):
    """A TCP socket, which is a stream. Made by ``socket()``."""

    # The stream protocol: see kind.py

    def _poll(self, wanted):
        """Which of the wanted flags apply; ERR and HUP may be returned, too."""
        if self.shut:
            return _NVAL
        self.polled = True
        broken = _ERR | _HUP | wanted & (_RD | _WR)
        try:
            turns.advance(self.modem)
            if self.fault is not None:
                return broken
            if self.server is not None:
                return wanted & _RD if self.steps is None and self.server.ready(self) else 0
            if not self._has_opened():
                return 0 if self.goal or self.doing else _HUP | wanted & _WR
            if not self.used:
                self.ended = self.modem.port.ticks()  # see strays.py
            ready = 0
            if wanted & _RD and self._is_readable():
                ready = _RD
            if wanted & _WR and self._is_writable():
                ready |= _WR
            return ready
        except Exception as e:
            self.fault = e
            return broken

    def _is_readable(self):
        """Whether a read would return bytes or the end of the stream."""
        self._let_go()
        self.got = 0
        if self._receive(_NONE) >= 0:
            return True
        self._look()
        return False

    def _look(self):
        """There is nothing to read: ask the module, since a notice may be lost."""
        if self.modem.contact < 1:  # a command had no answer: does the module answer at all?
            self.modem.chores()
        elif not self.doing and turns.may_ask(self.modem):
            self._ask()

    def _is_writable(self):
        """Whether a write would take bytes or raise."""
        if self.state() != _OPEN:
            return True
        return self._takes()

    def _drop(self):
        """Close without waiting and without allocating memory."""
        if self.shut:
            return
        self.shut = True
        self.goal = self.ring = None
        if self.server is not None:
            self.server.drop()
        elif self.is_ours() and not self._is_sending():
            doubtful = self.doing == _CONNECTING or self.doing == _CHECKING or self.code == _ERROR
            self.modem.give(self.link, _OPEN if doubtful else 0)

    def close(self):
        """Close the connection, after sending what was written.

        With a time-out of 0, the link is closed as soon as the module is free. Closing a closed
        socket does nothing.
        """
        if self.shut:
            return
        if self.timeout == 0 or self.goal or self.steps is not None:
            self._let_go()
            if self.served and self.is_ours() and (self.used or self.end):
                # Let the client close first, as most do: a CIPCLOSE sent just before its CLOSED
                # comes would close the connection of the next client with that link.
                self.shut = self.leaves = True
                self.ring = None
                turns.leaving.append([self, self.modem.port.ticks()])
            else:
                self._drop()
            turns.advance(self.modem)
        else:
            try:
                self._finish()
            finally:
                Socket.close(self)

    def may_go(self, late):
        """Give up the link of a closed socket, if its peer has closed, too, or is late.

        :returns: whether that was done
        """
        if self._is_sending():
            return False
        if self.is_ours():
            if self.modem.links[self.link] == _OPEN and not late:
                return False
            self.modem.give(self.link)
        return True

    def place(self):
        """As ``Socket.place()``; None if the socket was closed."""
        return None if self.shut else Socket.place(self)

    def _finish(self):
        """Wait for the end of what was begun while the socket had a time-out of 0.

        :raises OSError: ETIMEDOUT; or the error of what was begun
        """
        modem = self.modem
        idle = self.stood and self._has_room() and not (self.held or turns.first(modem))
        if (idle and self.fault is None) or self.server is not None or self.shut:
            return
        since = modem.port.ticks()
        self._let_go()
        turns.advance(modem)
        while not self._has_opened() and (self.goal or self.doing):
            self.rest(since, "the connection")
            turns.advance(modem)
        while turns.first(modem) or not self._has_room():  # other sockets may come first
            self.rest(since, "the module to take what is sent")
            turns.advance(modem)

    # Serving

    def listen(self, backlog=5):
        """As ``Socket.listen()``.

        With a time-out of 0 its commands are begun when the module is free. If the module refuses
        them, poll returns POLLERR, and ``accept()`` raises the reason.
        """
        turns.advance(self.modem)
        self.tries = 1
        self._listen(backlog)

    def _listen(self, backlog):
        self.restarts = self.modem.restarts
        self.backlog = backlog
        Socket.listen(self, backlog)

    def accept(self):
        """The next client: ``(socket, (address, port))``. Its socket has no time-out at first.

        :raises OSError: EAGAIN or ETIMEDOUT, as set by ``settimeout()``; EINVAL, this socket does
            not listen
        """
        since = self.modem.port.ticks()
        turns.advance(self.modem)
        while self.steps is not None:
            self.rest(since, "a client")
            turns.advance(self.modem)
        self._raise_fault()
        server = self.server
        if self.timeout != 0 or self.shut or server is None:
            return Socket.accept(self)
        if not server.ready(self):
            raise fail("waiting", "a client")
        return server.hand_out()

    def setsockopt(self, level, option, value):
        """SO_REUSEADDR, SO_KEEPALIVE, SO_BROADCAST and TCP_NODELAY are accepted, with no effect.

        So is option 20, a callback for received bytes, on a socket that does not listen: webrepl
        sets it, but also reads without it.

        :raises OSError: EOPNOTSUPP, any other
        """
        taken = (level, option) in ((1, 4), (1, 8), (1, 20), (1, 32), (6, 1))
        if not taken or (option == 20 and self.server is not None and value):
            Socket.setsockopt(self, level, option, value)

    # Reading

    def read(self, size=-1):
        """Read ``size`` bytes, fewer only at the end of the stream; without a size, all up to it.

        :returns: bytes; with a time-out of 0 what is there, None if nothing is; ``b""`` at the end
            of the stream, each time
        :raises OSError: ETIMEDOUT, as set by ``settimeout()``; ECONNRESET, bytes or the connection
            were lost
        """
        if self.timeout == 0:
            return self._read_some(size)
        if 0 <= size <= _LARGE:
            buffer = bytearray(size)
            n = self.readinto(buffer)
            return bytes(buffer) if n == size else bytes(memoryview(buffer)[:n])
        whole = bytearray()  # it grows with what comes: a size may be far more than that
        piece = memoryview(bytearray(512))
        n = len(piece)
        while n == len(piece):
            n = self.readinto(piece, size)
            whole.extend(piece[:n])
            size -= n
        return bytes(whole)

    def readinto(self, buffer, size=-1):
        """As ``read()``, but into a buffer; returns how many bytes."""
        view = octets("buffer", buffer, True)
        if 0 <= size < len(view):
            view = view[:size]
        if not len(view):
            return 0
        if self.timeout == 0:
            return self._take(view)
        self._finish()
        done = n = self._read(view)
        while n and done < len(view):
            n = self._read(view[done:])
            done += n
        return done

    def readline(self, size=-1):
        """Read one line including its end, or the rest of the stream; at most ``size`` bytes.

        :returns: bytes; with a time-out of 0 perhaps a part of a line, None if nothing is there
        """
        if self.timeout == 0:
            if self._take(_NONE) is None:
                return None
            n = self.waiting()
            if n:
                n = self.ring.find(b"\n") + 1 or n
            return self._read_some(min(n, size) if size >= 0 else n)
        self._finish()
        if size < 0:
            return Socket.readline(self)
        line = bytearray()
        byte = memoryview(bytearray(1))
        while len(line) < size and self._read(byte):
            line.extend(byte)
            if byte[0] == 10:
                break
        return bytes(line)

    def recv(self, size, flags=0):
        """Wait for at least one byte, then return what is there, up to ``size`` bytes; ``b""`` at
        the end of the stream.

        :param flags: MSG_PEEK: do not remove the bytes, at most 512; MSG_DONTWAIT
        :raises OSError: EAGAIN or ETIMEDOUT, as set by ``settimeout()``; EOPNOTSUPP, another flag;
            else as ``read()``
        """
        if flags:
            return self._flagged(size, flags)
        if size < 0:
            raise ValueError("recv: 0 bytes or more are wanted")
        if self.timeout != 0:
            self._finish()
            return Socket.recv(self, size)
        data = self._read_some(size)
        if data is None:
            raise fail("waiting", "data")
        return data

    def recvfrom(self, size, flags=0):
        """``(bytes, address)``: what ``recv()`` returns, and the peer."""
        return self.recv(size, flags), self.peer

    def _flagged(self, size, flags):
        if flags & ~(_PEEK | _DONTWAIT):
            raise fail("socket_option")
        patience = self.timeout
        if flags & _DONTWAIT:
            self.timeout = 0
        try:
            if not flags & _PEEK:
                return self.recv(size)
            if self.timeout != 0:
                self._finish()
            since = self.modem.port.ticks()
            while self._take(_NONE) is None:
                self.rest(since, "data")
        finally:
            self.timeout = patience
        n = min(size, self.waiting())
        start = self.ring.r if n else 0
        return bytes(memoryview(self.ring.buf)[start : start + n]) if n else b""

    def recv_into(self, buffer, size=0):
        """As ``recv()``, but into a buffer; returns how many bytes, 0 at the end of the stream."""
        view = octets("buffer", buffer, True)
        if 0 < size < len(view):
            view = view[:size]
        if not len(view):
            return 0
        if self.timeout != 0:
            self._finish()
            return self._read(view)
        n = self._take(view)
        if n is None:
            raise fail("waiting", "data")
        return n

    def _read_some(self, size):
        """What is there now, up to ``size`` bytes (-1: all of it); None if nothing is."""
        if self._take(_NONE) is None:
            return None
        n = self.waiting()
        if 0 <= size < n:
            n = size
        return self.ring.pull(n) if n else b""

    def _take(self, view):
        """Read what is there into a view: how many bytes, 0 at the end, None if nothing is."""
        turns.advance(self.modem)
        if not self.shut and not self._has_opened() and (self.goal or self.doing):
            return None
        self._let_go()
        self.got = 0
        n = self._receive(view)
        if n >= 0:
            return n
        self._look()
        return None
