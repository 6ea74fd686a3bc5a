"""Feed a parser in given cuts and tell what it said, in words. Runs on MicroPython too.

What is told is independent of cuts, ring and sinks: DATA, MORE and END of one payload become one
``("PAYLOAD", link, data, peer, port)``. On the way it is checked that the parser never stalls, that
``left``, ``at`` and MORE agree with what came, and that no byte lands outside a sink.
"""

from espat.parser import Parser

WORDS = {
    2: "OK",
    3: "ERROR",
    4: "FAIL",
    5: "SEND_OK",
    6: "SEND_FAIL",
    7: "CANCELED",
    8: "BUSY",
    9: "PROMPT",
    22: "READY",
    23: "RESTART",
    24: "WIFI_CONNECTED",
    25: "GOT_IP",
    26: "WIFI_DISCONNECT",
    27: "DHCP_TIMEOUT",
    29: "QUIT",
    30: "TIME",
}
WITH_LINK = {17: "BROKEN", 19: "CONNECT", 20: "CLOSED", 21: "CONNECT_FAIL"}
WITH_LINE = {28: "STATION", 31: "CODE", 32: "NOTICE"}
LINE, RECV, DATA, MORE, END, REFUSED, WAITING = 1, 11, 12, 14, 15, 16, 18

# ---- events as tables write them ----

OK = ("OK",)
ERROR = ("ERROR",)
FAIL = ("FAIL",)
SEND_OK = ("SEND_OK",)
SEND_FAIL = ("SEND_FAIL",)
CANCELED = ("CANCELED",)
BUSY = ("BUSY",)
PROMPT = ("PROMPT",)
READY = ("READY",)
RESTART = ("RESTART",)
WIFI_CONNECTED = ("WIFI_CONNECTED",)
GOT_IP = ("GOT_IP",)
WIFI_DISCONNECT = ("WIFI_DISCONNECT",)
DHCP_TIMEOUT = ("DHCP_TIMEOUT",)
QUIT = ("QUIT",)
TIME = ("TIME",)


def line(text, glued=False):
    return ("LINE", text, glued)


def recv(length):
    return ("RECV", length)


def payload(link, data, peer=None, port=0):
    return ("PAYLOAD", link, data, peer, port)


def partial(link, length, data):
    """A payload that had not ended when the bytes did."""
    return ("PARTIAL", link, length, data)


def refused(link, length):
    return ("REFUSED", link, length)


def broken(link):
    return ("BROKEN", link)


def waiting(link, length):
    return ("WAITING", link, length)


def connect(link):
    return ("CONNECT", link)


def closed(link):
    return ("CLOSED", link)


def connect_fail(link):
    return ("CONNECT_FAIL", link)


def station(text):
    return ("STATION", text)


def code(text):
    return ("CODE", text)


def notice(text):
    return ("NOTICE", text)


# ---- places for payload ----

WHOLE = None
SMALL = (1, 2, 3, 5, 8)
SKIP = ()
_GUARD = 0xA5


class Wrong(Exception):
    """The parser broke a promise that holds for any bytes."""


def check(what, promise):
    if not what:
        raise Wrong(promise)


class Sink:
    """A place of ``n`` bytes between guards."""

    def __init__(self, n):
        self.room = n
        self.block = bytearray(bytes([_GUARD]) * (n + 16))
        self.view = memoryview(self.block)[8 : 8 + n]

    def data(self, n):
        check(n <= self.room, "at is more than the place holds")
        for i in range(8):
            guarded = self.block[i] == _GUARD and self.block[8 + self.room + i] == _GUARD
            check(guarded, "a byte was written outside the place")
        return bytes(self.view[:n])


