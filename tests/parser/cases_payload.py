"""Cases with payload: +IPD and +CIPRECVDATA of every family. Runs on MicroPython too.

Sources: dialect table rows 5, 19, 27 and 28, section 2 (interleavings), and the format strings.
"""

try:
    from tests.parser.case import Case, Kinds
    from tests.parser.cases_lines import NOTICES, RESULTS
    from tests.parser.families import ESP32, ESP8266_20, FAMILIES, NONOS, READING
    from tests.parser.tell import (
        BUSY,
        ERROR,
        OK,
        PROMPT,
        READY,
        SEND_FAIL,
        SEND_OK,
        broken,
        closed,
        connect,
        line,
        partial,
        payload,
        recv,
        refused,
        waiting,
    )
except ImportError:
    from case import Case, Kinds
    from cases_lines import NOTICES, RESULTS
    from families import ESP32, ESP8266_20, FAMILIES, NONOS, READING
    from tell import (
        BUSY,
        ERROR,
        OK,
        PROMPT,
        READY,
        SEND_FAIL,
        SEND_OK,
        broken,
        closed,
        connect,
        line,
        partial,
        payload,
        recv,
        refused,
        waiting,
    )

ENDED = b"\r\nOK\r\n"
PEER = b"192.168.7.21"
PEER6 = b"2001:db8::c:1"

# Payloads that spell the protocol, and every byte value.
SPELLED = (
    b"OK",
    b"\r\nOK\r\n",
    b"\r\nERROR\r\n",
    b"\r\nSEND OK\r\n",
    b"\r\n\r\n",
    b"\r",
    b"\n",
    b" ",
    b"> ",
    b"\r\n>",
    b"+++",
    b"+IPD,0,5:",
    b"\r\n+IPD,0,5:hello",
    b"\r\n+IPD,3,77\r\n",
    b"+CIPRECVDATA:5,",
    b"\r\n+CIPRECVDATA,5:hello",
    b"CLOSED",
    b"0,CLOSED\r\n",
    b"\r\nready\r\n",
    b"WIFI DISCONNECT\r\n",
    b"AT+RST\r\n",
    b'"',
    b"\x00" * 40,
    b"\xff" * 40,
    bytes(range(256)),
)


def _with(family, more):
    settings = dict(family.settings)
    settings.update(more)
    return settings


def _active():
    for family in FAMILIES:
        name = family.name + ", active: "
        for data in SPELLED + (b"", b"x", b"hello"):
            stream = family.ipd(1, data) + ENDED
            text = f"{name}{data[:24]}"
            told = [payload(1, data), OK]
            yield Case(text, stream, told, settings=family.settings)
        for link in range(-1, 5):
            for peer, port in ((None, 0), (PEER, 80), (b"0.0.0.0", 0), (PEER6, 65535)):
                if peer == PEER6 and not family.quoted:
                    continue
                stream = family.ipd(link, b"hello", peer, port) + ENDED
                told = [payload(link, b"hello", peer, port), OK]
                text = f"{name}link {link} from {peer}"
                yield Case(text, stream, told, settings=family.settings)
        three = family.ipd(0, b"a") + family.ipd(4, b"bc", PEER, 7) + family.ipd(0, b"def")
        told = [payload(0, b"a"), payload(4, b"bc", PEER, 7), payload(0, b"def"), OK]
        yield Case(name + "three in a row", three + ENDED, told, settings=family.settings)
        half = family.ipd(2, b"hello")[: -2 - len(family.end)]
        yield Case(name + "not whole", half, [partial(2, 5, b"hel")], settings=family.settings)


