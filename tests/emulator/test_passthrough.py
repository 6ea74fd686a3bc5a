"""Passthrough: in, through, out, from boot on, and when its link breaks."""

import pytest

C3, N17 = "esp32c3-3.3", "nonos-1.7.4"
BOTH = pytest.mark.parametrize("family", [C3, N17])
WEB = [("web.test", 80)]
OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"
NOTICES = b"CLOSED\r\nWIFI DISCONNECT\r\nWIFI CONNECTED\r\nWIFI GOT IP\r\nCONNECT\r\n"


def test_passthrough_needs_the_single_link(desk):
    line = b"AT+CIPMODE=1\r\n"
    assert desk(C3, joined=True, mux=1).send(line) == b"\r\nERROR\r\n"
    said = desk(N17, joined=True, mux=1).send(line)
    assert said == b"CIPMUX and CIPSERVER must be 0\r\n\r\nERROR\r\n"


@BOTH
def test_passthrough(desk, family):
    bench = desk(family, links=WEB, mux=0)
    bench.talk((b"AT+CIPSEND\r\n", b"\r\nERROR\r\n"), (b"AT+CIPMODE=1\r\n", b"\r\nOK\r\n"))
    reason = b"IPMODE=1\r\n" if family == N17 else b""
    assert bench.send(b"AT+CIPSEND=5\r\n") == reason + b"\r\nERROR\r\n"
    assert bench.send(b"AT+CIPSEND\r\n") == b"\r\nOK\r\n\r\n>"
    assert bench.send(b"AT\r\n") == b""
    bench.peer.send(b"raw \r\nOK\r\n")
    assert bench.wait() == b"raw \r\nOK\r\n"
    assert bench.requests == [b"AT\r\n"]


@BOTH
def test_the_way_out_of_passthrough(desk, family):
    bench = desk(family, links=WEB, passthrough=True)
    bench.send(b"data", 0.005)
    bench.send(b"+++")
    assert bench.requests == [b"data+++"]
    assert bench.send(b"+++", 0.03) == b""
    # The next command must wait a second.
    assert bench.send(b"AT\r\n", 1) == b""
    assert bench.send(b"AT\r\n") == b"\r\nOK\r\n"
    assert bench.send(b"AT+CIPMODE?\r\n") == b"+CIPMODE:1\r\n\r\nOK\r\n"


def test_the_way_out_tells_where_asked(desk):
    bench = desk(C3, links=WEB, mux=0)
    bench.send(b"AT+SYSMSG=1\r\nAT+CIPMODE=1\r\nAT+CIPSEND\r\n")
    assert bench.send(b"+++", 2) == b"\r\n+QUITT\r\n"


def test_passthrough_restores_its_link(desk):
    bench = desk(C3, links=WEB, passthrough=True)
    first = bench.peer
    first.close()
    assert bench.wait() + bench.wait(1) == b""
    assert bench.peer is not first
    bench.send(b"again")
    assert bench.requests == [b"again"]


def test_passthrough_waits_for_a_slow_peer(desk):
    bench = desk(C3, links=WEB, passthrough=True)
    bench.peer.room = 3
    bench.send(b"hello")
    assert bench.requests == [b"hel"]
    bench.peer.room = None
    bench.wait()
    assert bench.requests == [b"hel", b"lo"]


@pytest.mark.parametrize("told", [False, True])
def test_notices_in_passthrough(desk, told):
    # AT+SYSMSG: bit 2 lets notices into the stream.
    bench = desk(C3, links=WEB, passthrough=True)
    bench.module.core.settings.sysmsg = 4 if told else 0
    bench.module.wifi_lost()
    bench.module.wifi_back()
    said = bench.wait() + bench.wait(5) + bench.wait(1)
    assert said == NOTICES * told
    bench.send(b"again")
    assert bench.requests == [b"again"]


