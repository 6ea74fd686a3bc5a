"""Bytes lost, doubled or bent in what the module prints around payload.

The law: a program gets exactly the bytes that were sent, or a documented exception. What no line
without a checksum can tell is left out by name: bytes within a payload that keep its length, a link
or a length of an active header that stays plausible.
"""

import re

import pytest

from tests.driver.desk import pattern
from tests.driver.secure import ESPAT, serve, trusting
from tests.faults.rig import (
    BARE,
    DOUBLE,
    DROP,
    FLIPS,
    PASSIVE,
    TRAILED,
    Counted,
    fetch,
    page,
    passive_where_it_is,
    read,
    settled,
    sound,
)

CHANGES = [(*DROP, 1), (*DROP, 2), (*DROP, 3), (*DROP, 5), (*DOUBLE, 1), (*DOUBLE, 4)]
CHANGES += [(*flip, 1) for flip in FLIPS]
names = [f"{how}, {count}" for how, _, count in CHANGES]
each_change = pytest.mark.parametrize("change", CHANGES, ids=names)

HEADER = re.compile(rb"\+CIPRECVDATA:(\d+),|\+CIPRECVDATA,(\d+):|\+IPD,\d,(\d+)[^:\r]*:")


def start(make_desk, family, active, size=2600):
    """A desk, what its server says, and what the module prints for it all, unspoiled."""
    desk = make_desk(family, line=Counted).join()
    if active:
        desk.active()
    desk.port.tick = 0.02
    body = page(desk, size)
    for _ in range(2):  # what is asked once, after the change of mode, is behind us then
        desk.line.arm(None)
        assert fetch(desk) == (body, None)
    return desk, body, desk.line.heard


def frames(heard, body):
    """Where payloads stand in what was printed: [(start, end)]."""
    found, at, done = [], 0, 0
    while done < len(body):
        header = HEADER.search(heard, at)
        size = int(next(filter(None, header.groups())))
        at = header.end() + size
        assert heard[header.end() : at] == body[done : done + size]
        found.append((header.end(), at))
        done += size
    return found


def bare(desk):
    """Nothing stands behind a payload of this module's, as it is set now."""
    return desk.module.core.profile.id in BARE and not desk.modem.passive


def spoil(desk, body, heard, place, change):
    """The conversation with one change at one place: it must be sound, and the radio work."""
    _, how, count = change
    desk.port.patience = desk.clock.now() + 600
    desk.line.arm(place, how, count)
    got, error = fetch(desk)
    about = desk.line.heard[place - 4 : place + count]
    desk.line.arm(None)
    settled(desk)
    assert about == heard[place - 4 : place + count], "another place was hit"
    sound(got, body, error, not bare(desk))
    return error


def sweep(desk, body, heard, places, change):
    """`spoil()` at each place; what went wrong is told for all of them."""
    wrong = []
    for place in places:
        try:
            spoil(desk, body, heard, place, change)
        except (AssertionError, OSError) as error:
            about = heard[place - 12 : place] + b"<here>" + heard[place : place + 12]
            wrong.append(f"{about!r}: {str(error).splitlines()[0]}")
    assert not wrong, "\n".join([f"{len(wrong)} of {len(places)} places", *wrong[:12]])


def numbers(heard, first, last):
    """Places of the digits between two places: a flip there can stay plausible."""
    return {i for i in range(first, last) if chr(heard[i]).isdigit()}


@each_change
@pytest.mark.parametrize("family", PASSIVE)
def test_around_a_passive_payload_no_change_makes_a_silent_hole(make_desk, family, change):
    r"""Each byte of the second `+CIPRECVDATA:<n>,` and of the `\r\nOK\r\n` behind its payload.

    Not one of them is beyond telling: n is never over what was asked for, and OK must follow.
    """
    desk, body, heard = start(make_desk, family, False)
    places = frames(heard, body)
    assert len(places) > 2
    first, last = places[1]
    sweep(desk, body, heard, [*range(places[0][1], first), *range(last, places[2][0])], change)


def sweep_between_active(make_desk, family, change):
    """Change each byte between the first and the second payload that are pushed."""
    desk, body, heard = start(make_desk, family, True, 6000)
    places = frames(heard, body)
    first, last = places[0][1], places[1][0]
    spared = numbers(heard, first, last) if change[0] != "dropped" else set()
    wanted = [p for p in range(first, last) if not spared & set(range(p, p + change[2]))]
    sweep(desk, body, heard, wanted, change)


@each_change
@pytest.mark.parametrize("family", TRAILED)
def test_around_an_active_payload_no_change_makes_a_silent_hole(make_desk, family, change):
    r"""Each byte between the first and the second payload: `\r\n` and `\r\n+IPD,4,<n>:`."""
    sweep_between_active(make_desk, family, change)


@each_change
@pytest.mark.parametrize("family", BARE)
def test_without_a_trailer_no_change_makes_a_silent_hole(make_desk, family, change):
    r"""The same where nothing stands behind a payload but the next `\r\n+IPD,4,<n>:`."""
    sweep_between_active(make_desk, family, change)


