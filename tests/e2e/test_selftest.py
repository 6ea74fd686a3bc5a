"""examples/espat_selftest.py: as a PC, CircuitPython and MicroPython run it; and its bad days."""

import os
import runpy
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import trustme

from espat_tools.emulator import Module, SocketNetwork
from tests.demo.conftest import serving
from tests.driver.desk import Desk, Line
from tests.peers import end
from tests.runtimes.board_rules import violations

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "examples" / "espat_selftest.py"
HERE = Path(__file__).resolve().parent / "stand_ins"
THERE = ROOT / "tests" / "demo" / "stand_ins"

TEXT = b"This is a test of Wi-Fi!\n" * 40
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(TEXT), TEXT)
JOINING = {"CIRCUITPY_WIFI_SSID": "espat", "CIRCUITPY_WIFI_PASSWORD": "correct horse"}
SNTP = "cn.ntp.org.cn", "ntp.sjtu.edu.cn", "us.pool.ntp.org"  # who a module asks for the time
PATIENCE = 120  # seconds after which the program is taken to hang
STEPS = [
    "firmware",
    "line",
    "scan",
    "join",
    "names",
    "DNS",
    "TCP",
    "TCP, small reads",
    "TCP, five at once",
    "TLS",
    "UDP",
    "ping",
    "server",
    "restart",
    "memory",
]


@contextmanager
def time_server(seconds=None):
    """Answers each datagram as an NTP server does; its port."""

    def serve():
        while True:
            try:
                data, whose = sock.recvfrom(512)
            except OSError:
                return
            if not data:
                return
            now = int(time.time() if seconds is None else seconds) + 2208988800
            head = bytes([data[0] & 0x38 | 4, 1, 0, 0])
            sock.sendto(head + bytes(36) + struct.pack("!II", now, 0), whose)

    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sock:
        sock.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = sock.getsockname()[1]
        yield port
        sock.sendto(b"", ("127.0.0.1", port))
        thread.join()


@contextmanager
def secure_server():
    """An HTTPS server with a certificate of an authority that no module knows; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("www.example.com").configure_cert(context)

    def serve():
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with plain:
                try:
                    plain.settimeout(PATIENCE)
                    with context.wrap_socket(plain, server_side=True) as sock:
                        while b"\r\n\r\n" not in sock.recv(4096):
                            pass
                        sock.sendall(REPLY)
                except OSError:
                    continue

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        end(listener, thread)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def world():
    """The servers that the program asks for, by the names and ports that it uses."""
    own = free_port()
    with serving(REPLY) as web, secure_server() as secure, time_server() as clock:
        hosts = {
            "wifitest.adafruit.com": ("127.0.0.1", {80: web.port}),
            "www.example.com": ("127.0.0.1", {443: secure}),
            "pool.ntp.org": ("127.0.0.1", {123: clock}),
            **dict.fromkeys(SNTP, ("127.0.0.1", {123: clock})),
            "192.168.1.50": ("127.0.0.1", {8080: own}),
        }
        yield {"hosts": hosts, "server_ports": {8080: own}}


def desktop(device, variables=None, **how):
    """The program as a PC runs it, with a serial port; what it printed."""
    return _python([str(PROGRAM), device], variables or {}, **how)


def circuitpython(device):
    """CPython, with `board` and `busio` of ours standing in for CircuitPython's."""
    path = os.pathsep.join([str(THERE / "circuitpython"), os.environ.get("PYTHONPATH", "")])
    pins = {"ESPAT_TX": "GP0", "ESPAT_RX": "GP1", "STAND_IN_UART": device, "PYTHONPATH": path}
    return _python([str(PROGRAM)], {**pins, **JOINING})


