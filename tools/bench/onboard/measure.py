# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What the measuring programs share. Each line printed is a record that the desktop side reads."""

import gc
import sys

import micropython


def mark(number):
    """Print the heap in use, in bytes, under a number (a name would itself take heap).

    Behind it MicroPython prints what its table of names takes of that.
    """
    gc.collect()
    print("mark", number, gc.mem_alloc())
    micropython.qstr_info()


def take_names(count=130):
    """Make so many names, as a program of some size has by itself.

    MicroPython's table of names doubles when it is full, some KB at once. With about 200 names at
    the start it always does so once while the driver is loaded, and not by the luck of one name.
    """
    for number in range(count):
        getattr(gc, "own_%d" % number, None)


def modules():
    """Print which modules of the driver are loaded."""
    print("modules", " ".join(sorted([m for m in sys.modules if m.startswith("espat.")])))


def buffers(name, thing, seen):
    """Print each bytearray that ``thing`` or a part of it holds, with its length in bytes."""
    if id(thing) in seen or not hasattr(thing, "__dict__"):
        return
    seen.append(id(thing))
    for key in sorted(thing.__dict__):
        value = thing.__dict__[key]
        if isinstance(value, bytearray) and id(value) not in seen:
            seen.append(id(value))
            print("buffer", name + "." + key, len(value))
        for part in value if isinstance(value, (list, tuple)) else (value,):
            buffers(name + "." + key, part, seen)
