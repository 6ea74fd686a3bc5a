# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Reading and writing a TCP stream.

Large reads go from the UART straight into the caller's buffer, small ones through a read-ahead.
Bytes are handed out only when the payload that brought them is known to be whole (links.py). What
is written has left for the module when ``send`` returns, but for the pieces of an unfinished HTTP
request head: a method was seen, the blank line was not. They leave with it, or when the program
reads or closes, or when the buffer is full; nothing waits on a clock.
"""

import errno

try:
    from micropython import const
except ImportError:
    const = int

from .. import lazy
from ..errors import fail
from ..parser import Ring
from .base import LinkSocket

_STRAIGHT = const(128)  # a read from this size on needs no read-ahead
_AHEAD = const(512)  # bytes of the read-ahead, passive receive
_QUEUE = const(2920)  # bytes a link may have unread, active receive: the longest +IPD
_HEAD = const(512)  # bytes of a request head that are held back
_AROUND = const(64)  # bytes that come with a payload: its header, its end, a notice or two
_ASK_MS = const(500)  # how often a silent module is asked what it holds
_PROMPT_MS = const(2000)  # how long a send that must not wait waits all the same for the prompt
_SEND_MS = const(20000)  # how long the module may take to confirm a send

# What a link is.
_OPEN = const(2)
_CLOSED_BY_PEER = const(3)
_LOST_BYTES = const(6)
_LOST_SEND = const(7)

# Events.
_TIMEOUT = const(0)
_OK = const(2)
_ERROR = const(3)
_SEND_OK = const(5)
_CANCELED = const(7)

# What a socket is doing.
_NOTHING = const(0)
_CONNECTING = const(1)
_CHECKING = const(2)
_RECEIVING = const(3)
_SENDING = const(4)
_ASKING = const(5)

_METHODS = b" GET POST PUT HEAD DELETE PATCH OPTIONS "


class StreamSocket(LinkSocket):
    """The stream of bytes on a link: a receiver of payload (links.py)."""

    type = 1

    def __init__(self, radio):
        LinkSocket.__init__(self, radio)
        # Reading: what has come stands in the ring, in the order in which it came.
        self.ring = None  # made on first need
        self.into = None  # the caller's buffer, while a large read of the module is under way
        self.got = 0  # bytes that it brought
        self.asked = 0  # bytes that the module was asked for
        self.coming = 0  # bytes of a payload that is not known to be whole yet:
        self.space = None  # in this room behind what the ring holds; None: in `into`
        self.eof = False  # the end was told
        self.seen = 0  # id() of the memoryview that was read into last
        self.was_asked = False  # what the module holds was asked for after CLOSED
        self.refused = False  # a read of announced bytes was refused: the next answer decides
        # Writing.
        self.head = None  # an unfinished request head
        self.unsent = -1  # bytes of it held back; -1: not in a head
        self.waits = False  # send() waits for its verdict
        self.pair = [0, 0]  # the arguments of a command: made once, not for each
        self.used = False  # bytes have flowed

    # A receiver of payload: the modem's side

    def place(self):
        """Where the next payload bytes go: what was asked for may go to the caller's buffer."""
        into = self.into
        coming = self.coming
        if into is not None and not self.modem.parser.pushed:
            return into[coming:] if coming else into
        try:
            if self.space is None:
                self.space = self.queue(0).space()
            if coming < len(self.space):
                return self.space[coming:]
        except MemoryError:
            pass
        lazy.call("sock.repair", "overrun", self)
        return None

    def placed(self, n):
        """``n`` bytes are there."""
        self.coming += n

    def finished(self, whole):
        """The payload is over: its bytes count if it was whole."""
        if whole and self.coming:
            if self.space is None:
                self.got = self.coming
            elif self.ring is not None:
                self.ring.fill(self.coming)
        self.coming = 0
        self.space = None

    def queue(self, least):
        """The ring, made on first need.

        :param int least: bytes that it must have room for
        """
        ring = self.ring
        if ring is None or len(ring.space()) < least:
            size = _QUEUE if self.modem.pushes(self.link) else _AHEAD
            self.ring = ring = Ring(max(least, size))
        return ring

    # Reading

    def waiting(self):
        """How many bytes came before they were asked for."""
        ring = self.ring
        return ring.w - ring.r if ring is not None else 0

    def _read(self, view):
        """Bytes into a memoryview: how many, 0 at the end of the stream."""
        modem = self.modem
        if self.unsent > 0:
            self.flush()
        since = asked = modem.port.ticks()
        self.got = 0
        if self.doing or not self.waiting():
            modem.step()
        try:
            n = self._receive(view)
            while n < 0:
                if modem.port.since(asked) > _ASK_MS and self._ask():
                    asked = modem.port.ticks()
                self.rest(since, "data")
                n = self._receive(view)
        finally:
            if self.into is not None:
                lazy.call("sock.repair", "salvage", self)
        return n

    def _receive(self, view):
        """What there is to read now: how many bytes, 0 at the end, -1 for nothing yet."""
        modem = self.modem
        if self.doing == _RECEIVING or modem.noise:
            return -1  # it is not certain yet that what came is whole
        if self.got:
            self.into = None
            return self.got
        link = self.link
        if self.waiting():
            if link >= 0 and modem.links[link] >= _LOST_BYTES:
                self.state()
            return self.ring.take(view)
        state = self.state()
        if self.doing or self.space is not None:
            return -1
        if modem.unread[link] > 0:
            self._fetch(view)
        elif state == _CLOSED_BY_PEER:
            # ESP-AT, whose mark the trailer is, tells CLOSED when all has been read. NonOS does not
            # wait, and its last notice may have been lost.
            known = modem.pushes(link) or self.was_asked or modem.parser.trailer
            if known and not self.refused:
                return 0
            self.was_asked = self._ask()
        return -1

    def _fetch(self, view):
        """``AT+CIPRECVDATA=<link>,<n>``, if the module may be asked now."""
        modem = self.modem
        if modem.chores():
            return
        # Straight into the view if that is large, else into the ring.
        n = len(view)
        if n >= _STRAIGHT and self.timeout != 0:
            self.into = view
        else:
            n = len(self.queue(0).space())
        # More than the UART's buffer holds is not asked for; and little of a module that may be
        # short of memory.
        n = min(n, 128 if self.refused else max(32, self.radio.rx_size - _AROUND))
        self.used = True
        pair = self.pair
        pair[0] = self.link
        pair[1] = self.asked = n
        modem.begin_receive(b"+CIPRECVDATA=", pair, n, self, self, self.link)
        self.doing = _RECEIVING

    def _ask(self):
        """Notices can be lost: ask what the module holds, which links stand. True if asked."""
        modem = self.modem
        if self.doing or modem.chores():
            return False
        lazy.call("sock.repair", "ask", modem, self)
        self.doing = _ASKING
        return True

    def part(self):
        """The modem needs the link for another: True if this socket can do without it."""
        return lazy.call("sock.repair", "spared", self)

    def _view(self, buffer):
        """``octets()`` of a buffer to read into; one that comes again is not looked at again."""
        if id(buffer) == self.seen:
            return buffer
        view = octets("buffer", buffer, True)
        self.seen = id(buffer) if view is buffer else 0
        return view

    def recv_into(self, buffer, nbytes=0):
        """Read what is there, waiting for at least a byte, into a buffer.

        :param buffer: bytearray, or memoryview of bytes
        :param int nbytes: at most so many; 0: as many as the buffer holds
        :returns: how many bytes; 0 at the end of the stream, once: after that it raises ECONNRESET,
            since programs that take 0 for "nothing yet" would spin for ever
        :raises OSError: ETIMEDOUT or EAGAIN by ``settimeout()``; ECONNRESET, bytes or the
            connection lost
        """
        if nbytes > len(buffer):
            raise fail("buffer_too_small")
        view = self._view(buffer)
        if nbytes > 0:
            view = view[:nbytes]
        if not len(view):
            return 0
        if self.eof and not self.shut:
            raise fail("ended")
        n = self._read(view)
        self.eof = n == 0
        return n

    def recv(self, size):
        """Up to ``size`` bytes, never more than 2048 at a time; ``b""`` at the end of the stream.

        :raises OSError: as ``recv_into()``
        """
        buffer = bytearray(min(size, 2048))
        if not buffer:
            return b""
        n = self._read(memoryview(buffer))
        return bytes(buffer) if n == len(buffer) else bytes(memoryview(buffer)[:n])

    def readinto(self, buffer, nbytes=-1):
        """Fill a buffer: fewer bytes than its length only at the end of the stream.

        :returns: how many bytes; None if it must not wait and nothing is there
        :raises OSError: as ``recv_into()``
        """
        view = self._view(buffer)
        if nbytes >= 0:
            view = view[:nbytes]
        done = 0
        while done < len(view):
            try:
                n = self._read(view[done:] if done else view)
            except OSError as e:
                if e.errno == errno.EAGAIN:
                    return done or None
                raise
            if not n:
                break
            done += n
        return done

    def readline(self):
        """A line with its end; what is left at the end of the stream, ``b""`` after that.

        :raises OSError: as ``recv_into()``
        """
        line = bytearray()
        byte = memoryview(bytearray(1))
        while self._read(byte):
            line.extend(byte)
            if byte[0] == 10:
                break
            ring = self.ring
            if self.waiting():
                piece = bytearray((ring.find(b"\n") + 1) or (ring.w - ring.r))
                ring.take(memoryview(piece))
                line.extend(piece)
                if line[-1] == 10:
                    break
        return bytes(line)

    # Writing

    def send(self, data):
        """Send bytes; they have left for the module on return, pieces of an HTTP request head
        excepted.

        ``AT+CIPSEND=<link>,<n>``, 2048 or 8192 bytes at a time as the firmware takes them. With a
        time-out of 0 it returns once they are at the module, and what became of them raises at the
        next call.

        :param data: bytes, bytearray or memoryview of bytes
        :returns: how many bytes the module confirmed, fewer than given if the connection broke on
            the way
        :raises OSError: EAGAIN, none was taken; ETIMEDOUT, none was taken, or nobody knows what
            went: then the connection is closed; ECONNRESET or (as BrokenPipeError where there is
            one) ENOTCONN, the connection is gone
        """
        view = octets("data", data)
        if not len(view):
            return 0
        if self.doing == _CONNECTING or self.doing == _CHECKING:
            since = self.modem.port.ticks()
            self.modem.step()
            while self.doing:
                self.rest(since, "the connection")
        if self.state() != _OPEN:
            raise fail("gone")
        if self.unsent < 0:
            # What opens an HTTP request head.
            method = b" " + bytes(view[:8]).split(b" ")[0] + b" "
            if len(method) > 4 and _METHODS.find(method) >= 0:
                self.unsent = 0
        if self.unsent < 0:
            return self._push(view)
        return self._hold(view)

    def sendall(self, data):
        """``send()`` until all has gone.

        :raises OSError: ECONNRESET, with the count that went, if not all did; else as ``send()``
        """
        n = self.send(data)
        if n < len(data):
            raise fail("part_sent", n, len(data))

    def _hold(self, view):
        """Join the pieces of a request head; out it goes at its blank line, or when full."""
        n = len(view)
        if self.head is None:
            self.head = bytearray(_HEAD)
        if self.unsent + n > _HEAD:
            self.flush()
            self.unsent = -1
            return self._push(view)
        start = self.unsent
        self.head[start : start + n] = view
        self.unsent += n
        if self.head.find(b"\r\n\r\n", max(0, start - 3), self.unsent) >= 0:
            self.flush()
            self.unsent = -1
        return n

    def flush(self):
        """Send what is held back of a request head; the rest of it may still come.

        :raises OSError: as ``sendall()``
        """
        n = max(0, self.unsent)
        self.unsent = min(self.unsent, 0)
        done = self._push(memoryview(self.head)[:n]) if n else 0
        if done < n:
            raise fail("part_sent", done, n)

    def _push(self, view):
        modem = self.modem
        most = modem.largest
        since = modem.port.ticks()
        n = len(view)
        done = 0
        while done < n:
            try:
                self._send_one(view if n <= most else view[done : min(n, done + most)], since)
            except OSError:
                if not done:
                    raise
                break
            done = min(n, done + most)
        return done

    def _send_one(self, view, since, again=False):
        """One ``AT+CIPSEND``. It waits for the prompt even where it must not wait for the network.

        Sent again once, where the module said "busy" and then gave no prompt: nothing has gone.
        """
        modem = self.modem
        self.turn(since)
        if self.state() != _OPEN:
            raise fail("gone")
        self.used = True
        pair = self.pair
        pair[0] = self.link
        pair[1] = len(view)
        modem.begin_send(b"+CIPSEND=", pair, view, self, self.link, _SEND_MS)
        self.doing = _SENDING
        self.waits = self.timeout != 0
        try:
            while self.doing:
                if self.waits:
                    self.rest(since, "the module to take what is sent")
                elif modem.bytes is None:
                    return  # the verdict comes later; if it is bad, the next call raises
                else:
                    modem.rest()
                    if modem.port.since(since) > _PROMPT_MS:
                        raise fail("waiting", "the prompt")
        except BaseException as e:
            self.waits = False
            if lazy.call("sock.repair", "cut_send", self, view, e):
                return
            raise
        self.waits = False
        if self.code != _SEND_OK:
            if self.code == _CANCELED and modem.busied and not again:
                self._send_one(view, since, True)
            else:
                lazy.call("sock.repair", "unsent", self)

    def over(self, code):
        """A command about the stream has ended. Called from ``step()``: begins at most."""
        modem = self.modem
        doing = self.doing
        link = self.link
        self.doing = _NOTHING
        self.code = code
        if doing == _ASKING:
            if code == _OK:
                lazy.call("sock.repair", "compare", modem)
        elif modem.owner(link) is self:  # else it was closed meanwhile
            if doing == _RECEIVING:
                self._read_over(code)
            elif code != _SEND_OK and code != _CANCELED:
                if code == _ERROR and self.waits:  # there is no such link any more
                    modem.closed(link)
                elif modem.links[link] != _CLOSED_BY_PEER or not self.waits:
                    modem.lose(link, _LOST_SEND)  # else what came before the end can be read

    def _read_over(self, code):
        """A CIPRECVDATA has ended."""
        if code == _OK:
            self.refused = False
        elif code == _ERROR:
            lazy.call("sock.repair", "refused_read", self)


def octets(what, data, written=False):
    """A memoryview of the bytes of a buffer.

    Items of another size would be announced by number and sent whole: the rest would be taken for
    commands.

    :param bool written: the buffer must be one that can be written
    :raises TypeError: it is not bytes, a bytearray or a memoryview of bytes
    """
    if isinstance(data, memoryview):
        size = getattr(data, "nbytes", 0)  # boards do not tell
        if not size:
            size = len(bytes(data[:1])) + len(data) - min(1, len(data))
        if size == len(data) and not (written and getattr(data, "readonly", False)):
            return data
    elif isinstance(data, bytearray) or (isinstance(data, bytes) and not written):
        return memoryview(data)
    raise fail("not_octets", what)
