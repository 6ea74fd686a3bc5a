"""Commands about links: opening, closing, status, and the modes that they share."""

from ..families import ALL, ESPAT, SINCE_24
from ..link_types import LINK_TYPES, Request, dial
from ..links import COUNT, Link
from ..network import CONNECTING, FAILED, OPEN
from ..outcome import ERROR
from ..params import Refused
from ..reach import established, resolve
from ..tls_client import LinkSettings

ALL_LINKS = COUNT

#: What 5.0.1 prints for a failed connection with AT+SYSLOG=1: newlib's ETIMEDOUT, ECONNREFUSED.
_ERRNO = {CONNECTING: 116, FAILED: 111}


# -- names -------------------------------------------------------------------------------------


def domain(call):
    """AT+CIPDOMAIN"""
    core = call.core
    call.args.count(1, 1 + core.profile.domain_options)
    host = call.args.text(0, 128).decode("latin-1")
    call.args.integer(1, 1, 3, default=1)
    limit = call.args.integer(2, 0, 60000, default=0) / 1000
    call.args.integer(3, 0, 1, default=0)
    if not core.station.joined:
        raise Refused("no ip")
    address = yield from resolve(core, host, limit)
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
    request = _request(core, args, number)
    if not core.online:
        raise Refused("no ip")
    if number in core.links.open:
        raise Refused("already connected")
    _check_most(core, request)
    return _reserved(core, number, _open(core, number, request))


def start_anywhere(call):
    """AT+CIPSTARTEX: the module chooses the link, the lowest free one"""
    core = call.core
    number = core.links.free() if core.session.mux else 0
    request = _request(core, call.args, number)
    if not core.online or number is None or number in core.links.open:
        raise Refused
    _check_most(core, request)
    return _reserved(core, number, _open(core, number, request))


def _reserved(core, number, steps):
    """A task: run ``steps``, and meanwhile keep the number from clients of the server."""
    core.links.reserved.add(number)
    try:
        return (yield from steps)
    finally:
        core.links.reserved.discard(number)


def _check_most(core, request):
    """Refuse a TLS link beyond the family's limit: ESP8266 can have only one at a time."""
    if request.kind == "SSL" and core.links.count("SSL") >= core.profile.tls.links:
        raise Refused("ssl reach max")


def _request(core, args, number):
    """Read the parameters after the link number, whose layout depends on the type."""
    if not core.profile.old:
        args.count(3, max(3, len(args)))
    kind = args.text(0, 6, reason="link type error").decode("latin-1")
    if kind not in LINK_TYPES:
        raise args.wrong(0, reason="link type error")
    host = args.text(1, 64, reason="ip error").decode("latin-1")
    port = args.integer(2, 0, 65535, reason="entry error")
    if kind == "UDP":
        return _udp_request(args, host, port, core.profile)
    args.count(3, 3 + core.profile.start_options)
    if not port or not host:
        raise args.wrong(2 if host else 1, reason="entry error")
    return Request(
        kind,
        host,
        port,
        keep_alive=args.integer(3, 0, 7200, default=0),
        local_ip=args.text(4, 39, default=b"").decode(),
        limit=args.integer(5, 0, 60000, default=0) / 1000,
        link=number,
    )


def _udp_request(args, host, port, profile):
    """Read the parameters for UDP.

    In the NonOS dialect the remote port 0 stands for the first sender; the host is then often 0.
    """
    args.count(3, 4 + profile.start_options)
    local_port = args.integer(3, 0, 65535, default=0, reason="miss param")
    udp_mode = args.integer(4, 0, 2, default=0)
    listens = profile.old and local_port
    if not host or not (port or listens) or (udp_mode and not local_port):
        raise args.wrong(2 if host and not port else 3, reason="miss param")
    return Request(
        "UDP",
        "0.0.0.0" if host == "0" else host,
        port,
        local_port=local_port,
        udp_mode=udp_mode,
        local_ip=args.text(5, 39, default=b"").decode(),
        limit=args.integer(6, 0, 60000, default=0) / 1000,
    )


