"""Passthrough, links saved for the next start, payload as it comes in, updates: the reference."""

from espat.at import data, links, system
from espat.at.args import Payload
from espat_tools.commands.forms import ESPAT, N13, OLD
from espat_tools.emulator import ota
from tests.commands.case import Case, Like, Per
from tests.commands.cases_tcp import single

DATA = b"\r\nOK\r\n+IPD,0,3:\0\xff>ERROR\r\n"
N = len(DATA)
VERSION = "v9.8.7.6"


def said(desk):
    """The last +IPD as the module printed it, up to the payload or its end."""
    log = b"".join(sent for _, way, sent in desk.module.log if way == ">")
    head = log[log.rindex(b"\r\n+IPD,4,") if b"+IPD,4," in log else log.index(b"+IPD,") :]
    return head.lstrip(b"\r\n").split(b":")[0].split(b"\r")[0]


def told(desk):
    """Who sent the bytes, as far as the driver was told."""
    peer = desk.modem.parser.peer
    return peer and (str(peer, "ascii"), desk.modem.parser.port)


def received(desk):
    """What a socket got, and the notice of it."""
    desk.echo.peer.send(DATA)
    desk.let(0.1)
    seen = told(desk)
    return desk.sock.recv(99), said(desk), seen


def received_passive(desk):
    data.ciprecvmode(desk.modem, 1)
    return received(desk)


def active(desk):
    desk.active()
    desk.sock = desk.socket()


def passive(desk):
    desk.sock = desk.socket()


class Pushed(Payload):
    """A receiver of what the module pushes: links.py says what it needs."""

    def find(self, what):
        return self.data().find(what)


def one_link(desk):
    """The one link of AT+CIPMUX=0, and who gets its payload."""
    if desk.modem.passive:
        data.ciprecvmode(desk.modem, 0)
    single(desk)
    desk.payload = Pushed(desk.modem)
    desk.modem.take(0, desk.payload, 2)
    links.cipstart(desk.modem, None, "TCP", "echo.test", 7)


def received_single(desk):
    desk.echo.peer.send(DATA)
    desk.let(0.1)
    return desk.payload.data(), said(desk), told(desk)


def remote(before):
    def both(desk):
        before(desk)
        data.cipdinfo(desk.modem, 1)

    return both


def stream(desk):
    """Bytes over passthrough and back."""
    desk.stream = desk.radio.passthrough("echo.test", 7)
    desk.stream.write(DATA)
    return desk.stream.read(99)


def fetches(sent):
    fetched = [line for line in sent if line.startswith(b"AT+CIPRECVDATA=4,")]
    return fetched and sent == [b"AT+CIPRECVMODE=1", *fetched]


PLAIN, FROM = b"+IPD,4,%d" % N, ("198.51.100.1", 7)
SHOWN = Per((OLD, b"%s,198.51.100.1,7"), (ESPAT, b'%s,"198.51.100.1",7'))


def shown(head):
    return Per(
        (OLD, (DATA, SHOWN.of(N13) % head, FROM)),
        (ESPAT, (DATA, SHOWN.of(ESPAT[0]) % head, FROM)),
    )


RECEIVED = (
    Case("+IPD", "active", received, [], (DATA, PLAIN, None), before=active),
    Case("+IPD", "active, remote end", received, [], shown(PLAIN), before=remote(active)),
    Case(
        "+IPD",
        "active, single",
        received_single,
        [],
        (DATA, b"+IPD,%d" % N, None),
        before=one_link,
    ),
    Case(
        "+IPD",
        "active, single, remote end",
        received_single,
        [],
        shown(b"+IPD,%d" % N),
        before=remote(one_link),
    ),
    Case("+IPD", "passive", received_passive, Like(fetches), (DATA, PLAIN, None), before=passive),
    Case(
        "+IPD",
        "passive, remote end",
        received_passive,
        Like(fetches),
        (DATA, PLAIN, None),  # it tells neither; the reply to CIPRECVDATA does
        before=remote(passive),
    ),
    Case(
        "AT+CIPSEND",
        "passthrough",
        stream,
        Like(
            lambda sent: sent[-3:] == [b'AT+CIPSTART="TCP","echo.test",7', b"AT+CIPMODE=1", _SEND]
        ),
        DATA,
    ),
)

_SEND = b"AT+CIPSEND"
_HOST = "192.168.6.110"


def save(function, *args):
    """Save a link: what the module will start with, and how often its flash was written."""

    def call(desk):
        core = desk.module.core
        count = core.flash_writes
        function(desk.modem, *args)
        now = core.settings
        saved = now.saved_link or now.saved_server or now.saved_bluetooth
        return saved, core.flash_writes - count

    return call


def reconnect(desk):
    data.cipreconnintv(desk.modem, 10)
    return desk.module.core.settings.reconnect_interval


