"""More calls for programs that run against hostile modules: modules imported by other names.

They use `network`, `socket` and `mdns` of espat/faces, and seldom used members of the radio. For
each: its name and the function, as in acts.py; all may raise only OSError.
"""

import importlib

from .world import PASSWORD, SSID


def begin(radio):
    """Begin a program: `network` and `socket` use this radio, and have no state yet."""
    from espat import held  # noqa: PLC0415 - for those programs that use it
    from espat.faces import network, turns  # noqa: PLC0415

    held.radio = radio
    held.station = None
    turns.waiting.clear()
    turns.stepping.clear()
    turns.leaving.clear()
    importlib.reload(network)


def _network():
    return importlib.import_module("espat.faces.network")


def _wlan(name, *args, is_ap=False, **names):
    def act(_):
        wlan = _network().WLAN(int(is_ap))
        getattr(wlan, name)(*args, **names)

    return act


def _of_network(name, *args, **names):
    return lambda _: getattr(_network(), name)(*args, **names)


def shown(_):
    """Format a WLAN, which shows its state."""
    repr(_network().WLAN(0))


def stream(player):
    """Use a MicroPython socket from connecting to closing, with a time-out or polled."""
    from espat.faces.stream import Stream  # noqa: PLC0415

    sock = Stream(player.radio)
    player.sockets.append(sock)
    sock.settimeout(player.chance.choice((0, 1, 2)))
    try:
        sock.connect(("echo.test", 7))
    except OSError:
        pass  # the connection is in progress, or the calls below report the error
    for _ in range(player.chance.randrange(1, 40)):
        sock.ioctl(3, 5)
        player.clock.advance(0.01)
    sock.write(b"GET / HTTP/1.1\r\n\r\n")
    for read in (sock.read, sock.readline, sock.recv):
        read(player.chance.choice((1, 60, 700)))
    player.sockets.remove(sock)
    sock.close()


def streams_server(player):
    """Use a MicroPython server that is polled; a client connects if there is a network."""
    from espat.faces.stream import Stream  # noqa: PLC0415

    sock = Stream(player.radio)
    player.sockets.append(sock)
    sock.settimeout(1)
    sock.bind(("0.0.0.0", 80))
    sock.listen(2)
    network = player.world and player.world.network
    if network and 80 in network.listeners:
        network.dial(80).send(b"hello")
    sock.settimeout(0)
    for _ in range(30):
        sock.ioctl(3, 1)
        player.clock.advance(0.1)
    client, _ = sock.accept()
    client.settimeout(0)
    client.read(10)
    client.close()
    player.sockets.remove(sock)
    sock.close()


def datagram(player):
    """Send and receive a datagram with a MicroPython socket."""
    from espat.faces.datagram import Datagram  # noqa: PLC0415

    sock = Datagram(player.radio)
    player.sockets.append(sock)
    sock.settimeout(player.chance.choice((0, 1)))
    sock.sendto(b"hello", ("echo.test", 7))
    sock.ioctl(3, 5)
    sock.recvfrom(100)
    player.sockets.remove(sock)
    sock.close()


def lookup(_):
    """Look up a name with the module `socket`."""
    from espat.faces import socket  # noqa: PLC0415

    socket.getaddrinfo("echo.test", 7)


def announced(player):
    """Announce a service, and end that."""
    from espat.faces.mdns import Server  # noqa: PLC0415

    server = Server(player.radio)
    server.advertise_service(service_type="_http", protocol="_tcp", port=80)
    server.deinit()


def passed_through(player):
    """Use passthrough, and end it."""
    with player.radio.passthrough("echo.test", 7, timeout=1) as through:
        through.write(b"hello")
        through.read(5)


def _get(name):
    return lambda player: getattr(player.radio, name)


def _put(name, value):
    return lambda player: setattr(player.radio, name, value)


def _do(name, **names):
    return lambda player: getattr(player.radio, name)(**names)


PLACE = {"ipv4": "192.168.4.9", "netmask": "255.255.255.0", "gateway": "192.168.4.9"}

FACES = (
    ("WLAN.active(True)", _wlan("active", True)),
    ("WLAN.active(False)", _wlan("active", False)),
    ("WLAN.active()", _wlan("active")),
    ("WLAN.connect", _wlan("connect", SSID, PASSWORD)),
    ("WLAN.connect, bssid", _wlan("connect", SSID, PASSWORD, bssid=b"\x02\0\0\0\0\x01")),
    ("WLAN.disconnect", _wlan("disconnect")),
    ("WLAN.isconnected", _wlan("isconnected")),
    ("WLAN.status", _wlan("status")),
    ("WLAN.status(rssi)", _wlan("status", "rssi")),
    ("WLAN.scan", _wlan("scan")),
    ("WLAN.scan, ssid", _wlan("scan", ssid=SSID)),
    ("WLAN.ifconfig", _wlan("ifconfig")),
    ("WLAN.ifconfig(dhcp)", _wlan("ifconfig", "dhcp")),
    ("WLAN.ipconfig(addr4)", _wlan("ipconfig", "addr4")),
    ("WLAN.ipconfig(gw4)", _wlan("ipconfig", "gw4")),
    ("WLAN.ipconfig(has_dhcp4)", _wlan("ipconfig", "has_dhcp4")),
    ("WLAN.ipconfig(addr4=)", _wlan("ipconfig", addr4="192.168.1.9/24")),
    *(
        (f"WLAN.config({name})", _wlan("config", name))
        for name in ("mac", "hostname", "ssid", "channel", "pm", "txpower", "reconnects")
    ),
    ("WLAN.config(pm=)", _wlan("config", pm=0x10)),
    ("WLAN.config(hostname=)", _wlan("config", hostname="fridge")),
    ("AP.active(True)", _wlan("active", True, is_ap=True)),
    ("AP.active(False)", _wlan("active", False, is_ap=True)),
    ("AP.config(ssid=, key=)", _wlan("config", is_ap=True, ssid="mine", key="password1")),
    ("AP.config(channel)", _wlan("config", "channel", is_ap=True)),
    ("AP.status(stations)", _wlan("status", "stations", is_ap=True)),
    ("AP.ifconfig", _wlan("ifconfig", is_ap=True)),
    ("network.hostname", _of_network("hostname")),
    ("network.ipconfig(dns)", _of_network("ipconfig", "dns")),
    ("repr of a WLAN", shown),
    ("faces.stream", stream),
    ("faces.stream, a server", streams_server),
    ("faces.datagram", datagram),
    ("socket.getaddrinfo", lookup),
    ("mdns.Server", announced),
    ("radio.passthrough", passed_through),
    ("radio.tx_power", _get("tx_power")),
    ("radio.tx_power =", _put("tx_power", 12)),
    ("radio.ipv4_dns =", _put("ipv4_dns", "9.9.9.9")),
    ("radio.mac_address_ap =", _put("mac_address_ap", b"\x02\x00\x00\x00\x00\x0a")),
    ("radio.stop_dhcp_ap", _do("stop_dhcp_ap")),
    ("radio.set_ipv4_address_ap", _do("set_ipv4_address_ap", **PLACE)),
)
