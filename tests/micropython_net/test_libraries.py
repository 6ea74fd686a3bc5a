"""Published libraries for the Pico W, unchanged, with real servers and clients at the other end.

Each is the version that docs/micropython.md names. They run in the unix MicroPython; that their
bytes go through the module is read off its log.
"""

import json
import socket
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from espat_tools.bench.pico import ONBOARD
from espat_tools.emulator import Module, SocketNetwork
from tests.micropython_net import test_examples
from tests.micropython_net.test_examples import PATIENCE, free_port
from tests.programs import conftest as programs
from tests.programs import published

serve = programs.serve
nginx = programs.nginx
start = test_examples.start

CHUMICRO = (
    "chumicro-config==0.7.7",
    "chumicro-requests==0.21.3",
    "chumicro-sockets==0.21.3",
    "chumicro-timing==0.8.4",
    "chumicro-wifi==0.11.2",
)


def modules_of(*requirements):
    found = {}
    for requirement in requirements:
        found.update(published.modules(requirement))
    return found


@pytest.fixture
def pico(start, nginx):
    """Starts the text of a program on a module whose web.test is nginx; `pico.module` is that."""
    hosts = {"web.test": ("127.0.0.1", {80: nginx.port})}
    pico = type("Pico", (), {})()
    pico.server = free_port()
    network = SocketNetwork(hosts, server_ports={80: pico.server})
    with Module(network=network, timing={"join": 0.05, "boot": 0.05}) as pico.module:
        pico.starts = lambda: [line for line in pico.module.commands if b"AT+CIPSTART=" in line]
        pico.run = lambda text, *of: start(text, pico.module, modules_of(*of))
        yield pico


WIFI = """
import espat_board, time
from chumicro_timing import ticks_ms
from chumicro_wifi import WifiConfig, WifiService
from chumicro_requests import HttpClient
from chumicro_sockets.sockets_factory import connector_factory

wifi = WifiService(WifiConfig("espat", "correct horse", hostname="kitchen",
                              reconnect_backoff_start_ms=100, reconnect_backoff_max_ms=300))
wifi.on_state_change(lambda *names: print("wifi", *names))
client = HttpClient(transport_factory=connector_factory())
longest = 0

def tick(thing):
    global longest
    then = time.ticks_ms()
    if thing.check(ticks_ms()):
        thing.handle(ticks_ms())
    longest = max(longest, time.ticks_diff(time.ticks_ms(), then))

def fetch():
    handle = client.get("http://web.test/data.json", timeout_ms=20000)
    while not handle.done:
        tick(client)
        tick(wifi)
    return handle.result.json()

while not wifi.connected:
    tick(wifi)
print("ip", wifi.ip)
longest = 0
print("page", fetch()["list"])
print("longest tick of a request, ms:", longest)
while wifi.connected:
    tick(wifi)
print("lost")
while not wifi.connected:
    tick(wifi)
print("again", fetch()["list"])
"""


def test_chumicro_wifi_and_requests(pico):
    """Its supervisor joins, finds the network lost, and joins again."""
    program = pico.run(WIFI, *CHUMICRO)
    assert program.wait_for("ip ") == "ip 192.168.1.50"
    assert program.wait_for("page ").startswith("page [1, 2")
    print(program.wait_for("longest"))
    assert pico.module.core.session.hostname == b"kitchen"
    pico.module.wifi_lost()
    program.wait_for("lost")
    pico.module.wifi_back()
    assert program.wait_for("again ").startswith("again [1, 2")
    program.ended()
    assert len(pico.starts()) == 2


# uhttp wants select.select(), which a Pico has, and the WebAssembly builds; the unix build has not.
# Its client deletes slices of a bytearray from 2.3 on, which no MicroPython can.
PLAIN_PICO = """
import espat_board, network
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect("espat", "correct horse")
while not wlan.isconnected():
    pass
"""
WASM_BOARD = {"espat_board": ONBOARD / "pico_device.py"}

UHTTP_CLIENT = """
import uhttp.client
client = uhttp.client.HttpClient("http://web.test")
for path in ("/data.json", "/short.html", "/long"):
    response = client.get(path).wait(timeout=30)
    print(response.status, len(response.data), response.content_type)
print(client.get("/data.json").wait().json()["list"][:2])
print(client.get("/nowhere").wait().status)
client.close()
"""


def test_uhttp_client(pico, micropython_32bit):
    """A body of 100 KB among others, on connections that are kept alive."""
    lines = micropython_32bit(
        PLAIN_PICO + UHTTP_CLIENT,
        modules={**WASM_BOARD, **modules_of("uhttp-client==2.2.1")},
        device=pico.module.open_pty(),
        timeout=PATIENCE,
    )
    lines = lines.check().splitlines()
    sizes = [line.split()[:2] for line in lines[:3]]
    assert [size[0] for size in sizes] == ["200"] * 3
    assert [int(size[1]) for size in sizes][1:] == [len("<p>short</p>"), 100_000]
    assert lines[3:] == ["[1, 2]", "404"]
    assert len(pico.starts()) <= 2


UHTTP_SERVER = """
import uhttp.server
server = uhttp.server.HttpServer(port=80)
served = 0
while served < 6:
    client = server.wait()
    if client:
        served += 1
        if client.path == "/rpc":
            client.respond({"query": client.query, "data": client.data})
        else:
            client.respond("<h1>hello</h1>")
for _ in range(20):  # what was answered last is on its way
    server.wait(0.05)
print("served", served)
"""


def ask(port, path, data=None):
    """What the board answers; a moment after it has answered the last one.

    Else it may be given the link of the one before, and meet the AT+CIPCLOSE that was on its way.
    """
    time.sleep(0.3)
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        data=None if data is None else json.dumps(data).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return answer.read()


def test_uhttp_server(pico, micropython_32bit):
    with ThreadPoolExecutor() as pool:
        ran = pool.submit(
            micropython_32bit,
            PLAIN_PICO + UHTTP_SERVER,
            modules={**WASM_BOARD, **modules_of("uhttp-server==2.6.2")},
            device=pico.module.open_pty(),
            timeout=PATIENCE,
        )
        end = time.monotonic() + PATIENCE
        while pico.module.core.links.listener is None:
            assert not ran.done(), ran.result()
            assert time.monotonic() < end
            time.sleep(0.02)
        for _ in range(3):
            assert ask(pico.server, "/") == b"<h1>hello</h1>"
        data = {"list": [1, 2], "long": "x" * 3000}
        told = json.loads(ask(pico.server, "/rpc?a=1&b=2", data))
        assert told == {"query": {"a": "1", "b": "2"}, "data": data}
        # Two at once, of which the first is slow to say what it wants.
        with socket.create_connection(("127.0.0.1", pico.server)) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: board\r\n")
            assert ask(pico.server, "/") == b"<h1>hello</h1>"
            slow.sendall(b"Connection: close\r\n\r\n")
            slow.settimeout(PATIENCE)
            got = b""
            while not got.endswith(b"</h1>"):
                more = slow.recv(1000)
                assert more, got
                got += more
        assert ran.result().check() == "served 6\n"
    assert not pico.starts(), "it is the module's server that they came to"
