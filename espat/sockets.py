# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Sockets on a module's links.

Large reads go from the UART straight into the caller's buffer, small ones through a read-ahead. What is
written has left for the module when ``send`` returns, but for the pieces of an unfinished HTTP request
head. Nothing waits past its time-out, and a hole in a stream raises.
"""

try:
    from micropython import const
except ImportError:
    const = int

from .modem import fail
from .parser import Ring

_AHEAD = const(512)  # bytes of the read-ahead, passive receive
_QUEUE = const(2048)  # bytes a link may have unread, active receive
_STRAIGHT = const(128)  # a read from this size on needs no read-ahead
_HEAD = const(512)  # bytes of a request head that are held back
_ASK_MS = const(500)  # how often a silent module is asked what it holds
_CONNECT_MS = const(
    60000
)  # how long CIPSTART may take; a time-out of the socket's ends the wait sooner
_PROMPT_MS = const(2000)  # how long a send that must not wait for the network waits for the prompt

# The modem's (a test compares them).
_OPENING = const(1)
_OPEN = const(2)
_CLOSED_BY_PEER = const(3)
_LOST_RESTART = const(4)
_LOST_BYTES = const(6)
_LOST_SEND = const(7)
_TIMEOUT = const(0)
_OK = const(2)
_ERROR = const(3)
_SEND_OK = const(5)
_CANCELED = const(7)

# What a socket has asked the modem to do.
_NOTHING = const(0)
_CONNECTING = const(1)
_CHECKING = const(2)
_RECEIVING = const(3)
_SENDING = const(4)
_ASKING = const(5)

# What opens an HTTP request head.
_METHODS = b" GET POST PUT HEAD DELETE PATCH OPTIONS "


class SocketPool:
    """What ``socketpool.SocketPool`` is on a board with Wi-Fi of its own.

    :param Radio radio: the module
    """

    AF_INET = 2
    SOCK_STREAM = 1
    SOCK_DGRAM = 2
    IPPROTO_TCP = 6

    def __init__(self, radio):
        self._radio = radio

    def socket(self, family=2, type=1, proto=0):
        """A TCP socket. It takes one of the module's five links when it connects."""
        if family != 2 or type != 1:
            raise fail("kind")
        return Socket(self._radio)

    def getaddrinfo(self, host, port, family=0, type=0, proto=0, flags=0):
        """``[(family, type, proto, "", (address, port))]``; ``AT+CIPDOMAIN``, unless host is an address.

        :raises OSError: (-2, message), the name is not known
        """
        if not host.replace(".", "0").isdigit():
            from .tcpip import cipdomain

            host = cipdomain(self._radio.up(), host)
        return [(2, type or 1, proto, "", (host, port))]