def _open(core, number, request):
    """A task: resolve the name, connect, add the link to the table, print its notice."""
    address = yield from resolve(core, request.host, request.limit)
    if address is None:
        core.session.tls[number] = LinkSettings()
        raise Refused("dns fail")
    yield core.timing.connect
    channel = dial(core, request, address)
    if channel is None:
        raise Refused
    yield from established(core, channel, request.limit)
    if channel.state != OPEN:
        if core.session.syslog:
            core.say("errno", channel.errno or _ERRNO[channel.state])
        channel.close()
        core.session.tls[number] = LinkSettings()
        if request.kind == "SSL" and core.profile.tls.fails_with_ok:
            _tell_failure(core, number)
            return None
        core.afterwards.append(lambda: _tell_failure(core, number))
        return ERROR
    link = Link(number, request.kind, channel, udp_mode=request.udp_mode, request=request)
    core.links.add(link)
    core.links.report(link)
    return None


def _tell_failure(core, number):
    """Print CLOSED for a link that never opened; it often follows ERROR (capture 24)."""
    if core.profile.closed_after_failure:
        core.say(*(("closed id", number) if core.session.mux else ("closed",)))


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
    """AT+CIPCLOSE: with AT+CIPMUX=1 only for the client of a server limited to one client"""
    core = call.core
    if core.session.mux and not _single_client(core):
        raise Refused("mux=1")
    _close(core, 0, named=False)


def _close(core, number, named=True):
    link = core.links.open.get(number)
    core.links.left_over.pop(number, None)
    if link is None:
        raise Refused("unlink")
    core.links.drop(link, named=named)


# -- status ------------------------------------------------------------------------------------


def status(call):
    """AT+CIPSTATUS"""
    core = call.core
    core.say("status", core.link_status)
    for link in core.links.in_order():
        if core.profile.old:
            core.say(f"link {link.kind.lower()}", *_status_fields(core, link))
        else:
            core.say("link status", *_status_fields(core, link))


def state(call):
    """AT+CIPSTATE?"""
    for link in call.core.links.in_order():
        call.core.say("link state", *_status_fields(call.core, link))


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


def query_ipv6(call):
    """AT+CIPV6?"""
    call.say("cipv6", call.core.settings.ipv6)


def set_ipv6(call):
    """AT+CIPV6: only prints the notice of an address at each join; IPv6 is not emulated"""
    call.args.count(1, 1)
    call.set(ipv6=call.args.integer(0, 0, 1))


def query_passthrough(call):
    """AT+CIPMODE?"""
    call.say("cipmode", call.core.session.passthrough_mode)


def _single_client(core):
    """Whether passthrough works with a server: since 2.3, limited to one client (capture 45)."""
    return core.profile.server_passthrough and core.session.server_clients == 1


def set_passthrough(call):
    """AT+CIPMODE"""
    core = call.core
    call.args.count(1, 1)
    mode = call.args.integer(0, 0, 1)
    if mode and core.session.mux and not _single_client(core):
        raise Refused("cipmux and cipserver must be 0")
    core.session.passthrough_mode = mode


# fmt: off
COMMANDS = (
    # name         families  query              set              execute
    ("+CIPDOMAIN", ALL,      None,              domain,          None),
    ("+CIPSTART",  ALL,      None,              start,           None),
    ("+CIPSTARTEX", ESPAT,   None,              start_anywhere,  None),
    ("+CIPCLOSE",  ALL,      None,              close,           close_single),
    ("+CIPSTATUS", ALL,      None,              None,            status),
    ("+CIPSTATE",  SINCE_24, state,             None,            None),
    ("+CIPMUX",    ALL,      query_mux,         set_mux,         None),
    ("+CIPV6",     ESPAT,    query_ipv6,       set_ipv6,        None),
    ("+CIPMODE",   ALL,      query_passthrough, set_passthrough, None),
)
# fmt: on
