"""When sockets are wrapped: before they connect, after, and where neither may wait."""

import errno

import pytest

from espat.tls.wrap import is_secured
from tests.driver.desk import Server, read_exactly
from tests.driver.secure import (
    HOST,
    OLD,
    PORT,
    blind,
    connected,
    echoes,
    espat,
    every,
    serve,
    trusting,
    unverified,
)


def again(what, desk, seconds=30):
    """Call something that must not wait until it has no reason to."""
    end = desk.clock.now() + seconds
    while desk.clock.now() < end:
        try:
            return what()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EINPROGRESS, errno.EALREADY):
                raise
            desk.port.pause()
    raise AssertionError(f"{seconds} s")


def begun(desk, sock):
    """A connect that is under way; the module may have the last link to close first."""
    for _ in range(3):
        with pytest.raises(OSError) as caught:
            sock.connect((HOST, PORT))
        if caught.value.errno == errno.EINPROGRESS:
            return
        assert caught.value.errno == errno.EAGAIN
        desk.let(0.1)
    raise AssertionError


# As CircuitPython's libraries do: wrap, then connect


@espat
def test_wrapped_before_it_connects(make_desk, profile):
    """`adafruit_connection_manager` does it so."""
    desk = make_desk(profile).join()
    serve(desk)
    plain = desk.pool.socket(desk.pool.AF_INET, desk.pool.SOCK_STREAM)
    sock = trusting().wrap_socket(plain, server_hostname=HOST)
    sock.settimeout(20)
    sock.connect((HOST, PORT))
    assert echoes(sock)
    assert sock.timeout == 20 and sock.type == 1
    sock.close()
    sock.close()
    assert not [link for link in desk.modem.links[:5] if link]


def test_the_time_out_is_taken_over(make_desk):
    plain = make_desk("esp32c3-3.3").pool.socket()
    plain.settimeout(7)
    assert trusting().wrap_socket(plain, server_hostname=HOST).timeout == 7


# As MicroPython's programs do: connect, then wrap


@every
def test_wrapped_after_it_connected(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk, handler=Server(answer=bytes))
    plain = desk.socket(HOST, PORT, timeout=30)
    sock = unverified(profile).wrap_socket(plain, server_hostname=None if profile in OLD else HOST)
    assert echoes(sock)
    starts = [c.split(b",", 1)[1] for c in desk.said(b"AT+CIPSTART=")]
    assert starts == [b'"TCP","tls.test",443', b'"SSL","tls.test",443']
    with pytest.raises(OSError) as caught:
        plain.send(b"x")
    assert caught.value.errno == errno.EBADF
    sock.close()
    desk.let(0.2)
    assert all(peer.closed for peer in server.peers)


@espat
def test_other_sockets_in_between(make_desk, profile):
    """Then the module tells where the connection goes."""
    desk = make_desk(profile).join()
    server = serve(desk)
    plain = desk.socket(desk.network.names.find(HOST), PORT, timeout=30)
    desk.works()
    sock = trusting().wrap_socket(plain, server_hostname=HOST)
    assert echoes(sock)
    assert server.context.names == [HOST]


@espat
def test_a_failed_handshake_raises_from_wrapping(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk, "stranger")
    plain = desk.socket(HOST, PORT, timeout=30)
    with pytest.raises(OSError) as caught:
        trusting().wrap_socket(plain, server_hostname=HOST)
    assert caught.value.errno == errno.ECONNABORTED
    desk.let(0.2)
    assert not [link for link in desk.modem.links[:5] if link]
    desk.works()


def sent(desk, sock):
    sock.send(b"EHLO there")


def received(desk, sock):
    assert sock.recv(5)


def received_much(desk, sock):
    assert read_exactly(sock, 200, piece=200)


def waiting(desk, sock):
    desk.let(0.2)


@pytest.mark.parametrize("how", [sent, received, received_much, waiting])
@every
def test_bytes_have_flowed(make_desk, profile, how):
    """STARTTLS and the like: no module can."""
    desk = make_desk(profile).join()
    greeting = b"" if how is sent else b"220 " + b"hello " * 50
    desk.listen("mail.test", 25, greeting=greeting)
    plain = desk.socket("mail.test", 25)
    how(desk, plain)
    if how in (received, received_much) and desk.modem.passive:
        while desk.modem.unread[plain.link] or (plain.ring and plain.ring.w - plain.ring.r):
            plain.recv(512)
    with pytest.raises(OSError, match="bytes have flowed") as caught:
        blind(sni=False).wrap_socket(plain)
    assert caught.value.errno == errno.EOPNOTSUPP
    plain.send(b"QUIT")  # it is as it was


@espat
def test_a_client_of_ours_cannot_be_wrapped(make_desk, profile):
    desk = make_desk(profile).join()
    server = desk.pool.socket()
    server.bind(("", 8080))
    server.listen(1)
    desk.network.dial(8080)
    client, _ = server.accept()
    for side in (False, True):
        with pytest.raises(OSError) as caught:
            blind(sni=False).wrap_socket(client, server_side=side)
        assert caught.value.errno == errno.EOPNOTSUPP


def test_what_cannot_be_wrapped(make_desk):
    desk = make_desk("esp32c3-3.3").join()
    serve(desk)
    sock = connected(desk, blind())
    with pytest.raises(ValueError, match="speaks TLS already"):
        blind().wrap_socket(sock)
    plain = desk.pool.socket()
    plain.close()
    with pytest.raises(OSError) as caught:
        blind().wrap_socket(plain)
    assert caught.value.errno == errno.EBADF


