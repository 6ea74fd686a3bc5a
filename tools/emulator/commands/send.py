"""Commands that send: the forms of CIPSEND, CIPSENDEX, CIPSENDL, passthrough."""

import re

from ..families import ALL, SINCE_24, SINCE_33
from ..link_types import LINK_TYPES, SERVER_TYPES
from ..links import COUNT
from ..outcome import SILENT
from ..params import Refused
from ..reach import resolve
from ..schedule import Until

#: How long CIPSENDL waits for a block to fill, in seconds (AT+TRANSINTVL's default).
_INTERVAL = 0.02

#: A role of AT+SAVETRANSLINK=2.
_BLE_CLIENT = 1

#: How many blocks CIPSENDL holds before it stops reading the UART.
_BLOCKS = 4


def _request(call, most):
    """The parameters of CIPSEND, CIPSENDEX or CIPSENDL: (link, length, destination or None).

    The destination is (host, port) for a UDP datagram.
    """
    core, args = call.core, call.args
    if core.session.passthrough_mode:
        raise Refused("ipmode=1")
    number = 0
    if core.session.mux:
        number = args.integer(0, 0, COUNT - 1)
        args = args.rest(1)
    args.count(1, 3)
    link = core.links.open.get(number)
    if link is None:
        raise Refused("link is not valid")
    length = args.integer(0, 1, most, reason="too long")
    if len(args) == 1:
        return link, length, None
    if link.kind != "UDP":
        raise Refused
    host = args.text(1, 64, reason="ip error").decode("latin-1")
    return link, length, (host, args.integer(2, 1, 65535, reason="no port"))


def send(call):
    """AT+CIPSEND=<length>: prompt, payload, verdict"""
    link, length, target = _request(call, call.core.profile.send_max)
    call.core.say("prompt")
    return payload(call.core, link, length, target)


def send_until_null(call):
    """AT+CIPSENDEX=<length>: the payload ends at its length or at ``\\0``"""
    link, length, target = _request(call, call.core.profile.send_max)
    call.core.say("prompt")
    return payload(call.core, link, length, target, ends_at_null=True)


def payload(core, link, length, target=None, ends_at_null=False):
    """A task: take a payload, send it, and print ``SEND OK`` or ``SEND FAIL``."""
    data = yield from core.payload(length, ends_at_null)
    if data is None:
        core.say("send canceled")
        return SILENT
    core.sending = True
    core.say("recv", len(data))
    yield core.timing.send
    sent = yield from deliver(core, link, data, target)
    core.say("send ok" if sent == len(data) else "send fail")
    return SILENT


def deliver(core, link, data, target=None):
    """A task: give ``data`` to the network; returns how many bytes it accepted.

    With a send time-out (AT+CIPTCPOPT, ms) it ends after that time without sending the rest: a
    failed send may have sent a part.
    """
    if target:
        address = yield from resolve(core, target[0])
        if address is None:
            return 0
        target = (address, target[1])
    elif not link.target[1]:
        return 0
    timeout = core.session.tcp_options[link.number][2] / 1000
    end = core.scheduler.now + timeout if timeout else None
    sent = 0
    while sent < len(data) and _sendable(core, link):
        count = link.channel.send(data[sent:], target or link.target)
        sent += count
        if count:
            continue
        if end is not None and core.scheduler.now >= end:
            break
        yield 0.01 if end is None else min(0.01, end - core.scheduler.now)
    link.last_traffic = core.scheduler.now
    return sent


def _sendable(core, link):
    return core.links.open.get(link.number) is link and not link.channel.broken


# -- CIPSENDL ----------------------------------------------------------------------------------


def send_long(call):
    """AT+CIPSENDL=<length>: data are sent as they come, with reports; ``+++`` cancels"""
    link, length, target = _request(call, 0x7FFFFFFF)
    call.core.say("prompt")
    return _stream(call.core, link, length, target)


def _stream(core, link, length, target):
    report, block = core.session.sendl
    expected = core.expect(length, most=_BLOCKS * block)
    taken = sent = reported = 0
    while not expected.canceled and taken < length:
        yield Until(lambda: expected.done or len(expected.data) >= block, _INTERVAL)
        data = expected.take_out(block)
        taken += len(data)
        sent += yield from deliver(core, link, data, target)
        if sent // report > reported // report or (taken == length and sent > reported):
            reported = sent
            core.say("sendl", sent, expected.count)
    if expected.canceled:
        core.say("send cancelled")
    else:
        core.say("send ok" if sent == length else "send fail")
    return SILENT


