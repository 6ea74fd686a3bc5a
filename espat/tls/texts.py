# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The texts of TLS errors, with what would help. Loaded when one is raised."""

import errno

from .. import lazy
from ..calls import ask
from ..errors import ATError

# Each group begins with the name of an errno or of an exception class; each line after that is the
# name of an error and its text. error() replaces <any> and <open> by weaker settings that work.
_TEXTS = (
    # What modules, or this firmware, cannot do, or not together.
    "EOPNOTSUPP"
    "\noptional: a module verifies or does not: CERT_REQUIRED or CERT_NONE"
    "\ntls_version: modules choose it, 1.2 at most"
    "\ncapath: capath: give cafile or cadata"
    "\npeer_cert: a module does not tell the peer's certificate"
    "\ntoo_late: too late, bytes have flowed: wrap it before connect()"
    "\nno_verify: %s can neither verify certificates nor show one: newer firmware does<open>"
    "\nno_store: %s takes no certificates from a board: flash them with esptool, then "
    "context.use_stored(ca=0)<open>"
    "\nno_names: %s cannot check names in certificates: ESP-AT 2.1 can; or <any>"
    "\nno_sni: %s tells no name (SNI): ESP-AT 2.1 does; or context.sni = False"
    "\nno_alpn: %s cannot offer ALPN protocols: ESP-AT 2.1 can"
    "\nno_psk: %s has no keys in place of certificates (PSK): ESP8266 2.1, ESP32 2.2 have"
    "\npsk_binary: ESP8266 2.3 and ESP32 3.2 take a PSK that is not printable"
    "\nno_server: a TLS server is what ESP32 has, not %s"
    "\nno_place: %s: this firmware has no place for it"
    "\nno_address: a module cannot check a certificate for the address %s: use a name; or "
    "<any>"
    "\nsni_checks: firmware checks the name that it tells: check_hostname = True, or "
    "context.sni = False"
    "\nneeds_sni: check_hostname needs the name told (SNI): context.sni = True"
    "\npsk_with_ca: with a CA the firmware does not use the PSK: verify_mode = CERT_NONE, the key "
    "vouches for the server",
    "ENOMEM\none_link: %s carries one TLS connection: close the other",
    # Misuse.
    "ValueError"
    "\nverify_mode: verify_mode: CERT_NONE or CERT_REQUIRED"
    "\nno_name: check_hostname needs server_hostname"
    "\npsk_invalid: PSK: identity and key have 1 to 32 bytes each, no NUL in the identity"
    "\nsecured: the socket speaks TLS already"
    "\nprotocol: PROTOCOL_TLS_CLIENT is for clients, PROTOCOL_TLS_SERVER for servers"
    "\ntoo_large: %s: %d bytes, and there is room for %d",
    # What is missing.
    "EINVAL"
    "\nno_roots: no CA to verify with: load_verify_locations(), or roots from 'espat ca'<open>"
    "\nno_clock: the module's clock is not set: set this board's, or the module's "
    "(espat.at.system.systimestamp)"
    "\nno_cert: load_cert_chain() first: the key that modules ship with everybody has"
    "\nno_client_ca: no CA for the certificates of clients: load_verify_locations(), or "
    "verify_mode = CERT_NONE",
    # The module did something else.
    "EIO"
    "\nnot_taken: the module did not take AT%s: %s"
    "\nflash_full: %s: not taken: is the flash full? see 'espat ca list'",
)

# The flags of mbedTLS for a certificate that was not accepted; +ERRNO combines them with OR.
_FLAGS = (
    (0x1, "has expired"),
    (0x200, "is not valid yet"),
    (0x4, "is not for %s"),
    (0x8, "is not from a CA that was given"),
)
# Other codes of +ERRNO: of mbedTLS, of ESP-IDF, and of the firmware itself.
_CODES = {
    0x50: "the other end broke off",
    0x101: "the module is out of memory",
    0x2700: "the server's certificate was not accepted",
    0x4301: "the module cannot read its CA, certificate or key",
    0x6E00: "no cipher or version of TLS in common",
    0x7280: "the other end closed during the handshake",
    0x7780: "the server said no (alert): does it want a client certificate, another ALPN protocol "
    "or key? Does it speak TLS 1.2?",
    0x8006: "it took too long",
}


def error(name, args):
    """The exception for the name of an error; None if another room has its text."""
    if args and isinstance(args[0], tuple):  # a firmware
        args = (lazy.call("texts", "firmware_name", args[0]),)
    return lazy.call("texts", "error", name, args, map(_whole, _TEXTS))


def _whole(group):
    group = group.replace("<any>", "check_hostname = False: then any certificate of the CA will do")
    return group.replace(
        "<open>", " (or verify_mode = CERT_NONE: then anybody may be at the other end)"
    )


def unconnected(sock, error, host, port):
    """Raise the exception for a TLS connection that failed, with the likely causes, in steps: see
    stepwise.py.

    :param error: the exception that a TCP socket would raise; raised if it is not ECONNREFUSED
    """
    if error.errno == errno.ECONNREFUSED:
        modem = sock.modem
        code = modem.tls.code  # from +ERRNO:; None if the firmware does not print it (before 5.0)
        verify = sock.context.verify_mode
        number = errno.ECONNABORTED
        text = _meaning(code, sock.name or host)
        if text is None and code and code[:4].lower() in (b"0x80", b"0x81"):
            number = errno.ECONNREFUSED
            text = "nobody listens there, or it is out of reach"
        if not text:
            text = "nobody listens there, or the handshake failed: " + _guesses(sock, modem, verify)
        if code:
            text += " (+ERRNO:%s)" % lazy.call("texts", "readable", code)
        if verify and number != errno.ECONNREFUSED:
            if modem.has("DATES"):
                text += "; the module's clock says " + (yield from _clock(modem))
            else:
                text += "; this firmware does not look at dates"
        error = OSError(number, "no TLS connection to %s:%d: %s" % (host, port, text))
    sock.failure = error
    raise error


def _meaning(code, name):
    """What a code of +ERRNO means; None if it is unknown."""
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
    """The likely causes, if the module does not tell the cause."""
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
    """The date and time of the module's clock, as text."""
    try:
        for line in (yield from ask(modem, b"+CIPSNTPTIME?", (), b"+CIPSNTPTIME:")):
            return str(line[13:], "ascii")
    except (ATError, OSError, ValueError):
        pass
    return "nothing"
