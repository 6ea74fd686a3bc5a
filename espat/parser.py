# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A parser for the bytes of an ESP-AT module. It needs no clock, no UART and no sockets.

The file can be used alone. The caller moves bytes into the parser and asks for events::

    parser = Parser()
    n = uart.readinto(parser.space())   # free space: the ring's, or the payload's own destination
    parser.fill(n or 0)
    event = parser.next()               # 0 when it wants more bytes

Events are small ints. Their details are in attributes, which are valid until the next ``next()``.

==  ==============  =====================================================================
 0  NEED            no complete item is here: read more bytes
 1  LINE            a line that is no result and no notice: ``line``; ``glued``: it came directly
                    after a payload; for notices and headers, 2: after an unfinished line
 2  OK              3  ERROR      4  FAIL (NonOS ends a failed join with it)
 5  SEND_OK         6  SEND_FAIL  7  CANCELED (a send, by ``+++``)
 8  BUSY            ``busy p...`` or ``busy s...``: what was sent last has been thrown away
 9  PROMPT          ``>``, reported only while ``prompt`` is set
11  RECV            ``Recv n bytes``: ``length``
12  DATA            a payload begins: ``link`` (-1 if the header does not name it: set it if
                    you know it), ``length``, ``pushed`` (True: it was not asked for), and
                    ``peer``, ``port`` if the module shows the remote end.
                    Give it a buffer with ``into()``, or it is skipped and counted
14  MORE            the buffer is full and payload is left: ``into()`` again, or it is skipped
15  END             the payload is over
16  REFUSED         a header announced more than was asked for, or more than ``limit``: none of
                    it has been delivered, and what follows cannot be trusted
17  BROKEN          after a payload came what cannot follow one: bytes of it (``link``) were
                    lost or doubled; or a line longer than the ring: payload without a header
18  WAITING         passive receive: ``link`` holds ``length`` bytes
19  CONNECT         20  CLOSED  21  CONNECT_FAIL: of ``link`` (-1 in single-link mode)
22  READY           the module has started: all its state is lost
23  RESTART         ``Will force to restart!!!``
24  WIFI_CONNECTED  25  GOT_IP  26  WIFI_DISCONNECT  27  DHCP_TIMEOUT
28  STATION         a station came to, left, or got an address from the soft-AP: ``line``
29  QUIT            passthrough was left (``+QUITT``)
30  TIME            the clock was set (``+TIME_UPDATED``)
31  CODE            ``ERR CODE:`` or ``+ERRNO:``: ``line``
32  NOTICE          any other notice that the firmware is known to print: ``line``
==  ==============  =====================================================================

Sources: ``dialects.md`` 0 to 2 (notices, ``+IPD``, ``+CIPRECVDATA``), reference of ``+IPD``.
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

_HEADER = const(-2)  # what _token() found
_WHOLE_LINE = const(-3)

_UNFINISHED = const(2)  # a value of ``glued``
_LONGEST = const(96)  # the most bytes that a header can have

# Each word is "\n", the line (up to its colon, if it has one), and the event with bit 7 set. One
# object searched by find(): a dict of thirty small objects would take ten times the heap.
# A word with which another one begins must stand before that one.
_WORDS = (
    b"\nOK\x82\nERROR\x83\nFAIL\x84\nSEND OK\x85\nSEND FAIL\x86"
    b"\nSEND Canceled\x87\nSEND CANCELLED\x87\nbusy p...\x88\nbusy s...\x88\nbusy now ...\x88"
    b"\nCONNECT\x93\nLinked\x93\nCLOSED\x94\nUnlink\x94\nCONNECT FAIL\x95"
    b"\n+LINK_CONN:\x93\nready\x96\nWill force to restart!!!\x97"
    b"\nWIFI CONNECTED\x98\nWIFI GOT IP\x99\nWIFI DISCONNECT\x9a\nDHCP TIMEOUT\x9b"
    b"\n+STA_CONNECTED:\x9c\n+STA_DISCONNECTED:\x9c\n+DIST_STA_IP:\x9c"
    b"\n+QUITT\x9d\n+TIME_UPDATED\x9e\nERR CODE:\x9f\n+ERRNO:\x9f"
    b"\nWIFI GOT IPv6 LL\xa0\nWIFI GOT IPv6 GL\xa0"
    b"\n+ETH_CONNECTED\xa0\n+ETH_DISCONNECTED\xa0"
    b"\n+ETH_GOT_IP:\xa0\nsmartconfig type:\xa0\nSmart get wifi info\xa0\nssid:\xa0"
    b"\npassword:\xa0\nsmartconfig connected wifi\xa0\n+SCRD:\xa0\n"
)


