"""Bytes of a payload lost or doubled on the wire. Runs on MicroPython too.

A payload that lost ``n`` bytes takes the first ``n`` of what follows it instead. That shows unless
the rest could stand behind a payload by itself, ``hidden`` below: of the 133 losses in this table
22 cannot be seen in the bytes, nearly all of them losses of a whole line or of all but its CRLF.
Of the doubled bytes only a doubled CRLF is hidden, since blank lines mean nothing.
It shows as BROKEN or as a LINE that is ``glued``, at the latest when the next result comes.
"""

try:
    from tests.parser.case import Case
    from tests.parser.families import ESP32, NONOS
    from tests.parser.tell import tell
except ImportError:
    from case import Case
    from families import ESP32, NONOS
    from tell import tell

NEXT = b"\r\nOK\r\n"
DATA = b"what the peer has sent: hello"

# What follows a payload, the losses that hide in it, and whether a prompt is awaited.
BEHIND = (
    ("NonOS, OK", NONOS, b"\r\nOK\r\n", (4, 6), False),
    ("NonOS, CLOSED", NONOS, b"1,CLOSED\r\n", (2, 8, 10), False),
    ("NonOS, +IPD", NONOS, b"\r\n+IPD,2,4:next", (15,), False),
    ("NonOS, +IPD waiting", NONOS, b"\r\n+IPD,2,4\r\n", (10, 12), False),
    ("NonOS, Wi-Fi", NONOS, b"WIFI DISCONNECT\r\n", (8, 15, 17), False),
    ("NonOS, prompt", NONOS, b"\r\nOK\r\n> ", (4, 6, 8), True),
    ("ESP-AT, OK", ESP32, b"\r\n\r\nOK\r\n", (6,), False),
    ("ESP-AT, CLOSED", ESP32, b"\r\n1,CLOSED\r\n", (10,), False),
    ("ESP-AT, +IPD", ESP32, b"\r\n\r\n+IPD,2,4:next\r\n", (17,), False),
    ("ESP-AT, +IPD waiting", ESP32, b"\r\n\r\n+IPD,2,4\r\n", (12,), False),
)


def shown(events):
    """Whether they say that bytes of a payload were lost or doubled."""
    return any(e[0] == "BROKEN" or (e[0] == "LINE" and e[2]) for e in events)


class Loss(Case):
    """A damaged payload, and whether that can be seen."""

    def __init__(self, name, stream, seen, settings):
        Case.__init__(self, name, stream, (), rings=(64, 256, 1000), settings=settings)
        self.seen = seen

    def wrong(self, run):
        ring, step, cut, sinks = run
        events, _ = tell(self.stream, self.settings, ring, step=step, cut=cut, sinks=sinks)
        if events[0][0] not in ("PAYLOAD", "PARTIAL"):
            return f"told {events}"
        if shown(events) != self.seen:
            return f"{run}: told {events}"
        return None


def _header(family):
    stream = family.ipd(1, DATA)
    return stream[: len(stream) - len(DATA) - len(family.end)]


def _lost():
    for name, family, behind, hidden, prompt in BEHIND:
        settings = {"trailer": family.trailer, "prompt": prompt}
        for n in range(1, len(behind) + 1):
            stream = _header(family) + DATA[n:] + behind + NEXT
            yield Loss(f"{n} lost: {name}", stream, n not in hidden, settings)


def _doubled():
    for name, family, behind, _, prompt in BEHIND:
        if prompt:
            continue  # a > may be the prompt then
        settings = {"trailer": family.trailer}
        for more in (b"o", b"llo", b"1", b"\x00", b"\xff", b">", b'"', b" ", b"\r", b"\n", b"\r\n"):
            data = DATA[: -len(more)] + more
            stream = _header(family) + data + more + behind + NEXT
            text = f"{more} doubled: {name}"
            yield Loss(text, stream, more != b"\r\n", settings)


def _reading():
    for family in (NONOS, ESP32):
        whole = family.read(1, DATA)
        header = whole[: len(whole) - len(DATA)]
        settings = {"trailer": family.trailer, "asked": 512}
        for n in range(1, len(NEXT) + 1):
            stream = header + DATA[n:] + NEXT + NEXT
            name = f"{n} lost of a +CIPRECVDATA, {family.name}"
            yield Loss(name, stream, n not in (4, 6), settings)
        for more in (b"o", b" ", b"\r", b"\n", b"\r\n"):
            stream = header + DATA[: -len(more)] + more * 2 + NEXT + NEXT
            name = f"{more} doubled in a +CIPRECVDATA, {family.name}"
            yield Loss(name, stream, more != b"\r\n", settings)


CASES = []
for _part in (_lost, _doubled, _reading):
    CASES.extend(_part())
LOST = [c for c in CASES if " lost" in c.name]
HIDDEN = [c for c in LOST if not c.seen]
