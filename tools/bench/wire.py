"""Measures with a simulated clock how much of the wire's capacity a transfer uses.

    espat bench wire
    espat bench wire --json

The share of payload is the part of the line's rate that a program gets. `in use` is the share of
the time in which any byte was on the line in either direction; its limit is 100 (a little more if
both directions overlap). The rest to 100 is the time in which both ends waited.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from espat_tools.bench.simulated import Bench, Sender, Sink, bench

RATES = (115_200, 460_800, 921_600)
LENGTH = 40_000
FAMILIES = ("esp32c3-3.3", "nonos-1.7.4")
"""Passive receive of 5,744 and of 2,920 bytes per link; sends of 8,192 and of 2,048."""

_MODULE_SEND = 0.002
"""How many seconds a real module takes for a send, in addition to the wire."""


@dataclass(frozen=True)
class Figure:
    """One transfer: shares in percent of the line's time."""

    family: str
    what: str
    links: int
    baud: int
    payload: float
    in_use: float

    def as_json(self) -> dict:
        """The figure as an object for `json.dumps`."""
        return {**asdict(self), "payload": round(self.payload, 1), "in_use": round(self.in_use, 1)}


def measure(progress: Callable[[str], None], length: int = LENGTH) -> list[Figure]:
    """Measure down and up, over one link and five, at each rate and with each family."""
    figures = []
    for family in FAMILIES:
        for what, move in (("down", _down), ("up", _up), ("up, 8 KB at a time", _up_large)):
            for links in (1,) if move is _up_large else (1, 5):
                for baud in RATES:
                    progress(f"{family}, {what}, {links} links, {baud:,} baud")
                    with bench(baud, family, send=_MODULE_SEND) as rig:
                        move(rig, links, length)
                        figures.append(_figure(rig, family, what, links, length))
    return figures


def _figure(rig: Bench, family: str, what: str, links: int, length: int) -> Figure:
    ideal = length * 10 / rig.baud
    seconds = rig.seconds
    shares = 100 * ideal / seconds, 100 * rig.wire / seconds
    return Figure(family, what, links, rig.baud, *shares)


def _down(rig: Bench, links: int, length: int) -> None:
    """Receive a body of `length` bytes, in one equal part for each link."""
    part = length // links
    rig.network.listen("body.test", 80, Sender(part))
    socks = [rig.connect("body.test", 80) for _ in range(links)]
    rig.start()
    for sock in socks:
        sock.send(b"go")
    buffer = bytearray(1460)
    left = [part] * links
    while any(left):
        for i, sock in enumerate(socks):
            if left[i]:
                left[i] -= sock.recv_into(buffer, min(len(buffer), left[i]))


def _up(rig: Bench, links: int, length: int, piece: int = 1460) -> None:
    sink = Sink()
    rig.network.listen("sink.test", 9, sink)
    socks = [rig.connect("sink.test", 9) for _ in range(links)]
    data = bytes(piece)
    rig.start()
    sent = 0
    while sent < length:
        for sock in socks:
            sent += sock.send(data[: length - sent])
    if sink.heard != length:
        raise RuntimeError(f"{sink.heard} of {length} bytes came to the other end")


def _up_large(rig: Bench, links: int, length: int) -> None:
    """Send in the largest pieces for one command; the driver cuts them to the firmware's limit."""
    _up(rig, links, length, 8192)
