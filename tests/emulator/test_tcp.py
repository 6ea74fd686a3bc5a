"""TCP links: opening, sending, receiving, closing: literal bytes of two families."""

import pytest

C3, N17 = "esp32c3-3.3", "nonos-1.7.4"
BOTH = pytest.mark.parametrize("family", [C3, N17])
WEB = [("web.test", 80)]


# -- names -------------------------------------------------------------------------------------


def test_names(desk):
    address = desk().network.names.find("web.test").encode()
    line = b'AT+CIPDOMAIN="web.test"\r\n'
    quoted = b'+CIPDOMAIN:"%s"\r\n\r\nOK\r\n' % address
    assert desk(C3, joined=True).send(line) == quoted
    assert desk(N17, joined=True).send(line) == quoted.replace(b'"', b"")


def test_unknown_names(desk):
    line = b'AT+CIPDOMAIN="no.test"\r\n'
    assert desk(C3, joined=True).send(line) == b"\r\nERROR\r\n"
    assert desk(N17, joined=True).send(line) == b"DNS Fail\r\n\r\nERROR\r\n"


# -- opening -----------------------------------------------------------------------------------


def test_one_link(desk):
    for family in (C3, N17):
        bench = desk(family, joined=True)
        said = bench.send(b'AT+CIPSTART="TCP","web.test",80\r\n')
        assert said == b"CONNECT\r\n\r\nOK\r\n"
        assert bench.peer.address[1] == 49152


@BOTH
def test_numbered_links(desk, family):
    bench = desk(family, joined=True, mux=1)
    for number in (b"0", b"4"):
        said = bench.send(b'AT+CIPSTART=%s,"TCP","web.test",80\r\n' % number)
        assert said == b"%s,CONNECT\r\n\r\nOK\r\n" % number


def test_a_link_in_use(desk):
    line = b'AT+CIPSTART=0,"TCP","web.test",80\r\n'
    assert desk(C3, links=WEB).send(line) == b"\r\nERROR\r\n"
    assert desk(N17, links=WEB).send(line) == b"ALREADY CONNECTED\r\n\r\nERROR\r\n"


def test_refused(desk):
    # Capture 24: ERROR, and then CLOSED of a link that never was.
    line = b'AT+CIPSTART=2,"TCP","web.test",81\r\n'
    for family in (C3, N17):
        assert desk(family, joined=True, mux=1).send(line) == b"\r\nERROR\r\n2,CLOSED\r\n"


def test_no_answer(desk):
    bench = desk(C3, joined=True)
    bench.network.blackhole("hole.test")
    assert bench.send(b'AT+CIPSTART="TCP","hole.test",80\r\n', 1.9) == b""
    assert bench.send(b"AT\r\n", 0) == b"\r\nbusy p...\r\n"
    assert bench.wait(0.2) == b"\r\nERROR\r\nCLOSED\r\n"


@pytest.mark.parametrize(
    "arguments, reason",
    [
        (b'5,"TCP","web.test",80', b"ID ERROR"),
        (b'"TCP","web.test",80', b"ID ERROR"),
        (b'1,"TPC","web.test",80', b"Link type ERROR"),
        (b'1,"TCP",80', b"IP ERROR"),
        (b'1,"TCP","web.test"', b"ENTRY ERROR"),
        (b'1,"TCP","no.test",80', b"DNS Fail"),
    ],
)
def test_bad_requests(desk, arguments, reason):
    line = b"AT+CIPSTART=%s\r\n" % arguments
    assert desk(C3, joined=True, mux=1).send(line) == b"\r\nERROR\r\n"
    assert desk(N17, joined=True, mux=1).send(line) == reason + b"\r\n\r\nERROR\r\n"


def test_no_network(desk):
    line = b'AT+CIPSTART="TCP","web.test",80\r\n'
    assert desk(C3).send(line) == b"\r\nERROR\r\n"
    bench = desk(N17)
    bench.send(b"AT+CWMODE=1\r\n")
    assert bench.send(line) == b"no ip\r\n\r\nERROR\r\n"


