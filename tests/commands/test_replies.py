"""Replies as no test bench module gives them: cut short, with more fields, with a notice inside.

The bytes are written from the wire formats of `dialects.md`, sections 1 and 4.
"""

import random

import pytest

from espat import ATError
from espat.at import data, essential, flash, links, services, system, tls, wifi
from tests.commands.case import capable
from tests.driver.script import ERROR, OK, EspAt, NonOs, ScriptedDesk

MAC = "02:00:00:00:00:01"
BSSID = b'"02:00:00:00:00:01"'
JOINED = b'"espat",' + BSSID + b",6,-50,0,1,3,0,1"
SCAN = b'+CWLAP:(3,"a\\","b",-50,' + BSSID + b",6,-1,-1,4,4,7,0)\r\n"


class Reply:
    """A query, what it sends, the lines of its reply, its value; whether more fields may follow."""

    def __init__(self, call, sent, lines, value, *, dialect=EspAt, more=True):
        self.call = call
        self.sent = sent
        self.lines = lines if isinstance(lines, tuple) else (lines,)
        self.value = value
        self.dialect = dialect
        self.more = more

    def __repr__(self):
        return repr(self.lines[0])


NEW = [
    Reply(system.sleep_query, b"AT+SLEEP?", b"+SLEEP:2\r\n", 2),
    Reply(system.sysstore_query, b"AT+SYSSTORE?", b"+SYSSTORE:1\r\n", 1),
    Reply(system.sysmsg_query, b"AT+SYSMSG?", b"+SYSMSG:5", 5),
    Reply(system.sysram_query, b"AT+SYSRAM?", b"+SYSRAM:1024,512", (1024, 512)),
    Reply(
        system.systimestamp_query, b"AT+SYSTIMESTAMP?", b"+SYSTIMESTAMP:1700000000", 1_700_000_000
    ),
    Reply(
        system.cmd_query,
        b"AT+CMD?",
        (b'+CMD:0,"AT",0,0,0,1\r\n', b'+CMD:1,"AT+CIPSTO",0,1,1,0\r\n'),
        [("AT", 0, 0, 0, 1), ("AT+CIPSTO", 0, 1, 1, 0)],
    ),
    Reply(
        system.uart_cur_query,
        b"AT+UART_CUR?",
        b"+UART_CUR:115273,8,1,0,0\r\n",
        (115273, 8, 1, 0, 0),
    ),
    Reply(essential.cwmode_query, b"AT+CWMODE?", b"+CWMODE:3\r\n", 3),
    Reply(essential.cwjap_query, b"AT+CWJAP?", b"+CWJAP:" + JOINED + b"\r\n", "espat"),
    Reply(
        essential.cipsta_query,
        b"AT+CIPSTA?",
        (
            b'+CIPSTA:ip:"192.168.1.50"\r\n',
            b'+CIPSTA:gateway:"192.168.1.1"\r\n',
            b'+CIPSTA:netmask:"255.255.255.0"\r\n',
        ),
        ("192.168.1.50", "192.168.1.1", "255.255.255.0"),
        more=False,
    ),
    Reply(
        wifi.cwstate_query, b"AT+CWSTATE?", b'+CWSTATE:2,"e,s\\"p"\r\n', (2, 'e,s\\"p'), more=False
    ),
    Reply(
        wifi.cwlap,
        b"AT+CWLAP",
        (SCAN,),
        [(3, 'a\\","b', -50, MAC, 6, -1, -1, 4, 4, 7, 0)],
        more=False,
    ),
    Reply(
        wifi.cwsap_query,
        b"AT+CWSAP?",
        b'+CWSAP:"n,1","pass\\word",5,3,4,0\r\n',
        ("n,1", "pass\\word", 5, 3, 4, 0),
    ),
    Reply(
        wifi.cwlif, b"AT+CWLIF", b"+CWLIF:192.168.4.2,02:00:00:00:00:01\r\n", [("192.168.4.2", MAC)]
    ),
    Reply(wifi.cwdhcp_query, b"AT+CWDHCP?", b"+CWDHCP:3", (True, True)),
    Reply(wifi.cwhostname_query, b"AT+CWHOSTNAME?", b"+CWHOSTNAME:pico\r\n", "pico", more=False),
    Reply(wifi.cwautoconn_query, b"AT+CWAUTOCONN?", b"+CWAUTOCONN:1", 1),
    Reply(wifi.cwreconncfg_query, b"AT+CWRECONNCFG?", b"+CWRECONNCFG:1,0\r\n", (1, 0)),
    Reply(wifi.cipstamac_query, b"AT+CIPSTAMAC?", b"+CIPSTAMAC:" + BSSID + b"\r\n", MAC),
    Reply(
        links.cipstatus,
        b"AT+CIPSTATUS",
        (
            b"STATUS:3\r\n",
            b'+CIPSTATUS:0,"TCP","1.2.3.4",80,5000,1\r\n',
            b'+CIPSTATUS:4,"TCPv6","fe80::1",80,5001,0\r\n',
        ),
        (3, [(0, "TCP", "1.2.3.4", 80, 5000, 1), (4, "TCPv6", "fe80::1", 80, 5001, 0)]),
    ),
    Reply(
        links.cipstate_query,
        b"AT+CIPSTATE?",
        (b'+CIPSTATE:0,"TCP","1.2.3.4",80,5000,1\r\n', b'+CIPSTATE:4,"UDP","1.2.3.4",80,1,0\r\n'),
        [(0, "TCP", "1.2.3.4", 80, 5000, 1), (4, "UDP", "1.2.3.4", 80, 1, 0)],
    ),
    Reply(
        links.cifsr,
        b"AT+CIFSR",
        (
            b'+CIFSR:STAIP,"192.168.1.50"\r\n',
            b'+CIFSR:STAIP6LL,"fe80::1"\r\n',
            b"+CIFSR:STAMAC," + BSSID + b"\r\n",
        ),
        {"STAIP": "192.168.1.50", "STAIP6LL": "fe80::1", "STAMAC": MAC},
    ),
    Reply(links.cipmux_query, b"AT+CIPMUX?", b"+CIPMUX:1\r\n", 1),
    Reply(links.cipmode_query, b"AT+CIPMODE?", b"+CIPMODE:0\r\n", 0),
    Reply(
        links.ciptcpopt_query, b"AT+CIPTCPOPT?", b"+CIPTCPOPT:0,-1,0,0,60\r\n", [(0, -1, 0, 0, 60)]
    ),
    Reply(
        links.cipserver_query,
        b"AT+CIPSERVER?",
        b'+CIPSERVER:1,80,"TCP",0\r\n',
        (1, 80, "TCP", 0),
        more=False,
    ),
    Reply(links.cipservermaxconn_query, b"AT+CIPSERVERMAXCONN?", b"+CIPSERVERMAXCONN:5\r\n", 5),
    Reply(links.cipsto_query, b"AT+CIPSTO?", b"+CIPSTO:180\r\n", 180),
    Reply(data.ciprecvmode_query, b"AT+CIPRECVMODE?", b"+CIPRECVMODE:1\r\n", 1),
    Reply(data.cipdinfo_query, b"AT+CIPDINFO?", b"+CIPDINFO:true", True),
    Reply(
        data.ciprecvlen_query,
        b"AT+CIPRECVLEN?",
        b"+CIPRECVLEN:-1,0,5,-1,1460\r\n",
        [-1, 0, 5, -1, 1460],
        more=False,
    ),
    Reply(
        services.cipdns_query,
        b"AT+CIPDNS?",
        b'+CIPDNS:1,"8.8.8.8"\r\n',
        (1, ("8.8.8.8",)),
        more=False,
    ),
    Reply(
        services.cipsntpcfg_query,
        b"AT+CIPSNTPCFG?",
        b'+CIPSNTPCFG:1,800,"a","b"\r\n',
        (1, 800, ("a", "b")),
        more=False,
    ),
    Reply(
        services.cipsntptime_query,
        b"AT+CIPSNTPTIME?",
        b"+CIPSNTPTIME:Sun Mar 10 12:00:00 2024",
        (2024, 3, 10, 12, 0, 0, 6),
        more=False,
    ),
    Reply(
        services.cipsntptime_query,
        b"AT+CIPSNTPTIME?",
        b"+CIPSNTPTIME:Thu Jan  1 00:02:08 1970",
        None,
        more=False,
    ),
    Reply(
        lambda m: services.cipdomain(m, "a.test"),
        b"AT+CIPDOMAIN=",
        b'+CIPDOMAIN:"1.2.3.4"\r\n',
        "1.2.3.4",
        more=False,
    ),
    Reply(lambda m: services.ping(m, "a.test"), b"AT+PING=", b"+PING:12\r\n", 12, more=False),
    Reply(tls.cipsslcconf_query, b"AT+CIPSSLCCONF?", b"+CIPSSLCCONF:0,2,0,1\r\n", [(0, 2, 0, 1)]),
    Reply(
        tls.cipsslccn_query,
        b"AT+CIPSSLCCN?",
        (b"+CIPSSLCCN:0,a,b.test\r\n", b'+CIPSSLCCN:1,"c.test"\r\n', b"+CIPSSLCCN:2,\r\n"),
        [(0, "a,b.test"), (1, "c.test"), (2, "")],
        more=False,
    ),
    Reply(
        tls.cipsslcsni_query,
        b"AT+CIPSSLCSNI?",
        b"+CIPSSLCSNI:0,1234\r\n",
        [(0, "1234")],
        more=False,
    ),
    Reply(
        tls.cipsslcalpn_query,
        b"AT+CIPSSLCALPN?",
        (b"+CIPSSLCALPN:0\r\n", b'+CIPSSLCALPN:1,h2,"http/1.1"\r\n'),
        [(0, ()), (1, ("h2", "http/1.1"))],
        more=False,
    ),
    Reply(
        tls.cipsslcpsk_query,
        b"AT+CIPSSLCPSK?",
        (b"+CIPSSLCPSK:0,k,ey,who\r\n", b"+CIPSSLCPSK:1,,\r\n"),
        [(0, "k,ey", "who"), (1, "", "")],
        more=False,
    ),
    Reply(
        tls.cipsslcpskhex_query,
        b"AT+CIPSSLCPSKHEX?",
        (b"+CIPSSLCPSKHEX:0,00ff,w,ho\r\n", b"+CIPSSLCPSKHEX:1,,\r\n"),
        [(0, b"\0\xff", "w,ho"), (1, b"", "")],
        more=False,
    ),
    Reply(
        tls.cipsslccipher_query,
        b"AT+CIPSSLCCIPHER?",
        b"+CIPSSLCCIPHER:0,0xC02F\r\n",
        [(0, 0xC02F)],
        more=False,
    ),
    Reply(
        flash.sysflash_query,
        b"AT+SYSFLASH?",
        b'+SYSFLASH:"client_ca",64,7,0x2f000,0x2000\r\n',
        [("client_ca", 64, 7, 0x2F000, 0x2000)],
    ),
    Reply(
        flash.sysmfg_query,
        b"AT+SYSMFG?",
        (b'+SYSMFG:"client_ca"\r\n', b'+SYSMFG:"ours"\r\n'),
        ["client_ca", "ours"],
    ),
    Reply(
        lambda m: flash.sysmfg_keys(m, "client_ca"),
        b"AT+SYSMFG=1,",
        b'+SYSMFG:"client_ca","client_ca.0",8\r\n',
        [("client_ca.0", 8)],
    ),
    Reply(
        lambda m: flash.sysflash_read(m, "client_ca", 0, 19),
        b"AT+SYSFLASH=2,",
        (b"+SYSFLASH:19,", b"\r\nOK\r\n0,CLOSED\r\n+IP", b"\r\n"),
        b"\r\nOK\r\n0,CLOSED\r\n+IP",
        more=False,
    ),
    Reply(
        lambda m: flash.sysmfg_read(m, "a", "b"),
        b"AT+SYSMFG=1,",
        (b'+SYSMFG:"a","b",8,12,', b">\r\nERROR\r\n,7", b"\r\n"),
        (8, b">\r\nERROR\r\n,7"),
        more=False,
    ),
]

