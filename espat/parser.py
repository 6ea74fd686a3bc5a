# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The bytes of an ESP-AT module, told as events: no clock, no UART, no sockets.

The file stands alone: copy it anywhere. Its user moves bytes and asks what they were::

    parser = Parser()
    n = uart.readinto(parser.space())   # free room: the ring's, or the payload's own destination
    parser.fill(n or 0)
    event = parser.next()               # 0 when it wants more bytes

Events are small ints; what belongs to an event is in attributes until the next ``next()``.

==  ==============  =====================================================================
 0  NEED            nothing whole is here: read some more
 1  LINE            a line that is no result and no notice: ``line``; ``glued`` if it stood
                    right behind a payload
 2  OK              3  ERROR      4  FAIL (NonOS ends a failed join with it)
 5  SEND_OK         6  SEND_FAIL  7  CANCELED (a send, by ``+++``)
 8  BUSY            ``busy p...`` or ``busy s...``: what was sent last has been thrown away
 9  PROMPT          ``>``, told only while ``prompt`` is set
11  RECV            ``Recv n bytes``: ``length``
12  DATA            a payload begins: ``link`` (-1 where the header does not tell: set it if you
                    know), ``length``, and ``peer``, ``port`` if the module shows the remote end.
                    Give it a place with ``into()``, or it is skipped and counted
14  MORE            the place is full and payload is left: ``into()`` again, or it is skipped
15  END             the payload is over
16  REFUSED         a header promised more than was asked for or than ``limit``: nothing of it
                    has been delivered, and what follows cannot be trusted
17  BROKEN          what follows a payload is not what follows a payload: bytes of it (``link``)
                    were lost or doubled on the wire
18  WAITING         passive receive: ``link`` holds ``length`` bytes
19  CONNECT         20  CLOSED  21  CONNECT_FAIL: of ``link`` (-1 in single-link mode)
22  READY           the module has started: all its state is gone
23  RESTART         ``Will force to restart!!!``
24  WIFI_CONNECTED  25  GOT_IP  26  WIFI_DISCONNECT  27  DHCP_TIMEOUT
28  STATION         a station came to, left, or got an address from the soft-AP: ``line``
29  QUIT            passthrough was left (``+QUITT``)
30  TIME            the clock was set (``+TIME_UPDATED``)
31  CODE            ``ERR CODE:`` or ``+ERRNO:``: ``line``
32  NOTICE          any other notice that the firmware is known to print: ``line``
==  ==============  =====================================================================

