# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""From a context to a TLS connection: what the module cannot do is refused, the rest is set.

Each connect sets or clears all that the firmware keeps for its link, so that nothing left over from
an earlier program, or from flash, weakens it. Loaded for a connect, and let go of.
"""

try:
    from micropython import const
except ImportError:
    const = int

from .command import let_go, run
from .modem import ATError, fail

# Capabilities.
_TRAILER = const(2)
_CUR = const(4)
_NAMES = const(13)
_SSLCONF = const(18)
_PSK = const(19)
_PSKHEX = const(20)
_DATES = const(23)
_TLSHOST = const(24)
_SSLSERVER = const(25)

_HANDSHAKE_MS = const(120000)  # each of a dozen packets may take 10 s
_QUEUE = const(2920)  # bytes unread where TLS links know no passive receive
_CONNECTING = const(1)  # what a socket is doing
_LOST_RESTART = const(4)
_NOTICE = const(31)  # the event of +ERRNO

# Numbers of errors.py and tlserrors.py.
_ERR_LINKS = const(15)
_ERR_COMMAND = const(32)
_ERR_UNVERIFIED = const(66)
_ERR_STORELESS = const(67)
_ERR_NO_NAMES = const(68)
_ERR_NO_SNI = const(69)
_ERR_NUMBER = const(70)
_ERR_NAME_CHECKED = const(71)
_ERR_SNI_OFF = const(72)
_ERR_NO_ALPN = const(73)
_ERR_NO_PSK = const(74)
_ERR_PSK_CA = const(75)
_ERR_PSK_KEY = const(76)
_ERR_PSK_HEX = const(77)
_ERR_ONE = const(78)
_ERR_NO_ROOTS = const(79)
_ERR_NOT_TAKEN = const(80)


def begin(sock, host, port):
    """All that comes before the handshake, and its CIPSTART; over again if the module restarts."""
    tries = 3
    while True:
        modem = sock.radio.up()
        before = modem.restarts
        tries -= 1
        try:
            how = _wanted(sock, modem)
            if how[0] & 2 and modem.can >> _DATES & 1 and not this_run(modem)["dated"]:
                from .dates import see_to

                see_to(modem)
                this_run(modem)["dated"] = True
            _material(sock.context, modem, how)
            where = _ready(sock, modem, how, host)
            _begin(sock, modem, how, where, port, before)
            break
        except (ATError, OSError):
            if modem.restarts == before or not tries:
                raise
    let_go("handshake", "tcpip")


def _wanted(sock, modem):
    """[what is proven and checked, the name to be told, the PSK], once it is our turn."""
    context = sock.context
    auth = 2 if context.verify_mode else 0
    if context.pki is not None:
        auth += 1
    how = [auth, refuse(context, modem, sock.name, auth), _psk(context, modem.can)]
    sock.turn(modem.port.ticks())
    alone(sock, modem)
    return how


def _ready(sock, modem, how, host):
    """What no link is needed for; the host to be opened."""
    can = modem.can
    if can >> _TLSHOST & 1:
        _listen(modem)
        hidden = how[1] is None and (how[0] & 2 or not sock.context.sni)
        if hidden and not _is_number(host):
            from .tcpip import cipdomain  # else the firmware would tell, and check, the name

            host = cipdomain(modem, host)
    if can >> _CUR & 1:
        run(modem, b"+CIPSSLSIZE=", (4096,))
    if not can >> _TRAILER & 1:
        sock.queue(_QUEUE)  # payload comes unasked, whatever the receive mode
    return host


def _begin(sock, modem, how, host, port, before):
    """The link's settings, and its CIPSTART."""
    modem.turn()
    link = modem.take(sock)
    try:
        _conf(modem, link, how)
        _names(modem, link, how[1], sock.context.alpn, how[2])
        if modem.restarts != before:
            raise fail(_LOST_RESTART)
        if modem.owners[link] is not sock:
            raise fail(_ERR_LINKS)  # a client of our server has it
        this_run(modem)["errno"] = None
        modem.begin(b"+CIPSTART=", (link, "SSL", host, port), b"", _HANDSHAKE_MS, sock)
    except BaseException as e:
        if modem.owners[link] is sock:
            modem.give(link)
            if not isinstance(e, Exception):  # Ctrl-C: it may be on its way all the same
                modem.unwanted |= 1 << link
        raise
    sock.link = link
    sock.born = modem.links[link + 5]
    sock.doing = _CONNECTING
    sock.peer = (host, port)


def this_run(modem):
    """What is known of TLS since the module last started: a dict, ``modem.tls``."""
    now = getattr(modem, "tls", None)
    if now is None or now["restarts"] != modem.restarts:
        modem.tls = now = {"restarts": modem.restarts, "dated": False, "errno": None}
    return now


# What cannot be done


def _is_number(host):
    return host.replace(".", "0").isdigit() or ":" in host


