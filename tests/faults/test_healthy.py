r"""Healthy connections that must not be declared dead.

Active receive without a trailer (NonOS 1.3; 1.7 and WizFi360 while a UDP socket is open): what the
module says next stands right behind the payload, as in `hello` + `DNS Fail\r\n`. It is no payload,
and a payload of which bytes were lost or doubled must still be told from it.
"""

import errno

import pytest

from espat import ATError
from tests.driver.script import ERROR, OK, NonOs
from tests.faults.rig import FarDesk, WizFi, tried
from tests.faults.words import NOTICES, REASONS, REPLIES


class NonOs13(NonOs):
    """NonOS AT 1.3: active receive only."""

    gmr = (
        b"AT version:1.3.0.0(Jul 14 2016 18:54:01)\r\n",
        b"SDK version:2.0.0(5a875ba)\r\n",
        b"compile time:May 10 2018 19:12:53\r\n",
        OK,
    )


def active(dialect=NonOs13):
    """A desk whose module pushes; link 4 is connected and has just received."""
    desk = FarDesk(dialect)
    desk.port.tick = 0.02
    sock = desk.socket(timeout=4)
    if dialect is not NonOs13:
        desk.radio.command("AT+CIPRECVMODE=0")
        desk.modem.passive = False
        desk.radio.command("AT")  # what the driver asks behind such a command is behind us
    desk.script.say(b"\r\n+IPD,4,5:hello")
    return desk, sock


def stands(desk, sock, first=b"hello"):
    """The connection is whole: what came can be read, and what comes, and what is sent leaves."""
    got = b""
    while len(got) < len(first):
        got += sock.recv(100)
    assert got == first
    desk.script.say(b"\r\n+IPD,4,5:after")
    assert sock.recv(100) == b"after"
    assert sock.send(b"more") == 4


each_dialect = pytest.mark.parametrize(
    "dialect", [NonOs13, NonOs, WizFi], ids=["NonOS 1.3", "NonOS 1.7 active", "WizFi360 active"]
)


@each_dialect
@pytest.mark.parametrize("word", REASONS)
def test_the_reason_of_anothers_failure_is_no_payload(dialect, word):
    r"""`hello<word>\r\n\r\nERROR\r\n`, while another socket asks for a connection."""
    desk, sock = active(dialect)
    other = desk.pool.socket()
    other.settimeout(5)
    desk.script.on(b"AT+CIPSTART=", (word.encode() + b"\r\n", ERROR))
    _, error = tried(other.connect, ("no.such.name", 80))
    assert error
    if word != "no ip":  # that may well end what the station has
        stands(desk, sock)


@each_dialect
@pytest.mark.parametrize("word", NOTICES)
def test_a_notice_right_behind_a_payload_is_no_payload(dialect, word):
    r"""`hello<notice>\r\n`, unasked."""
    desk, sock = active(dialect)
    desk.script.say(word.encode() + b"\r\n")
    stands(desk, sock)


@each_dialect
@pytest.mark.parametrize("line", [(c, r) for c in REPLIES for r in REPLIES[c]], ids="{0[1]}".format)
def test_a_reply_right_behind_a_payload_is_no_payload(dialect, line):
    r"""`hello<first line of the reply>\r\n\r\nOK\r\n`, and the reply is not lost either."""
    command, reply = line
    desk, sock = active(dialect)
    desk.script.on(command.encode(), (reply.encode() + b"\r\n", OK))
    lines = desk.radio.command(command)
    assert reply.encode() in lines
    stands(desk, sock)


@each_dialect
@pytest.mark.parametrize("echo", [b"AT+CIPSTATUS\r\r\n", b"AT\r\r\n", b"A"])
def test_an_echo_right_behind_a_payload_is_no_payload(dialect, echo):
    """Echo was on, as after a restart that nobody heard of: it is switched off, nothing is lost."""
    desk, sock = active(dialect)
    desk.script.on(b"AT+CIPSTATUS", (echo, b"STATUS:3\r\n", OK))
    tried(desk.radio.command, "AT+CIPSTATUS")
    stands(desk, sock)


@each_dialect
def test_results_right_behind_a_payload_are_no_payload(dialect):
    r"""`hello\r\nOK\r\n`, `hello\r\nERROR\r\n`, `hello> `, `helloSEND FAIL\r\n`."""
    desk, sock = active(dialect)
    desk.radio.command("AT")
    stands(desk, sock)
    desk.script.say(b"\r\n+IPD,4,5:again")
    desk.script.on(b"AT+X", (ERROR,))
    with pytest.raises(ATError):
        desk.radio.command("AT+X")
    stands(desk, sock, b"again")


