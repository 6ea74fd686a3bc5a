# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Sockets on a module's links: connecting, closing, and what the modem tells them.

Nothing waits past its time-out, and a hole in a stream raises. Reading and writing are in
streams.py, which the first read or write loads.
"""

try:
    from micropython import const
except ImportError:
    const = int

from .modem import fail

_CONNECT_MS = const(60000)  # how long CIPSTART may take; a time-out of the socket's is told sooner

# The modem's (a test compares them).
_OPEN = const(2)
_LOST_RESTART = const(4)
_OK = const(2)
_ERROR = const(3)

# What a socket has asked the modem to do.
_NOTHING = const(0)
_CONNECTING = const(1)
_CHECKING = const(2)
_ASKING = const(5)

# Numbers of errors.py.
_ERR_WAIT = const(11)
_ERR_TIME = const(12)
_ERR_CLOSED = const(16)
_ERR_AGAIN = const(17)
_ERR_CONNECTING = const(18)
_ERR_STARTED = const(19)
_ERR_NEGATIVE = const(36)
_ERR_ADDRESS = const(37)
_ERR_UNCONNECTED = const(29)


class SocketPool:
    """What ``socketpool.SocketPool`` is on a board with Wi-Fi of its own.

    :param Radio radio: the module
    """

    AF_INET = 2
    SOCK_STREAM = 1
    SOCK_DGRAM = 2
    IPPROTO_TCP = 6

    def __init__(self, radio):
        self.radio = radio

    def socket(self, family=2, type=1, proto=0):
        """A TCP socket, or a UDP one. It takes one of the module's five links when it connects."""
        if family == 2 and type == 1:
            return Socket(self.radio)
        from .later import other

        return other(self.radio, family, type)

    def getaddrinfo(self, *args, **names):
        """``getaddrinfo(host, port, family=0, type=0, proto=0, flags=0)``:
        ``[(family, type, proto, "", (address, port))]``, by ``AT+CIPDOMAIN`` if host is a name.

        :raises OSError: (-2, message), the name is not known
        """
        from .tcpip import addresses

        return addresses(self.radio, *args, **names)


class Socket:
    """A TCP client socket. Made by ``SocketPool.socket()``."""

    type = 1

    def __init__(self, radio):
        self.radio = radio
        self.modem = radio.modem
        self.link = -1  # -1: none; its generation tells whether it still is ours
        self.born = 0
        self.timeout = None  # seconds; None waits for ever, 0 not at all
        self.doing = _NOTHING
        self.code = _OK  # how the last thing done ended
        self.ring = None  # what came before it was asked for
        self.into = None  # the caller's buffer while a read is under way
        self.got = 0  # bytes of it filled
        self._head = None  # an unfinished request head
        self.held = -1  # bytes of it held back; -1: not in a head
        self._eof = self.asked = False
        self._shut = False

    def __getattr__(self, name):
        """``send``, ``recv`` and the like become methods when they are first used."""
        if name[:1] == "_":
            raise AttributeError(name)
        if not hasattr(Socket, "recv"):
            from . import placing, streams

            placing.lend(Socket)
            streams.lend(Socket)
        if not hasattr(Socket, name):
            from .later import lend

            lend(Socket, name)
        return getattr(self, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Waiting

    def settimeout(self, seconds):
        """None: wait for ever; 0: not at all (EAGAIN); else so many seconds (ETIMEDOUT)."""
        if seconds is not None and seconds < 0:
            raise fail(_ERR_NEGATIVE)
        self.timeout = seconds

    def rest(self, since, what):
        """One turn of a wait; raises when there is no time left."""
        modem = self.modem
        timeout = self.timeout
        if timeout == 0:
            raise fail(_ERR_WAIT, what)
        modem.rest()
        if timeout is not None and modem.port.since(since) >= timeout * 1000:
            raise fail(_ERR_TIME, what)

    def turn(self, since):
        """Until this socket may begin a command."""
        self.modem.step()
        while self.modem.chores():
            self.rest(since, "the module")

    # The link

    def state(self):
        """The state of the link, while it is whole and ours."""
        modem = self.modem
        link = self.link
        if self._shut:
            raise fail(_ERR_CLOSED)
        if link < 0:
            raise fail(_ERR_UNCONNECTED)
        state = modem.links[link] if modem.links[link + 5] == self.born else _LOST_RESTART
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
        modem = self.modem
        since = modem.port.ticks()
        if self.doing == _CONNECTING or self.doing == _CHECKING:  # since an earlier call
            modem.step()
        elif self.link >= 0 or self._shut:
            raise fail(_ERR_AGAIN)
        elif not (0 < port < 65536 and 0 < len(host) <= 64):
            raise fail(_ERR_ADDRESS)
        else:
            self.radio.up()
            self.turn(since)
            link = modem.take(self)
            try:
                args = (link, "TCP", host, port)
                modem.begin(b"+CIPSTART=", args, b"", _CONNECT_MS, self)
            except BaseException as e:
                modem.give(link)
                if not isinstance(e, Exception):  # Ctrl-C: it may be on its way all the same
                    modem.unwanted |= 1 << link
                raise
            self.link = link
            self.born = modem.links[link + 5]
            self.doing = _CONNECTING
            if self.timeout == 0:
                raise fail(_ERR_STARTED)
        while self.doing:
            if self.timeout == 0:
                raise fail(_ERR_CONNECTING)
            self.rest(since, "the connection")
        if not modem.passive:
            self.place  # noqa: B018 - payload comes unasked: be ready for it
        if self.link < 0:
            from .repair import refusal

            raise refusal(self, host, port)

    def over(self, code):
        """What this socket had begun has ended. Called from ``step()``: begins at most."""
        modem = self.modem
        doing = self.doing
        link = self.link
        self.doing = _NOTHING
        self.code = code
        if doing == _ASKING:
            if code == _OK:
                from .repair import compare

                compare(modem)
        elif doing == _CONNECTING or doing == _CHECKING:
            if doing == _CHECKING or (code == _OK and modem.links[link] != _OPEN):
                from .repair import check  # its CONNECT was lost, or never came

                check(self, link, doing == _CHECKING)
            mine = modem.links[link] == _OPEN and modem.owners[link] is self
            if not self.doing and (code == _ERROR or not mine):  # open all the same: a server's
                self.link = -1
                modem.give(link)
                modem.unwanted |= (code == _ERROR) << link  # it may stand there, unknown to us
        elif modem.owners[link] is self:  # else it was closed meanwhile
            self.ended(modem, link, doing, code)  # streams.py

    def close(self):
        """Send what is held back, then ``AT+CIPCLOSE=<link>`` if it still stands. Idempotent."""
        if self._shut:
            return
        try:
            if self.held > 0:
                self.flush()
        finally:
            self._shut = True
            self.ring = None
            modem = self.modem
            link = self.link
            if link >= 0 and modem.links[link + 5] == self.born:
                if self.doing == _CONNECTING or self.doing == _CHECKING:
                    modem.owners[link] = None  # it is closed when it stands
                else:
                    modem.give(link)
                    modem.unwanted |= (self.code == _ERROR) << link
                    try:
                        if self.timeout == 0:
                            modem.chores()  # begins it, if nothing is under way
                        else:
                            modem.turn()
                    except OSError:
                        pass  # the next command will say that nothing answers
