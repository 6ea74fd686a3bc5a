# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""TCP sockets of MicroPython's ``socket``: streams that can be polled. Loaded with the first."""

import errno

from .. import lazy
from ..errors import fail
from ..links import octets
from ..parser import const
from ..sockets import Socket
from . import turns
from .outgoing import Outgoing

STAYS = True

# What a stream is asked by ioctl(), and what poll() tells.
_POLL = const(3)
_CLOSE = const(4)
_RD = const(1)
_WR = const(4)
_ERR = const(8)
_HUP = const(16)
_NVAL = const(32)
_EINVAL = const(22)

_OPEN = const(2)  # what a link is
_ERROR = const(3)  # an event

_ABSENCE_MS = const(30000)  # how long a connection waits for a network that was lost

# What a socket is doing.
_CONNECTING = const(1)
_CHECKING = const(2)

# Flags of recv().
_PEEK = const(1)
_DONTWAIT = const(2)

_NONE = memoryview(bytearray(0))


class Stream(Outgoing):
    """A TCP socket, which is a stream. Made by ``socket()``."""

    def __init__(self, radio=None, *_, **__):
        Outgoing.__init__(self, radio)
        # Here, since CLOSE, which sets some of them, may not allocate.
        self.goal = None  # (host, port) of a connection that is yet to be begun,
        self.since = None  # and how long it has waited for a lost network, ticks
        self.ended = None  # when what began it had ended, or was asked after last, ticks
        self.fault = None  # what went wrong while nobody waited for it: raised at the next use

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # The stream protocol

    def ioctl(self, request, argument):
        """What ``select``, ``asyncio`` and ``ssl`` ask of a stream: 3 is POLL, 4 is CLOSE.

        CLOSE may come while garbage is collected: it allocates nothing, and the link is closed
        later. Whatever else is asked is answered by -EINVAL.
        """
        if request == _CLOSE:
            self._drop()
            return 0
        if request == _POLL:
            return self._poll(argument)
        return -_EINVAL

    def _poll(self, wanted):
        """Of what is wanted, what there is; ERR and HUP unasked."""
        if self.shut:
            return _NVAL
        self.polled = True
        broken = _ERR | _HUP | wanted & (_RD | _WR)
        try:
            turns.advance(self.modem)
            if self.fault is not None:
                return broken
            if self.server is not None:
                return wanted & _RD if self.server.ready() else 0
            if not self._stands():
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
        """Whether a read would give something: bytes, or the end of the stream."""
        self._let_go()
        self.got = 0
        if self._receive(_NONE) >= 0:
            return True
        self._look()
        return False

    def _look(self):
        """Nothing is there: a notice may be lost, or the module gone."""
        if self.modem.contact < 1:  # a command had no answer: does the module answer at all?
            self.modem.chores()
        elif not self.doing and turns.may_ask(self.modem):
            self._ask()

    def _is_writable(self):
        """Whether a write would give a number, or raise."""
        if self.state() != _OPEN:
            return True
        return self._takes()

    def _drop(self):
        """Close without a wait, and without a byte of heap."""
        if self.shut:
            return
        self.shut = True
        self.goal = self.ring = None
        if self.server is not None:
            self.server.dropped = True
        elif self.is_ours() and not self._is_sending():
            doubtful = self.doing == _CONNECTING or self.doing == _CHECKING or self.code == _ERROR
            self.modem.give(self.link, _OPEN if doubtful else 0)

    def close(self):
        """Close the connection, after what was written. Idempotent.

        One that must not wait is closed as soon as the module may be told so.
        """
        if self.shut:
            return
        if self.timeout == 0 or self.goal:
            self._let_go()
            if self.served and self.is_ours() and (self.used or self.end):
                # It may close first, as most do: a CIPCLOSE that crosses its CLOSED would hit
                # whoever got the link behind it.
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
        """Whether a socket that was closed is done with: its peer has closed too, or is late."""
        if self._is_sending():
            return False
        if self.is_ours():
            if self.modem.links[self.link] == _OPEN and not late:
                return False
            self.modem.give(self.link)
        return True

    def place(self):
        """As ``Socket.place()``; of a socket that was closed: nowhere."""
        return None if self.shut else Socket.place(self)

    # Connecting

    def connect(self, address):
        """``AT+CIPSTART=<link>,"TCP","<host>",<port>``; the module resolves a name.

        One that must not wait raises EINPROGRESS, and is begun with the first poll, read or write
        that finds the module free. POLLOUT tells that it stands; POLLERR that it came to nothing:
        the next use raises why.

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
        if not self.shut and self._stands():
            raise fail("connected")
        if self.goal or self.doing:
            raise fail("connecting")
        self._check(address)
        self.goal = address[0], address[1]
        raise fail("started")

    def _check(self, address):
        """Whether a connection may be begun."""
        if self.shut:
            raise fail("closed")
        if self.port or self.left or self.link >= 0:
            raise fail("used_before")
        lazy.call("sock.opening", "check", address)

    def _stands(self):
        """Whether a connection stands, or has stood; one that is due is begun.

        :raises OSError: it came to nothing, and why
        """
        self._raise_fault()
        if self.stood:
            return True
        if self.goal and not self.modem.chores() and self._is_joined():
            goal = self.goal
            self.goal = None
            try:
                self._open(goal[0], goal[1])
            except OSError as e:
                if e.errno != errno.EAGAIN and not self._may_retry(e):
                    raise
                self.goal = goal
        if self.goal or self.doing or self.peer is None:
            return False
        self._opened(0)
        return True

    def _is_joined(self):
        """Whether the network is there; one that was lost is waited for, but not for ever."""
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
        """Whether a connection that came to nothing for want of a link may be tried again."""
        return error.errno == errno.ENOMEM and lazy.call("faces.strays", "reclaim", self.modem)

    def over(self, code):
        """As ``Outgoing.over()``; when it was is noted."""
        if not self.stood:
            self.ended = self.modem.port.ticks()
        Outgoing.over(self, code)

    def _raise_fault(self):
        fault = self.fault
        if fault is not None:
            self.fault = None
            raise fault

    def _finish(self):
        """Wait for what was begun while the socket must not wait: it may now.

        :raises OSError: ETIMEDOUT; what came of it
        """
        idle = self.stood and self._has_room() and not (self.held or turns.waiting)
        if (idle and self.fault is None) or self.server is not None or self.shut:
            return
        modem = self.modem
        since = modem.port.ticks()
        self._let_go()
        turns.advance(modem)
        while not self._stands() and (self.goal or self.doing):
            self.rest(since, "the connection")
        while turns.waiting or not self._has_room():  # others were first
            self.rest(since, "the module to take what is sent")
            turns.advance(modem)

    # Serving

    def listen(self, backlog=5):
        """As ``Socket.listen()``."""
        turns.advance(self.modem)
        Socket.listen(self, backlog)

    def accept(self):
        """The next client: ``(socket, (address, port))``. The socket starts with waits for ever.

        :raises OSError: EAGAIN or ETIMEDOUT by ``settimeout()``; EINVAL, this socket does not
            listen
        """
        server = self.server
        if self.timeout != 0 or self.shut or server is None:
            return Socket.accept(self)
        self._raise_fault()
        turns.advance(self.modem)
        if not server.ready():
            raise fail("waiting", "a client")
        return server.hand_out()

    def setsockopt(self, level, option, value):
        """SO_REUSEADDR, SO_KEEPALIVE, SO_BROADCAST and TCP_NODELAY are taken, and change nothing.

        So is 20, a function to be called when bytes come, of a socket that does not listen: webrepl
        sets it, and reads all the same.

        :raises OSError: EOPNOTSUPP, any other
        """
        taken = (level, option) in ((1, 4), (1, 8), (1, 20), (1, 32), (6, 1))
        if not taken or (option == 20 and self.server is not None and value):
            Socket.setsockopt(self, level, option, value)

    # Reading

    def read(self, size=-1):
        """So many bytes, fewer only at the end of the stream; without a size all until then.

        :returns: bytes; of a socket that must not wait what is there, None if nothing is; ``b""``
            at the end of the stream, for ever
        :raises OSError: ETIMEDOUT by ``settimeout()``; ECONNRESET, bytes or the connection lost
        """
        if self.timeout == 0:
            return self._read_some(size)
        if size >= 0:
            buffer = bytearray(size)
            n = self.readinto(buffer)
            return bytes(buffer) if n == size else bytes(memoryview(buffer)[:n])
        whole = bytearray()
        piece = memoryview(bytearray(512))
        n = len(piece)
        while n == len(piece):
            n = self.readinto(piece)
            whole.extend(piece[:n])
        return bytes(whole)

    def readinto(self, buffer, size=-1):
        """As ``read()``, into a buffer: how many bytes."""
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
        """A line with its end, or what is left at the end of the stream; at most ``size`` bytes.

        :returns: bytes; of a socket that must not wait perhaps a part of one, None if nothing is
            there
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
        """What is there, up to a size; ``b""`` at the end of the stream.

        :param flags: MSG_PEEK, what is given stays there, 512 bytes at most; MSG_DONTWAIT
        :raises OSError: EAGAIN or ETIMEDOUT by ``settimeout()``; EOPNOTSUPP, another flag; else as
            ``read()``
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
        """``recv()``, and where it came from."""
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
        """As ``recv()``, into a buffer: how many bytes, 0 at the end of the stream."""
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
        """What is there, up to a size (-1: all of it); None if nothing is."""
        if self._take(_NONE) is None:
            return None
        n = self.waiting()
        if 0 <= size < n:
            n = size
        return self.ring.pull(n) if n else b""

    def _take(self, view):
        """Into a view what is there: how many bytes, 0 at the end, None if nothing is."""
        turns.advance(self.modem)
        if not self.shut and not self._stands() and (self.goal or self.doing):
            return None
        self._let_go()
        self.got = 0
        n = self._receive(view)
        if n >= 0:
            return n
        self._look()
        return None

    def makefile(self, mode="rb", buffering=0, **_):
        """The socket itself, which is a stream."""
        return self
