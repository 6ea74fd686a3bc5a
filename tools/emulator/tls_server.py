"""A TLS server of the module: a listener of :mod:`.network` whose clients shake hands first."""

import functools

from .network import CONNECTING, OPEN
from .tls_client import can_serve, channel_over, server_engine
from .tls_engines import openssl


class TlsListener:
    """Clients come out of ``accept`` once their handshake is done; others are dropped silently."""

    kind = "SSL"

    def __init__(self, core, below, ca):
        self._core = core
        self._below = below
        self._ca = ca
        #: [channel, its progress when last seen, when it is given up]
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
        """Each packet of a handshake has its own time-out."""
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
        """Listen no more; who is not through is dropped."""
        for channel, _, _ in self._coming:
            channel.close()
        self._coming.clear()
        self._below.close()


def serve(core, port, ca):
    """A listener for AT+CIPSERVER with "SSL"; None where there is no certificate, or no port."""
    openssl()
    if not can_serve(core, ca):
        return None
    below = core.network.open_server("TCP", port)
    return below and TlsListener(core, below, ca)