def test_detailed_notice(desk):
    bench = desk(C3, joined=True, mux=1)
    bench.send(b"AT+SYSMSG=2\r\n")
    address = bench.network.names.find("web.test").encode()
    assert bench.send(b'AT+CIPSTART=1,"TCP","web.test",80\r\n') == (
        b'+LINK_CONN:0,1,"TCP",0,"%s",80,49152\r\n\r\nOK\r\n' % address
    )


# -- sending -----------------------------------------------------------------------------------


def test_sending_with_esp_at(desk):
    # Capture 01, exact.
    bench = desk(C3, links=WEB)
    assert bench.send(b"AT+CIPSEND=0,8\r\n") == b"\r\nOK\r\n\r\n>"
    assert bench.send(b"test,26,") == b"\r\nRecv 8 bytes\r\n\r\nSEND OK\r\n"
    assert bench.requests == [b"test,26,"]


def test_sending_with_nonos(desk):
    # Capture 08, exact: "> ", no CRLF before it.
    bench = desk(N17, links=WEB)
    assert bench.send(b"AT+CIPSEND=0,5\r\n") == b"\r\nOK\r\n> "
    assert bench.send(b"\x00\xff\r\n+") == b"\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n"
    assert bench.requests == [b"\x00\xff\r\n+"]


