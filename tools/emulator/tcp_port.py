"""A module behind a TCP port: raw bytes, as pyserial's ``socket://`` and ``nc`` use them.

It serves one client at a time; another one is told who uses the module, and is disconnected. A
socket has no baud rate, so a client always has the module's own. A client that does not read is
slowed down by TCP.
"""

import contextlib
import selectors
import socket
import time

from .line import HostEnd
from .port import Port

#: Bytes that the kernel buffers for a client in each direction.
_KERNEL = 1 << 17

#: How many seconds a refused client has to read the reason, and how many such clients there can
#: be at a time.
_PARTING = 1.0
_REFUSED = 16


class TcpPort(Port):
    """A listening socket, and its one client."""

    def __init__(self, line, host, port, size=None, rtscts=False):
        super().__init__(line, size)
        self._listener = socket.create_server((host, port), backlog=128)
        self._listener.setblocking(False)
        # Accepted sockets inherit these. Without limits the kernel would buffer megabytes.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KERNEL)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL)
        #: (host, port)
        self.address = self._listener.getsockname()[:2]
        self._rtscts = rtscts
        self._client = None
        self._name = ""
        # Refused clients, and when they are closed at the latest.
        self._leaving = {}

    def fileno(self):
        """The client's file descriptor."""
        return self._client.fileno()

    def step(self):
        """Accept or refuse clients, and move bytes."""
        self._accept()
        self._see_off()
        self.busy = False
        if self._client:
            super().step()

    def waiting(self):
        """{what to wait for: events}: the listener, the client and the refused clients."""
        waiting = dict.fromkeys([self._listener, *self._leaving], selectors.EVENT_READ)
        if self._client:
            waiting.update(super().waiting())
        return waiting

    def close(self):
        """Close every socket."""
        if self._client:
            self._drop()
        for client in [self._listener, *self._leaving]:
            client.close()
        self._leaving.clear()

    # -- clients -----------------------------------------------------------------------------

    def _accept(self):
        while True:
            try:
                client, place = self._listener.accept()
            except OSError:
                return
            client.setblocking(False)
            if self._client:
                self._look()
            if self._client:
                self._refuse(client)
            else:
                self._welcome(client, f"{place[0]} port {place[1]}")

    def _look(self):
        """Check whether the current client is still there, before another one is refused.

        The end of its connection is seen only after all bytes it sent have been read.
        """
        super().step()
        if self._client and not self._listens:
            self._part_if_broken()

    def _part_if_broken(self):
        """Drop a client whose socket has an error: while it is not read, nothing else tells."""
        if self._client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._drop()

    def _welcome(self, client, name):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._client, self._name = client, name
        self.end = self._line.attach(HostEnd(size=self._size, rtscts=self._rtscts))

    def _refuse(self, client):
        text = f"espat emulator: {self._name} has this module, and it takes one at a time\r\n"
        with contextlib.suppress(OSError):
            client.send(text.encode())
            client.shutdown(socket.SHUT_WR)
        self._leaving[client] = time.monotonic() + _PARTING
        while len(self._leaving) > _REFUSED:
            self._part(next(iter(self._leaving)))

    def _see_off(self):
        """Close refused clients once they have closed, or after a time.

        Closing a socket with unread bytes sends RST, and the client would lose the text.
        """
        for client, end in list(self._leaving.items()):
            try:
                gone = client.recv(4096) == b""
            except BlockingIOError:
                gone = False
            except OSError:
                gone = True
            if gone or time.monotonic() >= end:
                self._part(client)

    def _part(self, client):
        del self._leaving[client]
        client.close()

    def _drop(self):
        self._line.detach(self.end)
        self._client.close()
        self._client = None
        self._output = b""

    # -- bytes -------------------------------------------------------------------------------

    def _receive(self, limit):
        try:
            data = self._client.recv(limit)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._leave()
        return data

    def _leave(self):
        """The client has closed: send what the module has already sent, as it may still read."""
        with contextlib.suppress(OSError):
            self._client.send(self._output + self._line.read(self.end))
        self._drop()

    def _give(self):
        return super()._give() if self._client else 0

    def _take(self):
        return super()._take() if self._client else 0

    def _send(self, data):
        try:
            return self._client.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self._drop()
            return 0
