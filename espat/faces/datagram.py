# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""UDP sockets of MicroPython's ``socket``, which can be polled. Loaded with the first."""

import errno

from ..errors import fail
from ..links import octets
from ..parser import const
from ..sock.udp import UdpSocket
from . import turns
from .kind import socket

STAYS = True

# Requests of ioctl(), and the flags of poll().
_POLL = const(3)
_CLOSE = const(4)
_RD = const(1)
_WR = const(4)
_ERR = const(8)
_HUP = const(16)
_NVAL = const(32)
_EINVAL = const(22)

# Events.
_OK = const(2)
_SEND_OK = const(5)

# Flags of recv().
_PEEK = const(1)
_DONTWAIT = const(2)

_SENDING = const(4)  # what a socket is doing
_LARGEST = const(1472)  # bytes of a datagram
_OPENING_S = const(20)  # what opening a link may take
_ASK_MODES = const(1)  # for `recheck`


class Datagram(socket, UdpSocket):
    """A UDP socket. Made by ``socket()``.

    Its link is opened by ``bind()``, ``connect()`` or the first ``sendto()``. That takes a few
    commands, and the call waits for them even with a time-out of 0. It also waits for the address
    of a name, which is then kept.
    """

    bind = UdpSocket.bind  # not that of `socket`, which comes first in the bases
    connect = UdpSocket.connect
    send = UdpSocket.send
    setblocking = UdpSocket.setblocking
    setsockopt = UdpSocket.setsockopt
    settimeout = UdpSocket.settimeout

    def __init__(self, radio=None, *_, **__):
        if not hasattr(radio, "modem"):
            return  # CPython calls this a second time, after socket.__new__()
        UdpSocket.__init__(self, radio)
        self.out = None  # (bytes, address, port) that is not sent or not confirmed yet
        self.sending = False  # CIPSEND is under way for it
        self.restoring = False  # CIPRECVMODE is under way, after a close that did not wait
        self.fault = None  # an error that no call was waiting for: raised at the next use

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # The stream protocol

    def ioctl(self, request, argument):
        """As ``Stream.ioctl()``."""
        if request == _CLOSE:
            self._drop()
            return 0
        if request == _POLL:
            return self._poll(argument)
        return -_EINVAL

    def _poll(self, wanted):
        if self.shut:
            return _NVAL
        broken = _ERR | _HUP | wanted & (_RD | _WR)
        try:
            turns.advance(self.modem)
            if self.fault is not None:
                return broken
            ready = wanted & _WR if self.out is None else 0
            if self.link >= 0:
                self.state()
                modem = self.modem
                if turns.may_ask(modem):  # the module may have restarted unnoticed
                    modem.asked = modem.port.ticks()
                    modem.contact = min(modem.contact, 0)
                    modem.chores()
            if self._queue:
                ready |= wanted & _RD
            return ready
        except Exception as e:
            self.fault = e
            return broken

    def _drop(self):
        """Close without waiting and without allocating memory."""
        if self.shut:
            return
        self.shut = True
        self._queue = self._coming = None
        modem = self.modem
        if self.is_ours() and self.out is None:
            modem.give(self.link)

    def close(self):
        """Close the socket, after what was sent. Closing a closed socket does nothing."""
        if self.timeout != 0 and not self.shut and self.out is None:
            UdpSocket.close(self)
            return
        pushed = self.pushed and not self.shut
        self._drop()
        if pushed:
            turns.waiting.append(self)
        turns.advance(self.modem)

    def _open(self, host, port, local, since):
        patience = self.timeout
        if patience == 0:
            self.timeout = _OPENING_S
        try:
            UdpSocket._open(self, host, port, local, since)
        finally:
            self.timeout = patience

    # Sending

    def sendto(self, data, address):
        """Send a datagram, as ``UdpSocket.sendto()``.

        With a time-out of 0 it is sent when the module is free and any socket is polled, read,
        written or closed.

        :raises OSError: EAGAIN, the datagram before it is still waiting, or the network is lost;
            EIO, the one before it was not sent
        """
        view = turns.part(data)
        self._raise_fault()
        if self.timeout != 0:
            self._finish()
            return UdpSocket.sendto(self, view, address)
        if not 0 < len(view) <= _LARGEST:
            raise fail("datagram_size")
        turns.advance(self.modem)
        if self.out is not None:
            raise fail("waiting", "the module to take what is sent")
        if not turns.is_joined():
            raise fail("waiting", "the network")
        since = self.modem.port.ticks()
        host, port = self._place(address, since)
        self._open(host, port, 0, since)
        self.out = bytes(view), host, port
        turns.waiting.append(self)
        turns.advance(self.modem)
        return len(view)

    def sendall(self, data, flags=0):
        """As ``send()``, since a datagram is sent whole or not at all."""
        self.send(data)

    def write(self, data, start=None, size=None):
        """As ``send()``, with the arguments of ``Stream.write()``; returns None for EAGAIN."""
        try:
            return self.send(turns.part(data, start, size))
        except OSError as e:
            if e.errno == errno.EAGAIN:
                return None
            raise

    def send_on(self):
        """Begin to send what waits, or to restore the receive mode; the module must be free."""
        modem = self.modem
        if self.out is None:
            self._restore_mode()
            return
        if not self.is_ours():
            self.out = None
            return
        data, host, port = self.out
        args = (self.link, len(data), host, port)
        modem.begin_send(b"+CIPSEND=", args, memoryview(data), self, self.link)
        self.doing = _SENDING
        self.sending = True

    def _restore_mode(self):
        """Begin ``AT+CIPRECVMODE=1``, if no other UDP socket is open."""
        modem = self.modem
        for owner in map(modem.owner, range(5)):
            if isinstance(owner, UdpSocket):
                owner.pushed = True
                return
        if self.pushed and modem.up:
            modem.begin(b"+CIPRECVMODE=", (1,), b"", 5000, self)
            self.restoring = True

    def give_up(self, error):
        """Drop what was to be sent, and keep the error for the next use."""
        self.out = None
        self.fault = error
        if self.shut and self.is_ours():
            self.modem.give(self.link)

    def over(self, code):
        """A command has ended. Called from ``step()``."""
        if self.restoring:
            self.restoring = False
            if code == _OK and not self.modem.probed:
                self.modem.passive = True
            else:
                self.modem.recheck |= _ASK_MODES
            return
        UdpSocket.over(self, code)
        if not self.sending:
            return
        self.sending = False
        self.out = None
        if self.shut:
            if self.is_ours():
                self.modem.give(self.link)
        elif code != _SEND_OK:
            self.fault = fail("datagram_not_sent")

    def _finish(self):
        """Wait for the end of what was begun while the socket had a time-out of 0."""
        since = self.modem.port.ticks()
        turns.advance(self.modem)
        while turns.waiting or self.out is not None:  # other sockets may come first
            self.rest(since, "the module to take what is sent")
            turns.advance(self.modem)

    def _raise_fault(self):
        fault = self.fault
        if fault is not None:
            self.fault = None
            raise fault

    # Receiving

    def recvfrom(self, size, flags=0):
        """Read the oldest datagram, cut to ``size`` bytes: ``(bytes, (address, port))``.

        :param flags: MSG_PEEK: do not remove it; MSG_DONTWAIT
        """
        if size < 0:
            raise ValueError("recv: 0 bytes or more are wanted")
        turns.advance(self.modem)
        self._raise_fault()
        if not flags:
            return UdpSocket.recvfrom(self, size)
        if flags & ~(_PEEK | _DONTWAIT):
            raise fail("socket_option")
        patience = self.timeout
        if flags & _DONTWAIT:
            self.timeout = 0
        try:
            got = self._next()
        finally:
            self.timeout = patience
        if flags & _PEEK:
            self._queue.insert(0, got)
            self._bytes += len(got[0])
        return bytes(memoryview(got[0])[:size]), got[1:]

    def recv(self, size, flags=0):
        """``recvfrom()`` without the sender."""
        return self.recvfrom(size, flags)[0]

    def read(self, size=_LARGEST):
        """As ``recv()``, but returns None for EAGAIN."""
        try:
            return self.recv(size if size >= 0 else _LARGEST)
        except OSError as e:
            if e.errno == errno.EAGAIN and self.timeout == 0:
                return None
            raise

    def readinto(self, buffer, size=-1):
        """As ``read()``, but into a buffer; returns how many bytes."""
        view = octets("buffer", buffer, True)
        data = self.read(min(size, len(view)) if size >= 0 else len(view))
        if data is None:
            return None
        view[: len(data)] = data
        return len(data)

    def makefile(self, mode="rb", buffering=0, **_):
        """The socket itself, which is a stream."""
        return self
