# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What the errors of TLS say, and what to do. Loaded when the first is raised, and let go of."""

import errno

try:
    from micropython import const
except ImportError:
    const = int

from .command import let_go, run
from .modem import ATError

_DATES = const(23)  # capabilities
_NAMES = const(13)
_TRAILER = const(2)

_WAY_OUT = " (or verify_mode = CERT_NONE: then anybody may be at the other end)"

# By number; the modules that raise them have the numbers as private constants (a test compares).
_LACKING = {
    61: "CERT_OPTIONAL: a module verifies, or does not: CERT_REQUIRED or CERT_NONE",  # OPTIONAL
    62: "TLS versions cannot be chosen: modules speak 1.2 at most",  # VERSION
    63: "capath: a module has no folders: give cafile or cadata",  # FOLDER
    64: "the module does not tell the other end's certificate",  # CERTIFICATE
    66: (  # UNVERIFIED
        "%s can neither verify certificates nor show one: newer firmware does" + _WAY_OUT
    ),
    67: (  # STORELESS
        "%s takes no certificates from a board: flash them with esptool, then "
        "context.use_stored(ca=0)" + _WAY_OUT
    ),
    68: (  # NO_NAMES
        "%s cannot check the name in a certificate: ESP-AT 2.1 and later can; or "
        "check_hostname = False: then any certificate of the CA will do"
    ),
    69: (  # NO_SNI
        "%s cannot tell the server a name (SNI): ESP-AT 2.1 and later can; or context.sni = False"
    ),
    70: (  # NUMBER
        "a module cannot check that a certificate is for the address %s: use a name; or "
        "check_hostname = False: then any certificate of the CA will do"
    ),
    71: (  # NAME_CHECKED
        "firmware checks the name that it tells: check_hostname = False cannot be had with a "
        "server_hostname; let it be True, or context.sni = False, so that no name is told"
    ),
    72: "check_hostname needs the name told (SNI): context.sni = True",  # SNI_OFF
    73: "%s cannot offer ALPN protocols: ESP-AT 2.1 and later can",  # NO_ALPN
    74: "%s has no keys in place of certificates (PSK): ESP8266 2.1, ESP32 2.2 and later",  # NO_PSK
    75: (  # PSK_CA
        "with a CA the firmware does not use the PSK: verify_mode = CERT_NONE, the key vouches for "
        "the server"
    ),
    77: (  # PSK_HEX
        "this firmware takes only keys (PSK) of printable characters: ESP8266 2.3, ESP32 3.2 and "
        "later take any"
    ),
    82: (  # FLOWED
        "a module cannot secure a connection on which bytes have flowed, or that a client opened: "
        "wrap the socket before connect() or listen()"
    ),
    86: "a TLS server is what ESP32 has: %s has none",  # NO_SERVER
    87: "%s: this firmware has no place for it in flash",  # NO_PLACE
}
_INVALID = {
    65: "check_hostname needs server_hostname",  # NAMELESS
    76: "PSK: an identity and a key of 1 to 32 bytes each, no NUL in the identity",  # PSK_KEY
    83: "the socket speaks TLS already",  # TWICE
    84: "PROTOCOL_TLS_CLIENT is for clients, PROTOCOL_TLS_SERVER for servers",  # PROTOCOL
    88: "%s: %d bytes, and there is room for %d in the module",  # TOO_LARGE
}
_TEXTS = {
    78: (errno.ENOMEM, "%s carries one TLS connection: close the other first"),  # ONE
    79: (  # NO_ROOTS
        errno.EINVAL,
        "no CA to verify with: load_verify_locations(), or put roots into the module with "
        "'espat ca'" + _WAY_OUT,
    ),
    80: (errno.EIO, "the module did not take AT+CIPSSLCCONF: %s"),  # NOT_TAKEN
    81: (  # CLOCK
        errno.EINVAL,
        "the module's clock is not set, so it cannot tell whether a certificate is valid: no time "
        "server answered; let it reach one (cipsntpcfg), or set this board's clock or the "
        "module's (espat.basic.systimestamp)",
    ),
    85: (  # DEMO
        errno.EINVAL,
        "load_cert_chain() first: everybody has the key of the certificate that modules ship with",
    ),
    89: (errno.EIO, "%s: what was written to the module's flash reads otherwise"),  # WORN
    91: (  # FULL
        errno.EIO,
        "%s: the module did not take it: is its flash full? 'espat ca list' shows what is there",
    ),
    90: (  # NO_CLIENT_CA
        errno.EINVAL,
        "no CA for the certificates of clients: load_verify_locations(), or verify_mode = "
        "CERT_NONE",
    ),
}

