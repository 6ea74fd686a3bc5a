"""TLS at the other end of a :class:`~.memory.MemoryNetwork`: peers that speak it, in memory.

>>> network.listen("web.test", 443, tls_server(context, Handler))
>>> network.dial(443, tls_client(context, Handler()))

``context`` is an ``ssl.SSLContext``; a handler is what the network's own are, and sees what is
in clear.
"""

from .tls_engines import Closed, Failed, MemoryEngine


class SecurePeer:
    """The far end of a module's TLS connection, as a handler sees it."""

    def __init__(self, peer, engine, handler):
        self._peer = peer
        self._engine = engine
        self._handler = handler
        self.open = False
        #: Everything the module sent, in clear.
        self.data = bytearray()
        #: Why it failed, None if it did not.
        self.failure = None
        self._waiting = bytearray()
        self.closed = False

    @property
    def tls(self):
        """The ``ssl.SSLObject``: protocols, certificates, versions."""
        return self._engine.tls

    @property
    def raw(self):
        """The :class:`~.memory.Peer` below."""
        return self._peer

    @property
    def unread(self):
        """Ciphertext sent and not yet taken by the module."""
        return self._peer.unread

    def send(self, data):
        """Send to the module, once hands are shaken."""
        self._waiting += data
        self._flush()

    def close(self, notify=True):
        """Close after what was sent: with a close_notify, or abruptly without."""
        if notify and self.open:
            self._engine.finish()
        self._flush()
        self._peer.close()

    def reset(self):
        """Close at once; what was sent and not taken is lost (RST)."""
        self._peer.reset()

    def _flush(self):
        if self.open and self._waiting:
            data, self._waiting = bytes(self._waiting), bytearray()
            self._engine.send(data)
        data = self._engine.take()
        if data and not self._peer.closed:
            self._peer.send(data)

    def _call(self, name, *args):
        method = getattr(self._handler, name, None)
        if method:
            method(self, *args)

    def advance(self, data=b""):
        """Take ciphertext that came."""
        self._engine.put(data)
        try:
            if not self.open and self._engine.handshake():
                self.open = True
                self._flush()
                self._call("connected")
            self._flush()
            while self.open and (clear := self._engine.receive(1 << 16)):
                self.data += clear
                self._call("received", clear)
            self._flush()
        except Closed:
            self._flush()
        except Failed as failure:
            self.failure = failure
            self._flush()
            self._peer.close()

    def left(self):
        """The module closed."""
        self.closed = True
        self._call("closed")


class TlsHandler:
    """What a :class:`~.memory.MemoryNetwork` calls: it speaks TLS for the handler within."""

    def __init__(self, engine, handler):
        self._make = engine
        self._handler = handler
        self.peer = None

    def connected(self, peer):
        """The connection stands; shake hands over it."""
        handler = self._handler
        if isinstance(handler, type):
            handler = handler()
        self.peer = SecurePeer(peer, self._make(), handler)
        self.peer.advance()

    def received(self, peer, data):
        """Ciphertext came."""
        self.peer.advance(data)

    def closed(self, peer):
        """The module closed."""
        self.peer.left()


def tls_server(context, handler):
    """A handler for ``MemoryNetwork.listen``, made anew for each connection."""
    return lambda: TlsHandler(lambda: MemoryEngine(context, server=True), handler)


def tls_client(context, handler=None, name=None):
    """A handler for ``MemoryNetwork.dial``; ``name`` is the server's."""
    return TlsHandler(lambda: MemoryEngine(context, name=name), handler)