@BOTH
def test_passthrough_from_boot_on(desk, family):
    bench = desk(family)
    bench.send(b"AT+CWMODE=1\r\n")
    bench.send(b'AT+CWJAP="espat","correct horse"\r\n')
    assert bench.send(b'AT+SAVETRANSLINK=1,"web.test",80,"TCP"\r\n') == b"\r\nOK\r\n"
    assert bench.send(b"AT+RST\r\n").endswith(b"\r\nready\r\n\r\n>")
    assert bench.send(b"AT\r\n") == b""
    assert bench.requests == [b"AT\r\n"]
    bench.send(b"+++", 2)
    bench.send(b"ATE0\r\n")
    assert bench.send(b"AT+SAVETRANSLINK=0\r\n") == b"\r\nOK\r\n"
    assert b">" not in bench.send(b"AT+RST\r\n")[-20:]
    bench.wait(5)
    assert bench.send(b"AT\r\n").endswith(b"\r\nOK\r\n")


@pytest.mark.parametrize("family, most", [(C3, 2920), (N17, 1460)])
def test_datagrams_of_passthrough(desk, family, most):
    bench = desk(family, joined=True)
    peer = bench.network.udp("udp.test", 9)
    bench.talk(
        (b'AT+CIPSTART="UDP","udp.test",9,4000,0\r\n', b"CONNECT\r\n\r\nOK\r\n"),
        (b"AT+CIPMODE=1\r\n", b"\r\nOK\r\n"),
        (b"AT+CIPSEND\r\n", b"\r\nOK\r\n\r\n>"),
        (b"one", b""),
        (b"x" * (most + 5), b""),
    )
    assert [len(data) for _, data in peer.inbox] == [3, most, 5]


def test_no_passthrough_to_a_changing_peer(desk):
    bench = desk(C3, joined=True)
    bench.send(b'AT+CIPSTART="UDP","10.0.0.1",9,4000,2\r\nAT+CIPMODE=1\r\n')
    bench.send(b"AT+CIPMODE=1\r\n")
    assert bench.send(b"AT+CIPSEND\r\n") == b"\r\nERROR\r\n"


@BOTH
def test_a_full_buffer_does_not_wait_for_a_silence(desk, family):
    bench = desk(family, links=WEB, passthrough=True)
    most = 8192 if family == C3 else 2048
    bench.uart.write(b"x" * (most + 1))
    assert bench.requests == [b"x" * most]
    bench.wait(0.03)
    assert bench.requests[1:] == [b"x"]


def test_a_connection_that_comes_back_is_told_where_asked(desk):
    # AT+SYSMSG's bit 2 has CLOSED and CONNECT, bit 1 the longer form of it.
    bench = desk(C3, links=WEB, passthrough=True)
    bench.module.core.settings.sysmsg = 6
    bench.peer.close()
    said = bench.wait() + bench.wait(1)
    assert said.startswith(b'CLOSED\r\n+LINK_CONN:0,0,"TCP",0,"198.51.100.2",80,')
    bench.send(b"again")
    assert bench.requests == [b"again"]


@pytest.mark.parametrize("kind", [b"", b',"TCP"', b',"TCP",0,0'])
def test_a_server_passes_through_from_boot_on(desk, kind):
    bench = desk(C3)
    bench.send(b"AT+CWMODE=2\r\n")
    assert bench.send(b"AT+SAVETRANSLINK=3,8080%s\r\n" % kind) == OK
    bench.send(b"AT+RST\r\n")
    assert bench.send(b"AT\r\n") == b""
    first = bench.network.dial(8080, bench)
    assert bench.wait() + bench.wait() == b"\r\n>"
    first.send(b"hello")
    assert bench.wait() + bench.wait() == b"hello"
    bench.send(b"AT\r\n")
    assert bench.requests == [b"AT\r\n"]
    first.close()
    bench.wait(1)
    second = bench.network.dial(8080, bench)
    assert bench.wait(1) + bench.wait() == b""
    bench.send(b"again")
    assert bytes(second.data) == b"again"
    bench.send(b"+++", 2)
    bench.send(b"ATE0\r\n")
    bench.talk(
        (b"AT+CIPMODE=0\r\n", OK),
        (b"AT+CIPCLOSE\r\n", b"CLOSED\r\n" + OK),
        (b"AT+SAVETRANSLINK=0\r\n", OK),
    )
    bench.send(b"AT+RST\r\n")
    assert bench.send(b"AT\r\n").endswith(OK)