class Ring:
    """A queue of bytes of fixed size. Its content and its free space are each contiguous, so that a
    UART can read into it and ``find()`` can search it.

    :param int size: how many bytes it holds

    Its content is at ``buf[r:w]``.
    """

    def __init__(self, size):
        self.buf = bytearray(size)
        self._view = memoryview(self.buf)
        self.r = self.w = 0

    def space(self):
        """Return a memoryview of the free space, empty if there is none. Call ``fill()`` next."""
        r = self.r
        w = self.w
        if r == w:
            self.r = self.w = 0
            return self._view
        if r and w > len(self.buf) - 32:
            self.w = w = self.take(self._view)
            self.r = 0
        return self._view[w:]

    def fill(self, n):
        """Record that ``n`` bytes were written into what ``space()`` returned."""
        self.w += n

    def find(self, what):
        """Return where these bytes first occur, counted from the oldest byte; -1: nowhere."""
        i = self.buf.find(what, self.r, self.w)
        return i - self.r if i >= 0 else -1

    def pull(self, n):
        """Remove and return the ``n`` oldest bytes, or all if there are fewer."""
        r = self.r
        n += r
        if n > self.w:
            n = self.w
        self.r = n
        return bytes(self._view[r:n])

    def take(self, into):
        """Move the oldest bytes to the front of a memoryview. Returns how many."""
        r = self.r
        n = min(len(into), self.w - r)
        into[:n] = self._view[r : r + n]
        self.r = r + n
        return n


