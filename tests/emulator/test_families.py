"""What every family says to the same conversation, and the odd basic command."""

import pytest

from espat_tools.emulator.families import ALL, E22, E24, E33, E41, E50, ESPAT, N13, N17, OLD, WIZ

FAMILIES = pytest.mark.parametrize("family", [N13, N17, WIZ, E22, E24, E33, E41, E50])
WEB = [("web.test", 80)]


@FAMILIES
def test_echo(desk, family):
    # Capture 11 for WizFi360, 03 for ESP-AT; at_port.c v0.20 for NonOS.
    end = b"\r\r\n" if family in (N13, N17) else b"\r\n"
    assert desk(family, echo=True).send(b"AT\r\n") == b"AT" + end + b"\r\nOK\r\n"


@FAMILIES
def test_version(desk, family):
    said = desk(family).send(b"AT+GMR\r\n")
    lines = said.split(b"\r\n")
    # Captures 11, 17, 51, 60.
    starts = {
        N13: (b"AT version:1.3.0.0(", b"SDK version:2.0.0(", b"compile time:"),
        N17: (b"AT version:1.7.4.0(", b"SDK version:3.0.4(", b"compile time:", b"Bin version("),
        WIZ: (b"AT version:1.1.1.7(", b"SDK version:3.2.0(", b"compile time:"),
        E22: (b"AT version:2.2.1.0(", b"SDK version:", b"compile time(", b"Bin version:2.2.1("),
        E24: (b"AT version:2.4.0.0(", b"SDK version:", b"compile time(", b"Bin version:2.4.0("),
        E33: (b"AT version:3.3.0.0(", b"SDK version:", b"compile time(", b"Bin version:v3.3.0"),
        E41: (b"AT version:4.1.1.0(", b"SDK version:", b"compile time(", b"Bin version:v4.1.1"),
        E50: (b"AT version:5.0.1.0(", b"SDK version:", b"compile time(", b"Bin version:v5.0.1"),
    }[family]
    assert all(line.startswith(start) for line, start in zip(lines, starts, strict=False))
    # NonOS leaves the last line without an end of its own (capture 17).
    assert said.endswith(b"\r\nOK\r\n")
    assert said.endswith(b"\r\n\r\nOK\r\n") == (family not in (N13, N17))
    assert len([line for line in lines if line]) == len(starts) + 1


@FAMILIES
def test_reset(desk, family):
    said = desk(family).send(b"AT+RST\r\n")
    assert said.startswith(b"\r\nOK\r\n") and said.endswith(b"\r\nready\r\n")
    # An ESP8266's ROM speaks at another rate on the same pins.
    noise = said[6:-9]
    assert bool(noise) == (family in (N13, N17, E22))


@FAMILIES
def test_a_page(desk, family):
    bench = desk(family)
    old = family in OLD
    domain = b"+CIPDOMAIN:%s\r\n\r\nOK\r\n" if old else b'+CIPDOMAIN:"%s"\r\n\r\nOK\r\n'
    address = bench.network.names.find("web.test").encode()
    bench.talk(
        (b"AT+CWMODE=1\r\n", b"\r\nOK\r\n"),
        (
            b'AT+CWJAP="espat","correct horse"\r\n',
            b"WIFI CONNECTED\r\nWIFI GOT IP\r\n\r\nOK\r\n",
        ),
        (b"AT+CIPMUX=1\r\n", b"\r\nOK\r\n"),
        (b'AT+CIPDOMAIN="web.test"\r\n', domain % address),
        (b'AT+CIPSTART=4,"TCP","web.test",80\r\n', b"4,CONNECT\r\n\r\nOK\r\n"),
        (b"AT+CIPSEND=4,6\r\n", b"\r\nOK\r\n> " if old else b"\r\nOK\r\n\r\n>"),
        (b"GET /\n", b"\r\nRecv 6 bytes\r\n\r\nSEND OK\r\n"),
    )
    bench.peer.send(b"page")
    bench.peer.close()
    tail = b"" if old else b"\r\n"
    assert bench.wait() == b"\r\n+IPD,4,4:page" + tail + b"4,CLOSED\r\n"


