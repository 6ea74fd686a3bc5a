# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A command's line, put together in one buffer that is made once."""

try:
    from micropython import const
except ImportError:
    const = int

from .errors import fail

_LIMIT = const(254)  # bytes of a command without its CRLF (dialects.md section 5)


class Composer:
    """The buffer: ``AT`` and what ``compose()`` put behind it, ``_n`` bytes."""

    def __init__(self):
        self._buf = bytearray(_LIMIT + 2)
        self._buf[0:2] = b"AT"
        self._n = 0

    def _byte(self, c):
        if self._n >= _LIMIT:
            raise fail("too_long")
        self._buf[self._n] = c
        self._n += 1

    def compose(self, name, args):
        """Put ``AT<name><args>`` together in the command buffer. Nothing in a parameter can end
        the line: no name of a network, host or password can smuggle a command in.

        :param bytes name: what stands behind ``AT``, with its ``=`` or ``?``; not escaped
        :param args: int as digits; None as nothing; str and bytes in quotes, with a backslash
            before a backslash, ``"`` and ``,``
        :raises ValueError: CR, LF or NUL in a parameter, or over 256 bytes
        """
        self._n = n = len(name) + 2
        if n > _LIMIT:
            raise fail("too_long")
        self._buf[2:n] = name
        for i in range(len(args)):
            if i:
                self._byte(44)
            arg = args[i]
            if isinstance(arg, int):
                if arg < 0:
                    self._byte(45)
                    arg = -arg
                scale = 1
                while scale * 10 <= arg:
                    scale *= 10
                while scale:  # digit by digit: no string is made
                    self._byte(48 + arg // scale % 10)
                    scale //= 10
            elif arg is not None:
                self._byte(34)
                for c in arg.encode() if isinstance(arg, str) else arg:
                    if c == 13 or c == 10 or c == 0:
                        raise fail("line_break")
                    if c == 34 or c == 44 or c == 92:
                        self._byte(92)
                    self._byte(c)
                self._byte(34)