class Parser(Ring):
    """Turns the module's bytes into events.

    :param int size: bytes of its ring; a longer line is counted, dropped and reported as BROKEN
    """

    limit = 8192  # an active +IPD longer than this is refused
    # A function that reads a header unlike that of +CIPRECVDATA, and sets ``link`` and ``length``:
    # parser, index in ``buf``, end of the bytes -> the header's end; 0: incomplete, -1: no header.
    counted = None

    def __init__(self, size=192):
        Ring.__init__(self, size)
        # Set by the user.
        self.prompt = False  # a ">" is awaited
        self.asked = 0  # most payload bytes that the current command may bring; 0: none
        self.head = b"+CIPRECVDATA"  # how that payload's header begins
        self.remote = False  # CIPDINFO=1: +CIPRECVDATA shows the remote end, too
        self.trailer = False  # this firmware ends an active +IPD with a CRLF that is not counted
        # The details of an event.
        self.link = -1
        self.pushed = False  # the payload was not asked for: +IPD
        self.length = self.port = 0
        self.line = b""
        self.peer = None
        self.glued = False
        # Counts of what was dropped: payload bytes without a buffer, lines longer than the ring,
        # headers with an impossible length, payloads with a wrong tail.
        self.counts = [0, 0, 0, 0]
        self.reset()

    def reset(self):
        """Drop all bytes and any payload under way."""
        self.r = self.w = 0
        self._seen = 0  # how many of the oldest bytes were searched for an end of line
        self._past = 0  # how many of them contain what looked like a header but is none
        self.left = -1  # payload bytes still to come; -1: no payload
        self._header_at = self._line_next = 0  # the positions that _token() found
        self._sink = None  # the payload's own buffer
        self.at = 0  # payload bytes in the buffer that ``into()`` gave last
        # CRLFs due before the next result or +IPD: 1, 2, or 3 for one when something came already
        self.tail = 0
        self.owner = -1  # the link of the payload that this tail belongs to
        self._long = False

    # Bytes in

    def space(self):
        """Return a memoryview to read into: the payload's own buffer once the ring is empty."""
        sink = self._sink
        if sink is None or self.r < self.w:
            return Ring.space(self)
        at = self.at
        left = self.left
        return sink[at : at + left] if at or left < len(sink) else sink

    def fill(self, n):
        """Record that ``n`` bytes were read into what ``space()`` returned last."""
        if self._sink is None or self.r < self.w:
            self.w += n
        else:
            self.at += n
            self.left -= n

    def into(self, view):
        """Set the buffer for the payload: a memoryview, not empty; None: skip and count it."""
        self._sink = view
        self.at = 0

    # Events out

    def next(self):
        """Return the next event; 0 if more bytes are needed."""
        if self.left >= 0:
            return self._payload()
        buf = self.buf
        r = self.r
        w = self.w
        while r < w:
            c = buf[r]
            if c <= 32 and (c == 13 or c == 10 or c == 32) and not self._long:
                if self.tail and (c != 32 or self.tail < 3):  # only CRLF may follow a payload
                    if c == 13 and r + 1 == w:
                        return 0
                    if c != 13 or buf[r + 1] != 10:
                        return self._bad()
                    self.tail = 3 if self.tail == 2 else 0
                    r += 1
                self.r = r = r + 1
                continue
            if c == 62 and self.prompt and not self._long:
                self.r = r + 1
                self._seen = 0
                self.tail = self.tail and 3
                self.prompt = False
                self.line = b">"
                return _PROMPT
            if c == 79 and not (self.tail or self._long):
                if buf.find(b"OK\r\n", r, w) == r:  # the most frequent result must be cheap
                    self.r = r + 4
                    self._seen = self._past = 0
                    self.line = b"OK"
                    return _OK
            # All are called from here, not by each other: CircuitPython has room for few frames.
            event = self._token(r, w)
            if event == _HEADER:
                event = self._header(r, w)
            elif event == _WHOLE_LINE:
                if self._long:
                    self.link = -1
                    event = _BROKEN  # no line is so long: it is pushed payload without its header
                else:
                    event = self._line(r)
                    if event == _BROKEN:
                        return event  # the line itself is reported next
                    if self.tail == 1:
                        self.tail = 3  # what follows does not directly follow the payload any more
                self._long = False
                self._seen = self._past = 0
                self.r = self._line_next
            if event >= 0:
                return event
            r = self.r
        return 0

    def _payload(self):
        sink = self._sink
        r = self.r
        n = self.w - r
        if n:
            n = min(n, self.left)
            if sink is None:
                self.counts[0] += n
            else:
                at = self.at
                n = min(n, len(sink) - at)
                sink[at : at + n] = self._view[r : r + n]  # take() would need one memoryview more
                self.at = at + n
            self.r = r + n
            self.left -= n
        if not self.left:
            self.left = -1
            self._sink = None
            self.owner = self.link
            return _END
        if sink is not None and self.at == len(sink):
            self._sink = None
            return _MORE
        return 0

    def _bad(self):
        """The tail of a payload is wrong: BROKEN. The bytes there are parsed next."""
        self.tail = 0
        self.counts[3] += 1
        self.link = self.owner
        return _BROKEN

    def _token(self, r, w):
        """Find what begins at ``r``: _HEADER (it is at ``_header_at``), _WHOLE_LINE (it ends before
        ``_line_next``), 0 if it is incomplete, or _BROKEN.
        """
        buf = self.buf
        seen = r + self._seen
        end = buf.find(b"\n", seen, w)
        stop = w if end < 0 else end
        # A header may have begun shortly before the end of what was already searched.
        seen = max(r + self._past, seen - 14)
        at = buf.find(self.head, seen, stop) if self.asked else -1
        # With "=" after the name it is the echo of the command.
        if at >= 0 and not self.counted:
            i = at + 12
            if i >= w or (buf[i] != 58 and buf[i] != 44):
                at = -1
        if at != r:
            i = buf.find(b"+IPD,", seen, stop if at < 0 else at)
            if i >= 0:
                at = i
        # Inside a quoted string of a reply it is part of an SSID, not a header.
        if at >= 0 and (at == r or buf[r] == 65 or buf.find(b'"', r, at) < 0):
            self._header_at = at
            return _HEADER
        if end < 0:
            self._seen = w - r
            if r == 0 and w == len(buf):  # drop it, except its end, where a header may have begun
                if 0 < self.tail < 3:
                    return self._bad()  # it is the rest of a payload
                self.counts[1] += not self._long
                self._long = True
                self.r = w - 13
                self._seen = 13
                self._past = 0
            return 0
        self._line_next = end + 1
        return _WHOLE_LINE

    def _line(self, r):
        """Return the event of a whole line; -1 for an echo, which is no event."""
        self.glued = 0 < self.tail < 3
        self.line = line = bytes(self._view[r : self._line_next]).rstrip(b"\r\n")
        event = self._known(line)
        if event >= 0:
            if event == _READY:
                self.tail = 0
            # No result comes without a CRLF before it, except NonOS's SEND FAIL. Nor does a notice
            # if the firmware ends each payload with a CRLF.
            if self.tail == 2 or (self.tail and event < _CONNECT and event != _SEND_FAIL):
                return self._bad()
            return event
        # No known word: an echo, a reply, or one of them with a notice appended to it.
        echo = line.startswith(b"AT") and line[2:3] in b"+E"
        # A quoted SSID may spell a notice; before the first quote all text is the firmware's own.
        for i in range(1, len(line if echo else line.split(b'"', 1)[0]) - 4):
            # A notice without a CRLF before it is appended to an unfinished line. These begin one.
            if line[i] in b"WD+r01234":
                event = self._known(line[i:])
                stuck = event > _READY or (event >= _CONNECT and self.link >= 0)
                # "ready" comes after the noise of the boot loader.
                if stuck or (event == _READY and not 32 <= line[i - 1] < 127):
                    # Directly after a payload, only an echo may stand before a notice.
                    if stuck and not line.startswith(b"AT"[:i]):
                        if self.glued:
                            return self._bad()
                        self.glued = _UNFINISHED
                    self.line = line[i:]
                    return event
        if echo:
            return -1
        if self.tail == 2:
            return self._bad()  # this firmware always ends a payload with a CRLF
        self.tail = 0
        return _LINE

    def _known(self, line):
        """Return the event of a result or a notice; -1 for any other line."""
        self.link = at = -1  # at: the index of the link's number
        word = line[: line.find(b":") + 1] or line
        if line[1:2] == b",":
            word = line[2:]
            at = 0
        elif word == b"+LINK_CONN:":  # <0 ok, 1 fail>,<link>,...
            at = 13
        elif line.startswith(b"Recv ") and line.endswith(b" bytes") and line[5:-6].isdigit():
            self.length = int(line[5:-6])
            return _RECV
        i = _WORDS.find(b"\n" + word)
        if i < 0:
            return -1
        event = _WORDS[i + len(word) + 1] - 128
        if at >= 0:
            if at + 1 >= len(line) or not 48 <= line[at] <= 52:
                return -1
            if not _CONNECT <= event <= _CONNECT_FAIL:
                return -1
            self.link = line[at] - 48
            if at and line[11] != 48:
                return _CONNECT_FAIL
        return event

    # Headers

    def _header(self, r, w):
        """Read a header. What precedes it on its line is an echo or noise."""
        at = self._header_at
        pushed = self.buf[at + 1] == 73  # +IPD
        # After a payload, only an echo may come before a header, and +IPD needs a CRLF first.
        joined = at > r and self.buf[r] != 65
        if self.tail and (joined if at > r else pushed):
            return self._bad()
        if self.counted and not pushed:
            end = self.counted(self, at, w)
        else:
            end = self._fields(at + (4 if pushed else 12), w, pushed)
        if not 0 < end <= at + _LONGEST:
            if end == 0 and w - at < _LONGEST:
                if r or w < len(self.buf):
                    self._seen = at - r
                    return 0
                if at:  # make space: the bytes before the header are of no use
                    self.r = at
                    self._seen = self._past = 0
                    return 0
            self._past = at + 1 - r  # no header after all: it is part of an ordinary line
            return -1
        self.r = end
        self._seen = self._past = self.tail = 0
        self._long = False
        self.glued = joined and _UNFINISHED
        if pushed and self.buf[end - 1] == 10:
            return _WAITING
        if self.length > (self.limit if pushed else self.asked):
            self.counts[2] += 1
            return _REFUSED
        self.left = self.length
        self._sink = None
        self.pushed = pushed
        self.tail = 2 if pushed and self.trailer else 1
        return _DATA

    def _fields(self, i, w, pushed):
        """Read the fields after the name. Returns where they end; 0: incomplete, -1: no header.

        +IPD ``,[link,]length[,ip,port]:`` or ``,[link,]length\\r\\n``; +CIPRECVDATA
        ``:length,[ip,port,]`` or ``,length:`` or ``,link,length:\\r\\n``. An address may be in
        quotes, and may then contain colons.
        """
        buf = self.buf
        colon = buf[i] == 58
        link = length = -1
        self.peer = None
        while True:
            i += 1
            start = i
            n = 0
            while i < w:
                c = buf[i] ^ 48  # 0 to 9 for a digit, higher for any other byte
                if c > 9:
                    break
                n = n * 10 + c
                i += 1
            if i == w:
                return 0
            c = buf[i]
            if i == start or c == 46:  # an address, if one is allowed here
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
            length = min(n, 999999999)
            if c != 44 or (colon and not self.remote):
                break
        if link > 4 or (c != 44 if colon else c != 58 and (c != 13 or not pushed or self.peer)):
            return -1
        self.link = link
        self.length = length
        i += c != 13
        if c == 13 or (link >= 0 and not pushed):  # a CRLF follows
            if i + 1 >= w:
                return 0
            if buf[i] != 13 or buf[i + 1] != 10:
                return -1
            i += 2
        return i
