# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""UDP sockets. Loaded when the first is made.

A datagram stays one: what passive receive would run together is pushed by the module instead, each
with its sender (``AT+CIPDINFO=1``), for as long as a UDP socket is open. Firmware with
``AT+CIPRECVTYPE`` does that for the one link. Where there is only ``AT+CIPRECVMODE`` it is for all
links: what the module holds for TCP sockets is fetched before, and until the last UDP socket closes
nothing holds their peers back; more than 2920 unread bytes make a TCP socket raise ECONNRESET.
"""

try:
    from micropython import const
except ImportError:
    const = int

from .command import run
from .modem import fail
from .parser import Ring
from .sockets import Socket

_LARGEST = const(1472)  # bytes of a datagram that go out in one packet of 1500
_MOST = const(4)  # datagrams that wait to be read,
_BYTES = const(2048)  # and bytes of them
_ROOM = const(2920)  # what a TCP socket may have unread, active receive: the longest +IPD
_AROUND = const(64)  # bytes that come with a payload: its header, its end, a notice or two
_SETTLE_MS = const(200)  # how long what came while the mode changed may take to be pushed
_START_MS = const(20000)
_PROMPT_MS = const(2000)  # how long a send that must not wait waits all the same for the prompt

# The modem's.
_OPENING = const(1)
_OPEN = const(2)
_LOST_WIFI = const(5)
_LOST_BYTES = const(6)
_OK = const(2)
_SEND_OK = const(5)
_CANCELED = const(7)
_ERROR = const(3)

_NONOS = const(0)  # a family
_RECVTYPE = const(1)  # a capability

# Numbers of errors.py.
_ERR_WAIT = const(11)
_ERR_CLOSED = const(16)
_ERR_AGAIN = const(17)
_ERR_CANCELED = const(27)
_ERR_UNCONNECTED = const(29)
_ERR_ADDRESS = const(37)
_ERR_SIZE = const(45)
_ERR_PORT = const(46)
_ERR_DROPPED = const(47)
_ERR_UNSENT = const(48)
_ERR_OPTION = const(49)


class UdpSocket:
    """A UDP socket. Made by ``SocketPool.socket(AF_INET, SOCK_DGRAM)``.

    It takes one of the module's five links at ``bind()``, ``connect()`` or the first ``sendto()``:
    a few commands, which are waited for whatever the time-out.

    Four datagrams, 2048 bytes in all, may wait to be read. ``lost`` counts those that came when
    there was no room: the newest goes.
    """

    type = 2

    def __init__(self, radio):
        self.radio = radio
        self.modem = radio.modem
        self.link = -1  # -1: none; its generation tells whether it still is ours
        self.born = 0
        self.port = 0  # the local one
        self.timeout = None  # seconds; None waits for ever, 0 not at all
        self.lost = 0
        self.code = _OK  # how the last command for us ended
        self.doing = False  # a send is under way
        self.pushed = False  # all links were made to push on our behalf
        self._typed = False  # ours alone was
        self._peer = None  # (address, port) of connect()
        self._name = ("", "")  # the name looked up last, and its address
        self._queue = []  # (bytes, address, port), the oldest first
        self._bytes = 0  # of these
        self._coming = None  # the datagram coming in, None if there is no room for it
        self._shut = False

    # As TCP has them.
    settimeout = Socket.settimeout
    rest = Socket.rest
    turn = Socket.turn
    state = Socket.state

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def setblocking(self, flag):
        """``settimeout(None)``, or ``settimeout(0)``."""
        self.timeout = None if flag else 0

    def setsockopt(self, level, name, value):
        """SO_REUSEADDR and SO_BROADCAST are as good as set; nothing else is known (EOPNOTSUPP)."""
        if not level or name not in (2, 4, 6, 32):  # their numbers differ from system to system
            raise fail(_ERR_OPTION)

    # The link

    def bind(self, address):
        """Receive on a port: ``AT+CIPSTART=<link>,"UDP","0.0.0.0",<port>,<port>,2``.

        :param address: ``(host, port)``: the module listens on all its addresses, whatever the
            host; port 0: any that is free
        :raises OSError: EADDRINUSE; ENOMEM, all five links are in use; ENOTCONN, not joined
        """
        if self._shut:
            raise fail(_ERR_CLOSED)
        if self.link >= 0:
            raise fail(_ERR_AGAIN)
        port = address[1]
        if not 0 <= port < 65536:
            raise fail(_ERR_ADDRESS)
        self._open("0.0.0.0", port or 9, port)

    def connect(self, address):
        """Whom ``send()`` is for, and the only one to receive from. Nothing goes out."""
        place = self._place(address)
        self._open(place[0], place[1], 0)
        self._peer = place

    def _place(self, address):
        """(address, port), a name looked up: the module would do that for each datagram."""
        if self._shut:
            raise fail(_ERR_CLOSED)
        host, port = address[0], address[1]
        if not (0 < port < 65536 and 0 < len(host) <= 64):
            raise fail(_ERR_ADDRESS)
        if ":" not in host and not host.replace(".", "0").isdigit():
            if self._name[0] != host:
                from .tcpip import addresses

                self._name = host, addresses(self.radio, host, port, 2, 0)[0][4][0]
            host = self._name[1]
        return host, port

    def _open(self, host, port, local):
        """See to it that there is a link: all that is needed to receive whole datagrams on it."""
        if self.link >= 0 or self._shut:
            if self.state() != _OPEN:
                raise fail(_ERR_DROPPED)
            return
        modem = self.modem
        since = modem.port.ticks()
        self.radio.up()
        self.turn(since)
        parser = modem.parser
        taken = [o.port for o in modem.owners if isinstance(o, UdpSocket)]
        if not parser.remote:
            run(modem, b"+CIPDINFO=", (1,))
            parser.remote = True
        link = modem.take(self)
        try:
            if modem.passive and modem.firmware[0] != _NONOS:  # there UDP is always pushed
                self._typed = modem.can >> _RECVTYPE & 1 and self._do(b"+CIPRECVTYPE=", (link, 0))
                if not self._typed:
                    _push(self.radio, self)
            if not local:
                local = 0xC000 | since & 0x3FFF
                while local in taken:
                    local = 0xC000 | local + 1 & 0x3FFF
            self._do(b"+CIPSTART=", (link, "UDP", host, port, local, 2), _START_MS)
            if modem.code != _OK or modem.links[link] not in (_OPENING, _OPEN):
                self.port = local
                raise self._refusal(host, port)
        except BaseException as e:
            if modem.links[link] == _OPENING and (modem.state or modem.code != _ERROR):
                modem.owners[link] = None  # it may come to stand yet
                modem.unwanted |= 1 << link
            else:
                modem.give(link)
            if isinstance(e, Exception):  # else close() does it
                self._restore(link)
            raise
        modem.links[link] = _OPEN
        self.link = link
        self.port = local
        self.born = modem.links[link + 5]

    def _refusal(self, host, port):
        modem = self.modem
        self.code = modem.code
        if self.code == _ERROR and modem.wifi == 2 and b"D" not in modem.words:
            return fail(_ERR_PORT, self.port)
        from .repair import refusal

        return refusal(self, host, port)

    def _do(self, name, args, timeout=5000):
        """A command that may be refused: True if it was done."""
        modem = self.modem
        modem.turn()
        modem.begin(name, args, b"", timeout)
        while modem.state:
            modem.rest()
        return modem.code == _OK

    def close(self):
        """``AT+CIPCLOSE=<link>``; with the last one receiving becomes what it was. Idempotent."""
        if self._shut:
            return
        self._shut = True
        self._queue = []
        modem = self.modem
        link = self.link
        if link >= 0 and modem.links[link + 5] == self.born:
            if modem.links[link] == _LOST_WIFI:
                modem.unwanted |= 1 << link  # it may stand all the same
            modem.give(link)
        else:
            self._typed = False
        self._restore(link)

    def _restore(self, link):
        """Receive as before, as far as no other UDP socket is open."""
        try:
            self._settle(link)
        except (OSError, RuntimeError):
            pass  # the next command will say that nothing answers

    def _settle(self, link):
        modem = self.modem
        if not modem.up or not modem.parser.remote:
            return  # it has restarted: all that is as it was
        modem.turn()
        if self._typed:
            self._typed = False
            self._do(b"+CIPRECVTYPE=", (link, 1))
        for owner in modem.owners:
            if isinstance(owner, UdpSocket):
                owner.pushed = owner.pushed or self.pushed
                self.pushed = False
                return
        if self.pushed:
            self.pushed = False
            run(modem, b"+CIPRECVMODE=", (1,))
            modem.passive = True
        run(modem, b"+CIPDINFO=", (0,))
        modem.parser.remote = False

    # Sending

    def sendto(self, data, address):
        """``AT+CIPSEND=<link>,<n>,"<address>",<port>``: a datagram.

        :param data: 1 to 1472 bytes: what fits one packet, since not all modules put pieces
            together again
        :param address: ``(host, port)``; a name is looked up, and remembered
        :returns: how many bytes: all
        :raises OSError: EMSGSIZE; EAGAIN or ETIMEDOUT by ``settimeout()``; EIO, the module did not
            send it; ECONNRESET, the module restarted; -2, name not found
        """
        view = memoryview(data)
        n = len(view)
        if not 0 < n <= _LARGEST:
            raise fail(_ERR_SIZE)
        host, port = self._place(address)
        self._open(host, port, 0)
        modem = self.modem
        since = modem.port.ticks()
        self.turn(since)
        if self.state() != _OPEN:
            raise fail(_ERR_DROPPED)
        modem.begin(b"+CIPSEND=", (self.link, n, host, port), b"", 20000, self)
        modem.link = self.link
        modem.payload = view
        modem.parser.prompt = True
        self.doing = True
        try:
            while self.doing:
                if self.timeout != 0:
                    self.rest(since, "the module to take what is sent")
                elif modem.payload is None:
                    return n  # the verdict comes later
                else:
                    modem.rest()
                    if modem.port.since(since) > _PROMPT_MS:
                        raise fail(_ERR_WAIT, "the prompt")
        except BaseException as e:
            if modem.payload is not None:
                modem.payload = None  # called off
            elif isinstance(e, OSError):
                return n  # the module has it: to tell otherwise would make the caller repeat it
            raise
        if self.code == _CANCELED:
            raise fail(_ERR_CANCELED)
        if self.code != _SEND_OK:
            self.state()
            raise fail(_ERR_UNSENT)
        return n

    def send(self, data):
        """``sendto()`` whom ``connect()`` named."""
        if not self._peer:
            raise fail(_ERR_UNCONNECTED)
        return self.sendto(data, self._peer)

    def over(self, code):
        """A send has ended."""
        self.doing = False
        self.code = code

    # Receiving

    def recvfrom_into(self, buffer, nbytes=0):
        """The oldest datagram, into a buffer: (how many bytes, (address, port)).

        What does not fit is cut off.

        :param nbytes: at most so many; 0: as many as the buffer holds
        :raises OSError: ETIMEDOUT or EAGAIN by ``settimeout()``; ENOTCONN (as BrokenPipeError where
            there is one), never bound nor sent; ECONNRESET, the module restarted, or bytes were
            lost between module and host
        """
        if nbytes > len(buffer):
            raise ValueError("nbytes over the length of the buffer")
        data, host, port = self._next()
        n = min(len(data), nbytes if nbytes > 0 else len(buffer))
        memoryview(buffer)[:n] = memoryview(data)[:n]
        return n, (host, port)

    def recvfrom(self, size):
        """The oldest datagram, cut to ``size`` bytes: (bytes, (address, port))."""
        data, host, port = self._next()
        return bytes(memoryview(data)[:size]), (host, port)

    def recv_into(self, buffer, nbytes=0):
        """As ``recvfrom_into()``, without the sender."""
        return self.recvfrom_into(buffer, nbytes)[0]

    def recv(self, size):
        """As ``recvfrom()``, without the sender."""
        return self.recvfrom(size)[0]

    def _next(self):
        modem = self.modem
        since = modem.port.ticks()
        modem.step()
        while True:
            link = self.link
            torn = (
                link >= 0
                and modem.links[link + 5] == self.born
                and modem.links[link] == _LOST_BYTES
            )
            if self._queue and not torn:
                break
            if self.state() != _OPEN:
                raise fail(_ERR_DROPPED)
            self.rest(since, "a datagram")
        got = self._queue.pop(0)
        self._bytes -= len(got[0])
        return got

    # Where the modem puts payload

    def place(self):
        """The modem asks: where shall the datagram go?"""
        parser = self.modem.parser
        n = parser.length
        self._coming = None
        host = str(parser.peer or b"", "ascii")
        if self._peer and self._peer != (host, parser.port):
            return None  # of nobody we are connected to
        if len(self._queue) < _MOST and self._bytes + n <= _BYTES:
            try:
                self._coming = bytearray(n), host, parser.port
                return memoryview(self._coming[0])
            except MemoryError:
                self._coming = None
        self.lost += 1
        return None

    def placed(self, n):
        """The modem tells: it is there."""
        if self._coming:
            self._queue.append(self._coming)
            self._bytes += len(self._coming[0])
            self._coming = None


def _push(radio, owner):
    """Let the module push what it receives, on all links; what it holds is fetched first.

    ``AT+CIPRECVMODE=0``. What comes between the last fetch and the change is pushed, or else (asked
    for by ``AT+CIPRECVLEN?``) fetched in passive mode once more: nothing may stay behind that newer
    bytes could overtake.
    """
    modem = radio.modem
    for _ in range(3):
        _fetch(radio)
        run(modem, b"+CIPRECVMODE=", (0,))
        modem.passive = False
        owner.pushed = True
        if not _streams(modem):
            return
        from .repair import compare

        modem.turn()
        modem.begin(b"+CIPRECVLEN?", (), None)
        while modem.state:
            modem.rest()
        if modem.code == _OK:
            compare(modem)
        since = modem.port.ticks()
        while _behind(modem):
            if modem.port.since(since) > _SETTLE_MS:
                break
            modem.rest()
        else:
            return
        run(modem, b"+CIPRECVMODE=", (1,))
        modem.passive = True
        owner.pushed = False
    for sock in _behind(modem):
        modem.lose(sock.link, _LOST_BYTES)
    run(modem, b"+CIPRECVMODE=", (0,))
    modem.passive = False
    owner.pushed = True


def _streams(modem):
    """The TCP sockets that have a link."""
    return [o for o in modem.owners if isinstance(o, Socket)]


def _behind(modem):
    """Those whose bytes the module still holds."""
    return [o for o in _streams(modem) if modem.held[o.link] > 0]


def _fetch(radio):
    """Read what the module holds for TCP sockets into their rings, with room for what it pushes."""
    from .streams import _begin

    modem = radio.modem
    modem.turn()
    for sock in _streams(modem):
        link = sock.link
        ring = sock.ring
        waiting = ring.w - ring.r if ring else 0
        held = modem.held[link]
        if (held or ring) and (not ring or len(ring._buf) - waiting < held + _ROOM):
            more = Ring(waiting + held + _ROOM)
            if waiting:
                more.fill(ring.take(more.space()))
            sock.ring = ring = more
        while modem.held[link] > 0:
            n = min(modem.held[link], max(32, radio.rx_size - _AROUND), len(ring.space()))
            if not n:
                break
            _begin(modem, b"+CIPRECVDATA=", link, n, None)
            while modem.state:
                modem.rest()
            if modem.code != _OK:
                modem.held[link] = 0
            modem.turn()