Sources: ``dialects.md`` sections 0 to 2 (notices, ``+IPD``, ``+CIPRECVDATA``), reference of
``+IPD``.
"""

try:
    from micropython import const
except ImportError:
    const = int

_LINE = const(1)
_OK = const(2)
_SEND_FAIL = const(6)
_PROMPT = const(9)
_RECV = const(11)
_DATA = const(12)
_MORE = const(14)
_END = const(15)
_REFUSED = const(16)
_BROKEN = const(17)
_WAITING = const(18)
_CONNECT = const(19)
_CONNECT_FAIL = const(21)
_READY = const(22)

# Each word is "\n", the line (up to its colon, if it has one), "\n", the event: one object,
# searched by find(), where a dict of thirty small objects would cost ten times the heap.
_WORDS = (
    b"\nOK\n\x02\nERROR\n\x03\nFAIL\n\x04\nSEND OK\n\x05\nSEND FAIL\n\x06"
    b"\nSEND Canceled\n\x07\nSEND CANCELLED\n\x07\nbusy p...\n\x08"
    b"\nbusy s...\n\x08\nbusy now ...\n\x08"
    b"\nCONNECT\n\x13\nLinked\n\x13\nCLOSED\n\x14\nUnlink\n\x14\nCONNECT FAIL\n\x15"
    b"\n+LINK_CONN:\n\x13\nready\n\x16\nWill force to restart!!!\n\x17"
    b"\nWIFI CONNECTED\n\x18\nWIFI GOT IP\n\x19\nWIFI DISCONNECT\n\x1a\nDHCP TIMEOUT\n\x1b"
    b"\n+STA_CONNECTED:\n\x1c\n+STA_DISCONNECTED:\n\x1c\n+DIST_STA_IP:\n\x1c"
    b"\n+QUITT\n\x1d\n+TIME_UPDATED\n\x1e\nERR CODE:\n\x1f\n+ERRNO:\n\x1f"
    b"\nWIFI GOT IPv6 LL\n\x20\nWIFI GOT IPv6 GL\n\x20"
    b"\n+ETH_CONNECTED\n\x20\n+ETH_DISCONNECTED\n\x20"
    b"\n+ETH_GOT_IP:\n\x20\nsmartconfig type:\n\x20\nSmart get wifi info\n\x20\nssid:\n\x20"
    b"\npassword:\n\x20\nsmartconfig connected wifi\n\x20\n+SCRD:\n\x20\n"
)


class Ring:
    """A bounded queue of bytes that straightens itself: what it holds and its free room are one
    piece each, so that a UART can read into it and ``find()`` can search it.

    :param int size: how many bytes it holds

    What it holds stands from ``r`` to ``w``.
    """

    def __init__(self, size):
        self._buf = bytearray(size)
        self._view = memoryview(self._buf)
        self.r = self.w = 0

    def space(self):
        """A memoryview of free room; empty when there is none. ``fill()`` follows."""
        r = self.r
        w = self.w
        if r == w:
            self.r = self.w = 0
            return self._view
        if r and w > len(self._buf) - 32:
            self._view[: w - r] = self._view[r:w]
            self.r = 0
            self.w = w = w - r
        return self._view[w:]

    def fill(self, n):
        """``n`` bytes were put where ``space()`` pointed."""
        self.w += n

    def take(self, into):
        """Move the oldest bytes to the front of a memoryview: how many that was."""
        r = self.r
        n = min(len(into), self.w - r)
        into[:n] = self._view[r : r + n]
        self.r = r + n
        return n


class Parser(Ring):
    """The recogniser.

    :param int size: bytes of its ring; a line longer than that is counted and dropped
    """

    def __init__(self, size=192):
        Ring.__init__(self, size)
        # What the user sets.
        self.prompt = False  # a ">" is awaited
        self.asked = 0  # bytes asked for by the CIPRECVDATA under way; 0: none
        self.remote = (
            False  # CIPDINFO=1: +CIPRECVDATA carries the remote end (undecidable from bytes)
        )
        self.trailer = False  # this firmware ends an active +IPD with a CRLF that is not counted
        self.limit = 8192  # an active +IPD longer than this is refused
        # What belongs to an event.
        self.link = -1
        self.length = self.port = 0
        self.line = b""
        self.peer = None
        self.glued = False
        # What came to nothing: payload bytes nobody wanted, lines over the ring's size, headers
        # whose length could not be true, payloads with a wrong tail.
        self.counts = [0, 0, 0, 0]
        self.reset()

    def reset(self):
        """Forget every byte that is here and any payload under way."""
        self.r = self.w = 0
        self._seen = 0  # bytes from the oldest on that were searched for an end of line
        self.left = -1  # payload bytes to come; -1: no payload
        self._sink = None
        self.at = 0  # payload bytes that stand in the view ``into()`` named last
        # CRLFs due before the next result or +IPD: 1, 2, or 3 for one when something came already
        self.tail = 0
        self.owner = -1  # the link of the payload that had this tail
        self._long = False

    # Bytes in

    def space(self):
        """A memoryview to read into: the payload's own place once the ring is empty."""
        if self.r != self.w or self.left <= 0 or self._sink is None:
            return Ring.space(self)
        sink = self._sink
        at = self.at
        room = min(len(sink) - at, self.left)
        return sink if room == len(sink) else sink[at : at + room]

    def fill(self, n):
        """``n`` bytes were read into what ``space()`` gave last."""
        if self.r != self.w or self.left <= 0 or self._sink is None:
            self.w += n
        else:
            self.at += n
            self.left -= n

    def into(self, view):
        """Let the payload go to a memoryview, not an empty one; None: skip it, and count."""
        self._sink = view
        self.at = 0

    # Events out

    def next(self):
        """The next event, 0 when more bytes are wanted."""
        buf = self._buf
        while True:
            if self.left >= 0:
                return self._payload()
            r = self.r
            w = self.w
            if r == w:
                return 0
            c = 0 if self._long else buf[r]  # the rest of a long line is no token's beginning
            if c == 13 and self.tail:  # behind a payload exactly CRLF is due
                if r + 1 == w:
                    return 0
                if buf[r + 1] != 10:
                    return self._bad()
                self.tail = 3 if self.tail == 2 else 0
                self.r = r + 2
            elif (c == 10 and self.tail) or (c == 32 and 0 < self.tail < 3):
                return self._bad()
            elif c == 13 or c == 10 or c == 32:
                self.r = r + 1
            elif c == 62 and self.prompt:
                self.r = r + 1
                self._seen = 0
                self.tail = self.tail and 3
                self.prompt = False
                self.line = b">"
                return _PROMPT
            else:
                event = self._token(r, w)
                if event >= 0:
                    return event

    def _payload(self):
        sink = self._sink
        r = self.r
        n = min(self.left, self.w - r)
        if sink is None:
            self.counts[0] += n
        elif n:
            at = self.at
            n = min(n, len(sink) - at)
            sink[at : at + n] = self._view[r : r + n]
            self.at = at + n
        self.r = r + n
        self.left -= n
        if not self.left:
            self.left = -1
            self.owner = self.link
            return _END
        if sink is not None and self.at == len(sink):
            self._sink = None
            return _MORE
        return 0

    def _bad(self):
        """The tail of a payload is wrong; what stands there is told next."""
        self.tail = 0
        self.counts[3] += 1
        self.link = self.owner
        return _BROKEN

    def _token(self, r, w):
        """A header or a line: its event, 0 when it is not whole, -1 if it means nothing."""
        buf = self._buf
        seen = r + self._seen
        end = buf.find(b"\n", seen, w)
        stop = w if end < 0 else end
        # A header may have begun shortly before what was searched last.
        seen = max(r, seen - 14)
        at = buf.find(b"+IPD,", seen, stop)
        if self.asked:
            other = buf.find(b"+CIPRECVDATA", seen, stop)
            # In the echo of the command itself "=" follows.
            if (
                other >= 0
                and (at < 0 or other < at)
                and other + 12 < w
                and buf[other + 12] in b":,"
            ):
                at = other
        # Inside a quoted string of a reply it would be an SSID, not a header.
        if at >= 0 and (at == r or buf[r] == 65 or buf.find(b'"', r, at) < 0):
            return self._header(at, w)
        if end < 0:
            self._seen = w - r
            if r == 0 and w == len(
                buf
            ):  # it fills the ring: drop it, but for a header it may end in
                self.counts[1] += not self._long
                self._long = True
                self.r = w - 13
                self._seen = 13
            return 0
        while stop > r and buf[stop - 1] == 13:
            stop -= 1
        event = -1
        if not self._long:
            event = self._line(r, stop)
            if event == _BROKEN:
                return event
        self._long = False
        self._seen = 0
        self.r = end + 1
        return event

    def _line(self, r, stop):
        """Which event is a line without its end?"""
        buf = self._buf
        self.glued = 0 < self.tail < 3
        if stop - r == 2 and buf[r] == 79 and buf[r + 1] == 75:  # OK must cost nothing
            self.line = b"OK"
            return self._bad() if self.tail else _OK
        self.line = line = bytes(self._view[r:stop])
        event = self._known(line)
        if event < 0:
            return self._unknown(line)
        if event == _READY:
            self.tail = 0
        elif self.tail:
            # A result, and none comes without a CRLF before it, but NonOS's SEND FAIL.
            if event < _CONNECT and event != _SEND_FAIL:
                return self._bad()
            if self.tail == 1:
                self.tail = 3
        return event

    def _known(self, line):
        """The event of a result or a notice, -1 for any other line."""
        self.link = -1
        word = line
        if line[1:2] == b"," and 48 <= line[0] <= 52:
            word = line[2:]
        elif line[:5] == b"Recv " and line[-6:] == b" bytes" and line[5:-6].isdigit():
            self.length = int(line[5:-6])
            return _RECV
        else:
            word = line[: line.find(b":") + 1] or line
        i = _WORDS.find(b"\n" + word + b"\n") if len(word) > 1 else -1  # not the events' own bytes
        if i < 0:
            return -1
        event = _WORDS[i + len(word) + 2]
        if line[1] == 44:
            if not _CONNECT <= event <= _CONNECT_FAIL:
                return -1
            self.link = line[0] - 48
        elif word == b"+LINK_CONN:":  # <0 ok, 1 fail>,<link>,...
            if len(line) < 15 or not 48 <= line[13] <= 52:
                return -1
            self.link = line[13] - 48
            if line[11] != 48:
                return _CONNECT_FAIL
        return event

    def _unknown(self, line):
        """No word of ours: an echo, a reply, or either with a notice stuck to its end."""
        echo = line == b"AT" or line[:3] in (b"AT+", b"ATE")
        # An SSID between quotes may spell a notice; before any quote only the firmware speaks.
        quote = -1 if echo else line.find(b'"')
        for i in range(1, (len(line) if quote < 0 else quote) - 4):
            # A notice with no CRLF before it sticks to an unfinished line. It starts so.
            if line[i] in b"WD+r01234":
                event = self._known(line[i:])
                stuck = event > _READY or (event >= _CONNECT and self.link >= 0)
                # "ready" comes behind the boot loader's noise.
                if stuck or (event == _READY and not 32 <= line[i - 1] < 127):
                    # Right behind a payload only an echo may stand before a notice.
                    if self.glued and stuck and line[:2] != b"AT"[:i]:
                        return self._bad()
                    self.line = line[i:]
                    return event
        if echo:
            return -1
        self.tail = 0
        return _LINE

    # Headers

    def _header(self, at, w):
        """Read a header; what stood before it on its line was an echo or noise."""
        buf = self._buf
        asked = buf[at + 1] == 67
        if self.tail and not asked and at == self.r:
            return self._bad()
        self.r = at
        end = self._fields(at + (12 if asked else 4), w, asked)
        if end <= 0:
            if end == 0 and w - at < 96:
                self._seen = 0
                return 0
            buf[at] = 63  # no header after all: a line like any other
            return -1
        self.r = end
        self._seen = self.tail = 0
        self._long = False
        if buf[end - 1] == 10 and not asked:
            return _WAITING
        if self.length > (self.asked if asked else self.limit):
            self.counts[2] += 1
            return _REFUSED
        self.left = self.length
        self._sink = None
        self.tail = 2 if self.trailer and not asked else 1
        return _DATA

    def _fields(self, i, w, asked):
        """What follows the name: where it ends; 0 if it is not whole, -1 if it is no header.

        +IPD ``,[link,]length[,ip,port]:`` or ``,[link,]length\\r\\n``; +CIPRECVDATA
        ``:length,[ip,port,]`` or ``,length:`` or ``,link,length:\\r\\n``. An address may stand in
        quotes, and then have colons.
        """
        buf = self._buf
        colon = buf[i] == 58
        link = length = -1
        self.peer = None
        while True:
            i += 1
            start = i
            n = 0
            while i < w and 48 <= buf[i] <= 57:
                n = min(n * 10 + buf[i] - 48, 999999999)
                i += 1
            if i == w:
                return 0
            c = buf[i]
            if i == start or c == 46:  # an address, where one may stand
                if length < 0 or self.peer or (c != 34 and c != 46):
                    return -1
                quoted = c == 34
                start += quoted
                i = buf.find(b'"' if quoted else b",", start, w)
                if buf.find(b"\r", start, w if i < 0 else i) >= 0:
                    return -1
                if i < 0 or i + 1 >= w:
                    return 0
                self.peer = bytes(self._view[start:i])
                i += quoted
                if buf[i] != 44:
                    return -1
                continue
            if self.peer:
                self.port = n
                break
            link = length
            length = n
            if c != 44 or (colon and not self.remote):
                break
        if link > 4 or c not in (b"," if colon else b":" if self.peer or asked else b":\r"):
            return -1
        self.link = link
        self.length = length
        if c == 13 or (asked and link >= 0):
            if i + (c != 13) + 1 >= w:
                return 0
            i += c != 13
            if buf[i] != 13 or buf[i + 1] != 10:
                return -1
            i += 1
        return i + 1
