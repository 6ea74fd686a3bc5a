r"""Command functions that change what the driver believes, beside sockets that are in use.

The receive mode by `ciprecvmode()`, `ciprecvtype()` and a UDP socket: what the module holds is
pushed right behind the OK. Each digit of a length, offset or value, lost, doubled or flipped.
"""

import re

import pytest

from espat.errors import ATError
from tests.driver.desk import ALL, Line, pattern, read_all
from tests.faults.rig import Spoiled, command, lose, read, settled, tried


class Between(Line):
    """Calls `meanwhile` as a command begins to go to the module."""

    word = None

    def put(self, view):
        if self.word and bytes(view).startswith(self.word):
            self.word = None
            self.meanwhile()
        return Line.put(self, view)


BODY = pattern(900, 3)
MODES = {
    "udp": lambda desk: desk.udp.bind(("0.0.0.0", 4000)),
    "ciprecvmode": lambda desk: command("ciprecvmode")(desk.modem, 0),
    "ciprecvtype": lambda desk: command("ciprecvtype")(desk.modem, 4, 0),
}
GLOBAL = ("esp32-2.4", "esp8266-2.2.1", "wizfi360")
TYPED = ("esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1")
CHANGED = {"udp": GLOBAL, "ciprecvmode": GLOBAL + TYPED, "ciprecvtype": TYPED}


@pytest.mark.parametrize("held", [0, 5, 400])
@pytest.mark.parametrize("how", MODES)
@pytest.mark.there_is(lambda family, how: family in CHANGED[how])
def test_what_the_change_of_mode_pushes_is_no_strangers(make_desk, family, how, held):
    r"""Bytes come right before `AT+CIPRECVMODE=0`: they are pushed right behind its OK."""
    desk = make_desk(family, line=Between).join()
    server = desk.listen("flood.test", 77)
    desk.udp = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    sock = desk.socket("flood.test", 77)

    def meanwhile():
        server.peer.send(BODY[:held])
        desk.clock.advance(0.05)

    desk.line.meanwhile = meanwhile
    desk.line.word = b"AT+CIPRECVTYPE=4,0" if how == "ciprecvtype" else b"AT+CIPRECVMODE=0"
    MODES[how](desk)
    assert desk.line.word is None
    server.peer.send(BODY[held:])
    desk.let(0.1)
    server.peer.close()
    assert read_all(sock) == BODY
    sock.close()
    desk.udp.close()
    desk.works()


@pytest.mark.parametrize("family", TYPED)
def test_a_socket_uses_the_mode_that_ciprecvtype_set(make_desk, family):
    """Active, and passive again, on a link that a socket has; the next socket has its own."""
    desk = make_desk(family).join()
    server = desk.listen("flood.test", 77)
    sock = desk.socket("flood.test", 77)
    for mode in (0, 1, 0):
        command("ciprecvtype")(desk.modem, 4, mode)
        server.peer.send(BODY)
        assert read(sock, len(BODY)) == (BODY, None)
    sock.close()
    desk.works()


