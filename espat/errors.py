# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What espat's errors say, and to do. Loaded when the first is raised: words take no heap till
then.
"""

import errno

try:
    from micropython import const
except ImportError:
    const = int

from .command import let_go
from .modem import ATError

try:
    _Broken = BrokenPipeError
    _Unjoined = ConnectionError
except NameError:
    _Broken = _Unjoined = OSError

# By number; the modules that raise them have the numbers as private constants (a test compares).
# 4 to 7 are the states of a lost link.
_TEXTS = {
    4: (errno.ECONNRESET, "connection lost: the module restarted"),  # LOST_RESTART
    5: (errno.ECONNRESET, "connection lost: Wi-Fi went away"),  # LOST_WIFI
    6: (  # LOST_BYTES
        errno.ECONNRESET,
        "bytes were lost between module and host: a larger UART buffer or flow control helps",
    ),
    7: (errno.ECONNRESET, "connection lost: the module never confirmed a send"),  # LOST_SEND
    13: (  # SILENT
        errno.ETIMEDOUT,
        "the module does not answer: check power (300 mA), TX to RX, and the baud rate",
    ),
    14: (errno.EIO, "the UART takes no bytes: is flow control on at one end only?"),  # STUCK
    15: (errno.ENOMEM, "all five links of the module are in use: close a socket first"),  # LINKS
    16: (errno.EBADF, "the socket is closed"),  # CLOSED
    17: (errno.EALREADY, "the socket has been connected before: make a new one"),  # AGAIN
    18: (errno.EALREADY, "still connecting"),  # CONNECTING
    19: (errno.EINPROGRESS, "connecting"),  # STARTED
    20: (errno.ECONNRESET, "the other end has closed, and all it sent has been read"),  # ENDED
    21: (
        errno.ENOTCONN,
        "not joined to a network: radio.connect(ssid, password) first",
    ),  # UNJOINED
    22: (-2, "name not found: %s"),  # DNS
    23: (  # REFUSED
        errno.ECONNREFUSED,
        "no connection to %s:%d: refused, unreachable or not known (the module tells no more)",
    ),
    24: (errno.ETIMEDOUT, "no connection to %s:%d: the module did not answer"),  # UNANSWERED
    25: (errno.ECONNRESET, "the connection broke after %d of %d bytes were sent"),  # PART
    26: (
        errno.ECONNRESET,
        "the module could not send it: the connection is of no more use",
    ),  # UNSENT
    27: (errno.ETIMEDOUT, "the send was called off before the module had any of it"),  # CANCELED
    28: (errno.EOPNOTSUPP, "only IPv4 sockets, TCP or UDP"),  # KIND
    40: (errno.EADDRINUSE, "the module has one server, and it is in use: close it"),  # SERVER
    41: (errno.EINVAL, "bind((host, port)) first, then listen(); not on a connection"),  # UNBOUND
    42: (errno.EOPNOTSUPP, "no such socket option"),  # SOCKOPT
    45: (  # SIZE; boards have no name for it
        getattr(errno, "EMSGSIZE", 90),
        "a datagram has 1 to 1472 bytes: what fits one packet",
    ),
    46: (errno.EADDRINUSE, "the module refused UDP port %d: is it in use?"),  # PORT
    47: (errno.ECONNRESET, "the module has closed the link: make a new socket"),  # DROPPED
    48: (errno.EIO, "the module did not send the datagram"),  # UNSENT
    49: (errno.EOPNOTSUPP, "no such option of a UDP socket"),  # OPTION
}
# The same, BrokenPipeError where there is one.
_BROKEN = {
    29: "the socket is not connected",  # UNCONNECTED
    30: "the other end has closed the connection",  # GONE
}
# What is wrong with how something was called.
_MISUSE = {
    33: (ValueError, "a command over 256 bytes"),  # LONG
    34: (ValueError, "CR, LF or NUL in a parameter"),  # BREAK
    35: (RuntimeError, "step() called from one of its own callbacks"),  # NESTED
    36: (ValueError, "a negative time-out"),  # NEGATIVE
    37: (ValueError, "a port out of 1..65535, or a host out of 1..64 characters"),  # ADDRESS
}
_JOINING = const(31)
_COMMAND = const(32)
_TLS = const(60)  # from here on: tlserrors.py
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
    """The exception for a number, to be raised."""
    let_go("errors")
    if what >= _TLS:
        from .tlserrors import error

        return error(what, args)
    if what == _COMMAND:
        return _command(*args)
    if what == _JOINING:
        number, text = _JOIN[args[1]]
        return _Unjoined(number, "cannot join %s: %s" % (args[0], text))
    if what in _MISUSE:
        kind, text = _MISUSE[what]
        return kind(text)
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
