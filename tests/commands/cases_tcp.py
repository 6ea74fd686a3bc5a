"""TCP, UDP and the links: the reference in its order, `dialects.md` section 1 by row."""

from espat.at import data, links, services
from espat_tools.commands.forms import ALL, E22, E24, E33, OLD, SINCE_24, SINCE_41
from tests.commands.case import Case, Like, Per

ECHO, HERE = "198.51.100.1", "192.168.1.50"
"""The address of echo.test, the network's first name; the module's own, by DHCP."""

PEER = "10.9.8.7"


def opened(desk):
    links.cipstart(desk.modem, 2, "TCP", "echo.test", 7)


def sink(desk):
    links.cipstart(desk.modem, 2, "TCP", "sink.test", 9)


def single(desk):
    """One link at a time."""
    links.cipmux(desk.modem, 0)


def single_sink(desk):
    single(desk)
    links.cipstart(desk.modem, None, "TCP", "sink.test", 9)


def listening(desk):
    links.cipserver(desk.modem, 1, 8080)
    desk.client = desk.network.dial(8080)
    desk.let(0.1)


def udp(desk):
    """A UDP peer that keeps what it hears, with the port that it came from."""
    desk.heard = []
    desk.other = desk.network.udp(
        PEER, 4000, lambda peer, source, sent: desk.heard.append((sent, source[1]))
    )


def udp_open(desk):
    udp(desk)
    links.cipstart_udp(desk.modem, 2, "10.1.1.1", 99, 5000)


def lines(desk):
    """The ports of the module's connections, as the far end sees them."""
    return [peer.address[1] for peer in desk.echo.peers]


def start(*args, **named):
    """Open a link to the echo server: how many connections it has got then."""

    def call(desk):
        links.cipstart(desk.modem, *args, **named)
        return len(desk.echo.peers)

    return call


def start_udp(*args, to=PEER, **named):
    """Open a UDP link and say something: what was heard, and from which port."""

    def call(desk):
        links.cipstart_udp(desk.modem, args[0], to, 4000, *args[1:], **named)
        data.cipsend(desk.modem, args[0], b"hello")
        desk.let(0.1)
        return desk.heard

    return call


def heard(port=None):
    """One datagram, from a port if that was asked for."""
    return Like(lambda v: [d for d, _ in v] == [b"hello"] and port in (None, v[0][1]))


def send(what, link, sent, *args):
    """Send and see what the far end got."""

    def call(desk):
        what(desk.modem, link, sent, *args)
        desk.let(0.1)
        return bytes(desk.sink.data)

    return call


def most(family_wide):
    return Per(((E22, *OLD), family_wide[0]), (SINCE_24, family_wide[1]))


def send_most(desk):
    sent = b"\x00\r\n>+IPD,0,5:OK\\" * 512
    sent = sent[: 8192 if desk.module.core.profile.id in SINCE_24 else 2048]
    data.cipsend(desk.modem, 2, sent)
    desk.let(0.1)
    return bytes(desk.sink.data) == sent


def send_peer(what, sent):
    def call(desk):
        what(desk.modem, 2, sent, PEER, 4000)
        desk.let(0.1)
        return desk.heard

    return call


def sendl(desk):
    sent = bytes(range(256)) * 40
    told = data.cipsendl(desk.modem, 2, sent)
    desk.let(0.1)
    return told[-1:], bytes(desk.sink.data) == sent


def row(desk):
    return (2, "TCP", ECHO, 7, lines(desk)[0], 0)


def startex(desk):
    link = links.cipstartex(desk.modem, "TCP", "echo.test", 7)
    return links.cipstatus(desk.modem)[1] == [(link, "TCP", ECHO, 7, lines(desk)[0], 0)]


def startex_udp(desk):
    link = links.cipstartex_udp(desk.modem, PEER, 4000, 5000, 2)
    data.cipsend(desk.modem, link, b"hello")
    desk.let(0.1)
    return desk.heard


def close(link):
    def call(desk):
        links.cipclose(desk.modem, link)
        return links.cipstatus(desk.modem)[1]

    return call


def pair(desk):
    opened(desk)
    links.cipstart(desk.modem, 4, "TCP", "echo.test", 7)


_START = b'AT+CIPSTART=2,"TCP","echo.test",7'
_UDP = b'AT+CIPSTART=2,"UDP","10.9.8.7",4000'
_FIVE = b"AT+CIPSEND=2,5"