def _python(command, variables):
    done = subprocess.run(
        [sys.executable, *command],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def verdicts(printed):
    """{step: verdict}, if each step is told once, in order, and the last line sums up."""
    lines = [line for line in printed.splitlines() if line[:4] in ("PASS", "FAIL", "SKIP")]
    found = {line[6:].partition(":")[0]: line[:4] for line in lines}
    assert list(found) == STEPS, printed
    assert len(lines) == len(STEPS)
    counts = [list(found.values()).count(word) for word in ("PASS", "FAIL", "SKIP")]
    summary = "espat selftest: {} passed, {} failed, {} skipped".format(*counts)
    assert printed.rstrip().splitlines()[-1] == summary
    return found


def test_it_leans_on_nothing_that_boards_lack():
    assert violations(PROGRAM.read_text("utf-8")) == []


@pytest.mark.parametrize("profile", ["esp32c3-3.3", "nonos-1.7.4", "esp8266-2.2.1"])
def test_on_a_desktop(world, profile):
    with Module(profile, network=SocketNetwork(**world)) as module:
        printed = desktop(module.open_pty(), JOINING)
        restarts = [line for line in module.commands if line.startswith(b"AT+RST")]
    wanted = dict.fromkeys(STEPS, "PASS") | {"memory": "SKIP", "names": "SKIP"}
    if profile == "nonos-1.7.4":  # it has none of the ciphers that today's servers have
        wanted["TLS"] = "SKIP"
    assert verdicts(printed) == wanted, printed
    assert "espat (-50 dBm)" in printed
    assert f"five pages of {len(TEXT)} bytes" in printed
    assert "not verified" in printed
    assert len(restarts) == 1


def test_on_circuitpython(world):
    with Module(network=SocketNetwork(**world)) as module:
        printed = circuitpython(module.open_pty())
    skipped = {"memory": "SKIP", "names": "SKIP"}  # CPython stands in for CircuitPython
    assert verdicts(printed) == dict.fromkeys(STEPS, "PASS") | skipped, printed


def test_in_micropython(world, micropython):
    modules = {
        "espat_board": HERE / "espat_board.py",
        "secrets": THERE / "micropython" / "secrets.py",
    }
    with Module(network=SocketNetwork(**world)) as module:
        ran = micropython(PROGRAM, [module.open_pty()], modules=modules, timeout=PATIENCE)
    printed = ran.check()
    assert verdicts(printed) == dict.fromkeys(STEPS, "PASS"), printed
    assert "bytes, with all of the above" in printed


def test_nothing_is_named_to_join():
    with Module() as module:
        found = verdicts(desktop(module.open_pty(), dict.fromkeys(JOINING, "")))
    assert [name for name in STEPS if found[name] == "PASS"] == ["firmware", "line", "scan"]
    assert "FAIL" not in found.values()


def test_a_wrong_password():
    variables = {**JOINING, "CIRCUITPY_WIFI_PASSWORD": "wrong horse"}
    with Module() as module:
        printed = desktop(module.open_pty(), variables)
    found = verdicts(printed)
    assert [name for name in STEPS if found[name] == "FAIL"] == ["join"]
    assert "wrong password" in printed


def test_servers_that_are_not_there():
    """Each step says what it lacked; the rest goes on."""
    with Module("nonos-1.7.4", hosts={}) as module:
        found = verdicts(desktop(module.open_pty(), JOINING))
    assert found["join"] == "PASS"
    assert {found[name] for name in ("DNS", "TCP", "UDP", "restart")} == {"FAIL"}
    assert {found[name] for name in ("TLS", "server", "names")} == {"SKIP"}
    # The gateway answers, as one does.
    assert found["ping"] == "PASS"


def test_a_clock_that_is_wrong(world):
    with time_server(seconds=0) as port:
        world["hosts"]["pool.ntp.org"] = ("127.0.0.1", {123: port})
        with Module("nonos-1.7.4", network=SocketNetwork(**world)) as module:
            printed = desktop(module.open_pty(), JOINING)
    assert verdicts(printed)["UDP"] == "FAIL"
    assert "a time in the past" in printed


def test_a_line_that_bends_bytes():
    """By the program's own step, on a radio whose UART changes a letter now and then."""

    class Bending(Line):
        reads = 0

        def take(self, view):
            n = self.uart.readinto(view)
            at = bytes(view[: n or 0]).find(b"SDK")
            self.reads += at >= 0
            if at >= 0 and self.reads == 5:
                view[at] = ord("Z")
            return n

    program = runpy.run_path(str(PROGRAM))
    desk = Desk("esp32c3-3.3", line=Bending)
    test = program["Test"](desk.radio)
    with pytest.raises(ValueError, match="garbled"):
        program["line"](test)


def test_a_module_that_falls_silent():
    """No step waits past its time, and the rest says so too."""
    program = runpy.run_path(str(PROGRAM))
    desk = Desk("esp32c3-3.3")
    desk.port.patience = 3600
    test = program["Test"](desk.radio)
    test.run(*program["STEPS"][0])
    desk.module.hold()
    for step in program["STEPS"]:
        with desk.within(step[1] + 1):
            test.run(*step)
    assert test.counts["PASS"] == 1
    desk.module.release()
    test.run(*program["STEPS"][0])
    assert test.counts["PASS"] == 2


def test_a_step_that_never_ends_is_ended():
    program = runpy.run_path(str(PROGRAM))
    desk = Desk("esp32c3-3.3").join()

    def forever(test):
        sock = test.socket(("sink.test", 9))
        sock.settimeout(None)
        sock.recv_into(bytearray(1))

    test = program["Test"](desk.radio)
    with desk.within(6):
        test.run("forever", 5, False, forever)
    assert test.counts["FAIL"] == 1
    desk.works()
