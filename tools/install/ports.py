"""Finds out what is on the serial ports of this machine."""

import time
from collections.abc import Iterator

import serial

from espat_tools.demo.place import open_port
from espat_tools.demo.wanted import Unwanted
from espat_tools.install import find
from espat_tools.install.drive import Drive

RATES = (115200, 9600, 57600, 230400, 460800, 921600, 74880, 38400, 19200)
"""Baud rates, the likely ones first."""

_WAIT = 0.4
"""How many seconds a module may take to answer AT."""
_QUIET = 0.1
"""Seconds without a byte after which an answer is complete."""
_LONGEST = 4096
"""The most bytes of an answer; more is a stream of other data."""


def rows() -> Iterator[tuple[str, str]]:
    """(place, what it looks like) for each drive and port."""
    for place in find.drives():
        try:
            what = Drive(place).what.removesuffix(f", on {place}")
        except Unwanted as error:
            what = str(error)
        yield str(place), f"board: {what}; espat install --path {place}"
    for port in find.ports():
        if find.is_board(port):
            name = port.product or find.BOARDS[port.vid]
            hint = f"with MicroPython: espat install --port {port.device}"
            yield port.device, f"board: {name}; {hint}"
        else:
            yield port.device, ask(port.device, find.ADAPTERS.get(port.vid, ""))


def ask(device: str, adapter: str = "") -> str:
    """Describe what answers on a port: AT is sent at the usual rates, one after the other."""
    through = f" ({adapter})" if adapter else ""
    try:
        port = open_port(device, RATES[0])
    except Unwanted as error:
        return f"not to be opened: {error}"
    try:
        with port:
            what, said = _tried(port, through)
    except OSError:
        return f"went away{through} while it was asked: is it still plugged in?"
    if what:
        return what
    if not said:
        return f"nothing answers{through}: espat doctor --port {device} says what that can be"
    return (
        f"something{through} that does not speak AT, or at another rate: "
        f"espat doctor --port {device} says more"
    )


def _tried(port: serial.SerialBase, through: str) -> tuple[str, bytes]:
    """Try one rate after the other: (description or "", first bytes received)."""
    said = b""
    for rate in RATES:
        try:
            port.baudrate = rate
        except (OSError, ValueError):
            continue
        seen = _said(port, b"AT\r\n")
        said = said or seen
        if _answers(seen):
            return f"module{through}: {_firmware(port)}, at {rate} baud", said
        if b">>> " in seen or b"MicroPython" in seen:
            return f"board{through}: a Python prompt, at {rate} baud", said
    return "", said


def _answers(said: bytes) -> bool:
    """Whether ``said`` has a result; ERROR is one too, after bytes sent before at a wrong rate."""
    return b"\r\nOK\r\n" in said or b"\r\nERROR\r\n" in said


def _firmware(port: serial.SerialBase) -> str:
    for line in _said(port, b"AT+GMR\r\n").decode("ascii", "replace").splitlines():
        if "version" in line.lower():
            return line.strip()
    return "AT firmware"


def _said(port: serial.SerialBase, line: bytes) -> bytes:
    """Send a line; returns what comes until a result without more bytes, or until a time-out."""
    port.reset_input_buffer()
    port.write(line)
    said = b""
    end = time.monotonic() + _WAIT
    while time.monotonic() < end and len(said) < _LONGEST:
        new = port.read(port.in_waiting or 0)
        if new:
            said += new
            end = max(end, time.monotonic() + _QUIET)
        elif _answers(said):
            break
        else:
            time.sleep(0.01)
    return said