OPENING = (
    Case(
        "AT+CIPSTATUS",
        "",
        lambda d: links.cipstatus(d.modem),
        b"AT+CIPSTATUS",
        lambda d: (3, [row(d)]),
        before=opened,
    ),
    Case(
        "AT+CIPSTATE",
        "query",
        lambda d: links.cipstate_query(d.modem),
        b"AT+CIPSTATE?",
        lambda d: [row(d)],
        before=opened,
    ),
    Case(
        "AT+CIPDOMAIN",
        "set",
        lambda d: services.cipdomain(d.modem, "echo.test"),
        b'AT+CIPDOMAIN="echo.test"',
        ECHO,
    ),
    Case("AT+CIPSTART", "TCP", start(2, "TCP", "echo.test", 7), _START, 1),
    Case(
        "AT+CIPSTART",
        "TCP, single",
        start(None, "TCP", "echo.test", 7),
        b'AT+CIPSTART="TCP","echo.test",7',
        1,
        before=single,
    ),
    Case("AT+CIPSTART", "TCP, keep-alive", start(2, "TCP", "echo.test", 7, 60), _START + b",60", 1),
    Case(
        "AT+CIPSTART",
        "TCP, local address",
        start(2, "TCP", "echo.test", 7, local=HERE),
        _START + b',,"192.168.1.50"',
        1,
    ),
    Case(
        "AT+CIPSTART",
        "TCP, time-out",
        start(2, "TCP", "echo.test", 7, timeout=5000),
        _START + b",,,5000",
        1,
    ),
    Case("AT+CIPSTART", "UDP", start_udp(2), [_UDP, _FIVE], heard(), before=udp),
    Case(
        "AT+CIPSTART",
        "UDP, single",
        start_udp(None),
        [b'AT+CIPSTART="UDP","10.9.8.7",4000', b"AT+CIPSEND=5"],
        heard(),
        before=lambda d: (single(d), udp(d)),
    ),
    Case(
        "AT+CIPSTART",
        "UDP, local port, mode",
        start_udp(2, 5000, 2),
        [_UDP + b",5000,2", _FIVE],
        heard(5000),
        before=udp,
    ),
    Case(
        "AT+CIPSTART",
        "UDP, local address",
        start_udp(2, local=HERE),
        [_UDP + b',,,"192.168.1.50"', _FIVE],
        heard(),
        before=udp,
    ),
    Case(
        "AT+CIPSTART",
        "UDP, time-out",
        start_udp(2, timeout=5000),
        [_UDP + b",,,,5000", _FIVE],
        heard(),
        before=udp,
    ),
    Case(
        "AT+CIPSTART",
        "UDP, multicast",
        start_udp(2, 5000, to="239.1.2.3"),
        [b'AT+CIPSTART=2,"UDP","239.1.2.3",4000,5000', _FIVE],
        heard(5000),
        before=udp,
    ),
    Case(
        "AT+CIPSTART",
        "UDP, broadcast",
        start_udp(2, 5000, to="255.255.255.255"),
        [b'AT+CIPSTART=2,"UDP","255.255.255.255",4000,5000', _FIVE],
        heard(5000),
        before=udp,
    ),
    Case(
        "AT+CIPSTARTEX",
        "TCP",
        startex,
        [b'AT+CIPSTARTEX="TCP","echo.test",7', b"AT+CIPSTATUS"],
        True,
    ),
    Case(
        "AT+CIPSTARTEX",
        "UDP",
        startex_udp,
        Like(
            lambda sent: (
                sent[0] == b'AT+CIPSTARTEX="UDP","10.9.8.7",4000,5000,2'
                and sent[1][:11] == b"AT+CIPSEND="
                and len(sent) == 2
            )
        ),
        heard(5000),
        before=udp,
    ),
    Case("AT+CIPCLOSE", "one", close(2), [b"AT+CIPCLOSE=2", b"AT+CIPSTATUS"], [], before=opened),
    Case("AT+CIPCLOSE", "all", close(5), [b"AT+CIPCLOSE=5", b"AT+CIPSTATUS"], [], before=pair),
    Case(
        "AT+CIPCLOSE",
        "single",
        close(None),
        [b"AT+CIPCLOSE", b"AT+CIPSTATUS"],
        [],
        before=single_sink,
    ),
)

SENDING = (
    Case(
        "AT+CIPSEND",
        "length",
        send(data.cipsend, 2, b"\0\r\n+++>"),
        b"AT+CIPSEND=2,7",
        b"\0\r\n+++>",
        before=sink,
    ),
    Case(
        "AT+CIPSEND",
        "length, single",
        send(data.cipsend, None, b"hello"),
        b"AT+CIPSEND=5",
        b"hello",
        before=single_sink,
    ),
    Case(
        "AT+CIPSEND",
        "longest",
        send_most,
        most((b"AT+CIPSEND=2,2048", b"AT+CIPSEND=2,8192")),
        True,
        before=sink,
    ),
    Case(
        "AT+CIPSEND",
        "UDP, to a peer",
        send_peer(data.cipsend, b"hello"),
        b'AT+CIPSEND=2,5,"10.9.8.7",4000',
        heard(5000),
        before=udp_open,
    ),
    Case(
        "AT+CIPSENDEX",
        "length",
        send(data.cipsendex, 2, b"a\\b\\0c\r\n"),
        most((b"AT+CIPSENDEX=2,2048", b"AT+CIPSENDEX=2,8192")),
        b"a\\b\\0c\r\n",
        before=sink,
    ),
    Case(
        "AT+CIPSENDEX",
        "length, single",
        send(data.cipsendex, None, b"hello"),
        most((b"AT+CIPSENDEX=2048", b"AT+CIPSENDEX=8192")),
        b"hello",
        before=single_sink,
    ),
    Case(
        "AT+CIPSENDEX",
        "UDP, to a peer",
        send_peer(data.cipsendex, b"hello"),
        most((b'AT+CIPSENDEX=2,2048,"10.9.8.7",4000', b'AT+CIPSENDEX=2,8192,"10.9.8.7",4000')),
        heard(5000),
        before=udp_open,
    ),
    Case(
        "AT+CIPSENDL",
        "length",
        sendl,
        b"AT+CIPSENDL=2,10240",
        Like(lambda v: v[1] and (not v[0] or v[0][0][0] <= 10240)),
        before=sink,
    ),
)


