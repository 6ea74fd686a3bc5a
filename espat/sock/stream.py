# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""TCP sockets: the stream of bytes on a link.

Large reads go from the UART straight into the caller's buffer, small ones through a read-ahead.
Bytes are handed out only when the payload that brought them is known to be whole (links.py). What
is written has left for the module when ``send`` returns, but for heads of HTTP requests: heads.py.
"""

import errno

from .. import lazy
from ..errors import fail
from ..links import octets
from ..parser import Ring, const
from .base import LinkSocket

_STRAIGHT = const(128)  # a read from this size on needs no read-ahead
_AHEAD = const(512)  # bytes of the read-ahead, passive receive
_QUEUE = const(2920)  # bytes a link may have unread, active receive: the longest +IPD
_AROUND = const(64)  # bytes that come with a payload: its header, its end, a notice or two
_ASK_MS = const(500)  # how often a silent module is asked what it holds,
_SELDOM_MS = const(5000)  # and by what must not wait
_PROMPT_MS = const(2000)  # how long a send that must not wait waits all the same for the prompt

_OPEN = const(2)  # what a link is
_CLOSED_BY_PEER = const(3)
_LOST_BYTES = const(6)

_OK = const(2)  # events
_ERROR = const(3)
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

    # What most sockets never change.
    type = 1
    served = False  # it came from the module's server
    server = None  # sock/server.py, while it listens
    port = 0  # what bind() chose
    words = b""  # what the module said when it refused it
    eof = False  # the end was told
    was_asked = False  # what the module holds was asked for after CLOSED
    refused = 0  # bytes that were announced, and of which a read brought none
    head = None  # an unfinished request head: heads.py

    def __init__(self, radio):
        LinkSocket.__init__(self, radio)
        self.peer = None  # (host, port) of connect()
        self.stood = False  # that the connection stands was told
        # Reading: what has come stands in the ring, in the order in which it came.
        self.ring = None  # made on first need
        self.into = None  # the caller's buffer, while a large read of the module is under way
        self.got = 0  # bytes that it brought
        self.asked = 0  # bytes that the module was asked for, until some came
        self.coming = 0  # bytes of a payload that is not known to be whole yet:
        self.space = None  # in this room behind what the ring holds; None: in `into`
        # Writing.
        self.waits = False  # send() waits for its verdict
        self.pair = [0, 0]  # the arguments of a command: made once, not for each
        self.used = False  # bytes have flowed

    # A receiver of payload

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

    def find(self, what):
        """Where bytes stand in the payload that came last; -1: nowhere."""
        ring = self.ring
        return ring.buf.find(what, ring.w, ring.w + self.coming) if ring else -1

    def finished(self, whole):
        """The payload is over: its bytes count if it was whole."""
        if whole and self.coming:
            self.asked = 0
            if self.space is None:
                self.got = self.coming
            elif self.ring is not None:
                self.ring.fill(self.coming)
        self.coming = 0
        self.space = None

    def queue(self, n):
        """The ring, made on first need, with room for so many bytes."""
        ring = self.ring
        if ring is None or len(ring.space()) < n:
            size = _QUEUE if self.modem.pushes(self.link) else _AHEAD
            self.ring = ring = Ring(max(n, size))
        return ring

    # Reading

    def waiting(self):
        """How many bytes came before they were asked for."""
        ring = self.ring
        return ring.w - ring.r if ring is not None else 0

    def _ready(self):
        """Whether bytes that came can be handed out at once, with no look at the UART."""
        ring = self.ring
        if ring is None or ring.r == ring.w or self.doing or self.head is not None:
            return False
        link = self.link
        modem = self.modem
        return link >= 0 and modem.links[link] < _LOST_BYTES and not modem.noise

    def _read(self, view):
        """Bytes into a memoryview: how many, 0 at the end of the stream."""
        return self.ring.take(view) if self._ready() else self._await(view)

    def _await(self, view):
        """As ``_read()``, waiting; without a view: how many came into the ring."""
        modem = self.modem
        if self.head is not None:
            self.flush()
        since = asked = modem.port.ticks()
        every = _ASK_MS
        if self.timeout is not None and self.timeout * 2 <= 1:  # no wait is so long
            asked, every = modem.asked, _SELDOM_MS
        self.got = 0
        if self.doing or not self.waiting():
            modem.step()
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
        """What there is to read now: how many bytes, 0 at the end, -1 for nothing yet."""
        modem = self.modem
        if self.doing == _RECEIVING or modem.noise:
            return -1  # it is not certain yet that what came is whole
        if self.got:
            self.into = None
            return self.got
        link = self.link
        n = self.waiting()
        if n:
            if link >= 0 and modem.links[link] >= _LOST_BYTES:
                self.state()
            return n if view is None else self.ring.take(view)
        state = self.state()
        if self.doing or self.space is not None:
            return -1
        if modem.unread[link] > 0:
            if not self.chores():
                self._fetch(view)
        elif state == _CLOSED_BY_PEER:
            if modem.contact < 1:  # perhaps it has restarted: that is no end
                modem.chores()
                return -1
            # ESP-AT, with its trailer, tells CLOSED when all has been read; NonOS does not wait.
            known = modem.pushes(link) or modem.parser.trailer
            # Its digit may be bent, where it could have named another connection.
            known = known and (link < 0 or sum(map(bool, modem.links[:5])) < 2)
            if (known or self.was_asked) and not self.refused:
                return 0
            self.was_asked = self._ask()
        return -1

    def _fetch(self, view):
        """``AT+CIPRECVDATA=<link>,<n>``: what the UART's buffer holds; less if memory is short."""
        # Straight into the view if that is large, else into the ring.
        if view is not None and len(view) >= _STRAIGHT and self.timeout != 0:
            self.into = view
        else:
            view = self.queue(0).space()
        most = 128 if self.refused else max(32, self.radio.rx_size - _AROUND)
        n = min(len(view), most)
        self.used = True
        modem = self.modem
        pair = self.pair
        pair[0] = self.link
        pair[1] = self.asked = n
        modem.follow(b"+CIPRECVDATA=", pair, b"", 5000, self, self.link)
        modem.requested = modem.parser.asked = n
        modem.receiver = self
        self.doing = _RECEIVING

    def _ask(self):
        """Notices can be lost: ask what the module holds, which links stand. True if asked."""
        modem = self.modem
        if self.doing or modem.chores():
            return False
        lazy.call("sock.repair", "ask", modem, self)
        self.doing = _ASKING
        return True

    def recv_into(self, buffer, nbytes=0):
        """Read what is there, waiting for at least a byte, into a buffer.

        :param int nbytes: at most so many; 0: as many as the buffer holds
        :returns: how many bytes; 0 at the end of the stream, once: after that it raises, since
            programs that take 0 for "nothing yet" would spin for ever
        :raises OSError: ETIMEDOUT or EAGAIN by ``settimeout()``; ECONNRESET, bytes were lost
        """
        view = octets("buffer", buffer, True)
        if nbytes:
            if nbytes > len(view):
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
        """Up to ``size`` bytes, 2048 at most, else as ``recv_into()``; ``b""`` at the end."""
        if size < 1:
            if size:
                raise fail("too_small")
            return b""
        size = min(size, 2048)
        if not self._ready():
            if size >= _STRAIGHT and not self.waiting():
                buffer = memoryview(bytearray(size))
                return bytes(buffer[: self._await(buffer)])
            if not self._await(None):
                return b""
        return self.ring.pull(size)

    def readinto(self, buffer, nbytes=-1):
        """Fill a buffer: fewer bytes than its length only at the end of the stream.

        :returns: how many bytes; None if it must not wait and nothing is there
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
        """A line with its end; what is left at the end of the stream, ``b""`` after that.

        What came of one is left for the next read where it raises: as ``recv_into()``.
        """
        n = self.ring.find(b"\n") + 1 if self._ready() else 0
        return self.ring.pull(n) if n else self._line()

    def _line(self):
        line = b""
        try:
            while line[-1:] != b"\n" and (self._ready() or self._await(None)):
                ring = self.ring
                line += ring.pull((ring.find(b"\n") + 1) or 2048)
        except BaseException:
            if line:
                lazy.call("sock.repair", "put_back", self, line)
            raise
        return line

    # Writing

    def send(self, data):
        """``AT+CIPSEND=<link>,<n>``, 2048 or 8192 bytes at a time as the firmware takes them. They
        have left for the module on return, pieces of an HTTP request head excepted. With a time-out
        of 0 what became of them raises at the next call.

        :returns: how many bytes the module confirmed: fewer where the connection broke on the way
        :raises OSError: EAGAIN, none was taken; ETIMEDOUT, none was taken, or nobody knows what
            went: then the connection is closed; ECONNRESET or (as BrokenPipeError where there is
            one) ENOTCONN, the connection is gone
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
        """``send()`` until all has gone, else ECONNRESET, with the count that went."""
        n = self.send(data)
        if n < len(data):
            raise fail("part_sent", n, len(data))

    def flush(self):
        """Send what is held back of a request head; the rest of it may still come."""
        if self.head is not None:
            self.head.flush(self)

    def push(self, view):
        """Send a memoryview, as many bytes at a time as the firmware takes: how many went."""
        modem = self.modem
        most = modem.largest
        since = modem.port.ticks()
        n = len(view)
        done = 0
        while done < n:
            try:
                self._push(view if n <= most else view[done : min(n, done + most)], since)
            except OSError:
                if not done:
                    raise
                break
            done = min(n, done + most)
        return done

    def _push(self, view, since, again=False):
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
        modem.begin_send(b"+CIPSEND=", pair, view, self, self.link)
        self.doing = _SENDING
        self.waits = self.timeout != 0
        try:
            while self.doing:
                if self.waits:
                    self.rest(since, "the send")
                elif modem.sent:
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
            if again or self.code != _CANCELED or not modem.busied:
                raise lazy.call("sock.repair", "unsent", self)
            self._push(view, since, True)

    def over(self, code):
        """What was begun has ended. Called from ``step()``: begins at most."""
        modem = self.modem
        doing = self.doing
        self.doing = _NOTHING
        if doing == _CONNECTING or doing == _CHECKING:
            lazy.call("sock.opening", "over", self, doing, code)
            return
        self.code = code
        if doing == _ASKING:
            if code == _OK:
                lazy.call("sock.repair", "compare", modem, self)
        elif modem.owner(self.link) is self:  # else it was closed meanwhile
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
        """``AT+CIPSTART=<link>,"TCP","<host>",<port>``.

        :param address: ``(host, port)``; the module resolves the name
        :raises OSError: ENOMEM, all five links are in use; ECONNREFUSED, no connection came about;
            ENOTCONN, not joined; -2, name not found; ETIMEDOUT; EINPROGRESS if it must not wait,
            then EALREADY until it stands; EISCONN, it stands
        """
        since = self.modem.port.ticks()
        if lazy.call("sock.opening", "is_new", self, address):
            self._open(address[0], address[1])
            if self.timeout == 0:
                raise fail("started")
        self._opened(since)

    def _open(self, host, port):
        """Begin the connection."""
        self.radio.up()
        lazy.call("sock.opening", "begin", self, host, port)

    def _opened(self, since):
        """Wait until what ``_open()`` began has ended: here, or in another socket's call."""
        failure = lazy.call("sock.opening", "stands", self, since)
        if failure is not None:
            raise failure

    def close(self):
        """Send what is held back, then ``AT+CIPCLOSE=<link>`` if it still stands. Idempotent."""
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
                # Where the module refused something of it, or connects yet, it may stand there.
                doubtful = self.doing == _CONNECTING or self.doing == _CHECKING
                modem.give(self.link, _OPEN if doubtful or self.code == _ERROR else 0)
                try:
                    if self.timeout == 0 or doubtful:
                        modem.chores()  # begins to close it, if nothing is under way
                    else:
                        modem.turn()
                except OSError:
                    pass  # the next command will say that nothing answers

    # Serving

    def bind(self, address):
        """Choose the port to listen on. Nothing is sent yet.

        :param address: ``(host, port)``; whatever the host, the module listens on all addresses
        :raises ValueError: a port out of 1..65535
        """
        lazy.call("sock.server", "bind", self, address)

    def listen(self, backlog=1):
        """``AT+CIPSERVERMAXCONN=5`` (NonOS 1.6, ESP-AT) and ``AT+CIPSERVER=1,<port>``.

        :param int backlog: how many clients may wait to be accepted: 5, or up to 16 of which most
            have gone again
        :raises OSError: EADDRINUSE, another socket listens: a module has one server; EINVAL, not
            bound
        """
        lazy.call("sock.server", "listen", self, backlog, type(self))

    def accept(self):
        """The next client: ``(socket, (address, port))``. The socket starts with waits for ever.

        Even where this must not wait, rejoining a network takes up to 20 seconds. A client that
        has gone again has the address ``("0.0.0.0", 0)``.

        :raises OSError: EAGAIN or ETIMEDOUT by ``settimeout()``; EINVAL, this socket does not
            listen; EADDRINUSE, the module does not let it listen again
        """
        return lazy.call("sock.server", "accept", self)

    def setsockopt(self, level, option, value):
        """SO_REUSEADDR and TCP_NODELAY are as good as set; any other is refused: EOPNOTSUPP."""
        lazy.call("sock.repair", "set_option", level, option)
