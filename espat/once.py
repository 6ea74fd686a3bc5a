# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Modules that serve once give their heap back."""

import sys


def let_go(*names):
    """Forget modules of the package, and this one; they are loaded again when they are needed again."""
    package = __name__[: __name__.rfind(".")]
    for name in names + ("once",):
        if sys.modules.pop(package + "." + name, None):
            delattr(sys.modules[package], name)
