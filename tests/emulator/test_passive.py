"""Passive receive mode: notices, reads, lengths, the window: literal bytes of two families."""

import pytest

C3, N17 = "esp32c3-3.3", "nonos-1.7.4"
BOTH = pytest.mark.parametrize("family", [C3, N17])
WEB = [("web.test", 80)]


def _passive(desk, family, **options):
    bench = desk(family, links=WEB, **options)
    bench.send(b"AT+CIPRECVMODE=1\r\n")
    return bench


@BOTH
def test_announced_once_until_read(desk, family):
    bench = _passive(desk, family)
    bench.peer.send(b"hello")
    assert bench.wait() == b"\r\n+IPD,0,5\r\n"
    bench.peer.send(b" world")
    assert bench.wait(10) == b""
    closed = {C3: b"-1", N17: b"0"}[family]
    lengths = b"+CIPRECVLEN:11" + (b"," + closed) * 4 + b"\r\n\r\nOK\r\n"
    assert bench.send(b"AT+CIPRECVLEN?\r\n") == lengths


def test_reading_with_esp_at(desk):
    bench = _passive(desk, C3)
    bench.peer.send(b"hello world")
    bench.wait()
    bench.talk(
        (b"AT+CIPRECVDATA=0,5\r\n", b"+CIPRECVDATA:5,hello\r\nOK\r\n\r\n+IPD,0,6\r\n"),
        (b"AT+CIPRECVDATA=0,100\r\n", b"+CIPRECVDATA:6, world\r\nOK\r\n"),
        (b"AT+CIPRECVDATA=0,100\r\n", b"\r\nERROR\r\n"),
        (b"AT+CIPRECVDATA=1,100\r\n", b"\r\nERROR\r\n"),
        (b"AT+CIPRECVDATA=0,0\r\n", b"\r\nERROR\r\n"),
    )


def test_reading_with_nonos(desk):
    bench = _passive(desk, N17)
    bench.peer.send(b"hello world")
    bench.wait()
    bench.talk(
        (b"AT+CIPRECVDATA=0,5\r\n", b"\r\n+CIPRECVDATA,5:hello\r\nOK\r\n\r\n+IPD,0,6\r\n"),
        (b"AT+CIPRECVDATA=0,2049\r\n", b"\r\nERROR\r\n"),
        (b"AT+CIPRECVDATA=0,2048\r\n", b"\r\n+CIPRECVDATA,6: world\r\nOK\r\n"),
    )


def test_reading_the_single_link(desk):
    bench = _passive(desk, C3, mux=0)
    bench.peer.send(b"hello")
    assert bench.wait() == b"\r\n+IPD,5\r\n"
    assert bench.send(b"AT+CIPRECVLEN?\r\n") == b"+CIPRECVLEN:5\r\n\r\nOK\r\n"
    assert bench.send(b"AT+CIPRECVDATA=9\r\n") == b"+CIPRECVDATA:5,hello\r\nOK\r\n"


def test_reading_with_the_remote_address(desk):
    bench = _passive(desk, C3)
    address = bench.network.names.find("web.test").encode()
    bench.send(b"AT+CIPDINFO=1\r\n")
    bench.peer.send(b"hello")
    assert bench.wait() == b"\r\n+IPD,0,5\r\n"
    said = bench.send(b"AT+CIPRECVDATA=0,5\r\n")
    assert said == b'+CIPRECVDATA:5,"%s",80,hello\r\nOK\r\n' % address


@pytest.mark.parametrize("family, window", [(C3, 5744), (N17, 2920)])
def test_the_window_bounds_what_is_buffered(desk, family, window):
    bench = _passive(desk, family)
    bench.peer.send(bytes(10_000))
    bench.wait(5)
    assert bench.send(b"AT+CIPRECVLEN?\r\n").startswith(b"+CIPRECVLEN:%d," % window)
    assert len(bench.peer.unread) == 10_000 - window
    bench.send(b"AT+CIPRECVDATA=0,1000\r\n")
    assert len(bench.peer.unread) == 9_000 - window


def test_closed_waits_for_the_data_to_be_read(desk):
    bench = _passive(desk, C3)
    bench.peer.send(b"bye")
    bench.peer.close()
    assert bench.wait(10) == b"\r\n+IPD,0,3\r\n"
    said = bench.send(b"AT+CIPRECVDATA=0,2\r\n")
    assert said == b"+CIPRECVDATA:2,by\r\nOK\r\n\r\n+IPD,0,1\r\n"
    said = bench.send(b"AT+CIPRECVDATA=0,2\r\n")
    assert said == b"+CIPRECVDATA:1,e\r\nOK\r\n0,CLOSED\r\n"


def test_closed_does_not_wait_on_nonos(desk):
    bench = _passive(desk, N17)
    bench.peer.send(b"bye")
    bench.peer.close()
    assert bench.wait(10) == b"\r\n+IPD,0,3\r\n0,CLOSED\r\n"
    bench.talk(
        (b"AT+CIPRECVLEN?\r\n", b"+CIPRECVLEN:3,0,0,0,0\r\n\r\nOK\r\n"),
        (b"AT+CIPSTATUS\r\n", b"STATUS:4\r\n\r\nOK\r\n"),
        (b"AT+CIPSEND=0,1\r\n", b"link is not valid\r\n\r\nERROR\r\n"),
        (b"AT+CIPRECVDATA=0,2\r\n", b"\r\n+CIPRECVDATA,2:by\r\nOK\r\n\r\n+IPD,0,1\r\n"),
        (b"AT+CIPRECVDATA=0,2\r\n", b"\r\n+CIPRECVDATA,1:e\r\nOK\r\n"),
        (b"AT+CIPRECVDATA=0,2\r\n", b"\r\nERROR\r\n"),
    )


