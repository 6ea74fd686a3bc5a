# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Reading and writing, as methods of ``sockets.Socket``.

Large reads go from the UART straight into the caller's buffer, small ones through a read-ahead.
What is written has left for the module when ``send`` returns, but for the pieces of an unfinished
HTTP request head: a method was seen, the blank line was not. They leave with it, or when the
program reads or closes, or when the buffer is full; nothing waits on a clock.
"""

import errno

try:
    from micropython import const
except ImportError:
    const = int

from .modem import fail

_STRAIGHT = const(128)  # a read from this size on needs no read-ahead
_HEAD = const(512)  # bytes of a request head that are held back
_AROUND = const(64)  # bytes that come with a payload: its header, its end, a notice or two
_ASK_MS = const(500)  # how often a silent module is asked what it holds
_PROMPT_MS = const(2000)  # how long a send that must not wait waits all the same for the prompt

# The modem's, and the socket's (a test compares them).
_OPEN = const(2)
_CLOSED_BY_PEER = const(3)
_LOST_BYTES = const(6)
_LOST_SEND = const(7)
_OK = const(2)
_ERROR = const(3)
_SEND_OK = const(5)
_CANCELED = const(7)
_CONNECTING = const(1)
_CHECKING = const(2)
_RECEIVING = const(3)
_SENDING = const(4)
_ASKING = const(5)

_SEND8K = const(3)  # a capability
_pair = [0, 0]  # the arguments of a command: made once, not for each

# Numbers of errors.py.
_ERR_WAIT = const(11)
_ERR_ENDED = const(20)
_ERR_PART = const(25)
_ERR_UNSENT = const(26)
_ERR_CANCELED = const(27)
_ERR_GONE = const(30)


def _read(self, view):
    """Bytes into a memoryview: how many, 0 at the end of the stream."""
    modem = self.modem
    if self.held > 0:
        flush(self)
    since = asked = modem.port.ticks()
    self.got = 0
    parser = modem.parser
    if self.doing == _RECEIVING or not _waiting(self):
        modem.step()
        # Straight into a large view, unless a payload is on its way into the ring.
        if len(view) >= _STRAIGHT and self.timeout != 0 and not _waiting(self):
            if parser.left < 0 or parser.link != self.link:
                self.into = view
    try:
        n = _receive(self, view)
        while n < 0:
            if modem.port.since(asked) > _ASK_MS and _ask(self):
                asked = modem.port.ticks()
            self.rest(since, "data")
            n = _receive(self, view)
    except BaseException:
        from .repair import salvage

        salvage(self)
        raise
    self.into = None
    return n


def _waiting(self):
    """How many bytes came before they were asked for."""
    return self.ring.w - self.ring.r if self.ring else 0


def _begin(modem, name, link, n, client, payload=None):
    """``AT+CIPRECVDATA=<link>,<n>``, or ``AT+CIPSEND=<link>,<n>`` with a payload for the prompt.

    What is received goes where the link's owner says.
    """
    _pair[0] = link
    _pair[1] = n
    modem.begin(name, _pair, b"", 5000 if payload is None else 20000, client)
    if client is not None:
        client.used = True  # wrapping.py: no TLS on it any more
    modem.link = link
    modem.payload = payload
    if payload is None:
        modem.parser.asked = n
    else:
        modem.parser.prompt = True


def _receive(self, view):
    """What there is to read now: how many bytes, 0 at the end, -1 for nothing yet."""
    modem = self.modem
    link = self.link
    parser = modem.parser
    ring = self.ring
    if self.got or _waiting(self):
        if self.doing == _RECEIVING:
            return -1  # its OK tells whether it is whole
        if self.got and self.got < len(view) and parser.left >= 0 and parser.link == link:
            return -1  # more of it is coming in
        if modem.links[link] == _LOST_BYTES:
            self.state()
        return self.got or ring.take(view)
    state = self.state()
    if self.doing:
        return -1
    if modem.passive and modem.held[link] > 0:
        if not modem.chores():
            # Straight into the view if that is large, else into the ring.
            n = len(self.queue(0).space()) if self.into is None else len(view)
            n = min(n, max(32, self.radio.rx_size - _AROUND))
            _begin(modem, b"+CIPRECVDATA=", link, n, self)
            self.doing = _RECEIVING
    elif state == _CLOSED_BY_PEER:
        # ESP-AT, whose mark the trailer is, tells CLOSED when all has been read. NonOS does not
        # wait, and its last notice may have been lost.
        if not modem.passive or self.asked or parser.trailer:
            return 0
        self.asked = _ask(self)
    return -1


def _ask(self):
    """Notices can be lost: ask what the module holds, which links stand. True if asked."""
    modem = self.modem
    if self.doing or modem.chores():
        return False
    from .repair import ask

    ask(modem, self)
    self.doing = _ASKING
    return True


def recv_into(self, buffer, nbytes=0):
    """Read what is there, waiting for at least a byte, into a buffer.

    :param nbytes: at most so many; 0: as many as the buffer holds
    :returns: how many bytes; 0 at the end of the stream, once: after that it raises ECONNRESET,
        since programs that take 0 for "nothing yet" would spin for ever
    :raises OSError: ETIMEDOUT or EAGAIN by ``settimeout()``; ECONNRESET, bytes or the connection
        lost
    """
    if nbytes > len(buffer):
        raise ValueError("nbytes over the length of the buffer")
    view = buffer if isinstance(buffer, memoryview) else memoryview(buffer)
    if nbytes > 0:
        view = view[:nbytes]
    if not len(view):
        return 0
    if self._eof and not self._shut:
        raise fail(_ERR_ENDED)
    n = _read(self, view)
    self._eof = n == 0
    return n


def recv(self, size):
    """Up to ``size`` bytes (never more than 2048 at a time); ``b""`` at the end of the stream."""
    buffer = bytearray(min(size, 2048))
    n = _read(self, memoryview(buffer))
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
            n = _read(self, view[done:] if done else view)
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
    while _read(self, byte):
        line.extend(byte)
        if byte[0] == 10:
            break
        ring = self.ring
        if _waiting(self):
            piece = bytearray((ring._buf.find(b"\n", ring.r, ring.w) + 1 or ring.w) - ring.r)
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
    if not view:
        return 0
    if self.doing == _CONNECTING or self.doing == _CHECKING:
        since = self.modem.port.ticks()
        self.modem.step()
        while self.doing:
            self.rest(since, "the connection")
    if self.state() != _OPEN:
        raise fail(_ERR_GONE)
    if self.held < 0:
        # What opens an HTTP request head.
        method = b" " + bytes(view[:8]).split(b" ")[0] + b" "
        if len(method) > 4 and b" GET POST PUT HEAD DELETE PATCH OPTIONS ".find(method) >= 0:
            self.held = 0
    if self.held < 0:
        return _push(self, view)
    return _hold(self, view)


def sendall(self, data):
    """``send()`` until all has gone.

    :raises OSError: ECONNRESET, with the count that went, if not all did; else as ``send()``
    """
    n = send(self, data)
    if n < len(data):
        raise fail(_ERR_PART, n, len(data))


def _hold(self, view):
    """Join the pieces of a request head; out it goes at its blank line, or when full."""
    n = len(view)
    if self._head is None:
        self._head = bytearray(_HEAD)
    if self.held + n > _HEAD:
        flush(self)
        self.held = -1
        return _push(self, view)
    start = self.held
    self._head[start : start + n] = view
    self.held += n
    if self._head.find(b"\r\n\r\n", max(0, start - 3), self.held) >= 0:
        flush(self)
        self.held = -1
    return n


def flush(self):
    """Send what is held of a head; the rest of it may still come."""
    n = self.held
    self.held = 0
    done = _push(self, memoryview(self._head)[:n]) if n else 0
    if done < n:
        raise fail(_ERR_PART, done, n)


def _push(self, view):
    modem = self.modem
    most = 8192 if modem.can >> _SEND8K & 1 else 2048
    since = modem.port.ticks()
    n = len(view)
    done = 0
    while done < n:
        try:
            _send_one(self, view if n <= most else view[done : min(n, done + most)], since)
        except OSError:
            if not done:
                raise
            break
        done = min(n, done + most)
    return done


def _send_one(self, view, since):
    """One ``AT+CIPSEND``. It waits for the prompt even where it must not wait for the network."""
    modem = self.modem
    self.turn(since)
    if self.state() != _OPEN:
        raise fail(_ERR_GONE)
    _begin(modem, b"+CIPSEND=", self.link, len(view), self, view)
    self.doing = _SENDING
    try:
        while self.doing:
            if self.timeout != 0:
                self.rest(since, "the module to take what is sent")
            elif modem.payload is None:
                return  # the verdict comes later; if it is bad, the next call raises
            else:
                modem.rest()
                if modem.port.since(since) > _PROMPT_MS:
                    raise fail(_ERR_WAIT, "the prompt")
    except BaseException as e:
        if modem.payload is None:
            if isinstance(e, OSError):
                return  # the module has it: else the caller would send it twice
        elif len(view) > 3:
            modem.payload = None  # called off
        else:
            modem.payload = bytes(view)  # "+++" would be taken for it: it goes out later
            if isinstance(e, OSError):
                return
        raise
    if self.code == _ERROR:
        raise fail(_ERR_GONE)
    if self.code == _CANCELED:
        raise fail(_ERR_CANCELED)
    if self.code != _SEND_OK:
        raise fail(_ERR_UNSENT)


def lend(cls):
    """Make these functions methods of a class of sockets."""
    for name in ("recv_into", "recv", "readinto", "readline", "send", "sendall", "flush"):
        setattr(cls, name, globals()[name])
