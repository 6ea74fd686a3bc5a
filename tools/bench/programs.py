"""Measures whole programs: published libraries with a paced module and a simulated clock.

    espat bench programs
    espat bench programs --json

JSON by adafruit_requests, publishes by adafruit_minimqtt, a page of nine files served by
adafruit_httpserver, and datagrams in both directions. Their peers are objects in the emulator's
network, because real peers cannot use a simulated clock.
"""

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from espat_tools.bench.simulated import Bench, bench

RATES = (115_200, 921_600)
_DELAYS = {"connect": 0.002, "dns": 0.002, "send": 0.002, "peer": 0.002}
"""How many seconds a real module and a near peer take, in addition to the wire."""

_JSON = b'{"temperature": 21.5, "humidity": 40, "name": "%s"}' % (b"x" * 250)
_FILES = (1_000, 2_000, 5_000, 8_760, 11_000, 15_000, 20_000, 30_000, 45_000)


@dataclass(frozen=True)
class Figure:
    """One program at one rate: number of acts, seconds for all, and seconds of the wire alone."""

    what: str
    baud: int
    count: int
    seconds: float
    wire: float

    def as_json(self) -> dict:
        """The figure as an object for `json.dumps`."""
        numbers = {"seconds": round(self.seconds, 3), "wire": round(self.wire, 3)}
        return {**asdict(self), **numbers, "a_second": round(self.count / self.seconds, 2)}


def missing() -> str | None:
    """Why nothing can be measured here, or None."""
    try:
        import adafruit_httpserver  # noqa: F401, PLC0415
        import adafruit_minimqtt  # noqa: F401, PLC0415
        import adafruit_requests  # noqa: F401, PLC0415
    except ImportError as error:
        return f"{error.name} is missing: python3 tools/dev.py test --version installs it"
    return None


def measure(progress: Callable[[str], None]) -> list[Figure]:
    """Measure every program at every rate. Raises RuntimeError."""
    if reason := missing():
        raise RuntimeError(reason)
    figures = []
    for what, count, program in _PROGRAMS:
        for baud in RATES:
            progress(f"{what} at {baud:,} baud")
            with bench(baud, **_DELAYS) as rig:
                program(rig, count)
                figures.append(Figure(what, baud, count, rig.seconds, rig.wire))
    return figures


class _Api:
    """Answers each request of a connection with the same JSON."""

    def __init__(self) -> None:
        self._came = b""

    def received(self, peer, data: bytes) -> None:
        self._came += data
        while b"\r\n\r\n" in self._came:
            self._came = self._came.partition(b"\r\n\r\n")[2]
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d"
            peer.send(head % len(_JSON) + b"\r\n\r\n" + _JSON)


def _json(rig: Bench, count: int) -> None:
    import adafruit_connection_manager  # noqa: PLC0415 - not installed everywhere
    import adafruit_requests  # noqa: PLC0415

    rig.network.listen("api.test", 80, _Api)
    session = adafruit_requests.Session(rig.pool)
    rig.start()
    for _ in range(count):
        if session.get("http://api.test/now").json()["humidity"] != 40:
            raise RuntimeError("the JSON came wrong")
    adafruit_connection_manager.connection_manager_close_all(rig.pool)


class _Broker:
    """An MQTT broker that answers CONNECT with CONNACK, and counts other packets."""

    heard = 0

    def received(self, peer, data: bytes) -> None:
        if data[0] == 0x10:
            peer.send(b"\x20\x02\x00\x00")
        else:
            _Broker.heard += data.count(b"sensors/room")


def _publishes(rig: Bench, count: int) -> None:
    import adafruit_minimqtt.adafruit_minimqtt as minimqtt  # noqa: PLC0415

    rig.network.listen("mqtt.test", 1883, _Broker)
    _Broker.heard = 0
    client = minimqtt.MQTT(broker="mqtt.test", port=1883, socket_pool=rig.pool, is_ssl=False)
    client.connect()
    rig.start()
    for i in range(count):
        client.publish("sensors/room", f"{20 + i % 5}.5")
    if _Broker.heard != count:
        raise RuntimeError(f"{_Broker.heard} of {count} publishes came")


def _datagrams(rig: Bench, count: int) -> None:
    peer = rig.network.udp("echo.test", 7, lambda peer, source, data: peer.send(data, source))
    buffer = bytearray(200)
    with rig.pool.socket(type=rig.pool.SOCK_DGRAM) as sock:
        sock.settimeout(10)
        sock.sendto(b"first", peer.place)  # this opens the link
        sock.recvfrom_into(buffer)
        rig.start()
        for _ in range(count):
            sock.sendto(bytes(100), peer.place)
            if sock.recvfrom_into(buffer)[0] != 100:
                raise RuntimeError("a datagram came wrong")


class _Browser:
    """A browser that requests one file, and counts the bytes that come."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.came = 0

    def connected(self, peer) -> None:
        peer.send(b"GET /%d HTTP/1.1\r\nHost: board\r\nAccept: */*\r\n\r\n" % self._number)

    def received(self, _peer, data: bytes) -> None:
        self.came += len(data)


def _page(rig: Bench, count: int) -> None:
    import adafruit_httpserver  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as root:
        for number, length in enumerate(_FILES[:count]):
            (Path(root) / str(number)).write_bytes(bytes(length))
        server = adafruit_httpserver.Server(rig.pool, root)
        server.start("0.0.0.0", port=80)
        rig.start()
        for number, length in enumerate(_FILES[:count]):
            browser = _Browser(number)
            peer = rig.network.dial(80, browser)
            while not peer.closed:
                server.poll()
                rig.radio.modem.port.pause()
            if browser.came < length:
                raise RuntimeError(f"{browser.came} of {length} bytes came")
        server.stop()


_PROGRAMS = (
    ("adafruit_requests: JSON, 300 bytes", 10, _json),
    ("adafruit_minimqtt: publish", 20, _publishes),
    ("UDP: 100 bytes there and back", 20, _datagrams),
    ("adafruit_httpserver: a page of nine files, 138 kB", 9, _page),
)
