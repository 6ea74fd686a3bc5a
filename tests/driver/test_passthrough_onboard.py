"""A megabyte each way through passthrough in a real MicroPython, to a real peer."""

import errno
import hashlib
import socket
import ssl
import threading
from pathlib import Path

import pytest
import trustme

from espat_tools import runtimes, where
from espat_tools.conformance.world import time_server
from espat_tools.emulator import Module
from tests import peers
from tests.driver.desk import pattern
from tests.runtimes import like_circuitpython
from tests.runtimes.like_circuitpython import FRAMES

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
        sending = threading.Thread(target=peer.sendall, args=(MEGABYTE,), daemon=True)
        sending.start()
        left = len(MEGABYTE) - len(first)
        while left:
            data = peer.recv(65536)
            if not data:
                return
            self.digest.update(data)
            left -= len(data)
        sending.join()  # or it would stand in the midst of the megabyte
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


def secure(context):
    """What echoes over TLS."""

    def serve(client):
        with context.wrap_socket(client, server_side=True) as sock:
            peers.echo(sock)

    return serve


@pytest.mark.parametrize("version", [9, 10])
@pytest.mark.parametrize("family", ["esp32c3-3.3", "esp32c6-5.0.1", "esp32-2.4"])
def test_with_the_frames_of_circuitpython(family, version):
    """CircuitPython 9 has none to spare for a CA that is yet to go to the module's flash."""
    if reason := runtimes.wasm_missing("newest"):
        pytest.skip(reason)
    authority = trustme.CA(key_type=trustme.KeyType.RSA)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("tls.test", key_type=trustme.KeyType.RSA).configure_cert(context)
    with (
        time_server("127.0.0.1") as clock,
        peers.Peer(peers.echo) as plain,
        peers.Peer(secure(context)) as encrypted,
    ):
        hosts = {
            "peer.test": ("127.0.0.1", {7: plain.port}),
            "tls.test": ("127.0.0.1", {443: encrypted.port}),
            "cn.ntp.org.cn": ("127.0.0.1", {123: clock}),
        }
        with Module(family, hosts=hosts) as module:
            said = like_circuitpython.run(
                PROGRAM.with_name("onboard_streams.py"),
                module.open_pty(),
                frames=FRAMES[version],
                TLS_FIRST="1" if version < 10 else "",
                files={"/roots.pem": authority.cert_pem.bytes().decode()},
                timeout=120,
            ).check()
    assert said.splitlines()[-6:] == [
        "plain b'hello'",
        "secure b'hello'",
        "power 15.0",
        "announced",
        f"member {errno.EAGAIN}",
        f"refused {errno.ECONNREFUSED}",
    ]
