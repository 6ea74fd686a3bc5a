"""`socket`, `ssl` and `tls` call by call, as programs call them, in a real MicroPython."""

import socket

import pytest

from tests.micropython import conftest as micropython
from tests.micropython_net import test_calls_of_others
from tests.micropython_net.test_published import ONBOARD
from tests.peers import DatagramEcho, Peer, closed_port, echo, three_lines
from tests.programs.servers import free_port

make_pico = micropython.make_pico
secure_echo = test_calls_of_others.secure_echo


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


CLASSES = """
are [True, True, True]
are not [False, False, False]
streams True True
all names True 2 2
own [True] None
sent 3 3 2
read b'one' b'tw' 6
lines b'o\\n' b'line\\n' 1
option None
into 1 bytearray(b'x')
nothing None
poll True
poll 1 b'polled'
closed None None 32
client echo.test 5 b'hello'
asyncio b'by asyncio\\n'
udp 5 b'five!' 1
serving
accepted [True, True] 3
raw 95
"""


def test_socket_is_a_class(make_pico, secure_echo):
    """To be asked for by isinstance(), and to be derived from."""
    with Peer(echo) as one, DatagramEcho() as datagrams:
        ports = {7: one.port, 8: secure_echo.port, 9: datagrams.port}
        pico = make_pico({"echo.test": ("127.0.0.1", ports)})
        with pico.started(ONBOARD / "classes.py") as program:
            program.wait_for("serving")
            with socket.create_connection(("127.0.0.1", pico.server_port), 30) as client:
                assert client.recv(3) == b"bye"
            assert program.ended() == CLASSES.strip().split("\n")
    assert pico.sent() > 40