@pytest.mark.parametrize("family, most", [(C3, 8192), (N17, 2048)])
def test_longest_send(desk, family, most):
    bench = desk(family, links=WEB)
    reason = b"too long\r\n" if family == N17 else b""
    assert bench.send(b"AT+CIPSEND=0,%d\r\n" % (most + 1)) == reason + b"\r\nERROR\r\n"
    assert bench.send(b"AT+CIPSEND=0,%d\r\n" % most).endswith((b">", b"> "))
    payload = bytes(range(256)) * (most // 256)
    assert bench.send(payload) == b"\r\nRecv %d bytes\r\n\r\nSEND OK\r\n" % most
    assert b"".join(bench.requests) == payload


def test_sending_where_nothing_is_open(desk):
    line = b"AT+CIPSEND=3,5\r\n"
    assert desk(C3, joined=True, mux=1).send(line) == b"\r\nERROR\r\n"
    # Capture 55.
    said = desk(N17, joined=True, mux=1).send(line)
    assert said == b"link is not valid\r\n\r\nERROR\r\n"


def test_surplus_bytes_are_busy(desk):
    # The first n are sent (NonOS AT manual); NonOS says "busy s", ESP-AT knows one "busy" only.
    for family, word in ((C3, b"p"), (N17, b"s")):
        bench = desk(family, links=WEB)
        bench.send(b"AT+CIPSEND=0,2\r\n")
        said = bench.send(b"hi there\r\n", 0)
        assert said == b"\r\nRecv 2 bytes\r\n\r\nbusy %s...\r\n" % word
        assert bench.wait(1) == b"\r\nSEND OK\r\n"
        assert bench.requests == [b"hi"]


@BOTH
def test_payload_canceled(desk, family):
    bench = desk(family, links=WEB)
    bench.send(b"AT+CIPSEND=0,20\r\n")
    bench.send(b"half")
    assert bench.send(b"+++") == b"\r\nSEND Canceled\r\n"
    assert bench.send(b"AT\r\n") == b"\r\nOK\r\n"
    assert bench.requests == []


@BOTH
def test_escape_inside_data_is_data(desk, family):
    bench = desk(family, links=WEB)
    bench.send(b"AT+CIPSEND=0,8\r\n")
    bench.send(b"ab", 0.01)
    bench.send(b"+++", 0.01)
    assert b"SEND OK" in bench.send(b"xyz")
    assert bench.requests == [b"ab+++xyz"]


def test_reset_forced_out_of_a_payload(desk):
    bench = desk(C3, links=WEB)
    bench.send(b"AT+CIPSEND=0,20\r\n")
    said = bench.send(b"AT+RST\r\n")
    assert said == b"\r\nWill force to restart!!!\r\n\r\nready\r\n"


def test_the_peer_closes_during_a_payload(desk):
    # Captures 49, 52: CLOSED after the prompt, and the send fails.
    for family, fail in ((C3, b"\r\nSEND FAIL\r\n"), (N17, b"SEND FAIL\r\n")):
        bench = desk(family, links=WEB)
        bench.send(b"AT+CIPSEND=0,4\r\n")
        bench.peer.close()
        assert bench.wait(1) == b"0,CLOSED\r\n"
        assert bench.send(b"data") == b"\r\nRecv 4 bytes\r\n" + fail


def test_a_peer_that_does_not_read(desk):
    bench = desk(C3, links=WEB)
    bench.peer.room = 3
    bench.send(b"AT+CIPSEND=0,5\r\n")
    assert bench.send(b"hello") == b"\r\nRecv 5 bytes\r\n"
    assert bench.send(b"AT\r\n") == b"\r\nbusy p...\r\n"
    bench.peer.room = None
    assert bench.wait(1) == b"\r\nSEND OK\r\n"
    assert bench.requests == [b"hel", b"lo"]


# -- receiving, active -------------------------------------------------------------------------


def test_active_data(desk):
    # Capture 01: ESP-AT ends the data with CRLF; capture 16: NonOS with nothing.
    for family, tail in ((C3, b"\r\n"), (N17, b"")):
        bench = desk(family, links=WEB)
        bench.peer.send(b"first")
        assert bench.wait() == b"\r\n+IPD,0,5:first" + tail
        bench.peer.send(b"last")
        bench.peer.close()
        assert bench.wait() == b"\r\n+IPD,0,4:last" + tail + b"0,CLOSED\r\n"


def test_active_data_of_the_single_link(desk):
    bench = desk(C3, links=WEB, mux=0)
    bench.peer.send(b"\x00OK\r\n")
    assert bench.wait() == b"\r\n+IPD,5:\x00OK\r\n\r\n"


@pytest.mark.parametrize("mux", [0, 1])
def test_remote_address_quoted_or_not(desk, mux):
    number = b"0," * mux
    bench = desk(C3, links=WEB, mux=mux)
    address = bench.network.names.find("web.test").encode()
    bench.send(b"AT+CIPDINFO=1\r\n")
    bench.peer.send(b"x")
    assert bench.wait() == b'\r\n+IPD,%s1,"%s",80:x\r\n' % (number, address)
    bench = desk(N17, links=WEB, mux=mux)
    bench.send(b"AT+CIPDINFO=1\r\n")
    bench.peer.send(b"x")
    assert bench.wait() == b"\r\n+IPD,%s1,%s,80:x" % (number, address)


@pytest.mark.parametrize("family, most, tail", [(C3, 2920, b"\r\n"), (N17, 1460, b"")])
def test_long_data_come_in_pieces(desk, family, most, tail):
    bench = desk(family, links=WEB)
    data = bytes(range(256)) * 20
    bench.peer.send(data)
    expected = b""
    for at in range(0, len(data), most):
        part = data[at : at + most]
        expected += b"\r\n+IPD,0,%d:%s%s" % (len(part), part, tail)
    said = bench.wait()
    while len(said) < len(expected):
        said += bench.wait()
    assert said == expected


def test_the_network_waits_for_a_slow_host(desk):
    bench = desk(C3, links=WEB)
    bench.peer.send(bytes(1_000_000))
    bench.clock.advance(60)
    assert 2920 <= bench.uart.in_waiting < 8192
    assert len(bench.peer.unread) > 990_000


def test_info_query(desk):
    for family, yes, no in ((C3, b"true", b"false"), (N17, b"TRUE", b"FALSE")):
        desk(family).talk(
            (b"AT+CIPDINFO?\r\n", b"+CIPDINFO:" + no + b"\r\nOK\r\n"),
            (b"AT+CIPDINFO=1\r\n", b"\r\nOK\r\n"),
            (b"AT+CIPDINFO?\r\n", b"+CIPDINFO:" + yes + b"\r\nOK\r\n"),
        )


# -- closing and status ------------------------------------------------------------------------


@BOTH
def test_closing_one_of_many(desk, family):
    bench = desk(family, links=WEB * 3)
    assert bench.send(b"AT+CIPCLOSE=1\r\n") == b"1,CLOSED\r\n\r\nOK\r\n"
    assert bench.send(b"AT+CIPCLOSE=5\r\n") == b"0,CLOSED\r\n2,CLOSED\r\n\r\nOK\r\n"
    assert all(peer.closed for peer in bench.network.peers)


@BOTH
def test_closing_the_single_link(desk, family):
    assert desk(family, links=WEB, mux=0).send(b"AT+CIPCLOSE\r\n") == b"CLOSED\r\n\r\nOK\r\n"


@pytest.mark.parametrize(
    "mux, line, reason",
    [
        (1, b"AT+CIPCLOSE=3\r\n", b"UNLINK"),
        (0, b"AT+CIPCLOSE\r\n", b"UNLINK"),
        (1, b"AT+CIPCLOSE\r\n", b"MUX=1"),
        (0, b"AT+CIPCLOSE=0\r\n", b"MUX=0"),
    ],
)
def test_closing_what_is_not_open(desk, mux, line, reason):
    assert desk(C3, joined=True, mux=mux).send(line) == b"\r\nERROR\r\n"
    said = desk(N17, joined=True, mux=mux).send(line)
    assert said == reason + b"\r\n\r\nERROR\r\n"


def test_status(desk):
    for family in (C3, N17):
        bench = desk(family, links=WEB * 2)
        address = bench.network.names.find("web.test").encode()
        rows = b"".join(
            b'+CIPSTATUS:%d,"TCP","%s",80,%d,0\r\n' % (n, address, 49152 + n) for n in (0, 1)
        )
        assert bench.send(b"AT+CIPSTATUS\r\n") == b"STATUS:3\r\n" + rows + b"\r\nOK\r\n"
        bench.send(b"AT+CIPCLOSE=5\r\n")
        assert bench.send(b"AT+CIPSTATUS\r\n") == b"STATUS:4\r\n\r\nOK\r\n"


@pytest.mark.parametrize(
    "family, joined, number", [(C3, 0, 1), (C3, 1, 2), (N17, 0, 5), (N17, 1, 2)]
)
def test_status_numbers(desk, family, joined, number):
    bench = desk(family, joined=bool(joined))
    assert bench.send(b"AT+CIPSTATUS\r\n") == b"STATUS:%d\r\n\r\nOK\r\n" % number


def test_state(desk):
    bench = desk(C3, links=WEB)
    address = bench.network.names.find("web.test").encode()
    expected = b'+CIPSTATE:0,"TCP","%s",80,49152,0\r\n\r\nOK\r\n' % address
    assert bench.send(b"AT+CIPSTATE?\r\n") == expected
    assert desk(N17).send(b"AT+CIPSTATE?\r\n") == b"\r\nERROR\r\n"


# -- modes -------------------------------------------------------------------------------------


def test_mux_and_its_obstacles(desk):
    for family, reason in ((C3, b""), (N17, b"link is builded\r\n")):
        bench = desk(family, links=WEB)
        assert bench.send(b"AT+CIPMUX=0\r\n") == reason + b"\r\nERROR\r\n"
        bench.send(b"AT+CIPCLOSE=0\r\n")
        bench.talk(
            (b"AT+CIPMUX=0\r\n", b"\r\nOK\r\n"),
            (b"AT+CIPMODE=1\r\n", b"\r\nOK\r\n"),
            (b"AT+CIPMODE?\r\n", b"+CIPMODE:1\r\n\r\nOK\r\n"),
        )
        mode = b"IPMODE must be 0\r\n" if family == N17 else b""
        assert bench.send(b"AT+CIPMUX=1\r\n") == mode + b"\r\nERROR\r\n"


# -- states that a restarted board finds -------------------------------------------------------


def test_waiting_for_a_payload(desk):
    bench = desk(C3, links=WEB, awaiting=6)
    assert bench.send(b"AT\r\n") == b""
    assert bench.send(b"\r\n") == b"\r\nRecv 6 bytes\r\n\r\nSEND OK\r\n"
    assert bench.send(b"AT\r\n") == b"\r\nOK\r\n"


def test_half_a_command(desk):
    bench = desk(C3, half_command=b"AT+CIP")
    assert bench.send(b"AT\r\n") == b"\r\nERROR\r\n"
    assert bench.send(b"AT\r\n") == b"\r\nOK\r\n"


def test_a_wrong_preset_is_refused(desk):
    with pytest.raises(ValueError, match="need a link"):
        desk(C3, passthrough=True)
