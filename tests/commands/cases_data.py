"""Receiving, and the services: the reference, `dialects.md` section 1 by row."""

from espat.at import data, links, services
from espat_tools.commands.forms import ESPAT, N17, OLD, WIZ
from tests.commands.case import Case, Per, cur
from tests.commands.cases_tcp import ECHO, opened, single

DATA = b"\r\nOK\r\n+IPD,0,3:\0\xff>ERROR\r\n"
NOON = 1_710_072_000
"""Sunday, 10 March 2024, 12:00:00 UTC."""


def waiting(desk):
    """Data wait in the module."""
    opened(desk)
    desk.echo.peer.send(DATA)
    desk.let(0.1)


def waiting_single(desk):
    data.ciprecvmode(desk.modem, 1)
    single(desk)
    links.cipstart(desk.modem, None, "TCP", "echo.test", 7)
    desk.echo.peer.send(DATA)
    desk.let(0.1)


def remote(desk):
    """The data, and who sent them where the family tells (row 27)."""
    got = data.ciprecvdata(desk.modem, 2, 99)
    peer = desk.modem.parser.peer
    return got, peer and (str(peer, "ascii"), desk.modem.parser.port)


def timed(desk):
    desk.network.serve_time("time.test", NOON)
    services.cipsntpcfg(desk.modem, 1, 1, "time.test")


def named(desk):
    services.cipsntpcfg(desk.modem, 1, -5, "a.test", "b.test")


def no_answer(desk):
    desk.network.blackhole("silent.test")


def timeout(desk):
    try:
        services.ping(desk.modem, "silent.test")
    except OSError as e:
        return "no answer" in str(e)
    return False


RECEIVING = (
    Case("AT+CIPDINFO", "set", lambda d: data.cipdinfo(d.modem, 1), b"AT+CIPDINFO=1"),
    Case(
        "AT+CIPDINFO",
        "query",
        lambda d: data.cipdinfo_query(d.modem),
        b"AT+CIPDINFO?",
        True,
        before=lambda d: data.cipdinfo(d.modem, 1),
    ),
    Case("AT+CIPRECVMODE", "set", lambda d: data.ciprecvmode(d.modem, 0), b"AT+CIPRECVMODE=0"),
    Case(
        "AT+CIPRECVMODE",
        "query",
        lambda d: data.ciprecvmode_query(d.modem),
        b"AT+CIPRECVMODE?",
        1,
    ),
    Case(
        "AT+CIPRECVTYPE",
        "set",
        lambda d: data.ciprecvtype(d.modem, 3, 0),
        b"AT+CIPRECVTYPE=3,0",
    ),
    Case(
        "AT+CIPRECVDATA",
        "set",
        lambda d: data.ciprecvdata(d.modem, 2, 2048),
        b"AT+CIPRECVDATA=2,2048",
        DATA,
        before=waiting,
    ),
    Case(
        "AT+CIPRECVDATA",
        "set, single",
        lambda d: data.ciprecvdata(d.modem, None, 8) + data.ciprecvdata(d.modem, None, 99),
        [b"AT+CIPRECVDATA=8", b"AT+CIPRECVDATA=99"],
        DATA,
        before=waiting_single,
    ),
    Case(
        "AT+CIPRECVTYPE",
        "set, single",
        lambda d: data.ciprecvtype(d.modem, None, 1),
        b"AT+CIPRECVTYPE=1",
        before=single,
    ),
    Case(
        "AT+CIPRECVDATA",
        "set, remote end",
        remote,
        b"AT+CIPRECVDATA=2,99",
        Per((OLD, (DATA, None)), (ESPAT, (DATA, (ECHO, 7)))),
        before=lambda d: (data.cipdinfo(d.modem, 1), waiting(d)),
    ),
    Case(
        "AT+CIPRECVLEN",
        "query, single",
        lambda d: data.ciprecvlen_query(d.modem),
        b"AT+CIPRECVLEN?",
        [len(DATA)],
        before=waiting_single,
    ),
    Case(
        "AT+CIPRECVLEN",
        "query",
        lambda d: data.ciprecvlen_query(d.modem),
        b"AT+CIPRECVLEN?",
        Per(
            ((N17, WIZ), [0, 0, len(DATA), 0, 0]),
            (ESPAT, [-1, -1, len(DATA), -1, -1]),
        ),
        before=waiting,
    ),
)

SERVICES = (
    Case(
        "AT+PING",
        "set",
        lambda d: services.ping(d.modem, "echo.test"),
        b'AT+PING="echo.test"',
        20,
    ),
    Case("AT+PING", "set, no answer", timeout, b'AT+PING="silent.test"', True, before=no_answer),
    Case(
        "AT+CIPDNS",
        "set",
        lambda d: services.cipdns(d.modem, 1, "8.8.8.8", "1.1.1.1"),
        cur(b'AT+CIPDNS{}=1,"8.8.8.8","1.1.1.1"'),
    ),
    Case(
        "AT+CIPDNS",
        "set, by DHCP",
        lambda d: services.cipdns(d.modem, 0),
        cur(b"AT+CIPDNS{}=0"),
    ),
    Case(
        "AT+CIPDNS",
        "query",
        lambda d: services.cipdns_query(d.modem),
        cur(b"AT+CIPDNS{}?"),
        Per((OLD, (None, ("8.8.8.8", "1.1.1.1"))), (ESPAT, (1, ("8.8.8.8", "1.1.1.1")))),
        before=lambda d: services.cipdns(d.modem, 1, "8.8.8.8", "1.1.1.1"),
    ),
    Case(
        "AT+CIPSNTPCFG",
        "set",
        lambda d: services.cipsntpcfg(d.modem, 1, -5, "a.test"),
        b'AT+CIPSNTPCFG=1,-5,"a.test"',
    ),
    Case(
        "AT+CIPSNTPCFG",
        "set, hhmm, three servers",
        lambda d: services.cipsntpcfg(d.modem, 1, 1245, "a.test", "b.test", "c.test"),
        b'AT+CIPSNTPCFG=1,1245,"a.test","b.test","c.test"',
    ),
    Case(
        "AT+CIPSNTPCFG",
        "query",
        lambda d: services.cipsntpcfg_query(d.modem),
        b"AT+CIPSNTPCFG?",
        (1, -5, ("a.test", "b.test")),
        before=named,
    ),
    Case(
        "AT+CIPSNTPTIME",
        "query",
        lambda d: services.cipsntptime_query(d.modem)[:4],
        b"AT+CIPSNTPTIME?",
        (2024, 3, 10, 13),
        before=lambda d: (timed(d), d.let(1)),
    ),
    Case(
        "AT+CIPSNTPTIME",
        "query, not known",
        lambda d: services.cipsntptime_query(d.modem),
        b"AT+CIPSNTPTIME?",
        before=named,
    ),
)

CASES = RECEIVING + SERVICES
