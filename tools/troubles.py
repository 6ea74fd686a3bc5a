"""What the system says of a file, a folder or an address, in words that say what to do."""

import errno
import os

_WORDS = {
    errno.ENOSPC: "the disk is full: make room, or take another place",
    errno.EDQUOT: "your share of the disk is full: make room, or take another place",
    errno.EACCES: "you may not do that there: take another place, or ask its owner",
    errno.EPERM: "you may not do that there: take another place, or ask its owner",
    errno.EROFS: "that place is read-only: take another one",
    errno.ENOTDIR: "a part of that path is a file, where a folder is wanted",
    errno.EISDIR: "that is a folder, where a file is wanted",
    errno.EADDRINUSE: "that TCP port is in use: take another, or 0 for any free one",
    errno.EADDRNOTAVAIL: "this machine has no such address",
}


def told(error: OSError, place: object = None) -> str:
    """A sentence without its full stop; `place` where the error does not name it."""
    place = place or error.filename
    words = error.strerror or str(error)
    if words.startswith(os.strerror(error.errno or 0)):  # no words of ours yet
        words = _WORDS.get(error.errno or 0, words)
    return f"{place}: {words}" if place else words
