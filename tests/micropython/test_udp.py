"""UDP by `socket`: a client, and one that answers."""

import contextlib
import socket

import pytest

from tests.peers import DatagramEcho, Peer, echo
from tests.programs.servers import free_port, until

SAID = [
    "to (3, (b'one', ('198.51.100.2', 9)))",
    "send (3, b'two')",
    "write (5, b'thr')",
    "part (4, 4)",
    "nothing None 0 4",
    "nothing True",
    "ready b'polled'",
    "listening",
    "got [b'first', b'second']",
    "tcp b'tcp'",
]


def greeted(client, port, word):
    """Whether a word is answered with a greeting: datagrams may be lost."""
    client.sendto(word, ("127.0.0.1", port))
    with contextlib.suppress(TimeoutError):
        return client.recv(100) == b"hello " + word
    return False


@pytest.mark.parametrize("family", ["esp32c3-3.3", "nonos-1.7.4", "esp32-2.4"])
def test_client_and_server(make_pico, family):
    port = free_port(socket.SOCK_DGRAM)
    with DatagramEcho() as peer, Peer(echo) as tcp:
        pico = make_pico({"echo.test": ("127.0.0.1", {7: tcp.port, 9: peer.port})}, family)
        with (
            pico.started("udp", 9, port) as program,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        ):
            client.settimeout(2)
            program.wait_for("listening")
            for word in (b"first", b"second"):
                until(lambda word=word: greeted(client, port, word), lambda: "no answer")
            assert program.ended() == SAID
    starts = [line for line in pico.commands(b"+CIPSTART=") if b'"UDP"' in line]
    assert len(starts) == 2
    assert pico.sent() >= len("onetwothreefourpolledhello firsthello secondtcp")
    # The receive mode is what it was: the TCP socket was read by asking.
    assert pico.commands(b"+CIPRECVDATA=")
