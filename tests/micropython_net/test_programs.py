"""Programs for the Pico W as they are published, in a real MicroPython over a pseudo-terminal.

They are what a user has, with `import espat_board` before them: the line of boot.py.
"""

import functools
import signal
import subprocess
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from espat_tools import runtimes
from espat_tools.bench.pico import ONBOARD
from espat_tools.emulator import Module, SocketNetwork
from tests.demo.conftest import serving

STAND_INS = {"espat_board": Path(__file__).parent / "stand_ins" / "espat_board.py"}
BOOT = "import espat_board\n"
PATIENCE = 60

# The loop of "Connecting to the Internet with Raspberry Pi Pico W".
BOOK = """
import time
import network

ssid = 'espat'
password = 'correct horse'

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.config(pm = 0xa11140)
wlan.connect(ssid, password)

# Wait for connect or fail
max_wait = 10
while max_wait > 0:
    if wlan.status() < 0 or wlan.status() >= 3:
        break
    max_wait -= 1
    print('waiting for connection...')
    time.sleep(0.2)

# Handle connection error
if wlan.status() != 3:
    raise RuntimeError('network connection failed')
else:
    print('connected')
    status = wlan.ifconfig()
    print('ip = ' + status[0])
"""

# As MicroPython's quick reference has it.
QUICK = """
import network
import machine_ as machine
def do_connect():
    wlan = network.WLAN(network.WLAN.IF_STA)
    wlan.active(True)
    if not wlan.isconnected():
        print('connecting to network...')
        wlan.connect('espat', 'correct horse')
        while not wlan.isconnected():
            machine.idle()
    print('network config:', wlan.ipconfig('addr4'))
do_connect()
"""
MACHINE = "import time\ndef idle():\n    time.sleep_ms(1)\n"


@pytest.fixture
def run(micropython):
    """Runs a program on a board whose module is at a pseudo-terminal."""

    def run(device, program, **how):
        modules = {**STAND_INS, **how.pop("modules", {})}
        return micropython(BOOT + program, [device], modules=modules, **how)

    return run


def joins(module):
    return [line for line in module.commands if b"AT+CWJAP" in line and b"=" in line]


@pytest.mark.parametrize("profile", ["esp32c3-3.3", "esp8266-2.2.1", "nonos-1.7.4"])
def test_the_loop_of_the_book(run, profile):
    with Module(profile) as module:
        printed = run(module.open_pty(), BOOK).check()
        assert printed.endswith("connected\nip = 192.168.1.50\n")
        assert len(joins(module)) == 1
        assert b"AT+SLEEP=0" in module.commands


def test_it_fails_as_it_should(run):
    with Module() as module:
        ran = run(module.open_pty(), BOOK.replace("correct horse", "wrong horse"))
    assert "RuntimeError: network connection failed" in ran.stdout + ran.stderr


def test_a_soft_reboot_finds_the_module_joined(run, tmp_path):
    machine = tmp_path / "machine_.py"
    machine.write_text(MACHINE)
    with Module() as module:
        device = module.open_pty()
        for n in range(2):
            printed = run(device, QUICK, modules={"machine_": machine}).check()
            assert printed.splitlines() == [
                *(["connecting to network..."] if not n else []),
                "network config: ('192.168.1.50', '255.255.255.0')",
            ]
        assert len(joins(module)) == 1


UART_GONE = """
import espat_board
class Gone:
    def any(self):
        return 0
    def readinto(self, buf):
        return None
    def write(self, buf):
        return %s
def uart(rate):
    return Gone()
espat_board.uart = uart
import network
wlan = network.WLAN(network.STA_IF)
try:
    wlan.active(True)
except OSError as e:
    print(e.errno, e)
"""


@pytest.mark.parametrize(
    ("takes", "said"),
    [("len(buf)", "110 [Errno 110] ETIMEDOUT: the module does not answer"), ("None", "5 ")],
)
def test_nothing_at_the_uart(micropython, takes, said):
    program = UART_GONE % takes
    printed = micropython(program, ["none"], modules=STAND_INS, timeout=PATIENCE).check()
    assert said.split()[0] == printed.split()[0]
    assert "check" in printed or "flow control" in printed


NO_BOARD_FILE = """
import espat.names, network
try:
    network.WLAN(network.STA_IF).active(True)
except ImportError as e:
    print(e)
"""


def test_no_board_file(any_micropython):
    printed = any_micropython(NO_BOARD_FILE).check()
    assert "espat_board.py" in printed


@pytest.mark.parametrize("after", [0.05, 0.15, 0.3, 0.6, 1.0, 1.5])
def test_ctrl_c_then_a_soft_reboot(run, after):
    """Wherever the program is interrupted, the next one joins."""
    # The program tells when it begins: what comes before is the start of the interpreter.
    slow = "print('begun')\n" + BOOK.replace("time.sleep(0.2)", "time.sleep(0.01)")
    with Module() as module:
        device = module.open_pty()
        with runtimes.UnixProgram(BOOT + slow, [device], modules=STAND_INS) as laid_out:
            child = subprocess.Popen(
                laid_out.command,
                env=laid_out.env,
                cwd=laid_out.cwd,
                stdout=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
                text=True,
            )
            try:
                assert child.stdout.readline() == "begun\n"
                time.sleep(after)
                child.send_signal(signal.SIGINT)
                child.communicate(timeout=PATIENCE)
            finally:
                child.kill()
        assert run(device, BOOK).check().endswith("ip = 192.168.1.50\n")


