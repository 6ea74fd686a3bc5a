# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Passthrough: one connection that has the serial line to itself.

Made by ``radio.passthrough()``: members/passthrough.py has the way in. Loaded with the first
stream, and stays.
"""

from .. import lazy
from ..errors import ATError, fail
from ..links import octets
from ..parser import Ring, const

STAYS = True

_RING = const(256)  # bytes kept of what any() looked for,
_EARLY = const(8192)  # and of what came before the stream began
_REST = const(192)  # of these the last may be all that the parser holds
_BLOCK = const(512)  # bytes written to the UART at a time
_PLUS = const(43)
_SILENCE_MS = const(20)  # "+++" counts only if it stands alone for so long (dialects.md 1, row 12),
_ALONE_MS = const(40)  # and so long is waited for that
_DEAF_MS = const(1100)  # after it the module takes no command for a second
_DRAIN_MS = const(5000)  # how long flow control may hold back what was written

# What a link is.
_FREE = const(0)
_LOST_BYTES = const(6)


class Passthrough:
    """Bytes to one peer and back, as they are: no commands, no lengths.

    Nothing else can use the module while it is open: OSError, EBUSY. Nothing is counted: **without
    RTS/CTS what a full buffer has no room for is lost, and nobody is told**. So is what is written
    while the connection is broken; the module makes it again. If the module restarts, what it says
    then comes out of the stream, and what is written into it are commands to it.

    With UDP what is written without a pause of 20 ms is one datagram.
    """

    served = False  # of no meaning here: see links.py

    def __init__(self, radio, timeout):
        self.radio = radio
        self.modem = radio.modem
        self.timeout = timeout  # seconds without a byte read, or taken; None: no end; 0: no wait
        self.peer = None
        self.shut = False
        self.torn = False  # what came before the stream began is not whole
        self.back = []  # settings to be made again at the end: [name, args]
        self._ring = Ring(_RING)
        self._coming = 0  # bytes of the payload that comes before the stream begins
        self._pluses = 0  # "+" since the line was silent, if it was nothing else; -1: it was
        self._last = self.modem.port.ticks()  # when something was written last,
        self._rate = lazy.call("rates", "rate_of", self.modem.port.uart) or 115200
        self._debt = 0  # and how long, in 10 us, what was written may take to leave

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def settimeout(self, seconds):
        """None: wait for ever; 0: not at all; else so many seconds, then ETIMEDOUT."""
        if seconds is not None and seconds < 0:
            raise fail("negative")
        self.timeout = seconds

    def _rest(self, since, what):
        """One turn of a wait; raises when there is no time left."""
        modem = self.modem
        if modem.idle:
            modem.idle()
        modem.port.pause()
        timeout = self.timeout
        if timeout is not None and modem.port.since(since) >= timeout * 1000:
            raise fail("timed_out", what)

    def _open(self):
        if self.shut:
            raise fail("closed")
        return self.modem.port

    # Reading

    def any(self):
        """How many bytes can be read at once, at least; 0: none."""
        port = self._open()
        ring = self._ring
        ring.fill(port.read(ring.space()))
        return ring.w - ring.r

    def readinto(self, buffer, nbytes=0):
        """Wait for bytes, and put those that are there into a buffer: how many, at least one.

        :param nbytes: at most so many; 0: as many as the buffer holds
        :returns: None if the time-out is 0 and there are none
        :raises OSError: ETIMEDOUT; EBADF, closed
        """
        if nbytes > len(buffer):
            raise fail("too_small")
        port = self._open()
        view = octets("buffer", buffer, True)
        if nbytes > 0:
            view = view[:nbytes]
        n = self._ring.take(view) or port.read(view)
        since = port.ticks()
        while not n and len(view):
            if self.timeout == 0:
                return None
            self._rest(since, "bytes")
            n = port.read(view)
        return n

    def read(self, size=256):
        """As ``readinto()``, as bytes: up to ``size`` of them."""
        buffer = bytearray(size)
        n = self.readinto(buffer)
        return None if n is None else bytes(memoryview(buffer)[:n])

    # Writing

    def write(self, data):
        """Write all of a buffer: how many bytes. ``+++`` among them ends nothing.

        :param data: bytes, bytearray or memoryview of bytes
        :returns: fewer, if the time-out is 0 and the UART takes no more; None if it takes none
        :raises OSError: ETIMEDOUT, nothing was taken for so long; EBADF, closed
        """
        port = self._open()
        view = octets("data", data)
        at = 0
        since = port.ticks()
        while at < len(view):
            piece = view[at : at + _BLOCK]
            if port.since(self._last) >= _SILENCE_MS:
                self._pluses = 0
            if self._count(piece) == 3:  # it must not stand alone, or passthrough would end
                if len(piece) > 1:
                    piece = piece[: len(piece) - 1]
                else:
                    self._hush()
            n = port.write(piece)
            if n:
                self._pluses = self._count(piece[:n])
                self._debt = max(0, self._debt - port.since(self._last) * 100)
                self._debt += n * 1000000 // self._rate
                since = self._last = port.ticks()
                at += n
            elif self.timeout == 0:
                return at or None
            else:
                self._rest(since, "the UART to take %d bytes more" % (len(view) - at))
        return at

    def _count(self, piece):
        """What ``_pluses`` is once a piece has been written."""
        n = self._pluses + len(piece)
        if self._pluses < 0 or n > 3:
            return -1
        for c in piece:
            if c != _PLUS:
                return -1
        return n

    def _hush(self):
        """Wait until all that was written has left, and the line is silent."""
        port = self.modem.port
        uart = port.uart
        then = port.ticks()
        while port.since(then) < _DRAIN_MS:
            if hasattr(uart, "txdone"):  # machine.UART
                left = not uart.txdone()
            elif hasattr(uart, "out_waiting"):  # serial.Serial
                left = uart.out_waiting
            else:
                left = port.since(self._last) * 100 <= self._debt
            if not left:
                break
            self._wait(1)
        self._wait(_ALONE_MS)
        self._pluses = 0

    def _wait(self, ms):
        modem = self.modem
        since = modem.port.ticks()
        while modem.port.since(since) < ms:
            if self.shut:
                modem.port.read(self._ring.space())  # nobody will read it
            if modem.idle:
                modem.idle()
            modem.port.pause()

    # Beginning and end

    def begin(self):
        """The prompt came: what the parser holds behind it are the first bytes.

        :raises OSError: ECONNRESET, more came before it than there was room for
        """
        parser = self.modem.parser
        self._ring.fill(parser.take(self._ring.space()))
        parser.reset()
        if self.torn:
            raise fail("lost", _LOST_BYTES)

    def close(self):
        """Leave passthrough, and set the module up as before; a second or two. Idempotent.

        ``+++``, alone, and no command for a second; then as at start-up, which closes the
        connection, and what was set for the stream is set back. What was not read is lost. If it
        fails the next use of the radio tries it again.
        """
        if self.shut:
            return
        modem = self.modem
        self.shut = True
        self._ring.r = self._ring.w = 0
        try:
            self._hush()
            modem.port.write(b"+++")
            self._wait(_DEAF_MS)
        finally:
            self.release()
        try:
            lazy.call("start.setup", "start", self.radio)
            for name, args in self.back:
                modem.run(name, args)
        except (ATError, OSError):
            pass  # the next command will say that nothing answers

    def release(self):
        """The line is the modem's again; the module may be in any state."""
        modem = self.modem
        self.shut = True
        modem.parser.reset()
        modem.whole = modem.state = 0
        modem.take(0, None, _FREE)
        modem.contact = modem.wifi = 0  # nobody heard what became of it
        self.radio.looked = -1
        modem.up = False

    # A receiver of payload, as of links.py: what the module pushes before the stream has begun

    def place(self):
        """Where it goes; None: there is no room for it."""
        n = self.modem.parser.length
        ring = self._ring
        size = ring.w - ring.r + n + _REST
        if size > _EARLY:
            self._coming = 0
            self.torn = True
            return None
        if size > len(ring.buf):
            self._ring = Ring(size)
            self._ring.fill(ring.take(self._ring.space()))
        self._coming = n
        return self._ring.space()[:n]

    def placed(self, n):
        """So many bytes have come into that room."""

    def find(self, what):
        """Nowhere: a restart is not to be told by +CIPMUX:0 here."""
        return -1

    def finished(self, whole):
        """It is over."""
        if whole:
            self._ring.fill(self._coming)
        else:
            self.torn = True
