"""A board's file, as those of boards/ are, in the WebAssembly MicroPython: a UART by `device_`."""

import device_

import espat.names  # noqa: F401

RX_BUFFER = 2048


class Wired:
    """As machine.UART is."""

    def any(self):
        return 1

    def readinto(self, buf, nbytes=None):
        got = bytes.fromhex(device_.read(min(len(buf), RX_BUFFER)))
        buf[: len(got)] = got
        return len(got) or None

    def write(self, buf):
        return device_.write(bytes(buf).hex()) or None


def uart(baudrate=115200):
    """As the files of boards/ have it."""
    return Wired()


def reset():
    """None: no reset is wired."""
    return
