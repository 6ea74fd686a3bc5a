"""Where the demo happens: an emulated module with a server behind it, or a real module."""

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import serial
from serial.tools import list_ports

from espat_tools.demo.page import page, served
from espat_tools.demo.timekeeper import TIME_SERVER, time_server
from espat_tools.demo.wanted import HOST, Unwanted, Wanted, on_loopback

if TYPE_CHECKING:
    from espat_tools.emulator import Module

_TLS = {"OpenSSL.SSL": "pyOpenSSL", "cryptography.x509": "cryptography", "ntplib": "ntplib"}
_INSTALL = "pip install cryptography ntplib pyOpenSSL"


@dataclass(frozen=True)
class Place:
    """A module to talk to: its serial port, what it is, and the page expected, if that is known."""

    device: str
    what: str
    expected: bytes | None = None


@contextmanager
def place(wanted: Wanted) -> Iterator[Place]:
    """The module, while it is open. Raises Unwanted."""
    if wanted.port:
        yield Place(wanted.port, f"on {wanted.port} at {wanted.baud} baud")
        return
    from espat_tools.emulator import Module  # noqa: PLC0415 - open_port() is for others too

    with ExitStack() as stack:
        if wanted.own_page:
            body = page()
            hosts = {HOST: ("127.0.0.1", {80: stack.enter_context(served(body))})}
        else:
            body = None
            hosts = {wanted.url.host: on_loopback(wanted.url)}
        if wanted.url.tls:
            _load_tls()
            hosts[TIME_SERVER] = ("127.0.0.1", {123: stack.enter_context(time_server())})
        try:
            module = stack.enter_context(Module(wanted.profile, hosts=hosts, baud=wanted.baud))
        except ValueError as error:
            raise Unwanted(f"The emulator: {error}.") from None
        device = _pseudo_terminal(module)
        what = f"emulated ({wanted.profile}), on {device} at {wanted.baud} baud"
        yield Place(device, what, body)


def _load_tls() -> None:
    """Load what the emulator does TLS with. Raises Unwanted.

    It would load it in the middle of a command, and on a busy machine the driver would not wait.
    """
    for name, package in _TLS.items():
        try:
            import_module(name)
        except ImportError:
            raise Unwanted(f"The emulated module's TLS needs {package}: {_INSTALL}.") from None


def _pseudo_terminal(module: "Module") -> str:
    try:
        return module.open_pty()
    except ImportError:
        raise Unwanted(
            "The emulator needs pseudo-terminals, which this system lacks: "
            "use a real module with --port."
        ) from None


def _missing(device: str) -> str:
    found = ", ".join(sorted(port.device for port in list_ports.comports()))
    return f"There is no port {device}; " + (
        f"this machine has {found}." if found else "this machine has none: is the adapter plugged?"
    )


_REASONS = {
    errno.ENOENT: _missing,
    errno.EACCES: lambda device: (
        f"You may not open {device}: on Linux, join its group "
        "(sudo usermod -aG dialout $USER) and log in again."
    ),
    errno.EPERM: lambda device: f"You may not open {device}.",
    errno.EBUSY: lambda device: f"Another program has {device} open: close it first.",
    errno.EAGAIN: lambda device: f"Another program has {device} open: close it first.",
    errno.ENOTTY: lambda device: f"{device} is not a serial port.",
    errno.EISDIR: lambda device: f"{device} is not a serial port.",
    errno.EINVAL: lambda device: f"{device} is not a serial port.",
}


def _why(error: Exception) -> int | None:
    """The errno of a failure to open; pyserial wraps that of termios in words."""
    if isinstance(error, OSError) and error.errno:
        return error.errno
    inner = error.__context__
    return inner.args[0] if inner and inner.args and isinstance(inner.args[0], int) else None


def open_port(device: str, baud: int) -> serial.Serial:
    """The serial port, or a URL of pyserial's, for this program alone. Raises Unwanted."""
    try:
        return serial.serial_for_url(device, baud, timeout=0, exclusive=True)
    except (ValueError, OverflowError) as error:
        if "://" in device:
            raise Unwanted(f"{device}: {error}.") from None
        raise Unwanted(f"{device} refuses {baud} baud: give another --baud.") from None
    except OSError as error:
        said = _REASONS.get(_why(error))
        raise Unwanted(said(device) if said else f"Cannot open {device}: {error}.") from None
