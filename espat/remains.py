# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What an older espat left in this folder, and what of it hides the files of today.

Who copies a new espat over an old one by hand has both: ``tls.py`` beside the folder ``tls``, or
``radio.py``, which is loaded instead of ``radio.mpy``. Loaded for one look, and forgotten.
"""

import os
import sys

_FOLDER = 0x4000  # in the mode that os.stat() tells


def found(folder):
    """Pairs of names in a folder, and in those below it, that one import could mean.

    :param str folder: where to look
    :returns: ``("tls.py", "tls")``: the source, or the file; and what stands beside it
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
    """Say on ``sys.stderr`` what there is twice; nothing where nobody can look."""
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
