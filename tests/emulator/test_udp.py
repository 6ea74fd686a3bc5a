"""UDP links: whom they send to, whom they hear, and how that is told."""

import pytest

from espat_tools.emulator.families import E22, E24, E33, E41, E50, ESPAT, N13, N17, OLD, WIZ

FAMILIES = pytest.mark.parametrize("family", [N13, N17, WIZ, E22, E24, E33, E41, E50])
HERE = "192.168.1.50"


def _ipd(family, data, number=0):
    tail = b"" if family in OLD else b"\r\n"
    return b"\r\n+IPD,%d,%d:%s%s" % (number, len(data), data, tail)


def _udp(desk, family, mode=b"0", **options):
    """A desk with a peer at udp.test:9 and link 0 open to it from port 4000."""
    bench = desk(family, joined=True, mux=1, **options)
    bench.near = bench.network.udp("udp.test", 9)
    bench.other = bench.network.udp("other.test", 9)
    said = bench.send(b'AT+CIPSTART=0,"UDP","udp.test",9,4000,%s\r\n' % mode)
    assert said == b"0,CONNECT\r\n\r\nOK\r\n"
    return bench


def _send(bench, data, extra=b""):
    bench.send(b"AT+CIPSEND=0,%d%s\r\n" % (len(data), extra))
    assert bench.send(data).endswith(b"\r\nSEND OK\r\n")


@FAMILIES
def test_there_and_back(desk, family):
    bench = _udp(desk, family)
    _send(bench, b"ping")
    assert bench.near.inbox == [((HERE, 4000), b"ping")]
    bench.near.send(b"pong", (HERE, 4000))
    assert bench.wait() == _ipd(family, b"pong")


@FAMILIES
def test_each_datagram_is_one_notice(desk, family):
    bench = _udp(desk, family)
    for data in (b"a", b"bb", b"ccc"):
        bench.near.send(data, (HERE, 4000))
    assert bench.wait() == b"".join(_ipd(family, data) for data in (b"a", b"bb", b"ccc"))


@FAMILIES
@pytest.mark.parametrize(
    "mode, to_near, to_other",
    [
        (b"0", [b"1", b"2", b"3"], []),
        (b"1", [b"1"], [b"2", b"3"]),
        (b"2", [b"1", b"3"], [b"2"]),
    ],
)
def test_whether_the_target_follows_the_sender(desk, family, mode, to_near, to_other):
    bench = _udp(desk, family, mode)
    _send(bench, b"1")
    bench.other.send(b"here", (HERE, 4000))
    assert bench.wait() == _ipd(family, b"here")
    _send(bench, b"2")
    bench.near.send(b"no, here", (HERE, 4000))
    assert bench.wait() == _ipd(family, b"no, here")
    _send(bench, b"3")
    assert [data for _, data in bench.near.inbox] == to_near
    assert [data for _, data in bench.other.inbox] == to_other


@FAMILIES
def test_a_destination_of_its_own(desk, family):
    bench = _udp(desk, family)
    _send(bench, b"for you", b',"other.test",9')
    _send(bench, b"for me")
    assert [data for _, data in bench.other.inbox] == [b"for you"]
    assert [data for _, data in bench.near.inbox] == [b"for me"]


@FAMILIES
def test_remote_of_a_datagram(desk, family):
    bench = _udp(desk, family)
    bench.send(b"AT+CIPDINFO=1\r\n")
    bench.other.send(b"x", (HERE, 4000))
    address = bench.other.place[0].encode()
    quoted = b'"%s"' % address if family in ESPAT else address
    tail = b"\r\n" if family in ESPAT else b""
    assert bench.wait() == b"\r\n+IPD,0,1,%s,9:x%s" % (quoted, tail)


@FAMILIES
@pytest.mark.parametrize("group", ["239.1.2.3", "255.255.255.255"])
def test_groups(desk, family, group):
    bench = desk(family, joined=True, mux=1)
    peers = [bench.network.udp(f"member{n}.test", 5000) for n in range(3)]
    bench.send(b'AT+CIPSTART=1,"UDP","%s",5000,5000,0\r\n' % group.encode())
    bench.send(b"AT+CIPSEND=1,5\r\n")
    bench.send(b"hello")
    assert [peer.inbox for peer in peers] == [[((HERE, 5000), b"hello")]] * 3
    peers[0].send(b"hi", (group, 5000))
    assert bench.wait() == _ipd(family, b"hi", 1)


@FAMILIES
def test_mode_needs_a_local_port(desk, family):
    bench = desk(family, joined=True, mux=1)
    said = bench.send(b'AT+CIPSTART=0,"UDP","10.0.0.1",9,,2\r\n')
    reason = b"Miss param\r\n" if family in OLD else b""
    assert said == reason + b"\r\nERROR\r\n"


@FAMILIES
def test_a_port_in_use(desk, family):
    bench = _udp(desk, family)
    said = bench.send(b'AT+CIPSTART=1,"UDP","udp.test",9,4000,0\r\n')
    assert said == b"\r\nERROR\r\n"


@FAMILIES
def test_status_shows_the_target(desk, family):
    bench = _udp(desk, family, b"2")
    bench.other.send(b"x", (HERE, 4000))
    bench.wait()
    row = b'+CIPSTATUS:0,"UDP","%s",9,4000,0\r\n' % bench.other.place[0].encode()
    assert bench.send(b"AT+CIPSTATUS\r\n") == b"STATUS:2\r\n" + row + b"\r\nOK\r\n"


