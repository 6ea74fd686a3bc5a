# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A fake, not an emulator: a UART that says what an ESP32-C3 with ESP-AT 3.3 would, and no more.

For measuring where there is no pseudo-terminal, and where what the other end allocates must be
known. It knows the commands of a program that joins, connects and reads; what arrives is a page
without end, in lines of 40 bytes. It has the face of ``machine.UART``.
"""

import gc

# What a module of this firmware prints, without the echo.
_OK = b"\r\nOK\r\n"
_ERROR = b"\r\nERROR\r\n"
_REPLIES = (
    (
        b"AT+GMR\r",
        b"AT version:3.3.0.0(c0ffee3 - ESP32C3 - May  8 2024 08:21:52)\r\n"
        b"SDK version:v5.0.6-dirty\r\ncompile time(dc8c2b5):May  9 2024 12:46:11\r\n"
        b"Bin version:v3.3.0.0(MINI-1)\r\n\r\nOK\r\n",
    ),
    (b"AT+CWJAP=", b"WIFI CONNECTED\r\nWIFI GOT IP\r\n\r\nOK\r\n"),
    (b"AT+CWSTATE?", b'+CWSTATE:0,""\r\n\r\nOK\r\n'),
    (b"AT+CWMODE?", b"+CWMODE:1\r\n\r\nOK\r\n"),
    (b"AT+CIPMODE?", b"+CIPMODE:0\r\n\r\nOK\r\n"),
    (b"AT+CIPMUX?", b"+CIPMUX:0\r\n\r\nOK\r\n"),
    (b"AT+CIPSERVER=0", _ERROR),  # none is running
    (b"AT+CIPCLOSE\r", _ERROR),  # nothing is open
    (
        b"AT+CIPSTA?",
        b'+CIPSTA:ip:"192.168.1.50"\r\n+CIPSTA:gateway:"192.168.1.1"\r\n'
        b'+CIPSTA:netmask:"255.255.255.0"\r\n\r\nOK\r\n',
    ),
    (b"AT+CIPDOMAIN=", b'+CIPDOMAIN:"192.168.4.1"\r\n\r\nOK\r\n'),
)
_BUFFER = 5744  # bytes that the module holds for a link
_MOST = 2048  # bytes that it gives for one AT+CIPRECVDATA, or are asked for here
_LINE = 40
_PAGE = (b"x" * (_LINE - 1) + b"\n") * (_MOST // _LINE + 2)


class FakeUart:
    """``machine.UART`` with a module behind it that answers at once.

    ``most`` is how many bytes one read gives at the most, ``left`` how many all reads give; None:
    no limit. With ``count`` set, ``own`` adds up the
    bytes of heap that the fake itself takes, and ``reads`` the reads that gave bytes.
    """

    def __init__(self, most=2048):
        self.most = most
        self.left = None
        self.count = False
        self.own = 0
        self.reads = 0
        self._command = bytearray(300)
        self._typed = 0
        self._payload = 0  # bytes of a CIPSEND that are still to come
        self._sending = 0
        self._length = 0
        self._echo = True
        self._mux = False
        self._out = bytearray(4096)
        self._view = memoryview(self._out)
        self._page = memoryview(_PAGE)
        self._column = 0  # where in a line the page goes on
        self._start = 0
        self._end = 0

    def init(self, baudrate=115200):
        """The rate makes no difference."""

    def deinit(self):
        """Nothing to close."""

    def any(self):
        """How many bytes can be read."""
        n = min(self.most, self._end - self._start)
        return n if self.left is None else min(n, self.left)

    def readinto(self, buf, nbytes=None):
        """Read what is there into ``buf``; the count, or None."""
        before = gc.mem_alloc() if self.count else 0
        n = min(self.any(), len(buf) if nbytes is None else nbytes)
        if n:
            memoryview(buf)[:n] = self._view[self._start : self._start + n]
            self._start += n
            if self.left is not None:
                self.left -= n
            if self._start == self._end:
                self._start = self._end = 0
        if self.count:
            self.reads += 1 if n else 0
            self.own += gc.mem_alloc() - before
        return n or None

    def write(self, buf):
        """Take commands and payloads; all of ``buf`` always."""
        before = gc.mem_alloc() if self.count else 0
        for i in range(len(buf)):
            self._take(buf[i])
        if self.count:
            self.own += gc.mem_alloc() - before
        return len(buf)

    def _take(self, c):
        if self._payload:
            self._payload -= 1
            if not self._payload:
                self._sent()
            return
        self._command[self._typed] = c
        self._typed += 1
        if c == 10:
            if self._echo:
                self._say(memoryview(self._command)[: self._typed])
            self._answer()
            self._typed = 0

    def _say(self, words):
        n = len(words)
        self._view[self._end : self._end + n] = words
        self._end += n

    def _say_number(self, number):
        if number > 9:
            self._say_number(number // 10)
        self._out[self._end] = 48 + number % 10
        self._end += 1

    def _is(self, start):
        if self._typed < len(start):
            return False
        for i in range(len(start)):
            if self._command[i] != start[i]:
                return False
        return True

    def _number(self, field):
        """The number after the ``=`` (field 0) or after a comma."""
        i = 0
        while self._command[i] != 61:
            i += 1
        i += 1
        while field:
            if self._command[i] == 44:
                field -= 1
            i += 1
        value = 0
        while 48 <= self._command[i] <= 57:
            value = value * 10 + self._command[i] - 48
            i += 1
        return value

    def _answer(self):
        if self._is(b"AT+CIPRECVDATA="):
            self._received()
        elif self._is(b"AT+CIPSTART="):
            self._say_number(self._number(0))
            self._say(b",CONNECT\r\n\r\nOK\r\n")
        elif self._is(b"AT+CIPCLOSE=5"):
            self._say(_OK if self._mux else _ERROR)
        elif self._is(b"AT+CIPCLOSE="):
            self._say_number(self._number(0))
            self._say(b",CLOSED\r\n\r\nOK\r\n")
        elif self._is(b"AT+CIPSEND="):
            self._sending = self._number(0)
            self._length = self._payload = self._number(1)
            self._say(b"\r\nOK\r\n\r\n>")
        elif self._is(b"AT+CIPRECVLEN?"):
            self._say(b"+CIPRECVLEN:5744,5744,5744,5744,5744\r\n\r\nOK\r\n")
        else:
            self._echo = self._echo and not self._is(b"ATE0")
            self._mux = self._mux or self._is(b"AT+CIPMUX=1")
            self._table()

    def _table(self):
        for start, reply in _REPLIES:
            if self._is(start):
                self._say(reply)
                return
        self._say(_OK)

    def _sent(self):
        self._say(b"\r\nRecv ")
        self._say_number(self._length)
        self._say(b" bytes\r\n\r\nSEND OK\r\n")
        self._announce(self._sending)

    def _announce(self, link):
        self._say(b"\r\n+IPD,")
        self._say_number(link)
        self._say(b",")
        self._say_number(_BUFFER)
        self._say(b"\r\n")

    def _received(self):
        link = self._number(0)
        n = min(self._number(1), _MOST)
        self._say(b"+CIPRECVDATA:")
        self._say_number(n)
        self._say(b",")
        self._say(self._page[self._column : self._column + n])
        self._column = (self._column + n) % _LINE
        self._say(_OK)
        self._announce(link)
