"""Ping, DNS servers and time, in memory and against real servers on loopback."""

import socket
import threading
import time

import pytest

from espat_tools.emulator import MemoryNetwork, Module, SocketNetwork
from espat_tools.emulator.families import E22, E24, E33, E41, E50, ESPAT, N13, N17, OLD, WIZ

FAMILIES = pytest.mark.parametrize("family", [N13, N17, WIZ, E22, E24, E33, E41, E50])
WITH_SNTP = pytest.mark.parametrize("family", [N17, WIZ, E22, E24, E33, E41, E50])

#: 2026-11-05 03:04:05 UTC, a Thursday.
NOW = 1793847845


# -- ping --------------------------------------------------------------------------------------


@FAMILIES
def test_ping(desk, family):
    bench = desk(family, joined=True)
    # Capture 04: "+24" of NonOS, "+PING:39" of ESP-AT.
    name = b"+" if family in OLD else b"+PING:"
    assert bench.send(b'AT+PING="web.test"\r\n', 0.03) == b"%s20\r\n\r\nOK\r\n" % name
    address = bench.network.names.find("web.test").encode()
    assert bench.send(b'AT+PING="%s"\r\n' % address, 0.03) == b"%s20\r\n\r\nOK\r\n" % name


@FAMILIES
@pytest.mark.parametrize("host", [b"10.9.8.7", b"no.test"])
def test_nobody_answers(desk, family, host):
    bench = desk(family, joined=True)
    reason = b"+timeout\r\n" if family in OLD else b"+PING:TIMEOUT\r\n"
    assert bench.send(b'AT+PING="%s"\r\n' % host, 2) == reason + b"\r\nERROR\r\n"


@FAMILIES
def test_ping_without_a_network(desk, family):
    bench = desk(family)
    bench.send(b"AT+CWMODE=1\r\n")
    assert bench.send(b'AT+PING="web.test"\r\n') == b"\r\nERROR\r\n"


@FAMILIES
@pytest.mark.parametrize("there", [b"192.168.1.1", b"192.168.1.50", b"192.168.4.1"])
def test_the_gateway_and_the_module_answer(desk, family, there):
    # The docs' own example is a ping of the gateway.
    bench = desk(family, joined=True)
    bench.send(b"AT+CWMODE=3\r\n")
    name = b"+" if family in OLD else b"+PING:"
    assert bench.send(b'AT+PING="%s"\r\n' % there, 0.03) == b"%s20\r\n\r\nOK\r\n" % name


@pytest.mark.parametrize("there", [b"192.168.1.1", b"192.168.1.50"])
def test_they_do_not_without_a_station_that_has_joined(desk, there):
    bench = desk(E33)
    bench.send(b"AT+CWMODE=2\r\n")
    assert bench.send(b'AT+PING="%s"\r\n' % there, 2) == b"+PING:TIMEOUT\r\n\r\nERROR\r\n"


def test_ping_of_this_machine():
    with Module(joined=True, echo=False, hosts={"me": "127.0.0.1"}) as module:
        uart = module.uart()
        uart.timeout = 2
        uart.write(b'AT+PING="me"\r\n')
        said = uart.read()
        assert said.startswith(b"+PING:") and said.endswith(b"\r\n\r\nOK\r\n")


# -- DNS servers -------------------------------------------------------------------------------


@pytest.mark.parametrize("family", sorted(ESPAT))
def test_dns_servers_of_esp_at(desk, family):
    bench = desk(family)
    bench.talk(
        # Capture 60 shows this address; the reference has its bytes reversed.
        (b"AT+CIPDNS?\r\n", b'+CIPDNS:0,"208.67.222.222"\r\n\r\nOK\r\n'),
        (b'AT+CIPDNS=1,"10.0.0.1","10.0.0.2"\r\n', b"\r\nOK\r\n"),
        (b"AT+CIPDNS?\r\n", b'+CIPDNS:1,"10.0.0.1","10.0.0.2"\r\n\r\nOK\r\n'),
        (b'AT+CIPDNS=1,"10.0.0.1","10.0.0.1"\r\n', b"\r\nERROR\r\n"),
        (b'AT+CIPDNS=1,"ten"\r\n', b"\r\nERROR\r\n"),
        (b"AT+CIPDNS_CUR?\r\n", b"\r\nERROR\r\n"),
        (b"AT+CIPDNS=1\r\n", b"\r\nOK\r\n"),
        (b"AT+CIPDNS?\r\n", b'+CIPDNS:1,"208.67.222.222","8.8.8.8"\r\n\r\nOK\r\n'),
        (b"AT+CIPDNS=0\r\n", b"\r\nOK\r\n"),
    )


