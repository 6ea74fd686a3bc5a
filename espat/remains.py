# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Finds files of an older espat in this folder that are loaded instead of the current ones.

Copying a new espat over an old one by hand can leave both: ``tls.py`` beside the folder ``tls``, or
``radio.py``, which is loaded instead of ``radio.mpy``. Loaded for one check, then forgotten.
"""

import os
import sys

_FOLDER = 0x4000  # the directory bit of the mode in os.stat()


def found(folder):
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
            pairs += [(name + "/" + a, name + "/" + b) for a, b in found(folder + "/" + name)]
    return pairs


def tell():
    """Print on ``sys.stderr`` what exists twice; nothing if the folder cannot be listed."""
    folder = __file__[: __file__.rfind("/")]
    try:
        pairs = found(folder)
    except (OSError, AttributeError):
        return  # frozen into the firmware: there is no folder; or a build without os.listdir()
    for one, other in pairs:
        print(
            "espat: %s/ has %s and %s: one is an older espat's. Remove the folder, and copy "
            "espat anew." % (folder, one, other),
            file=sys.stderr,
        )
