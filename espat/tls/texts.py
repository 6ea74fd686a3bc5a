# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What the errors of TLS say, and what would help. Loaded when one is raised."""

import errno

from ..errors import ATError

_LACKS = errno.EOPNOTSUPP
_ANY = "check_hostname = False: then any certificate of the CA will do"
_WAY_OUT = " (or verify_mode = CERT_NONE: then anybody may be at the other end)"

# name: (number of the OSError, or class, text)
_TEXTS = {
    # What modules do not do.
    "cert_optional": (
        _LACKS,
        "CERT_OPTIONAL: a module verifies, or does not: CERT_REQUIRED or CERT_NONE",
    ),
    "tls_version": (_LACKS, "TLS versions cannot be chosen: modules speak 1.2 at most"),
    "capath_given": (_LACKS, "capath: a module has no folders: give cafile or cadata"),
    "peer_certificate": (_LACKS, "the module does not tell the other end's certificate"),
    "bytes_flowed": (
        _LACKS,
        "a module cannot secure a connection on which bytes have flowed, or that a client opened: "
        "wrap the socket before connect() or listen()",
    ),
    # What this firmware does not do.
    "no_verifying": (
        _LACKS,
        "%s can neither verify certificates nor show one: newer firmware does" + _WAY_OUT,
    ),
    "no_cert_store": (
        _LACKS,
        "%s takes no certificates from a board: flash them with esptool, then "
        "context.use_stored(ca=0)" + _WAY_OUT,
    ),
    "no_name_check": (
        _LACKS,
        "%s cannot check the name in a certificate: ESP-AT 2.1 and later can; or " + _ANY,
    ),
    "sni_unknown": (
        _LACKS,
        "%s cannot tell the server a name (SNI): ESP-AT 2.1 and later can; or context.sni = False",
    ),
    "alpn_unknown": (_LACKS, "%s cannot offer ALPN protocols: ESP-AT 2.1 and later can"),
    "psk_unknown": (
        _LACKS,
        "%s has no keys in place of certificates (PSK): ESP8266 2.1, ESP32 2.2 and later",
    ),
    "psk_not_printable": (
        _LACKS,
        "this firmware takes only keys (PSK) of printable characters: ESP8266 2.3, ESP32 3.2 and "
        "later take any",
    ),
    "no_tls_server": (_LACKS, "a TLS server is what ESP32 has: %s has none"),
    "no_such_place": (_LACKS, "%s: this firmware has no place for it in flash"),
    "one_tls_link": (errno.ENOMEM, "%s carries one TLS connection: close the other first"),
    # What cannot be had together.
    "address_unchecked": (
        _LACKS,
        "a module cannot check that a certificate is for the address %s: use a name; or " + _ANY,
    ),
    "sni_is_checked": (
        _LACKS,
        "firmware checks the name that it tells: check_hostname = False cannot be had with a "
        "server_hostname; let it be True, or context.sni = False",
    ),
    "check_needs_sni": (_LACKS, "check_hostname needs the name told (SNI): context.sni = True"),
    "psk_with_ca": (
        _LACKS,
        "with a CA the firmware does not use the PSK: verify_mode = CERT_NONE, the key vouches for "
        "the server",
    ),
    # Misuse.
    "name_missing": (ValueError, "check_hostname needs server_hostname"),
    "psk_invalid": (
        ValueError,
        "PSK: an identity and a key of 1 to 32 bytes each, no NUL in the identity",
    ),
    "secured_already": (ValueError, "the socket speaks TLS already"),
    "wrong_protocol": (
        ValueError,
        "PROTOCOL_TLS_CLIENT is for clients, PROTOCOL_TLS_SERVER for servers",
    ),
    "cert_too_large": (ValueError, "%s: %d bytes, and there is room for %d"),
    # What is missing.
    "roots_missing": (
        errno.EINVAL,
        "no CA to verify with: load_verify_locations(), or put roots into the module with "
        "'espat ca'" + _WAY_OUT,
    ),
    "clock_unset": (
        errno.EINVAL,
        "the module's clock is not set, so it cannot tell whether a certificate is valid: no time "
        "server answered; let it reach one, or set this board's clock or the "
        "module's (espat.at.system.systimestamp)",
    ),
    "no_certificate": (
        errno.EINVAL,
        "load_cert_chain() first: everybody has the key of the certificate that modules ship with",
    ),
    "no_client_ca": (
        errno.EINVAL,
        "no CA for the certificates of clients: load_verify_locations(), or verify_mode = "
        "CERT_NONE",
    ),
    # What the module made of it.
    "not_accepted": (errno.EIO, "the module did not take AT%s: %s"),
    "flash_differs": (
        errno.EIO,
        "%s: what was written to its flash reads otherwise",
    ),
    "flash_is_full": (
        errno.EIO,
        "%s: the module did not take it: is its flash full? see 'espat ca list'",
    ),
}

