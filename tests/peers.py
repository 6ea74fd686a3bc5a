"""Peers on loopback for programs on boards, each client on a thread of its own."""

import contextlib
import socket
import threading


def end(listener, thread):
    """End a thread that waits in ``listener.accept()``, then the listener.

    Closed alone the socket listens on as long as the thread is in it, and serves who comes next.
    """
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)
    listener.close()


class Peer:
    """Serves each client with a function; `port` is where, `clients` how many came."""

    def __init__(self, handler):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.clients = 0
        self._handler = handler
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.clients += 1
                threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client):
        with client, contextlib.suppress(OSError):
            self._handler(client)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self._listener, self._thread)


def echo(client):
    """Give back what comes, to the end."""
    while data := client.recv(4096):
        client.sendall(data)


def three_lines(client):
    """Two lines and a rest, after a word; then it closes."""
    client.recv(100)
    client.sendall(b"first\nsecond\nrest")


def silent(client):
    """Take what comes, and say nothing."""
    while client.recv(4096):
        pass


def closed_port():
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class DatagramEcho:
    """Gives datagrams back to who sent them; `port` is where."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port = self._socket.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                data, source = self._socket.recvfrom(2000)
                self._socket.sendto(data, source)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join(10)
        self._socket.close()
