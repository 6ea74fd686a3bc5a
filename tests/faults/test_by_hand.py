r"""Command functions that change what the driver believes, beside sockets that are in use.

The receive mode by `ciprecvmode()`, `ciprecvtype()` and a UDP socket: what the module holds is
pushed right behind the OK. The length of `cipsend()`, less a digit.
"""

import pytest

from tests.driver.desk import Line, pattern, read_all
from tests.faults.rig import Spoiled, command, lose, read, tried


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
