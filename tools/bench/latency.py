"""Measures how long small exchanges take, compared with their bytes on the wire; simulated clock.

    espat bench latency
    espat bench latency --baud 921600 --json

It is done with a module and peers that take no time, and with ones that take 2 ms for each send,
name and packet. A ratio of 1.0 is the wire alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

from espat_tools.bench.simulated import Bench, Echo, bench

DELAYS = (0.0, 0.002)
_HEAD = b"GET / HTTP/1.1\r\nHost: web.test\r\nConnection: close\r\n\r\n"
_PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + bytes(200)


@dataclass(frozen=True)
class Figure:
    """One exchange: milliseconds for the program, and milliseconds of the wire alone."""

    what: str
    delay: float
    took: float
    wire: float

    @property
    def ratio(self) -> float:
        """The time divided by that of the wire."""
        return self.took / self.wire if self.wire else 1.0

    def as_json(self) -> dict:
        """The figure as an object for `json.dumps`."""
        return {
            "what": self.what,
            "module_ms": self.delay * 1000,
            "ms": round(self.took, 3),
            "wire_ms": round(self.wire, 3),
            "ratio": round(self.ratio, 2),
        }


class _Web:
    def received(self, peer, _data: bytes) -> None:
        peer.send(_PAGE)
        peer.close()


class _Broker:
    """An MQTT broker that accepts everything, and answers the first packet with CONNACK."""

    def __init__(self) -> None:
        self._greeted = False

    def received(self, peer, _data: bytes) -> None:
        if not self._greeted:
            self._greeted = True
            peer.send(b"\x20\x02\x00\x00")


def measure(progress: Callable[[str], None], baud: int = 115_200) -> list[Figure]:
    """Measure each exchange with a quick and with a slow module."""
    figures = []
    for delay in DELAYS:
        progress(f"a module that takes {delay * 1000:.0f} ms")
        names = ("dns", "connect", "send", "peer")
        with bench(baud, **dict.fromkeys(names, delay)) as rig:
            rig.network.listen("echo.test", 7, Echo())
            rig.network.listen("web.test", 80, _Web)
            rig.network.listen("mqtt.test", 1883, _Broker)
            for what, prepare, act in _ACTS:
                given = prepare(rig)
                rig.start()
                act(rig, given)
                figures.append(Figure(what, delay, rig.seconds * 1000, rig.wire * 1000))
                if given is not None:
                    given.close()
    return figures


def _nothing(_rig: Bench) -> None:
    return None


def _echo_socket(rig: Bench):
    return rig.connect("echo.test", 7)


def _fresh_socket(rig: Bench):
    sock = rig.pool.socket()
    sock.settimeout(30)
    return sock


def _mqtt_socket(rig: Bench):
    sock = rig.connect("mqtt.test", 1883)
    name = b"bench"
    sock.send(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x3c\x00\x05" + name)
    sock.recv_into(bytearray(4))
    return sock


def _at(rig: Bench, _sock: None) -> None:
    rig.radio.command("AT")


def _dns(rig: Bench, _sock: None) -> None:
    rig.pool.getaddrinfo("web.test", 80)


def _connect(_rig: Bench, sock) -> None:
    sock.connect(("echo.test", 7))


def _first_byte(_rig: Bench, sock) -> None:
    sock.send(b"x")
    sock.recv_into(bytearray(1))


def _request(_rig: Bench, sock) -> None:
    sock.connect(("web.test", 80))
    sock.send(_HEAD)
    buffer = bytearray(512)
    while sock.recv_into(buffer):
        pass


def _publish(_rig: Bench, sock) -> None:
    topic, message = b"sensors/room", b"21.5"
    packet = bytes([0x30, 2 + len(topic) + len(message), 0, len(topic)]) + topic + message
    sock.send(packet)


_ACTS = (
    ("AT", _nothing, _at),
    ("a name (getaddrinfo)", _nothing, _dns),
    ("connect, by name", _fresh_socket, _connect),
    ("one byte there and back", _echo_socket, _first_byte),
    ("an HTTP request, 240 bytes of answer", _fresh_socket, _request),
    ("an MQTT publish of 20 bytes", _mqtt_socket, _publish),
)