@FAMILIES
def test_a_page_in_passive_mode(desk, family):
    bench = desk(family, links=WEB)
    if family == N13:
        for command in (b"AT+CIPRECVMODE=1", b"AT+CIPRECVLEN?", b"AT+CIPRECVDATA=0,5"):
            assert bench.send(command + b"\r\n") == b"\r\nERROR\r\n"
        return
    bench.talk((b"AT+CIPRECVMODE=1\r\n", b"\r\nOK\r\n"))
    bench.peer.send(b"page")
    bench.peer.close()
    # NonOS does not wait with CLOSED until the data are read.
    end = b"0,CLOSED\r\n" * (family not in OLD)
    assert bench.wait() == b"\r\n+IPD,0,4\r\n" + b"0,CLOSED\r\n" * (family in OLD)
    data = b"\r\n+CIPRECVDATA,4:page" if family in OLD else b"+CIPRECVDATA:4,page"
    closed = b"0" if family in OLD else b"-1"
    bench.talk(
        (b"AT+CIPRECVLEN?\r\n", b"+CIPRECVLEN:4,%s\r\n\r\nOK\r\n" % b",".join([closed] * 4)),
        (b"AT+CIPRECVDATA=0,1460\r\n", data + b"\r\nOK\r\n" + end),
    )


@FAMILIES
def test_join_query(desk, family):
    bench = desk(family, joined=True)
    fields = {N13: b"", N17: b",0", WIZ: b",0"}.get(family, b",0,1,3,0,1")
    row = b'+CWJAP:"espat","02:00:00:00:00:01",1,-50%s\r\n\r\nOK\r\n' % fields
    assert bench.send(b"AT+CWJAP?\r\n") == row


@FAMILIES
def test_remote_address(desk, family):
    bench = desk(family, links=WEB)
    bench.send(b"AT+CIPDINFO=1\r\n")
    bench.peer.send(b"x")
    address = bench.network.names.find("web.test").encode()
    form = b"\r\n+IPD,0,1,%s,80:x" if family in OLD else b'\r\n+IPD,0,1,"%s",80:x\r\n'
    assert bench.wait() == form % address


# -- parameters that a family does not have -----------------------------------------------------


@pytest.mark.parametrize(
    "arguments, families",
    [
        (b'"TCP","web.test",80,60', ALL),
        (b'"TCP","web.test",80,,"192.168.1.50"', ESPAT),
        (b'"TCP","web.test",80,,"192.168.1.50",3000', {E41, E50}),
        (b'"TCP","web.test",80,7201', ()),
        (b'"UDP","web.test",80,5000,2', ALL),
        (b'"UDP","web.test",80,5000,2,"192.168.1.50"', ESPAT),
        (b'"UDP","web.test",80,5000,2,"192.168.1.50",3000', {E41, E50}),
        (b'"UDP","web.test",80,5000,3', ()),
    ],
)
@FAMILIES
def test_parameters_of_cipstart(desk, family, arguments, families):
    said = desk(family, joined=True).send(b"AT+CIPSTART=%s\r\n" % arguments)
    assert said.endswith(b"\r\nOK\r\n" if family in families else b"\r\nERROR\r\n")


@pytest.mark.parametrize(
    "arguments, families",
    [
        (b'"web.test"', ALL),
        (b'"web.test",2', ESPAT),
        (b'"web.test",2,500', {E41, E50}),
        (b'"web.test",2,500,1', {E50}),
    ],
)
@FAMILIES
def test_parameters_of_cipdomain(desk, family, arguments, families):
    said = desk(family, joined=True).send(b"AT+CIPDOMAIN=%s\r\n" % arguments)
    assert said.endswith(b"\r\nOK\r\n" if family in families else b"\r\nERROR\r\n")


@pytest.mark.parametrize("family", [E41, E50])
def test_datagrams_kept_apart(desk, family):
    bench = desk(family, joined=True, mux=1)
    peer = bench.network.udp("udp.test", 9)
    bench.send(b'AT+CIPSTART=0,"UDP","udp.test",9,4000,0\r\nAT+CIPRECVTYPE=5,1\r\n')
    bench.send(b"AT+CIPRECVTYPE=5,1\r\n")
    peer.send(b"one", ("192.168.1.50", 4000))
    peer.send(b"three", ("192.168.1.50", 4000))
    bench.wait()
    said = bench.send(b"AT+CIPRECVDATA=0,100,1\r\n")
    assert said == b"+CIPRECVDATA:3,one\r\nOK\r\n\r\n+IPD,0,5\r\n"
    assert desk(E33, links=WEB).send(b"AT+CIPRECVDATA=0,100,1\r\n") == b"\r\nERROR\r\n"


@FAMILIES
@pytest.mark.parametrize("name", [b"CIFSR", b"CIPCLOSE", b"CIPSEND", b"CIPSTATUS", b"CIPMUX"])
def test_test_commands(desk, family, name):
    known = family in OLD and name != b"CIPMUX"
    expected = b"\r\nOK\r\n" if known else b"\r\nERROR\r\n"
    assert desk(family).send(b"AT+%s=?\r\n" % name) == expected