OLDER = [
    Reply(essential.cwmode_query, b"AT+CWMODE_CUR?", b"+CWMODE_CUR:1\r\n", 1),
    Reply(system.sysram_query, b"AT+SYSRAM?", b"+SYSRAM:30000\r\n", (30000, None), more=False),
    Reply(tls.cipsslcconf_query, b"AT+CIPSSLCCONF?", b"+CIPSSLCCONF:3\r\n",
          [(None, 3, None, None)]),
    Reply(wifi.cwlif, b"AT+CWLIF", b"192.168.4.2,02:00:00:00:00:01\r\n", [("192.168.4.2", MAC)]),
    Reply(wifi.cwdhcp_query, b"AT+CWDHCP_CUR?", b"+CWDHCP_CUR:2", (True, False)),
    Reply(wifi.cwdhcp_query, b"AT+CWDHCP_CUR?", b"+CWDHCP:1", (False, True)),
    Reply(data.cipdinfo_query, b"AT+CIPDINFO?", b"+CIPDINFO:TRUE", True),
    Reply(data.cipdinfo_query, b"AT+CIPDINFO?", b"+CIPDINFO:FALSE", False),
    Reply(services.cipdns_query, b"AT+CIPDNS_CUR?",
          (b"+CIPDNS_CUR:208.67.222.222\r\n", b"+CIPDNS_CUR:8.8.8.8\r\n"),
          (None, ("208.67.222.222", "8.8.8.8")), more=False),
    Reply(services.cipsntpcfg_query, b"AT+CIPSNTPCFG?", b"+CIPSNTPCFG:0\r\n", (0, None, ()),
          more=False),
    Reply(services.cipsntptime_query, b"AT+CIPSNTPTIME?",
          b"+CIPSNTPTIME:Thu Jan 01 00:02:08 1970\n", None, more=False),
    Reply(links.cipstatus, b"AT+CIPSTATUS",
          (b"STATUS:4\r\n", b'+CIPSTATUS:0,"TCP","1.2.3.4",80,5000\r\n'),
          (4, [(0, "TCP", "1.2.3.4", 80, 5000, None)]), more=False),
    Reply(lambda m: services.cipdomain(m, "a.test"), b"AT+CIPDOMAIN=", b"+CIPDOMAIN:1.2.3.4\r\n",
          "1.2.3.4", more=False),
    Reply(lambda m: services.ping(m, "a.test"), b"AT+PING=", b"+12\r\n", 12, more=False),
]  # fmt: skip
for each in OLDER:
    each.dialect = NonOs

