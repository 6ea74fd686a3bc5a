# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Exceptions by name: ``raise fail("no_free_link")``.

Their texts are in texts.py, which takes no heap until an exception is raised. ``const`` is passed
on, as most rooms that raise need it, too, and each import takes some bytes of a board's files.
"""

import errno

from . import lazy
from .parser import const  # noqa: F401

TEXTS = ["texts"]  # the rooms with the texts of errors: upper floors add theirs


class ATError(RuntimeError):
    """The module refused a command.

    ``command`` is the command's name, ``words`` is what the module said (bytes).
    """

    command = ""
    words = b""


def fail(name, *args):
    """Return the exception of this name, to be raised: see texts.py.

    :param args: the values for the placeholders of its text
    """
    # Programs that poll raise these two very often: no room is loaded for them.
    if name == "waiting" or name == "timed_out":
        number = errno.EAGAIN if name == "waiting" else errno.ETIMEDOUT
        return OSError(number, "still waiting for " + args[0])
    for room in TEXTS:
        error = lazy.call(room, "error", name, args)
        if error:
            break
    return error
