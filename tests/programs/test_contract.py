"""What libraries rely on, tried with sockets at the other end, on CPython and in MicroPython."""

import contextlib
import importlib.util
import socket
import socketserver
import threading
from pathlib import Path

import pytest

import espat
from espat_tools import where
from espat_tools.emulator import Module, SocketNetwork

ONBOARD = Path(__file__).parent / "onboard"


class Echo(socketserver.BaseRequestHandler):
    """Says what it hears."""

    def handle(self):
        while data := self.request.recv(4096):
            self.request.sendall(data)


class EchoDatagram(socketserver.BaseRequestHandler):
    """The same, for datagrams."""

    def handle(self):
        data, sock = self.request
        sock.sendto(data, self.client_address)


class Time(socketserver.BaseRequestHandler):
    """Says something and closes."""

    def handle(self):
        self.request.sendall(b"the time")


class Caller(socketserver.BaseRequestHandler):
    """Calls the module's server, and passes on what that says."""

    def handle(self):
        port = self.server.module.core.links.listener.port
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"hello")
            while data := client.recv(100):
                self.request.sendall(data)


class Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@pytest.fixture
def peer():
    """{port: real port} of the peer; set `module` where the caller shall call."""
    with contextlib.ExitStack() as stack:

        def serve(handler, kind=Threads, place=("127.0.0.1", 0)):
            server = stack.enter_context(kind(place, handler))
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return server

        echo = serve(Echo)
        # UDP on the same number: the map of the network knows one real port for a port.
        serve(EchoDatagram, socketserver.UDPServer, echo.server_address)
        yield {7: echo, 13: serve(Time), 80: serve(Caller)}


@pytest.fixture
def module(peer, family):
    """A module in the peer's network."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nobody = gone.getsockname()[1]
    ports = {port: server.server_address[1] for port, server in peer.items()}
    hosts = {"peer.test": ("127.0.0.1", {**ports, 6: nobody})}
    network = SocketNetwork(hosts, server_ports={8080: 0})
    with Module(family, network=network, timing={"join": 0.01}) as module:
        peer[80].module = module
        yield module


def broken(lines):
    """The lines of contract.py that do not hold."""
    assert len(lines) > 50, lines
    return [what for what, holds in lines if holds is not True]


def test_in_cpython(module):
    spec = importlib.util.spec_from_file_location("contract", ONBOARD / "contract.py")
    contract = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(contract)
    radio = espat.Radio(module.uart(), rx_size=2048)
    radio.connect("espat", "correct horse")
    assert broken(list(contract.lines(espat.SocketPool(radio)))) == []


def test_in_micropython(module, micropython):
    modules = {
        "program": ONBOARD / "contract.py",
        "pty_uart": where.tools_folder() / "onboard" / "pty_uart.py",
    }
    program = ONBOARD / "on_board.py"
    printed = micropython(program, [module.open_pty()], modules=modules).check()
    lines = [line.rpartition(" ")[::2] for line in printed.splitlines()]
    assert broken([(what, holds == "True") for what, holds in lines]) == []
