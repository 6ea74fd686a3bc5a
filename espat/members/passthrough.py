# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Members of ``Radio``: entering passthrough. Loaded for that, and forgotten.

Source: reference, CIPMODE, CIPSEND, CIPRECONNINTV; dialects.md 1, rows 5b, 12, 25.
"""

from .. import calls, lazy
from ..at.args import need, number
from ..at.data import cipreconnintv_query
from ..at.essential import current, ms, text
from ..at.links import (
    cipmode,
    cipmux,
    cipserver,
    cipservermaxconn_query,
    cipstart,
    cipstart_udp,
)
from ..at.system import sysmsg_query
from ..errors import ATError, const, fail
from ..modem import compose
from ..sock.passthrough import Passthrough

# Events.
_OK = const(2)
_ERROR = const(3)
_FAIL = const(4)
_BUSY = const(8)
_PROMPT = const(9)
_DATA = const(12)
_END = const(15)
_BROKEN = const(17)
_READY = const(22)

# States of a link.
_FREE = const(0)
_OPENING = const(1)
_OPEN = const(2)
_LOST_RESTART = const(4)
_LOST_WIFI = const(5)

_IN_PASSTHROUGH = const(3)  # a value of the engine's ``whole``

_BEGIN_MS = const(5000)
_BUSY_MS = const(300)


def passthrough(
    radio,
    host,
    port,
    kind="TCP",
    *,
    local_port=None,
    reconnect=None,
    notices=False,
    context=None,
    timeout=5,
):
    """A stream to one peer that uses the whole module: ``espat.sock.passthrough.Passthrough``.

    Sends ``AT+CIPRECVMODE=0``, ``AT+CIPMUX=0``, ``AT+CIPSTART=...``, ``AT+CIPMODE=1`` and
    ``AT+CIPSEND``. ``close()`` of the stream undoes all that; if a program ends without it, the
    start-up of the next program does. **Without RTS/CTS, bytes that come when a buffer is full are
    lost without an error.**

    :param str host: name or address; None: be a server, and wait for its one client: ESP-AT 2.3
    :param int port: 1 to 65535: the peer's, or the server's
    :param str kind: ``"TCP"`` or ``"UDP"``
    :param int local_port: for UDP: the module's own port, 1 to 65535
    :param reconnect: seconds after which the module opens a broken connection again, 0.1 to 3600;
        ESP-AT only
    :param bool notices: let ``CLOSED``, ``CONNECT`` and the notices of Wi-Fi come in the stream
        (SYSMSG, bit 2): they cannot be told from the peer's bytes. ESP-AT 1.2, NonOS 1.7
    :param context: an ``SSLContext``: use TLS, and verify ``host`` as it says. ESP-AT 2.2. When the
        module connects again, it verifies the CA and the dates, but the name only from ESP-AT 5.0
        on: before that, ``check_hostname`` and ``sni`` must be False. A PSK is not possible
    :param timeout: seconds that a read waits for a byte, a write for space, and a server for its
        client. None: for ever
    :raises OSError: EBUSY, sockets are open; ECONNREFUSED; EIO, the module refuses passthrough;
        ETIMEDOUT, it does not answer, or no client came; EOPNOTSUPP; else as ``Socket.connect()``
    :raises ValueError: an argument out of its range: nothing was sent
    :raises TypeError: an argument of a wrong type: nothing was sent
    """
    modem = radio.modem
    modem.step()
    interval = _check(modem, host, port, kind, local_port, reconnect, timeout)
    if context is not None and not hasattr(context, "pki"):
        raise TypeError("context: no SSLContext")
    if host is None and (context is not None or kind != "TCP"):
        raise ValueError("host: a server takes TCP alone")
    radio.up()
    if context is not None:
        need(modem, b"\xff\x22\x22\xff", "TLS in passthrough")
    if host is None:
        need(modem, b"\xff\x23\x23\xff", "passthrough of a server")
    if notices:
        need(modem, "SYSMSG")
    modem.turn()
    if not _alone(modem):
        raise fail("links_in_use")
    stream = Passthrough(radio, timeout)
    try:
        if context is not None:
            host = _secure(stream, context, host)
        modem.take(0, stream, _OPENING)
        _settings(stream, interval, notices)
        if modem.passive:
            calls.wait(modem, calls.insist(modem, b"+CIPRECVMODE=", calls.receive(modem, 0)))
        if host is None:
            _serve(stream, port)
        else:
            cipmux(modem, 0)
            _connect(modem, host, port, kind if context is None else "SSL", local_port)
        cipmode(modem, 1)
        modem.turn()
        modem.whole = _IN_PASSTHROUGH
        modem.state = 1
        _enter(stream)
    except BaseException:
        stream.release()
        raise
    return stream


def _check(modem, host, port, kind, local_port, reconnect, timeout):
    """Raise if no module accepts the arguments; else return the interval of CIPRECONNINTV, or
    None.
    """
    if kind not in ("TCP", "UDP"):
        raise ValueError("kind: TCP or UDP is wanted")
    if host is not None:
        text("host", host, 1, 64)
    number("port", port, 1, 65535)
    if local_port is not None:
        number("local_port", local_port, 1, 65535)
        if kind != "UDP":
            raise ValueError("local_port: of UDP alone")
    if timeout is not None:
        ms(timeout)
    if modem.state:
        raise fail("links_in_use")
    compose(b"+CIPSTART=", (kind, host, port))
    if reconnect is None:
        return None
    return number("reconnect in 0.1 s", (ms(reconnect) + 50) // 100, 1, 36000)


def _alone(modem):
    """Whether no socket has a link or listens."""
    for state in modem.links[:5]:
        if state not in (_FREE, _LOST_RESTART, _LOST_WIFI):
            return False
    return modem.listener is None


def _settings(stream, interval, notices):
    """Make the settings for the stream that are restored at its end."""
    modem = stream.modem
    if modem.has("SYSMSG"):
        try:
            bits = sysmsg_query(modem)
            wanted = bits & 3 | (4 if notices else 0)
            _have(stream, current(modem, b"+SYSMSG", b"="), bits, wanted)
        except ATError:  # WizFi360 may lack it
            if notices:
                raise
    if interval is not None:
        _have(stream, b"+CIPRECONNINTV=", cipreconnintv_query(modem), interval)


def _have(stream, name, now, wanted):
    if now != wanted:
        stream.modem.run(name, (wanted,))
        stream.back.append((name, (now,)))


def _connect(modem, host, port, kind, local_port):
    try:
        if kind == "UDP":
            cipstart_udp(modem, None, host, port, local_port, None if local_port is None else 0)
        else:
            cipstart(modem, None, kind, host, port)
    except ATError:
        raise fail("refused", host, port)


def _serve(stream, port):
    """Listen, and wait for the only client."""
    modem = stream.modem
    _have(stream, b"+CIPSERVERMAXCONN=", cipservermaxconn_query(modem), 1)
    cipserver(modem, 1, port)
    then = modem.port.ticks()
    while modem.links[0] != _OPEN:
        if stream.timeout is not None and modem.port.since(then) >= stream.timeout * 1000:
            raise fail("timed_out", "a client")
        modem.rest()
        if not modem.up:
            raise fail("restarted")


def _enter(stream):
    """Send ``AT+CIPSEND`` without the modem: all bytes after its prompt belong to the stream."""
    modem = stream.modem
    port = modem.port
    parser = modem.parser
    modem.settle(True)
    parser.prompt = True
    modem.write(b"AT+CIPSEND\r\n")
    began = sent = port.ticks()
    accepted = busy = False
    while True:
        event = parser.next()
        if event == _PROMPT:
            break
        if event == _DATA:
            parser.into(stream.place())
        elif event == _END:
            stream.finished(True)
        elif event == _OK:
            accepted = True
        elif event == _BUSY:
            busy = not accepted
        elif event in (_ERROR, _FAIL, _READY) or _END < event <= _BROKEN:
            raise fail("no_passthrough")
        elif not event:
            # As in Modem.rest(): what came during the idle hook is read before giving up.
            if port.since(began) > _BEGIN_MS:
                raise fail("silent")
            if modem.idle:
                modem.idle()
            n = port.read(parser.space())
            parser.fill(n)
            if not n:
                port.pause()
            if busy and port.since(sent) > _BUSY_MS:
                busy = False
                sent = port.ticks()
                modem.write(b"AT+CIPSEND\r\n")
    stream.begin()


# TLS


def _secure(stream, context, host):
    """Make the module ready for a TLS connection; returns the host for CIPSTART."""
    modem = stream.modem
    stream.context = context
    stream.name = host
    wants = lazy.call("tls.prepare", "Wants", stream, host)
    # The firmware forgets name and key when a link closes (tls-facts.md 2).
    if wants.psk or (context.check_hostname and not modem.has("TLS_HOST")):
        raise fail("checked_once")
    wants.link = 0
    calls.wait(modem, lazy.call("tls.begin", "ready", stream, wants))
    return wants.host