SAVED = (
    Case(
        "AT+SAVETRANSLINK",
        "TCP",
        save(data.savetranslink, _HOST, 1002),
        b'AT+SAVETRANSLINK=1,"192.168.6.110",1002,"TCP"',
        (("TCP", _HOST, 1002, 0, 0), 1),
    ),
    Case(
        "AT+SAVETRANSLINK",
        "TCP, keep-alive",
        save(data.savetranslink, _HOST, 1002, "TCP", 60),
        b'AT+SAVETRANSLINK=1,"192.168.6.110",1002,"TCP",60',
        (("TCP", _HOST, 1002, 60, 0), 1),
    ),
    Case(
        "AT+SAVETRANSLINK",
        "SSL",
        save(data.savetranslink, "a.test", 443, "SSL"),
        b'AT+SAVETRANSLINK=1,"a.test",443,"SSL"',
        (("SSL", "a.test", 443, 0, 0), 1),
    ),
    Case(
        "AT+SAVETRANSLINK",
        "UDP",
        save(data.savetranslink_udp, _HOST, 1002),
        b'AT+SAVETRANSLINK=1,"192.168.6.110",1002,"UDP"',
        (("UDP", _HOST, 1002, 0, 0), 1),
    ),
    Case(
        "AT+SAVETRANSLINK",
        "UDP, local port",
        save(data.savetranslink_udp, _HOST, 1002, 1005),
        b'AT+SAVETRANSLINK=1,"192.168.6.110",1002,"UDP",1005',
        (("UDP", _HOST, 1002, 0, 1005), 1),
    ),
    Case(
        "AT+SAVETRANSLINK",
        "server",
        save(data.savetranslink_server, 8080),
        b'AT+SAVETRANSLINK=3,8080,"TCP"',
        ((8080, "TCP", 0, 0), 1),
    ),
    Case(
        "AT+SAVETRANSLINK",
        "server, SSL, CA",
        save(data.savetranslink_server, 8443, "SSL", 1),
        b'AT+SAVETRANSLINK=3,8443,"SSL",1',
        ((8443, "SSL", 1, 0), 1),
    ),
    Case(
        "AT+SAVETRANSLINK",
        "Bluetooth LE",
        save(data.savetranslink_ble, 2, 1, 7, 1, 5, "26:a2:11:22:33:88"),
        b'AT+SAVETRANSLINK=2,2,1,7,1,5,"26:a2:11:22:33:88"',
        ((2, 1, 7, 1, 5, "26:a2:11:22:33:88"), 1),
    ),
    Case(
        "AT+SAVETRANSLINK",
        "off",
        save(data.savetranslink_off),
        b"AT+SAVETRANSLINK=0",
        (None, 1),
        before=save(data.savetranslink, _HOST, 1002),
    ),
    Case("AT+CIPRECONNINTV", "set", reconnect, b"AT+CIPRECONNINTV=10", 10),
    Case(
        "AT+CIPRECONNINTV",
        "query",
        lambda d: data.cipreconnintv_query(d.modem),
        b"AT+CIPRECONNINTV?",
        600,
        before=lambda d: data.cipreconnintv(d.modem, 600),
    ),
    Case(
        "AT+TRANSINTVL",
        "set",
        lambda d: (data.transintvl(d.modem, 5), d.module.core.session.interval)[1],
        b"AT+TRANSINTVL=5",
        5,
    ),
    Case(
        "AT+TRANSINTVL",
        "query",
        lambda d: data.transintvl_query(d.modem),
        b"AT+TRANSINTVL?",
        20,
    ),
)


def server(desk):
    desk.network.listen(ota.HOST, 80, ota.Updates.of(VERSION, client_ca=b"\0" * 16))


def updated(function, *args):
    """Update: whether `ready` came, the steps, and the version that the module has then."""

    def call(desk):
        steps = []
        ready = function(desk.modem, *args, progress=steps.append)
        return ready, steps, desk.module.core.version.at

    return call


def fetched(desk):
    """A partition, not the firmware."""
    steps = []
    ready = system.ciupdate(desk.modem, 0, VERSION, "client_ca", progress=steps.append)
    return ready, steps, desk.module.core.store.item("client_ca", 0)


def background(desk):
    system.ciupdate(desk.modem, 0, background=True)
    for _ in range(100):
        state = system.ciupdate_query(desk.modem)
        if state in (4, -1):
            break
        desk.let(0.1)
    return state


_DONE = (True, [1, 2, 3, 4], (9, 8, 7, 6))
_URL = "http://ota.test/v9.8.7.6/ota"

UPDATES = (
    Case("AT+CIUPDATE", "", updated(system.ciupdate), b"AT+CIUPDATE", _DONE, before=server),
    Case(
        "AT+CIUPDATE",
        "set, version",
        updated(system.ciupdate, 0, VERSION),
        b'AT+CIUPDATE=0,"v9.8.7.6"',
        _DONE,
        before=server,
    ),
    Case(
        "AT+CIUPDATE",
        "set, version, file",
        fetched,
        b'AT+CIUPDATE=0,"v9.8.7.6","client_ca"',
        Like(lambda v: v[:2] == (True, [1, 2, 3, 4])),
        before=server,
    ),
    Case(
        "AT+CIUPDATE",
        "set, in the background",
        background,
        Like(lambda sent: sent[0] == b"AT+CIUPDATE=0,,,1" and set(sent[1:]) == {b"AT+CIUPDATE?"}),
        4,
        before=server,
    ),
    Case(
        "AT+CIUPDATE",
        "set, URL",
        updated(system.ciupdate_url, _URL),
        b'AT+CIUPDATE="http://ota.test/v9.8.7.6/ota"',
        _DONE,
        before=server,
    ),
    Case("AT+CIUPDATE", "query", lambda d: system.ciupdate_query(d.modem), b"AT+CIUPDATE?", 0),
    Case(
        "AT+CIPFWVER",
        "query",
        lambda d: system.cipfwver_query(d.modem),
        b"AT+CIPFWVER?",
        VERSION,
        before=server,
    ),
)

CASES = RECEIVED + SAVED + UPDATES
