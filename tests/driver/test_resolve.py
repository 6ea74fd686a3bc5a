"""Names and addresses: `getaddrinfo`, and what `connect` refuses before a byte leaves."""

import errno

import pytest

from tests.driver.desk import SSID


def test_a_number_sends_nothing(make_desk, profile):
    desk = make_desk(profile)
    assert desk.pool.getaddrinfo("192.168.1.2", 80) == [(2, 1, 0, "", ("192.168.1.2", 80))]
    assert desk.module.bytes_in == 0


def test_a_name(make_desk, family):
    desk = make_desk(family).join()
    (entry,) = desk.pool.getaddrinfo("echo.test", 7, 0, desk.pool.SOCK_STREAM)
    assert entry[:4] == (desk.pool.AF_INET, desk.pool.SOCK_STREAM, 0, "")
    address, port = entry[4]
    assert (address, port) == (desk.network.names.find("echo.test"), 7)
    # As the libraries do it.
    sock = desk.pool.socket(entry[0], entry[1])
    sock.connect(entry[4])
    sock.sendall(b"hello")
    assert sock.recv(5) == b"hello"


@pytest.mark.parametrize("how", ["getaddrinfo", "connect"])
def test_a_name_that_nobody_knows(make_desk, family, how):
    desk = make_desk(family).join()
    with desk.within(25), pytest.raises(OSError) as caught:
        if how == "connect":
            desk.socket("nowhere.test", 80)
        else:
            desk.pool.getaddrinfo("nowhere.test", 80)
    # ESP-AT tells no reason for a connection that did not come about.
    allowed = {-2} if how == "getaddrinfo" else {-2, errno.ECONNREFUSED}
    assert caught.value.errno in allowed
    assert "nowhere.test" in str(caught.value)
    desk.works()


def test_nonos_says_that_the_name_was_at_fault(make_desk):
    desk = make_desk("nonos-1.7.4").join()
    with pytest.raises(OSError, match="name not found") as caught:
        desk.socket("nowhere.test", 80)
    assert caught.value.errno == -2


def test_names_without_a_network(make_desk):
    desk = make_desk("esp32c3-3.3")
    with pytest.raises(OSError):
        desk.pool.getaddrinfo("echo.test", 7)
    with pytest.raises(OSError, match="not joined") as caught:
        desk.socket()
    assert caught.value.errno == errno.ENOTCONN


BAD_HOSTS = {
    "empty": "",
    "65 characters": "x" * 65,
    "CRLF": "echo.test\r\nAT+RST",
    "CR": "echo\rtest",
    "LF": "echo\ntest",
    "NUL": "echo.test\0",
}


@pytest.mark.parametrize("how", ["getaddrinfo", "connect"])
@pytest.mark.parametrize("host", BAD_HOSTS)
def test_bad_hosts(desk, host, how):
    sock = desk.pool.socket()
    before = desk.module.bytes_in
    with pytest.raises(ValueError):
        if how == "connect":
            sock.connect((BAD_HOSTS[host], 80))
        else:
            desk.pool.getaddrinfo(BAD_HOSTS[host], 80)
    assert desk.module.bytes_in == before
    # Nothing was used up either: the same socket, and all five links.
    sock.connect(("echo.test", 7))
    for _ in range(4):
        desk.socket()


@pytest.mark.parametrize("port", [-1, 0, 65536, 1 << 40])
def test_bad_ports(desk, port):
    sock = desk.pool.socket()
    before = desk.module.bytes_in
    with pytest.raises(ValueError):
        sock.connect(("echo.test", port))
    assert desk.module.bytes_in == before
    sock.connect(("echo.test", 7))


def test_bad_arguments_are_found_before_anything_is_set_up(make_desk, profile):
    desk = make_desk(profile)
    for address in (("echo.test", 0), ("", 7), ("x" * 65, 7)):
        with pytest.raises(ValueError):
            desk.pool.socket().connect(address)
    assert desk.module.bytes_in == 0


@pytest.mark.parametrize("length", [1, 63, 64])
def test_long_hosts(desk, length):
    host = "h" * length
    desk.listen(host, 80, greeting=b"hi")
    with desk.socket(host, 80) as sock:
        assert sock.recv(2) == b"hi"


def test_a_long_host_of_characters_to_be_escaped(desk):
    """64 characters that become 128 bytes fit into the 256 of a command."""
    host = '\\"' * 32
    desk.listen(host, 80, greeting=b"hi")
    with desk.socket(host, 80) as sock:
        assert sock.recv(2) == b"hi"


@pytest.mark.parametrize("arguments", [(10, 1), (2, 3)], ids=["IPv6", "raw"])
def test_kinds_of_socket_that_are_not_there(make_desk, arguments):
    desk = make_desk("esp32c3-3.3")
    with pytest.raises(OSError) as caught:
        desk.pool.socket(*arguments)
    assert caught.value.errno is not None


def test_an_address_of_the_module_itself(desk):
    assert str(desk.radio.ipv4_address) == "192.168.1.50"
    assert SSID.encode() == desk.module.core.station.ssid