def _behind():
    """What may follow a payload, in every family."""
    for family in FAMILIES:
        head = family.ipd(1, b"hello")
        name = family.name + ", behind a payload: "
        first = payload(1, b"hello")
        for stream, event in NOTICES:
            text = name + str(stream)
            told = [first, event, OK]
            yield Case(text, head + stream + ENDED, told, settings=family.settings)
            told = [first, event, event, first, OK]
            twice = head + stream * 2 + head + ENDED
            yield Case(text + ", twice", twice, told, settings=family.settings)
        for stream, event in RESULTS:
            text = name + str(stream)
            if not (family.space or stream.startswith(b"\r\n")):
                continue  # only NonOS prints it so
            told = [first, event, OK]
            yield Case(text, head + stream + ENDED, told, settings=family.settings)
        told = [first, PROMPT, recv(2)]
        prompted = head + family.prompt + b"\r\nRecv 2 bytes\r\n"
        settings = _with(family, {"prompt": True})
        yield Case(name + "prompt", prompted, told, settings=settings)
        echo = head + b"AT+CIPMUX?\r\n" + b"+CIPMUX:1\r\n" + ENDED
        told = [first, line(b"+CIPMUX:1"), OK]
        yield Case(name + "echo", echo, told, settings=family.settings)


def _glued():
    """``glued``: a line right behind a payload, and no other."""
    for family in FAMILIES:
        head = family.ipd(1, b"hello")
        first = payload(1, b"hello")
        name = family.name + ", glued: "
        # No CRLF comes before STATUS: without a trailer it stands right behind the payload.
        text = b"STATUS:3\r\n"
        told = [first, line(b"STATUS:3", not family.trailer), OK]
        yield Case(name + "a reply", head + text + ENDED, told, settings=family.settings)
        told = [first, line(b"STATUS:3", not family.trailer), line(b"+CIPSTATUS:x"), OK]
        both = head + text + b"+CIPSTATUS:x\r\n" + ENDED
        yield Case(name + "two replies", both, told, settings=family.settings)
        told = [first, closed(1), line(b"STATUS:3"), OK]
        both = head + b"1,CLOSED\r\n" + text + ENDED
        yield Case(name + "behind a notice", both, told, settings=family.settings)
        told = [first, OK, line(b"STATUS:3"), OK]
        both = head + ENDED + text + ENDED
        yield Case(name + "behind a result", both, told, settings=family.settings)
        told = [first, waiting(2, 7), line(b"STATUS:3"), OK]
        both = head + family.waits(2, 7) + text + ENDED
        yield Case(name + "behind +IPD", both, told, settings=family.settings)


def _sending():
    """+IPD at every place of a send (interleavings of section 2)."""
    for family in FAMILIES:
        ok = b"\r\nOK\r\n"
        parts = (ok, family.prompt, b"\r\nRecv 8 bytes\r\n", b"\r\nSEND OK\r\n")
        told = [OK, PROMPT, recv(8), SEND_OK]
        settings = _with(family, {"prompt": True})
        for i in range(5):
            for data in (b"hello", b"\r\nSEND OK\r\n", b">"):
                stream = b"".join(parts[:i]) + family.ipd(2, data) + b"".join(parts[i:])
                events = told[:i] + [payload(2, data)] + told[i:]
                name = f"{family.name}, +IPD with {data} in a send at {i}"
                yield Case(name, stream, events, settings=settings)
        stream = ok + family.prompt + family.ipd(2, b"hello") + b"2,CLOSED\r\n" + family.send_fail
        told = [OK, PROMPT, payload(2, b"hello"), closed(2), SEND_FAIL]
        name = family.name + ", data, CLOSED, SEND FAIL"
        yield Case(name, stream, told, settings=settings)
        stream = family.send_fail + b"\r\nSEND OK\r\n"
        yield Case(family.name + ", FAIL then OK", stream, [SEND_FAIL, SEND_OK])
        stream = b"\r\nSEND OK\r\n" + family.send_fail
        yield Case(family.name + ", OK then FAIL", stream, [SEND_OK, SEND_FAIL])


