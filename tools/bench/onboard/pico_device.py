# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""As pico_uart.py, for the WebAssembly build: the UART is what `device_` reads and writes."""

import device_

import espat.names  # noqa: F401

RX_BUFFER = 2048


class UART:
    """As machine.UART is, its buffer included."""

    def __init__(self):
        self.buffer = bytearray(RX_BUFFER)

    def any(self):
        """How many bytes can be read is not told."""
        return 1

    def readinto(self, buf, nbytes=None):
        """Read into ``buf`` what is there; the count, or None if nothing is."""
        got = bytes.fromhex(device_.read(min(len(buf), RX_BUFFER)))
        buf[: len(got)] = got
        return len(got) or None

    def write(self, buf):
        """Write what there is room for; how many bytes that is, or None."""
        return device_.write(bytes(buf).hex()) or None


def uart(baudrate=115200):
    """As the files of boards/ have it."""
    return UART()


def reset():
    """None: no reset is wired."""
    return