ALL = [pytest.param(each, id=f"{each.lines[0]!a}") for each in NEW + OLDER]

NOTICES = (
    b"WIFI CONNECTED\r\n",
    b"WIFI GOT IP\r\n",
    b"3,CONNECT\r\n",
    b"3,CLOSED\r\n",
    b"+TIME_UPDATED\r\n",
    b'+STA_CONNECTED:"02:00:00:00:00:09"\r\n',
    b"ERR CODE:0x010b0000\r\n",
    b"\r\n+IPD,3,7\r\n",
    b"\r\nbusy p...\r\n",
    b"+SOMETHING_NEW:1,2\r\n",
)


def desk_for(reply):
    """A desk of the dialect, with whatever the newest firmware of it has."""
    desk = ScriptedDesk(reply.dialect)
    if reply.dialect is EspAt:
        desk.modem.capabilities = capable((2, 0xFE))
    return desk


@pytest.fixture(scope="module")
def desks():
    """One of each dialect."""
    return {reply.dialect: desk_for(reply) for reply in (NEW[0], OLDER[0])}


def ask(desk, reply, *steps):
    """The value of a query answered with these prints, each time that it is asked."""
    desk.script.on(reply.sent, steps, steps)
    try:
        return reply.call(desk.modem)
    finally:
        desk.script._answers.clear()


