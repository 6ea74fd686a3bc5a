"""What must not wait does not wait for the module, over a slow line either; what does is known."""

import socket

import pytest

from tests.micropython.conftest import ONBOARD
from tests.micropython_net import test_calls_of_others
from tests.peers import DatagramEcho, Peer, closed_port, echo

secure_echo = test_calls_of_others.secure_echo
BOARD = ONBOARD / "board_at_rate.py"

_RESTARTS = 6
MOST_MS = 3000
"""No call that waits takes longer, on a busy machine either. docs/micropython.md says less."""


@pytest.mark.parametrize("baud", [115200, 9600])
@pytest.mark.parametrize("family", ["esp32c3-3.3", "esp32-2.4"])
def test_who_waits(make_pico, secure_echo, capsys, family, baud):
    with Peer(echo) as peer, DatagramEcho() as datagrams:
        ports = {7: peer.port, 8: datagrams.port, 10: secure_echo.port, 9999: closed_port()}
        hosts = {"echo.test": ("127.0.0.1", ports)}
        pico = make_pico(hosts, family, paced=True, baud=baud)
        with pico.started("stalls", baud, modules={"espat_board": BOARD}) as program:
            for number in range(_RESTARTS + 2):
                if number in (0, _RESTARTS + 1):
                    program.wait_for("serving", nth=bool(number))
                    with socket.create_connection(("127.0.0.1", pico.server_port), 30) as client:
                        client.sendall(b"hello\n")
                        assert client.recv(100) == b"answer"
                else:
                    program.wait_for("reset", nth=number - 1)
                    pico.module.fault("reset")
                    program.say("done")
            lines = program.ended()
    rows = [line.rpartition(" ") for line in lines if line.split()[-1].isdigit()]
    waited = {name.strip(): int(ms) for name, _, ms in rows}
    assert len(waited) > 40
    assert {name: ms for name, ms in waited.items() if ms and name[-1] != "*"} == {}
    starred = {name[:-1]: ms for name, ms in waited.items() if name[-1] == "*"}
    assert max(starred.values()) < MOST_MS
    with capsys.disabled():
        print(f"\n{family} at {baud} baud, ms waited: {starred}")
