# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Roots for contexts without a CA of their own, put into the module from a board.

    from espat import roots
    roots.install(radio, "/roots.pem")

They begin with the line ``# espat ca``, by which ``espat.tls`` knows them. Loaded when needed.
"""

from .command import let_go


def install(radio, cafile):
    """Put the certificates of a PEM file into the module, in place of the roots that are there.

    They are read back; nothing is written if they are there already.

    :param cafile: path of a file, PEM or DER; or bytes, the data themselves
    :returns: how many certificates
    :raises ValueError: no certificate in it, a bad one, or more than there is room for: nothing has
        been touched then
    :raises OSError: EOPNOTSUPP, the firmware keeps no certificates; EIO, it reads otherwise
    """
    from . import pem, store

    try:
        data = pem.certificates(cafile)
    finally:
        pem.done()
    store.keep_roots(radio.up(), data)
    store.done()
    let_go("roots", "handshake")
    return data.count(b"-----BEGIN ")


def installed(radio):
    """The roots that are in the module, PEM as bytes; None if there are none.

    :raises OSError: EOPNOTSUPP, the firmware keeps no certificates
    """
    from . import store

    found = store.read_roots(radio.up())
    store.done()
    let_go("roots", "handshake")
    return found


def place(radio):
    """Where the roots are, or would be put: (number, bytes of PEM that there is room for).

    The number is what ``AT+CIPSSLCCONF`` takes for a CA.

    :raises OSError: EOPNOTSUPP, the firmware keeps no certificates
    """
    from . import store

    found = store.place_of_roots(radio.up())
    store.done()
    let_go("roots", "handshake")
    return found


def remove(radio):
    """Take the roots out of the module; what else it holds stays, and keeps its number.

    :returns: whether there were any
    :raises OSError: EOPNOTSUPP, the firmware keeps no certificates; EIO, it reads otherwise
    """
    from . import store

    removed = store.drop_roots(radio.up())
    store.done()
    let_go("roots", "handshake")
    return removed
