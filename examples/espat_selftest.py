# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Test espat on this board with this module. Prints which steps passed, failed or were skipped.

CircuitPython or MicroPython. Put espat/ on the board, and say where the module is: copy your
board's file of boards/ as espat_board.py, or (CircuitPython) put into settings.toml

    ESPAT_TX = "GP0"
    ESPAT_RX = "GP1"
    CIRCUITPY_WIFI_SSID = "your network"
    CIRCUITPY_WIFI_PASSWORD = "its password"

In MicroPython the last two are SSID and PASSWORD in secrets.py. Then run this file: as code.py,
with `mpremote run`, or by `import espat_selftest; espat_selftest.main()`. On a PC:
python espat_selftest.py /dev/ttyUSB0, with the last two as environment variables. The module is
restarted once; nothing is written to its flash. Each step has a time limit: all together take some
minutes at most.
"""

import gc
import os
import sys


def heap():
    """Bytes of heap in use; None if the runtime does not tell."""
    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else None


START = heap()

import espat  # noqa: E402

IMPORTED = heap()

WEB = "wifitest.adafruit.com", 80, "/testwifi/index.html"
SECURE = "www.example.com", 443, "/"
TIME = "pool.ntp.org", 123
PORT = 8080  # where the server listens
WAIT = 0  # seconds to wait for your browser, if the module cannot reach itself


class Skip(Exception):
    """A step cannot be done here; the text says why."""


class TooLong(Exception):
    """A step has used up its time."""


class Watch:
    """Ends a step that takes too long: the driver calls this object while it waits."""

    def __init__(self, port):
        self.port = port
        self.begin(0)

    def begin(self, seconds):
        self.since = self.port.ticks()
        self.limit = seconds * 1000

    def took(self):
        return self.port.since(self.since)

    def __call__(self):
        if self.limit and self.took() > self.limit:
            self.limit = 0
            raise TooLong("not done in time")


# -- the steps: each returns a text to print, or raises -------------------------------------------


def firmware(test):
    """Get a first answer, at any rate that the module may have."""
    test.radio.command("AT")
    return test.radio.firmware


def line(test):
    """Ask for the same long reply many times: no byte may be lost or damaged."""
    first = test.radio.command("AT+GMR")
    for _ in range(30):
        if test.radio.command("AT+GMR") != first:
            raise ValueError("a reply came garbled: check wires, ground and rate")
    return "31 replies of %d bytes, all alike" % sum([len(line) for line in first])


def scan(test):
    """Scan for networks."""
    names = []
    for network in test.radio.start_scanning_networks():
        names.append("%s (%d dBm)" % (network.ssid, network.rssi))
    if not names:
        raise ValueError("no network in reach: is there an aerial?")
    return ", ".join(names[:5]) + (" and %d more" % (len(names) - 5) if len(names) > 5 else "")


def join(test):
    """Join the network of the settings."""
    ssid, password = credentials()
    if not ssid:
        raise Skip("no network is named: CIRCUITPY_WIFI_SSID, or SSID in secrets.py")
    test.radio.connect(ssid, password or b"")
    info = test.radio.ap_info
    test.joined = True
    return "%s on channel %d, %d dBm" % (test.radio.ipv4_address, info.channel, info.rssi)


def names(test):
    """Import `wifi` (CircuitPython) or `network` (MicroPython) as programs do: is it joined?"""
    if sys.implementation.name == "cpython":
        raise Skip("they are for boards")
    import espat.names  # noqa: F401

    if sys.implementation.name == "circuitpython":
        import wifi

        if not hasattr(wifi, "__file__"):
            raise Skip("this board has a wifi of its own")
        if wifi.radio is not test.radio:
            raise ValueError("wifi.radio is another radio")
        return "wifi.radio is joined: %s" % wifi.radio.connected
    import network

    if not hasattr(network, "__file__"):
        raise Skip("this board has a network of its own")
    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    if not wlan.isconnected():
        raise ValueError("network.WLAN does not see that the module is joined")
    return "network.WLAN is at %s" % wlan.ifconfig()[0]


def dns(test):
    """Resolve a name."""
    return "%s is %s" % (WEB[0], test.pool.getaddrinfo(WEB[0], 80)[0][4][0])


def fetch(test):
    """Fetch a whole page with large reads."""
    with test.socket(WEB) as sock:
        count = page(sock, WEB, 1024)
    took = max(test.watch.took(), 1)
    return "%d bytes in %d ms" % (count, took)


def small_reads(test):
    """Fetch the page one byte at a time, as many libraries read heads."""
    with test.socket(WEB) as sock:
        return "%d bytes, one by one" % page(sock, WEB, 1)


def five(test):
    """Use all five links at the same time; a sixth must fail."""
    socks = []
    try:
        for _ in range(5):
            socks.append(test.socket(WEB))
        try:
            socks.append(test.socket(WEB))
        except OSError:
            pass
        else:
            raise ValueError("a sixth connection came about")
        counts = [page(sock, WEB, 512) for sock in socks]
    finally:
        for sock in socks:
            sock.close()
    if len(set(counts)) != 1:
        raise ValueError("they read %s bytes" % counts)
    return "five pages of %d bytes" % counts[0]


def tls(test):
    """Fetch a page over TLS, verified if the module has roots from `espat ca`."""
    from espat.tls import CERT_NONE, CERT_REQUIRED, create_default_context

    context = create_default_context()
    for how in ("verified", "not verified", "not verified, no name told"):
        try:
            with test.socket(SECURE, context) as sock:
                return "%d bytes from %s, %s" % (page(sock, SECURE, 512), SECURE[0], how)
        except OSError as e:
            print("      %s: %s" % (how, e))
            reason = str(e)
        context.sni = context.verify_mode == CERT_REQUIRED
        context.check_hostname = False
        context.verify_mode = CERT_NONE
    raise Skip(reason)


def ntp(test):
    """Get the time over UDP."""
    pool = test.pool
    where = pool.getaddrinfo(TIME[0], TIME[1])[0][4]
    packet = bytearray(48)
    with pool.socket(pool.AF_INET, pool.SOCK_DGRAM) as sock:
        sock.settimeout(3)
        for attempt in range(3):
            packet[0] = 0x23
            sock.sendto(packet, where)
            try:
                count, _ = sock.recvfrom_into(packet)
                break
            except OSError:
                if attempt == 2:
                    raise
    seconds = int.from_bytes(packet[40:44], "big")
    if count != 48 or packet[0] & 7 != 4:
        raise ValueError("%d bytes, and not a time server's" % count)
    days = seconds // 86400 - 45290  # since the beginning of 2024
    if seconds < 1 << 31 or days < 0:
        raise ValueError("a time in the past: %d" % seconds)
    return "%d days since 2024 began, %02d:%02d UTC" % (
        days,
        seconds // 3600 % 24,
        seconds // 60 % 60,
    )


def ping(test):
    """Ping the gateway or the web server."""
    for host in (test.radio.ipv4_gateway, WEB[0]):
        took = test.radio.ping(host, timeout=5) if host else None
        if took is not None:
            return "%s in %d ms" % (host, took * 1000)
    raise Skip("neither the gateway nor %s answers pings" % WEB[0])


def server(test):
    """Be a server: the module connects to itself, or you connect with a browser."""
    pool = test.pool
    me = str(test.radio.ipv4_address)
    with pool.socket(pool.AF_INET, pool.SOCK_STREAM) as listening:
        listening.bind(("0.0.0.0", PORT))
        listening.listen(1)
        try:
            caller = test.socket((me, PORT))
        except OSError:
            caller = None
        if caller is None and not WAIT:
            raise Skip("it listens, and cannot reach itself: set WAIT and use a browser")
        if caller is None:
            print("      open http://%s:%d/ within %d s" % (me, PORT, WAIT))
        listening.settimeout(WAIT or 10)
        client, address = listening.accept()
        client.settimeout(10)
        with client:
            if caller:
                caller.sendall(b"knock knock\r\n\r\n")
            got = until(client, b"\r\n\r\n")
            client.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nespat\n")
            if caller:
                with caller:
                    if not until(caller, b"espat\n").endswith(b"espat\n"):
                        raise ValueError("the answer did not come")
    return "%s sent %d bytes" % (address[0], len(got))


def restart(test):
    """Restart the module: its next use must set it up and join again."""
    test.radio.reset()
    with test.socket(WEB) as sock:
        return "%d bytes after it" % page(sock, WEB, 512)


def memory(test):
    """Report how much heap was used."""
    if START is None:
        raise Skip("this runtime does not tell")
    now = heap()
    free = ", %d free" % gc.mem_free() if hasattr(gc, "mem_free") else ""
    return "espat %d bytes, with all of the above %d%s" % (IMPORTED - START, now - START, free)


# Name, time limit in seconds, whether it needs a network, function.
STEPS = (
    ("firmware", 30, False, firmware),
    ("line", 30, False, line),
    ("scan", 30, False, scan),
    ("join", 45, False, join),
    ("names", 30, True, names),
    ("DNS", 30, True, dns),
    ("TCP", 60, True, fetch),
    ("TCP, small reads", 90, True, small_reads),
    ("TCP, five at once", 90, True, five),
    ("TLS", 90, True, tls),
    ("UDP", 45, True, ntp),
    ("ping", 45, True, ping),
    ("server", 60 + WAIT, True, server),
    ("restart", 90, True, restart),
    ("memory", 10, False, memory),
)


# -- what the steps share -------------------------------------------------------------------------


def credentials():
    """The name and password of the network."""
    if hasattr(os, "getenv") and os.getenv("CIRCUITPY_WIFI_SSID"):
        return os.getenv("CIRCUITPY_WIFI_SSID"), os.getenv("CIRCUITPY_WIFI_PASSWORD")
    try:
        import secrets

        return secrets.SSID, secrets.PASSWORD
    except (ImportError, AttributeError):  # on a PC, `secrets` is another module
        return None, None


def page(sock, where, piece):
    """Request a page, and read all of it in pieces; returns how many bytes its body has."""
    ask = "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (where[2], where[0])
    sock.sendall(ask.encode())
    head = until(sock, b"\r\n\r\n")
    if b" 200 " not in head[:20]:
        raise ValueError("the server said %s" % str(head.split(b"\r\n")[0], "ascii"))
    wanted = None
    for field in head.lower().split(b"\r\n"):
        if field.startswith(b"content-length:"):
            wanted = int(field.split(b":")[1])
    buffer = bytearray(piece)
    count = 0
    while wanted is None or count < wanted:
        n = sock.recv_into(buffer)
        if not n:
            break
        count += n
    if wanted is not None and count != wanted:
        raise ValueError("%d of %d bytes came" % (count, wanted))
    return count


def until(sock, end):
    """Read bytes up to and including ``end``."""
    got = b""
    one = bytearray(1)
    while not got.endswith(end) and len(got) < 2048:
        if not sock.recv_into(one):
            break
        got += one
    return got


class Test:
    """The radio, and the results of the steps."""

    def __init__(self, radio):
        self.radio = radio
        self.pool = espat.SocketPool(radio)
        self.watch = radio.modem.idle = Watch(radio.modem.port)
        self.joined = False
        self.counts = {"PASS": 0, "FAIL": 0, "SKIP": 0}

    def socket(self, where, context=None):
        """Open a connection."""
        sock = self.pool.socket()
        if context:
            sock = context.wrap_socket(sock, server_hostname=where[0])
        sock.settimeout(15)
        try:
            sock.connect((where[0], where[1]))
        except BaseException:
            sock.close()
            raise
        return sock

    def run(self, name, seconds, needs_network, function):
        """Run one step, and print a line about it."""
        self.watch.begin(seconds)
        try:
            if needs_network and not self.joined:
                raise Skip("not joined")
            verdict, told = "PASS", function(self)
        except Skip as e:
            verdict, told = "SKIP", e
        except Exception as e:
            verdict, told = "FAIL", "%s: %s" % (type(e).__name__, e)
        self.watch.begin(0)
        gc.collect()
        self.counts[verdict] += 1
        print("%s  %s: %s" % (verdict, name, told))


def make_radio():
    """Make the radio from espat_board.py, settings.toml, or the name of a serial port."""
    names = getattr(sys, "argv", [])[1:]
    try:
        from serial import Serial
    except ImportError:
        names = []
    if names:
        try:
            port = Serial(names[0], 115200, timeout=0, exclusive=True)
        except OSError as e:
            raise SystemExit("%s\nespat ports lists the ports; close what else has it open." % e)
        return espat.Radio(port, rx_size=2048)
    from espat import board

    try:
        return board.shared()
    except ImportError as e:
        if sys.implementation.name != "cpython":
            raise
        raise SystemExit("Which port is the module on? Give its name.\n\n%s\n%s" % (e, __doc__))


def main():
    """Run all steps, and print a summary; returns True if no step failed."""
    print("espat %s on %s" % (espat.__version__, sys.version))
    test = Test(make_radio())
    for step in STEPS:
        test.run(*step)
    counts = test.counts
    passed, failed, skipped = counts["PASS"], counts["FAIL"], counts["SKIP"]
    print("espat selftest: %d passed, %d failed, %d skipped" % (passed, failed, skipped))
    test.radio.deinit()
    return not failed


if __name__ == "__main__":
    main()
