"""Commands about links: opening, sending, closing, and the modes they share."""

from ..families import ALL, SINCE_24
from ..link_types import LINK_TYPES, Request, dial
from ..links import COUNT, Link
from ..network import CONNECTING, OPEN
from ..outcome import ERROR, SILENT
from ..params import Refused
from ..schedule import Until

ALL_LINKS = COUNT


# -- names -------------------------------------------------------------------------------------


def resolve(core, host, limit=None):
    """A task: the address of ``host``, or None. ``limit`` is in seconds."""
    looked_up = core.network.lookup(host, core.dns_servers)
    if host != looked_up.address:
        yield core.timing.dns
    if not looked_up.done:
        yield Until(lambda: looked_up.done, limit or core.timing.dns_timeout)
    return looked_up.address


def domain(call):
    """AT+CIPDOMAIN"""
    core = call.core
    call.args.count(1, 1 if core.profile.old else 2)
    host = call.args.text(0, 128).decode("latin-1")
    call.args.integer(1, 1, 3, default=1)
    if not core.station.joined:
        raise Refused("no ip")
    address = yield from resolve(core, host)
    if address is None:
        raise Refused("dns fail")
    core.say("cipdomain", *core.address(address))


# -- opening -----------------------------------------------------------------------------------


def start(call):
    """AT+CIPSTART"""
    core, args = call.core, call.args
    number = 0
    if core.session.mux:
        number = args.integer(0, 0, COUNT - 1, reason="id error")
        args = args.rest(1)
    request = _request(args)
    if not core.online:
        raise Refused("no ip")
    if number in core.links.open:
        raise Refused("already connected")
    return _open(core, number, request)


def _request(args):
    """The parameters after the link number, in the layout of the link's type."""
    kind = args.text(0, 6, reason="link type error").decode("latin-1")
    if kind not in LINK_TYPES:
        raise Refused("link type error")
    host = args.text(1, 64, reason="ip error").decode("latin-1")
    port = args.integer(2, 0, 65535, reason="entry error")
    if kind == "UDP":
        return _udp_request(args, host, port)
    args.count(3, 6)
    if not port or not host:
        raise Refused("entry error")
    return Request(
        kind,
        host,
        port,
        keep_alive=args.integer(3, 0, 7200, default=0),
        local_ip=args.text(4, 39, default=b"").decode(),
        limit=args.integer(5, 0, 60000, default=0) / 1000,
    )


def _udp_request(args, host, port):
    args.count(3, 7)
    return Request(
        "UDP",
        host,
        port,
        local_port=args.integer(3, 0, 65535, default=0),
        udp_mode=args.integer(4, 0, 2, default=0),
        local_ip=args.text(5, 39, default=b"").decode(),
        limit=args.integer(6, 0, 60000, default=0) / 1000,
    )


def _open(core, number, request):
    """A task: resolve, connect, enter the link, tell."""
    address = yield from resolve(core, request.host, request.limit)
    if address is None:
        raise Refused("dns fail")
    yield core.timing.connect
    channel = dial(core, request, address)
    limit = request.limit or core.timing.connect_timeout
    yield Until(lambda: channel.state != CONNECTING, limit)
    if channel.state != OPEN:
        channel.close()
        core.afterwards.append(lambda: _tell_failure(core, number))
        return ERROR
    link = Link(number, request.kind, channel, udp_mode=request.udp_mode, request=request)
    core.links.add(link)
    core.links.report(link)
    return None


def _tell_failure(core, number):
    """CLOSED of a link that never opened often follows ERROR (capture 24)."""
    if core.profile.closed_after_failure:
        core.say(*(("closed id", number) if core.session.mux else ("closed",)))


# -- sending -----------------------------------------------------------------------------------


def send(call):
    """AT+CIPSEND=<length>: prompt, payload, verdict"""
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
    length = args.integer(0, 1, core.profile.send_max, reason="too long")
    target = _target(args)
    core.say("prompt")
    return send_payload(core, link, length, target)


def _target(args):
    """The destination of one datagram, or None."""
    if len(args) == 1:
        return None
    return args.text(1, 64).decode("latin-1"), args.integer(2, 1, 65535)


