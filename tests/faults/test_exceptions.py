"""What is raised: OSError from sockets and the radio, from command functions ATError as well.

Nothing else, whatever the module answers: refused, failed, cut short, bent, or with lines missing.
IndexError, TypeError, ValueError, AttributeError are errors of the program, not of the line.
"""

import errno

import pytest

import espat
from tests.driver.desk import Line
from tests.driver.script import OK, EspAt, NonOs
from tests.driver.secure import ESPAT, blind, serve
from tests.faults.rig import FarDesk, command, settled, tried

# -- 26: refusals ------------------------------------------------------------------------------


class Refusing(Line):
    """Answers the nth command from `arm()` on by itself; the module never hears of it."""

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        self.out = b""
        self.nth = -1
        self.seen = []

    def arm(self, nth, says=b""):
        self.nth, self.says = nth, says
        self.seen = []

    def put(self, view):
        data = bytes(view)
        if data[:2] == b"AT" and data[-2:] == b"\r\n":
            self.seen.append(data)
            if len(self.seen) - 1 == self.nth:
                self.out += self.says
                return len(data)
        return self.uart.write(view)

    def take(self, view):
        if self.out:
            n = min(len(view), len(self.out))
            view[:n], self.out = self.out[:n], self.out[n:]
            return n
        return self.uart.readinto(view)


SAYS = {
    "ERROR": b"\r\nERROR\r\n",
    "FAIL": b"\r\nFAIL\r\n",
    "a reason": b"link is not valid\r\n\r\nERROR\r\n",
    "OK alone": b"\r\nOK\r\n",
    "ready": b"\r\nready\r\n",
}


def tcp(desk):
    with desk.socket() as sock:
        sock.sendall(b"hello")
        sock.recv(10)


def udp(desk):
    with desk.pool.socket(type=desk.pool.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        sock.sendto(b"hello", ("one.test", 1001))
        sock.recvfrom_into(bytearray(10))


def bound(desk):
    with desk.pool.socket(type=desk.pool.SOCK_DGRAM) as sock:
        sock.settimeout(1)
        sock.bind(("0.0.0.0", 4000))
        sock.recvfrom_into(bytearray(10))


def server(desk):
    with desk.pool.socket() as sock:
        sock.settimeout(3)
        sock.bind(("0.0.0.0", 80))
        sock.listen(2)
        try:
            desk.network.dial(80).send(b"hello")
        except ConnectionRefusedError:
            raise OSError(errno.ECONNREFUSED, "the module does not listen") from None
        client, _ = sock.accept()
        client.settimeout(3)
        client.recv(10)
        client.send(b"200")
        client.close()


def tls(desk):
    sock = desk.pool.socket()
    sock.settimeout(20)
    with blind().wrap_socket(sock, server_hostname="tls.test") as sock:
        sock.connect(("tls.test", 443))
        sock.sendall(b"hello")
        sock.recv(10)


def names(desk):
    desk.pool.getaddrinfo("echo.test", 7)


def rejoin(desk):
    desk.module.reset()
    desk.let(2)
    desk.radio.connect("espat", "correct horse")


def scanning(desk):
    for network in desk.radio.start_scanning_networks():
        assert network.ssid
    desk.radio.stop_scanning_networks()


def softap(desk):
    desk.radio.start_ap("mine", "password1")
    desk.radio.stop_ap()


def setting(desk):
    desk.radio.hostname = "fridge"
    desk.radio.ipv4_dns = "10.0.0.53"
    desk.radio.stop_dhcp()
    desk.radio.start_dhcp()


def pinging(desk):
    desk.radio.ping("echo.test")


def told(name):
    """Reads a property of the radio."""

    def act(desk):
        getattr(desk.radio, name)

    act.__name__ = name
    return act


TOLD = """connected ipv4_address ap_info addresses firmware ipv4_gateway ipv4_subnet ipv4_dns dns
enabled mac_address hostname power_management ap_active stations_ap ipv4_address_ap
ipv4_gateway_ap addresses_ap mac_address_ap"""
PROPERTIES = [told(name) for name in TOLD.split()]

ACTS = [tcp, udp, bound, server, tls, names, rejoin, scanning, softap, setting, pinging]
ACTS += PROPERTIES
each_act = pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)


def prepared(make_desk, family, line):
    desk = make_desk(family, line=line).join()
    desk.port.tick = 0.05
    desk.network.udp("one.test", 1001, lambda p, source, data: p.send(data, source))
    return desk