@each_dialect
@pytest.mark.parametrize(
    "word", ["DNS Fail", "No AP", "link is not valid", "0,CLOSED", "no change"]
)
@pytest.mark.parametrize("extra", [b"o", b"lo", b"llo", b"x"], ids=repr)
def test_bytes_too_many_before_such_a_word_are_told(dialect, word, extra):
    r"""`hello` + `o` + `DNS Fail\r\n`: a byte was doubled, and nobody knows which."""
    desk, sock = active(dialect)
    desk.script.say(extra + word.encode() + b"\r\n", ERROR)
    got, error = b"", None
    while not error and len(got) < 5:
        piece, error = tried(sock.recv, 100)
        got += piece or b""
    assert b"hello".startswith(got)
    if not error:
        _, error = tried(sock.recv, 100)
    assert error and error.errno == errno.ECONNRESET
    desk.works()


@each_dialect
@pytest.mark.parametrize("word", ["DNS Fail", "No AP", "ID ERROR", "too long"])
@pytest.mark.parametrize("lost", [1, 2, 4])
def test_a_payload_that_ate_the_beginning_of_such_a_word_is_told(dialect, word, lost):
    r"""`+IPD,4,5:` + `hel` + `DNS Fail\r\n`: the payload is five bytes long all the same.

    They may be handed over before what follows is here; then the next read says it.
    """
    desk = active(dialect)[0]
    sock = desk.socket(timeout=4)
    desk.script.say(b"\r\n+IPD,3,5:hello"[:-lost] + word.encode() + b"\r\n", ERROR)
    got, error = b"", None
    while not error and len(got) < 5:
        piece, error = tried(sock.recv, 100)
        got += piece or b""
    if not error:
        _, error = tried(sock.recv, 100)
    assert error and error.errno == errno.ECONNRESET
    desk.works()


@pytest.mark.parametrize("family", ["nonos-1.3", "nonos-1.7.4", "wizfi360"])
def test_a_name_that_is_not_found_costs_nobody_a_connection(make_desk, family):
    """The same with an emulated module: A talks, B asks for a name that does not exist."""
    desk = make_desk(family).join()
    if family != "nonos-1.3":
        udp = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
        udp.bind(("0.0.0.0", 4000))
        desk.active()
    sock = desk.socket()
    for turn in range(3):
        sock.send(b"hello %d" % turn)
        assert sock.recv(100) == b"hello %d" % turn
        sock.send(b"again %d" % turn)
        desk.let(0.1)
        _, error = tried(desk.pool.socket().connect, ("no.such.name", 80))
        assert error.errno == -2
        assert sock.recv(100) == b"again %d" % turn
        sock.send(b"third")
        desk.let(0.1)
        tried(desk.radio.connect, "espat", "correct horse")
        assert sock.recv(100) == b"third"


GLOBAL = ("esp32-2.4", "esp8266-2.2.1", "wizfi360", "nonos-1.7.4")


@pytest.mark.parametrize("family", GLOBAL)
def test_a_download_that_a_udp_socket_ends_says_so(make_desk, family):
    """Receive mode is one for all links: 30 KB pushed at once do not fit: the error says why."""
    desk = make_desk(family).join()
    page = desk.listen("page.test", 80)
    sock = desk.socket("page.test", 80)
    udp = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    udp.bind(("0.0.0.0", 4000))
    page.peer.send(bytes(30_000))
    desk.let(1)
    got, error = b"", None
    while not error and len(got) < 30_000:
        piece, error = tried(sock.recv, 2000)
        got += piece or b""
    if family == "nonos-1.7.4" and not error:
        return  # it has passive TCP beside active UDP: nothing is lost
    assert error and error.errno == errno.ECONNRESET
    assert "UDP" in str(error)
    tried(sock.close)
    udp.close()
    desk.works()


# -- station and soft-AP -----------------------------------------------------------------------

WITH_AP = ("esp8266-2.2.1", "esp32-2.4", "esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1")
WITH_AP += ("nonos-1.3", "nonos-1.7.4", "wizfi360")


def serving(make_desk, family):
    """(desk, server): joined, a soft-AP, a server on port 80."""
    desk = make_desk(family).join()
    desk.radio.start_ap("mine", "password1")
    server = desk.pool.socket()
    server.bind(("0.0.0.0", 80))
    server.listen(5)
    server.settimeout(5)
    return desk, server


@pytest.mark.parametrize("family", WITH_AP)
def test_a_soft_ap_client_outlives_the_stations_network(make_desk, family):
    """`WIFI DISCONNECT` is about the station: a link with a peer at 192.168.4.2 stands."""
    desk, server = serving(make_desk, family)
    peer = desk.network.dial(80, address=desk.module.ap_client_joins("02:00:00:00:00:99"))
    client, who = server.accept()
    client.settimeout(3)
    assert who[0].startswith("192.168.4.")
    desk.module.inject(b"WIFI DISCONNECT\r\n")
    peer.send(b"GET /")
    assert client.recv(10) == b"GET /"
    assert client.send(b"200 OK") == 6


