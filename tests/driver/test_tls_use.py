"""TLS clients in use: certificates of one's own, the clock, data, how many and how long."""

import errno
import ssl

import pytest

from espat import tls
from espat_tools.emulator.tls_peer import tls_server
from tests.driver.desk import Server, pattern, read_exactly
from tests.driver.secure import (
    CA,
    DATED,
    HOST,
    NOW,
    OLD,
    OTHER,
    blind,
    client,
    connected,
    echoes,
    espat,
    every,
    refused,
    serve,
    settings,
    trusting,
    unverified,
)

# Certificates of our own, protocols


@espat
def test_a_client_certificate(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk, asks=CA)
    error = refused(desk, trusting())
    assert error.errno == errno.ECONNABORTED and "client certificate" in str(error)
    context = trusting()
    context.load_cert_chain(*client())
    with connected(desk, context) as sock:
        assert echoes(sock)
        assert ("DNS", "client.test") in server.peer.tls.getpeercert()["subjectAltName"]
    context.verify_mode = tls.CERT_NONE  # shown all the same
    with connected(desk, context) as sock:
        assert echoes(sock)


@espat
def test_a_client_certificate_that_the_server_does_not_know(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk, asks=OTHER)
    context = trusting()
    context.load_cert_chain(*client())
    error = refused(desk, context)
    assert error.errno == errno.ECONNABORTED and "client certificate" in str(error)


@espat
def test_protocols(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk, alpn=["mqtt", "x-amzn-mqtt-ca"])
    context = trusting()
    context.set_alpn_protocols(["h2", "x-amzn-mqtt-ca"])
    with connected(desk, context) as sock:
        assert echoes(sock)
        assert server.peer.tls.selected_alpn_protocol() == "x-amzn-mqtt-ca"
        assert sock.selected_alpn_protocol() is None
        with pytest.raises(OSError, match="does not tell") as caught:
            sock.getpeercert()
        assert caught.value.errno == errno.EOPNOTSUPP
    with connected(desk, trusting()) as sock:  # forgotten
        assert echoes(sock)
        assert server.peer.tls.selected_alpn_protocol() is None


# Clocks


