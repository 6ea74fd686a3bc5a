"""AT+CIUPDATE in every form, its failures at each step, and the restart into another version."""

import http.server
import socket
import threading

import pytest
import serial

from espat_tools.emulator import Module, ota
from espat_tools.emulator.families import (
    E22,
    E24,
    E33,
    E41,
    E50,
    ESPAT,
    N13,
    N17,
    SINCE_33,
    WIZ,
)

FAMILIES = pytest.mark.parametrize("family", [N13, N17, WIZ, E22, E24, E33, E41, E50])
MODERN = pytest.mark.parametrize("family", sorted(ESPAT))
OK, ERROR, READY = b"\r\nOK\r\n", b"\r\nERROR\r\n", b"\r\nready\r\n"
URL = b'AT+CIUPDATE="http://ota.test/v9.8.7.6/ota"\r\n'


def steps(*numbers):
    return b"".join(b"+CIPUPDATE:%d\r\n" % number for number in numbers)


def server(bench, version="v9.8.7.6", port=80, **files):
    updates = ota.Updates.of(version, **files)
    bench.network.listen(ota.HOST, port, updates)
    return updates


def command(family):
    return URL if family == WIZ else b"AT+CIUPDATE\r\n"


def version(bench):
    bench.send(b"ATE0\r\n")
    return bench.send(b"AT+GMR\r\n").split(b"\r\n")[0].split(b"(")[0]


@FAMILIES
def test_an_update_ends_in_a_module_of_another_version(desk, family):
    bench = desk(family, joined=True)
    server(bench)
    said = bench.send(command(family))
    # WIZnet's own session shows no OK before the restart.
    end = b"" if family == WIZ else OK
    assert said.startswith(steps(1, 2, 3, 4) + end + b"WIFI DISCONNECT\r\n")
    assert said.endswith(READY)
    assert version(bench) == b"AT version:9.8.7.6"
    bench.send(b"AT+RESTORE\r\n", 2)
    assert version(bench) == b"AT version:9.8.7.6"


@pytest.mark.parametrize(
    ("family", "name"),
    [(N17, b"9.8.7"), (E22, b"9.8.7"), (E24, b"9.8.7"), (E33, b"v9.8.7.6"), (E50, b"v9.8.7.6")],
)
def test_the_version_of_the_binary_keeps_its_form(desk, family, name):
    bench = desk(family, joined=True)
    server(bench)
    bench.send(command(family))
    bench.send(b"ATE0\r\n")
    last = bench.send(b"AT+GMR\r\n").split(b"Bin version")[1]
    assert last.lstrip(b"(Wrom 02)").startswith(b":" + name)


@MODERN
@pytest.mark.parametrize("text", [b'0,"v1.2.3.4"', b'0,"v1.2.3.4","ota"', b'0,"v1.2.3.4",,0'])
def test_a_version_by_its_name(desk, family, text):
    bench = desk(family, joined=True)
    updates = server(bench, "v1.2.3.4")
    assert bench.send(b"AT+CIUPDATE=%s\r\n" % text).startswith(steps(1, 2, 3, 4) + OK)
    assert updates.asked == ["v1.2.3.4/ota"]
    assert version(bench) == b"AT version:1.2.3.4"


@MODERN
def test_a_certificate(desk, family):
    bench = desk(family, joined=True)
    server(bench, client_ca=b"-----BEGIN CERTIFICATE-----\nnew\n")
    line = b'AT+CIUPDATE=0,"v9.8.7.6","client_ca"\r\n'
    assert bench.send(line).startswith(steps(1, 2, 3, 4) + OK)
    assert bench.module.core.store.item("client_ca", 0).startswith(
        b"-----BEGIN CERTIFICATE-----\nnew"
    )
    assert version(bench) != b"AT version:9.8.7.6"


