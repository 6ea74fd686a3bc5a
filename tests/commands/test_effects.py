"""What the functions do beside sending: rates with a way back, links that sockets leave alone."""

import errno

import pytest

from espat import ATError
from espat.at import data, links, services, system
from tests.driver.desk import BOTH, Line
from tests.driver.script import OK, EspAt, NonOs, ScriptedDesk


class Deaf(Line):
    """A host that does not hear above a rate, or (`mute`) whose bytes do not arrive either."""

    best = 1_000_000
    mute = False

    def take(self, view):
        n = Line.take(self, view)
        return None if self.baudrate > self.best else n

    def put(self, view):
        if self.mute and self.baudrate > self.best:
            return len(view)
        return Line.put(self, view)


class Narrow(Line):
    """A host whose UART does not have every rate."""

    @property
    def baudrate(self):
        return self.uart.baudrate

    @baudrate.setter
    def baudrate(self, rate):
        if rate > 1_000_000:
            raise ValueError("no such rate")
        self.uart.baudrate = rate


def test_a_rate_that_the_host_does_not_have(make_desk):
    desk = make_desk("esp32c3-3.3", line=Narrow).join()
    with pytest.raises(ValueError, match="3000000"):
        system.uart_cur(desk.modem, 3_000_000)
    assert not desk.said(b"UART_CUR")
    desk.works()


@pytest.mark.parametrize("profile", BOTH)
def test_a_rate_that_does_not_work(make_desk, profile):
    desk = make_desk(profile, line=Deaf).join()
    with pytest.raises(OSError, match="no answer at 3000000 baud: back at 115200") as info:
        system.uart_cur(desk.modem, 3_000_000)
    assert info.value.errno == errno.EIO
    assert desk.line.baudrate == 115200
    assert b"AT+UART_CUR=3000000,8,1,0,0" in desk.module.commands
    desk.works()


@pytest.mark.parametrize("profile", BOTH)
def test_a_rate_with_no_way_back(make_desk, profile):
    line = type("Mute", (Deaf,), {"mute": True})
    desk = make_desk(profile, line=line).join()
    with pytest.raises(TimeoutError, match="reset the module"):
        system.uart_cur(desk.modem, 3_000_000)
    assert desk.line.baudrate == 115200
    desk.module.reset()
    desk.let(1)
    desk.works()


@pytest.mark.parametrize("profile", BOTH)
def test_a_rate_that_works_carries_on(make_desk, profile):
    desk = make_desk(profile).join()
    with desk.socket() as sock:
        system.uart_cur(desk.modem, 3_000_000)
        sock.sendall(b"same socket")
        assert sock.recv(100) == b"same socket"
    desk.works()


@pytest.mark.parametrize("restart", [system.rst, system.restore])
@pytest.mark.parametrize("profile", BOTH)
def test_after_a_restart_the_radio_sets_up_again(make_desk, profile, restart):
    desk = make_desk(profile).join()
    assert restart(desk.modem)
    desk.works()


@pytest.mark.parametrize("profile", BOTH)
def test_sockets_leave_a_link_opened_by_hand_alone(make_desk, profile):
    desk = make_desk(profile).join()
    links.cipstart(desk.modem, 4, "TCP", "echo.test", 7)
    sockets = [desk.socket() for _ in range(4)]
    with pytest.raises(OSError) as info:
        desk.socket()
    assert info.value.errno == errno.ENOMEM
    data.cipsend(desk.modem, 4, b"by hand")
    desk.let(0.1)
    assert data.ciprecvdata(desk.modem, 4, 100) == b"by hand"
    links.cipclose(desk.modem, 4)
    desk.works()
    for sock in sockets:
        sock.close()


@pytest.mark.parametrize("profile", BOTH)
def test_a_connect_that_fails_costs_no_link(make_desk, profile):
    desk = make_desk(profile).join()
    for _ in range(6):
        with pytest.raises(ATError):
            links.cipstart(desk.modem, 4, "TCP", "echo.test", 8)
    sockets = [desk.socket() for _ in range(5)]
    for sock in sockets:
        sock.close()
    with pytest.raises(ATError):
        data.cipsend(desk.modem, 3, b"closed")
    with pytest.raises(ATError):
        links.cipclose(desk.modem, 3)
    with pytest.raises(ATError):
        data.ciprecvdata(desk.modem, 3, 10)
    desk.works()


def test_startex_tells_its_link_though_a_client_comes(make_desk):
    desk = make_desk("esp32c3-3.3").join()
    links.cipserver(desk.modem, 1, 8080)
    desk.network.dial(8080)
    link = links.cipstartex(desk.modem, "TCP", "echo.test", 7)
    rows = {row[0]: row for row in links.cipstate_query(desk.modem)}
    assert rows[link][5] == 0
    assert rows[link][3] == 7


def test_nonos_can_say_ok_to_a_connect_that_failed():
    """An SSL connect that ends in CLOSED and OK: dialects.md 1, row 3."""
    desk = ScriptedDesk(NonOs)
    desk.script.on(b"AT+CIPSTART=", (b"2,CLOSED\r\n", OK))
    with pytest.raises(ATError, match="not CONNECT"):
        links.cipstart(desk.modem, 2, "SSL", "a.test", 443)
    assert not any(desk.modem.links[:5])


@pytest.mark.parametrize("dialect", [EspAt, NonOs])
def test_ctrl_c_in_a_send(dialect):
    """Called off at the prompt: the next command works."""
    desk = ScriptedDesk(dialect)
    desk.script.open.add(2)

    def idle():
        raise KeyboardInterrupt

    desk.modem.idle = idle
    with pytest.raises(KeyboardInterrupt):
        data.cipsend(desk.modem, 2, b"hello")
    desk.modem.idle = None
    assert links.cipsto(desk.modem, 5) is None
    desk.works()


@pytest.mark.parametrize("profile", BOTH)
def test_a_name_that_nobody_knows(make_desk, profile):
    desk = make_desk(profile).join()
    with pytest.raises(OSError, match=r"nobody\.test") as info:
        services.cipdomain(desk.modem, "nobody.test")
    assert info.value.errno == -2