# -- lengths of commands -----------------------------------------------------------------------


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_send_by_hand_whose_length_lost_a_digit_is_told(make_desk, family, at):
    """AT+CIPSEND=2,30 arrives for 2,300: `Recv 30 bytes`, and no success."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.01
    command("cipstart")(desk.modem, 2, "TCP", "sink.test", 9)
    desk.line.ask(b"AT+CIPSEND=", lose(b",200\r\n", at + 1))
    with pytest.raises((OSError, RuntimeError)):
        command("cipsend")(desk.modem, 2, b"." * 200)
    assert desk.line.hits == 1
    desk.works()


ESP32 = ("esp32-2.4", "esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1")
NVS = ESP32[1:]
SENT = pattern(1024)


class Sent:
    """Bytes sent by hand on a link of their own."""

    def __init__(self, name, data, families=None):
        self.name, self.data, self.families = name, data, families

    @property
    def word(self):
        """How the command begins."""
        return f"AT+{self.name.upper()}=2,".encode()

    def begin(self, desk):
        command("cipstart")(desk.modem, 2, "TCP", "sink.test", 9)

    def act(self, desk):
        command(self.name)(desk.modem, 2, self.data)

    def stands(self, desk):
        desk.let(0.1)
        return bytes(desk.sink.data) == self.data


class InFlash(Sent):
    """Bytes in a partition that was erased before."""

    word = b"AT+SYSFLASH=1,"

    def begin(self, desk):
        parts = desk.module.core.store.partitions
        desk.partition = "client_ca" if "client_ca" in parts else "fatfs"
        desk.part = parts[desk.partition].data
        desk.part[:] = b"\xff" * len(desk.part)

    def act(self, desk):
        command(self.name)(desk.modem, desk.partition, 1024, self.data)

    def stands(self, desk):
        return bytes(desk.part[1024:2048]) == self.data


class Entry(Sent):
    """An entry in NVS."""

    word = b"AT+SYSMFG=2,"

    def __init__(self, name, data, families, kind):
        Sent.__init__(self, name, data, families)
        self.kind = kind

    def begin(self, desk):
        pass

    def act(self, desk):
        command(self.name)(desk.modem, "ours", "it", self.kind, self.data)

    def stands(self, desk):
        return desk.module.core.store.spaces.get("ours", {}).get("it") == (self.kind, self.data)


WRITTEN = {
    "CIPSEND, 5": Sent("cipsend", SENT[:5]),
    "CIPSEND, 1024": Sent("cipsend", SENT),
    "CIPSENDEX": Sent("cipsendex", SENT),
    "CIPSENDEX, backslashes": Sent("cipsendex", b"a\\0b\\\\" * 100),
    "CIPSENDL, 5": Sent("cipsendl", SENT[:5], ESP32),
    "CIPSENDL, 1024": Sent("cipsendl", SENT, ESP32),
    "SYSFLASH": InFlash("sysflash_write", SENT, (*ESP32, "esp8266-2.2.1")),
    "SYSMFG, bytes": Entry("sysmfg_write", SENT, NVS, 8),
    "SYSMFG, text": Entry("sysmfg_write", b"a text", NVS, 7),
    "SYSMFG, a number": Entry("sysmfg_write", 70123, NVS, 5),
}
"""What is written at a prompt, or is a number: its bytes, and which families have the command."""

BENT = {
    "lost": lambda digit: b"",
    "doubled": lambda digit: digit + digit,
    **{f"bit {n}": lambda digit, n=n: bytes([digit[0] ^ 1 << n]) for n in range(4)},
}


def bends(line):
    """All that a damaged digit makes of a command, except of its link and of what is in quotes."""
    plain = re.sub(rb'"[^"]*"', lambda found: b"x" * len(found[0]), line)
    for found in re.finditer(rb"\d", plain[:-2]):
        at = found.start()
        if at > len(b"AT+CIPSEND=2") or not line.startswith(b"AT+CIPSEND"):
            for bend in BENT.values():
                digit = bend(line[at : at + 1])
                if not digit or digit.isdigit():
                    yield line[:at] + digit + line[at + 1 :]


@pytest.mark.parametrize("what", WRITTEN)
@pytest.mark.there_is(lambda what, family: family in (WRITTEN[what].families or ALL))
def test_what_is_written_with_a_damaged_digit_is_told(make_desk, family, what):
    """The module takes fewer bytes, more, or puts them elsewhere: no success unless they stand."""
    what = WRITTEN[what]

    def begun():
        desk = make_desk(family, line=Spoiled).join()
        desk.port.tick = 0.02
        what.begin(desk)
        return desk

    desk = begun()
    what.act(desk)
    assert what.stands(desk)
    (line,) = desk.said(what.word)
    lines = list(bends(line + b"\r\n"))
    assert len(lines) > 3
    for bent in lines:
        desk = begun()
        desk.line.ask(what.word, lambda data, bent=bent: bent)
        with desk.within(45):
            try:
                what.act(desk)
            except (OSError, ATError):
                desk.works()
            else:
                assert what.stands(desk), bent
        assert desk.line.hits == 1
        settled(desk)


@pytest.mark.parametrize("family", ESP32)
def test_the_last_report_of_a_long_send_is_kept(make_desk, family):
    """AT+CIPSENDL of 100 KB: 98 reports come, and the last one says that all went."""
    desk = make_desk(family).join()
    command("cipstart")(desk.modem, 2, "TCP", "sink.test", 9)
    body = pattern(100_000)
    told = command("cipsendl")(desk.modem, 2, body)
    assert told[-1] == (len(body), len(body))
    assert bytes(desk.sink.data) == body


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("family", ["esp32-2.4", "esp8266-2.2.1"])
def test_a_read_of_flash_whose_length_lost_a_digit_is_told(make_desk, family, at):
    """AT+SYSFLASH=2,...,24 arrives for 240: fewer bytes than were asked for are no success."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.01
    read_flash = command("sysflash_read")
    whole = read_flash(desk.modem, "client_ca", 0, 123)
    assert len(whole) == 123
    desk.line.ask(b"AT+SYSFLASH=2", lose(b",123\r\n", at + 1))
    with pytest.raises(OSError, match="SYSFLASH"):
        read_flash(desk.modem, "client_ca", 0, 123)
    assert desk.line.hits == 1
    assert read_flash(desk.modem, "client_ca", 0, 123) == whole


@pytest.mark.parametrize("family", ["esp32c3-3.3", "nonos-1.7.4"])
def test_the_lost_ok_of_cipmux_does_not_part_them(make_desk, family):
    """Back to five links, and the OK is torn: sockets work."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.01
    command("cipmux")(desk.modem, 0)
    desk.line.answer(b"AT+CIPMUX=1", lambda data: data.replace(b"OK", b"K"))
    command("cipmux")(desk.modem, 1)
    assert desk.line.hits == 1
    assert not desk.modem.single
    desk.works()


@pytest.mark.parametrize("why", ["no answer", "the modes"])
def test_a_single_link_set_by_hand_is_no_restart(make_desk, family, why):
    """`+CIPMUX:0` is what a restart leaves, and what `cipmux(modem, 0)` set."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.01
    command("cipmux")(desk.modem, 0)
    command("cipstart")(desk.modem, None, "TCP", "echo.test", 7)
    if why == "no answer":
        desk.line.answer(b"AT+CIFSR", lambda data: b"")
        assert tried(command("cifsr"), desk.modem)[1]
    else:
        desk.modem.recheck |= 1
    command("cifsr")(desk.modem)
    assert desk.modem.up
    assert desk.module.core.links.open
    command("cipsend")(desk.modem, None, b"hello")
    desk.module.reset()
    desk.let(3)
    desk.works()