@pytest.mark.parametrize("reply", ALL)
def test_a_reply(desks, reply):
    desk = desks[reply.dialect]
    count = len(desk.script.commands)
    assert ask(desk, reply, *reply.lines, OK) == reply.value
    assert [line[: len(reply.sent)] for line in desk.script.commands[count:]] == [reply.sent]


@pytest.mark.parametrize("reply", [p for p in ALL if p.values[0].more])
def test_more_fields_change_nothing(desks, reply):
    for more in (b",7", b',7,"x",-1', b',"fe80::1"'):
        lines = [line.rstrip() + more + b"\r\n" for line in reply.lines if line[:1] != b"S"]
        head = [line for line in reply.lines if line[:1] == b"S"]
        assert ask(desks[reply.dialect], reply, *head, *lines, OK) == reply.value


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize("reply", ALL)
def test_a_notice_inside(desks, reply, notice):
    lines = (*reply.lines, OK)
    whole = all(line.endswith(b"\r\n") for line in lines)
    for gap in range(len(lines) if whole else 1):
        value = ask(desks[reply.dialect], reply, *lines[:gap], notice, *lines[gap:])
        assert value == reply.value


@pytest.mark.parametrize("reply", ALL)
def test_a_reply_cut_short(desks, reply):
    """Wherever it is cut: the value, another of its kind, or an error that says what is wrong."""
    desk = desks[reply.dialect]
    last = reply.lines[-1].rstrip()
    for n in range(len(last)):
        try:
            value = ask(desk, reply, *reply.lines[:-1], last[:n], OK)
        except (OSError, ATError) as error:
            assert len(error.args) == 2 or isinstance(error, ATError)
        else:
            same = (type(reply.value), type(None), str)
            assert isinstance(value, same)
        assert not desk.modem.state


