"""A megabyte each way through passthrough in a real MicroPython, to a real peer."""

import hashlib
import socket
import threading
from pathlib import Path

import pytest

from espat_tools import where
from espat_tools.emulator import Module
from tests.driver.desk import pattern

MEGABYTE = pattern(1 << 20)
PROGRAM = Path(__file__).parent / "onboard_passthrough.py"
PTY_UART = where.tools_folder() / "onboard" / "pty_uart.py"


class Peer:
    """Takes a megabyte and sends one, both at once; says OK when it has got all."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.other = socket.create_server(("127.0.0.1", 0))
        self.digest = hashlib.sha256()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        peer, _ = self.listener.accept()
        first = peer.recv(1024)
        self.digest.update(first)
        threading.Thread(target=peer.sendall, args=(MEGABYTE,), daemon=True).start()
        left = len(MEGABYTE) - len(first)
        while left:
            data = peer.recv(65536)
            if not data:
                return
            self.digest.update(data)
            left -= len(data)
        peer.sendall(b"OK\n")


@pytest.mark.parametrize("family", ["esp32c3-3.3", "nonos-1.7.4"])
def test_a_megabyte_each_way(micropython, family):
    peer = Peer()
    with peer.listener, peer.other:
        ports = {7: peer.listener.getsockname()[1], 8: peer.other.getsockname()[1]}
        with Module(family, hosts={"peer.test": ("127.0.0.1", ports)}) as module:
            said = micropython(
                PROGRAM,
                [module.open_pty(), "peer.test", "7", str(len(MEGABYTE))],
                modules={"pty_uart": PTY_UART},
                timeout=300,
            ).check()
    assert said.splitlines() == [
        "b'OK\\n'",
        f"{len(MEGABYTE)} {hashlib.sha256(MEGABYTE).hexdigest()}",
        "a socket works again",
    ]
    assert peer.digest.digest() == hashlib.sha256(bytes(range(256)) * 4096).digest()