def test_espat_and_sockets_of_the_driver_beside_it(run):
    """`network` and `espat` share the one radio."""
    program = """
import network, espat
wlan = network.WLAN()
wlan.connect('espat', 'correct horse')
while not wlan.isconnected():
    pass
from espat import held
print(held.radio.ipv4_address, type(held.radio) is espat.Radio)
"""
    with Module(network=SocketNetwork()) as module:
        assert run(module.open_pty(), program).check() == "192.168.1.50 True\n"


MIP = """
import sys
sys.path.insert(0, sys.argv[2])
from espat import names
names.put("socket", "socket")
import network
wlan = network.WLAN()
wlan.connect("espat", "correct horse")
while not wlan.isconnected():
    pass
import mip
mip.install("http://files.test/package.json", target=sys.argv[2])
import brought
print(brought.VALUE)
"""


def test_mip_brings_a_package_over_the_module(micropython, tmp_path):
    """MicroPython's own mip, which has `requests` and `socket` under it; all bytes go the module's
    way, as its log tells."""
    files, target = tmp_path / "files", tmp_path / "board"
    files.mkdir()
    target.mkdir()
    (files / "brought.py").write_text("VALUE = 'came by mip'\n" + "# padding\n" * 300)
    (files / "package.json").write_text('{"urls": [["brought.py", "brought.py"]], "version": "1"}')
    handler = functools.partial(Quiet, directory=str(files))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        hosts = {"files.test": ("127.0.0.1", {80: server.server_port})}
        with Module(network=SocketNetwork(hosts)) as module:
            ran = micropython(
                BOOT + MIP, [module.open_pty(), str(target)], modules=STAND_INS, timeout=PATIENCE
            )
            starts = [line for line in module.commands if b"AT+CIPSTART=" in line]
        server.shutdown()
    assert ran.check().splitlines()[-1] == "came by mip"
    assert (target / "brought.py").read_bytes() == (files / "brought.py").read_bytes()
    assert len(starts) == 2
    assert all(b"files.test" in line for line in starts)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args):
        """Keep the test's output clean."""


# What stands in boot.py and main.py of a plain Pico: nothing is put aside, nothing was built in.
PLAIN_PICO = """
import espat_board
import network, socket, usocket
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect("espat", "correct horse")
while not wlan.isconnected():
    if wlan.status() < 0:
        raise OSError(wlan.status())
address = socket.getaddrinfo("wifitest.adafruit.com", 80, 0, socket.SOCK_STREAM)[0][-1]
sock = usocket.socket()
sock.connect(address)
sock.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
print(sock.readline(), len(sock.read()), wlan.ipconfig("addr4")[0])
sock.close()
"""


@pytest.mark.parametrize("version", ["1.20", "newest"])
def test_a_plain_pico_from_boot_to_a_page(version, micropython_floor, micropython_32bit):
    """In MicroPythons that have no more modules than it; with 32-bit objects, as it has."""
    reply = b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 5000
    modules = {"espat_board": ONBOARD / "pico_device.py"}
    with serving(reply) as web:
        hosts = {"wifitest.adafruit.com": ("127.0.0.1", {80: web.port})}
        with Module(network=SocketNetwork(hosts)) as module:
            run = micropython_floor if version == "1.20" else micropython_32bit
            ran = run(PLAIN_PICO, modules=modules, device=module.open_pty(), timeout=PATIENCE)
            assert ran.check() == "b'HTTP/1.0 200 OK\\r\\n' 5002 192.168.1.50\n"
            assert len(joins(module)) == 1


LOSING = """
import asyncio, network, sys, time
from espat import names
names.put("socket", "socket")
wlan = network.WLAN()
wlan.active(True)
wlan.connect("espat", "correct horse")
longest = 0

async def beat():
    global longest
    while True:
        then = time.ticks_ms()
        await asyncio.sleep_ms(20)
        longest = max(longest, time.ticks_diff(time.ticks_ms(), then) - 20)

async def fetch():
    reader, writer = await asyncio.open_connection("wifitest.adafruit.com", 80)
    writer.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
    await writer.drain()
    await reader.read(-1)
    writer.close()
    await writer.wait_closed()

async def main():
    while not wlan.isconnected():
        await asyncio.sleep_ms(50)
    beating = asyncio.create_task(beat())
    await fetch()
    print("got one")
    while wlan.isconnected():
        await asyncio.sleep_ms(50)
    print("lost")
    await fetch()
    print("got another; the longest stall, ms:", longest)

asyncio.run(main())
"""


def test_a_lost_network_holds_up_no_task(micropython):
    """A join takes four seconds here, and this module has to be told to: nobody waits for it but
    who wants to connect.
    """
    reply = b"HTTP/1.0 200 OK\r\n\r\nhello"
    with serving(reply) as web:
        hosts = {"wifitest.adafruit.com": ("127.0.0.1", {80: web.port})}
        with (
            Module("nonos-1.7.4", network=SocketNetwork(hosts), timing={"join": 4}) as module,
            runtimes.UnixProgram(BOOT + LOSING, [module.open_pty()], modules=STAND_INS) as laid_out,
            subprocess.Popen(
                laid_out.command,
                env=laid_out.env,
                cwd=laid_out.cwd,
                stdout=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
                text=True,
            ) as child,
        ):
            try:
                assert child.stdout.readline() == "got one\n"
                module.wifi_lost()
                assert child.stdout.readline() == "lost\n"
                module.wifi_back()
                last = child.stdout.readline()
            finally:
                child.kill()
    print(last)
    assert last.startswith("got another")
    assert int(last.rsplit(None, 1)[1]) < 3500, "somebody waited for the join"
    assert len(web.requests) == 2
