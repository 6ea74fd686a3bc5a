# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What a TCP socket has yet to send, while it must not wait for the module."""

from ..errors import fail
from ..parser import const
from ..sockets import Socket
from . import turns
from .kind import socket

STAYS = True

_OPEN = const(2)  # what a link is
_LOST_SEND = const(7)

# Events.
_SEND_OK = const(5)
_CANCELED = const(7)

_SENDING = const(4)  # what a socket is doing

_OUT = const(2048)  # bytes taken at a time,
_WHOLE = const(8192)  # and by a write() that is not given again: programs expect it to take all
_HEAD = const(512)  # bytes of an HTTP head that are held back
_SEND_MS = const(20000)  # how long the module may take to confirm a send

_HEADS = b" GET POST PUT HEAD DELETE PATCH OPTIONS HTTP/1.0 HTTP/1.1 "


class Outgoing(socket, Socket):
    """A TCP socket that can be written to without a wait."""

    bind = Socket.bind  # not those of `socket`, which stands before it
    setblocking = Socket.setblocking
    settimeout = Socket.settimeout

    leaves = False  # it was closed, and waits for its peer to do so first
    polled = False  # it was asked what it is ready for
    more = None  # a bytearray: what was taken while something else was on its way

    def __init__(self, radio=None, *_, **__):
        if not hasattr(radio, "modem"):
            return  # CPython calls it once more, behind socket.__new__()
        Socket.__init__(self, radio)
        # What was taken to be sent.
        self.out = None  # a bytearray
        self.end = 0  # bytes in it,
        self.at = 0  # those of them for which CIPSEND went out,
        self.owed = 0  # the last of them, which write() has not told yet that it took
        self.held = False  # they are an HTTP head whose blank line has not come
        self.sending = 0  # bytes of the CIPSEND under way
        self.again = False  # the module called it off once

    # Writing

    def write(self, data, start=None, size=None):
        """Send all of a buffer; ``write(data, n)`` its first bytes, ``write(data, start, n)``.

        :param data: bytes and the like, or a str
        :returns: how many bytes the module has confirmed. Of a socket that must not wait how many
            were taken, perhaps fewer than given; None: it has no room.

            A stream of asyncio, which is polled, is told how many were confirmed. None: give the
            same bytes again, they may be on their way. So ``drain()`` ends when they have gone.
        :raises OSError: as ``send()``; EIO, other bytes were given again
        """
        view = turns.part(data, start, size)
        if self.timeout == 0:
            if self.polled and turns.has_streams():
                return self._give(view, True)
            return self._give(view, False, _WHOLE)
        self._finish()
        self._check_open()
        done = self._credit(view) if self.owed else 0
        while done < len(view):
            done += Socket.send(self, view[done:])
        return done

    def send(self, data, flags=0):
        """Send bytes: how many were taken.

        A socket that must not wait takes them if it has room. They are sent as soon as the module
        may be told, by whichever socket is polled, read, written or closed next.

        :raises OSError: EAGAIN, it has no room; else as ``Socket.send()``
        """
        view = turns.part(data)
        if self.timeout != 0:
            self._finish()
            self._check_open()
            return self._credit(view) if self.owed else Socket.send(self, view)
        n = self._give(view, False)
        if n is None:
            raise fail("waiting", "the module to take what is sent")
        return n

    def sendall(self, data, flags=0):
        """``send()`` until all was taken."""
        view = turns.part(data)
        if self.timeout != 0:
            self.write(view)
        elif self._give(view, False, None) is None:
            raise fail("waiting", "the module to take what is sent")

    def sendto(self, data, address):
        """``send()``: whom it is for was told by ``connect()``."""
        return self.send(data)

    def _check_open(self):
        """Programs expect ECONNRESET of a peer that has closed: that is what a Pico W raises."""
        if not self.owed and self.state() != _OPEN:
            raise fail("ended")

    def _give(self, view, owing, most=_OUT):
        """Take bytes to be sent: how many; None if there is no room, or no connection yet.

        :param bool owing: they count as taken when the module has confirmed them
        :param most: so many at most; None: all of them, or none
        """
        turns.advance(self.modem)
        if not self.shut and not self._stands() and (self.goal or self.doing):
            return None
        state = self.state()
        if self.owed and self._has_room():
            return self._credit(view)
        if state != _OPEN:
            raise fail("ended")
        n = len(view)
        if not n:
            return 0
        if most:
            n = min(n, most)
        if self.held and self.end + n > _HEAD:
            self._let_go()
        if not self._has_room():
            return None if owing or self.owed else self._add(view, most)
        if self.held or _opens_head(view):
            self._hold_head(view[:n])
        else:
            self._keep(view[:n])
        if not self.held:
            self._send_soon()
            if owing and not self._has_room():
                self.owed = n
                return None
        return n

    def _add(self, view, most):
        """Take bytes that go out behind those on their way: how many; None if there is no room."""
        more = self.more or bytearray()
        n = len(view)
        if most:
            n = min(n, most - len(more))
        if n <= 0 or (more and len(more) + n > (most or _OUT)):
            return None
        more.extend(view[:n])
        self.more = more
        return n

    def _keep(self, view):
        n = len(view)
        if self.out is None or len(self.out) < n:
            self.out = bytearray(n)
        self.out[:n] = view
        self.at = 0
        self.end = n

    def _hold_head(self, view):
        """Join the pieces of an HTTP head: it goes out at its blank line."""
        n = len(view)
        if not self.held:
            if self.out is None or len(self.out) < max(n, _HEAD):
                self.out = bytearray(max(n, _HEAD))
            self.at = self.end = 0
            self.held = True
        start = self.end
        self.end = start + n
        self.out[start : self.end] = view
        if self.end > _HEAD or self.out.find(b"\r\n\r\n", max(0, start - 3), self.end) >= 0:
            self.held = False

    def _let_go(self):
        """Send what is held back of an HTTP head: its program goes on to something else."""
        head = self.head
        if head is not None and head.held and self.timeout == 0 and self._has_room():
            self._keep(memoryview(head.buf)[: head.held])  # its own way out might wait
            head.held = 0
            self._send_soon()
        if self.held:
            self.held = False
            self._send_soon()

    def _send_soon(self):
        self.again = False
        turns.waiting.append(self)
        turns.advance(self.modem)

    def _credit(self, view):
        """How many of the bytes that were given before these are: they have been sent."""
        n = min(self.owed, len(view))
        start = self.end - self.owed
        if memoryview(self.out)[start : start + n] != view[:n]:
            raise fail("other_bytes")
        self.owed -= n
        return n

    def _has_room(self):
        """Whether bytes can be taken: what became of those before is known."""
        return self.held or (self.at == self.end and not self.sending)

    def _takes(self):
        """Whether ``write()`` would take a byte."""
        return self._has_room() or not (self.owed or (self.more and len(self.more) >= _OUT))

    def _is_sending(self):
        return self.sending or self.more or (self.at < self.end and not self.held)

    def _lose(self):
        """Nothing of what was taken will be sent."""
        self.at = self.end
        self.more = None

    def send_on(self):
        """Begin to send the next piece of what was taken: the module may be told."""
        if not self.is_ours() or (not self.shut and self.state() != _OPEN):
            self._lose()
            return
        n = min(self.end - self.at, self.modem.largest)
        view = memoryview(self.out)[self.at : self.at + n]
        pair = self.pair
        pair[0] = self.link
        pair[1] = n
        self.used = True
        self.modem.begin_send(b"+CIPSEND=", pair, view, self, self.link, _SEND_MS)
        self.doing = _SENDING
        self.waits = False
        self.sending = n
        self.at += n

    def give_up(self, error):
        """Nothing more can be sent, and why."""
        self._lose()
        self.fault = error
        self._release()

    def _release(self):
        """Give the link of a socket that was closed back, once all has been sent."""
        if self.shut and not self.leaves and self.is_ours():
            self.modem.give(self.link)

    def over(self, code):
        """As ``Socket.over()``; of a piece the rest is sent, or it is sent again if it was lost."""
        n = self.sending
        self.sending = 0
        Socket.over(self, code)
        if not n:
            return
        if code == _CANCELED and not self.again:  # nothing of it went
            self.again = True
            self.at -= n
        elif code != _SEND_OK:
            self._lose()
            if code == _CANCELED:
                self.modem.lose(self.link, _LOST_SEND)
        if self.at == self.end and self.more:
            self.out = self.more
            self.at = 0
            self.end = len(self.out)
            self.more = None
            self.again = False
        if self.at < self.end:
            turns.waiting.append(self)
        else:
            self._release()


def _opens_head(view):
    """Whether bytes are the beginning of an HTTP request or answer."""
    word = bytes(view[:9]).split(b" ")[0]
    return len(word) > 2 and _HEADS.find(b" " + word + b" ") >= 0
