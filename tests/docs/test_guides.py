"""The programs of docs/begin/ and docs/guides/, as they stand there, with an emulated module.

`espat_board` is a stand-in whose UART leads to the module; at the other end are real sockets.
"""

import contextlib
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import serial
import trustme

import espat
from espat.tls import certificates
from espat_tools.emulator import Module
from espat_tools.emulator.access_point import AccessPoint
from tests.demo.conftest import serving
from tests.e2e import test_tls as secure
from tests.micropython import conftest as micropython_tests

make_pico = micropython_tests.make_pico
clock = secure.clock
HOST, Site = secure.HOST, secure.Site

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXT = b"This is a test of Wi-Fi!"
REPLY = b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(TEXT), TEXT)
TESTS = Path(__file__).resolve().parents[1]
PATIENCE = 30


def programs(page):
    """The programs of a page."""
    text = (DOCS / f"{page}.md").read_text("utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)


@pytest.fixture
def board(monkeypatch):
    """Makes an emulated module that `espat_board` and `serial` lead to."""
    with contextlib.ExitStack() as stack:

        def make(**options):
            point = AccessPoint(b"network", b"password")
            module = stack.enter_context(Module(access_points=[point], **options))
            device = module.open_pty()

            def uart(baudrate=115200):
                return stack.enter_context(serial.Serial(device, baudrate, timeout=1))

            file = SimpleNamespace(uart=uart, reset=lambda: None, RX_BUFFER=2048)
            monkeypatch.setitem(sys.modules, "espat_board", file)
            module.device = device
            return module

        yield make


def run(program, **names):
    """What it prints is for capsys."""
    exec(compile(program, "program", "exec"), {"__name__": "__main__", **names})


@pytest.fixture
def page_server():
    """The server of a page, asked once and told what for."""
    with serving(REPLY) as served:
        yield {"wifitest.adafruit.com": ("127.0.0.1", {80: served.port})}
        assert served.requests[0].startswith(b"GET /testwifi/index.html HTTP/1.0\r\n")


def test_circuitpython(board, page_server, monkeypatch, capsys):
    monkeypatch.setenv("CIRCUITPY_WIFI_SSID", "network")
    monkeypatch.setenv("CIRCUITPY_WIFI_PASSWORD", "password")
    board(hosts=page_server)
    (program,) = programs("begin/circuitpython")
    run(program)
    said = capsys.readouterr().out
    assert said.startswith("this board is 192.168.1.50\nHTTP/1.0 200 OK")


def test_desktop(board, page_server, capsys):
    module = board(hosts=page_server)
    (program,) = programs("begin/desktop")
    run(program.replace("/dev/ttyUSB0", module.device))
    said = capsys.readouterr().out
    assert said.startswith("ESP32 ESP-AT 3.3 192.168.1.50\nHTTP/1.0 200 OK")


def test_https(board, clock, capsys):
    ca = trustme.CA(key_type=trustme.KeyType.RSA)
    site = Site(ca)
    (program,) = programs("guides/https")
    program = program.replace("www.adafruit.com", HOST)
    try:
        times = {"cn.ntp.org.cn": ("127.0.0.1", {123: clock})}
        module = board(hosts={HOST: ("127.0.0.1", {443: site.port}), **times})
        with pytest.raises(OSError, match="root"):  # as the page says: the module has none
            run(program)
        assert not any(line.startswith(b"AT+CIPSTART") for line in module.commands)
        with espat.Radio(serial.Serial(module.device, 115200)) as radio:
            certificates.install_roots(radio, ca.cert_pem.bytes())
        run(program)
    finally:
        site.close()
    assert capsys.readouterr().out.startswith("b'HTTP/1.0 200 OK")


def test_servers(board, capsys):
    module = board()
    (program,) = programs("guides/servers")
    thread = threading.Thread(target=run, args=(program,))
    thread.start()
    end = time.monotonic() + PATIENCE
    while not module.core.links.listener:
        assert time.monotonic() < end
        time.sleep(0.01)
    place = ("127.0.0.1", module.core.links.listener.port)
    with socket.create_connection(place, timeout=PATIENCE) as client:
        client.sendall(b"hello")
        said = b""
        while data := client.recv(100):
            said += data
    thread.join(PATIENCE)
    assert said == b"you said: hello"
    assert "waiting on 192.168.1.50" in capsys.readouterr().out


def test_asyncio(make_pico, tmp_path):
    with serving(REPLY) as served:
        pico = make_pico(hosts={"web.test": ("127.0.0.1", {80: served.port})})
        (program,) = programs("guides/asyncio")
        path = tmp_path / "program.py"
        path.write_text(program, "utf-8")
        lines = pico.run(path)
    assert lines == ["b'HTTP/1.0 200 OK\\r\\n'"]


def test_udp_and_mdns(board, capsys):
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def echo():
            data, sender = server.recvfrom(100)
            server.sendto(data[::-1], sender)

        threading.Thread(target=echo, daemon=True).start()
        port = server.getsockname()[1]
        module = board(hosts={"udp.test": ("127.0.0.1", {7: port})})
        datagrams, names = programs("guides/udp-mdns")
        run(datagrams)
        assert capsys.readouterr().out.startswith("bytearray(b'gnip') (")
    run(names)
    assert b'AT+MDNS=1,"kitchen","_http",80' in module.commands


def test_passthrough(board, capsys):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            client, _ = server.accept()
            with client:
                client.sendall(client.recv(100)[::-1])
                client.recv(100)

        threading.Thread(target=answer, daemon=True).start()
        board(hosts={"example.com": ("127.0.0.1", {7000: server.getsockname()[1]})})
        (program,) = programs("passthrough")
        program = program.replace('"name", "password"', '"network", "password"')
        run(program, uart=sys.modules["espat_board"].uart())
    assert capsys.readouterr().out == "b'olleh'\n"


def test_power(board, capsys):
    module = board()
    light, deep = programs("guides/power")
    run(light)
    assert "MIN" in capsys.readouterr().out
    run(deep)
    assert capsys.readouterr().out == "awake again: 192.168.1.50\n"
    assert b"AT+GSLP=500" in module.commands


def test_watchdog(board, capsys):
    board()
    (program,) = programs("guides/watchdog")
    run(program)
    assert capsys.readouterr().out == "fed while it joined: True\n"


def test_testing(tmp_path):
    (program,) = programs("guides/testing")
    (tmp_path / "test_fetch.py").write_text(program, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert "3 passed" in done.stdout, done.stdout + done.stderr


# ---- and no program is left out -----------------------------------------------------------------

OURS = sorted([*DOCS.glob("begin/*.md"), *DOCS.glob("guides/*.md")])
HERE = [path.relative_to(DOCS).with_suffix("").as_posix() for path in OURS]
OTHERS = sorted(set(DOCS.rglob("*.md")) - set(OURS))


@pytest.mark.parametrize("page", [name for name in HERE if programs(name)])
def test_each_program_of_the_guides_is_run_here(page):
    assert f'programs("{page}")' in Path(__file__).read_text("utf-8")


RUN_BY = {
    "emulator": (4, "emulate/test_page.py"),
    "micropython": (2, "micropython_net/test_pages.py"),
    "moving-from-esp-atcontrol": (1, "lib/test_moving.py"),
    "moving-from-esp32at": (1, "lib/test_moving.py"),
    "moving-from-esp32spi": (1, "lib/test_moving.py"),
    "moving-from-pico-w": (2, "micropython_net/test_pages.py"),
    "passthrough": (1, "docs/test_guides.py"),
    "transcripts": (2, "transcripts/test_page.py"),
}
"""How many programs a page has, and the file of tests that runs each of them."""


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_a_page_with_programs_has_tests(path):
    """A program more makes this fail: see that the file named here runs it, then count it."""
    page = path.relative_to(DOCS).with_suffix("").as_posix()
    count, where = RUN_BY.get(page, (0, ""))
    assert len(programs(page)) == count
    if count:
        assert page in (TESTS / where).read_text("utf-8")