def addresses(found):
    return found["STAIP"] == HERE and len(found["STAMAC"]) == 17


STATE = (
    Case("AT+CIFSR", "", lambda d: links.cifsr(d.modem), b"AT+CIFSR", Like(addresses)),
    Case("AT+CIPMUX", "set", lambda d: links.cipmux(d.modem, 0), b"AT+CIPMUX=0"),
    Case("AT+CIPMUX", "query", lambda d: links.cipmux_query(d.modem), b"AT+CIPMUX?", 1),
    Case("AT+CIPMODE", "set", lambda d: links.cipmode(d.modem, 1), b"AT+CIPMODE=1", before=single),
    Case(
        "AT+CIPMODE",
        "query",
        lambda d: links.cipmode_query(d.modem),
        b"AT+CIPMODE?",
        1,
        before=lambda d: (single(d), links.cipmode(d.modem, 1)),
    ),
    Case(
        "AT+CIPTCPOPT",
        "set",
        lambda d: links.ciptcpopt(d.modem, 2, -1, 1, 5000),
        b"AT+CIPTCPOPT=2,-1,1,5000",
    ),
    Case(
        "AT+CIPTCPOPT",
        "set, single",
        lambda d: links.ciptcpopt(d.modem, None, -1, 1, 5000),
        b"AT+CIPTCPOPT=-1,1,5000",
        before=single,
    ),
    Case(
        "AT+CIPTCPOPT",
        "set, keep-alive",
        lambda d: links.ciptcpopt(d.modem, 2, nodelay=1, keep_alive=60),
        b"AT+CIPTCPOPT=2,,1,,60",
    ),
    Case(
        "AT+CIPTCPOPT",
        "query",
        lambda d: links.ciptcpopt_query(d.modem)[2],
        b"AT+CIPTCPOPT?",
        Per(((E22,), (2, 3, 1, 5000, None)), (ALL, (2, 3, 1, 5000, 0))),
        before=lambda d: links.ciptcpopt(d.modem, 2, 3, 1, 5000),
    ),
)

SERVER = (
    Case(
        "AT+CIPSERVER",
        "on",
        lambda d: (links.cipserver(d.modem, 1, 8080), d.network.dial(8080).closed)[1],
        b"AT+CIPSERVER=1,8080",
        False,
    ),
    Case(
        "AT+CIPSERVER",
        "on, port 333",
        lambda d: (links.cipserver(d.modem, 1), d.network.dial(333).closed)[1],
        b"AT+CIPSERVER=1",
        False,
    ),
    Case(
        "AT+CIPSERVER",
        "off",
        lambda d: (links.cipserver(d.modem, 0), d.client.closed, 8080 in d.network.listeners),
        b"AT+CIPSERVER=0",
        (None, False, False),
        before=listening,
    ),
    Case(
        "AT+CIPSERVER",
        "off, clients closed",
        lambda d: (links.cipserver(d.modem, 0, close=True), d.client.closed)[1],
        b"AT+CIPSERVER=0,1",
        True,
        before=listening,
    ),
    Case(
        "AT+CIPSERVER",
        "query",
        lambda d: links.cipserver_query(d.modem),
        b"AT+CIPSERVER?",
        Per(
            ((E22,), (1, 8080, "TCP")),
            ((E24, E33), (1, 8080, "TCP", 0)),
            (SINCE_41, Like(lambda v: v[:4] == (1, 8080, "TCP", 0) and len(v) == 5)),
        ),
        before=listening,
    ),
    Case(
        "AT+CIPSERVERMAXCONN",
        "set",
        lambda d: links.cipservermaxconn(d.modem, 2),
        b"AT+CIPSERVERMAXCONN=2",
    ),
    Case(
        "AT+CIPSERVERMAXCONN",
        "query",
        lambda d: links.cipservermaxconn_query(d.modem),
        b"AT+CIPSERVERMAXCONN?",
        2,
        before=lambda d: links.cipservermaxconn(d.modem, 2),
    ),
    Case(
        "AT+CIPSTO",
        "set",
        lambda d: links.cipsto(d.modem, 7200),
        b"AT+CIPSTO=7200",
        before=listening,
    ),
    Case(
        "AT+CIPSTO",
        "query",
        lambda d: links.cipsto_query(d.modem),
        b"AT+CIPSTO?",
        10,
        before=lambda d: (listening(d), links.cipsto(d.modem, 10)),
    ),
)

CASES = OPENING + SENDING + STATE + SERVER
