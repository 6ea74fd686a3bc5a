# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The errors that only TLS raises, by name. Their texts are in texts.py, loaded when needed."""

from .. import lazy

STAYS = True


def fail(name, *args):
    """The exception for a name in ``texts.py``, to be raised; ``args`` are put into its text."""
    return lazy.call("tls.texts", "error", name, args)
