"""Measures the heap of programs for the Pico W over a module: the heap in use, and the least.

    espat bench pico
    espat bench pico --json

Each program is run in the unix MicroPython (64-bit objects: a Pico's are half as large) with the
.mpy files of the driver; `import espat_board` installs its `network` and `socket`. The program's
source, the UART's buffer of 2 KB and the library, frozen into the interpreter, are as on a Pico.

Programs that need neither asyncio's streams nor a library are also run in the WebAssembly
MicroPython, whose objects have 32 bits like a Pico's. There only the heap in use at the end is
measured: it has no least heap, because it enlarges its heap as needed.
"""

import http.client
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from espat_tools import runtimes
from espat_tools.bench.memory import ONBOARD
from espat_tools.emulator import Module, SocketNetwork

BODY = b"0123456789" * 1000
HEAPS = range(40, 321)
"""The range in KB in which the smallest heap is searched."""
PATIENCE = 30

_BEFORE = """
import gc
gc.collect()
before = gc.mem_alloc()
"""
_JOIN = """
import espat_board
import network
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect("espat", "correct horse")
while not wlan.isconnected():
    pass
"""
_END = "gc.collect()\nprint('heap', gc.mem_alloc() - before)\n"
_REQUESTS = """
import requests
response = requests.get("http://pages.test/")
assert len(response.content) == 10000
"""
_CLIENT = """
import asyncio
async def fetch():
    reader, writer = await asyncio.open_connection("pages.test", 80)
    writer.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
    await writer.drain()
    count = 0
    while True:
        data = await reader.read(512)
        if not data:
            return count
        count += len(data)
assert asyncio.run(fetch()) > 10000
"""
_SERVER = """
import asyncio
async def main():
    done = asyncio.Event()
    async def serve(reader, writer):
        while await reader.readline() not in (b"\\r\\n", b""):
            pass
        writer.write(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + b"0123456789" * 100)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        done.set()
    server = await asyncio.start_server(serve, "0.0.0.0", 80)
    print("serving")
    await done.wait()
asyncio.run(main())
"""
_SOCKET = """
import socket
sock = socket.socket()
sock.connect(socket.getaddrinfo("pages.test", 80)[0][-1])
sock.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
count = 0
while data := sock.recv(512):
    count += len(data)
assert count > 10000
"""
_ONE_PAGE = """
import socket
listener = socket.socket()
listener.bind(("", 80))
listener.listen(1)
client, address = listener.accept()
while client.readline() not in (b"\\r\\n", b""):
    pass
client.write(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + b"0123456789" * 100)
client.close()
"""
PROGRAMS = {
    "joined": "",
    "a socket: a page of 10 KB, streamed": _SOCKET,
    "a socket: a page of 1 KB served": _ONE_PAGE,
    "requests: a page of 10 KB": _REQUESTS,
    "asyncio: a page of 10 KB, streamed": _CLIENT,
    "asyncio: a page of 1 KB served": _SERVER,
}
LACKING_32 = ("asyncio", "requests")
"""Modules that programs import and the WebAssembly build lacks."""

# It collects garbage only between two cells. The names that a program of some size would make are
# made before; measure.py says why.
_BEFORE_32 = """
import gc
from measure import take_names
take_names()
gc.collect()
# %%
before = gc.mem_alloc()
# %%
"""
_END_32 = "gc.collect()\n# %%\nprint('heap', gc.mem_alloc() - before)\n"


@dataclass(frozen=True)
class Figure:
    """A program: bytes of heap in use at its end, and the least heap in which it ran, in bytes.

    `used_32`: in use with 32-bit objects; None if that build lacks a module that it imports.
    """

    program: str
    used: int
    smallest: int
    used_32: int | None

    def as_json(self) -> dict:
        """The figure as an object for `json.dumps`."""
        return asdict(self)


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_args: object) -> None:
        """Keep the output clean."""


@contextmanager
def _module() -> Iterator[Module]:
    """A module with the server in its network."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        hosts = {"pages.test": ("127.0.0.1", {80: server.server_port})}
        network = SocketNetwork(hosts, server_ports={80: 0})
        with Module(network=network, timing={"join": 0.01, "boot": 0.01}) as module:
            yield module
        server.shutdown()


def _visit(module: Module, over: threading.Event) -> None:
    """Fetch the page that the board serves, as soon as it is served."""
    while not over.wait(0.02):
        listener = module.core.links.listener
        if listener is not None:
            # A board with too little heap may close without an answer.
            with suppress(OSError, http.client.HTTPException):
                urllib.request.urlopen(f"http://127.0.0.1:{listener.port}/", timeout=PATIENCE)
            return


@contextmanager
def _world(name: str) -> Iterator[Module]:
    """A module, and a client that fetches the page if the program serves one."""
    with _module() as module:
        over = threading.Event()
        if name.endswith("served"):
            threading.Thread(target=_visit, args=(module, over), daemon=True).start()
        try:
            yield module
        finally:
            over.set()


def run_32(name: str) -> int | None:
    """Bytes in use at the end of a program with 32-bit objects; None if it cannot run there."""
    if any(f"import {lacking}" in PROGRAMS[name] for lacking in LACKING_32):
        return None
    with _world(name) as module:
        result = runtimes.wasm(
            _BEFORE_32 + _JOIN + PROGRAMS[name] + _END_32,
            modules={
                "espat_board": ONBOARD / "pico_device.py",
                "measure": ONBOARD / "measure.py",
            },
            device=module.open_pty(),
            timeout=PATIENCE,
        )
    return int(result.check().rpartition("heap ")[2])


def run(name: str, kilobytes: int) -> int | None:
    """Bytes in use at the end of a program with a heap of this size; None if that is too small."""
    try:
        with _world(name) as module:
            result = runtimes.unix(
                _BEFORE + _JOIN + PROGRAMS[name] + _END,
                [module.open_pty()],
                heapsize=kilobytes * 1024,
                modules={"espat_board": ONBOARD / "pico_uart.py"},
                timeout=PATIENCE,
            )
    except subprocess.TimeoutExpired:
        return None  # a task ended because it got no heap, so the page was not served
    said = result.stdout + result.stderr
    if result.returncode == 0:
        return int(said.rpartition("heap ")[2])
    if "MemoryError" in said or "heap" in result.stderr:
        return None
    raise RuntimeError(f"{name} in {kilobytes} KB failed otherwise:\n{said}")


def measure(progress: Callable[[str], None]) -> list[Figure]:
    """Measure every program. Raises RuntimeError."""
    missing = (runtimes.unix_missing(), runtimes.wasm_missing("newest"))
    if reason := next(filter(None, missing), runtimes.mpy_cross_missing()):
        raise RuntimeError(reason)
    figures = []
    for name in PROGRAMS:
        progress(name)
        used = run(name, 1024)
        if used is None:
            raise RuntimeError(f"{name} does not run in a megabyte")
        too_small, enough = HEAPS[0] - 1, HEAPS[-1]
        while enough - too_small > 1:
            middle = (enough + too_small) // 2
            if run(name, middle) is None:
                too_small = middle
            else:
                enough = middle
        figures.append(Figure(name, used, enough * 1024, run_32(name)))
    return figures
