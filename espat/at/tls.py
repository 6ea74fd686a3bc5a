# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""TLS settings of a link, by hand: what ``cipstart(modem, link, "SSL", ...)`` will check and show.

``espat.tls`` sends all of them by itself. ``link`` is 0 to 4, 5 for all links, or None for the form
of single-link mode. The module forgets names, protocols and keys when the link closes or its
``CIPSTART`` fails: they must be sent before each, and are not sent again when the module restarts.
``cipsslcconf`` and ``cipsslsize`` are kept when a link closes, and are sent again after a restart.

Each function is named after its command and takes the modem first. Each raises ``ATError`` where
the module refuses the command (the link is connected), and ``OSError``: ETIMEDOUT (no answer),
ECONNRESET (the module restarted), EOPNOTSUPP (the firmware lacks it), EIO (a reply that cannot be
read); arguments out of range raise ``ValueError``.
"""

from binascii import hexlify, unhexlify

from ..parser import const
from ..stepwise import refusal
from .args import ask, keep_for_link, link_first, need, number, put, put_kept, rows
from .essential import decoded, garbled, text

_ERROR = const(3)


def cipsslcconf(modem, link, auth, pki=0, ca=0):
    """``AT+CIPSSLCCONF=[<link>,]<auth>[,<pki>,<ca>]``: what a TLS link checks and shows.

    It is saved in flash unless ``AT+SYSSTORE=0``, which the radio sets. With None it is for every
    link. NonOS has only ``AT+CIPSSLCCONF=<auth>``, as one link can do TLS there: ``link`` is None.

    :param int auth: 0: nothing is checked; 1: show a certificate; 2: verify the server's; 3: both
    :param int pki: the number of the certificate and key to show, 0 to 255
    :param int ca: the number of the CA for the server's certificate, 0 to 255
    :raises ATError: the module lacks one of them (``words``: ``NO CA FOUND``, ``NO CERT FOUND``,
        ``NO PRVT_KEY FOUND``); yet the firmware accepts the setting and answers OK
    NonOS 1.7, ESP8266 ESP-AT 2.1, ESP32. Source: reference, CIPSSLCCONF; tls-facts.md 2.
    """
    name = b"+CIPSSLCCONF"
    need(modem, "SSLCCONF", name)
    args = (number("auth", auth, 0, 3),)
    number("pki", pki, 0, 255)
    number("ca", ca, 0, 255)
    if not modem.has("SSL_BY_LINK"):
        if link is not None:
            raise ValueError("link: None, this firmware does TLS on one link only")
    elif auth:
        args += (pki, ca)  # the firmware accepts neither with 0, and needs both with 1 to 3
    args = link_first(link, args, 5)
    for line in modem.run(name + b"=", args, None):
        if line[:3] == b"NO " and line[-6:] == b" FOUND":
            modem.words = line
            raise refusal(modem, name + b"=", _ERROR)
    keep_for_link(modem, name, link, args)


def cipsslcconf_query(modem):
    """``AT+CIPSSLCCONF?``: (link, auth, pki, ca) for each link, a list.

    NonOS: one row with auth only, the rest is None.
    NonOS 1.7, ESP8266 ESP-AT 2.1, ESP32. Source: reference, CIPSSLCCONF; dialects.md 1, row 20.
    """
    name = b"+CIPSSLCCONF"
    if modem.has("SSL_BY_LINK"):
        return rows(modem, name, "dddd", 4)
    return [(None, ask(modem, name, "d", "SSLCCONF")[0], None, None)]


def cipsslccn(modem, link, name):
    """``AT+CIPSSLCCN=[<link>,]"<name>"``: the name that the server's certificate must have.

    The firmware has one field for this name and that of ``cipsslcsni()``; if both are set, the
    latter is used.

    The firmware forgets it when the link closes: it is not sent again after a restart.

    :param str name: 0 to 64 bytes; empty: none
    ESP-AT 2.1. Source: reference, CIPSSLCCN; tls-facts.md 2.
    """
    _set_name(modem, b"+CIPSSLCCN", link, name)


def cipsslccn_query(modem):
    """``AT+CIPSSLCCN?``: (link, name) for each link, a list. ESP-AT 2.1. Source: reference."""
    return _names(modem, b"+CIPSSLCCN")


def cipsslcsni(modem, link, name):
    """``AT+CIPSSLCSNI=[<link>,]"<name>"``: the server name that is sent (SNI), and checked.

    The firmware forgets it when the link closes: it is not sent again after a restart.

    :param str name: 0 to 64 bytes; empty: none
    ESP-AT 2.1. Source: reference, CIPSSLCSNI; tls-facts.md 2.
    """
    _set_name(modem, b"+CIPSSLCSNI", link, name)


def cipsslcsni_query(modem):
    """``AT+CIPSSLCSNI?``: (link, name) for each link, a list. ESP-AT 2.1. Source: reference."""
    return _names(modem, b"+CIPSSLCSNI")


def _set_name(modem, command, link, name):
    put(modem, command, link_first(link, (text("name", name, 0, 64),), 5), "SNI")


def _names(modem, name):
    return [(link, decoded(rest.strip(b'"'))) for link, rest in _told(modem, name, "SNI")]


def _told(modem, name, needs):
    """Query; return (link, rest of the line) of each reply line. Values may be quoted or not."""
    need(modem, needs, name)
    found = []
    at = len(name) + 1
    for line in modem.run(name + b"?", (), name + b":"):
        if not line[at : at + 1].isdigit() or line[at + 1 : at + 2] not in (b"", b","):
            raise garbled(name, line)
        found.append((line[at] - 48, bytes(line[at + 2 :])))
    return found


def cipsslcalpn(modem, link, *protocols):
    """``AT+CIPSSLCALPN=[<link>,]<count>[,"<protocol>"...]``: the protocols that are offered.

    The firmware does not tell which one the server chose. It forgets them when the link closes:
    they are not sent again after a restart.

    :param str protocols: up to five, 1 to 255 bytes each; none: nothing is offered
    ESP-AT 2.1. Source: reference, CIPSSLCALPN; tls-facts.md 2.
    """
    if len(protocols) > 5:
        raise ValueError("protocols out of 0..5")
    for protocol in protocols:
        text("protocol", protocol, 1, 255)
    put(modem, b"+CIPSSLCALPN", link_first(link, (len(protocols),) + protocols, 5), "SNI")


def cipsslcalpn_query(modem):
    """``AT+CIPSSLCALPN?``: (link, protocols) for each link, a list.

    ESP-AT 2.1. Source: reference, CIPSSLCALPN; dialects.md 1, row 23.
    """
    found = []
    for link, rest in _told(modem, b"+CIPSSLCALPN", "SNI"):
        names = [decoded(name.strip(b'"')) for name in rest.split(b",")]
        found.append((link, tuple([name for name in names if name])))
    return found


def cipsslcpsk(modem, link, key, identity):
    """``AT+CIPSSLCPSK=[<link>,]"<key>","<identity>"``: a key that both ends share (PSK).

    The firmware's documents call the first the identity and the second a hint. In fact they are the
    key and the identity that is sent. Used if no CA is loaded (``cipsslcconf()`` with 0 or 1).
    The firmware forgets both when the link closes: they are not sent again after a restart.

    :param key: str or bytes, 0 to 32 bytes, without NUL, CR and LF
    :param identity: str or bytes, 0 to 32 bytes; both empty: no key
    ESP8266 ESP-AT 2.1, ESP32 ESP-AT 2.2. Source: reference, CIPSSLCPSK; tls-facts.md 2.
    """
    args = text("key", key, 0, 32), text("identity", identity, 0, 32)
    put(modem, b"+CIPSSLCPSK", link_first(link, args, 5), "PSK")


def cipsslcpskhex(modem, link, key, identity):
    """``AT+CIPSSLCPSKHEX=[<link>,]"<hex of key>","<identity>"``: a PSK of any bytes.

    As with ``cipsslcpsk()``, it is not sent again after a restart.

    :param bytes key: 1 to 32 bytes
    :param identity: str or bytes, 0 to 32 bytes
    ESP8266 ESP-AT 2.3, ESP32 ESP-AT 3.2. Source: tls-facts.md 2.
    """
    if isinstance(key, str):
        raise TypeError("key: bytes are wanted")
    text("key", key, 1, 32)
    args = hexlify(key), text("identity", identity, 0, 32)
    put(modem, b"+CIPSSLCPSKHEX", link_first(link, args, 5), "PSKHEX")


def cipsslcpsk_query(modem):
    """``AT+CIPSSLCPSK?``: (link, key, identity) for each link, a list: see ``cipsslcpsk()``.

    The reply is split at its last comma: an identity with a comma is not read correctly.
    ESP8266 ESP-AT 2.1, ESP32 ESP-AT 2.2. Source: reference, CIPSSLCPSK; dialects.md 1, row 24.
    """
    found = []
    for link, rest in _told(modem, b"+CIPSSLCPSK", "PSK"):
        key, comma, identity = rest.rpartition(b",")
        if not comma:
            raise garbled(b"+CIPSSLCPSK", rest)
        found.append((link, decoded(key.strip(b'"')), decoded(identity.strip(b'"'))))
    return found


def cipsslcpskhex_query(modem):
    """``AT+CIPSSLCPSKHEX?``: (link, key, identity) for each link, a list. The key is bytes.

    ESP8266 ESP-AT 2.3, ESP32 ESP-AT 3.2. Source: dialects.md 1, row 24.
    """
    found = []
    for link, rest in _told(modem, b"+CIPSSLCPSKHEX", "PSKHEX"):
        digits, comma, identity = rest.partition(b",")
        try:
            key = unhexlify(digits.strip(b'"'))
        except ValueError:
            comma = b""
        if not comma:
            raise garbled(b"+CIPSSLCPSKHEX", rest)
        found.append((link, key, decoded(identity.strip(b'"'))))
    return found


def cipsslccipher_query(modem):
    """``AT+CIPSSLCCIPHER?``: (link, number of a cipher suite) for each that was set, a list.

    ESP8266 ESP-AT 2.3, ESP32 ESP-AT 4.1. Source: dialects.md 1, row 24.
    """
    found = []
    for link, rest in _told(modem, b"+CIPSSLCCIPHER", "CIPHER"):
        try:
            found.append((link, int(str(rest, "ascii"), 16)))
        except ValueError:
            raise garbled(b"+CIPSSLCCIPHER", rest)
    return found


def cipsslsize(modem, size):
    """``AT+CIPSSLSIZE=<size>``: the buffer for TLS, before ``cipstart()``. NonOS, WizFi360.

    :param int size: bytes, 2048 to 4096; no record, and no server's chain, may be longer than it
    Source: dialects.md 1, row 20.
    """
    put_kept(modem, b"+CIPSSLSIZE", (number("size", size, 2048, 4096),), "SSLSIZE")