@FAMILIES
def test_restore_closes_the_links_first(desk, family):
    # Capture 38 (ESP-AT).
    bench = desk(family, links=WEB * 2)
    closed = b"0,CLOSED\r\n1,CLOSED\r\n" * (family in ESPAT)
    assert bench.send(b"AT+RESTORE\r\n", 0).startswith(closed + b"\r\nOK\r\n")
    assert bench.wait(1).endswith(b"\r\nready\r\n")


# -- error codes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line, code",
    [
        (b"AT\n", b"0x01020000"),
        (b"BT\r\n", b"0x01030000"),
        (b"AT+CIPDOMAIN=" + b"x" * 300 + b"\r\n", b"0x01040000"),
        (b'AT+CIPMUX="1"\r\n', b"0x01050000"),
        (b"AT+CIPMUX=1,1\r\n", b"0x01060102"),
        (b"AT+CWRECONNCFG=1\r\n", b"0x01060201"),
        (b"AT+CIPTCPOPT=0,0,0,0,0\r\n", b"0x01060405"),
        (b'AT+CIPSTART="TCP","a"\r\n', b"0x01060302"),
        (b"AT+CIPMUX=\r\n", b"0x01080000"),
        (b"AT+CWRECONNCFG=1,1001\r\n", b"0x01070001"),
        (b'AT+CWRECONNCFG=1,"1"\r\n', b"0x01050001"),
        (b"AT+CWRECONNCFG=1,2x\r\n", b"0x01080001"),
        (b"AT+CWRECONNCFG=,1\r\n", b"0x01080000"),
        (b'AT+CIPSTART="TCP","%s",80\r\n' % (b"h" * 65), b"0x01040001"),
        (b'AT+CIPSTART="TPC","a",80\r\n', b"0x01070000"),
        (b'AT+CIPSTART="TCP","a",0\r\n', b"0x01070002"),
        (b'AT+CIPSTART="TCP","a,80\r\n', b"0x01080001"),
        (b'AT+CIPSTA="10.0.0.1","10.0.0","255.0.0.0"\r\n', b"0x01070001"),
        (b'AT+CIPSTAMAC="01:00:00:00:00:00"\r\n', b"0x01070000"),
        (b"AT+CIPSNTPCFG=1,1575\r\n", b"0x01070001"),
        (b"AT+CIPMUX=2\r\n", b"0x01070000"),
        (b"AT+CIPMUX=x\r\n", b"0x01080000"),
        (b"AT+FAKE\r\n", b"0x01090000"),
        (b"AT+CIPCLOSE\r\n", b"0x010a0000"),
        (b"AT+CIPMUX\r\n", b"0x010c0000"),
    ],
)
def test_error_codes_where_asked_for(desk, line, code):
    bench = desk(E33)
    assert bench.send(line) == b"\r\nERROR\r\n"
    bench.talk((b"AT+SYSLOG?\r\n", b"+SYSLOG:0\r\n\r\nOK\r\n"), (b"AT+SYSLOG=1\r\n", b"\r\nOK\r\n"))
    assert bench.send(line) == b"ERR CODE:%s\r\n\r\nERROR\r\n" % code


@pytest.mark.parametrize(
    "line, code",
    [
        (b"AT+CIPTCPOPT=6,0\r\n", b"0x01070000"),
        (b"AT+CIPTCPOPT=0,0,2\r\n", b"0x01070002"),
        (b"AT+CIPTCPOPT=0,0,0,0,0,0\r\n", b"0x01060506"),
        (b"AT+CIPSEND=0,5\r\n", b"0x010a0000"),
        (b'AT+CIPSTART=0,"TCP"\r\n', b"0x01060402"),
    ],
)
def test_codes_count_the_link_too(desk, line, code):
    bench = desk(E33, joined=True, mux=1)
    bench.send(b"AT+SYSLOG=1\r\n")
    assert bench.send(line) == b"ERR CODE:%s\r\n\r\nERROR\r\n" % code


def test_busy_has_a_code_too(desk):
    bench = desk(E33, joined=True)
    bench.send(b"AT+SYSLOG=1\r\n")
    bench.send(b"AT+CWLAP\r\n", 0)
    assert bench.send(b"AT\r\n", 0) == b"ERR CODE:0x010b0000\r\n\r\nbusy p...\r\n"


