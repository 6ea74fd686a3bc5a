"""Updates over the network: the server of the emulator's modules, and its files.

Espressif's server and its protocol are not public, and the emulator runs no firmware. So the
server, its files and the images are the emulator's own invention. The server is any HTTP server
that the module's network knows as :data:`HOST`. It has a file ``version`` with the latest version,
such as ``v3.4.0.0``, and for each version a folder of that name. The folder holds the files that
can be updated: ``ota``, made by :func:`image`, and others with the names of their partitions, such
as ``client_ca``.
"""

import re

from .link_types import Request, dial
from .network import OPEN
from .reach import established, resolve

#: The server's name, and its ports without and with TLS.
HOST = "ota.test"
PORTS = {"TCP": 80, "SSL": 443}

#: The first byte of a firmware image, on every ESP chip.
_MAGIC = b"\xe9"
_VERSION = re.compile(rb"v?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})")
_HEAD = re.compile(rb"HTTP/1\.[01] 200 .*?\r\n\r\n", re.DOTALL)
_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)

#: The most bytes that a module can receive.
_ROOM = 8 << 20

#: Seconds between two polls of a connection.
_BEAT = 0.005


def image(version, size=65536):
    """An image of ``size`` bytes; a module updated with it reports ``version`` (``"v3.4.0.0"``)."""
    return (_MAGIC + b"espat firmware " + version.encode() + b"\n").ljust(size, b"\xff")


def version_of(text):
    """The four numbers of a version, or None."""
    match = _VERSION.fullmatch(text.strip())
    return match and tuple(map(int, match.groups()))


def version_in(data):
    """The version in an image, as four numbers; None if :func:`image` did not make it."""
    head, _, _ = data[:64].partition(b"\n")
    marked = head.startswith(_MAGIC + b"espat firmware ")
    return version_of(head.rpartition(b" ")[2]) if marked else None


class Place:
    """A server from which a module fetches files."""

    def __init__(self, core, host=HOST, kind="TCP", port=None):
        self._core = core
        self._host = host
        self._kind = kind
        self._port = port or PORTS[kind]
        self._address = None
        self._end = core.scheduler.now + core.timing.update_timeout

    def found(self):
        """A task: resolve the server's name; returns whether it has an address."""
        self._address = yield from resolve(self._core, self._host)
        return self._address is not None

    def fetch(self, path, connected=lambda: None, there=lambda: None):
        """A task: fetch a file; returns its bytes, or None.

        Calls ``connected`` when connected, and ``there`` when the answer says that the file exists.
        """
        request = Request(self._kind, self._host, self._port)
        channel = dial(self._core, request, self._address)
        if channel is None:
            return None
        try:
            yield from established(self._core, channel)
            if channel.state != OPEN:
                return None
            connected()
            question = f"GET /{path} HTTP/1.0\r\nHost: {self._host}\r\n\r\n".encode()
            while question and not channel.broken and self._core.scheduler.now < self._end:
                question = question[channel.send(question) :]
                if question:
                    yield _BEAT
            return (yield from self._answer(channel, there))
        finally:
            channel.close()

    def _answer(self, channel, there):
        came, head = bytearray(), None
        while len(came) < _ROOM and self._core.scheduler.now < self._end:
            data = channel.receive(65536)
            came += data
            if head is None:
                head = _HEAD.match(came)
                if head:
                    there()
            length = head and _LENGTH.search(head[0])
            whole = length and len(came) - len(head[0]) >= int(length[1])
            if whole or (channel.ended and not data):
                break
            if not data:
                yield _BEAT
        else:
            return None
        if head is None or (length and not whole):
            return None
        return bytes(came[len(head[0]) :])


class Updates:
    """A handler of :meth:`~.memory.MemoryNetwork.listen` that serves ``files``: {path: bytes}.

    :meth:`of` makes one with the files of a version. Each connection is closed after one answer.
    """

    def __init__(self, files):
        self.files = files
        #: The paths that were requested.
        self.asked = []
        self._heard = {}

    @classmethod
    def of(cls, version, **files):
        """A server whose latest version is ``version``; further ``files`` by their names."""
        files = {"ota": image(version), **files}
        named = {f"{version}/{name}": data for name, data in files.items()}
        return cls({"version": version.encode() + b"\n", **named})

    def received(self, peer, data):
        """See :class:`~.memory.MemoryNetwork`."""
        heard = self._heard[peer] = self._heard.get(peer, b"") + data
        if b"\r\n\r\n" not in heard:
            return
        path = heard.split(b" ")[1].decode().lstrip("/")
        self.asked.append(path)
        body = self.files.get(path)
        if body is None:
            peer.send(b"HTTP/1.0 404 Not Found\r\n\r\n")
        else:
            peer.send(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        peer.close()