def test_what_cannot_be_saved(desk):
    bench = desk(C3)
    for bad in (
        b"3",
        b"3,0",
        b'3,80,"UDP"',
        b'3,80,"TCP",2',
        b'3,80,"TCP",0,0,0',
        *BAD_BLE,
        *BAD_OFF,
    ):
        assert (bad, bench.send(b"AT+SAVETRANSLINK=%s\r\n" % bad)) == (bad, ERROR)
    for family in (N17, "esp32-2.4"):
        assert desk(family).send(b"AT+SAVETRANSLINK=3,80\r\n") == ERROR
        assert desk(family).send(b"AT+SAVETRANSLINK=2,2,1,7,1,5\r\n") == ERROR


BAD_BLE = (
    *(b"2", b"2,2,1,7,1", b"2,0,1,7,1,5", b"2,3,1,7,1,5", b"2,2,0,7,1,5", b"2,1,1,7,1,5"),
    *(b'2,2,1,7,1,5,"26:a2:11:22:33"', b"2,2,1,7,1,5,26", b'2,2,1,7,1,5,"26:a2:11:22:33:88",1'),
)
BAD_OFF = (b'0,"web.test"', b'0,"web.test",0', b'0,"web.test",80,"XYZ"')


@pytest.mark.parametrize("rest", [b"", b',"26:a2:11:22:33:88"'])
def test_bluetooth_from_boot_on(desk, rest):
    """No peer ever comes: what is written is lost, until ``+++``."""
    bench = desk(C3)
    assert bench.send(b"AT+SAVETRANSLINK=2,2,1,7,1,5%s\r\n" % rest) == OK
    assert bench.module.core.flash_writes == 1
    assert bench.send(b"AT+RST\r\n").endswith(b"\r\nready\r\n")
    assert bench.send(b"AT\r\n") == b""
    bench.send(b"+++", 2)
    assert bench.send(b"ATE0\r\n").endswith(OK)
    assert bench.send(b"AT+SAVETRANSLINK=0\r\n") == OK
    bench.send(b"AT+RST\r\n")
    assert bench.send(b"AT\r\n").endswith(OK)


@pytest.mark.parametrize("family", [N17, C3])
def test_the_whole_form_with_mode_0_saves_nothing(desk, family):
    """So the reference has it: mode 0 stands before a host and a port."""
    bench = desk(family)
    saved = bench.module.core.settings
    assert bench.send(b'AT+SAVETRANSLINK=1,"192.168.6.110",1002,"UDP",1005\r\n') == OK
    assert saved.saved_link
    assert bench.send(b'AT+SAVETRANSLINK=0,"192.168.6.110",1002,"UDP",1005\r\n') == OK
    assert saved.saved_link is None


def test_writes_to_flash_are_counted(desk):
    bench = desk(C3, joined=True)
    core = bench.module.core
    for line, count in (
        (b'AT+SAVETRANSLINK=1,"web.test",80,"TCP"\r\n', 1),
        (b"AT+SYSSTORE=0\r\n", 1),
        (b"AT+CWMODE=1\r\n", 1),
        (b"AT+SAVETRANSLINK=0\r\n", 2),
        (b"AT+SYSSTORE=1\r\n", 2),
        (b"AT+CWMODE=1\r\n", 3),
        (b"AT+CIPMUX=1\r\n", 3),
    ):
        assert bench.send(line) == OK
        assert (line, core.flash_writes) == (line, count)


def test_the_one_client_of_a_server_is_closed_without_its_number(desk):
    # Espressif's own session of a server's passthrough (CIPMUX=1, CIPSERVERMAXCONN=1).
    bench = desk(C3, joined=True, mux=1)
    bench.talk(
        (b"AT+CIPSERVERMAXCONN=1\r\n", OK),
        (b"AT+CIPSERVER=1,8080\r\n", OK),
    )
    bench.network.dial(8080)
    assert bench.wait() + bench.wait() == b"0,CONNECT\r\n"
    bench.talk(
        (b"AT+CIPMODE=1\r\n", OK),
        (b"AT+CIPSEND\r\n", OK + b"\r\n>"),
        (b"+++", b""),
        (b"AT+CIPMODE=0\r\n", OK),
        (b"AT+CIPCLOSE\r\n", b"CLOSED\r\n" + OK),
        (b"AT+CIPCLOSE\r\n", ERROR),
    )