@MODERN
def test_in_the_background(desk, family):
    bench = desk(family, joined=True)
    server(bench)
    assert bench.send(b"AT+CIUPDATE?\r\n") == b"+CIPUPDATE:0\r\n" + OK
    assert bench.send(b"AT+CIUPDATE=0,,,1\r\n", 0.001) == OK
    assert bench.send(b"AT\r\n", 0.001) == OK
    assert bench.send(b"AT+CIUPDATE\r\n", 0.001).endswith(ERROR)
    assert bench.wait(1) == steps(1, 2, 3, 4)
    assert bench.send(b"AT+CIUPDATE?\r\n") == b"+CIPUPDATE:4\r\n" + OK
    # The restart is the host's to do.
    assert version(bench) != b"AT version:9.8.7.6"
    bench.send(b"AT+RST\r\n")
    assert version(bench) == b"AT version:9.8.7.6"
    assert bench.send(b"AT+CIUPDATE?\r\n") == b"+CIPUPDATE:0\r\n" + OK


def _nothing(bench):
    """No server of that name."""


def _refused(bench):
    bench.network.names.add(ota.HOST)


def _no_version(bench):
    bench.network.listen(ota.HOST, 80, ota.Updates({}))


def _nonsense(bench):
    bench.network.listen(ota.HOST, 80, ota.Updates({"version": b"latest and greatest"}))


def _no_file(bench):
    bench.network.listen(ota.HOST, 80, ota.Updates({"version": b"v9.8.7.6"}))


def _no_image(bench):
    # Capture 32: 1, 2, 3 and ERROR, where the first byte was none of an image's.
    server(bench, ota=b"\0" * 5000)


FAILURES = [
    (_nothing, ()),
    (_refused, (1,)),
    (_no_version, (1, 2)),
    (_nonsense, (1, 2)),
    (_no_file, (1, 2, 3)),
    (_no_image, (1, 2, 3)),
]


@MODERN
@pytest.mark.parametrize("way, came", FAILURES)
def test_failures(desk, family, way, came):
    bench = desk(family, joined=True)
    way(bench)
    before = version(bench)
    assert bench.send(b"AT+CIUPDATE\r\n", 3) == steps(*came) + ERROR
    assert bench.send(b"AT+CIUPDATE=0,,,1\r\n", 3) == OK + steps(*came, -1)
    assert bench.send(b"AT+CIUPDATE?\r\n") == b"+CIPUPDATE:-1\r\n" + OK
    assert version(bench) == before
    bench.send(b"AT+RST\r\n")
    assert version(bench) == before


@pytest.mark.parametrize("family", [N13, N17])
def test_failures_of_nonos(desk, family):
    # It says 4 when the download begins.
    bench = desk(family, joined=True)
    assert bench.send(b"AT+CIUPDATE\r\n", 3) == ERROR
    _no_image(bench)
    assert bench.send(b"AT+CIUPDATE\r\n", 3) == steps(1, 2, 3, 4) + ERROR


def test_urls_of_wizfi360(desk):
    bench = desk(WIZ, joined=True)
    bench.network.listen("img.test", 8080, ota.Updates({"a/b.img": ota.image("1.1.2.0")}))
    for bad in (b'"ftp://img.test/a"', b'"img.test"', b"1", b'"http://img.test:8080"', b'"",1'):
        assert bench.send(b"AT+CIUPDATE=%s\r\n" % bad) == ERROR
    said = bench.send(b'AT+CIUPDATE="http://img.test:8080/none"\r\n', 3)
    assert said == steps(1, 2) + ERROR
    said = bench.send(b'AT+CIUPDATE="http://img.test:8080/a/b.img"\r\n', 3)
    assert said.startswith(steps(1, 2, 3, 4)) and said.endswith(READY)
    assert version(bench) == b"AT version:1.1.2.0"


@FAMILIES
def test_what_is_no_form_of_it(desk, family):
    bench = desk(family, joined=True)
    server(bench)
    for bad in (b'=2,"v1.0.0.0"', b"=0,1", b'=0,"v","ota",2', b'=0,"v","ota",0,0', b"=?"):
        assert bench.send(b"AT+CIUPDATE%s\r\n" % bad) == ERROR
    there = b"+CIPUPDATE:0\r\n" + OK if family in ESPAT else ERROR
    assert bench.send(b"AT+CIUPDATE?\r\n") == there