@pytest.mark.parametrize("family", [N17, WIZ])
def test_dns_servers_of_nonos(desk, family):
    bench = desk(family)
    bench.talk(
        (b"AT+CIPDNS_CUR?\r\n", b"+CIPDNS_CUR:208.67.222.222\r\n\r\nOK\r\n"),
        (b'AT+CIPDNS_CUR=1,"10.0.0.1","10.0.0.2"\r\n', b"\r\nOK\r\n"),
        (
            b"AT+CIPDNS_CUR?\r\n",
            b"+CIPDNS_CUR:10.0.0.1\r\n+CIPDNS_CUR:10.0.0.2\r\n\r\nOK\r\n",
        ),
        (b"AT+CIPDNS_CUR=1,10\r\n", b"IP1 ERROR\r\n\r\nERROR\r\n"),
        (b'AT+CIPDNS_CUR=1,"10.0.0.1","x"\r\n', b"IP2 invalid\r\n\r\nERROR\r\n"),
        (b"AT+CIPDNS?\r\n", b"\r\nERROR\r\n"),
    )


def test_old_nonos_has_no_dns_setting(desk):
    assert desk(N13).send(b"AT+CIPDNS_CUR?\r\n") == b"\r\nERROR\r\n"


def test_the_server_set_decides(desk):
    bench = desk(E33, joined=True, network=MemoryNetwork(strict_dns=True))
    bench.network.name_servers["10.0.0.1"] = {"hidden.test": "10.1.1.1"}
    ask = b'AT+CIPDOMAIN="hidden.test"\r\n'
    bench.talk(
        (ask, b"\r\nERROR\r\n"),
        (b'AT+CIPDNS=1,"10.0.0.9","10.0.0.1"\r\n', b"\r\nOK\r\n"),
        (ask, b'+CIPDOMAIN:"10.1.1.1"\r\n\r\nOK\r\n'),
        (b'AT+CIPDOMAIN="web.test"\r\n', b"\r\nERROR\r\n"),
        (b"AT+CIPDNS=0\r\n", b"\r\nOK\r\n"),
        (ask, b"\r\nERROR\r\n"),
    )


@FAMILIES
def test_names_of_the_network_stay_whatever_server_is_set(desk, family):
    bench = desk(family, joined=True)
    suffix = {N13: None, **dict.fromkeys((N17, WIZ), b"_CUR")}.get(family, b"")
    if suffix is not None:
        assert bench.send(b'AT+CIPDNS%s=1,"8.8.8.8"\r\n' % suffix) == b"\r\nOK\r\n"
    said = bench.send(b'AT+CIPDOMAIN="web.test"\r\n')
    assert said.startswith(b"+CIPDOMAIN:") and said.endswith(b"\r\n\r\nOK\r\n")
    assert bench.send(b'AT+CIPDOMAIN="no.test"\r\n').endswith(b"\r\nERROR\r\n")


@pytest.mark.parametrize("strict", [False, True])
def test_names_of_real_networks_stay_unless_told_otherwise(strict):
    network = SocketNetwork({"web.test": "127.0.0.1"}, strict_dns=strict)
    try:
        assert network.lookup("web.test").value == "127.0.0.1"
        found = network.lookup("web.test", ("8.8.8.8",))
        assert (found.done, found.value) == (True, None if strict else "127.0.0.1")
        assert network.lookup("127.0.0.9", ("8.8.8.8",)).value == "127.0.0.9"
    finally:
        network.close()