@pytest.mark.parametrize("family", [N17, WIZ])
def test_udp_stays_active_in_the_nonos_dialect(desk, family):
    bench = _udp(desk, family)
    bench.send(b"AT+CIPRECVMODE=1\r\n")
    bench.near.send(b"now", (HERE, 4000))
    assert bench.wait() == _ipd(family, b"now")


@pytest.mark.parametrize("family", sorted(ESPAT))
def test_passive_udp_runs_datagrams_together_and_loses_them(desk, family):
    bench = _udp(desk, family)
    bench.send(b"AT+CIPRECVMODE=1\r\n")
    for data in (b"a" * 1400, b"b" * 1400, b"c" * 1400, b"d" * 1400, b"e" * 1400, b"f"):
        bench.near.send(data, (HERE, 4000))
        bench.wait()
    said = bench.send(b"AT+CIPRECVDATA=0,9999\r\n")
    data = b"a" * 1400 + b"b" * 1400 + b"c" * 1400 + b"d" * 1400 + b"f"
    assert said == b"+CIPRECVDATA:5601,%s\r\nOK\r\n" % data


@pytest.mark.parametrize("family", sorted(ESPAT))
def test_a_datagram_read_in_part_is_lost(desk, family):
    # esp-at issues 323 and 452: the second of two is cut, and its end cannot be read.
    bench = _udp(desk, family)
    bench.send(b"AT+CIPRECVMODE=1\r\n")
    for data in (b"first", b"second", b"third"):
        bench.near.send(data, (HERE, 4000))
    assert bench.wait().startswith(b"\r\n+IPD,0,5\r\n")
    said = bench.send(b"AT+CIPRECVDATA=0,8\r\n")
    assert said == b"+CIPRECVDATA:8,firstsec\r\nOK\r\n\r\n+IPD,0,5\r\n"
    assert bench.send(b"AT+CIPRECVDATA=0,9\r\n") == b"+CIPRECVDATA:5,third\r\nOK\r\n"


def test_a_destination_is_not_for_tcp(desk):
    bench = desk(E33, links=[("echo.test", 7)])
    said = bench.send(b'AT+CIPSEND=0,5,"udp.test",9\r\n')
    assert said == b"\r\nERROR\r\n"


def test_the_single_link(desk):
    bench = desk(E33, joined=True)
    peer = bench.network.udp("udp.test", 9)
    assert bench.send(b'AT+CIPSTART="UDP","udp.test",9\r\n') == b"CONNECT\r\n\r\nOK\r\n"
    bench.send(b"AT+CIPSEND=2\r\n")
    bench.send(b"hi")
    (source, data) = peer.inbox[0]
    assert data == b"hi"
    peer.send(b"ho", source)
    assert bench.wait() == b"\r\n+IPD,2:ho\r\n"
    assert bench.send(b"AT+CIPCLOSE\r\n") == b"CLOSED\r\n\r\nOK\r\n"


@pytest.mark.parametrize("family", [N13, N17, WIZ])
@pytest.mark.parametrize("host", [b"0", b"0.0.0.0"])
@pytest.mark.parametrize("mode, got", [(b"0", ([b"1", b"2"], [])), (b"2", ([b"1"], [b"2"]))])
def test_a_listener_of_the_nonos_dialect(desk, family, host, mode, got):
    # WiFiEsp's only UDP.begin(), capture 55: remote port 0 is whoever comes first.
    bench = desk(family, joined=True, mux=1)
    near, other = bench.network.udp("near.test", 9), bench.network.udp("other.test", 9)
    said = bench.send(b'AT+CIPSTART=3,"UDP","%s",0,5005,%s\r\n' % (host, mode))
    assert said == b"3,CONNECT\r\n\r\nOK\r\n"
    row = b'+CIPSTATUS:3,"UDP","%s",%d,5005,0\r\n'
    assert row % (b"0.0.0.0", 0) in bench.send(b"AT+CIPSTATUS\r\n")
    for peer, answer in ((near, b"1"), (other, b"2")):
        peer.send(b"here", (HERE, 5005))
        assert bench.wait() == _ipd(family, b"here", 3)
        bench.send(b"AT+CIPSEND=3,1\r\n")
        assert bench.send(answer).endswith(b"\r\nSEND OK\r\n")
    assert tuple([data for _, data in peer.inbox] for peer in (near, other)) == got


@pytest.mark.parametrize("family", [N13, N17, WIZ])
def test_a_listener_sends_to_whom_it_is_told_or_not_at_all(desk, family):
    bench = desk(family, joined=True, mux=1)
    peer = bench.network.udp("udp.test", 514)
    bench.send(b'AT+CIPSTART=3,"UDP","0",0,5005,2\r\n')
    bench.send(b'AT+CIPSEND=3,5,"udp.test",514\r\n')
    assert bench.send(b"hello").endswith(b"\r\nSEND OK\r\n")
    assert peer.inbox == [((HERE, 5005), b"hello")]
    bench.send(b"AT+CIPSEND=3,5\r\n")
    assert bench.send(b"hello") == b"\r\nRecv 5 bytes\r\nSEND FAIL\r\n"


@pytest.mark.parametrize("family", sorted(ESPAT))
def test_esp_at_wants_a_remote_port(desk, family):
    bench = desk(family, joined=True, mux=1)
    assert bench.send(b'AT+CIPSTART=3,"UDP","0",0,5005,2\r\n') == b"\r\nERROR\r\n"
