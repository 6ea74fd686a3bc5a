# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Passthrough: one connection that has the serial line to itself.

Made by ``radio.passthrough()``, see members/passthrough.py. Loaded with the first stream, and
stays.
"""

from .. import lazy
from ..errors import ATError, fail
from ..links import octets
from ..parser import Ring, const
from .base import LinkSocket

STAYS = True

_RING = const(256)  # bytes that any() may read ahead
_EARLY = const(8192)  # bytes that may come before the stream begins,
_REST = const(192)  # with those that the parser may hold at that moment
_BLOCK = const(512)  # bytes written to the UART at a time, or read
_PLUS = const(43)
_SILENCE_MS = const(20)  # "+++" counts only with such a pause around it (dialects.md 1, row 12)
_ALONE_MS = const(40)  # the pause that is made before it
_DEAF_MS = const(1100)  # after "+++" the module accepts no command for a second
_DRAIN_MS = const(5000)  # how long flow control may hold back what was written

# States of a link.
_FREE = const(0)
_LOST_BYTES = const(6)


class Passthrough(LinkSocket):
    """A stream of bytes to and from one peer, without commands and lengths.

    While it is open, nothing else can use the module: OSError, EBUSY. Bytes are not counted:
    **without RTS/CTS, bytes that come when a buffer is full are lost without an error**. Bytes that
    are written while the connection is broken are lost, too; the module connects again by itself.
    If the module restarts, the stream returns its boot messages, and the module takes what is
    written for commands.

    With UDP, bytes that are written without a pause of 20 ms are one datagram.
    """

    served = False  # not used here: see links.py
    context = name = None  # with TLS: the SSLContext, and the host's name

    def __init__(self, radio, timeout):
        LinkSocket.__init__(self, radio)
        self.timeout = timeout  # seconds without progress; None: wait for ever; 0: do not wait
        self.peer = None
        self.torn = False  # bytes were lost before the stream began
        self.back = []  # commands that restore settings at the end: [name, args]
        self._ring = Ring(_RING)
        self._coming = 0  # bytes of a payload that comes before the stream begins
        self._pluses = 0  # how many "+" since the last pause; -1: also other bytes
        self._last = self.modem.port.ticks()  # when something was last written
        self._rate = lazy.call("rates", "rate_of", self.modem.port.uart) or 115200
        self._debt = 0  # how long from then on the UART may take to send it, in 10 us

    def rest(self, since, what):
        """As ``LinkSocket.rest()``, without a step of the modem, which does not read the line."""
        modem = self.modem
        timeout = self.timeout
        if timeout is not None and modem.port.since(since) >= timeout * 1000:
            raise fail("timed_out", what)
        modem.port.pause()
        if modem.idle:
            modem.idle()

    def _open(self):
        if self.shut:
            raise fail("closed")
        return self.modem.port

    # Reading

    def any(self):
        """How many bytes can be read without waiting: at least this number."""
        port = self._open()
        ring = self._ring
        ring.fill(port.read(ring.space()))
        return ring.w - ring.r

    def readinto(self, buffer, nbytes=0):
        """Wait for at least one byte, then read what is there into a buffer.

        :param nbytes: the most bytes to read; 0: as many as the buffer holds
        :returns: how many bytes; None if the time-out is 0 and there are none
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
            self.rest(since, "bytes")
            n = port.read(view)
        return n

    def read(self, size=256):
        """As ``readinto()``, but returns bytes: up to ``size`` of them, at most 512."""
        buffer = bytearray(min(size, _BLOCK))
        n = self.readinto(buffer)
        return None if n is None else bytes(memoryview(buffer)[:n])

    # Writing

    def write(self, data):
        """Write all of a buffer. ``+++`` in it does not end passthrough.

        :param data: bytes, bytearray or memoryview of bytes
        :returns: how many bytes: fewer than all only if the time-out is 0 and the UART takes no
            more; None if it takes none
        :raises OSError: ETIMEDOUT, the UART took nothing for that time; EBADF, closed
        """
        port = self._open()
        view = octets("data", data)
        at = 0
        since = port.ticks()
        while at < len(view):
            piece = view[at : at + _BLOCK]
            if port.since(self._last) >= _SILENCE_MS:
                self._pluses = 0
            if self._count(piece) == 3:  # "+++" with pauses around it would end passthrough
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
                self.rest(since, "the UART to take %d bytes more" % (len(view) - at))
        return at

    def _count(self, piece):
        """What ``_pluses`` will be after a piece has been written."""
        n = self._pluses + len(piece)
        if self._pluses < 0 or n > 3:
            return -1
        for c in piece:
            if c != _PLUS:
                return -1
        return n

    def _hush(self):
        """Wait until the UART has sent everything, then make a pause of 40 ms."""
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
                modem.port.read(self._ring.space())  # discard what comes
            if modem.idle:
                modem.idle()
            modem.port.pause()

    # Beginning and end

    def begin(self):
        """The prompt came: what the parser holds after it are the first bytes of the stream.

        :raises OSError: ECONNRESET, too many bytes came before the stream began
        """
        parser = self.modem.parser
        self._ring.fill(parser.take(self._ring.space()))
        parser.reset()
        if self.torn:
            raise fail("lost", _LOST_BYTES)

    def close(self):
        """Leave passthrough, and set the module up as before; this takes one or two seconds.

        It sends ``+++`` with pauses around it, and no command for a second. Then the start-up runs,
        which closes the connection, and the settings made for the stream are restored. Bytes not
        read are lost. If it fails, the next use of the radio tries again. Closing a closed stream
        does nothing.
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
            pass  # the next command will report that nothing answers

    def release(self):
        """Give the line back to the modem; the module may be in any state."""
        modem = self.modem
        self.shut = True
        modem.parser.reset()
        modem.whole = modem.state = 0
        modem.take(0, None, _FREE)
        modem.contact = modem.wifi = 0  # no notices were read meanwhile
        self.radio.looked = -1
        modem.up = False

    # The methods of a receiver of payload (links.py), for what is pushed before the stream begins

    def place(self):
        """Where the payload goes; None: there is no space for it."""
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
        """``n`` bytes have been written to that place."""

    def find(self, what):
        """-1: do not look for "ready", since the check for a restart (CIPMUX is 0) fails here."""
        return -1

    def finished(self, whole):
        """The payload has ended."""
        if whole:
            self._ring.fill(self._coming)
        else:
            self.torn = True
