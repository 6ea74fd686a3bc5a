# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The texts of exceptions, with advice, and names of firmware for people. Loaded when needed."""

import errno

# CircuitPython and CPython have these, MicroPython lacks them.
try:
    _Broken = BrokenPipeError
    _Unjoined = ConnectionError
except NameError:
    _Broken = _Unjoined = OSError

_FAMILIES = ("NonOS AT", "ESP8266 ESP-AT", "ESP32 ESP-AT", "WizFi360")  # see firmware.py

# A group for each errno of OSError (with its number if boards do not have the name), or for a class
# of exceptions; then a line for each error: its name and its text. "lost" has one for each state of
# a link from 4 on, "join" one for each code of +CWJAP (dialects.md 4), and 5: no address came.
_TEXTS = (
    "ECONNRESET"
    "\nrestarted: connection lost: the module restarted"
    "\nlost5: connection lost: Wi-Fi went away"
    "\nlost6: bytes were lost on the line: a larger UART buffer or flow control helps"
    "\nlost7: the module never confirmed a send: what went is not known"
    "\nlost8: bytes were lost: with a UDP socket open this firmware pushes all: close it, or read "
    "faster"
    "\nended: the other end has closed"
    "\npart_sent: the connection broke after %d of %d bytes"
    "\nnot_sent: not sent: connection lost"
    "\ndropped: the module closed the link: make a new socket",
    "ENOTCONN"
    "\ngone: the other end has closed the connection"
    "\nnot_open: the socket is not connected"
    "\nnot_joined: not joined to a network: radio.connect(ssid, password) first",
    "ETIMEDOUT"
    "\nsilent: the module does not answer: check power (300 mA), TX to RX, the baud rate, and "
    "that no other program has the port"
    "\nalways_busy: the module is always 'busy': radio.reset() restarts it"
    "\nsend_timed_out: not confirmed in time: what went is not known, the connection "
    "is closed"
    "\ncalled_off: called off: nothing sent"
    "\nno_reply: no connection to %s:%d: the module did not answer"
    "\nno_ping: no answer to a ping from %s"
    "\nno_time: no time server answered in %d s"
    "\nrate_lost: no answer at %d baud, nor at %d: reset the module"
    "\njoin1: no answer: is the access point too far away?"
    "\njoin5: joined, but no DHCP server gave an address",
    "EIO"
    "\nuart_stuck: the UART takes no bytes: flow control at both ends?"
    "\nno_payload: AT%s: bytes are missing: ask again"
    "\ncommand_refused: %s"
    "\nno_passthrough: no passthrough: peer gone?"
    "\nunset: the module refused AT%s, which espat needs: %s"
    "\ndatagram_not_sent: datagram not sent"
    "\ngarbled: AT%s: a reply not understood: %s"
    "\ndiffers: %s: what was written to its flash reads otherwise"
    "\nother_bytes: after None, write the same bytes again"
    "\nrate_failed: no answer at %d baud: back at %d",
    "ENOMEM\nno_free_link: all five links are in use (%d by sockets): close sockets, or use 'with'",
    "EBUSY"
    "\nin_passthrough: the module is in passthrough: close() the stream first"
    "\nlinks_in_use: passthrough needs all links: close all sockets",
    "EISCONN 106\nconnected: the socket is connected",
    "EALREADY\nused_before: used before: make a new socket\nconnecting: still connecting",
    "EINPROGRESS\nstarted: connecting",
    "gaierror -2\nno_such_name: name not found: %s",
    "ECONNREFUSED"
    "\nrefused: no connection to %s:%d: refused, unreachable or not known"
    "\njoin4: the access point turned us away",
    "ECONNABORTED\njoin0: the module gave no reason",
    "EACCES\njoin2: wrong password",
    "ENODEV\njoin3: no such access point in reach: check the name, and that it is on 2.4 GHz",
    "EBADF\nclosed: the socket is closed",
    "EOPNOTSUPP\nsock_kind: only IPv4 sockets, TCP or UDP\nsocket_option: no such socket option"
    "\none_group: one group a socket"
    "\nchecked_once: after a break the module checks no name and has no PSK: check_hostname = "
    "sni = False, or use a socket",
    "EADDRINUSE"
    "\nserver_in_use: the module has one server: close its socket, or use 'with'"
    "\nport_refused: the module refused UDP port %d: in use?",
    "EINVAL"
    "\nno_setting: CIRCUITPY_WIFI_%s is missing in settings.toml"
    "\nnot_bound: bind((host, port)) first, then listen()"
    "\nno_rate: the UART does not tell its rate",
    "EMSGSIZE 90\ndatagram_size: a datagram has 1 to 1472 bytes",
    "ValueError"
    "\ntoo_long: a command over 256 bytes"
    "\nline_break: CR, LF or NUL in a parameter"
    "\nnegative: a time-out is seconds, not negative, or None"
    "\nbad_address: (host, port) is wanted: a str of 1..64 characters, an int of 1..65535"
    "\nno_group: 8 bytes are wanted: a group first"
    "\ntoo_small: nbytes: 0 to the length of the buffer"
    "\nodd_rate: baud: start-up would not find the module at %d again: Radio(..., "
    "rates=(%d,))",
    "TypeError\nnot_octets: %s: bytes, a bytearray or a memoryview of bytes are wanted"
    "\nno_radio: SocketPool: a radio is wanted: espat.Radio(uart), or wifi.radio",
    "RuntimeError"
    "\nnested: step() called from its own callback, or a second thread: a radio and its sockets "
    "are for one thread",
)