# Where it must not wait


@espat
def test_a_connect_that_does_not_wait(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    sock = trusting().wrap_socket(desk.pool.socket(), server_hostname=HOST)
    sock.settimeout(0)
    with pytest.raises(OSError) as caught:
        sock.connect((HOST, PORT))
    assert caught.value.errno == errno.EINPROGRESS
    assert again(lambda: sock.send(b"ping"), desk) == 4
    assert again(lambda: sock.recv(4), desk) == b"ping"
    sock.close()
    desk.works()


@espat
def test_a_connect_that_does_not_wait_and_fails(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk, "stranger")
    for use in (
        lambda sock: sock.send(b"x"),
        lambda sock: sock.recv(1),
        lambda sock: sock.connect((HOST, PORT)),
    ):
        sock = trusting().wrap_socket(desk.pool.socket(), server_hostname=HOST)
        sock.settimeout(0)
        begun(desk, sock)
        for _ in range(2):
            with pytest.raises(OSError) as caught:
                again(lambda use=use, sock=sock: use(sock), desk)
            assert caught.value.errno == errno.ECONNABORTED
        sock.close()
    desk.works()


@espat
def test_wrapping_puts_the_handshake_off(make_desk, profile):
    """As MicroPython's asyncio does it: it opens when it is first used."""
    desk = make_desk(profile).join()
    server = serve(desk)
    for late in (True, False):
        plain = desk.socket(HOST, PORT)
        if late:
            sock = trusting().wrap_socket(
                plain, server_hostname=HOST, do_handshake_on_connect=False
            )
            sock.settimeout(0)
        else:
            plain.settimeout(0)
            sock = trusting().wrap_socket(plain, server_hostname=HOST)
        count = len(server.context.names)
        desk.let(0.5)
        assert len(server.context.names) == count
        assert again(lambda sock=sock: sock.send(b"ping"), desk) == 4
        assert again(lambda sock=sock: sock.recv(4), desk) == b"ping"
        sock.close()


@espat
def test_wrapped_while_it_connects(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk)
    plain = desk.pool.socket()
    plain.settimeout(0)
    with pytest.raises(OSError) as caught:
        plain.connect((HOST, PORT))
    assert caught.value.errno == errno.EINPROGRESS
    sock = trusting().wrap_socket(plain, server_hostname=HOST)
    assert again(lambda: sock.send(b"ping"), desk) == 4
    assert again(lambda: sock.recv(4), desk) == b"ping"
    assert server.context.names == [HOST]
    sock.close()
    desk.let(0.2)
    assert not [link for link in desk.modem.links[:5] if link]


def test_a_module_that_is_busy_is_asked_again(make_desk):
    desk = make_desk("esp32c3-3.3").join()
    serve(desk)
    other = desk.pool.socket()
    other.settimeout(0)
    with pytest.raises(OSError):
        other.connect(("echo.test", 7))
    sock = trusting().wrap_socket(desk.pool.socket(), server_hostname=HOST)
    sock.settimeout(0)
    with pytest.raises(OSError) as caught:
        sock.connect((HOST, PORT))
    assert caught.value.errno == errno.EAGAIN
    desk.let(0.5)
    with pytest.raises(OSError) as caught:
        sock.connect((HOST, PORT))
    assert caught.value.errno == errno.EINPROGRESS
    assert again(lambda: sock.send(b"ping"), desk) == 4
    assert again(lambda: other.send(b"ping"), desk) == 4


@espat
def test_closed_before_it_was_ever_opened(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk)
    plain = desk.socket(HOST, PORT)
    sock = blind().wrap_socket(plain, do_handshake_on_connect=False)
    sock.close()
    with pytest.raises(OSError) as caught:
        sock.send(b"x")
    assert caught.value.errno == errno.EBADF
    assert not server.context.names and not desk.said(b'"SSL"')


@pytest.mark.parametrize("at", range(0, 60, 4))
def test_ctrl_c_while_it_connects(make_desk, at):
    """Whenever it comes: the link is given back, and the radio works on."""
    desk = make_desk("esp32c6-5.0.1").join()
    serve(desk)
    connected(desk, trusting()).close()
    left = [at]

    def cut():
        left[0] -= 1
        if left[0] == -1:
            raise KeyboardInterrupt

    desk.port.hooks.append(cut)
    sock = trusting().wrap_socket(desk.pool.socket(), server_hostname=HOST)
    sock.settimeout(20)
    try:
        sock.connect((HOST, PORT))
    except KeyboardInterrupt:
        pass
    desk.port.hooks.remove(cut)
    sock.close()
    desk.let(1)
    desk.works()
    with connected(desk, trusting()) as sock:
        assert echoes(sock)
    desk.let(1)
    assert not [link for link in desk.modem.links[:5] if link]


def test_two_faces_have_two_classes(make_desk):
    desk = make_desk("esp32c3-3.3")
    plain = desk.pool.socket()

    class Face(type(plain)):
        """Another face of the same engine."""

    one = blind().wrap_socket(plain, server_hostname=HOST)
    other = blind().wrap_socket(Face(desk.radio), server_hostname=HOST)
    assert isinstance(other, Face) and not isinstance(one, Face)
    assert is_secured(one) and is_secured(other) and not is_secured(plain)