# x509 flags (mbedTLS), as +ERRNO ORs them.
_FLAGS = (
    (0x1, "has expired"),
    (0x200, "is not valid yet"),
    (0x4, "is not for %s"),
    (0x8, "is not from a CA that was given"),
)
_CODES = {
    0x50: "the other end broke the connection off",
    0x101: "the module is out of memory",
    0x2700: "the server's certificate was not accepted",
    0x4301: "the module cannot read its CA, certificate or key",
    0x6E00: "the two ends have no cipher, or no version of TLS, in common",
    0x7280: "the other end closed the connection in the middle of the handshake",
    0x7780: "the server said no (alert): does it want a client certificate, another ALPN protocol, "
    "another key? Does it speak TLS 1.2?",
    0x8006: "it took too long",
}


def error(what, args):
    """The exception for a number, to be raised."""
    let_go("tlserrors")
    if what in _INVALID:
        text = _INVALID[what]
        return ValueError(text % args if args else text)
    number, text = _TEXTS[what] if what in _TEXTS else (errno.EOPNOTSUPP, _LACKING[what])
    return OSError(number, text % args if args else text)


def why(sock, code):
    """The exception for a TLS connection that did not come about.

    :param code: what ``+ERRNO:`` said, or None where firmware says nothing
    """
    modem = sock.modem
    context = sock.context
    host, port = sock.peer
    verify = context.verify_mode
    number = errno.ECONNABORTED
    exact = _exact(code, sock.name or host)
    if exact is None and code and code[:4].lower() in (b"0x80", b"0x81"):
        number = errno.ECONNREFUSED
        exact = "nobody listens there, or it is out of reach"
    if exact:
        text = exact
    else:
        text = "nobody listens there, or the handshake failed: " + _guesses(sock, modem, verify)
    if code:
        text += " (+ERRNO:%s)" % str(code, "ascii")
    if verify and number != errno.ECONNREFUSED:
        if modem.can >> _DATES & 1:
            text += "; the module's clock says " + _clock(modem)
        else:
            text += "; this firmware does not look at dates"
    let_go("tlserrors", "handshake")
    return OSError(number, "no TLS connection to %s:%d: %s" % (host, port, text))


def _exact(code, name):
    """What a code of +ERRNO means; None: nothing, or no more than that there is none."""
    try:
        code = int(str(code, "ascii"), 16)
    except (TypeError, ValueError):
        return None
    if code in _CODES:
        return _CODES[code]
    if 0 < code < 0x1000:
        said = [text.replace("%s", name) for bit, text in _FLAGS if code & bit]
        if said:
            return "the server's certificate " + " and ".join(said)
    return None


def _guesses(sock, modem, verify):
    """What is likely, where the module does not tell."""
    context = sock.context
    found = []
    if verify:
        found.append("the certificate is not from a CA that was given")
        if context.check_hostname:
            found.append("or not for %s" % sock.name)
        if modem.can >> _DATES & 1:
            found.append("or out of date")
    if context.psk:
        found.append("the key or the identity is another")
    else:
        found.append("the server wants %s client certificate" % ("another" if context.pki else "a"))
    if context.alpn:
        found.append("it has none of the ALPN protocols")
    found.append("it speaks no TLS 1.2")
    if not modem.can >> _TRAILER & 1:
        found.append("its chain is over 4096 bytes")
    return ", ".join(found)


def _clock(modem):
    try:
        for line in run(modem, b"+CIPSNTPTIME?", (), b"+CIPSNTPTIME:"):
            return str(line[13:], "ascii")
    except (ATError, OSError, ValueError):
        pass
    return "nothing"
