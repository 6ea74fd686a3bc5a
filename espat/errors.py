# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What espat's errors say, and to do. Loaded when the first is raised: words take no heap till then."""

import errno

from .modem import ATError

try:
    _Broken = BrokenPipeError
    _Unjoined = ConnectionError
except NameError:
    _Broken = _Unjoined = OSError

_TEXTS = {
    "busy": (errno.EAGAIN, "the module is busy with another command"),
    "wait": (errno.EAGAIN, "would have to wait for %s"),
    "time": (errno.ETIMEDOUT, "timed out waiting for %s"),
    "silent": (
        errno.ETIMEDOUT,
        "the module does not answer: check power (300 mA), TX to RX, and the baud rate",
    ),
    "stuck": (errno.EIO, "the UART takes no bytes: is flow control on at one end only?"),
    "links": (errno.ENOMEM, "all five links of the module are in use: close a socket first"),
    "closed": (errno.EBADF, "the socket is closed"),
    "again": (errno.EALREADY, "the socket has been connected before: make a new one"),
    "connecting": (errno.EALREADY, "still connecting"),
    "started": (errno.EINPROGRESS, "connecting"),
    "ended": (
        errno.ECONNRESET,
        "the other end has closed the connection, and all it sent has been read",
    ),
    "unjoined": (errno.ENOTCONN, "not joined to a network: radio.connect(ssid, password) first"),
    "dns": (-2, "name not found: %s"),
    "refused": (
        errno.ECONNREFUSED,
        "no connection to %s:%d: refused, unreachable or not known (the module tells no more)",
    ),
    "unanswered": (errno.ETIMEDOUT, "no connection to %s:%d: the module did not answer"),
    "part": (errno.ECONNRESET, "the connection broke after %d of %d bytes were sent"),
    "unsent": (errno.ECONNRESET, "the module could not send it: the connection is of no more use"),
    "canceled": (errno.ETIMEDOUT, "the send was canceled before the module had any of it"),
    "kind": (errno.EOPNOTSUPP, "only IPv4 TCP sockets"),
    4: (errno.ECONNRESET, "connection lost: the module restarted"),
    5: (errno.ECONNRESET, "connection lost: Wi-Fi went away"),
    6: (
        errno.ECONNRESET,
        "bytes were lost between module and host: use a larger UART buffer or flow control",
    ),
    7: (errno.ECONNRESET, "connection lost: the module never confirmed a send"),
}
_BROKEN = {
    "unconnected": "the socket is not connected",
    "gone": "the other end has closed the connection",
}
# +CWJAP:<code> (dialects.md 4), and what it means when the access point took us in.
_JOIN = (
    (errno.ECONNABORTED, "the module gave no reason"),
    (errno.ETIMEDOUT, "the access point did not answer in time: is it too far away?"),
    (errno.EACCES, "wrong password"),
    (errno.ENODEV, "no such access point in reach: check the name, and that it is on 2.4 GHz"),
    (errno.ECONNREFUSED, "the access point turned us away"),
    (errno.ETIMEDOUT, "the access point took us in, but no DHCP server gave an address"),
)


def error(what, *args):
    """The exception for a key, to be raised."""
    if what == "command":
        return _command(*args)
    if what == "join":
        number, text = _JOIN[args[1]]
        return _Unjoined(number, "cannot join %s: %s" % (args[0], text))
    if what in _BROKEN:
        return _Broken(errno.ENOTCONN, _BROKEN[what])
    number, text = _TEXTS[what]
    return OSError(number, text % args if args else text)


def _command(name, code, words, timeout):
    name = "AT" + str(name, "ascii")
    if code == 0:
        return OSError(errno.ETIMEDOUT, "%s: no answer within %d ms" % (name, timeout))
    if code == 22:
        return OSError(errno.ECONNRESET, "%s: the module restarted" % name)
    words = words or b"ERROR"
    text = "".join([chr(c) if 32 <= c < 127 else "?" for c in words])
    refusal = ATError("%s: the module said %s" % (name, text))
    refusal.command = name
    refusal.words = words
    return refusal