@pytest.mark.parametrize("family", WITH_AP)
def test_a_link_that_leads_into_the_soft_ap_stands(make_desk, family):
    """One that this side opened, to a client of the soft-AP's."""
    desk, _ = serving(make_desk, family)
    address = desk.module.ap_client_joins("02:00:00:00:00:99")
    there = desk.listen(address, 5000, answer=bytes)
    sock = desk.socket(address, 5000)
    desk.module.inject(b"WIFI DISCONNECT\r\n")
    sock.send(b"still there?")
    assert sock.recv(20) == b"still there?"
    assert there.data == b"still there?"


@pytest.mark.parametrize("family", WITH_AP)
def test_a_soft_ap_that_was_set_up_by_hand(make_desk, family):
    """AT+CWMODE=3 through radio.command(): its clients stand, and joining again leaves it on."""
    desk = make_desk(family).join()
    cur = "_CUR" if desk.modem.has("CUR") else ""
    desk.radio.command(f"AT+CWMODE{cur}=3")
    desk.radio.command(f"AT+CWMODE{cur}?")
    desk.radio.command(f'AT+CWSAP{cur}="mine","password1",5,3')
    peer, client = desk.served_in_soft_ap()
    desk.module.wifi_lost()
    desk.let(0.1)
    peer.send(b"GET /")
    assert client.recv(10) == b"GET /"
    desk.module.wifi_back()
    desk.works()
    peer.send(b"GET /")
    assert client.recv(10) == b"GET /"
    assert desk.radio.ap_active
    desk.radio.command(f"AT+CWMODE{cur}=1")
    sock = desk.socket()
    desk.module.inject(b"WIFI DISCONNECT\r\n")
    _, error = tried(sock.recv, 10)
    assert error and error.errno == errno.ECONNRESET


@pytest.mark.parametrize("family", WITH_AP)
def test_links_of_the_station_end_with_its_network(make_desk, family):
    """A connection out, and a client that came over the network: ECONNRESET for both."""
    desk, server = serving(make_desk, family)
    own = desk.socket()
    desk.network.dial(80, address="192.168.1.77")
    client, who = server.accept()
    client.settimeout(3)
    assert who[0] == "192.168.1.77"
    desk.module.wifi_lost()
    desk.let(0.1)
    for sock in (own, client):
        _, error = tried(sock.recv, 10)
        assert error and error.errno == errno.ECONNRESET


@pytest.mark.parametrize("family", WITH_AP)
def test_a_soft_ap_with_another_address_has_another_subnet(make_desk, family):
    """AT+CIPAP gave it 10.9.9.1: a peer at 10.9.9.7 stands, one at 192.168.4.2 is far away."""
    desk, server = serving(make_desk, family)
    desk.radio.set_ipv4_address_ap(ipv4="10.9.9.1", netmask="255.255.255.0", gateway="10.9.9.1")
    peers = [desk.network.dial(80, address=a) for a in ("10.9.9.7", "192.168.4.2")]
    clients = {}
    for _ in peers:
        client, who = server.accept()
        client.settimeout(3)
        clients[who[0]] = client
    desk.module.inject(b"WIFI DISCONNECT\r\n")
    peers[0].send(b"GET /")
    assert clients["10.9.9.7"].recv(10) == b"GET /"
    _, error = tried(clients["192.168.4.2"].recv, 10)
    assert error and error.errno == errno.ECONNRESET


@pytest.mark.parametrize("family", WITH_AP)
def test_without_a_soft_ap_the_subnet_is_nothing_special(make_desk, family):
    """A peer at 192.168.4.2 in the station's own network: gone with it."""
    desk = make_desk(family).join()
    desk.listen("192.168.4.2", 5000, answer=bytes)
    sock = desk.socket("192.168.4.2", 5000)
    desk.module.inject(b"WIFI DISCONNECT\r\n")
    _, error = tried(sock.recv, 10)
    assert error and error.errno == errno.ECONNRESET


@pytest.mark.parametrize("family", WITH_AP)
def test_closed_still_ends_a_soft_ap_client(make_desk, family):
    """`0,CLOSED` behind WIFI DISCONNECT: the end of its stream."""
    desk, server = serving(make_desk, family)
    peer = desk.network.dial(80, address=desk.module.ap_client_joins("02:00:00:00:00:99"))
    client, _ = server.accept()
    client.settimeout(3)
    desk.module.inject(b"WIFI DISCONNECT\r\n")
    peer.send(b"bye")
    peer.close()
    assert client.recv(10) == b"bye"
    assert client.recv(10) == b""
