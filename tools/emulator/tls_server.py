"""A TLS server of the module: a listener of :mod:`.network` that does the handshakes first."""

import functools

from .network import CONNECTING, OPEN
from .tls_client import can_serve, channel_over, server_engine
from .tls_engines import openssl


class TlsListener:
    """A listener whose ``accept`` gives clients after their handshake.

    Clients whose handshake fails are dropped silently.
    """

    kind = "SSL"

    def __init__(self, core, below, ca):
        self._core = core
        self._below = below
        self._ca = ca
        #: Handshakes under way: [channel, its progress when last seen, end of the time-out]
        self._coming = []

    @property
    def port(self):
        """The real port."""
        return self._below.port

    def accept(self):
        """The next client's channel, or None."""
        below = self._below.accept()
        if below is not None:
            start = functools.partial(server_engine, self._core, self._ca)
            channel = channel_over(self._core, below, start)
            self._coming.append([channel, -1, 0.0])
        for entry in list(self._coming):
            if entry[0].state == OPEN:
                self._coming.remove(entry)
                return entry[0]
            self._watch(entry)
        return None

    def _watch(self, entry):
        """Drop a client that has failed, or whose next packet does not come within the time-out."""
        channel, progress, end = entry
        now = self._core.scheduler.now
        if channel.progress != progress:
            wait = self._core.timing.handshake_timeout
            entry[1:] = [channel.progress, now + wait]
            self._core.scheduler.after(wait, lambda: None)
        elif now >= end or channel.state != CONNECTING:
            channel.close()
            self._coming.remove(entry)

    def close(self):
        """Stop listening, and drop clients whose handshake is not finished."""
        for channel, _, _ in self._coming:
            channel.close()
        self._coming.clear()
        self._below.close()


def serve(core, port, ca):
    """A listener for AT+CIPSERVER with "SSL"; None without a certificate or a free port."""
    openssl()
    if not can_serve(core, ca):
        return None
    below = core.network.open_server("TCP", port)
    return below and TlsListener(core, below, ca)
