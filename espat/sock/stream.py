# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""TCP sockets: the stream of bytes on a link.

Large reads go from the UART straight into the caller's buffer, small ones through a read-ahead
buffer. A program gets bytes only when the payload that brought them is known to be complete
(links.py). When ``send`` returns, its bytes have been sent to the module; only the head of an HTTP
request is held back (heads.py).
"""

import errno

from .. import lazy
from ..errors import fail
from ..links import octets
from ..parser import Ring, const
from .base import LinkSocket

_STRAIGHT = const(128)  # reads of this size or more do not use the read-ahead
_AHEAD = const(512)  # size of the read-ahead in bytes, in passive receive
_QUEUE = const(2920)  # bytes a link may have unread, active receive: the longest +IPD
_AROUND = const(64)  # bytes that come with a payload: its header, its end, a notice or two
_ASK_MS = const(500)  # how often a read asks a silent module what it holds,
_SELDOM_MS = const(5000)  # and how often if its time-out is shorter than that
_PROMPT_MS = const(2000)  # how long a send waits for the prompt even with a time-out of 0

_OPEN = const(2)  # states of a link
_CLOSED_BY_PEER = const(3)
_LOST_BYTES = const(6)

_ERROR = const(3)  # events
_SEND_OK = const(5)
_CANCELED = const(7)

_NOTHING = const(0)  # what a socket is doing
_CONNECTING = const(1)
_CHECKING = const(2)
_RECEIVING = const(3)
_SENDING = const(4)
_ASKING = const(5)


class Socket(LinkSocket):
    """A TCP socket: a client, or the module's server. Made by ``SocketPool.socket()``."""

    # Fields that most sockets never change.
    type = 1
    served = False  # it is a client of the module's server
    server = None  # the Server of sock/server.py, while this socket listens
    port = 0  # the port given to bind()
    words = b""  # what the module printed at the end of CIPSTART: the reason of a refusal
    eof = False  # a read has returned the end of the stream
    was_asked = False  # after CLOSED the module was asked what it still holds
    refused = 0  # bytes that the module announced, though a read returned none of them
    head = None  # a request head that is not complete yet: heads.py

    def __init__(self, radio):
        LinkSocket.__init__(self, radio)
        self.peer = None  # (host, port) of connect()
        self.stood = False  # the program knows that the connection is open
        # Reading.
        self.into = None  # the caller's buffer, while a large read fills it
        self.got = 0  # complete bytes in that buffer
        self.asked = 0  # bytes requested from the module; 0 once some have come
        self.coming = 0  # received bytes of a payload that may still prove incomplete:
        self.space = None  # they are in this free space of the ring; None: in `into`
        # Writing.
        self.waits = False  # send() is waiting for SEND OK
        self.pair = [0, 0]  # the arguments of a command: one list for all, to save heap
        self.used = False  # bytes were sent or read

    # The methods of a receiver of payload: see links.py

    def place(self):
        """Where the next payload bytes go: the caller's buffer if they are for it, or the ring."""
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
        """``n`` bytes have been written to that place."""
        self.coming += n

    def find(self, what):
        """The position of some bytes in the payload that came last; -1: not in it."""
        ring = self.ring
        return ring.buf.find(what, ring.w, ring.w + self.coming) if ring else -1

    def finished(self, whole):
        """The payload has ended: its bytes are valid if it was whole and the link lost none."""
        if whole and self.coming and self.modem.links[self.link] < _LOST_BYTES:
            self.asked = 0
            if self.space is None:
                self.got = self.coming
            elif self.ring is not None:
                self.ring.fill(self.coming)
        self.coming = 0
        self.space = None

    def queue(self, n):
        """The ring, with space for ``n`` bytes; created when first needed."""
        ring = self.ring
        if ring is None or len(ring.space()) < n:
            size = _QUEUE if self.modem.pushes(self.link) else _AHEAD
            self.ring = ring = Ring(max(n, size))
        return ring

    # Reading

    def waiting(self):
        """How many received bytes are in the ring."""
        ring = self.ring
        return ring.w - ring.r if ring is not None else 0

    def _read(self, view):
        """Read into a memoryview: returns how many bytes, 0 at the end of the stream."""
        return self.ring.take(view) if self.waiting() else self._await(view)

    def _await(self, view):
        """As ``_read()``, when the ring is empty; with None as view: how many bytes it then has."""
        modem = self.modem
        if self.head is not None:
            self.flush()
        since = asked = modem.port.ticks()
        every = _ASK_MS
        if self.timeout is not None and self.timeout * 2 <= 1:  # no call waits for 500 ms
            asked, every = modem.asked, _SELDOM_MS
        self.got = 0
        if every > _ASK_MS or modem.whole or not modem.unread[self.link]:
            modem.step()  # else rest() does it, once the bytes that the module holds are asked for
        try:
            n = self._receive(view)
            while n < 0:
                if modem.port.since(asked) > every and self._ask():
                    asked = modem.port.ticks()
                self.rest(since, "data")
                n = self._receive(view)
        finally:
            if self.into is not None:
                lazy.call("sock.repair", "salvage", self)
        return n

    def _receive(self, view):
        """Read what is there, without waiting: how many bytes, 0 at the end, -1 for nothing yet."""
        modem = self.modem
        if self.doing == _RECEIVING or modem.noise:
            return -1  # the bytes that came may still prove incomplete
        if self.got:
            self.into = None
            return self.got
        n = self.waiting()
        if n:
            return n if view is None else self.ring.take(view)
        link = self.link
        state = self.state()
        if self.doing or self.space is not None:
            return -1
        if modem.unread[link] > 0:
            if not self.chores():
                self._fetch(view)
        elif state == _CLOSED_BY_PEER:
            if modem.contact < 1:  # perhaps the module restarted: that is no end of stream
                modem.chores()
                return -1
            # ESP-AT, which has a trailer, says CLOSED after all has been read; NonOS does not wait.
            known = modem.pushes(link) or modem.parser.trailer
            # With several connections, the link number in CLOSED may have been damaged.
            known = known and (link < 0 or sum(map(bool, modem.links[:5])) < 2)
            if (known or self.was_asked) and not self.refused:
                return 0
            self.was_asked = self._ask()
        return -1

    def _fetch(self, view):
        """Send ``AT+CIPRECVDATA=<link>,<n>`` for what the UART's buffer holds; 128 if refused."""
        if view is not None and len(view) >= _STRAIGHT and self.timeout != 0:
            self.into = view
        else:
            view = self.queue(0).space()
        n = min(len(view), 128 if self.refused else max(32, self.radio.rx_size - _AROUND))
        self.used = True
        if self.was_asked:
            self.was_asked = False  # there was more, and there may be more after this
        modem = self.modem
        pair = self.pair
        pair[0] = self.link
        pair[1] = self.asked = n
        modem.follow(b"+CIPRECVDATA=", pair, b"", 5000, self, self.link, self, n)
        self.doing = _RECEIVING

    def _ask(self):
        """Ask the module what it holds, since notices can be lost. True if it is being asked."""
        modem = self.modem
        if self.doing or modem.chores():
            return False
        lazy.call("sock.repair", "ask", modem, self)
        self.doing = _ASKING
        return True

    def recv_into(self, buffer, nbytes=0):
        """Wait for at least one byte, then read what is there into a buffer.

        :param int nbytes: the most bytes to read; 0: as many as the buffer holds
        :returns: how many bytes; 0 at the end of the stream, once: after that it raises, because
            a program that takes 0 for "nothing yet" would loop for ever
        :raises OSError: ETIMEDOUT or EAGAIN, as set by ``settimeout()``; ECONNRESET, bytes lost
        """
        view = octets("buffer", buffer, True)
        if nbytes:
            if not 0 < nbytes <= len(view):
                raise fail("too_small")
            view = view[:nbytes]
        if not len(view):
            return 0
        if self.eof and not self.shut:
            raise fail("ended")
        n = self._read(view)
        self.eof = not n
        return n

    def recv(self, size):
        """As ``recv_into()``, but returns bytes: up to ``size``; ``b""`` at the end."""
        if size < 1:
            if size:
                raise fail("too_small")
            return b""
        data = self.ring is not None and self.ring.pull(size)
        if data:
            return data
        if size >= _STRAIGHT:
            buffer = memoryview(bytearray(min(size, 2048)))
            return bytes(buffer[: self._await(buffer)])
        return self.ring.pull(size) if self._await(None) else b""

    def readinto(self, buffer, nbytes=-1):
        """Fill a buffer, or read up to the end of the stream.

        :returns: how many bytes; with a time-out of 0 perhaps fewer, and None if nothing is there
        """
        view = octets("buffer", buffer, True)
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
        """Read one line, including its ``\\n``. At the end of the stream: the rest, then ``b""``.

        Raises as ``recv_into()`` does; the part of a line that has come is kept for the next read.
        """
        ring = self.ring
        if ring is not None:
            r = ring.r
            n = ring.buf.find(b"\n", r, ring.w) + 1 - r
            if n > 0:
                return ring.pull(n)
        return self._line()

    def _line(self):
        line = b""
        try:
            while line[-1:] != b"\n" and (self.waiting() or self._await(None)):
                ring = self.ring
                line += ring.pull((ring.find(b"\n") + 1) or 2048)
        except BaseException:
            if line:
                lazy.call("sock.repair", "put_back", self, line)
            raise
        return line

    # Writing

    def send(self, data):
        """Send bytes: ``AT+CIPSEND=<link>,<n>``, with 2048 or 8192 bytes at a time, depending on
        the firmware. On return they have been sent to the module, except pieces of an HTTP
        request's head, which are joined first. If it fails with a time-out of 0, the next call
        raises that needs the module.

        :returns: how many bytes the module confirmed: fewer if the connection broke meanwhile
        :raises OSError: EAGAIN, nothing was sent; ETIMEDOUT, nothing was sent, or it is unknown how
            much: then the connection is closed; ECONNRESET or ENOTCONN (as BrokenPipeError where
            that exists), the connection is gone
        """
        view = octets("data", data)
        if not len(view):
            return 0
        if self.doing == _CONNECTING or self.doing == _CHECKING:
            lazy.call("sock.opening", "rest", self)
        if self.state() != _OPEN:
            raise fail("gone")
        if self.head is None and 65 <= view[0] <= 90:  # a letter: it may be an HTTP request
            self.head = lazy.call("sock.heads", "begun", view)
        if self.head is not None:
            return self.head.hold(self, view)
        return self.push(view)

    def sendall(self, data):
        """``send()`` all bytes; raises ECONNRESET, with the number sent, if some were not."""
        n = self.send(data)
        if n < len(data):
            raise fail("part_sent", n, len(data))

    def flush(self):
        """Send the part of a request head that is held back; the rest may still follow."""
        if self.head is not None:
            self.head.flush(self)

    def push(self, view):
        """Send a memoryview in pieces as large as the firmware takes; returns the bytes sent."""
        modem = self.modem
        most = modem.largest
        since = modem.port.ticks()
        n = len(view)
        done = 0
        while done < n:
            piece = view if n <= most else view[done : done + most]
            try:
                self._push(piece, since)
            except OSError:
                if not done:
                    raise
                break
            done += len(piece)
        return done

    def _push(self, view, since, again=False):
        """Send one ``AT+CIPSEND``. Even with a time-out of 0 it waits for the prompt.

        If the module said "busy" and then gave no prompt, nothing was sent: it is tried once more.
        """
        modem = self.modem
        self.turn(since)
        if self.state() != _OPEN:
            raise fail("gone")
        self.used = True
        pair = self.pair
        pair[0] = self.link
        pair[1] = len(view)
        self.waits = self.timeout != 0
        self.doing = _SENDING
        try:
            modem.begin_send(b"+CIPSEND=", pair, view, self, self.link)
            while self.doing:
                if self.waits:
                    self.rest(since, "the send")
                elif modem.sent:
                    return  # the verdict comes later; if it is bad, the next call raises
                else:
                    if modem.port.since(since) > _PROMPT_MS:
                        raise fail("waiting", "the prompt")
                    modem.rest()
        except BaseException as e:
            self.waits = False
            if lazy.call("sock.repair", "cut_send", self, view, e):
                return
            raise
        self.waits = False
        if self.code != _SEND_OK:
            if again or self.code != _CANCELED or not modem.busied:
                raise lazy.call("sock.repair", "unsent", self)
            self._push(view, since, True)

    def over(self, code):
        """This socket's command has ended. Called from ``step()``, so it must not wait."""
        modem = self.modem
        doing = self.doing
        self.doing = _NOTHING
        if doing == _CONNECTING or doing == _CHECKING:
            lazy.call("sock.opening", "over", self, doing, code)
            return
        self.code = code
        if doing == _ASKING:
            lazy.call("sock.repair", "compare", modem, self)
        elif modem.owner(self.link) is self:  # else the socket was closed meanwhile
            if doing == _RECEIVING:
                self._ended(code)
            elif code != _SEND_OK:
                lazy.call("sock.repair", "failed_send", self, code)

    def _ended(self, code):
        """A CIPRECVDATA has ended."""
        if self.asked:
            lazy.call("sock.repair", "refused_read", self)
        else:
            self.refused = 0

    def connect(self, address):
        """Open a connection: ``AT+CIPSTART=<link>,"TCP","<host>",<port>``.

        :param address: ``(host, port)``; the module resolves the name
        :raises OSError: ENOMEM, all five links are in use; ECONNREFUSED, the connection failed;
            ENOTCONN, not joined to a network; -2, name not found; ETIMEDOUT; with a time-out of 0
            EINPROGRESS at the first call, then EALREADY until it is open; EISCONN, it is open
        """
        since = self.modem.port.ticks()
        if lazy.call("sock.opening", "is_new", self, address):
            self._open(address[0], address[1])
            if self.timeout == 0:
                raise fail("started")
        self._opened(since)

    def _open(self, host, port):
        """Begin to connect."""
        self.radio.up()
        lazy.call("sock.opening", "begin", self, host, port)

    def _opened(self, since):
        """Wait for the end of what ``_open()`` began; another socket's call may have seen it."""
        failure = lazy.call("sock.opening", "stands", self, since)
        if failure is not None:
            raise failure

    def close(self):
        """Send what is held back, then ``AT+CIPCLOSE=<link>`` if the link is open. Idempotent."""
        if self.shut:
            return
        modem = self.modem
        try:
            self.flush()
            if self.served and self.code == _SEND_OK and self.timeout != 0:
                lazy.call("sock.server", "linger", self)
        finally:
            self.shut = True
            self.ring = None
            if self.server is not None:
                self.server.close()
            elif self.is_ours():
                # The connection may be open in the module if a command failed or CIPSTART runs.
                doubtful = self.doing == _CONNECTING or self.doing == _CHECKING
                modem.give(self.link, _OPEN if doubtful or self.code == _ERROR else 0)
                try:
                    if self.timeout == 0 or doubtful:
                        modem.chores()  # begins to close it if no other command runs
                    else:
                        modem.turn()
                except OSError:
                    pass  # the next command will report that nothing answers

    # Serving

    def bind(self, address):
        """Choose the port to listen on. Nothing is sent yet.

        :param address: ``(host, port)``; whatever the host, the module listens on all addresses
        :raises ValueError: a port outside 1..65535
        """
        lazy.call("sock.server", "bind", self, address)

    def listen(self, backlog=1):
        """Start the module's server: ``AT+CIPSERVERMAXCONN=5`` (NonOS 1.6, ESP-AT) and
        ``AT+CIPSERVER=1,<port>``.

        :param int backlog: how many clients may wait for ``accept()``: 5 to 16, counting those
            that have disconnected again; at most five are connected at a time
        :raises OSError: EADDRINUSE, another socket listens (``radio.modem.listener.close()`` stops
            one that is lost); EINVAL, not bound
        """
        lazy.call("sock.server", "listen", self, backlog, type(self))

    def accept(self):
        """The next client: ``(socket, (address, port))``. Its socket has no time-out at first.

        Even with a time-out of 0, rejoining a network takes up to 20 seconds. A client that has
        disconnected already has the address ``("0.0.0.0", 0)``.

        :raises OSError: EAGAIN or ETIMEDOUT, as set by ``settimeout()``; EINVAL, this socket does
            not listen; EADDRINUSE, the module refuses to listen again
        """
        return lazy.call("sock.server", "accept", self)

    def setsockopt(self, level, option, value):
        """SO_REUSEADDR and TCP_NODELAY always apply; any other option raises EOPNOTSUPP."""
        lazy.call("sock.repair", "set_option", level, option)
