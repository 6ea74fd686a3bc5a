"""UDP by `socket`: a client, and one that answers."""

import socket

import pytest

from tests.micropython.peers import DatagramEcho, Peer, echo
from tests.programs.servers import free_port

SAID = [
    "sent 3",
    "came b'one' True",
    "sent 3 5 4",
    "came b'two' b'thr' 4",
    "nothing None 0 4",
    "nothing True",
    "ready 1 b'polled'",
    "listening",
    "got b'first'",
    "got b'second'",
    "tcp b'tcp'",
]


@pytest.mark.parametrize("family", ["esp32c3-3.3", "nonos-1.7.4", "esp32-2.4"])
def test_client_and_server(make_pico, family):
    port = free_port(socket.SOCK_DGRAM)
    with DatagramEcho() as peer, Peer(echo) as tcp:
        pico = make_pico({"echo.test": ("127.0.0.1", {7: tcp.port, 9: peer.port})}, family)
        with (
            pico.started("udp", 9, port) as program,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        ):
            client.settimeout(20)
            program.wait_for("listening")
            for word in (b"first", b"second"):
                client.sendto(word, ("127.0.0.1", port))
                assert client.recv(100) == b"hello " + word
            assert program.ended() == SAID
    starts = [line for line in pico.commands(b"+CIPSTART=") if b'"UDP"' in line]
    assert len(starts) == 2
    assert pico.sent() == len("onetwothreefourpolledhello firsthello secondtcp")
    # The receive mode is what it was: the TCP socket was read by asking.
    assert pico.commands(b"+CIPRECVDATA=")