def _cut_echoes():
    """An echo behind a payload, cut by a notice: nothing is damaged."""
    echo = b"AT+CIPSEND=0,98\r\n"
    for family in FAMILIES:
        head = family.ipd(1, b"hello")
        for k in range(1, len(echo) - 2):
            stream = head + echo[:k] + b"1,CLOSED\r\n" + echo[k:] + ENDED
            told = [payload(1, b"hello"), closed(1), line(echo[k:-2]), OK]
            name = f"{family.name}, an echo behind a payload, cut at {k}"
            yield Case(name, stream, told, settings=family.settings)


def _echoes():
    """A payload inside an echo."""
    echo = b"AT+CIPSEND=0,98\r\n"
    for family in FAMILIES:
        for k in range(2, len(echo) - 2):
            stream = echo[:k] + family.ipd(3, b"hello") + echo[k:] + ENDED
            told = [payload(3, b"hello"), line(echo[k:-2], not family.trailer), OK]
            name = f"{family.name}, +IPD in the echo at {k}"
            yield Case(name, stream, told, settings=family.settings)


def _reading():
    """+CIPRECVDATA, whole exchanges."""
    for family in READING:
        asked = {"asked": 512}
        settings = _with(family, asked)
        name = family.name + ", passive: "
        link = family.link_read(2)
        for data in SPELLED + (b"x", b"hello"):
            told = [payload(link, data), OK]
            text = f"{name}{data[:24]}"
            yield Case(text, family.read(2, data) + ENDED, told, settings=settings)
        for other in range(5):
            told = [payload(family.link_read(other), b"hello"), OK]
            stream = family.read(other, b"hello") + ENDED
            yield Case(f"{name}link {other}", stream, told, settings=settings)
        echo = b"AT+CIPRECVDATA=2,512\r\n"
        hello = family.read(2, b"hello")
        told = [payload(link, b"hello"), OK]
        yield Case(name + "with echo", echo + hello + ENDED, told, settings=settings)
        told = [payload(link, b"hello"), OK, waiting(2, 99)]
        again = hello + ENDED + family.waits(2, 99)
        yield Case(name + "more waits", again, told, settings=settings)
        told = [payload(link, b"hello"), waiting(3, 99), OK]
        between = hello + family.waits(3, 99) + ENDED
        yield Case(name + "+IPD before OK", between, told, settings=settings)
        told = [waiting(3, 99), payload(link, b"hello"), OK]
        before = echo + family.waits(3, 99) + hello + ENDED
        yield Case(name + "+IPD before it", before, told, settings=settings)
        told = [closed(2), payload(link, b"hello"), closed(4), OK]
        notices = b"2,CLOSED\r\n" + hello + b"4,CLOSED\r\n" + ENDED
        yield Case(name + "CLOSED around it", notices, told, settings=settings)
        told = [BUSY, ERROR]
        yield Case(name + "busy", b"\r\nbusy p...\r\n\r\nERROR\r\n", told, settings=settings)
        exact = _with(family, {"asked": 5})
        yield Case(
            name + "all that was asked for",
            hello + ENDED,
            [payload(link, b"hello"), OK],
            settings=exact,
        )
        less = _with(family, {"asked": 4})
        told = [refused(link, 5)]
        header = family.read(2, b"hello")[:-5]
        yield Case(name + "more than asked", header, told, (0, 1, 0), settings=less)
        told = [payload(1, b"udp"), payload(link, b"hello"), OK]
        udp = family.ipd(1, b"udp") + hello + ENDED
        yield Case(name + "an active datagram before it", udp, told, settings=settings)
        if family.reading == ":":
            yield from _reading_remote(family)
    log = b"AT+CIPRECVDATA=2,75\r\nto read 5 bytes\r\n" + ESP32.read(2, b"hello") + ENDED
    told = [line(b"to read 5 bytes"), payload(-1, b"hello"), OK]
    yield Case("a log line before it", log, told, settings=_with(ESP32, {"asked": 75}))


