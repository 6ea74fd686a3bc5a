"""The other end of a measurement: an emulated module on a pseudo-terminal, and a server."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from zlib import crc32

from espat_tools.emulator import Module


class Place(NamedTuple):
    """The device and the server that a measured program uses."""

    device: str
    host: str
    port: int

    def arguments(self) -> list[str]:
        """The arguments of the on-board programs."""
        return [self.device, self.host, str(self.port)]


def body(length: int) -> bytes:
    """`length` bytes whose period is not a power of two, so that lost or doubled blocks show."""
    return (bytes(range(251)) * (length // 251 + 1))[:length]


def checksum(length: int) -> int:
    """The CRC-32 of `body(length)`."""
    return crc32(body(length))


class Bodies(socketserver.StreamRequestHandler):
    """Answers a line that is a number with a body of so many bytes, and others with 4000 bytes."""

    def handle(self) -> None:
        line = self.rfile.readline().strip()
        self.wfile.write(body(int(line) if line.isdigit() else 4000))
        self.rfile.read(1)  # wait until the other end closes


class Server(socketserver.ThreadingTCPServer):
    """A TCP server, a thread for each connection."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def handle_error(self, _request: object, _address: object) -> None:
        """Ignore errors: a measured program may end at any time."""


@contextmanager
def emulated(profile: str = "esp32c3-3.3") -> Iterator[Place]:
    """An emulated module on a pseudo-terminal and a server on loopback, while it is open."""
    with Server(("127.0.0.1", 0), Bodies) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            with Module(profile=profile) as module:
                yield Place(module.open_pty(), *server.server_address[:2])
        finally:
            server.shutdown()
