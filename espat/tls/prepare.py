# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Preparing a TLS connection: refuse what the module cannot do, and set the rest in it.

Each connect sets or clears all settings that the firmware keeps for its link, and reads them back.
So neither settings of an earlier program nor damaged commands can weaken the connection. It is
done in steps: see stepwise.py. Loaded for a connect, and forgotten: see begin.py.
"""

import time

from .. import lazy
from ..calls import ask, passive
from ..errors import ATError, const, fail
from ..sock.base import is_name
from .state import state_of

_YEAR = const(2026)  # a clock that shows an earlier year is wrong
_BUILT = const(1767225600)  # the beginning of that year
_SNTP_MS = const(10000)


# What is wanted, and what the module cannot do


class Wants:
    """What a socket's context requires of the module.

    :raises OSError: EOPNOTSUPP, the module cannot do it; ENOMEM, its only TLS link is in use
    :raises ValueError: a name or a key that no module accepts
    """

    def __init__(self, sock, host):
        modem = sock.modem
        context = sock.context
        self.restarts = modem.restarts
        self.auth = (2 if context.verify_mode else 0) + (context.pki is not None)
        self.name = refuse(context, modem, sock.name, self.auth)  # the name to send, or None
        self.psk = _psk(context, modem)
        self.pki = context.pki  # PEM; begin.py replaces it by its number in the module's flash,
        self.ca = context.ca  # and this, too
        self.host = host  # what CIPSTART gets; prepare() may replace it by the address,
        self.link = -1  # and sets this
        if not modem.has("TLS_LINKS"):
            for owner in map(modem.owner, range(5)):
                if owner is not sock and getattr(owner, "context", None) is not None:
                    raise fail("one_link", modem.firmware)


def refuse(context, modem, name, auth):
    """Raise if the module cannot do what a context requires.

    :returns: the name to send (SNI), or None
    """
    if auth and not modem.has("SSLCCONF"):
        raise fail("no_verify", modem.firmware)
    if not modem.has("SYSFLASH"):
        for what, wanted in ((context.ca, auth & 2), (context.pki, auth & 1)):
            if wanted and not isinstance(what, int):
                raise fail("no_store", modem.firmware)
    checked = context.check_hostname
    if name is not None and not context.sni:
        name = None
        if checked:
            raise fail("needs_sni")
    if name is not None and not is_name(name):
        if checked:
            raise fail("no_address", name)
        name = None
    names = modem.has("SNI")
    if checked and not names:
        raise fail("no_names", modem.firmware)
    if name is not None:
        if not 0 < len(name.encode()) <= 64:
            raise ValueError("server_hostname out of 1..64 bytes")
        if not names:
            raise fail("no_sni", modem.firmware)
        if auth & 2 and not checked:
            raise fail("sni_checks")
    if context.alpn and not names:
        raise fail("no_alpn", modem.firmware)
    if context.psk:
        if auth & 2:
            raise fail("psk_with_ca")
        if not modem.has("PSK"):
            raise fail("no_psk", modem.firmware)
    return name


def _psk(context, modem):
    """``(end of the command's name, key as it is sent, identity)``, or None."""
    psk = context.psk
    if callable(psk):
        psk = psk(None)
    if not psk:
        return None
    identity, key = psk
    identity = _raw(identity)
    key = _raw(key)
    if not (1 <= len(identity) <= 32 and 1 <= len(key) <= 32) or b"\0" in identity:
        raise fail("psk_invalid")
    if min(key) > 32 and max(key) < 127:
        return b"", key, identity
    if not modem.has("PSKHEX"):
        raise fail("psk_binary")
    return b"HEX", "".join(["%02x" % byte for byte in key]).encode(), identity


# The connection


def prepare(sock, wants):
    """Take a link, if there is none yet, and set all that the firmware keeps for it."""
    modem = sock.modem
    auth = wants.auth
    if modem.has("ERRNO"):
        try:
            yield from ask(modem, b"+SYSLOG=", (1,))
        except ATError:
            pass  # then the module will not tell why a handshake failed
    if modem.has("TLS_HOST") and wants.name is None and (auth & 2 or not sock.context.sni):
        if is_name(wants.host):  # this firmware would send and check the host's name
            wants.host = yield from lazy.call("at.services", "address_of", modem, wants.host)
    if modem.has("SSLSIZE"):
        yield from ask(modem, b"+CIPSSLSIZE=", (4096,))
    link = wants.link
    if link < 0:
        wants.link = link = lazy.call("sock.opening", "take", modem, sock)
    try:
        if not modem.has("PASSIVE_TLS"):
            modem.pushing |= 1 << link  # it pushes the bytes of TLS links in passive receive, too
        numbers = (wants.pki if auth & 1 else 0, wants.ca if auth & 2 else 0)
        yield from _conf(modem, link, auth, numbers)
        yield from _set(modem, link, wants.name, sock.context.alpn, wants.psk)
        yield from passive(modem, link)
        while modem.chores():
            yield
        if modem.restarts != wants.restarts:
            raise fail("restarted")
    except BaseException:
        if modem.owner(link) is sock:
            modem.give(link)
        raise
    state_of(modem).code = None


def _conf(modem, link, auth, numbers):
    """Send ``AT+CIPSSLCCONF``, and read back what the module took.

    If a CA is missing, the module prints a line that says so, but still ends with OK.
    """
    if not modem.has("SSLCCONF"):
        return
    name = b"+CIPSSLCCONF"
    if not modem.has("SSL_BY_LINK"):
        args = (auth,)
    else:
        args = (link, auth) + numbers if auth else (link, auth)
    said = name + b":" + b",".join([b"%d" % arg for arg in args])
    for _ in range(2):
        try:
            lines = yield from ask(modem, name + b"=", args, None)
        except ATError:
            raise fail("not_taken", "+CIPSSLCCONF", "is there what it says? (use_stored)")
        for line in lines:
            if line[:3] == b"NO " and line[-6:] == b" FOUND":
                raise fail("not_taken", "+CIPSSLCCONF", lazy.call("texts", "readable", line))
        if not auth & 2 or said in (yield from ask(modem, name + b"?", (), name)):
            return
    raise fail("not_taken", "+CIPSSLCCONF", "it kept other settings")


def _set(modem, link, server, alpn, psk):
    """Make all settings of a link.

    CCN and SNI share one field in the firmware, so CCN is cleared. In the documents of CIPSSLCPSK
    the names are wrong: "psk" is the key, "hint" is the identity.
    """
    if modem.has("SNI"):
        server = _raw(server or b"")
        alpn = [_raw(protocol) for protocol in alpn]
        yield from _have(modem, link, b"+CIPSSLCCN", b"", b"")
        yield from _have(modem, link, b"+CIPSSLCSNI", server, server)
        yield from _have(modem, link, b"+CIPSSLCALPN", b",".join(alpn), len(alpn), *alpn)
    if psk:
        yield from _have(modem, link, b"+CIPSSLCPSK" + psk[0], b",".join(psk[1:]), *psk[1:])
    elif modem.has("PSK"):
        yield from _have(modem, link, b"+CIPSSLCPSK", b"", b"", b"")


def _raw(text):
    return text.encode() if isinstance(text, str) else bytes(text)


def _have(modem, link, name, wanted, *args):
    """Make sure that a setting of a link has a value; it is read back, and set twice at most.

    A bit error on the line can set another name, or that of another link.

    :param bytes wanted: what follows the link's number in the reply to the query, without the
        quotes that the reference shows; empty: nothing is set
    :param args: the parameters of the command after the link
    """
    head = name + b":%d" % link
    for left in (2, 1, 0):
        told = b""
        for line in (yield from ask(modem, name + b"?", (), head)):
            told = line[len(head) + 1 :]
            if told[:1] == b'"' and told[-1:] == b'"':
                told = told[1:-1].replace(b'","', b",")
            if not told.strip(b","):
                told = b""
        if told == wanted:
            return
        if left:
            yield from ask(modem, name + b"=", (link,) + args)
    raise fail("not_taken", str(name, "ascii"), "it kept other settings")


# The clock


def set_clock(modem):
    """Make sure that the module's clock is right, if the firmware checks the dates of
    certificates. This is done once after each restart of the module.

    The module asks time servers (``AT+CIPSNTPCFG=1,0``) for up to 10 s. If they do not answer, it
    is set from this board's clock (``AT+SYSTIMESTAMP``), if that is right.

    :raises OSError: EINVAL, the clock is not right and cannot be set
    """
    state = state_of(modem)
    if state.dated or not modem.has("DATES"):
        return
    if (yield from _clock(modem)) < _BUILT and not (yield from _asked(modem)):
        now = _here()
        if now < _BUILT or not modem.has("TIMESTAMP"):
            raise fail("no_clock")
        for _ in range(2):
            yield from ask(modem, b"+SYSTIMESTAMP=", (now,))
            if 0 <= (yield from _clock(modem)) - now <= 10:
                break
        else:
            raise fail("not_taken", "+SYSTIMESTAMP", "it kept another time")
    state.dated = True


def _clock(modem):
    """The module's clock in seconds since 1970, perhaps exact to the year only; 0: not set."""
    exact = modem.has("TIMESTAMP")
    name = b"+SYSTIMESTAMP" if exact else b"+CIPSNTPTIME"
    for line in (yield from ask(modem, name + b"?", (), name + b":")):
        digits = line[14:] if exact else line[-4:]
        if digits.isdigit() and (exact or int(digits) >= _YEAR):
            return int(digits) if exact else _BUILT
    return 0


def _asked(modem):
    """Let the module ask time servers: True if it has the time now."""
    port = modem.port
    since = port.ticks()
    try:
        lines = yield from ask(modem, b"+CIPSNTPCFG?", (), b"+CIPSNTPCFG:")
        if not lines or lines[0][12:13] != b"1":
            yield from ask(modem, b"+CIPSNTPCFG=", (1, 0))
    except ATError:
        return False  # it cannot ask time servers
    while port.since(since) < _SNTP_MS:
        then = port.ticks()
        if (yield from _clock(modem)) >= _BUILT:
            return True
        while port.since(then) < 500:
            yield
    return False


def _here():
    """This board's clock in seconds since 1970 (some boards count from 2000); 0: no clock."""
    try:
        now = int(time.time())
        if (getattr(time, "gmtime", None) or time.localtime)(0)[0] == 2000:
            now += 946684800
    except OverflowError:
        pass  # CircuitPython: it counts from 1970, but cannot convert such early dates
    except RuntimeError:
        now = 0  # CircuitPython on a board without a clock
    return now