@pytest.mark.parametrize("profile", DATED)
def test_the_clock_is_set_by_time_servers_first(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    with connected(desk, trusting()) as sock:
        assert echoes(sock)
    assert desk.said(b"AT+CIPSNTPCFG=") == [b"AT+CIPSNTPCFG=1,0"]
    assert not desk.said(b"AT+SYSTIMESTAMP=")
    count = len(desk.module.commands)
    connected(desk, trusting()).close()
    assert not [c for c in desk.module.commands[count:] if b"TIME" in c or b"SNTP" in c]
    desk.module.reset()
    desk.let(1)
    connected(desk, trusting()).close()
    assert len(desk.said(b"AT+CIPSNTPCFG=1")) == 2  # it forgot, and is asked again


@pytest.mark.parametrize("profile", DATED)
def test_the_clock_is_set_by_this_board_if_no_server_answers(make_desk, profile, monkeypatch):
    desk = make_desk(profile).join()
    serve(desk)
    desk.network.time_servers.clear()
    monkeypatch.setattr("time.time", NOW.timestamp)
    with desk.within(13), connected(desk, trusting()) as sock:
        assert echoes(sock)
    assert desk.said(b"AT+SYSTIMESTAMP=") == [b"AT+SYSTIMESTAMP=%d" % NOW.timestamp()]


@pytest.mark.parametrize("profile", DATED)
def test_a_board_that_counts_from_2000(make_desk, profile, monkeypatch):
    desk = make_desk(profile).join()
    serve(desk)
    desk.network.time_servers.clear()
    monkeypatch.setattr("time.time", lambda: NOW.timestamp() - 946684800)
    monkeypatch.setattr("time.gmtime", lambda _: (2000, 1, 1))
    connected(desk, trusting()).close()
    assert desk.said(b"AT+SYSTIMESTAMP=") == [b"AT+SYSTIMESTAMP=%d" % NOW.timestamp()]


def test_the_calendar_of_circuitpython(make_desk, monkeypatch):
    """It counts from 1970, and refuses to say what day that was; there is no `gmtime`."""

    def localtime(_):
        raise OverflowError("timestamp out of range for platform time_t")

    desk = make_desk("esp32c3-3.3").join()
    serve(desk)
    desk.network.time_servers.clear()
    monkeypatch.setattr("time.time", lambda: int(NOW.timestamp()))
    monkeypatch.delattr("time.gmtime")
    monkeypatch.setattr("time.localtime", localtime)
    connected(desk, trusting()).close()
    assert desk.said(b"AT+SYSTIMESTAMP=") == [b"AT+SYSTIMESTAMP=%d" % NOW.timestamp()]


def test_a_circuitpython_without_a_clock(make_desk, monkeypatch):
    def no_clock():
        raise RuntimeError("RTC is not supported on this board")

    desk = make_desk("esp32c3-3.3").join()
    serve(desk)
    desk.network.time_servers.clear()
    monkeypatch.setattr("time.time", no_clock)
    assert refused(desk, trusting()).errno == errno.EINVAL


@pytest.mark.parametrize("profile", DATED)
def test_a_clock_that_nobody_can_set(make_desk, profile, monkeypatch):
    desk = make_desk(profile).join()
    server = serve(desk)
    desk.network.time_servers.clear()
    monkeypatch.setattr("time.time", lambda: 1000.0)
    with desk.within(15):
        error = refused(desk, trusting())
    assert error.errno == errno.EINVAL
    assert "clock is not set" in str(error) and "systimestamp" in str(error)
    assert server.peers == [] and not settings(desk)
    with connected(desk, blind()) as sock:  # that needs none
        assert echoes(sock)


def test_a_time_server_on_already_is_left_as_it_is(make_desk):
    desk = make_desk("esp32c3-3.3").join()
    serve(desk)
    desk.radio.command('AT+CIPSNTPCFG=1,2,"cn.ntp.org.cn"')
    connected(desk, trusting()).close()
    assert len(desk.said(b"AT+CIPSNTPCFG=1")) == 1


def test_the_esp8266_is_asked_for_no_time(make_desk):
    desk = make_desk("esp8266-2.2.1").join()
    serve(desk)
    connected(desk, trusting()).close()
    assert not desk.said(b"TIME") and not desk.said(b"SNTP")


# Data


@every
def test_much_data_both_ways(make_desk, profile):
    desk = make_desk(profile).join()
    data = pattern(20_000)
    serve(desk, handler=Server())
    server = serve(desk, handler=Server(greeting=data[:3000]))
    with connected(desk, unverified(profile)) as sock:
        assert read_exactly(sock, 3000) == data[:3000]
        sock.sendall(data)
        desk.let(0.2)
        assert bytes(server.data) == data
        for at in range(0, 20_000, 2500):  # what a link of NonOS holds at least
            server.peer.send(data[at : at + 2500])
            assert read_exactly(sock, 2500, piece=700) == data[at : at + 2500]
        server.peer.close()
        assert sock.recv(100) == b""


@espat
def test_lengths_that_are_told_too_large_or_too_small(make_desk, profile):
    """Many records wait: all of it comes, quickly, and no loss is told that there was not."""
    desk = make_desk(profile).join()
    server = serve(desk, handler=Server())
    with connected(desk, blind()) as sock:
        desk.let(0.1)
        data = pattern(5000)
        for at in range(0, 5000, 100):
            server.peer.send(data[at : at + 100])  # a record each
        with desk.within(1):
            assert read_exactly(sock, 5000, piece=333) == data
        sock.settimeout(1)
        with pytest.raises(OSError) as caught:
            sock.recv(1)
        assert caught.value.errno == errno.ETIMEDOUT
        server.peer.send(b"more")
        assert sock.recv(100) == b"more"
        server.peer.close()
        assert sock.recv(100) == b""


@every
def test_a_connection_that_breaks(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk)
    sock = connected(desk, unverified(profile))
    assert echoes(sock)
    server.peer.reset()
    desk.let(1)
    sock.settimeout(5)
    try:
        assert sock.recv(10) == b""
    except OSError as error:
        assert error.errno == errno.ECONNRESET
    sock.close()
    desk.works()


@every
def test_a_request_in_pieces_goes_out_as_one(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk, handler=Server())
    with connected(desk, unverified(profile)) as sock:
        count = len(desk.module.commands)
        for piece in (b"GET", b" / HTTP/1.1\r\n", b"Host: tls.test\r\n", b"\r\n"):
            sock.send(piece)
        desk.let(0.1)
        assert bytes(server.data) == b"GET / HTTP/1.1\r\nHost: tls.test\r\n\r\n"
        assert len([c for c in desk.module.commands[count:] if b"SEND" in c]) == 1


def test_a_certificate_renewed_in_between(make_desk):
    desk = make_desk("esp32c6-5.0.1").join()
    context = trusting()
    serve(desk)
    with connected(desk, context) as sock:
        assert echoes(sock)
        serve(desk, "stranger")
        assert echoes(sock)  # the connection that stands goes on
    assert "CA that was given" in str(refused(desk, context))


# How many, how long


@every
def test_one_tls_link_on_small_chips(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    context = unverified(profile)
    sock = connected(desk, context)
    if profile in DATED:
        other = connected(desk, context)
        assert echoes(other) and echoes(sock)
        other.close()
    else:
        count = len(desk.module.commands)
        error = refused(desk, context)
        assert error.errno == errno.ENOMEM and "one TLS connection" in str(error)
        assert not [c for c in desk.module.commands[count:] if b"SSL" in c]
        assert echoes(sock)
    desk.works()
    sock.close()
    with connected(desk, context) as sock:
        assert echoes(sock)


@pytest.mark.parametrize("profile", OLD)
def test_the_buffer_of_nonos_is_as_large_as_it_gets(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    with connected(desk, unverified(profile)) as sock:
        assert echoes(sock)
    assert desk.said(b"CIPSSLSIZE") == [b"AT+CIPSSLSIZE=4096"]


@espat
def test_five_links_are_all_there_are(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    socks = [desk.socket() for _ in range(5)]
    with pytest.raises(OSError, match="five links") as caught:
        connected(desk, trusting())
    assert caught.value.errno == errno.ENOMEM
    socks.pop().close()
    with connected(desk, trusting()) as sock:
        assert echoes(sock)


NO_RENEGOTIATION = bytes.fromhex("1503030002015a")
"""A packet that means nothing, which a server may send in a handshake."""


def slowly(desk, server, seconds=9, packets=3):
    """A handler like a server's, that takes its time: packets of no meaning, then what is due."""
    made = tls_server(server.context, server)

    def handler():
        slow = made()
        receive = slow.received
        due = []

        def received(peer, data):
            if server.peers and not server.peer.closed:
                receive(peer, data)
                return
            now = desk.clock.now()
            for n in range(1, packets):
                due.append((now + n * seconds, peer.send, NO_RENEGOTIATION))
            due.append((now + packets * seconds, receive, peer, data))

        def tick():
            while due and due[0][0] <= desk.clock.now():
                _, call, *args = due.pop(0)
                call(*args)

        desk.port.hooks.append(tick)
        slow.received = received
        return slow

    return handler


@espat
def test_a_slow_handshake_gets_its_time(make_desk, profile):
    """Each packet may take 10 s: the whole over 60 s, which is what a TCP connect gets."""
    desk = make_desk(profile).join()
    server = serve(desk)
    desk.network.listen(HOST, 445, slowly(desk, server, packets=4))
    start = desk.clock.now()
    with connected(desk, blind(), port=445, timeout=None) as sock:
        assert 60 < desk.clock.now() - start < 120
        assert echoes(sock)


@espat
def test_a_time_out_of_the_programs_counts(make_desk, profile):
    """From 10 s on: what libraries set for a read, a second, is too short for any handshake."""
    desk = make_desk(profile).join()
    server = serve(desk)
    desk.network.listen(HOST, 445, slowly(desk, server, packets=2))
    with desk.within(14), pytest.raises(OSError) as caught:
        connected(desk, blind(), port=445, timeout=13)
    assert caught.value.errno == errno.ETIMEDOUT


@espat
def test_a_short_time_out_leaves_time_for_the_handshake(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk)
    desk.network.listen(HOST, 445, slowly(desk, server, seconds=4, packets=1))
    with desk.within(10), connected(desk, blind(), port=445, timeout=1) as sock:
        assert sock.timeout == 1
        assert echoes(sock)


@every
def test_nobody_there(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    desk.network.refuse(HOST, 446)
    error = refused(desk, unverified(profile), port=446)
    assert error.errno in (errno.ECONNABORTED, errno.ECONNREFUSED)
    assert "nobody listens" in str(error)
    error = refused(desk, unverified(profile), host="nowhere.test")
    assert error.errno in (-2, errno.ECONNABORTED, errno.ECONNREFUSED)


@every
def test_a_server_without_tls(make_desk, profile):
    desk = make_desk(profile).join()
    desk.listen(HOST, 447, greeting=b"220 hello, this is no TLS\r\n" * 20)
    error = refused(desk, unverified(profile), port=447)
    assert error.errno == errno.ECONNABORTED


def test_only_tls_1_3(make_desk):
    desk = make_desk("esp32c6-5.0.1").join()
    server = serve(desk)
    server.context.minimum_version = ssl.TLSVersion.TLSv1_3
    assert "TLS 1.2?" in str(refused(desk, trusting()))