def _serve(answer):
    """A UDP server on loopback: ``answer(packet)`` gives a packet or None. Returns its socket."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def loop():
        while True:
            try:
                data, source = sock.recvfrom(2048)
                reply = answer(data)
                if reply:
                    sock.sendto(reply, source)
            except OSError:
                return

    threading.Thread(target=loop, daemon=True).start()
    return sock


def _say(uart, line, end=b"OK\r\n"):
    """Send a command; returns all up to ``end``."""
    uart.write(line)
    said = b""
    deadline = time.monotonic() + 5
    while end not in said:
        assert time.monotonic() < deadline, said
        said += uart.read() or b""
    return said


def test_a_real_dns_server():
    message = pytest.importorskip("dns.message")
    rrset = pytest.importorskip("dns.rrset")

    def answer(packet):
        query = message.from_wire(packet)
        reply = message.make_response(query)
        name = query.question[0].name
        if name.to_text() == "real.test.":
            reply.answer.append(rrset.from_text(name, 60, "IN", "A", "127.0.0.7"))
        else:
            reply.set_rcode(3)
        return reply.to_wire()

    with _serve(answer) as server:
        hosts = {"10.0.0.53": ("127.0.0.1", {53: server.getsockname()[1]})}
        network = SocketNetwork(hosts)
        with Module(joined=True, echo=False, network=network) as module:
            uart = module.uart()
            _say(uart, b'AT+CIPDNS=1,"10.0.0.53"\r\n')
            said = _say(uart, b'AT+CIPDOMAIN="real.test"\r\n')
            assert said == b'+CIPDOMAIN:"127.0.0.7"\r\n\r\nOK\r\n'
            said = _say(uart, b'AT+CIPDOMAIN="other.test"\r\n', b"ERROR\r\n")
            assert said == b"\r\nERROR\r\n"


def test_a_dns_server_that_is_silent_leaves_nothing_behind():
    pytest.importorskip("dns.message")
    with _serve(lambda packet: None) as server:
        network = SocketNetwork({"10.0.0.53": ("127.0.0.1", {53: server.getsockname()[1]})})
        with Module(
            joined=True, echo=False, network=network, timing={"dns_timeout": 0.1}
        ) as module:
            uart = module.uart()
            _say(uart, b'AT+CIPDNS=1,"10.0.0.53"\r\n')
            said = _say(uart, b'AT+CIPDOMAIN="real.test"\r\n', b"ERROR\r\n")
            assert said == b"\r\nERROR\r\n"
            assert not network.selector.get_map()


# -- time --------------------------------------------------------------------------------------


def test_the_year_1970_is_no_time(desk):
    # Captures 30 and 31: NonOS pads the day with a zero and stands still, ESP-AT with a space.
    bench = desk(E33)
    bench.clock.advance(128)
    said = bench.send(b"AT+CIPSNTPTIME?\r\n")
    assert said == b"+CIPSNTPTIME:Thu Jan  1 00:02:08 1970\r\nOK\r\n"
    bench = desk(N17, joined=True)
    bench.send(b'AT+CIPSNTPCFG=1,1,"no.test"\r\n')
    said = bench.send(b"AT+CIPSNTPTIME?\r\n")
    assert said == b"+CIPSNTPTIME:Thu Jan 01 00:00:00 1970\r\nOK\r\n"


@WITH_SNTP
def test_time_from_the_network(desk, family):
    bench = desk(family, joined=True)
    bench.network.serve_time("time.test", NOW)
    assert bench.send(b'AT+CIPSNTPCFG=1,2,"time.test"\r\n', 0) == b"\r\nOK\r\n"
    news = b"+TIME_UPDATED\r\n" if family in (E33, E41, E50) else b""
    assert bench.wait(0.07) == news
    day = b"05" if family in OLD else b" 5"
    said = bench.send(b"AT+CIPSNTPTIME?\r\n", 0)
    assert said == b"+CIPSNTPTIME:Thu Nov %s 05:04:05 2026\r\nOK\r\n" % day


@WITH_SNTP
def test_sntp_settings(desk, family):
    bench = desk(family, joined=True)
    off = b"0,0" if family in (E33, E41, E50) else b"0"
    bench.talk((b"AT+CIPSNTPCFG?\r\n", b"+CIPSNTPCFG:%s\r\n\r\nOK\r\n" % off))
    bench.send(b'AT+CIPSNTPCFG=1,-5,"a.test","b.test","c.test"\r\n')
    on = b'+CIPSNTPCFG:1,-5,"a.test","b.test","c.test"\r\n\r\nOK\r\n'
    bench.talk((b"AT+CIPSNTPCFG?\r\n", on), (b"AT+CIPSNTPCFG=0\r\n", b"\r\nOK\r\n"))
    bench.send(b"AT+CIPSNTPCFG=1,8\r\n")
    on = b'+CIPSNTPCFG:1,8,"cn.ntp.org.cn","ntp.sjtu.edu.cn","us.pool.ntp.org"\r\n\r\nOK\r\n'
    bench.talk((b"AT+CIPSNTPCFG?\r\n", on))


@pytest.mark.parametrize(
    "zone, clock",
    [
        (b"1245", b"15:49:05"),
        (b"+0530", b"08:34:05"),
        (b"-500", b"22:04:05"),
        (b"14", b"17:04:05"),
        (b"-12", b"15:04:05"),
        (b"15", b"03:19:05"),
    ],
)
def test_zones_of_esp_at(desk, zone, clock):
    bench = desk(E33, joined=True)
    bench.network.serve_time("time.test", NOW)
    bench.send(b'AT+CIPSNTPCFG=1,%s,"time.test"\r\n' % zone, 0)
    bench.wait(0.07)
    assert b" %s 2026\r\n" % clock in bench.send(b"AT+CIPSNTPTIME?\r\n", 0)


@pytest.mark.parametrize(
    "family, zone", [(E33, b"1500"), (E33, b"-1300"), (E33, b"860"), (N17, b"14"), (N17, b"530")]
)
def test_zones_that_do_not_exist(desk, family, zone):
    assert desk(family, joined=True).send(b"AT+CIPSNTPCFG=1,%s\r\n" % zone) == b"\r\nERROR\r\n"


def test_the_second_server_is_asked_when_the_first_is_silent(desk):
    bench = desk(E33, joined=True)
    bench.network.names.add("dead.test")
    bench.network.serve_time("time.test", NOW)
    bench.send(b'AT+CIPSNTPCFG=1,0,"dead.test","time.test"\r\n', 0.5)
    assert bench.wait(0.3) == b""
    assert bench.wait(1) == b"+TIME_UPDATED\r\n"


def test_time_stamp(desk):
    bench = desk(E33)
    bench.talk(
        (b"AT+SYSTIMESTAMP=1565853509\r\n", b"\r\nOK\r\n"),
        (b"AT+SYSTIMESTAMP?\r\n", b"+SYSTIMESTAMP:1565853510\r\nOK\r\n"),
    )
    assert desk(N17).send(b"AT+SYSTIMESTAMP?\r\n") == b"\r\nERROR\r\n"


def test_time_is_asked_for_again(desk):
    bench = desk(E41, joined=True)
    bench.network.serve_time("time.test", NOW)
    bench.talk(
        (b"AT+CIPSNTPINTV=14\r\n", b"\r\nERROR\r\n"),
        (b"AT+CIPSNTPINTV=60\r\n", b"\r\nOK\r\n"),
        (b"AT+CIPSNTPINTV?\r\n", b"+CIPSNTPINTV:60\r\n\r\nOK\r\n"),
    )
    bench.send(b'AT+CIPSNTPCFG=1,0,"time.test"\r\n', 0)
    assert bench.wait(0.07) == b"+TIME_UPDATED\r\n"
    assert bench.wait(61) == b"+TIME_UPDATED\r\n"


def test_a_real_time_server():
    ntplib = pytest.importorskip("ntplib")

    def answer(packet):
        asked = ntplib.NTPPacket()
        asked.from_data(packet)
        assert asked.mode == 3
        stamp = ntplib.system_to_ntp_time(NOW)
        return ntplib.NTPPacket(version=4, mode=4, tx_timestamp=stamp).to_data()

    with _serve(answer) as server:
        hosts = {"time.test": ("127.0.0.1", {123: server.getsockname()[1]})}
        with Module(joined=True, echo=False, hosts=hosts) as module:
            uart = module.uart()
            said = _say(uart, b'AT+CIPSNTPCFG=1,0,"time.test"\r\n', b"+TIME_UPDATED\r\n")
            assert said == b"\r\nOK\r\n+TIME_UPDATED\r\n"
            said = _say(uart, b"AT+CIPSNTPTIME?\r\n")
            assert said.startswith(b"+CIPSNTPTIME:Thu Nov  5 03:04:0")