def error(name, args, groups=_TEXTS):
    """Return the exception of this name; None if none of these groups has its text.

    For ``"join"`` the arguments are the network and a code, for ``"lost"`` the link's state.
    """
    of = OSError
    before = ""
    if name == "join":
        of = _Unjoined
        before = "cannot join %s: "
        name = "join%d" % (args[1] if args[1] < 6 else 0)
        args = args[:1]
    elif name == "lost":
        name = "lost%d" % args if args[0] > 4 else "restarted"
        args = ()
    elif name in ("gone", "not_open"):
        of = _Broken
    for group in groups:
        at = group.find("\n" + name + ": ")
        if at > 0:
            break
    else:
        return None
    text = before + group[at + len(name) + 3 :].split("\n")[0]
    if args:
        told = []
        command = b""  # the first of these bytes may be one, and others a reply to it
        for arg in args:
            if isinstance(arg, bytes):
                told.append(_told(arg, command))
                command = arg
            else:
                told.append(arg)
        text = text % tuple(told)
    kind, _, number = group.split("\n")[0].partition(" ")
    if kind[-5:] == "Error":
        return {"ValueError": ValueError, "TypeError": TypeError}.get(kind, RuntimeError)(text)
    return of(getattr(errno, kind, 0) or int(number), text)


def refusal(ATError, modem, command, code, timeout, restarted):
    """Return the exception for a command that failed.

    :param ATError: the class of errors.py
    :param bytes command: what follows AT
    :param int code: the parser's event that ended it; 0: time-out
    :param int timeout: the time-out in ms
    :param bool restarted: whether the module has restarted since the call began
    """
    if restarted:
        return error("restarted", ())
    words = modem.words or (modem.lines[-1] if modem.lines else b"ERROR")
    name = _told(b"AT" + command)
    if code == 0:
        text = "%s: no answer within %d ms" % (name, timeout)
        if modem.deaf > 1:
            text += "; the module answers every other command: Radio(..., pause=50)"
        return OSError(errno.ETIMEDOUT, text)
    if code == 22:
        return OSError(errno.ECONNRESET, "%s: the module restarted" % name)
    if code == 6:
        words = b"SEND FAIL"
    said = _told(words, command)
    exception = ATError("%s: the module said %s" % (name, said))
    exception.command = name
    exception.words = said.encode()
    return exception


def lacking(firmware, capability, what):
    """Return the exception for something that a firmware cannot do: OSError, EOPNOTSUPP.

    :param capability: its name in firmware.py, or its row of the table there
    :param what: its description, a str; or a command's name, bytes; None: the capability is named
        as its command
    """
    if not isinstance(what, str):
        what = "AT" + (str(what, "ascii") if what else "+" + capability)
    row = since(capability) if isinstance(capability, str) else capability
    have = [firmware_name((family, row[family])) for family in range(4) if row[family] < 0xFF]
    text = "%s does not have %s: %s and later do"
    return OSError(errno.EOPNOTSUPP, text % (firmware_name(firmware), what, ", ".join(have)))


def since(capability):
    """Return the first version of each family that has a capability, 0xMm; 0xFF: no version."""
    from .firmware import NAMES, TABLE

    at = 4 * NAMES.split().index(capability)
    return TABLE[at : at + 4]


def firmware_name(firmware):
    """Return the firmware's name for people, such as "ESP32 ESP-AT 3.3"."""
    family, version = firmware
    if not version:
        return "this firmware"
    return "%s %d.%d" % (_FAMILIES[family], version >> 4, version & 15)


def _told(line, command=b""):
    """Return bytes as text for messages, without secrets: see ``secrets.mask()``."""
    from .secrets import mask

    return mask(readable(line), command)


def readable(words):
    """Return bytes as text for messages: bytes that are not printable ASCII become ``?``."""
    return "".join([chr(c) if 32 <= c < 127 else "?" for c in words])
