"""The module as a server, and the options of its links."""

import pytest

from espat_tools.emulator.families import ALL, E22, E24, E33, E41, E50, ESPAT, N13, N17, OLD, WIZ

FAMILIES = pytest.mark.parametrize("family", [N13, N17, WIZ, E22, E24, E33, E41, E50])


def _server(desk, family, **options):
    bench = desk(family, joined=True, mux=1, **options)
    assert bench.send(b"AT+CIPSERVER=1,80\r\n") == b"\r\nOK\r\n"
    return bench


@FAMILIES
def test_clients_come_talk_and_go(desk, family):
    bench = _server(desk, family)
    client = bench.network.dial(80)
    client.send(b"GET /\r\n")
    tail = b"" if family in OLD else b"\r\n"
    assert bench.wait() == b"0,CONNECT\r\n\r\n+IPD,0,7:GET /\r\n" + tail
    bench.send(b"AT+CIPSEND=0,3\r\n")
    bench.send(b"200")
    assert client.data == b"200"
    client.close()
    assert bench.wait() == b"0,CLOSED\r\n"


@FAMILIES
def test_the_server_takes_the_lowest_numbers(desk, family):
    bench = _server(desk, family)
    bench.send(b'AT+CIPSTART=1,"TCP","web.test",80\r\n')
    clients = [bench.network.dial(80) for _ in range(4)]
    assert bench.wait() == b"0,CONNECT\r\n2,CONNECT\r\n3,CONNECT\r\n4,CONNECT\r\n"
    clients[1].close()
    assert bench.wait() == b"2,CLOSED\r\n"
    bench.network.dial(80)
    assert bench.wait() == b"2,CONNECT\r\n"


@FAMILIES
def test_a_sixth_client_waits(desk, family):
    bench = _server(desk, family)
    clients = [bench.network.dial(80) for _ in range(6)]
    assert bench.wait().count(b"CONNECT") == 5
    clients[3].close()
    assert bench.wait() == b"3,CLOSED\r\n3,CONNECT\r\n"


@FAMILIES
def test_no_server_without_numbered_links(desk, family):
    assert desk(family, joined=True, mux=0).send(b"AT+CIPSERVER=1,80\r\n") == b"\r\nERROR\r\n"


@FAMILIES
def test_one_link_mode_waits_for_the_server_to_end(desk, family):
    bench = _server(desk, family)
    reason = b"CIPSERVER must be 0\r\n" if family in OLD else b""
    assert bench.send(b"AT+CIPMUX=0\r\n") == reason + b"\r\nERROR\r\n"
    bench.talk((b"AT+CIPSERVER=0\r\n", b"\r\nOK\r\n"), (b"AT+CIPMUX=0\r\n", b"\r\nOK\r\n"))


@FAMILIES
def test_twice_the_same(desk, family):
    bench = _server(desk, family)
    # Capture 17: NonOS says that nothing changed.
    again = b"no change\r\n\r\nOK\r\n" if family in OLD else b"\r\nERROR\r\n"
    assert bench.send(b"AT+CIPSERVER=1,80\r\n") == again
    bench.send(b"AT+CIPSERVER=0\r\n")
    again = b"no change\r\n\r\nOK\r\n" if family in OLD else b"\r\nOK\r\n"
    assert bench.send(b"AT+CIPSERVER=0\r\n") == again


@FAMILIES
def test_clients_outlive_the_server(desk, family):
    bench = _server(desk, family)
    client = bench.network.dial(80)
    bench.wait()
    bench.send(b"AT+CIPSERVER=0\r\n")
    client.send(b"x")
    assert b"+IPD,0,1:x" in bench.wait()
    with pytest.raises(ConnectionRefusedError):
        bench.network.dial(80)


@pytest.mark.parametrize("family", sorted(ESPAT))
def test_ending_the_server_and_its_clients(desk, family):
    bench = _server(desk, family)
    bench.send(b'AT+CIPSTART=3,"TCP","web.test",80\r\n')
    clients = [bench.network.dial(80) for _ in range(2)]
    bench.wait()
    said = bench.send(b"AT+CIPSERVER=0,1\r\n")
    assert said == b"0,CLOSED\r\n1,CLOSED\r\n\r\nOK\r\n"
    assert all(client.closed for client in clients)
    assert list(bench.module.core.links.open) == [3]


