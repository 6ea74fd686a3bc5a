"""The module as an access point: clients of its own network, with and without a joined station."""

import errno

import pytest

from espat.at import essential, wifi
from tests.driver.desk import PASSWORD, SSID, Line, pattern, read_exactly
from tests.driver.test_server_sockets import PORT, serve

MAC = "02:00:00:00:00:77"


@pytest.fixture
def alone(make_desk, family):
    """A desk of each family whose module is an access point, and no station."""
    desk = make_desk(family)
    modem = desk.radio.up()
    wifi.cwmode(modem, 2)
    wifi.cwsap(modem, "board", "password", 6, 3)
    return desk


def come(desk, port=PORT):
    """A client joins the module's network and connects to it."""
    address = desk.module.ap_client_joins(MAC)
    return address, desk.network.dial(port, address=address)


def test_it_serves_without_a_station(alone):
    with serve(alone) as listener:
        address, peer = come(alone)
        sock, (came_from, _) = listener.accept()
        assert came_from == address
        with sock:
            sock.settimeout(5)
            peer.send(b"who are you?")
            assert read_exactly(sock, 12) == b"who are you?"
            sock.sendall(pattern(3000))
            assert peer.data == pattern(3000)
    assert wifi.cwlif(alone.modem) == [(address, MAC)]
    assert not alone.joins()


def test_five_clients_of_its_own(alone):
    with serve(alone) as listener:
        peers = [come(alone)[1] for _ in range(5)]
        socks = [listener.accept()[0] for _ in peers]
        for i, sock in enumerate(socks):
            sock.settimeout(5)
            sock.sendall(b"%d" % i)
        assert [bytes(peer.data) for peer in peers] == [b"0", b"1", b"2", b"3", b"4"]


def test_datagrams_of_its_own_network(alone):
    with alone.pool.socket(type=alone.pool.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        sock.bind(("", 4000))
        peer = alone.network.udp("192.168.4.2", 7)
        peer.send(b"here", ("192.168.1.50", 4000))
        assert sock.recvfrom(20) == (b"here", ("192.168.4.2", 7))
        sock.sendto(b"there", ("192.168.4.2", 7))
        alone.let(0.1)
        assert [data for _, data in peer.inbox] == [b"there"]


def test_a_station_that_leaves_takes_the_links_and_no_more(make_desk, family):
    """Wi-Fi lost ends the connections of the station; those of the soft-AP's clients stand."""
    desk = make_desk(family)
    modem = desk.radio.up()
    wifi.cwmode(modem, 3)
    wifi.cwsap(modem, "board", "password", 6, 3)
    essential.cwjap(modem, SSID, PASSWORD)
    with serve(desk) as listener:
        come(desk)
        sock, _ = listener.accept()
        sock.settimeout(5)
        ours = desk.socket()
        desk.module.wifi_lost()
        desk.let(0.1)
        with pytest.raises(OSError) as raised:
            ours.send(b"x" * 200)
        assert raised.value.errno == errno.ECONNRESET
        ours.close()
        assert sock.send(b"x" * 200) == 200
        sock.close()
        desk.let(0.5)
        _, peer = come(desk)
        sock, _ = listener.accept()
        with sock:
            sock.settimeout(5)
            sock.sendall(b"still here")
            assert peer.data == b"still here"


def test_a_server_and_datagrams_at_once(make_desk, family):
    """Datagrams change the receive mode under a server's clients: nothing is lost."""
    desk = make_desk(family).join()
    other = desk.network.udp("one.test", 7, lambda peer, source, data: peer.send(data, source))
    with serve(desk) as listener:
        peer = desk.network.dial(PORT)
        sock, _ = listener.accept()
        sock.settimeout(5)
        peer.send(pattern(700))
        with desk.pool.socket(type=desk.pool.SOCK_DGRAM) as udp:
            udp.settimeout(5)
            for i in range(3):
                udp.sendto(b"ping %d" % i, ("one.test", 7))
                peer.send(pattern(700, i + 1))
                assert udp.recvfrom(20)[0] == b"ping %d" % i
                assert read_exactly(sock, 700) == pattern(700, i)
                sock.sendall(b"%d" % i)
            late = desk.network.dial(PORT)
            second, _ = listener.accept()
            second.settimeout(5)
            late.send(b"me too")
            assert read_exactly(second, 6) == b"me too"
        assert read_exactly(sock, 700) == pattern(700, 3)
        late.send(b"and now?")
        assert read_exactly(second, 8) == b"and now?"
        assert bytes(peer.data) == b"012"
        assert len(other.inbox) == 3
        sock.close()
        second.close()


def test_a_soft_ap_of_an_earlier_program_keeps_its_clients(make_desk, family):
    """The board restarts, and the module does not: nobody says that it is an access point."""
    desk = make_desk(family).join()
    desk.radio.start_ap("board", "password")
    desk.again()
    desk.radio.connect(SSID, PASSWORD)
    with serve(desk) as listener:
        _, peer = come(desk)
        sock, _ = listener.accept()
        sock.settimeout(5)
        ours = desk.socket()
        desk.module.wifi_lost()
        desk.let(0.1)
        with pytest.raises(OSError) as error:
            ours.recv(1)
        assert error.value.errno == errno.ECONNRESET
        peer.send(b"still there?")
        assert read_exactly(sock, 12) == b"still there?"


def test_a_soft_ap_that_is_off_keeps_no_link(make_desk, family):
    """The same, but it is off: Wi-Fi took every link."""
    desk = make_desk(family).join()
    desk.again()
    desk.radio.connect(SSID, PASSWORD)
    ours = desk.socket()
    desk.module.wifi_lost()
    desk.let(0.1)
    with desk.within(1), pytest.raises(OSError) as error:
        ours.recv(1)
    assert error.value.errno == errno.ECONNRESET


class Restarting(Line):
    """The module restarts as a command comes, and does not carry it out."""

    word = None
    module = None

    def put(self, view):
        if self.word and bytes(view).startswith(self.word):
            self.word = None
            self.module.reset()
            return len(view)
        return Line.put(self, view)


@pytest.mark.parametrize("word", [b"AT+CWMODE", b"AT+CWSAP"])
def test_a_restart_while_a_soft_ap_is_started(make_desk, family, word):
    """The call ends, without another start-up to switch off what a restart has ended."""
    desk = make_desk(family, line=Restarting).join()
    desk.line.module = desk.module
    desk.line.word = word
    starts = len(desk.said(b"ATE0"))
    with desk.within(10), pytest.raises(OSError) as error:
        desk.radio.start_ap("board", "password")
    assert error.value.errno == errno.ECONNRESET
    assert len(desk.said(b"ATE0")) == starts
    desk.works()
    assert not desk.modem.softap