def _reading_remote(family):
    settings = _with(family, {"asked": 512, "remote": True})
    for peer, port in ((PEER, 80), (PEER6, 443), (b"0.0.0.0", 0)):
        for data in SPELLED:
            stream = family.read(2, data, peer, port) + ENDED
            name = f"{family.name}, passive, from {peer}: {data[:24]}"
            yield Case(name, stream, [payload(-1, data, peer, port), OK], settings=settings)
    # The same bytes mean two things: CIPDINFO decides.
    stream = b'+CIPRECVDATA:22,"192.168.7.21",80,abcd' + ENDED
    told = [payload(-1, b'"192.168.7.21",80,abcd'), OK]
    settings = _with(family, {"asked": 512})
    yield Case(family.name + ", data like a remote", stream, told, settings=settings)


def _waiting():
    for family in READING:
        for link in range(-1, 5):
            for length in (1, 1460, 5760, 99999):
                stream = family.waits(link, length)
                name = f"{family.name}, {length} bytes wait on {link}"
                yield Case(name, stream + ENDED, [waiting(link, length), OK])
    stream = NONOS.waits(0, 1) + NONOS.waits(1, 2) + b"2,CONNECT\r\n" + NONOS.waits(2, 3)
    told = [waiting(0, 1), waiting(1, 2), connect(2), waiting(2, 3)]
    yield Case("several links wait", stream, told)


def _refused():
    small = {"limit": 100}
    for family in FAMILIES:
        settings = _with(family, small)
        name = family.name + ", limit 100: "
        for peer, port in ((None, 0), (PEER, 80)):
            data = b"d" * 100
            stream = family.ipd(1, data, peer, port) + ENDED
            text = f"{name}100 bytes from {peer}"
            yield Case(text, stream, [payload(1, data, peer, port), OK], settings=settings)
            header = family.ipd(1, b"d" * 101, peer, port)[: -101 - len(family.end)]
            text = f"{name}101 bytes from {peer}"
            yield Case(text, header, [refused(1, 101)], (0, 1, 0), settings=settings)
        huge = b"\r\n+IPD,1,999999999:"
        text = name + "nine digits"
        yield Case(text, huge, [refused(1, 999999999)], (0, 1, 0), settings=settings)
    huge = b"\r\n+IPD,1,8193:"
    yield Case("over the usual limit", huge, [refused(1, 8193)], (0, 1, 0))
    huge = b"\r\n+IPD,1,1000000000:"  # more digits than any length has, and refused all the same
    yield Case("ten digits", huge, [refused(1, 999999999)], (0, 1, 0))


NO_HEADERS = (
    b"+IPD,",
    b"+IPD,x",
    b"+IPD,:",
    b"+IPD,,5:hello",
    b"+IPD,0,:hello",
    b"+IPD,5,10:hello",
    b"+IPD,12,5:hello",
    b"+IPD,-1,5:hello",
    b"+IPD,0,5;hello",
    b"+IPD,0,5,:hello",
    b"+IPD,0,5,192.168.7.21,80;hello",
    b'+IPD,0,5,"192.168.7.21"80:hello',
    b'+IPD,0,5,"192.168.7.21",x:hello',
)


def _damaged():
    """Headers that are none: lines like any other."""
    for text in NO_HEADERS:
        stream = text + b"\r\n" + ENDED
        yield Case(f"no header: {text}", stream, [line(text), OK])
    for text in (
        b"+CIPRECVDATA,1,5:x",
        b"+CIPRECVDATA,1,5:\rx",
        b"+CIPRECVDATA,5;x",
        b"+IPD,0,5\rx",
    ):
        told = [line(text), OK]
        settings = {"asked": 5}
        yield Kinds(f"no header, but a line: {text}", text + ENDED, told, settings=settings)
    text = b"+CIPRECVDATA,1,5:\nhello"
    told = [line(text[:-6]), line(b"hello"), OK]
    yield Kinds("a header ended by LF alone", text + ENDED, told, settings={"asked": 5})
    text = b"+IPD,0,5\n"
    yield Case("no CR behind the length", text + ENDED, [line(b"+IPD,0,5"), OK])
    cut_short = (b'+IPD,5,"', b'+IPD,0,5,"192.168.7.21,80', b"+IPD,0,5,192.168.7.21", b"+IPD,5,1.")
    for text in cut_short:
        stream = text + b"\r\n" + ENDED
        yield Case(f"no header: {text}", stream, [line(text), OK])
    # A ring smaller than what a header is given to become whole.
    stream = b'+IPD,0,5,"' + b"a" * 100 + b"\r\n" + ENDED
    yield Case("an address without end", stream, [broken(-1), OK], (1, 0, 0), (64,))


