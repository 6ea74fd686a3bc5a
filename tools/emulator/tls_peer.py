"""Peers that use TLS in a :class:`~.memory.MemoryNetwork`.

>>> network.listen("web.test", 443, tls_server(context, Handler))
>>> network.dial(443, tls_client(context, Handler()))

``context`` is an ``ssl.SSLContext``. A handler has the same methods as one for the network, and
gets decrypted data.
"""

from .tls_engines import Closed, Failed, MemoryEngine


class SecurePeer:
    """The far end of a module's TLS connection, as a handler sees it."""

    def __init__(self, peer, engine, handler):
        self._peer = peer
        self._engine = engine
        self._handler = handler
        self.open = False
        #: Everything that the module sent, decrypted.
        self.data = bytearray()
        #: The exception with which it failed, or None.
        self.failure = None
        self._waiting = bytearray()
        self.closed = False

    @property
    def tls(self):
        """The ``ssl.SSLObject``, which knows protocols, certificates and versions."""
        return self._engine.tls

    @property
    def raw(self):
        """The :class:`~.memory.Peer` below."""
        return self._peer

    @property
    def unread(self):
        """Ciphertext that was sent but has not been taken by the module."""
        return self._peer.unread

    def send(self, data):
        """Send to the module, after the handshake."""
        self._waiting += data
        self._flush()

    def close(self, notify=True):
        """Close after all data were sent; ``notify``: with a close_notify."""
        if notify and self.open:
            self._engine.finish()
        self._flush()
        self._peer.close()

    def reset(self):
        """Close at once; data that the module has not taken are lost (RST)."""
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
        """Process ciphertext that came: continue the handshake, and pass data to the handler."""
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
        """Note that the module has closed."""
        self.closed = True
        self._call("closed")


class TlsHandler:
    """A handler for a :class:`~.memory.MemoryNetwork` that adds TLS to another handler."""

    def __init__(self, engine, handler):
        self._make = engine
        self._handler = handler
        self.peer = None

    def connected(self, peer):
        """The connection is open: begin the handshake."""
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
    """A handler for ``MemoryNetwork.listen``; a new one is made for each connection."""
    return lambda: TlsHandler(lambda: MemoryEngine(context, server=True), handler)


def tls_client(context, handler=None, name=None):
    """A handler for ``MemoryNetwork.dial``; ``name`` is the server's name."""
    return TlsHandler(lambda: MemoryEngine(context, name=name), handler)
