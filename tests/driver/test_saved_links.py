"""AT+SAVETRANSLINK: the module starts in passthrough; the driver finds that out, and gets out."""

import pytest

from espat.at import data
from tests.driver.desk import ALL, PASSWORD, SSID, Line

SERVING = ("esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1")


def saved(make_desk, family, save=None, **options):
    """A module with a link in its flash that has just been switched on, in passthrough."""
    desk = make_desk(family, **options)
    old = not family.startswith("esp")
    if old:
        desk.radio.command("AT+CWMODE_DEF=1")
        desk.radio.command(f'AT+CWJAP_DEF="{SSID}","{PASSWORD}"', 20)
    else:  # espat writes nothing to flash by itself
        desk.radio.command("AT+SYSSTORE=1")
        desk.radio.command("AT+CWMODE=1")
        desk.radio.command(f'AT+CWJAP="{SSID}","{PASSWORD}"', 20)
    (save or (lambda modem: data.savetranslink(modem, "sink.test", 9)))(desk.modem)
    off_and_on(desk)
    return desk


def off_and_on(desk):
    """The supply of the whole board fails, and comes back."""
    desk.module.reset()
    desk.again()
    desk.clock.advance(5)
    for _ in range(500):
        desk.module.pump()
        desk.clock.advance(0.01)
    assert desk.module.core.in_passthrough


@pytest.mark.parametrize("family", ALL)
def test_the_next_start_finds_it_and_gets_out(make_desk, family):
    desk = saved(make_desk, family)
    writes = desk.module.core.flash_writes
    assert desk.sink.peers
    desk.join()
    desk.works()
    assert not desk.module.core.in_passthrough
    assert desk.module.core.settings.saved_link, "it stays saved"
    assert desk.module.core.flash_writes == writes, "and nothing was written"
    off_and_on(desk)
    desk.join()
    data.savetranslink_off(desk.modem)
    assert desk.module.core.flash_writes == writes + 1
    desk.module.reset()
    desk.again()
    desk.clock.advance(5)
    desk.join()
    assert desk.said(b"+++") == []
    desk.works()


@pytest.mark.parametrize("family", ALL)
def test_a_module_that_loses_its_supply_alone(make_desk, family):
    """In mid-program: it says "ready", and is in passthrough again."""
    desk = saved(make_desk, family)
    desk.join()
    sock = desk.socket()
    desk.module.reset()
    desk.let(10)
    assert desk.module.core.in_passthrough
    with pytest.raises(ConnectionResetError):
        sock.recv(1)
    desk.works()


@pytest.mark.parametrize("family", ALL)
def test_a_saved_udp_link(make_desk, family):
    desk = saved(make_desk, family, lambda m: data.savetranslink_udp(m, "10.0.0.9", 9, 4000))
    desk.join()
    desk.works()


@pytest.mark.parametrize("family", SERVING)
def test_a_saved_server(make_desk, family):
    desk = saved(make_desk, family, lambda m: data.savetranslink_server(m, 8080))
    client = desk.network.dial(8080)
    desk.clock.advance(1)
    desk.module.pump()
    desk.join()
    desk.works()
    assert client.closed


@pytest.mark.parametrize("family", SERVING)
def test_saved_bluetooth(make_desk, family):
    desk = saved(make_desk, family, lambda m: data.savetranslink_ble(m, 2, 1, 7, 1, 5))
    desk.join()
    desk.works()


class Losing(Line):
    """The first "+++" is lost, or comes twice."""

    way = None

    def put(self, view):
        if self.way and bytes(view) == b"+++":
            way, self.way = self.way, None
            if way == "lost":
                return 3
            self.uart.write(b"+++")
        return Line.put(self, view)


@pytest.mark.parametrize("way", ["lost", "twice"])
@pytest.mark.parametrize("family", ALL)
def test_a_way_out_that_is_lost_or_doubled(make_desk, family, way):
    desk = saved(make_desk, family, line=Losing)
    desk.line.way = way
    desk.join()
    assert desk.line.way is None
    desk.works()


@pytest.mark.parametrize("family", ("esp32c3-3.3", "nonos-1.7.4"))
def test_a_supply_that_fails_again_and_again(make_desk, family):
    desk = saved(make_desk, family)
    for when in (0.1, 0.7, 1.3, 2.9):
        desk.clock.advance(when)
        desk.module.reset()
    desk.again()
    desk.join()
    desk.works()
