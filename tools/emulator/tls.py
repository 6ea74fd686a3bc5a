"""A TLS connection of the module: a channel of :mod:`.network` over another channel.

It does no I/O of its own and has no clock. Records are taken from the channel below one by one,
as the module does: its buffers are as large as a record, and the number of waiting bytes that it
reports depends on the records too.
"""

from .network import CONNECTING, FAILED, OPEN, Channel
from .tls_engines import BAD_RECORD, EOF, RESET, Closed, Failed

#: Bytes in the header of a record: type, version, length.
_HEAD = 5

#: How many bytes are taken from the network at a time while a record is incomplete.
_GULP = 4096

#: Errors of esp-tls.
NOT_CONNECTED = 0x8004  # ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST
TIMED_OUT = 0x8006  # ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT


class TlsChannel(Channel):
    """The module's end of a TLS connection over the channel ``below``.

    ``start()`` makes the engine once the connection below is open. Records longer than ``largest``
    bytes are refused, and sent ones hold at most ``fragment`` bytes. ``tells_hidden``: the module
    counts received bytes that are still encrypted.
    """

    def __init__(self, below, start, *, largest=16384, fragment=4096, tells_hidden=False):
        self._below = below
        self._start = start
        self._largest = largest
        self._fragment = fragment
        self._tells_hidden = tells_hidden
        self._engine = None
        self._state = CONNECTING
        #: Received ciphertext that is not decrypted yet, and ciphertext to be sent.
        self._came = bytearray()
        self._leaving = bytearray()
        self._end = False
        self.remote = self.source = below.remote
        #: Counts steps of the handshake, because each packet has its own time-out.
        self.progress = 0
        #: Why it failed: the number that some firmware prints.
        self.errno = TIMED_OUT

    # -- opening -----------------------------------------------------------------------------

    @property
    def state(self):
        """ "connecting", "open" or "failed"; reading this continues the handshake."""
        if self._state == CONNECTING:
            self._advance()
        return self._state

    def _advance(self):
        if self._below.state == FAILED:
            self._fail(NOT_CONNECTED)
        if self._state == FAILED or self._below.state == CONNECTING:
            return
        try:
            if self._engine is None:
                self._engine = self._start()
                self.progress += 1
            self._shake_hands()
        except Failed as failure:
            self._flush()
            self._fail(failure.code)

    def _shake_hands(self):
        while not self._engine.handshake():
            self._flush()
            if not self._next_record():
                if self._below.ended or self._below.broken:
                    raise Failed(RESET if self._below.broken else EOF)
                return
            self.progress += 1
        self._flush()
        self._state = OPEN

    def _fail(self, code):
        self.errno = code
        self._state = FAILED
        self._end = True
        self._below.close()

    # -- records -----------------------------------------------------------------------------

    def _record(self):
        """The length of the first received record with its header; 0 while it is incomplete."""
        if len(self._came) < _HEAD:
            return 0
        length = int.from_bytes(self._came[3:5], "big")
        # An encrypted record may hold 256 bytes more than its payload: MAC, padding, nonce.
        if length > self._largest + 256 * (self._state == OPEN):
            raise Failed(BAD_RECORD, f"a record of {length} bytes")
        return _HEAD + length if len(self._came) >= _HEAD + length else 0

    def _next_record(self):
        """Give the engine one record; returns False while no complete one has come."""
        while not self._record():
            data = self._below.receive(_GULP)
            if not data:
                return False
            self._came += data
        length = self._record()
        self._engine.put(bytes(self._came[:length]))
        del self._came[:length]
        return True

    def _flush(self):
        if self._engine:
            self._leaving += self._engine.take()
        while self._leaving and (count := self._below.send(bytes(self._leaving))):
            del self._leaving[:count]

    # -- data --------------------------------------------------------------------------------

    @property
    def hidden(self):
        """How many received bytes are still encrypted; 0 if the module does not count them."""
        return len(self._came) if self._tells_hidden else 0

    def hold(self, limit):
        """Take at most ``limit`` bytes from the network, and keep them encrypted."""
        self._flush()
        data = self._below.receive(limit) if limit > 0 else b""
        self._came += data
        self._end = self._end or (self._below.ended and not self._came)
        return bool(data)

    def receive(self, limit):
        """Return at most ``limit`` bytes of one record."""
        if self._engine is None or self._end or limit <= 0:
            return b""
        try:
            data = self._engine.receive(limit)
            while not data and self._next_record():
                data = self._engine.receive(limit)
        except Closed:
            self._finish()
            return b""
        except Failed:
            self._finish()
            self._below.broken = True
            return b""
        self._flush()
        if not data and self._below.ended:
            self._finish()
        return data

    def _finish(self):
        """End receiving."""
        self._flush()
        self._end = True
        self._came.clear()

    def send(self, data, target=None):
        self._flush()
        if self._leaving or self._engine is None or self.broken:
            return 0
        data = data[: self._fragment]
        try:
            self._engine.send(data)
        except Failed:
            self._below.broken = True
            return 0
        self._flush()
        return len(data)

    # -- what the channel below knows ----------------------------------------------------------

    @property
    def local_port(self):
        return self._below.local_port

    @property
    def ended(self):
        return self._end

    @property
    def broken(self):
        """Whether nothing can be sent any more."""
        return self._below.broken

    def close(self):
        """Close without a close_notify, as esp-tls does (esp_mbedtls_conn_delete)."""
        if self._state == CONNECTING:
            self._state = FAILED
        self._end = True
        self._below.close()