@FAMILIES
def test_not_without_a_network(desk, family):
    bench = desk(family)
    server(bench)
    bench.send(b"AT+CWMODE=1\r\n")
    assert bench.send(command(family)) == ERROR


def test_other_commands_are_busy_meanwhile(desk):
    bench = desk(E33, joined=True, timing={"dns": 1})
    server(bench)
    assert bench.send(b"AT+CIUPDATE\r\n", 0.5) == b""
    assert bench.send(b"AT\r\n", 0.1) == b"\r\nbusy p...\r\n"
    assert bench.wait(1).startswith(steps(1, 2, 3, 4) + OK)


@pytest.mark.parametrize("fault", ["stalled network after 15", "slow network 100 bytes/s"])
def test_it_gives_up_after_three_minutes(desk, fault):
    bench = desk(E33, joined=True, faults=[fault])
    server(bench)
    said = bench.send(b"AT+CIUPDATE\r\n", 170)
    assert said.startswith(steps(1)) and ERROR not in said
    assert bench.wait(15).endswith(ERROR)
    assert bench.send(b"AT\r\n") == OK


@pytest.mark.parametrize("behind", [b"AT+CIUPDATE\r\n", b"AT+CIUPDATE=0,,,1\r\n"])
def test_a_loss_of_power_leaves_the_old_version(desk, behind):
    bench = desk(E33, joined=True, faults=["slow network 5000 bytes/s"])
    server(bench)
    before = version(bench)
    bench.send(behind, 5)
    bench.module.reset()
    assert bench.wait(1).endswith(READY)
    assert version(bench) == before
    assert all(peer.closed for peer in bench.network.peers)


@FAMILIES
def test_the_version_that_the_server_has(desk, family):
    bench = desk(family, joined=True)
    known = family in SINCE_33
    assert bench.send(b"AT+CIPFWVER?\r\n", 3) == ERROR
    server(bench)
    said = bench.send(b"AT+CIPFWVER?\r\n")
    assert said == (b'+CIPFWVER:"v9.8.7.6"\r\n' + OK if known else ERROR)


def test_a_real_server_and_a_flash_that_keeps_it(tmp_path):
    (tmp_path / "v3.4.0.0").mkdir()
    (tmp_path / "version").write_text("v3.4.0.0\n")
    (tmp_path / "v3.4.0.0" / "ota").write_bytes(ota.image("v3.4.0.0", 300_000))

    class Files(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=tmp_path)

        def log_message(self, *_):
            """Silence."""

    options = {"joined": True, "echo": False, "flash": tmp_path / "flash.json"}
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        hosts = {ota.HOST: ("127.0.0.1", web.server_port)}
        with (
            Module(E33, hosts=hosts, **options) as module,
            serial.Serial(module.pty, 115200, timeout=10) as port,
        ):
            port.write(b"AT+CIUPDATE\r\n")
            assert port.read_until(READY).startswith(steps(1, 2, 3, 4) + OK)
        web.shutdown()
    with Module(E33, **options) as module:
        uart = module.uart()
        uart.write(b"AT+GMR\r\n")
        assert uart.read().startswith(b"AT version:3.4.0.0(")


def test_a_server_that_breaks_off():
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        for body in (
            b"HTTP/1.0 200 OK\r\n\r\nv9.8.7.6",
            b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n\xe9",
        ):
            peer, _ = listener.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(body)

    threading.Thread(target=serve, daemon=True).start()
    hosts = {ota.HOST: ("127.0.0.1", listener.getsockname()[1])}
    with (
        listener,
        Module(E33, joined=True, echo=False, hosts=hosts) as module,
        serial.Serial(module.pty, 115200, timeout=10) as port,
    ):
        port.write(b"AT+CIUPDATE\r\n")
        assert port.read_until(ERROR) == steps(1, 2, 3) + ERROR
