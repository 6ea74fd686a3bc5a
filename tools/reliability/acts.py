"""The calls of the programs that run against hostile modules.

For each: its name, the function, the exceptions that its docstring allows, and how many simulated
seconds it may take.

Command functions are not here: tests/fuzz has a case for each of them.
"""

from espat import ATError

from .world import PASSWORD, SSID, Echo

#: Seconds for getting an answer, setting up and joining again, which may precede any act.
BRING_UP = 70
SHORT = BRING_UP + 20
READ, ASKED = (OSError,), (OSError, ATError)


def _socket(player, kind=None):
    sockets = [s for s in player.sockets if kind is None or s.type == kind]
    return player.chance.choice(sockets) if sockets else None


def connect(player):
    """Open a new TCP connection."""
    sock = player.pool.socket()
    player.sockets.append(sock)
    sock.settimeout(player.chance.choice((0, 1, 2, 2)))
    sock.connect((player.chance.choice(("echo.test", "1.2.3.4", "no.test")), 7))


def connect_securely(player):
    """Open a new TLS connection, to a server with TLS or to one without."""
    from .secure import server, wrapped  # noqa: PLC0415 - needs libraries that few have

    host, port = player.chance.choice((("secure.test", 443), ("echo.test", 7)))
    if player.world:
        player.world.network.listen("secure.test", 443, server(Echo))
    sock = player.pool.socket()
    sock.settimeout(2)
    sock = wrapped(sock, "nonos" if player.chance.randrange(2) else "", host)
    player.sockets.append(sock)
    sock.connect((host, port))


def send(player):
    """Send on a connection."""
    if sock := _socket(player, 1):
        sock.send(player.chance.randbytes(player.chance.choice((1, 3, 50, 700))))


def sendall(player):
    """Send all on a connection."""
    if sock := _socket(player, 1):
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")


def recv(player):
    """Receive."""
    if sock := _socket(player, 1):
        sock.recv(player.chance.choice((1, 5, 100, 600, 3000)))


def recv_into(player):
    """Receive into a buffer."""
    if sock := _socket(player, 1):
        sock.recv_into(bytearray(player.chance.choice((1, 128, 2000))))


def readline(player):
    """Receive a line."""
    if sock := _socket(player, 1):
        sock.readline()


def close(player):
    """Close a socket."""
    if sock := _socket(player):
        player.sockets.remove(sock)
        sock.close()


def datagram(player):
    """Send a datagram from a new or an existing socket."""
    sock = _socket(player, 2)
    if not sock:
        sock = player.pool.socket(type=player.pool.SOCK_DGRAM)
        player.sockets.append(sock)
        sock.settimeout(2)
    sock.sendto(b"hello", ("echo.test", 7))


def hear_datagram(player):
    """Receive a datagram."""
    if sock := _socket(player, 2):
        sock.recvfrom_into(bytearray(1500))


def listen(player):
    """Start a server."""
    sock = player.pool.socket()
    player.sockets.append(sock)
    sock.settimeout(1)
    sock.bind(("0.0.0.0", 80))
    sock.listen(2)
    player.server = sock


def accept(player):
    """Accept a client of the server; one connects if there is an emulated network."""
    if not player.server:
        return
    network = player.world and player.world.network
    if network and 80 in network.listeners:
        network.dial(80).send(b"hello")
    client, _ = player.server.accept()
    client.settimeout(1)
    player.sockets.append(client)


def lookup(player):
    """Look up a name."""
    player.pool.getaddrinfo("echo.test", 80)


def join(player):
    """Join the access point."""
    player.radio.connect(SSID, PASSWORD, timeout=5)


def let(player):
    """Let time pass."""
    player.clock.advance(player.chance.choice((0.01, 0.3, 3)))


def days(player):
    """Do nothing for days: some of these make the difference of two ticks negative."""
    player.clock.advance(86400 * player.chance.choice((1, 4, 6.3, 30)))


def restart(player):
    """Restart the module."""
    if player.world:
        player.world.module.reset()


def _get(name):
    return lambda player: getattr(player.radio, name)


def _put(name, value):
    return lambda player: setattr(player.radio, name, value)


def _do(name, *args, **names):
    return lambda player: getattr(player.radio, name)(*args, **names)


def scan(player):
    """Scan, and read all results."""
    for _ in player.radio.start_scanning_networks():
        pass
    player.radio.stop_scanning_networks()


def command(player):
    """Send a command as text."""
    player.radio.command(player.chance.choice(("AT", "AT+GMR", "AT+CIPSTA?", "AT+X")), 2)


_MEMBERS = (
    *(
        (name, _get(name))
        for name in (
            "connected",
            "firmware",
            "enabled",
            "hostname",
            "mac_address",
            "mac_address_ap",
            "power_management",
            "ap_info",
            "ap_active",
            "stations_ap",
            "addresses",
            "addresses_ap",
            "ipv4_address",
            "ipv4_address_ap",
            "ipv4_gateway",
            "ipv4_gateway_ap",
            "ipv4_subnet",
            "ipv4_subnet_ap",
            "ipv4_dns",
            "dns",
        )
    ),
    ("hostname =", _put("hostname", "espat")),
    ("mac_address =", _put("mac_address", b"\x02\x00\x00\x00\x00\x09")),
    ("dns =", _put("dns", ("9.9.9.9",))),
    ("enabled =", _put("enabled", True)),
    ("ping", _do("ping", "198.51.100.1", timeout=2)),
    ("start_ap", _do("start_ap", "mine", "correct horse")),
    ("stop_ap", _do("stop_ap")),
    ("start_dhcp", _do("start_dhcp")),
    ("stop_dhcp", _do("stop_dhcp")),
    ("start_dhcp_ap", _do("start_dhcp_ap")),
    ("start_station", _do("start_station")),
    ("stop_station", _do("stop_station")),
    (
        "set_ipv4_address",
        _do("set_ipv4_address", ipv4="192.168.1.9", netmask="255.255.255.0", gateway="192.168.1.1"),
    ),
    ("scan", scan),
    ("reset", _do("reset")),
)
_SOCKETS = (
    ("connect", connect),
    ("connect, TLS", connect_securely),
    ("send", send),
    ("sendall", sendall),
    ("recv", recv),
    ("recv_into", recv_into),
    ("readline", readline),
    ("close", close),
    ("sendto", datagram),
    ("recvfrom_into", hear_datagram),
    ("listen", listen),
    ("accept", accept),
    ("getaddrinfo", lookup),
    ("radio.connect", join),
    ("time", let),
    ("restart", restart),
)

ACTS = (
    *((name, act, READ, SHORT) for name, act in _SOCKETS * 3),
    *((f"radio.{name}", act, READ, SHORT) for name, act in _MEMBERS),
    ("radio.command", command, ASKED, SHORT),
    ("days", days, READ, 31 * 86400),
)