@pytest.mark.parametrize("family", sorted(OLD))
def test_nonos_cannot_end_its_clients(desk, family):
    """What stands there is a port to it."""
    bench = _server(desk, family)
    client = bench.network.dial(80)
    bench.wait()
    assert bench.send(b"AT+CIPSERVER=0,1\r\n") == b"\r\nOK\r\n"
    assert not client.closed


@pytest.mark.parametrize("family", sorted(ALL))
def test_ending_the_server_with_its_port(desk, family):
    """The reference's form, and WiFiEspAT's: the port says nothing, and the clients stay."""
    bench = _server(desk, family)
    client = bench.network.dial(80)
    bench.wait()
    assert bench.send(b"AT+CIPSERVER=0,80\r\n") == b"\r\nOK\r\n"
    assert not client.closed
    with pytest.raises(ConnectionRefusedError):
        bench.network.dial(80)
    assert bench.send(b"AT+CIPSERVER=0,65536\r\n").endswith(b"\r\nERROR\r\n")


@pytest.mark.parametrize(
    "family, off, on",
    [
        (E22, b"0", b'1,80,"TCP"'),
        (E24, b"0", b'1,80,"TCP",0'),
        (E33, b"0", b'1,80,"TCP",0'),
        (E41, b"0", b'1,80,"TCP",0,0'),
        (E50, b"0", b'1,80,"TCP",0,0'),
    ],
)
def test_query(desk, family, off, on):
    bench = desk(family, joined=True, mux=1)
    bench.talk(
        (b"AT+CIPSERVER?\r\n", b"+CIPSERVER:%s\r\n\r\nOK\r\n" % off),
        (b"AT+CIPSERVER=1,80\r\n", b"\r\nOK\r\n"),
        (b"AT+CIPSERVER?\r\n", b"+CIPSERVER:%s\r\n\r\nOK\r\n" % on),
    )


@pytest.mark.parametrize("family", sorted(OLD))
def test_nonos_has_no_query(desk, family):
    assert desk(family).send(b"AT+CIPSERVER?\r\n") == b"\r\nERROR\r\n"


@FAMILIES
def test_the_default_port(desk, family):
    bench = desk(family, joined=True, mux=1)
    bench.send(b"AT+CIPSERVER=1\r\n")
    bench.network.dial(333)
    assert bench.wait() == b"0,CONNECT\r\n"


# -- how many ----------------------------------------------------------------------------------


@FAMILIES
def test_most_clients(desk, family):
    if family == N13:
        assert desk(family).send(b"AT+CIPSERVERMAXCONN?\r\n") == b"\r\nERROR\r\n"
        return
    bench = desk(family, joined=True, mux=1)
    end = b"\r\nOK\r\n" if family in OLD else b"\r\n\r\nOK\r\n"
    bench.talk(
        (b"AT+CIPSERVERMAXCONN?\r\n", b"+CIPSERVERMAXCONN:5" + end),
        (b"AT+CIPSERVERMAXCONN=2\r\n", b"\r\nOK\r\n"),
        (b"AT+CIPSERVERMAXCONN=6\r\n", b"\r\nERROR\r\n"),
        (b"AT+CIPSERVERMAXCONN=0\r\n", b"\r\nERROR\r\n"),
        (b"AT+CIPSERVER=1,80\r\n", b"\r\nOK\r\n"),
    )
    for _ in range(3):
        bench.network.dial(80)
    assert bench.wait() == b"0,CONNECT\r\n1,CONNECT\r\n"


@pytest.mark.parametrize("family", sorted(ESPAT))
def test_too_few_for_those_who_are_there(desk, family):
    bench = _server(desk, family)
    for _ in range(3):
        bench.network.dial(80)
    bench.wait()
    said = bench.send(b"AT+CIPSERVERMAXCONN=2\r\n")
    assert said == b"Have 3 Connections\r\n\r\nERROR\r\n"


