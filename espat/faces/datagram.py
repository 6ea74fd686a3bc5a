# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""UDP sockets of MicroPython's ``socket``, which can be polled. Loaded with the first."""

import errno

from .. import lazy
from ..errors import fail
from ..links import octets
from ..parser import const
from ..sock.udp import UdpSocket
from . import turns
from .kind import Polled

STAYS = True

# The flags of poll().
_RD = const(1)
_WR = const(4)
_ERR = const(8)
_HUP = const(16)
_NVAL = const(32)

# Events.
_SEND_OK = const(5)

# Flags of recv().
_PEEK = const(1)
_DONTWAIT = const(2)

_SENDING = const(4)  # what a socket is doing
_LARGEST = const(1472)  # bytes of a datagram


class Datagram(Polled, UdpSocket):
    """A UDP socket. Made by ``socket()``.

    Its link is opened by ``bind()``, ``connect()`` or the first ``sendto()``. That takes a few
    commands. With a time-out of 0 they are sent when the module is free and any socket is polled,
    read, written or closed. If they fail, poll returns POLLERR, and the next use raises the reason.

    All three wait for the address of a name, which is then kept.
    """

    connect = UdpSocket.connect  # not that of `socket`, which comes first in the bases
    send = UdpSocket.send

    # Its steps allow no command of another socket between them: they change the answers to reads,
    # and may have to read first what the module holds for TCP sockets.
    alone = True

    def __init__(self, radio=None, *_, **__):
        if not hasattr(radio, "modem"):
            return  # CPython calls this a second time, after socket.__new__()
        UdpSocket.__init__(self, radio)
        self.out = None  # (bytes, address, port) that is not sent or not confirmed yet
        self.sending = False  # CIPSEND is under way for it
        self.fault = None  # an error that no call was waiting for: raised at the next use
        self.steps = self.kept = None  # those that open its link: see turns.py

    # The stream protocol: see kind.py

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
        if self.timeout != 0 and not self.shut and self.out is None and self.steps is None:
            UdpSocket.close(self)
            return
        if not self.shut:
            self.shut = True
            self._queue = self._coming = None
            if self.out is None and self.steps is None:
                self._leave()
        turns.advance(self.modem)

    def _leave(self):
        """Give the link of a closed socket back, and restore the receive mode without waiting."""
        link = self.link
        if self.is_ours():
            self.modem.give(link)
        turns.begin(self, lazy.call("sock.udp_link", "restore", self, link), True)

    # The link

    def bind(self, address):
        """As ``UdpSocket.bind()``."""
        if self.timeout != 0:
            self._finish()
        if self.steps is not None:
            raise fail("used_before")
        UdpSocket.bind(self, address)

    def setsockopt(self, level, name, value):
        """As ``UdpSocket.setsockopt()``; a link that is being opened is opened for the group."""
        before = self.group
        opening = self.steps is not None
        UdpSocket.setsockopt(self, level, name, value)
        if opening and self.group != before:
            turns.cancel(self)
            UdpSocket.bind(self, ("", self.port))

    def _open(self, since, place):
        if self.timeout != 0:
            self._finish()
        if self.steps is None:
            UdpSocket._open(self, since, place)

    def take_steps(self, steps):
        """Open the link without waiting."""
        turns.begin(self, turns.set_up(self, steps))
        turns.advance(self.modem)

    def stepped(self, error):
        """Its steps have ended: the link is open, or an error is told by poll and raised later."""
        if error is not None:
            self.out = None
            self.fault = error
        elif self.out is not None:
            turns.waiting.append(self)

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
        place = self._place(address, since)
        self._open(since, place)
        self._raise_fault()
        self.out = bytes(view), place[0], place[1]
        if self.steps is None:
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
        """Do the next step, or begin to send what waits; the module must be free."""
        if self.steps is not None:
            if not self._may_step():
                turns.waiting.append(self)
                return
            opening = not self.last
            turns.go_on(self)
            if self.shut and opening and self.steps is None:
                self._leave()
        elif self.out is None or not self.is_ours():
            self.out = None
        else:
            data, host, port = self.out
            args = (self.link, len(data), host, port)
            self.doing = _SENDING
            self.sending = True
            self.modem.begin_send(b"+CIPSEND=", args, memoryview(data), self, self.link)

    def _may_step(self):
        """Whether its steps may go on; to begin to open a link, it needs a network."""
        begun = self.shut or self in turns.stepping
        return begun or self.modem.softap or turns.is_joined()

    def give_up(self, error):
        """Drop what was to be sent, and its steps, and keep the error for the next use."""
        turns.cancel(self)
        self.out = None
        self.fault = error
        if self.shut and self.is_ours():
            self.modem.give(self.link)

    def over(self, code):
        """A command has ended. Called from ``step()``."""
        if self.steps is not None:
            turns.keep(self)
            return
        UdpSocket.over(self, code)
        if not self.sending:
            return
        self.sending = False
        self.out = None
        if self.shut:
            self._leave()
        elif code != _SEND_OK:
            self.fault = fail("datagram_not_sent")

    def _finish(self):
        """Wait for the end of what was begun while the socket had a time-out of 0."""
        modem = self.modem
        since = modem.port.ticks()
        turns.advance(modem)
        while self.out is not None or turns.first(modem):  # other sockets may come first
            self.rest(since, "the module to take what is sent")
            turns.advance(modem)
        self._raise_fault()

    # Receiving

    def recvfrom(self, size, flags=0):
        """Read the oldest datagram, cut to ``size`` bytes: ``(bytes, (address, port))``.

        :param flags: MSG_PEEK: do not remove it; MSG_DONTWAIT
        """
        if size < 0:
            raise ValueError("recv: 0 bytes or more are wanted")
        turns.advance(self.modem)
        self._raise_fault()
        if self.steps is not None:
            if self.timeout == 0 or flags & _DONTWAIT:
                raise fail("waiting", "a datagram")
            self._finish()
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