#: Commands whose replies are taken apart too, as they end in an error or beside one.
OTHERS = [
    Reply(lambda m: essential.cwjap(m, "a", "password"), b"AT+CWJAP=", b"+CWJAP:1\r\n", None),
    Reply(lambda m: essential.join(m, ("a", "", None, 5)), b"AT+CWJAP", b"+CWJAP:3\r\n", None),
    Reply(lambda m: services.ping(m, "a"), b"AT+PING=", b"+PING:TIMEOUT\r\n", None),
    Reply(lambda m: services.cipdomain(m, "a"), b"AT+CIPDOMAIN=", b"", None),
    Reply(lambda m: links.cipservermaxconn(m, 1), b"AT+CIPSERVERMAXCONN", b"Have 3 Conn\r\n", None),
    Reply(lambda m: links.cipstart(m, 1, "TCP", "a", 1), b"AT+CIPST", b"1,CONNECT\r\n", None),
    Reply(lambda m: links.cipstartex(m, "TCP", "a", 1), b"AT+CIPST", b"1,CONNECT\r\n", None),
    Reply(lambda m: tls.cipsslcconf(m, 1, 2), b"AT+CIPSSLCCONF=", b"NO CA FOUND\r\n", None),
    Reply(system.gmr, b"AT+GMR", b"AT version:3.3.0.0(c0ffee3 - ESP32C3)\r\n", None),
    Reply(lambda m: system.gslp(m, 5), b"AT+GSLP=", b"5\r\n", None),
]


