"""Counts the commands that a published library causes: adafruit_requests on emulated modules.

The library reads a body in pieces of 32 bytes, and writes a request in about twelve pieces. If each
piece were a command of its own, little of the wire would be left for payload.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import espat
from espat_tools.emulator import PROFILES, MemoryNetwork, Module

LENGTH = 10_000
RX_SIZE = 576
"""The host's receive buffer: the size that espat assumes by default, which is the hardest case."""

_BODY = bytes((i * 7 + i // 251) & 0xFF for i in range(LENGTH))
_HOST = "web.test"


@dataclass(frozen=True)
class Counts:
    """The calls of the library and the commands to the module, for 10 KB, two GETs and a POST."""

    family: str
    receives: int
    reads: int
    sends: int
    writes: int


def missing() -> str | None:
    """Why nothing can be counted here, or None."""
    try:
        import adafruit_requests  # noqa: F401, PLC0415
    except ImportError:
        return "no adafruit_requests: pip install adafruit-circuitpython-requests"
    return None


def gated(counts: list[Counts]) -> dict[str, float]:
    """The worst counts, by the name of the gate."""
    return {
        "commands.reads": max(each.reads for each in counts),
        "commands.writes": max(each.writes for each in counts),
    }


def measure(progress: Callable[[str], None]) -> list[Counts]:
    """Count for a module of every family. Raises RuntimeError."""
    if reason := missing():
        raise RuntimeError(reason)
    counts = []
    for family in sorted(PROFILES):
        progress(family)
        network = MemoryNetwork()
        network.listen(_HOST, 80, _Web)
        with Module(family, network=network, timing={"join": 0.01}) as module:
            counts.append(_count(family, module))
    return counts


class _Web:
    """A web server on the emulator's network of Python objects: `/ten`, or what was posted."""

    def __init__(self) -> None:
        self._came = b""

    def received(self, peer, data: bytes) -> None:
        """Answer every whole request."""
        self._came += data
        while b"\r\n\r\n" in self._came:
            head, _, rest = self._came.partition(b"\r\n\r\n")
            length = 0
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line[15:])
            if len(rest) < length:
                return
            body = _BODY if head.startswith(b"GET /ten ") else rest[:length]
            self._came = rest[length:]
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


class _Pool(espat.SocketPool):
    """A pool that counts calls of its sockets."""

    def __init__(self, radio: espat.Radio) -> None:
        super().__init__(radio)
        self.calls = {"send": 0, "recv": 0, "recv_into": 0}

    def socket(self, *args: int) -> espat.sockets.Socket:
        """A socket whose calls are counted."""
        sock = super().socket(*args)
        for name in self.calls:
            setattr(sock, name, self._counted(name, getattr(sock, name)))
        return sock

    def _counted(self, name: str, method: Callable) -> Callable:
        def call(*args: object) -> object:
            self.calls[name] += 1
            return method(*args)

        return call


def _count(family: str, module: Module) -> Counts:
    import adafruit_requests  # noqa: PLC0415 - not installed everywhere

    radio = espat.Radio(module.uart(), rx_size=RX_SIZE)
    radio.connect("espat", "correct horse")
    pool = _Pool(radio)
    session = adafruit_requests.Session(pool)
    if session.get(f"http://{_HOST}/ten").content != _BODY:
        raise RuntimeError(f"{family}: the body came wrong")
    receives = pool.calls["recv"] + pool.calls["recv_into"]
    reads = _said(module, b"AT+CIPRECVDATA=")
    sends, writes = pool.calls["send"], _said(module, b"AT+CIPSEND=")
    for _ in range(2):
        session.get(f"http://{_HOST}/hello").close()
    if session.post(f"http://{_HOST}/hello", json={"a": 1}).json() != {"a": 1}:
        raise RuntimeError(f"{family}: the answer to the POST came wrong")
    sends, writes = pool.calls["send"] - sends, _said(module, b"AT+CIPSEND=") - writes
    sys.modules["adafruit_connection_manager"].connection_manager_close_all(pool)
    return Counts(family, receives, reads, sends, writes)


def _said(module: Module, word: bytes) -> int:
    return sum(line.startswith(word) for line in module.commands)
