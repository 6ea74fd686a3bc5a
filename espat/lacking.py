# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What command functions say when they cannot do it. Loaded when that happens, and let go of."""

import errno

from .command import let_go
from .firmware import FAMILIES, since
from .firmware import name as name_of


def lacking(modem, row, name):
    """The exception for a command that this firmware does not have: it says which firmware does."""
    have = []
    for family in range(len(FAMILIES)):
        version = since(row, family)
        if version < 0xFF:
            have.append("%s %d.%d" % (FAMILIES[family], version >> 4, version & 15))
    here = name_of(modem.firmware) if modem.firmware else "this firmware"
    let_go("lacking", "firmware")
    return OSError(
        errno.EOPNOTSUPP, "%s does not have %s: %s and later do" % (here, name, ", ".join(have))
    )


def garbled(name, line):
    """The exception for a reply that cannot be read."""
    let_go("lacking", "firmware")
    shown = "".join([chr(c) if 32 <= c < 127 else "?" for c in line])
    return OSError(errno.EIO, "AT%s: a reply not understood: %s" % (str(name, "ascii"), shown))
