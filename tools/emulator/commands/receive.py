"""Commands about received data: active or passive mode, reading, lengths, remote address."""

from ..families import ALL, ESPAT, OLD_17, SINCE_33
from ..links import COUNT
from ..params import Refused
from ..schedule import Until

_PASSIVE = ESPAT | OLD_17


def query_info(call):
    """AT+CIPDINFO?"""
    word = "true" if call.core.session.dinfo else "false"
    call.say("dinfo", word.upper() if call.core.profile.old else word)


def set_info(call):
    """AT+CIPDINFO"""
    call.args.count(1, 1)
    call.core.session.dinfo = call.args.integer(0, 0, 1)


def query_mode(call):
    """AT+CIPRECVMODE?"""
    call.say("recvmode", call.core.session.passive[0])


def set_mode(call):
    """AT+CIPRECVMODE: for all links at once"""
    call.args.count(1, 1)
    call.core.session.passive = [call.args.integer(0, 0, 1)] * COUNT


def query_type(call):
    """AT+CIPRECVTYPE?"""
    core = call.core
    for number in range(COUNT if core.session.mux else 1):
        call.say("recvtype", number, core.session.passive[number])


def set_type(call):
    """AT+CIPRECVTYPE=[<link>,]<mode>[,<length of the reports>]; link 5 is all"""
    core, args = call.core, call.args
    numbers = [0]
    if core.session.mux:
        number = args.integer(0, 0, COUNT)
        numbers = range(COUNT) if number == COUNT else [number]
        args = args.rest(1)
    args.count(1, 2)
    mode = args.integer(0, 0, 1)
    args.integer(1, 0, 0x7FFFFFFF, default=0)
    for number in numbers:
        core.session.passive[number] = mode


def read(call):
    """AT+CIPRECVDATA=[<link>,]<length>[,<keep datagrams apart>] (the last since 4.1)"""
    core, args = call.core, call.args
    number = 0
    if core.session.mux:
        number = args.integer(0, 0, COUNT - 1)
        args = args.rest(1)
    args.count(1, 1 + core.profile.read_options)
    length = args.integer(0, 1, 2048 if core.profile.old else 0x7FFFFFFF)
    link = core.links.readable(number)
    if link is None or not core.links.passive(link) or not link.waiting:
        raise Refused
    return _read(core, link, length, bool(args.integer(1, 0, 1, default=0)))


def _read(core, link, length, one_datagram):
    """A task: print received data; with TLS, first wait for the rest of an incomplete record."""
    if not link.buffer:
        yield Until(lambda: core.links.decrypt(link), core.timing.handshake_timeout)
    if not link.buffer:
        link.announced = False
        raise Refused
    data = link.take(length, one_datagram)
    core.emit(_header(core, link, len(data)) + data)


def _header(core, link, length):
    lines = core.profile.lines
    if core.session.dinfo and "recvdata remote" in lines:
        address, port = link.source
        return lines["recvdata remote"].render(length, address, port)
    return lines["recvdata"].render(length)


def query_length(call):
    """AT+CIPRECVLEN?"""
    core = call.core
    links = [core.links.readable(number) for number in range(COUNT)]
    lengths = [link.waiting if link else core.profile.no_link_length for link in links]
    if core.session.mux:
        call.say("recvlen", *lengths)
    else:
        call.say("recvlen one", lengths[0])


# fmt: off
COMMANDS = (
    # name           families  query         set       execute
    ("+CIPDINFO",    ALL,      query_info,   set_info, None),
    ("+CIPRECVMODE", _PASSIVE, query_mode,   set_mode, None),
    ("+CIPRECVTYPE", SINCE_33, query_type,   set_type, None),
    ("+CIPRECVDATA", _PASSIVE, None,         read,     None),
    ("+CIPRECVLEN",  _PASSIVE, query_length, None,     None),
)
# fmt: on