class Teller:
    """Listens to one parser. ``sinks``: WHOLE, SKIP, or the sizes of places given in turn."""

    def __init__(self, parser, sinks=WHOLE):
        self.parser = parser
        self.events = []
        self.sinks = sinks
        self._turn = 0
        self._open = None  # link, length, peer, port of the payload under way
        self._data = b""
        self._sink = None

    def drain(self):
        """Tell everything that the parser has to say for now."""
        while True:
            event = self.parser.next()
            if not event:
                return
            self._tell(event)

    def _tell(self, event):
        parser = self.parser
        if event in (DATA, MORE, END):
            self._counted(event)
            return
        check(self._open is None, f"event {event} inside a payload")
        check(parser.left < 0, "bytes are left outside a payload")
        self.events.append(self._said(event))

    def _said(self, event):
        parser = self.parser
        if event in WORDS:
            return (WORDS[event],)
        if event in WITH_LINK:
            return (WITH_LINK[event], parser.link)
        if event in WITH_LINE:
            return (WITH_LINE[event], _plain(parser.line))
        if event == LINE:
            return line(_plain(parser.line), bool(parser.glued))
        check(event in (RECV, WAITING, REFUSED), f"event {event} is in no table")
        if event == RECV:
            return recv(parser.length)
        return (waiting if event == WAITING else refused)(parser.link, parser.length)

    def _counted(self, event):
        parser = self.parser
        if event == DATA:
            check(self._open is None, "DATA inside a payload")
            port = parser.port if parser.peer is not None else 0
            self._open = (parser.link, parser.length, parser.peer, port)
            self._data = b""
            check(parser.left == parser.length, "left is not length at the start")
            self._place(parser.length)
            return
        check(self._open is not None, "MORE or END outside a payload")
        self._collect()
        if event == MORE:
            check(parser.left > 0, "MORE with nothing left")
            self._place(parser.left)
            return
        check(parser.left < 0, "bytes are left at the end")
        link, length, peer, port = self._open
        self._open = None
        if self.sinks == SKIP:
            self.events.append(payload(link, length, peer, port))
        else:
            check(len(self._data) == length, "END before the promised length")
            self.events.append(payload(link, self._data, peer, port))

    def _place(self, left):
        if self.sinks == SKIP:
            return
        if self.sinks == WHOLE:
            size = left
        else:
            size = self.sinks[self._turn % len(self.sinks)]
            self._turn += 1
        if left:
            self._sink = Sink(size)
            self.parser.into(self._sink.view)

    def _collect(self, full=True):
        sink = self._sink
        if sink is None:
            return
        self._sink = None
        n = self.parser.at
        due = min(sink.room, self._open[1] - len(self._data))
        check(n == due or not full, f"MORE or END with {n} of {due} bytes delivered")
        self._data += sink.data(n)

    def finish(self):
        """The bytes are over: everything told."""
        if self._open is not None:
            link, length = self._open[:2]
            self._collect(full=False)
            if self.sinks != SKIP:
                gone = length - self.parser.left
                check(len(self._data) == gone, "left and at disagree")
                self.events.append(partial(link, length, self._data))
            else:
                self.events.append(partial(link, length, length - self.parser.left))
            self._open = None
        return self.events


def _plain(text):
    """A line, without the blanks before it: they are no part of what it says."""
    return bytes(text).lstrip(b" ")


# ---- feeding ----

ALL = 1 << 30


def feed(parser, teller, data, *, at=0, step=ALL, cut=-1):
    """Give ``data`` in reads of at most ``step`` bytes; ``at`` is its offset in the stream, and at
    the offset ``cut`` a read ends."""
    i = 0
    while i < len(data):
        room = parser.space()
        check(len(room) > 0, "a stall: space() is empty after next() said 0")
        n = min(len(room), len(data) - i, step)
        if at + i < cut:
            n = min(n, cut - at - i)
        room[:n] = data[i : i + n]
        parser.fill(n)
        i += n
        teller.drain()


def pieces(stream):
    """A stream is bytes, or a tuple of bytes and of settings (dicts) made between them."""
    return (stream,) if isinstance(stream, bytes) else stream


def length_of(stream):
    return sum([len(part) for part in pieces(stream) if isinstance(part, bytes)])


def bytes_of(stream):
    return b"".join([part for part in pieces(stream) if isinstance(part, bytes)])


def tell(stream, settings=None, size=256, *, step=ALL, cut=-1, sinks=WHOLE):
    """Everything that a parser says about a stream, and its counts."""
    parser = Parser(size)
    _set(parser, settings or {})
    teller = Teller(parser, sinks)
    at = 0
    for part in pieces(stream):
        if isinstance(part, bytes):
            feed(parser, teller, part, at=at, step=step, cut=cut)
            at += len(part)
        else:
            _set(parser, part)
    return teller.finish(), list(parser.counts)


def _set(parser, settings):
    for name in settings:
        check(hasattr(parser, name), "no such setting: " + name)
        setattr(parser, name, settings[name])


def skipped(events):
    """What ``events`` become when no payload has a place, and how many bytes that is."""
    told = []
    count = 0
    for event in events:
        if event[0] == "PAYLOAD":
            count += len(event[2])
            told.append(payload(event[1], len(event[2]), event[3], event[4]))
        elif event[0] == "PARTIAL":
            count += len(event[3])
            told.append(partial(event[1], event[2], len(event[3])))
        else:
            told.append(event)
    return told, count
