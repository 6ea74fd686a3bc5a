# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A word where a file of lib/ lies on a board that has such modules of its own."""

import sys

from .command import let_go


def note(name, *others):
    """Say so if the runtime has one of these modules built in; it goes on all the same."""
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
    let_go("native")
