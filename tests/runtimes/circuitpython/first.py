# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Run first in a MicroPython that shall be like CircuitPython: takes away what that lacks.

What it has and lacks is from its sources: py/circuitpy_mpconfig.h (it is built on MicroPython's
"core features", with what that file adds), extmod/moderrno.c and shared-bindings/.
"""

import builtins
import errno
import io
import json
import os
import struct
import sys
import time

import device_

# Whatever else a desktop's errno has, these names alone are in CircuitPython's.
ERRNO = """EPERM ENOENT EIO EBADF EAGAIN ENOMEM EACCES EEXIST ENODEV EISDIR EINVAL EOPNOTSUPP
EADDRINUSE ECONNABORTED ECONNRESET ENOBUFS ENOTCONN ETIMEDOUT ECONNREFUSED EHOSTUNREACH EALREADY
EINPROGRESS"""
EARLIEST = 946684800  # 1 January 2000: days before it have no calendar


class Module:
    """What a module has."""

    def __init__(self, has):
        for key in has:
            setattr(self, key, has[key])


plain_next = next
plain_localtime = time.localtime


def one_next(iterator):
    """``next`` without a second argument."""
    return plain_next(iterator)


def localtime(seconds=None):
    if seconds is not None and seconds < EARLIEST:
        raise OverflowError("timestamp out of range for platform time_t")
    return plain_localtime() if seconds is None else plain_localtime(seconds)


def load(stream):
    """``json.load``, which takes any object that has ``readinto``."""
    piece = bytearray(64)
    text = b""
    n = stream.readinto(piece)
    while n:
        text += piece[:n]
        n = stream.readinto(piece)
    return json.loads(text)


def ticks_ms():
    """``supervisor.ticks_ms``: it wraps at 2**29, first 65 s after the start; here after 2 s."""
    return (device_.ticks() - 2000) & 0x1FFFFFFF


def unpack_from(form, buffer, offset=0):
    return struct.unpack_from(form, buffer, offset)


def sleep(seconds):
    then = device_.ticks()
    while (device_.ticks() - then) & 0x1FFFFFFF < seconds * 1000:
        pass


def restrict(settings):
    """The modules as CircuitPython has them; ``settings``: those of settings.toml."""
    builtins.next = one_next
    found = {
        "errno": {name: getattr(errno, name) for name in ERRNO.split()},
        "io": {"BytesIO": io.BytesIO, "StringIO": io.StringIO},  # no IOBase, as on a Pico
        "json": {"loads": json.loads, "dumps": json.dumps, "load": load},
        "micropython": {"const": lambda value: value},
        "os": {
            "getenv": lambda name, otherwise=None: settings.get(name, otherwise),
            "listdir": os.listdir,
            "stat": os.stat,
        },
        "struct": {"unpack_from": unpack_from, "unpack": struct.unpack, "pack": struct.pack},
        "supervisor": {"ticks_ms": ticks_ms},
        "time": {
            "localtime": localtime,
            "monotonic": lambda: device_.ticks() / 1000,
            "monotonic_ns": lambda: device_.ticks() * 1000000,
            "sleep": sleep,
            "time": lambda: int(time.time()),
        },
        "sys": {
            "implementation": Module({"name": "circuitpython", "version": (10, 2, 1)}),
            "modules": sys.modules,
            "path": sys.path,
            "platform": "RP2040",
            "stderr": sys.stderr,
            "version": "3.4.0; like Adafruit CircuitPython",
        },
    }
    for name, has in found.items():
        sys.modules[name] = Module(has)
