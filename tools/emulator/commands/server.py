"""Commands about the module's server, and socket options."""

from ..families import ALL, E22, E24, E33, ESPAT, N13
from ..link_types import SERVER_TYPES
from ..links import COUNT, SERVER
from ..params import Refused

#: The port of AT+CIPSERVER if none is given.
_PORT = 333


def query(call):
    """AT+CIPSERVER?"""
    core = call.core
    server = core.links.server
    if server is None:
        call.say("cipserver off", *(() if core.profile.id in (E22, E24) else (0,)))
        return
    port, kind, ca, netif = server
    fields = {E22: (port, kind), E24: (port, kind, ca), E33: (port, kind, ca)}
    call.say("cipserver on", 1, *fields.get(core.profile.id, (port, kind, ca, netif)))


def set_server(call):
    """AT+CIPSERVER=<0 or 1>…"""
    if not call.core.session.mux:
        raise Refused
    return (_stop, _start)[call.args.integer(0, 0, 1)](call)


def _stop(call):
    """``=0``: the clients stay; ``=0,1`` closes them too (ESP-AT since 2.2).

    Any other second parameter is the port, as in the reference, and has no effect.
    """
    core, args = call.core, call.args
    args.count(1, 2)
    if core.links.listener is None and core.profile.old:
        core.say("no change")
    close = args.integer(1, 0, 65535, default=0)
    core.links.stop_server()
    if close == 1 and not core.profile.old:
        for link in [link for link in core.links.in_order() if link.role == SERVER]:
            core.links.drop(link)


def _start(call):
    """``=1[,<port>[,<type>[,<CA>[,<netif>]]]]``"""
    core, args = call.core, call.args
    args.count(1, 2 if core.profile.old else _MOST.get(core.profile.id, 5))
    port = args.integer(1, 1, 65535, default=_PORT)
    kind = args.text(2, 6, default=b"TCP").decode("latin-1")
    ca = args.integer(3, 0, 1, default=0)
    netif = args.integer(4, 0, 3, default=0)
    if core.links.listener and core.profile.old:
        core.say("no change")
        return
    if kind not in SERVER_TYPES:
        raise args.wrong(2)
    if core.links.listener or core.session.passthrough_mode:
        raise Refused
    if kind == "SSL" and not core.profile.tls.server:
        raise Refused
    if not core.links.serve(kind, port, ca, netif):
        raise Refused


#: The most parameters of AT+CIPSERVER=1: no SSL server on ESP8266, <netif> since 4.1.
_MOST = {E22: 3, E24: 4, E33: 4}


def query_most(call):
    """AT+CIPSERVERMAXCONN?"""
    call.say("maxconn", call.core.session.server_clients)


def set_most(call):
    """AT+CIPSERVERMAXCONN=<1 to 5>, before the server starts"""
    core = call.core
    call.args.count(1, 1)
    most = call.args.integer(0, 1, COUNT)
    clients = [link for link in core.links.open.values() if link.role == SERVER]
    if core.links.listener and core.profile.old:
        raise Refused("server started")
    if len(clients) > most:
        raise Refused("have connections", len(clients))
    core.session.server_clients = most


def query_timeout(call):
    """AT+CIPSTO?"""
    call.say("cipsto", call.core.session.server_timeout)


def set_timeout(call):
    """AT+CIPSTO=<0 to 7200 s>; on NonOS only after the server's start (at_ipCmd.c v0.20)"""
    core = call.core
    call.args.count(1, 1)
    seconds = call.args.integer(0, 0, 7200)
    if core.profile.old and core.links.listener is None:
        raise Refused
    core.session.server_timeout = seconds
    core.links.watch_idle()


# -- socket options ----------------------------------------------------------------------------


def query_options(call):
    """AT+CIPTCPOPT?"""
    fields = 3 if call.core.profile.id == E22 else 4
    for number, options in enumerate(call.core.session.tcp_options):
        call.say("tcpopt", number, *options[:fields])


def set_options(call):
    """AT+CIPTCPOPT=[<link>,]<linger s>,<nodelay>,<send time-out ms>[,<keep-alive s>]"""
    core, args = call.core, call.args
    numbers = [0]
    if core.session.mux:
        number = args.integer(0, 0, COUNT)
        numbers = range(COUNT) if number == COUNT else [number]
        args = args.rest(1)
    args.count(1, 3 if core.profile.id == E22 else 4)
    options = [
        args.integer(0, -1, 0x7FFFFFFF, default=-1),
        args.integer(1, 0, 1, default=0),
        args.integer(2, 0, 0x7FFFFFFF, default=0),
        args.integer(3, 0, 7200, default=0),
    ]
    for number in numbers:
        core.session.tcp_options[number] = list(options)


def query_reconnect(call):
    """AT+CIPRECONNINTV?"""
    call.say("reconnintv", call.core.settings.reconnect_interval)


def set_reconnect(call):
    """AT+CIPRECONNINTV=<1 to 36000, in 100 ms>"""
    call.args.count(1, 1)
    call.set(reconnect_interval=call.args.integer(0, 1, 36000))


# fmt: off
COMMANDS = (
    # name                families       query            set            execute
    ("+CIPSERVER",        ESPAT,         query,           set_server,    None),
    ("+CIPSERVER",        ALL - ESPAT,   None,            set_server,    None),
    ("+CIPSERVERMAXCONN", ALL - {N13},   query_most,      set_most,      None),
    ("+CIPSTO",           ALL,           query_timeout,   set_timeout,   None),
    ("+CIPTCPOPT",        ESPAT,         query_options,   set_options,   None),
    ("+CIPRECONNINTV",    ESPAT,         query_reconnect, set_reconnect, None),
)
# fmt: on
