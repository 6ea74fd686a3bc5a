# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The exceptions by name: ``raise fail("no_free_link")``.

What they say stands in texts.py, which takes no heap until one is raised.
"""

import errno

from . import lazy

TEXTS = ["texts"]  # the rooms that say what an error means: upper floors add theirs


class ATError(RuntimeError):
    """The module refused a command.

    ``command`` is the command's name, ``words`` what the module said (bytes).
    """

    command = ""
    words = b""


def fail(name, *args):
    """The exception of a name, to be raised: see texts.py.

    :param args: what its text has places for
    """
    # These two are raised over and over by programs that poll: nothing is loaded for them.
    if name == "waiting" or name == "timed_out":
        number = errno.EAGAIN if name == "waiting" else errno.ETIMEDOUT
        return OSError(number, "still waiting for " + args[0])
    for room in TEXTS:
        error = lazy.call(room, "error", name, args)
        if error:
            break
    return error