def refuse(context, modem, name, auth):
    """Raise if the module cannot do what a context says; else the name to be told, or None."""
    can = modem.can
    old = can >> _CUR & 1
    if auth and not can >> _SSLCONF & 1:
        raise fail(_ERR_UNVERIFIED, _family(modem))
    if old:
        for what, least in ((context.ca, auth & 2), (context.pki, auth & 1)):
            if least and not isinstance(what, int):
                raise fail(_ERR_STORELESS, _family(modem))
    checked = context.check_hostname
    if name is not None and not context.sni:
        name = None
        if checked:
            raise fail(_ERR_SNI_OFF)
    if name is not None and _is_number(name):
        if checked:
            raise fail(_ERR_NUMBER, name)
        name = None
    if checked and not can >> _NAMES & 1:
        raise fail(_ERR_NO_NAMES, _family(modem))
    if name is not None:
        if not 0 < len(name.encode()) <= 64:
            raise ValueError("server_hostname out of 1..64 bytes")
        if not can >> _NAMES & 1:
            raise fail(_ERR_NO_SNI, _family(modem))
        if auth & 2 and not checked:
            raise fail(_ERR_NAME_CHECKED)
    if context.alpn and not can >> _NAMES & 1:
        raise fail(_ERR_NO_ALPN, _family(modem))
    if context.psk:
        if auth & 2:
            raise fail(_ERR_PSK_CA)
        if not can >> _PSK & 1:
            raise fail(_ERR_NO_PSK, _family(modem))
    return name


def _psk(context, can):
    """(b"" or b"HEX", key, identity) to be sent, or None."""
    psk = context.psk
    if callable(psk):
        psk = psk(None)
    if not psk:
        return None
    identity, key = psk
    identity = identity.encode() if isinstance(identity, str) else bytes(identity)
    key = key.encode() if isinstance(key, str) else bytes(key)
    if not (1 <= len(identity) <= 32 and 1 <= len(key) <= 32) or b"\0" in identity:
        raise fail(_ERR_PSK_KEY)
    if all(32 < byte < 127 for byte in key):
        return b"", key, identity
    if not can >> _PSKHEX & 1:
        raise fail(_ERR_PSK_HEX)
    return b"HEX", "".join(["%02x" % byte for byte in key]), identity


def _family(modem):
    from .firmware import name

    let_go("firmware")
    return name(modem.firmware)


def alone(sock, modem):
    """One TLS link is what NonOS and the ESP8266 have."""
    if not modem.can >> _SSLSERVER & 1:
        from .tls import is_secured

        for owner in modem.owners:
            if owner is not sock and is_secured(owner):
                raise fail(_ERR_ONE, _family(modem))


# What is set


def _material(context, modem, how):
    """Add the numbers of the certificate and of the CA, both in the module when this returns."""
    auth = how[0]
    pki, ca = context.pki, context.ca
    if (auth & 1 and not isinstance(pki, int)) or (auth & 2 and not isinstance(ca, int)):
        from . import store

        if auth & 1 and not isinstance(pki, int):
            pki = store.keep(modem, ("client_cert", "client_key"), pki)
        if auth & 2 and ca is None:
            ca = store.roots(modem)
            if ca is None:
                raise fail(_ERR_NO_ROOTS)
        elif auth & 2 and not isinstance(ca, int):
            ca = store.keep(modem, ("client_ca",), (ca,))
        store.done()
    how += [pki if auth & 1 else 0, ca if auth & 2 else 0]


def _conf(modem, link, how):
    """CIPSSLCCONF: that a CA is missing is said, and then OK; what it took is asked for."""
    if not modem.can >> _SSLCONF & 1:
        return
    name = b"+CIPSSLCCONF"
    auth = how[0]
    args = (link, auth) + tuple(how[3:]) if auth else (link, auth)
    if modem.can >> _CUR & 1:
        args = (auth,)
    try:
        lines = run(modem, name + b"=", args, None)
    except ATError:
        raise fail(_ERR_NOT_TAKEN, "is there what it says? (use_stored)")
    for line in lines:
        if line[:3] == b"NO " and line[-6:] == b" FOUND":
            raise fail(_ERR_NOT_TAKEN, str(line, "ascii"))
    if auth & 2:
        said = name + b":" + b",".join([b"%d" % arg for arg in args])
        if said not in run(modem, name + b"?", (), name):
            raise fail(_ERR_NOT_TAKEN, "it kept other settings")


def _names(modem, link, name, alpn, psk):
    """CCN and SNI are one field: both are cleared, then one is set. ALPN and PSK follow."""
    if modem.can >> _NAMES & 1:
        _clear(modem, b"+CIPSSLCCN", (link, ""))
        _clear(modem, b"+CIPSSLCSNI", (link, ""))
        if name is not None:
            run(modem, b"+CIPSSLCSNI=", (link, name))
        if alpn:
            run(modem, b"+CIPSSLCALPN=", (link, len(alpn)) + alpn)
        else:
            _clear(modem, b"+CIPSSLCALPN", (link, 0))
    if modem.can >> _PSK & 1:
        _clear(modem, b"+CIPSSLCPSK", (link, "", ""))
        if psk:
            # What the documents call the identity is the key, the hint is the identity.
            run(modem, b"+CIPSSLCPSK" + psk[0] + b"=", (link,) + psk[1:])


def _clear(modem, name, args):
    """Some firmware may refuse to clear what is not set: then it must say that it is not."""
    try:
        run(modem, name + b"=", args)
    except ATError:
        head = name + b":%d" % args[0]
        for line in run(modem, name + b"?", (), head):
            if line[len(head) :].strip(b',"'):
                raise


def _listen(modem):
    """From 5.0.1 on the firmware tells why a connection failed, when told to log."""
    if getattr(modem, "told", None) is None:
        plain = modem._notice

        def notice(event):
            line = modem.parser.line
            if event == _NOTICE and line[:7] == b"+ERRNO:":
                this_run(modem)["errno"] = line[7:]
            plain(event)

        modem._notice = notice
        modem.told = True
    try:
        run(modem, b"+SYSLOG=", (1,))
    except ATError:
        pass  # then no cause is told


def failed(sock):
    """No connection came about: the exception that says why, as far as that can be known."""
    from .tlserrors import why

    return why(sock, this_run(sock.modem)["errno"])