def query_long(call):
    """AT+CIPSENDLCFG?"""
    call.say("sendlcfg", *call.core.session.sendl)


def set_long(call):
    """AT+CIPSENDLCFG=<report size>[,<transmit size>], in bytes"""
    call.args.count(1, 2)
    report = call.args.integer(0, 100, 1 << 20)
    call.core.session.sendl = (report, call.args.integer(1, 100, 2920, default=2920))


# -- passthrough -------------------------------------------------------------------------------


def pass_through(call):
    """AT+CIPSEND: enters the data state of passthrough"""
    core = call.core
    link = core.links.open.get(0)
    if not core.session.passthrough_mode or link is None or link.udp_mode:
        raise Refused
    if link.kind == "SSL" and not core.profile.tls.passthrough:
        raise Refused
    core.say("passthrough prompt")
    core.afterwards.append(core.passthrough.enter)
    return SILENT


def save_link(call):
    """AT+SAVETRANSLINK=<0 or 1>[,<host>,<port>[,<type>[,<keep-alive s or local port>]]]

    With 0 nothing is saved any more, whatever parameters follow. Since 3.2 there is also
    ``=3,<port>[,<type>[,<CA>[,<netif>]]]``, for a server with one client, and ``=2,...`` for
    Bluetooth LE.
    """
    args = call.args
    mode = args.integer(0, 0, 3 if call.core.profile.id in SINCE_33 else 1)
    saved = {"saved_link": None, "saved_server": None, "saved_bluetooth": None}
    if mode == 1 or (not mode and len(args) > 1):
        link = _saved_link(call, args)
        saved["saved_link"] = link if mode else None
    elif mode == 2:
        saved["saved_bluetooth"] = _saved_bluetooth(args)
    elif mode == 3:
        saved["saved_server"] = _saved_server(args)
    call.set(always=True, **saved)


def _saved_link(call, args):
    """(type, host, port, keep-alive, local port)"""
    args.count(3, 5)
    host = args.text(1, 64).decode("latin-1")
    port = args.integer(2, 1, 65535)
    kind = args.text(3, 6, default=b"TCP").decode("latin-1")
    extra = args.integer(4, 0, 65535 if kind == "UDP" else 7200, default=0)
    if kind not in LINK_TYPES or (kind == "SSL" and not call.core.profile.tls.passthrough):
        raise args.wrong(3)
    numbers = (0, extra) if kind == "UDP" else (extra, 0)
    return (kind, host, port, *numbers)


def _saved_bluetooth(args):
    """(role, service and characteristic for sending, the same for receiving, peer's address)"""
    args.count(6, 7)
    numbers = [args.integer(1, 1, 2), *(args.integer(i, 1, 255) for i in range(2, 6))]
    peer = args.text(6, 17, default=b"").decode("latin-1")
    if peer and not re.fullmatch("[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}", peer):
        raise args.wrong(6)
    if numbers[0] == _BLE_CLIENT and not peer:
        raise args.miscount(7)
    return (*numbers, peer)


def _saved_server(args):
    """(port, type, CA, interface)"""
    args.count(2, 5)
    kind = args.text(2, 6, default=b"TCP").decode("latin-1")
    if kind not in SERVER_TYPES:
        raise args.wrong(2)
    numbers = (args.integer(3, 0, 1, default=0), args.integer(4, 0, 3, default=0))
    return (args.integer(1, 1, 65535), kind, *numbers)


# fmt: off
COMMANDS = (
    # name            families  query       set              execute
    ("+CIPSEND",      ALL,      None,       send,            pass_through),
    ("+CIPSENDEX",    ALL,      None,       send_until_null, None),
    ("+CIPSENDL",     SINCE_24, None,       send_long,       None),
    ("+CIPSENDLCFG",  SINCE_24, query_long, set_long,        None),
    ("+SAVETRANSLINK", ALL,     None,       save_link,       None),
)
# fmt: on
