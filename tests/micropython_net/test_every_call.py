"""`socket`, `ssl` and `tls` call by call, as programs call them, in a real MicroPython."""

import socket

import pytest

from tests.micropython import conftest as micropython
from tests.micropython.peers import DatagramEcho, Peer, closed_port, echo, three_lines
from tests.micropython_net.test_published import ONBOARD
from tests.programs.servers import free_port

make_pico = micropython.make_pico


@pytest.mark.parametrize("family", ["esp32c3-3.3", "nonos-1.7.4"])
def test_every_call(make_pico, family):
    with Peer(echo) as one, Peer(three_lines) as other, DatagramEcho() as datagrams:
        ports = {7: one.port, 8: other.port, 9: datagrams.port, 9999: closed_port()}
        free = [free_port(socket.SOCK_DGRAM) for _ in range(2)]
        pico = make_pico({"echo.test": ("127.0.0.1", ports)}, family)
        with pico.started(ONBOARD / "calls.py", 7, 8, 9, *free) as program:
            program.wait_for("serving")
            with socket.create_connection(("127.0.0.1", pico.server_port), 30) as client:
                client.sendall(b"hello\n")
                assert client.recv(100) == b"hello\n"
            lines = program.ended()
    assert lines == ["serving", "tried True"]
    assert pico.sent() > 60
