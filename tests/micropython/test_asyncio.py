"""asyncio as it is built into MicroPython: streams over the module."""

import pytest

from tests.micropython.conftest import ONBOARD
from tests.micropython.peers import Peer, closed_port, echo, silent, three_lines

BEAT = {"beat": ONBOARD / "beat.py"}
CUTS = ["connect cut", "connect cut", "read cut", "readline cut", "readexactly cut", "drain cut"]


@pytest.fixture
def hosts():
    """echo.test: 7 an echo, 8 three lines, 9 nobody, 10 one who says nothing."""
    with Peer(echo) as one, Peer(three_lines) as two, Peer(silent) as four:
        yield {
            "echo.test": ("127.0.0.1", {7: one.port, 8: two.port, 9: closed_port(), 10: four.port})
        }


def test_clients(make_pico, hosts, capsys):
    """Five at once, refused, cancelled inside each await: other tasks keep their beat."""
    pico = make_pico(hosts)
    lines = pico.run("clients", 7, 8, 9, 10, modules=BEAT)
    stall = lines.pop(-2)
    assert lines == [
        "five [True, True, True, True, True]",
        "more [True, True, True, True, True]",
        r"lines [b'first\n', b'second\n', b'rest', b'']",
        "refused ('OSError', 111)",
        *[*CUTS, "after True"] * 4,
        "beats True",
    ]
    assert pico.sent() >= 5 * 2000 + 5 * 500 + 2 + 4 * 3000
    with capsys.disabled():
        print(f"\nasyncio clients: the longest {stall} ms")