@pytest.mark.parametrize("family", [N17, WIZ])
def test_too_late_for_nonos(desk, family):
    said = _server(desk, family).send(b"AT+CIPSERVERMAXCONN=2\r\n")
    assert said == b"Server has started\r\n\r\nERROR\r\n"


# -- how long ----------------------------------------------------------------------------------


@FAMILIES
def test_idle_clients_are_dropped(desk, family):
    bench = _server(desk, family)
    bench.talk(
        (b"AT+CIPSTO?\r\n", b"+CIPSTO:180\r\n\r\nOK\r\n"),
        (b"AT+CIPSTO=10\r\n", b"\r\nOK\r\n"),
        (b"AT+CIPSTO=7201\r\n", b"\r\nERROR\r\n"),
    )
    first, second = bench.network.dial(80), bench.network.dial(80)
    bench.send(b'AT+CIPSTART=4,"TCP","web.test",80\r\n')
    bench.wait(6)
    second.send(b"x")
    bench.wait()
    assert bench.wait(6) == b"0,CLOSED\r\n"
    assert (first.closed, second.closed) == (True, False)
    assert bench.wait(6) == b"1,CLOSED\r\n"
    assert list(bench.module.core.links.open) == [4]


@FAMILIES
def test_zero_never_drops(desk, family):
    bench = _server(desk, family)
    bench.send(b"AT+CIPSTO=0\r\n")
    bench.network.dial(80)
    bench.wait()
    assert bench.wait(100_000) == b""


@pytest.mark.parametrize("family", sorted(OLD))
def test_nonos_wants_the_server_first(desk, family):
    assert desk(family, joined=True, mux=1).send(b"AT+CIPSTO=10\r\n") == b"\r\nERROR\r\n"


# -- passive, detailed, passthrough ------------------------------------------------------------


def test_passive_client(desk):
    bench = _server(desk, E33)
    bench.send(b"AT+CIPRECVTYPE=5,1\r\n")
    client = bench.network.dial(80)
    client.send(b"GET /")
    client.close()
    assert bench.wait() == b"0,CONNECT\r\n\r\n+IPD,0,5\r\n"
    said = bench.send(b"AT+CIPRECVDATA=0,100\r\n")
    assert said == b"+CIPRECVDATA:5,GET /\r\nOK\r\n0,CLOSED\r\n"


def test_detailed_notice(desk):
    # Captures 39, 46.
    bench = _server(desk, E33)
    bench.send(b"AT+SYSMSG=2\r\n")
    bench.network.dial(80, address="192.168.4.2")
    said = bench.wait()
    assert said.startswith(b'+LINK_CONN:0,0,"TCP",1,"192.168.4.2",')
    assert said.endswith(b",80\r\n")


def test_detailed_notice_of_nonos(desk):
    bench = _server(desk, N17)
    bench.send(b"AT+SYSMSG_CUR=2\r\n")
    peer = bench.network.dial(80, address="192.168.4.2")
    port = peer._channel.remote[1]
    assert bench.wait() == b'+LINK_CONN:0,0,"TCP",1,"192.168.4.2",%d,80\r\n' % port


@FAMILIES
def test_a_client_that_comes_and_goes_at_once(desk, family):
    bench = _server(desk, family)
    bench.network.dial(80).close()
    assert bench.wait() == b"0,CONNECT\r\n0,CLOSED\r\n"


@FAMILIES
def test_no_client_takes_the_number_of_a_link_that_opens(desk, family):
    bench = _server(desk, family)
    assert bench.send(b'AT+CIPSTART=0,"TCP","web.test",80\r\n', 0) == b""
    bench.network.dial(80)
    assert bench.wait() == b"1,CONNECT\r\n"
    assert bench.wait(1) == b"0,CONNECT\r\n\r\nOK\r\n"


def test_status_tells_the_role(desk):
    bench = _server(desk, E33)
    bench.network.dial(80, address="192.168.4.2")
    bench.wait()
    said = bench.send(b"AT+CIPSTATE?\r\n")
    assert said.startswith(b'+CIPSTATE:0,"TCP","192.168.4.2",') and b",80,1\r\n" in said