def test_the_number_of_a_failed_connection(desk):
    line = b'AT+CIPSTART="TCP","web.test",81\r\n'
    for family, number in ((E50, b"+ERRNO:0x6f\r\n"), (E41, b"")):
        bench = desk(family, joined=True)
        bench.send(b"AT+SYSLOG=1\r\n")
        said = bench.send(line)
        assert said == number + b"ERR CODE:0x010a0000\r\n\r\nERROR\r\nCLOSED\r\n"


# -- memory and sleep --------------------------------------------------------------------------


@FAMILIES
def test_memory(desk, family):
    said = desk(family).send(b"AT+SYSRAM?\r\n")
    if family == N13:
        assert said == b"\r\nERROR\r\n"
    elif family in OLD:
        assert said == b"+SYSRAM:30000\r\n\r\nOK\r\n"
    else:
        free = 45000 if family == E22 else 120000
        assert said == b"+SYSRAM:%d,%d\r\nOK\r\n" % (free, free - 20000)


@FAMILIES
def test_sleep(desk, family):
    bench = desk(family)
    bench.talk(
        (b"AT+SLEEP=2\r\n", b"\r\nOK\r\n"),
        (b"AT+SLEEP?\r\n", b"+SLEEP:2\r\n\r\nOK\r\n"),
        (b"AT+SLEEP=3\r\n", b"\r\nERROR\r\n" if family in OLD else b"\r\nOK\r\n"),
        (b"AT+SLEEP=4\r\n", b"\r\nERROR\r\n"),
    )


@FAMILIES
def test_deep_sleep(desk, family):
    bench = desk(family, links=WEB)
    assert bench.send(b"AT+GSLP=1500\r\n", 1) == b"1500\r\n\r\nOK\r\n"
    assert bench.send(b"AT\r\n", 0.4) == b""
    assert bench.wait(0.3).endswith(b"\r\nready\r\n")
    bench.send(b"ATE0\r\n")
    assert bench.send(b"AT+CIPMUX?\r\n") == b"+CIPMUX:0\r\n\r\nOK\r\n"


@pytest.mark.parametrize("family", sorted(ESPAT))
def test_baud_rates_have_a_limit(desk, family):
    fastest = 4_500_000 if family == E22 else 5_000_000
    bench = desk(family)
    said = bench.send(b"AT+UART_CUR=%d,8,1,0,0\r\n" % (fastest + 1))
    assert said == b"\r\nERROR\r\n"
    assert bench.send(b"AT+UART_CUR=%d,8,1,0,3\r\n" % fastest) == b"\r\nOK\r\n"
    assert bench.module.core.baud == fastest


def test_a_stored_baud_rate_survives_a_reset(desk):
    bench = desk(E33)
    assert bench.send(b"AT+UART_DEF=9600,8,1,0,0\r\n") == b"\r\nOK\r\n"
    bench.uart.baudrate = 9600
    assert bench.send(b"AT+RST\r\n").endswith(b"\r\nready\r\n")
    bench.send(b"AT+RESTORE\r\n")
    assert bench.module.core.baud == 115200


# -- numbers -----------------------------------------------------------------------------------


@FAMILIES
@pytest.mark.parametrize("typed", [b"0x1", b"0X01"])
def test_esp_at_takes_hexadecimal_numbers(desk, family, typed):
    # AT+SYSFLASH=1,"mfg_nvs",0,0x1C000 is an example of Espressif's own; NonOS' docs have none.
    bench = desk(family)
    said = bench.send(b"AT+CIPMUX=%s\r\n" % typed)
    assert said == (b"\r\nOK\r\n" if family in ESPAT else b"\r\nERROR\r\n")
    assert bench.send(b"AT+CIPMUX?\r\n") == b"+CIPMUX:%d\r\n\r\nOK\r\n" % (family in ESPAT)


def test_the_documented_write_of_a_partition(desk):
    bench = desk(E50)
    assert bench.send(b'AT+SYSFLASH=0,"mfg_nvs",0x1000,0x8000\r\n') == b"\r\nOK\r\n"
    bench.send(b"AT+SYSLOG=1\r\n")
    for typed in (b"0x", b"0xg", b"-0x1", b"0x 1", b"x1"):
        said = bench.send(b"AT+CIPMUX=%s\r\n" % typed)
        assert (typed, said) == (typed, b"ERR CODE:0x01080000\r\n\r\nERROR\r\n")


@FAMILIES
def test_a_reserved_parameter_may_be_left_out(desk, family):
    # AT+CWLAPOPT=,31 in the docs of 4.1 and 5.0.1.
    said = desk(family).send(b"AT+CWLAPOPT=,31\r\n")
    assert said == (b"\r\nOK\r\n" if family in (E41, E50) else b"\r\nERROR\r\n")
