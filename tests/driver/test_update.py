"""AT+CIUPDATE: an update that fails at each of its steps, and one whose supply fails."""

import errno

import pytest

from espat import ATError
from espat.at import system
from espat_tools.emulator import ota
from tests.driver.desk import ALL, Line

ESPAT = tuple(family for family in ALL if family.startswith("esp"))
VERSION = "v9.8.7.6"
URL = "http://ota.test/v9.8.7.6/ota"


def run(desk, family, progress=None):
    if family == "wizfi360":
        return system.ciupdate_url(desk.modem, URL, progress)
    return system.ciupdate(desk.modem, progress=progress)


def version(desk):
    return desk.module.core.version.at


def serve(desk, **files):
    updates = ota.Updates.of(VERSION)
    updates.files.update(files)
    desk.network.listen(ota.HOST, 80, updates)
    return updates


@pytest.mark.parametrize("family", ALL)
def test_an_update(make_desk, family):
    desk = make_desk(family).join()
    serve(desk)
    steps, sock = [], desk.socket()
    assert run(desk, family, steps.append) is True
    assert steps == [1, 2, 3, 4]
    assert version(desk) == (9, 8, 7, 6)
    with pytest.raises(ConnectionResetError):
        sock.recv(1)
    desk.works()


@pytest.mark.parametrize("family", ALL)
@pytest.mark.parametrize("missing", ["name", "server", "version", "image", "no image"])
def test_where_it_fails(make_desk, family, missing):
    desk = make_desk(family).join()
    before = version(desk)
    by_url = family == "wizfi360"
    if missing == "server":
        desk.network.names.add(ota.HOST)
    elif missing != "name":
        updates = serve(desk)
        if missing == "version":
            del updates.files["version"]
        elif missing == "image":
            del updates.files[f"{VERSION}/ota"]
        else:
            updates.files[f"{VERSION}/ota"] = b"no firmware"
    if by_url and missing == "version":
        assert run(desk, family) is True, "a URL names its version"
        return
    steps = []
    with pytest.raises(ATError) as caught:
        run(desk, family, steps.append)
    assert steps[:1] == ([] if missing == "name" else [1])
    assert 4 not in steps or missing == "no image"
    if steps:
        assert caught.value.words == b"+CIPUPDATE:%d" % steps[-1]
        assert f"+CIPUPDATE:{steps[-1]}" in str(caught.value)
    assert version(desk) == before
    desk.works()


@pytest.mark.parametrize("family", ESPAT)
def test_in_the_background(make_desk, family):
    """Sockets work meanwhile; the new version begins with the restart, which is ours."""
    desk = make_desk(family, faults=["slow network 20000 bytes/s"]).join()
    serve(desk)
    before = version(desk)
    assert system.ciupdate(desk.modem, 0, background=True) is False
    seen = set()
    for _ in range(100):
        desk.works()
        seen.add(system.ciupdate_query(desk.modem))
        if 4 in seen:
            break
        desk.let(1)
    assert 4 in seen and version(desk) == before
    desk.radio.reset()
    desk.join()
    assert version(desk) == (9, 8, 7, 6)


@pytest.mark.parametrize("family", ESPAT)
def test_in_the_background_it_fails(make_desk, family):
    desk = make_desk(family).join()
    system.ciupdate(desk.modem, 0, background=True)
    desk.let(5)
    assert system.ciupdate_query(desk.modem) == -1
    desk.works()


@pytest.mark.parametrize("family", ALL)
def test_its_supply_fails(make_desk, family):
    """Interrupted half-way: the call says so, and the old version stands."""
    desk = make_desk(family, faults=["slow network 5000 bytes/s"]).join()
    serve(desk)
    before = version(desk)
    began = desk.clock.now()

    def fail_once():
        if desk.clock.now() > began + 5:
            desk.port.hooks.remove(fail_once)
            desk.module.reset()

    desk.port.hooks.append(fail_once)
    if family == "wizfi360":  # it tells no end: the version does
        run(desk, family)
    else:
        with pytest.raises(OSError) as caught:
            run(desk, family)
        assert caught.value.errno == errno.ECONNRESET
    assert fail_once not in desk.port.hooks
    assert version(desk) == before
    desk.works()


@pytest.mark.parametrize("family", ("esp32c3-3.3", "wizfi360"))
def test_a_network_that_stands(make_desk, family):
    desk = make_desk(family).join()
    serve(desk)
    desk.module.fault("stalled network")
    with pytest.raises((ATError, OSError)), desk.within(210):
        run(desk, family)


class Cut(Line):
    """Ctrl-C."""

    at = 0

    def count(self):
        if self.at:
            self.at -= 1
            if not self.at:
                raise KeyboardInterrupt


@pytest.mark.parametrize("family", ("esp32c3-3.3", "nonos-1.7.4", "wizfi360"))
def test_ctrl_c(make_desk, family):
    desk = make_desk(family, line=Cut, faults=["slow network 30000 bytes/s"]).join()
    serve(desk)
    desk.line.at = 300
    with pytest.raises(KeyboardInterrupt):
        run(desk, family)
    desk.let(60)  # the update goes on
    assert version(desk) == (9, 8, 7, 6)
    desk.join()
    desk.works()