@pytest.mark.parametrize("reply", [p.values[0] for p in ALL] + OTHERS, ids=ascii)
def test_damaged_bytes(reply):
    """Bytes lost, doubled, flipped anywhere in a reply: a value, or a documented error."""
    rng = random.Random(repr(reply.lines))
    whole = b"".join(reply.lines)
    desk = None
    for turn in range(24):
        said = bytearray(whole + (ERROR if reply in OTHERS and turn % 3 else OK))
        for _ in range(rng.choice((1, 1, 2, 3))):
            at = rng.randrange(len(said))
            how = rng.randrange(4)
            said[at : at + 1 + (how == 3) * rng.randrange(9)] = (
                bytes([said[at], said[at]]) if how == 0 else
                bytes([said[at] ^ 1 << rng.randrange(8)]) if how == 1 else b""
            )  # fmt: skip
        if desk is None or not desk.modem.up or turn == 12:
            desk = desk_for(reply)
        try:
            ask(desk, reply, bytes(said))
        except (OSError, ATError):
            pass
        assert not desk.modem.state


@pytest.mark.parametrize("reply", ALL)
def test_refused(desks, reply):
    with pytest.raises((ATError, OSError)):
        ask(desks[reply.dialect], reply, ERROR)


def test_an_address_with_a_line_missing_is_asked_for_again():
    desk = ScriptedDesk(EspAt)
    lines = [b'+CIPSTA:%s:"10.0.0.%d"\r\n' % pair for pair in ((b"ip", 9), (b"gateway", 1))]
    last = b'+CIPSTA:netmask:"255.255.255.0"\r\n'
    desk.script.on(b"AT+CIPSTA?", (*lines[1:], last, OK), (*lines, last, OK))
    assert essential.cipsta_query(desk.modem) == ("10.0.0.9", "10.0.0.1", "255.255.255.0")
    desk.script.on(b"AT+CIPSTA?", (OK,), (OK,))
    assert essential.cipsta_query(desk.modem) == (None, None, None)


@pytest.mark.parametrize("dialect", [EspAt, NonOs])
def test_no_answer_to_a_ping(dialect):
    desk = ScriptedDesk(dialect)
    says = b"+PING:TIMEOUT\r\n" if dialect is EspAt else b"+timeout\r\n"
    desk.script.on(b"AT+PING=", (says, ERROR))
    with pytest.raises(TimeoutError, match=r"no answer to a ping from a\.test"):
        services.ping(desk.modem, "a.test")


def test_too_many_clients_in_the_modules_words():
    desk = ScriptedDesk(EspAt)
    desk.script.on(b"AT+CIPSERVERMAXCONN=", (b"Have 3 Connections\r\n", ERROR))
    with pytest.raises(ATError, match="Have 3 Connections") as info:
        links.cipservermaxconn(desk.modem, 1)
    assert info.value.words == b"Have 3 Connections"


def test_the_time_is_waited_for_with_a_deadline():
    desk = ScriptedDesk(EspAt)
    unknown = (b"+CIPSNTPTIME:Thu Jan  1 00:00:03 1970", OK)
    desk.script.on(
        b"AT+CIPSNTPTIME?", *[unknown] * 3, (b"+CIPSNTPTIME:Sun Mar 10 12:00:00 2024", OK)
    )
    start = desk.clock.now()
    assert services.cipsntptime_wait(desk.modem)[:3] == (2024, 3, 10)
    assert 1.5 <= desk.clock.now() - start < 2
    desk.script.on(b"AT+CIPSNTPTIME?", *[unknown] * 20)
    with pytest.raises(TimeoutError, match="no time server"):
        services.cipsntptime_wait(desk.modem, 3)
    assert 4.5 <= desk.clock.now() - start < 6
