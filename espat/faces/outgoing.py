# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Writing to a TCP socket without waiting: bytes are kept until the module can take them."""

from ..errors import fail
from ..parser import const
from ..sockets import Socket
from . import turns
from .kind import Polled

STAYS = True

_OPEN = const(2)  # states of a link
_LOST_SEND = const(7)

# Events.
_SEND_OK = const(5)
_CANCELED = const(7)

_SENDING = const(4)  # what a socket is doing

_OUT = const(2048)  # the most bytes taken by one call,
_WHOLE = const(8192)  # and by a write() outside asyncio: programs expect that it takes all
_HEAD = const(512)  # the most bytes of an HTTP head that are held back
_SEND_MS = const(20000)  # how long the module may take to confirm a send

_HEADS = b" GET POST PUT HEAD DELETE PATCH OPTIONS HTTP/1.0 HTTP/1.1 "


class Outgoing(Polled, Socket):
    """A TCP socket that can be written to without waiting."""

    bind = Socket.bind  # not that of `socket`, which comes first in the bases

    leaves = False  # it was closed by the program, and its peer may close first
    polled = False  # the program has polled it
    more = None  # a bytearray: what was taken while other bytes were being sent

    def __init__(self, radio=None, *_, **__):
        if not hasattr(radio, "modem"):
            return  # CPython calls this a second time, after socket.__new__()
        Socket.__init__(self, radio)
        # Bytes that were taken to be sent.
        self.out = None  # a bytearray
        self.end = 0  # how many bytes it has,
        self.at = 0  # for how many of them CIPSEND was begun,
        self.owed = 0  # and how many at the end write() has not reported as taken yet
        self.held = False  # they are an HTTP head whose blank line has not come
        self.sending = 0  # bytes of the CIPSEND under way
        self.again = False  # that CIPSEND was canceled once, and is repeated

    # Writing

    def write(self, data, start=None, size=None):
        """Send all of a buffer; ``write(data, n)``: its first ``n`` bytes; ``write(data, start,
        n)``: ``n`` bytes from ``start`` on.

        :param data: bytes-like, or a str
        :returns: how many bytes the module has confirmed. With a time-out of 0: how many were
            taken, perhaps fewer than given; None: there is no space.

            For a stream of asyncio, which is polled: how many were confirmed; None: call again with
            the same bytes, which may be on their way. So ``drain()`` ends when they are sent.
        :raises OSError: as ``send()``; EIO, called again with other bytes
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
        """Send bytes; returns how many were taken.

        With a time-out of 0 it takes them if it has space. They are sent when the module is free
        and any socket is polled, read, written or closed.

        :raises OSError: EAGAIN, there is no space; else as ``Socket.send()``
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
        """``send()`` all bytes; with a time-out of 0 it takes all, or raises EAGAIN."""
        view = turns.part(data)
        if self.timeout != 0:
            self.write(view)
        elif self._give(view, False, None) is None:
            raise fail("waiting", "the module to take what is sent")

    def sendto(self, data, address):
        """``send()``: the address is ignored, since ``connect()`` has set the peer."""
        return self.send(data)

    def _check_open(self):
        """Raise ECONNRESET if the peer has closed: programs expect that, as on a Pico W."""
        if not self.owed and self.state() != _OPEN:
            raise fail("ended")

    def _give(self, view, owing, most=_OUT):
        """Take bytes to be sent; returns how many, or None if there is no space or no connection
        yet.

        :param bool owing: report bytes as taken only when the module has confirmed them
        :param most: the most bytes to take; None: take all or none
        """
        turns.advance(self.modem)
        if not self.shut and not self._has_opened() and (self.goal or self.doing):
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
        """Take bytes to be sent after those under way; returns how many, None if no space."""
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
        """Join the pieces of an HTTP head, which is sent when its blank line has come."""
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
        """Send what is held back of an HTTP head, since its program does something else now."""
        head = self.head
        if head is not None and head.held and self.timeout == 0 and self._has_room():
            self._keep(memoryview(head.buf)[: head.held])  # Head.flush() might wait
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
        """How many of these bytes, given a second time, are those that have been sent."""
        n = min(self.owed, len(view))
        start = self.end - self.owed
        if memoryview(self.out)[start : start + n] != view[:n]:
            raise fail("other_bytes")
        self.owed -= n
        return n

    def _has_room(self):
        """Whether bytes can be taken: the end of the last send is known."""
        return self.held or (self.at == self.end and not self.sending)

    def _takes(self):
        """Whether ``write()`` would take at least one byte."""
        return self._has_room() or not (self.owed or (self.more and len(self.more) >= _OUT))

    def _is_sending(self):
        return self.sending or self.more or (self.at < self.end and not self.held)

    def _lose(self):
        """Drop all bytes that were taken and not sent."""
        self.at = self.end
        self.more = None

    def send_on(self):
        """Begin to send the next piece of what was taken; the module must be free."""
        if not self.is_ours() or (not self.shut and self.state() != _OPEN):
            self._lose()
            return
        n = min(self.end - self.at, self.modem.largest)
        view = memoryview(self.out)[self.at : self.at + n]
        pair = self.pair
        pair[0] = self.link
        pair[1] = n
        self.used = True
        self.doing = _SENDING
        self.waits = False
        self.sending = n
        self.at += n
        self.modem.begin_send(b"+CIPSEND=", pair, view, self, self.link, _SEND_MS)

    def give_up(self, error):
        """Drop what was to be sent, and keep the error for the next use."""
        if self._is_sending() and self.is_ours():
            self.modem.lose(self.link, _LOST_SEND)  # nothing may follow what is missing
        self._lose()
        self.fault = error
        self._release()

    def _release(self):
        """Release the link of a closed socket, once all has been sent."""
        if self.shut and not self.leaves and self.is_ours():
            self.modem.give(self.link)

    def over(self, code):
        """As ``Socket.over()``; then send the rest, or repeat a piece that was canceled."""
        n = self.sending
        self.sending = 0
        Socket.over(self, code)
        if not n:
            return
        if code == _CANCELED and not self.again:  # nothing of it was sent
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
    """Whether bytes are the beginning of an HTTP request or response."""
    word = bytes(view[:9]).split(b" ")[0]
    return len(word) > 2 and _HEADS.find(b" " + word + b" ") >= 0
