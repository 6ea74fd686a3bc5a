"""asyncio as it is built into MicroPython: streams over the module."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.micropython.conftest import ONBOARD
from tests.peers import Peer, closed_port, echo, silent, three_lines

BEAT = {"beat": ONBOARD / "beat.py"}
CUTS = ["connect cut", "connect cut", "read cut", "readline cut", "readexactly cut", "drain cut"]


@pytest.fixture
def hosts():
    """echo.test: 7 an echo, 8 three lines, 9 nobody, 10 one who says nothing."""
    with Peer(echo) as one, Peer(three_lines) as two, Peer(silent) as four:
        yield {
            "echo.test": ("127.0.0.1", {7: one.port, 8: two.port, 9: closed_port(), 10: four.port})
        }


@pytest.mark.parametrize("paced", [False, True], ids=["", "paced"])
def test_clients(make_pico, hosts, capsys, paced):
    """Five at once, refused, cancelled inside each await: other tasks keep their beat, and the
    driver waits for nothing, over 115200 baud either.
    """
    pico = make_pico(hosts, paced=paced)
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
    assert stall.endswith(" waited 0 ms at most, in 0 turns")
    assert pico.sent() >= 5 * 2000 + 5 * 500 + 2 + 4 * 3000
    with capsys.disabled():
        print(f"\nasyncio clients: the longest {stall}")


def say(port, number, lines):
    """A client of ours, which sends lines one by one: what it got back."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), 30) as client:
        file = client.makefile("rwb")
        for i in range(lines):
            file.write(b"client %d says %d\n" % (number, i))
            file.flush()
            got += file.readline()
    return got


def end(port):
    with socket.create_connection(("127.0.0.1", port), 30) as client:
        client.sendall(b"end\n")
        assert client.recv(10) == b"END\n"
        assert client.recv(10) == b""


def test_a_server(make_pico, capsys):
    """Five clients at once, four times over; closed, and opened again."""
    pico = make_pico()
    with pico.started("serve", modules=BEAT) as program, ThreadPoolExecutor(5) as pool:
        program.wait_for("serving")
        port = pico.server_port
        found = list(pool.map(lambda number: say(port, number, 4), range(20)))
        wanted = [b"CLIENT %d SAYS %d\n" % (n, i) for n in range(20) for i in range(4)]
        assert b"".join(found) == b"".join(wanted)
        end(port)
        program.wait_for("serving again")
        end(pico.server_port)
        lines = program.ended()
    assert lines[:3] == ["serving", "served 21", "serving again"]
    assert pico.sent() == sum(map(len, wanted)) + 8
    told = [line[13:] for line in pico.commands(b"+CIPSERVER=")]
    # The first is of the set-up. Whether the last goes out before the program ends is chance.
    assert told[1:4] == [b"1,8080", b"0", b"1,8081"]
    assert " waited 0 ms at most, in 0 turns" in lines[3]
    with capsys.disabled():
        print(f"\nasyncio server, five clients at once: the longest {lines[3]}")
