# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A UART with a scripted module at its other end, for programs in real MicroPythons."""


class Uart:
    """Answers each line with ``answer(line)`` and OK, and payload with ``taken(data)``.

    ``said`` are the lines and the payloads that came.
    """

    def __init__(self):
        self.out = b""
        self.line = b""
        self.owed = 0
        self.said = []

    def any(self):
        return len(self.out)

    def readinto(self, view, n):
        view[:n] = self.out[:n]
        self.out = self.out[n:]
        return n

    def write(self, view):
        self.line += bytes(view)
        if self.owed:
            if len(self.line) >= self.owed:
                self.out += b"\r\nRecv %d bytes\r\n\r\nSEND OK\r\n" % self.owed
                self.owed = 0
                self.out += self.taken(self._whole(self.line))
        elif self.line[-2:] == b"\r\n":
            line = self._whole(self.line[:-2])
            if line[:10] == b"AT+CIPSEND":
                self.owed = int(line.split(b",")[1])
                self.out += b"\r\nOK\r\n\r\n>"
            else:
                self.out += self.answer(line) + b"\r\nOK\r\n" + self.notices(line)
        return len(view)

    def _whole(self, data):
        self.said.append(data)
        self.line = b""
        return data

    def answer(self, line):
        """What is printed before the OK to a line."""
        return b""

    def notices(self, line):
        """What is printed behind it."""
        return b""

    def taken(self, data):
        """What is printed behind the SEND OK of a payload."""
        return b""
