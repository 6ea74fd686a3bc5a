# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Finding the module on this board: its UART and its reset pin. Loaded once, then forgotten.

``radio()`` creates the radio; ``shared()`` creates it once and returns it from then on. The pins
come from one of two files on the board:

``espat_board.py``: a file of boards/ under that name, or one that offers the same:
``uart(baudrate)``, ``reset()`` (a pin, or None) and ``RX_BUFFER``; if wanted, also ``RATES``,
``PAUSE`` and ``FAST``, which are ``rates``, ``pause`` and ``fast`` of ``Radio``.

Or, in CircuitPython, settings.toml with the microcontroller's pins by their names in ``board``:

    ESPAT_TX = "GP0"
    ESPAT_RX = "GP1"
    ESPAT_RESET = "GP2"  # if it is wired

and ESPAT_RX_BUFFER, the size of the UART's receive buffer, if 2048 bytes are too many. With either
file, ESPAT_BAUDRATE is the rate the module was flashed for, if not 115200; ESPAT_PAUSE and
ESPAT_FAST are ``pause`` and ``fast`` of ``Radio``.
"""

import os
import sys

from . import held
from .radio import Radio
from .wiring import Wiring

_FOLDER = 0x4000  # the directory bit of the mode in os.stat()


def shared():
    """Return the board's radio: it is created at the first call, and is the same object always.

    :raises ImportError: neither file says where the module is
    """
    if held.radio is None:
        held.radio = radio()
    return held.radio


def radio():
    """Create the board's radio. Nothing is sent yet.

    :raises ImportError: neither file says where the module is
    """
    tell_twice()
    rate = int(_setting("BAUDRATE", 115200))
    try:
        import espat_board as here
    except ImportError as e:
        if "espat_board" not in str(e):
            raise
        here = _wired()
    return Radio(
        here.uart(rate),
        reset=here.reset(),
        rx_size=here.RX_BUFFER,
        rates=(rate,) + tuple(getattr(here, "RATES", ())),
        pause=int(_setting("PAUSE", getattr(here, "PAUSE", 0))),
        fast=int(_setting("FAST", getattr(here, "FAST", 0))),
    )


def _wired():
    """Return what ``espat_board`` would be, made from settings.toml."""
    tx, rx, reset = map(_setting, ("TX", "RX", "RESET"))
    if not tx or not rx:
        raise ImportError(
            "wifi.radio: where is the module? Copy your board's file of espat's boards/ to "
            "espat_board.py, or put ESPAT_TX and ESPAT_RX into settings.toml"
        )
    reset = (reset, None) if reset else None
    size = int(_setting("RX_BUFFER", 2048))
    return Wiring(None, (tx, None), (rx, None), reset, rx_buffer=size)


def _setting(name, default=None):
    """ESPAT_<name> of settings.toml; MicroPython has no such file."""
    value = os.getenv("ESPAT_" + name) if hasattr(os, "getenv") else None
    return default if value is None else value


def note(name, *others):
    """Print a warning if a file of lib/ is on a board that has such a module built in.

    :param str name: the name of the file
    :param others: the modules that a board with Wi-Fi of its own has
    """
    for other in others:
        try:
            module = __import__(other)
        except ImportError:
            continue
        if not hasattr(module, "__file__"):
            print(
                "%s: this board has a %s of its own, which cannot use the module on its UART: "
                "lib/%s.py is for boards without" % (name, other, name),
                file=sys.stderr,
            )


def twice(folder):
    """Find pairs of names, in a folder and the folders below it, that one import could mean.

    :param str folder: where to look
    :returns: a list of pairs like ``("tls.py", "tls")`` or ``("radio.py", "radio.mpy")``
    """
    names = os.listdir(folder)
    pairs = []
    for name in names:
        stem = name[: name.rfind(".")]
        if name.endswith(".py") and stem + ".mpy" in names:
            pairs.append((name, stem + ".mpy"))
        if name.endswith(".py") or name.endswith(".mpy"):
            if stem in names:
                pairs.append((name, stem))
        elif os.stat(folder + "/" + name)[0] & _FOLDER and name != "__pycache__":
            pairs += [(name + "/" + a, name + "/" + b) for a, b in twice(folder + "/" + name)]
    return pairs


def tell_twice():
    """Print on ``sys.stderr`` which files of an older espat are loaded in place of newer ones.

    Copying a new espat over an old one by hand can leave both: ``tls.py`` beside the folder
    ``tls``, or ``radio.py``, which is loaded instead of ``radio.mpy``. Nothing is printed if the
    folder cannot be listed.
    """
    folder = __file__[: __file__.rfind("/")]
    try:
        pairs = twice(folder)
    except (OSError, AttributeError):
        return  # frozen into the firmware: there is no folder; or a build without os.listdir()
    for one, other in pairs:
        print(
            "espat: %s/ has %s and %s: one is an older espat's: remove the folder, copy "
            "espat anew" % (folder, one, other),
            file=sys.stderr,
        )
