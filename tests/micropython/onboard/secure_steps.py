# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""TLS connects that must not wait, step by step: what each line of stdin asks for is done.

    connect            the connection, with an echo through it
    blocking           the same with a socket that may wait
    close 7, drop 7    close it, or drop it as the collector does, after so many commands

What a connection came to, its commands, the turns for which the driver waited, and how often a
plain socket got its echo meanwhile, are printed. argv[2] is the CA's file.
"""

import select
import socket
import sys
import time

from espat import held, names

for name, room in (("tls", "tls"), ("ssl", "ssl_micropython")):
    names.put(name, room)
import ssl  # noqa: E402

import pico  # noqa: E402, F401

ECHO, SECURE = 7, 10
modem = held.radio.modem
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_REQUIRED
with open(sys.argv[2], "rb") as file:
    context.load_verify_locations(cadata=file.read())


class Other:
    """A plain connection on which bytes come and go."""

    def __init__(self):
        self.echoes = 0
        self.sock = None

    def go_on(self):
        """Send and receive what can be sent and received now."""
        try:
            if self.sock is None:
                self.sock = socket.socket()
                self.sock.setblocking(False)
                self.given = False
                self.sock.connect(("echo.test", ECHO))
            if self.sock.ioctl(3, select.POLLIN | select.POLLOUT):
                if not self.given:
                    self.given = bool(self.sock.write(b"ping"))
                elif self.sock.read(4) == b"ping":
                    self.echoes += 1
                    self.given = False
        except OSError as e:
            if e.errno != 115:
                self.sock = None


class Waits:
    """Counts the turns of waits."""

    turns = 0

    def __call__(self):
        self.turns += 1


other = Other()
waits = modem.idle = Waits()


def begun():
    modem.tls = None  # what is in the flash is read anew
    sock = socket.socket()
    sock.setblocking(False)
    try:
        sock.connect(("echo.test", SECURE))
    except OSError as e:
        if e.errno != 115:
            raise
    return context.wrap_socket(sock, server_hostname="echo.test", do_handshake_on_connect=False)


def ready(sock, wanted, until=None):
    """Poll it until it is ready, or so many commands have been sent."""
    end = time.ticks_add(time.ticks_ms(), 60000)
    while until is None or modem.commands < until:
        if sock.ioctl(3, wanted):
            return True
        other.go_on()
        if time.ticks_diff(end, time.ticks_ms()) < 0:
            raise OSError("never ready")
        time.sleep_ms(1)
    return False


def echoed(sock):
    """What the connection comes to."""
    try:
        ready(sock, select.POLLOUT)
        sock.write(b"hello")
        got = b""
        while len(got) < 5:
            ready(sock, select.POLLIN)
            got += sock.read(5) or b""
        return "open " + got.decode()
    except (OSError, ValueError) as e:
        return " ".join(map(str, (type(e).__name__,) + e.args))
    finally:
        sock.close()


def settled():
    """Let what was closed be closed in the module; the links in use, but for the other's."""
    end = time.ticks_add(time.ticks_ms(), 1000)
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        other.go_on()
        used = sum([1 for link in range(5) if modem.links[link] or modem.unwanted >> link & 1])
        if used < 2 and not modem.state:
            break
        time.sleep_ms(1)
    return used - (other.sock is not None and other.sock.link >= 0)


def blocking():
    try:
        sock = begun()
        sock.settimeout(30)
        sock.write(b"hello")
        got = sock.read(5)
        sock.close()
        return "open " + got.decode()
    except (OSError, ValueError) as e:
        return " ".join(map(str, (type(e).__name__,) + e.args))


def connected(until=None, how=None):
    sock = begun()
    if until is None:
        return echoed(sock)
    if not ready(sock, select.POLLOUT, modem.commands + until):
        if how == "close":
            sock.close()
        else:
            sock.ioctl(4, 0)
        return "cut"
    sock.close()
    return "closed"


while other.echoes < 2:
    other.go_on()
print("begun")
for line in sys.stdin:
    words = line.split()
    waits.turns = echoes = 0
    commands, echoes = modem.commands, other.echoes
    if words[0] == "blocking":
        came = blocking()
    elif words[0] == "connect":
        came = connected()
    else:
        came = connected(int(words[1]), words[0])
    commands, turns, echoes = modem.commands - commands, waits.turns, other.echoes - echoes
    print(f"{commands} commands, {turns} turns, {echoes} echoes, {settled()} links: {came}")