def test_passthrough_of_a_single_client(desk):
    # Capture 45.
    bench = desk(E24, joined=True, mux=1)
    bench.talk(
        (b"AT+CIPMODE=1\r\n", b"\r\nERROR\r\n"),
        (b"AT+CIPSERVERMAXCONN=1\r\n", b"\r\nOK\r\n"),
        (b"AT+CIPSERVER=1,1234\r\n", b"\r\nOK\r\n"),
        (b"AT+CIPMODE=1\r\n", b"\r\nOK\r\n"),
    )
    client = bench.network.dial(1234)
    assert bench.wait() == b"0,CONNECT\r\n"
    assert bench.send(b"AT+CIPSEND\r\n") == b"\r\nOK\r\n\r\n>"
    bench.send(b"through")
    assert client.data == b"through"


# -- CIPSTARTEX, options, reconnecting ---------------------------------------------------------


@pytest.mark.parametrize("family", sorted(ESPAT))
def test_the_module_chooses_the_link(desk, family):
    bench = desk(family, joined=True, mux=1)
    line = b'AT+CIPSTARTEX="TCP","web.test",80\r\n'
    for number in range(5):
        assert bench.send(line) == b"%d,CONNECT\r\n\r\nOK\r\n" % number
    assert bench.send(line) == b"\r\nERROR\r\n"
    bench.send(b"AT+CIPCLOSE=2\r\n")
    assert bench.send(line) == b"2,CONNECT\r\n\r\nOK\r\n"
    assert desk(family, joined=True).send(line) == b"CONNECT\r\n\r\nOK\r\n"


@pytest.mark.parametrize("family", sorted(OLD))
def test_nonos_does_not_choose(desk, family):
    bench = desk(family, joined=True, mux=1)
    assert bench.send(b'AT+CIPSTARTEX="TCP","web.test",80\r\n') == b"\r\nERROR\r\n"


@pytest.mark.parametrize("family, last", [(E22, b""), (E24, b",0"), (E33, b",0"), (E50, b",0")])
def test_socket_options(desk, family, last):
    bench = desk(family, joined=True, mux=1)
    rows = [b"+CIPTCPOPT:%d,-1,0,0%s\r\n" % (number, last) for number in range(5)]
    bench.talk((b"AT+CIPTCPOPT?\r\n", b"".join(rows) + b"\r\nOK\r\n"))
    bench.talk((b"AT+CIPTCPOPT=3,,1,5000\r\n", b"\r\nOK\r\n"))
    rows[3] = b"+CIPTCPOPT:3,-1,1,5000%s\r\n" % last
    bench.talk((b"AT+CIPTCPOPT?\r\n", b"".join(rows) + b"\r\nOK\r\n"))
    bench.talk((b"AT+CIPTCPOPT=0,0,2,0\r\n", b"\r\nERROR\r\n"))


def test_send_timeout_leaves_a_partial_send(desk):
    bench = desk(E33, links=[("web.test", 80)])
    bench.send(b"AT+CIPTCPOPT=5,,,2000\r\n")
    bench.peer.room = 3
    bench.send(b"AT+CIPSEND=0,5\r\n")
    assert bench.send(b"hello", 1.9) == b"\r\nRecv 5 bytes\r\n"
    assert bench.wait(0.2) == b"\r\nSEND FAIL\r\n"
    assert bench.requests == [b"hel"]


def test_pause_between_reconnections(desk):
    bench = desk(E33)
    bench.talk(
        (b"AT+CIPRECONNINTV?\r\n", b"+CIPRECONNINTV:1\r\n\r\nOK\r\n"),
        (b"AT+CIPRECONNINTV=20\r\n", b"\r\nOK\r\n"),
        (b"AT+CIPRECONNINTV?\r\n", b"+CIPRECONNINTV:20\r\n\r\nOK\r\n"),
        (b"AT+CIPRECONNINTV=0\r\n", b"\r\nERROR\r\n"),
    )
    bench = desk(E33, links=[("web.test", 80)], passthrough=True)
    bench.module.core.settings.reconnect_interval = 20
    first = bench.peer
    first.close()
    bench.wait()
    bench.wait(1.9)
    assert bench.peer is first
    bench.wait(0.2)
    assert bench.peer is not first