# The flags of mbedTLS for a certificate that was not accepted, as +ERRNO ORs them.
_FLAGS = (
    (0x1, "has expired"),
    (0x200, "is not valid yet"),
    (0x4, "is not for %s"),
    (0x8, "is not from a CA that was given"),
)
# Other codes of +ERRNO: of mbedTLS, of ESP-IDF, and of the firmware itself.
_CODES = {
    0x50: "the other end broke the connection off",
    0x101: "the module is out of memory",
    0x2700: "the server's certificate was not accepted",
    0x4301: "the module cannot read its CA, certificate or key",
    0x6E00: "the two ends have no cipher, or no version of TLS, in common",
    0x7280: "the other end closed in the middle of the handshake",
    0x7780: "the server said no (alert): does it want a client certificate, another ALPN protocol, "
    "another key? Does it speak TLS 1.2?",
    0x8006: "it took too long",
}


def error(name, args):
    """The exception for a name: an ``OSError`` with a number and its text, or a ``ValueError``."""
    kind, text = _TEXTS[name]
    if args:
        text = text % args
    return OSError(kind, text) if isinstance(kind, int) else kind(text)


def unconnected(sock, code, host, port):
    """The exception for a TLS connection that did not come about: its likely causes.

    :param code: what ``+ERRNO:`` said; None where firmware says nothing (before 5.0)
    """
    modem = sock.modem
    verify = sock.context.verify_mode
    number = errno.ECONNABORTED
    text = _meaning(code, sock.name or host)
    if text is None and code and code[:4].lower() in (b"0x80", b"0x81"):
        number = errno.ECONNREFUSED
        text = "nobody listens there, or it is out of reach"
    if not text:
        text = "nobody listens there, or the handshake failed: " + _guesses(sock, modem, verify)
    if code:
        text += " (+ERRNO:%s)" % "".join([chr(c) if 32 <= c < 127 else "?" for c in code])
    if verify and number != errno.ECONNREFUSED:
        if modem.has("DATES"):
            text += "; the module's clock says " + _clock(modem)
        else:
            text += "; this firmware does not look at dates"
    return OSError(number, "no TLS connection to %s:%d: %s" % (host, port, text))


def _meaning(code, name):
    """What a code of +ERRNO means; None: nothing that is known."""
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
        if modem.has("DATES"):
            found.append("or out of date")
    if context.psk:
        found.append("the key or the identity is another")
    else:
        found.append("the server wants %s client certificate" % ("another" if context.pki else "a"))
    if context.alpn:
        found.append("it has none of the ALPN protocols")
    found.append("it speaks no TLS 1.2")
    if not modem.has("TRAILER"):
        found.append("its chain is over 4096 bytes")
    return ", ".join(found)


def _clock(modem):
    """What the module's clock shows."""
    try:
        for line in modem.run(b"+CIPSNTPTIME?", (), b"+CIPSNTPTIME:"):
            return str(line[13:], "ascii")
    except (ATError, OSError, ValueError):
        pass
    return "nothing"
