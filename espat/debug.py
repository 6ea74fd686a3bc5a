# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``debug=``: the conversation with the module, a line at a time, with secrets masked. Loaded when asked for."""

# What follows one of these on its line is a secret, or holds one.
_SECRETS = ("CWJAP", "CWSAP", "CIPSSLCPSK", "CWJEAP", "password")


def printer(show):
    """What ``Modem(debug=)`` wants, around a function of ``"->"`` or ``"<-"`` and a line (str)."""

    def debug(way, line, n):
        text = "".join(
            [chr(c) if 32 <= c < 127 else "\\x%02x" % c for c in bytes(memoryview(line)[:n])]
        )
        show(way, mask(text))

    return debug


def mask(text):
    """A line without what a stranger must not read."""
    for word in _SECRETS:
        at = text.find(word)
        if at >= 0:
            at += len(word)
            while at < len(text) and text[at] not in "=:":
                at += 1
            return text[: at + 1] + ("***" if at + 1 < len(text) else "")
    return text