@pytest.mark.parametrize("change", CHANGES[:6], ids=names[:6])
@passive_where_it_is
@pytest.mark.parametrize("active", [False, True], ids=["passive", "active"])
def test_bytes_lost_or_doubled_in_a_payload_are_told(make_desk, family, active, change):
    """The first, a middle and the last byte of the first, second and last payload."""
    desk, body, heard = start(make_desk, family, active, 6000)
    for first, last in [*frames(heard, body)[:2], frames(heard, body)[-1]]:
        for place in (first, (first + last) // 2, last - change[2]):
            assert spoil(desk, body, heard, place, change), f"byte {place - first} of a payload"


@pytest.mark.parametrize("digit", [b"5", b"9", b"0", b"3"])
@pytest.mark.parametrize("family", TRAILED + BARE)
def test_an_active_payload_for_a_link_that_nobody_has_is_told(make_desk, family, digit):
    r"""`\r\n+IPD,4,1460:` with another digit for the link: it was somebody's, and is lost."""
    desk, body, heard = start(make_desk, family, True, 6000)
    place = heard.index(b"+IPD,4", frames(heard, body)[0][1]) + 5
    desk.line.arm(place, lambda data: digit)
    got, error = fetch(desk)
    sound(got, body, error, not bare(desk))
    desk.line.arm(None)
    settled(desk)


@pytest.mark.parametrize(
    "length", [b"1", b"14", b"146", b"14600", b"99999999", b"2147483648", b"0"]
)
@passive_where_it_is
@pytest.mark.parametrize("active", [False, True], ids=["passive", "active"])
def test_a_length_that_is_not_the_payloads_is_told(make_desk, family, active, length):
    """The length of the second header, digits lost or made up: what follows does not fit."""
    desk, body, heard = start(make_desk, family, active, 6000)
    places = frames(heard, body)
    header = heard[places[0][1] : places[1][0]]
    digits = list(re.finditer(rb"\d+", header))[-1]
    assert digits.group() != length
    first = places[0][1] + digits.start()
    desk.line.arm(first, lambda data: length, len(digits.group()))
    got, error = fetch(desk)
    sound(got, body, error, not bare(desk))
    desk.line.arm(None)
    settled(desk)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("family", ESPAT)
def test_over_tls_no_lost_byte_makes_a_silent_hole(make_desk, family, count):
    r"""Bytes lost of the header of a `+CIPRECVDATA:<n>,` and of the OK behind its payload."""
    desk = make_desk(family, line=Counted).join()
    desk.port.tick = 0.02
    body = pattern(2600)
    serve(desk, handler=None).answer = lambda _: body

    def talk():
        sock = desk.pool.socket()
        sock.settimeout(8)
        sock = trusting().wrap_socket(sock, server_hostname="tls.test")
        try:
            sock.connect(("tls.test", 443))
            sock.sendall(b"get")
            return read(sock, len(body))
        finally:
            sock.close()

    desk.line.arm(None)
    assert talk() == (body, None)
    place = frames(desk.line.heard, body)[1]
    length = place[0] - desk.line.heard.rindex(b"+CIPRECVDATA", 0, place[0])
    # The handshake's answers differ in length from run to run: the header is found as it comes.
    for cut in (0, 5, length - 2):
        desk.line.arm(None)
        Second(desk.line, cut, count)
        got, error = talk()
        desk.line.__dict__.pop("_spoil", None)
        sound(got, body, error)
        settled(desk)


class Second:
    """Loses bytes of the second `+CIPRECVDATA` header, from a place in it on."""

    def __init__(self, line, at, count):
        self.at, self.count = at, count
        self.seen = 0
        line._spoil = self.spoil

    def spoil(self, start, data):
        for found in re.finditer(rb"\+CIPRECVDATA", data):
            self.seen += 1
            if self.seen == 2:
                at = found.start() + self.at
                return data[:at] + data[at + self.count :]
        return data


@each_change
def test_of_datagrams_none_is_made_up(make_desk, family, change):
    """Each byte around the second of three datagrams: what comes was sent, whole, in order.

    A datagram may be lost: the network may lose it too.
    """
    desk = make_desk(family, line=Counted).join()
    desk.port.tick = 0.02
    sent = [bytes([0x80 + n]) * (20 + n) for n in range(3)]

    def answer(peer, source, data):
        for each in sent:
            peer.send(each, source)

    desk.network.udp("one.test", 1001, answer)

    def talk():
        sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
        sock.settimeout(2)
        got = []
        try:
            sock.connect(("one.test", 1001))
            sock.send(b"go")
            while len(got) < 3:
                got.append(sock.recv(200))
        except OSError as error:
            assert error.errno
        sock.close()
        return got

    for _ in range(2):  # the first has questions of the driver's before it
        desk.line.arm(None)
        assert talk() == sent
    heard = desk.line.heard
    first, last = heard.index(sent[0]) + len(sent[0]), heard.index(sent[2])
    spared = set(range(heard.index(sent[1]), heard.index(sent[1]) + len(sent[1])))
    if "flipped" in change[0] or change[0] == "doubled":
        spared |= numbers(heard, first, last)
    for place in range(first, last):
        if spared & set(range(place, place + change[2])):
            continue
        desk.port.patience = desk.clock.now() + 600
        desk.line.arm(place, change[1], change[2])
        got = talk()
        about = desk.line.heard[place - 4 : place + change[2]]
        assert about == heard[place - 4 : place + change[2]], "another place was hit"
        assert all(each in sent for each in got), (place - first, got)
        assert got == sorted(set(got)), "twice, or out of order"
        desk.line.arm(None)
        settled(desk)
