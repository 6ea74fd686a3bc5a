"""Finds boards that are plugged in: drives of CircuitPython, and serial ports of boards."""

import os
import sys
from pathlib import Path

from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from espat_tools.demo.wanted import Unwanted
from espat_tools.install.drive import Drive
from espat_tools.install.remote import Remote
from espat_tools.install.target import Target

MOUNTS = Path("/proc/mounts")

BOARDS = {
    0x2E8A: "Raspberry Pi",
    0x239A: "Adafruit",
    0x303A: "Espressif",
    0xF055: "MicroPython",
    0x2341: "Arduino",
    0x1B4F: "SparkFun",
    0x2886: "Seeed",
}
"""USB vendors of microcontrollers with their own USB; nothing is sent to these unless asked for."""

ADAPTERS = {
    0x10C4: "CP210x",
    0x1A86: "CH340",
    0x0403: "FTDI",
    0x067B: "PL2303",
    0x04D8: "MCP2200",
}
"""USB vendors of UART adapters, which may be connected to a module or a board."""


def _mounted() -> list[Path]:
    """Every place where a drive may be mounted."""
    if os.name == "nt":
        return [Path(f"{letter}:\\") for letter in "DEFGHIJKLMNOPQRSTUVWXYZ"]
    if sys.platform == "darwin":
        return sorted(Path("/Volumes").glob("*"))
    lines = MOUNTS.read_text("utf-8", "replace").splitlines() if MOUNTS.exists() else []
    places = [line.split()[1] for line in lines if len(line.split()) > 1]
    # A space in a name is written as its octal number.
    return [Path(place.replace("\\040", " ")) for place in places if place.startswith("/")]


def drives() -> list[Path]:
    """The CircuitPython drives."""
    found = []
    for place in _mounted():
        try:
            if "CircuitPython" in (place / "boot_out.txt").read_text("utf-8", "replace"):
                found.append(place)
        except OSError:
            continue
    return found


def ports() -> list[ListPortInfo]:
    """The serial ports of this machine with a device on them, sorted by name."""
    return sorted(port for port in list_ports.comports() if port.hwid != "n/a")


def is_board(port: ListPortInfo) -> bool:
    """Whether this is a microcontroller with its own USB."""
    return port.vid in BOARDS


def target(path: Path | None, port: str | None) -> Target:
    """The named board, or else the only one that is plugged in. Raises Unwanted."""
    if path is None and port is None:
        path, port = _the_only_one()
    if path is not None:
        return Drive(path)
    return Remote(port)


def _the_only_one() -> tuple[Path | None, str | None]:
    found = [f"--path {path}" for path in drives()]
    if not found:  # a CircuitPython board has a port too
        found = [f"--port {port.device}" for port in ports() if is_board(port)]
    if not found:
        raise Unwanted(
            "No board was found: no drive with a boot_out.txt of CircuitPython, and no serial port "
            "of a board. Plug it in by a cable that has data lines, or say where it is: --path "
            "/media/CIRCUITPY for CircuitPython, --port /dev/ttyACM0 for MicroPython."
        )
    if len(found) > 1:
        raise Unwanted(f"There are several boards. Say which: {', or '.join(found)}.")
    option, _, value = found[0].partition(" ")
    return (Path(value), None) if option == "--path" else (None, value)