def _long():
    """A header right behind an over-long line, or at its end."""
    for family in (NONOS, ESP32):
        for n in range(95, 132):
            stream = b"x" * n + family.ipd(1, b"hello") + ENDED
            told = [payload(1, b"hello"), OK]
            name = f"{family.name}, +IPD behind a line of {n}"
            settings = family.settings
            torn = [broken(-1), payload(1, b"hello"), OK]
            yield Case(name, stream, torn, (1, 0, 0), (64,), settings=settings)
            stream = b"x" * n + family.ipd(1, b"hello")[2:] + ENDED
            name = f"{family.name}, +IPD at the end of a line of {n}"
            yield Case(name, stream, told, (1, 0, 0), (64,), settings=settings)
            stream = b"x" * n + b"\r\n" + family.read(1, b"hello") + ENDED
            told = [broken(-1), payload(-1, b"hello"), OK]
            name = f"{family.name}, +CIPRECVDATA behind a line of {n}"
            settings = _with(family, {"asked": 9})
            yield Case(name, stream, told, (1, 0, 0), (64,), settings=settings)


def _tails():
    """What cannot follow a payload: BROKEN, and what stands there is told all the same."""
    first = payload(1, b"hello")
    head = NONOS.ipd(1, b"hello")
    wrong = (0, 0, 1)
    for stream, event in RESULTS:
        if stream.startswith(b"\r\n"):
            told = [first, broken(1), event, OK]
            if b"SEND FAIL" not in stream:  # NonOS prints that one so
                name = "no CRLF before " + str(stream)
                yield Case(name, head + stream[2:] + ENDED, told, wrong)
            name = "LF alone before " + str(stream)
            yield Case(name, head + stream[1:] + ENDED, told, wrong)
    told = [first, broken(1), payload(2, b"next"), OK]
    yield Case("no CRLF before +IPD", head + b"+IPD,2,4:next" + ENDED, told, wrong)
    yield Case("LF before +IPD", head + b"\n+IPD,2,4:next" + ENDED, told, wrong)
    yield Case("CR alone before +IPD", head + b"\r+IPD,2,4:next" + ENDED, told, wrong)
    stream = head + b"x+IPD,2,4:next" + ENDED
    yield Case("a byte and no CRLF before +IPD", stream, told, wrong)
    told = [first, broken(1), waiting(2, 4), OK]
    yield Case("no CRLF before a notice +IPD", head + b"+IPD,2,4\r\n" + ENDED, told, wrong)
    settings = {"trailer": True}
    told = [first, broken(1), OK]
    name = "one CRLF where two are due"
    yield Case(name, head + ENDED, told, wrong, settings=settings)
    told = [first, broken(1), payload(2, b"next"), OK]
    stream = head + NONOS.ipd(2, b"next") + b"\r\n" + ENDED
    yield Case(name + " before +IPD", stream, told, wrong, settings=settings)
    told = [first, READY]
    yield Case("a restart instead of a tail", head + b"ready\r\n", told)
    told = [payload(3, b"hello"), broken(3), OK]
    stream = ESP8266_20.read(3, b"hello") + b"OK\r\n"
    yield Case("no CRLF behind +CIPRECVDATA", stream, told, wrong, settings={"asked": 5})


CASES = []
for _part in (
    _active,
    _behind,
    _glued,
    _sending,
    _echoes,
    _cut_echoes,
    _reading,
    _waiting,
    _refused,
    _damaged,
    _long,
    _tails,
):
    CASES.extend(_part())