class Socket:
    """A TCP client socket. Made by ``SocketPool.socket()``."""

    type = 1

    def __init__(self, radio):
        self._radio = radio
        self._modem = radio.modem
        self.link = -1  # -1: none; its generation tells whether it still is ours
        self._born = 0
        self._timeout = None  # seconds; None waits for ever, 0 not at all
        self._doing = _NOTHING
        self.code = _OK  # how the last thing done ended
        self.words = b""  # what the module said then
        self._ring = None  # what came before it was asked for
        self._into = None  # the caller's buffer while a read is under way
        self._got = 0  # bytes of it filled
        self._head = None  # an unfinished request head
        self._held = -1  # bytes of it held back; -1: not in a head
        self._eof = self._asked = False
        self._shut = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Waiting

    def settimeout(self, seconds):
        """None: wait for ever; 0: not at all (EAGAIN); else ETIMEDOUT is raised after so many seconds."""
        if seconds is not None and seconds < 0:
            raise ValueError("negative time-out")
        self._timeout = seconds

    def setblocking(self, flag):
        """``settimeout(None)``, or ``settimeout(0)``."""
        self._timeout = None if flag else 0

    def _rest(self, since, what):
        """One turn of a wait; raises when there is no time left."""
        modem = self._modem
        timeout = self._timeout
        if timeout == 0:
            raise fail("wait", what)
        modem.rest()
        if timeout is not None and modem.port.since(since) >= timeout * 1000:
            raise fail("time", what)

    def _turn(self, since):
        """Until this socket may begin a command."""
        self._modem.step()
        while self._modem.chores():
            self._rest(since, "the module")

    # The link

    def _state(self):
        """The state of the link, while it is whole and ours."""
        modem = self._modem
        link = self.link
        if self._shut:
            raise fail("closed")
        if link < 0:
            raise fail("unconnected")
        state = modem.links[link] if modem.born[link] == self._born else _LOST_RESTART
        if state >= _LOST_RESTART:
            raise fail(state)
        return state

    def connect(self, address):
        """``AT+CIPSTART=<link>,"TCP","<host>",<port>``.

        :param address: ``(host, port)``; the module resolves the name
        :raises OSError: ENOMEM, all five links are in use; ECONNREFUSED, no connection came about;
            ENOTCONN, not joined; -2, name not found; ETIMEDOUT; EINPROGRESS if it must not wait
        """
        host, port = address[0], address[1]
        modem = self._modem
        since = modem.port.ticks()
        if self._doing == _CONNECTING or self._doing == _CHECKING:  # since an earlier call
            modem.step()
        elif self.link >= 0 or self._shut:
            raise fail("again")
        elif not (0 < port < 65536 and 0 < len(host) <= 64):
            raise ValueError("port out of 1..65535, or host out of 1..64 characters")
        else:
            self._radio.up()
            self._turn(since)
            link = modem.take(self)
            try:
                modem.begin(b"+CIPSTART=", (link, "TCP", host, port), b"", _CONNECT_MS)
            except Exception:
                modem.give(link)
                raise
            self.link = link
            self._born = modem.born[link]
            modem.client = self
            self._doing = _CONNECTING
            if self._timeout == 0:
                raise fail("started")
        while self._doing:
            if self._timeout == 0:
                raise fail("connecting")
            self._rest(since, "the connection")
        if self.link < 0:
            if self.code == _TIMEOUT:
                raise fail("unanswered", host, port)
            if b"DNS" in self.words:
                raise fail("dns", host)
            if not modem.wifi or b"no ip" in self.words:
                raise fail("unjoined")
            raise fail("refused", host, port)

    def over(self, code):
        """The modem is through with what this socket had begun. Called from ``step()``: begins at most."""
        modem = self._modem
        doing = self._doing
        link = self.link
        self._doing = _NOTHING
        self.code = code
        if doing == _ASKING:
            if code == _OK:
                from .tcpip import compare

                compare(modem)
        elif doing == _CONNECTING or doing == _CHECKING:
            self._connected(modem, link, doing)
        elif modem.owners[link] is not self:
            pass  # closed meanwhile
        elif doing == _RECEIVING:
            if code != _OK:
                modem.held[link] = 0
        elif code == _ERROR:  # of a send: there is no such link any more
            modem.closed(link)
        elif code != _SEND_OK and code != _CANCELED:
            modem.lose(link, _LOST_SEND)

    def _connected(self, modem, link, doing):
        self.words = modem.words
        if doing == _CHECKING:
            from .tcpip import standing

            if standing(modem) >> link & 1:
                modem.links[link] = _OPEN
        if modem.links[link] == _OPEN:
            if modem.owners[link] is self:
                return
        elif doing == _CONNECTING and self.code == _OK:  # its CONNECT was lost, or never came
            self._ask(True)
            self._doing = _CHECKING
            return
        self.link = -1
        modem.give(link)

    def close(self):
        """Send what is held back, then ``AT+CIPCLOSE=<link>`` if the link still stands. Idempotent."""
        if self._shut:
            return
        try:
            if self._held > 0:
                self._flush()
        finally:
            self._shut = True
            self._ring = None
            modem = self._modem
            link = self.link
            if link >= 0 and modem.born[link] == self._born:
                if self._doing == _CONNECTING or self._doing == _CHECKING:
                    modem.owners[link] = None  # it is closed when it stands
                else:
                    modem.give(link)
                    if self._timeout != 0:
                        try:
                            modem.turn()
                        except OSError:
                            pass  # the next command will say that nothing answers

    # Reading

    def place(self):
        """The modem asks: where shall the next payload bytes go?"""
        into = self._into
        got = self._got
        if into is not None:
            if got < len(into):
                return into[got:] if got else into
            self._into = None  # full: the rest waits in the ring
        try:
            view = self._queue(0).space()
            if len(view):
                return view
        except MemoryError:
            pass
        self._modem.lose(self.link, _LOST_BYTES)
        return None

    def placed(self, n):
        """The modem tells: ``n`` bytes are there."""
        if self._into is not None:
            self._got += n
        elif self._ring:
            self._ring.fill(n)

    def _queue(self, least):
        """The ring, made on first need."""
        ring = self._ring
        if ring is None or len(ring.space()) < least:
            self._ring = ring = Ring(max(least, _AHEAD if self._modem.passive else _QUEUE))
        return ring

    def _salvage(self):
        """A read was cut short: what has come for it waits in the ring, and what still comes joins it."""
        into = self._into
        self._into = None
        if into is None:
            return
        parser = self._modem.parser
        live = parser.left() and parser.link == self.link
        n = self._got + (parser.delivered() if live else 0)
        self._got = 0
        ring = self._queue(max(n, min(len(into), self._radio.rx_size)))
        ring.space()[:n] = into[:n]
        ring.fill(n)
        if live:
            parser.into(ring.space())

    def _read(self, view):
        """Bytes into a memoryview: how many, 0 at the end of the stream."""
        modem = self._modem
        if self._held > 0:
            self._flush()
        since = asked = modem.port.ticks()
        modem.step()
        self._got = 0
        if len(view) >= _STRAIGHT and self._timeout != 0 and not (self._ring and self._ring.used()):
            self._into = view
        try:
            n = self._receive(view)
            while n < 0:
                if modem.port.since(asked) > _ASK_MS and self._ask(False):
                    asked = modem.port.ticks()
                self._rest(since, "data")
                n = self._receive(view)
        except BaseException:
            self._salvage()
            raise
        self._into = None
        return n

    def _receive(self, view):
        """What there is to read now: how many bytes, 0 at the end, -1 for nothing yet."""
        modem = self._modem
        link = self.link
        got = self._got
        if got:
            if self._doing == _RECEIVING or (
                self._into is not None and modem.parser.left() and modem.parser.link == link
            ):
                return -1  # more of it is coming in
            if modem.links[link] == _LOST_BYTES:
                self._state()
            return got
        ring = self._ring
        if ring and ring.used():
            if modem.links[link] == _LOST_BYTES:
                self._state()
            return ring.take(view)
        state = self._state()
        if self._doing:
            return -1
        if modem.passive and modem.held[link] > 0:
            # AT+CIPRECVDATA: straight into the view if that is large, else into the ring.
            if not modem.chores():
                n = len(self._queue(0).space()) if self._into is None else len(view)
                modem.begin_recv(link, min(n, self._radio.rx_size))
                modem.client = self
                self._doing = _RECEIVING
        elif state == _CLOSED_BY_PEER:
            if not modem.passive or self._asked:
                return 0
            self._asked = self._ask(False)  # the last notice may have been lost
        return -1

    def _ask(self, links):
        """Notices can be lost: ask what the module holds and which links stand. True if it was asked."""
        modem = self._modem
        if self._doing or modem.chores():
            return False
        from .tcpip import ask

        ask(modem, links)
        modem.client = self
        self._doing = _ASKING
        return True

    def recv_into(self, buffer, nbytes=0):
        """Read what is there, waiting for at least a byte, into a buffer.

        :param nbytes: at most so many; 0: as many as the buffer holds
        :returns: how many bytes; 0 at the end of the stream, once: after that it raises ECONNRESET, since
            programs that take 0 for "nothing yet" would spin for ever
        :raises OSError: ETIMEDOUT or EAGAIN by ``settimeout()``; ECONNRESET, bytes or the connection lost
        """
        if nbytes > len(buffer):
            raise ValueError("nbytes over the length of the buffer")
        view = buffer if isinstance(buffer, memoryview) else memoryview(buffer)
        if nbytes > 0:
            view = view[:nbytes]
        if not len(view):
            return 0
        if self._eof and not self._shut:
            raise fail("ended")
        n = self._read(view)
        self._eof = n == 0
        return n

    def recv(self, size):
        """Up to ``size`` bytes (never more than 2048 at a time); ``b""`` at the end of the stream."""
        buffer = bytearray(min(size, 2048))
        n = self._read(memoryview(buffer))
        return bytes(buffer) if n == len(buffer) else bytes(memoryview(buffer)[:n])

    def readinto(self, buffer, nbytes=-1):
        """Fill a buffer: fewer bytes than its length only at the end of the stream.

        :returns: how many bytes; None if it must not wait and nothing is there
        """
        view = memoryview(buffer)
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
        """A line with its end; what is left at the end of the stream, ``b""`` after that."""
        line = bytearray()
        byte = memoryview(bytearray(1))
        while self._read(byte):
            line.extend(byte)
            if byte[0] == 10:
                break
            ring = self._ring
            if ring and ring.used():
                piece = bytearray(ring.until(b"\n"))
                ring.take(memoryview(piece))
                line.extend(piece)
                if line[-1] == 10:
                    break
        return bytes(line)

    # Writing

    def send(self, data):
        """Send bytes; they have left for the module on return, pieces of an HTTP request head excepted.

        ``AT+CIPSEND=<link>,<n>``, 2048 or 8192 bytes at a time as the firmware takes them.

        :returns: how many bytes the module took, fewer than given if the connection broke on the way
        :raises OSError: EAGAIN or ETIMEDOUT, none was taken; ECONNRESET or (as BrokenPipeError where
            there is one) ENOTCONN, the connection is gone
        """
        view = memoryview(data)
        if not len(view):
            return 0
        if self._state() != _OPEN:
            raise fail("gone")
        if self._held < 0:
            method = bytes(view[:8]).split(b" ")[0]
            if len(method) > 2 and _METHODS.find(b" " + method + b" ") >= 0:
                self._held = 0
        if self._held < 0:
            return self._push(view)
        return self._hold(view)

    def sendall(self, data):
        """``send()`` until all has gone.

        :raises OSError: ECONNRESET, with the count that went, if not all did; else as ``send()``
        """
        n = self.send(data)
        if n < len(data):
            raise fail("part", n, len(data))

    def _hold(self, view):
        """Join the pieces of a request head; out it goes at its blank line, or when the buffer is full."""
        n = len(view)
        if self._head is None:
            self._head = bytearray(_HEAD)
        if self._held + n > _HEAD:
            self._flush()
            self._held = -1
            return self._push(view)
        start = self._held
        self._head[start : start + n] = view
        self._held += n
        if self._head.find(b"\r\n\r\n", max(0, start - 3), self._held) >= 0:
            self._flush()
            self._held = -1
        return n

    def _flush(self):
        """Send what is held of a head; the rest of it may still come."""
        n = self._held
        self._held = 0
        done = self._push(memoryview(self._head)[:n]) if n else 0
        if done < n:
            raise fail("part", done, n)

    def _push(self, view):
        modem = self._modem
        most = modem.most
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

    def _send_one(self, view, since):
        """One ``AT+CIPSEND``. It waits for the prompt even where it must not wait for the network."""
        modem = self._modem
        self._turn(since)
        if self._state() != _OPEN:
            raise fail("gone")
        modem.begin_send(self.link, view)
        modem.client = self
        self._doing = _SENDING
        try:
            while self._doing:
                if self._timeout != 0:
                    self._rest(since, "the module to take what is sent")
                elif not modem.unsent():
                    return  # the verdict comes later; if it is bad, the next call raises
                else:
                    modem.rest()
                    if modem.port.since(since) > _PROMPT_MS:
                        raise fail("wait", "the prompt")
        except BaseException as e:
            if modem.unsent():
                modem.cancel()
            elif isinstance(e, OSError):
                return  # the module has it: to tell otherwise would make the caller send it twice
            raise
        if self.code == _ERROR:
            raise fail("gone")
        if self.code == _CANCELED:
            raise fail("canceled")
        if self.code != _SEND_OK:
            raise fail("unsent")