def test_a_new_link_gets_nothing_of_the_old_one(desk):
    bench = _passive(desk, N17)
    bench.peer.send(b"bye")
    bench.peer.close()
    bench.wait()
    said = bench.send(b'AT+CIPSTART=0,"TCP","web.test",80\r\n')
    assert said == b"0,CONNECT\r\n\r\nOK\r\n"
    assert bench.send(b"AT+CIPRECVDATA=0,9\r\n") == b"\r\nERROR\r\n"


def test_closing_drops_what_was_not_read(desk):
    bench = _passive(desk, C3)
    bench.peer.send(b"bye")
    bench.peer.close()
    bench.wait()
    assert bench.send(b"AT+CIPCLOSE=0\r\n") == b"0,CLOSED\r\n\r\nOK\r\n"
    assert bench.send(b"AT+CIPRECVDATA=0,3\r\n") == b"\r\nERROR\r\n"
    bench = _passive(desk, N17)
    bench.peer.send(b"bye")
    bench.peer.close()
    bench.wait()
    assert bench.send(b"AT+CIPCLOSE=0\r\n") == b"UNLINK\r\n\r\nERROR\r\n"
    assert bench.send(b"AT+CIPRECVDATA=0,3\r\n") == b"\r\nERROR\r\n"


def test_notice_between_prompt_and_verdict(desk):
    # Captures 14, 56: a notice falls wherever it falls.
    bench = _passive(desk, C3)
    bench.send(b"AT+CIPSEND=0,4\r\n")
    bench.send(b"da")
    bench.peer.send(b"now")
    assert bench.send(b"ta") == b"\r\n+IPD,0,3\r\n\r\nRecv 4 bytes\r\n\r\nSEND OK\r\n"


def test_mode_queries(desk):
    bench = desk(C3, joined=True, mux=1)
    bench.talk(
        (b"AT+CIPRECVMODE?\r\n", b"+CIPRECVMODE:0\r\n\r\nOK\r\n"),
        (b"AT+CIPRECVTYPE=2,1\r\n", b"\r\nOK\r\n"),
        (
            b"AT+CIPRECVTYPE?\r\n",
            b"".join(b"+CIPRECVTYPE:%d,%d\r\n" % (n, n == 2) for n in range(5)) + b"\r\nOK\r\n",
        ),
        (b"AT+CIPRECVTYPE=5,1\r\n", b"\r\nOK\r\n"),
        (b"AT+CIPRECVMODE?\r\n", b"+CIPRECVMODE:1\r\n\r\nOK\r\n"),
        (b"AT+CIPRECVTYPE=6,1\r\n", b"\r\nERROR\r\n"),
    )
    desk(N17).talk(
        (b"AT+CIPRECVTYPE?\r\n", b"\r\nERROR\r\n"),
        (b"AT+CIPRECVMODE?\r\n", b"+CIPRECVMODE:0\r\n\r\nOK\r\n"),
    )


def test_one_link_passive_and_one_active(desk):
    bench = desk(C3, links=[("echo.test", 7), ("web.test", 80)])
    bench.send(b"AT+CIPRECVTYPE=1,1\r\n")
    bench.peer.send(b"passive")
    assert bench.wait() == b"\r\n+IPD,1,7\r\n"
    bench.send(b"AT+CIPSEND=0,6\r\n")
    assert bench.send(b"active").endswith(b"SEND OK\r\n\r\n+IPD,0,6:active\r\n")
    said = bench.send(b"AT+CIPRECVDATA=0,9\r\n")
    assert said == b"\r\nERROR\r\n"


def test_back_to_active_hands_over_what_was_buffered(desk):
    bench = _passive(desk, C3)
    bench.peer.send(b"kept")
    bench.wait()
    assert bench.send(b"AT+CIPRECVMODE=0\r\n") == b"\r\nOK\r\n\r\n+IPD,0,4:kept\r\n"


def test_sending_to_a_peer_that_left(desk):
    # TCP takes the first and breaks on the second, while the link lives for its data.
    bench = _passive(desk, C3)
    bench.peer.send(b"bye")
    bench.peer.close()
    bench.wait()
    for verdict in (b"\r\nSEND OK\r\n", b"\r\nSEND FAIL\r\n"):
        assert bench.send(b"AT+CIPSEND=0,1\r\n") == b"\r\nOK\r\n\r\n>"
        assert bench.send(b"x") == b"\r\nRecv 1 bytes\r\n" + verdict
    said = bench.send(b"AT+CIPRECVDATA=0,9\r\n")
    assert said == b"+CIPRECVDATA:3,bye\r\nOK\r\n0,CLOSED\r\n"


def test_a_reset_loses_what_the_network_held(desk):
    bench = _passive(desk, C3)
    bench.peer.send(b"x" * 6000)
    bench.wait()
    bench.peer.reset()
    said = bench.send(b"AT+CIPRECVDATA=0,9999\r\n")
    assert said == b"+CIPRECVDATA:5744," + b"x" * 5744 + b"\r\nOK\r\n0,CLOSED\r\n"