def only_os_errors(act, desk):
    """None, or what was raised that must not be."""
    desk.port.patience = desk.clock.now() + 900
    desk.line.calls = 0
    try:
        act(desk)
    except OSError as error:
        return None if error.errno and len(error.args) > 1 else repr(error)
    except NotImplementedError:
        return None  # what a family lacks
    except Exception as error:
        trace = error.__traceback__
        while trace.tb_next:
            trace = trace.tb_next
        return f"{error!r} at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return None


@each_act
@pytest.mark.there_is(  # for TLS two replies, since the handshakes take their time
    lambda act, family, says: act is not tls or (family in ESPAT and says in ("ERROR", "ready"))
)
@pytest.mark.parametrize("says", SAYS)
@pytest.mark.parametrize("family", ["esp32c3-3.3", "esp8266-2.2.1", "nonos-1.7.4", "wizfi360"])
def test_a_refused_command_is_an_oserror(make_desk, family, says, act):
    r"""Each command of each act in turn is answered by `\r\nERROR\r\n`, FAIL, OK alone, ready."""
    desk = prepared(make_desk, family, Refusing)
    if act is tls:
        serve(desk)
    if act in PROPERTIES:
        desk.radio.start_ap("mine", "password1")
    desk.line.arm(-1)
    assert only_os_errors(act, desk) is None
    total = len(desk.line.seen)
    wrong = []
    for nth in range(total):
        desk.line.arm(nth, SAYS[says])
        problem = only_os_errors(act, desk)
        if problem:
            wrong.append((desk.line.seen[nth : nth + 1], problem))
        desk.line.arm(-1)
        if act is rejoin:
            tried(desk.radio.connect, "espat", "correct horse")
        settled(desk)
    assert not wrong, wrong


# -- 26: cut and bent replies ------------------------------------------------------------------


class Bent(Line):
    """What the module says to the nth command from `arm()` on goes through a change, as a whole.

    Its words are held back until a result is among them.
    """

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        self.waiting = self.held = b""
        self.arm(-1)

    def arm(self, nth, change=None):
        self.nth, self.change = nth, change
        self.seen = []
        self.replies = []

    def put(self, view):
        data = bytes(view)
        if data[:2] == b"AT" and data[-2:] == b"\r\n":
            self.seen.append(data)
            self.replies.append(b"")
        return self.uart.write(view)

    def take(self, view):
        piece = bytearray(4096)
        n = self.uart.readinto(piece)
        data = bytes(piece[: n or 0])
        if self.replies:
            self.replies[-1] += data
        if len(self.seen) - 1 == self.nth and self.change:
            self.held += data
            if b"OK\r\n" in self.held or b"ERROR\r\n" in self.held:
                self.waiting += self.change(self.held)
                self.held = b""
                self.change = None
        else:
            self.waiting += self.held + data
            self.held = b""
        n = min(len(view), len(self.waiting))
        view[:n] = self.waiting[:n]
        self.waiting = self.waiting[n:]
        return n or None


