"""`mdns.Server` as CircuitPython has it, on emulated modules; one of them really answers."""

import errno
import time

import pytest
import serial

import espat
from espat_tools.emulator import Module
from espat_tools.emulator.mdns import Service
from tests.lib import aliases

mdns = aliases.load("mdns")
MODERN = ("esp32c6-4.1", "esp32c6-5.0.1")
FAMILIES = (*MODERN, "esp8266-2.2.1", "esp32-2.4", "esp32c3-3.3", "nonos-1.3", "nonos-1.7.4")


def fails(number, call, *args, **named):
    with pytest.raises(OSError) as caught:
        call(*args, **named)
    assert caught.value.errno == number


@pytest.mark.parametrize("family", FAMILIES)
def test_a_service_comes_and_goes(make_desk, family, prove):
    desk = make_desk(family).join()
    server = mdns.Server(desk.radio)
    assert server.hostname == "cpy-" + desk.radio.mac_address[3:].hex()
    server.hostname = "kitchen"
    server.advertise_service(service_type="_http", protocol="_tcp", port=80)
    plain = Service("kitchen", "_http", 80, "kitchen")
    assert desk.network.announced == plain
    desk.module.reset()
    desk.let(1)
    assert desk.network.announced is None
    desk.radio.up()
    assert desk.network.announced == plain, "again after a restart"
    server.advertise_service(service_type="_http", protocol="_tcp", port=8080)
    assert desk.network.announced.port == 8080
    fails(errno.ENOMEM, server.advertise_service, service_type="_iot", protocol="_tcp", port=1)
    server.deinit()
    assert desk.network.announced is None
    server.deinit()
    desk.module.reset()
    desk.let(1)
    desk.radio.up()
    assert desk.network.announced is None
    fails(errno.EOPNOTSUPP, server.find, "_http", "_tcp")
    names = ("", ".deinit", ".hostname", ".find", ".advertise_service")
    prove(*(f"mdns.Server{name}" for name in names))


@pytest.mark.parametrize("family", FAMILIES)
def test_what_came_with_4_1(make_desk, family, prove):
    desk = make_desk(family).join()
    server = mdns.Server(desk.radio)
    server.hostname = "kitchen"
    assert server.instance_name == "kitchen"
    server.instance_name = "The kitchen"
    assert server.instance_name == "The kitchen"
    rest = {"protocol": "_udp", "port": 80, "txt_records": ("a=b", "path=/x=y", "empty=")}
    if family not in MODERN:
        fails(errno.EOPNOTSUPP, server.advertise_service, service_type="_http", **rest)
        assert desk.network.announced is None
        return
    server.advertise_service(service_type="_http", **rest)
    assert desk.network.announced == Service(
        *("kitchen", "_http", 80, "The kitchen", "_udp"),
        ((b"a", b"b"), (b"path", b"/x=y"), (b"empty", b"")),
    )
    prove("mdns.Server.instance_name")


def test_not_with_wizfi360(make_desk):
    server = mdns.Server(make_desk("wizfi360").join().radio)
    fails(errno.EOPNOTSUPP, server.advertise_service, service_type="_a", protocol="_tcp", port=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"service_type": "_a.b"},
        {"service_type": "_a\r\nAT+RST"},
        {"service_type": "x" * 64},
        {"service_type": ""},
        {"protocol": "tcp"},
        {"port": 0},
        {"port": 65536},
        {"txt_records": ("alone",)},
        {"txt_records": ("a=" + "x" * 300,)},
        {"txt_records": ("a=b",) * 11},
    ],
)
def test_bad_input(make_desk, wrong):
    desk = make_desk("esp32c6-4.1").join()
    server = mdns.Server(desk.radio)
    count = len(desk.module.commands)
    rest = {"service_type": "_http", "protocol": "_tcp", "port": 80, **wrong}
    with pytest.raises(ValueError):
        server.advertise_service(**rest)
    assert desk.module.commands[count:] == []


def test_a_real_answer_on_this_machine():
    zeroconf = pytest.importorskip("zeroconf", reason="needs the package zeroconf")
    kind, name = "_espat-driver._tcp.local.", "espat-driver._espat-driver._tcp.local."
    asker = zeroconf.Zeroconf(interfaces=["127.0.0.1"], ip_version=zeroconf.IPVersion.V4Only)
    try:
        with (
            Module("esp32c3-3.3", joined=True) as module,
            espat.Radio(serial.Serial(module.pty, 115200)) as radio,
        ):
            radio.connect("espat", "correct horse")
            server = mdns.Server(radio)
            server.hostname = "espat-driver"
            server.advertise_service(service_type="_espat-driver", protocol="_tcp", port=8035)
            found = asker.get_service_info(kind, name, timeout=20_000)
            assert (found.port, found.server) == (8035, "espat-driver.local.")
            server.deinit()
            end = time.monotonic() + 20
            while asker.get_service_info(kind, name, timeout=300):
                assert time.monotonic() < end
    finally:
        asker.close()