def send_payload(core, link, length, target=None):
    """A task: take the payload of a CIPSEND, send it, give the verdict."""
    data = yield from core.payload(length)
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
    """A task: give ``data`` to the network; returns how many bytes it took in time."""
    if target:
        address = yield from resolve(core, target[0])
        if address is None:
            return 0
        target = (address, target[1])
    timeout = core.session.tcp_options[link.number][2] / 1000 or None
    end = core.scheduler.now + timeout if timeout else None
    sent = 0
    while sent < len(data):
        if core.links.open.get(link.number) is not link:
            break
        count = link.channel.send(data[sent:], target or link.target)
        sent += count
        if not count:
            left = None if end is None else end - core.scheduler.now
            if left is not None and left <= 0:
                break
            yield min(0.01, left) if left is not None else 0.01
    link.last_traffic = core.scheduler.now
    return sent


def pass_through(call):
    """AT+CIPSEND: into the data state of passthrough"""
    core = call.core
    if not core.session.passthrough_mode or 0 not in core.links.open:
        raise Refused
    core.say("passthrough prompt")
    core.afterwards.append(core.enter_passthrough)
    return SILENT


# -- closing -----------------------------------------------------------------------------------


def close(call):
    """AT+CIPCLOSE=<link>; 5 closes all"""
    core = call.core
    call.args.count(1, 1)
    if not core.session.mux:
        raise Refused("mux=0")
    number = call.args.integer(0, 0, ALL_LINKS)
    if number == ALL_LINKS:
        core.links.drop_all(tell=True)
        return
    _close(core, number)


def close_single(call):
    """AT+CIPCLOSE"""
    if call.core.session.mux:
        raise Refused("mux=1")
    _close(call.core, 0)


def _close(core, number):
    link = core.links.open.get(number)
    if link is None:
        raise Refused("unlink")
    core.links.drop(link)


# -- status ------------------------------------------------------------------------------------


def status(call):
    """AT+CIPSTATUS"""
    core = call.core
    core.say("status", core.link_status)
    for link in _in_order(core):
        if core.profile.old:
            core.say(f"link {link.kind.lower()}", *_status_fields(core, link))
        else:
            core.say("link status", *_status_fields(core, link))


def state(call):
    """AT+CIPSTATE?"""
    for link in _in_order(call.core):
        call.core.say("link state", *_status_fields(call.core, link))


def _in_order(core):
    return [core.links.open[number] for number in sorted(core.links.open)]


def _status_fields(core, link):
    """<link>[,<type>],<address>,<port>,<local port>,<role>"""
    address, port = link.target
    kind = [] if core.profile.old else [link.kind]
    return [link.number, *kind, *core.address(address), port, link.channel.local_port, link.role]


# -- modes -------------------------------------------------------------------------------------


def query_mux(call):
    """AT+CIPMUX?"""
    call.say("cipmux", call.core.session.mux)


def set_mux(call):
    """AT+CIPMUX"""
    core = call.core
    call.args.count(1, 1)
    mux = call.args.integer(0, 0, 1)
    if core.links.open:
        raise Refused("link is builded")
    if mux and core.session.passthrough_mode:
        raise Refused("ipmode must be 0")
    if not mux and core.links.listener:
        raise Refused("cipserver must be 0")
    core.session.mux = mux


def query_passthrough(call):
    """AT+CIPMODE?"""
    call.say("cipmode", call.core.session.passthrough_mode)


def set_passthrough(call):
    """AT+CIPMODE"""
    core = call.core
    call.args.count(1, 1)
    mode = call.args.integer(0, 0, 1)
    if mode and (core.session.mux or core.links.listener):
        raise Refused("cipmux and cipserver must be 0")
    core.session.passthrough_mode = mode


# fmt: off
COMMANDS = (
    # name         families  query              set              execute
    ("+CIPDOMAIN", ALL,      None,              domain,          None),
    ("+CIPSTART",  ALL,      None,              start,           None),
    ("+CIPSEND",   ALL,      None,              send,            pass_through),
    ("+CIPCLOSE",  ALL,      None,              close,           close_single),
    ("+CIPSTATUS", ALL,      None,              None,            status),
    ("+CIPSTATE",  SINCE_24, state,             None,            None),
    ("+CIPMUX",    ALL,      query_mux,         set_mux,         None),
    ("+CIPMODE",   ALL,      query_passthrough, set_passthrough, None),
)
# fmt: on