def changes(reply, dense=24):
    """(what, change) for a reply: lines cut short, bytes lost or bent, lines missing or doubled."""
    lines = reply.split(b"\r\n")
    for number, line in enumerate(lines):
        if line in (b"", b"OK", b"ERROR") or (line[:2] == b"AT" and line[:10] != b"AT version"):
            continue

        def told(new, number=number):
            made = b"\r\n".join([*lines[:number], *new, *lines[number + 1 :]])
            return lambda _: made

        step = max(1, len(line) // dense)
        for turn, at in enumerate(range(0, len(line), step)):
            bent = bytes([line[at] ^ (1, 8, 64, 128)[at % 4]])
            ways = (
                (f"cut to {line[:at]!r}", [line[:at]]),
                (f"{line!r} less byte {at}", [line[:at] + line[at + 1 :]]),
                (f"{line!r} byte {at} bent", [line[:at] + bent + line[at + 1 :]]),
            )
            for what, new in ways if dense > 9 else ways[turn % 3 :][:1]:
                yield what, told(new)
        yield f"no {line!r}", told([])
        yield f"twice {line!r}", told([line, line])
        yield f"behind noise {line!r}", told([b"\xff\xfe" + line, b"\x80" * 20])


LINED = [server, names, rejoin, scanning, softap, setting, pinging, *PROPERTIES]


@pytest.mark.parametrize("act", LINED, ids=lambda act: act.__name__)
@pytest.mark.parametrize("family", ["esp32c3-3.3", "esp8266-2.2.1", "nonos-1.7.4"])
def test_a_cut_or_bent_reply_is_an_oserror(make_desk, family, act):
    """Every reply line of every command that the radio and its sockets send, cut at each byte."""
    desk = prepared(make_desk, family, Bent)
    if act in PROPERTIES:
        desk.radio.start_ap("mine", "password1")
    desk.line.arm(-1)
    assert only_os_errors(act, desk) is None
    replies = list(desk.line.replies)
    wrong = []
    seen = set()
    for nth, reply in enumerate(replies):
        if (b":" not in reply and b"," not in reply) or reply in seen:
            continue
        seen.add(reply)
        for what, change in changes(reply, 9):
            desk.line.arm(nth, change)
            problem = only_os_errors(act, desk)
            if problem:
                wrong.append((what, problem))
            desk.line.arm(-1)
            desk.let(0.1)
    settled(desk)
    assert not wrong, "\n".join([f"{len(wrong)}:"] + [f"{w}: {p}" for w, p in wrong[:15]])


QUERIES = """cipstatus cipsto_query cipdinfo_query ciprecvmode_query ciprecvlen_query cipmux_query
cipsntpcfg_query cipsntptime_query cipdns_query cifsr cipserver_query cipservermaxconn_query
ciptcpopt_query cipsslcconf_query cipsslccn_query cipsslcsni_query cipmode_query cwjap_query
cwmode_query cwlap cwlif cwdhcp_query cwhostname_query cwreconncfg_query cwsap_query cipsta_query
cipap_query cipstamac_query uart_cur_query sleep_query sysstore_query sysmsg_query sysram_query
cwstate_query gmr cwautoconn_query systimestamp_query cipsslcalpn_query
cipsslcpsk_query"""


@pytest.mark.parametrize("name", QUERIES.split())
@pytest.mark.parametrize("family", ["esp32c3-3.3", "nonos-1.7.4"])
def test_a_cut_or_bent_reply_to_a_command_function(make_desk, family, name):
    """OSError or ATError from every command function that parses a reply."""
    desk = prepared(make_desk, family, Bent)
    function = command(name)
    desk.radio.command("AT")
    desk.line.arm(0)
    try:
        function(desk.modem)
    except (OSError, espat.ATError, NotImplementedError):
        return  # not this family's
    replies = list(desk.line.replies)
    wrong = []
    for what, change in changes(replies[0]):
        desk.line.arm(0, change)
        try:
            only = only_os_errors(lambda desk: function(desk.modem), desk)
        except espat.ATError:
            only = None
        if only and "ATError" not in only:
            wrong.append((what, only))
        desk.line.arm(-1)
        desk.let(0.05)
    assert not wrong, "\n".join([f"{len(wrong)}:"] + [f"{w}: {p}" for w, p in wrong[:15]])


CUT = {
    "CWJAP refused": (b"AT+CWJAP", (b"+CWJAP:\r\n", b"\r\nERROR\r\n")),
    "CWJAP refused, bent": (b"AT+CWJAP", (b"+CWJAP\r\n", b"\r\nERROR\r\n")),
    "CWJAP refused, old": (b"AT+CWJAP_CUR=", (b"+CWJAP:\r\n", b"\r\nFAIL\r\n")),
    "CWJAP told": (b"AT+CWJAP?", (b'+CWJAP:"\r\n', OK)),
    "CIPSTA told": (b"AT+CIPSTA?", (b"+CIPSTA:ip\r\n", OK)),
    "CIPSTA no UTF-8": (b"AT+CIPSTA?", (b'+CIPSTA:ip:"\xff\xfe"\r\n', OK)),
    "CWMODE told": (b"AT+CWMODE?", (b"+CWMODE:\r\n", OK)),
    "GMR no UTF-8": (b"AT+GMR", (b"\xff\xfe\xfd\r\n", OK)),
}


@pytest.mark.parametrize("what", CUT)
@pytest.mark.parametrize("dialect", [EspAt, NonOs], ids=lambda d: d.__name__)
def test_a_join_with_a_cut_line(dialect, what):
    r"""`+CWJAP:\r\n\r\nERROR\r\n`, `+CWMODE:\r\n\r\nOK\r\n`, and the like."""
    desk = FarDesk(dialect, join=False)
    key, steps = CUT[what]
    desk.script.on(key, steps)
    if b"CWJAP" in key and b"?" not in key:
        desk.script.on(b"AT+CWJAP?", (OK,))
        desk.script.on(b"AT+CWJAP_CUR?", (OK,))
    tried(desk.radio.connect, "espat", "correct horse")
    tried(desk.radio.connect, "espat", "correct horse")
    desk.works()


STATES = [
    b"+CIPSTATE:",
    b"+CIPSTATE",
    b"+CIPSTATUS:",
    b"+CIPSTATUS:4",
    b"STATUS:",
    b"+CIPSTATE:\xff,",
]
STATES += [b'+CIPSTATE:4,"TCP","10.0.', b"+CIPRECVLEN:", b"+CIPRECVLEN:1,,\xff"]


@pytest.mark.parametrize("line", STATES, ids=repr)
@pytest.mark.parametrize("call", ["connect", "recv", "accept"])
def test_a_list_of_links_that_is_cut(dialect, line, call):
    """CONNECT lost, or a link that is silent: the links are asked, and a row is cut."""
    desk = FarDesk(dialect)
    desk.port.tick = 0.02
    for word in (b"AT+CIPSTATE?", b"AT+CIPSTATUS", b"AT+CIPRECVLEN?"):
        desk.script.on(word, *[(line + b"\r\n", OK)] * 3)
    if call == "connect":
        desk.script.on(b"AT+CIPSTART=", (OK,))
        sock = desk.pool.socket()
        sock.settimeout(8)
        tried(sock.connect, ("10.0.0.1", 80))
    elif call == "recv":
        sock = desk.socket(timeout=3)
        tried(sock.recv, 10)
    else:
        sock = desk.pool.socket()
        sock.settimeout(3)
        sock.bind(("0.0.0.0", 80))
        sock.listen(1)
        desk.script.open.add(0)
        desk.script.say(b"0,CONNECT\r\n")
        tried(sock.accept)
    tried(sock.close)
    desk.let(1)
    desk.script.open.discard(0)
    desk.works()


MACS = [
    b"",
    b"02:00",
    b"02:00:00:00:00:0g",
    b"02-00-00-00-00-01",
    b"02:00:00:00:00:01:02",
    b"\xff" * 17,
]
MACS += [b"02:00:00:00::01", b"2:0:0:0:0:1"]


@pytest.mark.parametrize("mac", MACS, ids=repr)
@pytest.mark.parametrize("dialect", [EspAt, NonOs], ids=lambda d: d.__name__)
def test_a_garbled_mac_is_an_oserror(dialect, mac):
    """radio.mac_address, mac_address_ap, ap_info, stations_ap."""
    desk = FarDesk(dialect)
    tail = dialect.suffix
    for name in (b"+CIPSTAMAC", b"+CIPAPMAC"):
        desk.script.on(b"AT" + name, *[(name + tail + b':"' + mac + b'"\r\n', OK)] * 2)
    row = b'+CWJAP%s:"espat","%s",6,-50,0,1,3,0,1\r\n' % (tail, mac)
    desk.script.on(b"AT+CWJAP%s?" % tail, *[(row, OK)] * 9)
    desk.script.on(b"AT+CWMODE", *[(b"+CWMODE%s:3\r\n" % tail, OK)] * 9)
    desk.script.on(b"AT+CWLIF", *[(b"+CWLIF:192.168.4.2," + mac + b"\r\n", OK)] * 2)
    for name in ("mac_address", "mac_address_ap", "ap_info", "stations_ap"):
        value, error = tried(getattr, desk.radio, name)
        if not error and name.startswith("mac"):
            assert len(value) == 6


@pytest.mark.parametrize("name", [b"", b"x" * 33], ids=len)
@pytest.mark.parametrize("dialect", [EspAt, NonOs], ids=lambda d: d.__name__)
def test_a_garbled_name_is_an_oserror(dialect, name):
    """The network's authmode is looked for by its name: too long a one was no wrong argument."""
    desk = FarDesk(dialect)
    row = b'+CWJAP:"%s","02:00:00:00:00:01",6,-50,0,1,3,0,1\r\n' % name
    desk.script.on(b"AT+CWJAP?", *[(row, OK)] * 9)
    _, error = tried(lambda: desk.radio.ap_info.authmode)
    assert error.errno == errno.EIO


def test_a_command_function_may_raise_at_error(make_desk, profile):
    """And ATError tells the command and the words; it is no OSError."""
    desk = make_desk(profile).join()
    desk.module.fault("refuse at AT+CIPMUX each")
    with pytest.raises(espat.ATError) as caught:
        command("cipmux")(desk.modem, 1)
    assert caught.value.command.startswith("AT+CIPMUX")
    with pytest.raises(espat.ATError):
        desk.radio.command("AT+CIPMUX=1")
