# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""How long each call waits for the module, where it must not wait: argv[2] is the line's rate.

Each line tells a call, and for how long the driver waited in it at most, in ms. Those that wait are
marked by a star: docs/micropython.md says so.
"""

import select
import socket
import time

from espat import held, names

names.put("ssl", "ssl_micropython")
import ssl  # noqa: E402

from pico import wlan  # noqa: E402

ECHO, DATAGRAMS, SECURE, NOBODY = 7, 8, 10, 9999
MEMBERSHIP = bytes((239, 1, 2, 3, 0, 0, 0, 0))


class Watch:
    """What each call waited at most, in ms, in the order of the calls: `worst`."""

    def __init__(self):
        self.worst = []
        self.began = None
        self.waited = 0
        held.radio.modem.idle = self.idle

    def idle(self):
        """The driver waits, another turn."""
        if self.began is None:
            self.began = time.ticks_ms()
        self.waited = max(self.waited, time.ticks_diff(time.ticks_ms(), self.began))

    def timed(self, name, function, *args):
        """Call it: what it gives, None for an OSError."""
        self.began = None
        self.waited = 0
        try:
            return function(*args)
        except OSError:
            return None
        finally:
            for row in self.worst:
                if row[0] == name:
                    row[1] = max(row[1], self.waited)
                    break
            else:
                self.worst.append([name, self.waited])


watch = Watch()
timed = watch.timed


def until(sock, wanted, name="poll"):
    """Poll it until it is ready."""
    end = time.ticks_add(time.ticks_ms(), 20000)
    while not timed(name, sock.ioctl, 3, wanted) & (wanted | select.POLLERR | select.POLLHUP):
        if time.ticks_diff(end, time.ticks_ms()) < 0:
            raise OSError("never ready")
        time.sleep_ms(1)


def new(kind=socket.SOCK_STREAM):
    sock = timed("socket()", socket.socket, socket.AF_INET, kind)
    timed("setblocking", sock.setblocking, False)
    return sock


def settle(sock):
    """What it has begun goes on at each poll."""
    end = time.ticks_add(time.ticks_ms(), 700)
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        timed("poll", sock.ioctl, 3, select.POLLIN)
        time.sleep_ms(1)


def streams():
    address = timed("getaddrinfo of a TCP socket", socket.getaddrinfo, "echo.test", ECHO, 0, 1)
    one, other = new(), new()
    for sock in (one, other):
        timed("connect", sock.connect, address[0][-1])
    timed("write, too early", one.write, b"early")
    for sock in (one, other):
        until(sock, select.POLLOUT)
    timed("write", one.write, bytes(1000))
    timed("write behind another's", other.write, bytes(1000))
    timed("send", other.send, bytes(100))
    timed("sendall", other.sendall, bytes(100))
    timed("status, the module busy", wlan.status)
    timed("isconnected, the module busy", wlan.isconnected)
    count = 0
    while count < 1000:
        count += len(timed("read", one.read, 500) or b"")
    for name, args in (("read", (5,)), ("recv", (5,)), ("readline", ())):
        timed(name, getattr(one, name), *args)
    timed("setsockopt", one.setsockopt, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    timed("write", one.write, bytes(1000))
    timed("close, and it still sends", one.close)
    timed("close", other.close)
    refused = new()
    timed("connect behind others", refused.connect, ("echo.test", NOBODY))
    until(refused, select.POLLOUT)
    timed("write, refused", refused.write, b"x")
    timed("close, refused", refused.close)
    cut = new()
    timed("connect", cut.connect, ("echo.test", ECHO))
    timed("close, and it connects", cut.close)
    for _ in range(20):
        timed("status", wlan.status)
        timed("isconnected", wlan.isconnected)
        time.sleep_ms(10)


def server():
    listener = new()
    listener.bind(("", 8080))
    timed("listen", listener.listen, 1)
    timed("accept, nobody", listener.accept)
    print("serving")
    until(listener, select.POLLIN)
    client, _ = timed("accept", listener.accept)
    client.setblocking(False)
    until(client, select.POLLIN)
    timed("read", client.read, 100)
    timed("write", client.write, b"answer")
    timed("close, accepted", client.close)
    timed("close, listening", listener.close)
    time.sleep_ms(300)


def datagrams():
    place = ("198.51.100.2", DATAGRAMS)
    sock = new(socket.SOCK_DGRAM)
    timed("sendto, the first", sock.sendto, b"x", place)
    until(sock, select.POLLOUT, "poll, UDP")
    for _ in range(10):
        timed("sendto", sock.sendto, bytes(100), place)
        timed("poll, UDP", sock.ioctl, 3, 5)
        timed("recv, UDP", sock.recv, 100)
        time.sleep_ms(5)
    timed("close, UDP", sock.close)
    time.sleep_ms(300)
    sock = new(socket.SOCK_DGRAM)
    timed("connect, UDP", sock.connect, place)
    settle(sock)
    timed("close, UDP", sock.close)
    sock = new(socket.SOCK_DGRAM)
    timed("bind, UDP", sock.bind, ("", 5005))
    timed("membership, it is being bound", sock.setsockopt, 0, socket.IP_ADD_MEMBERSHIP, MEMBERSHIP)
    settle(sock)
    timed("close, UDP", sock.close)
    sock = new(socket.SOCK_DGRAM)
    timed("bind, UDP", sock.bind, ("", 5005))
    settle(sock)
    timed("membership", sock.setsockopt, 0, socket.IP_ADD_MEMBERSHIP, MEMBERSHIP)
    settle(sock)
    timed("close, UDP", sock.close)
    beside = new()
    timed("connect", beside.connect, ("echo.test", ECHO))
    until(beside, select.POLLOUT)
    timed("write", beside.write, bytes(3000))
    sock = new(socket.SOCK_DGRAM)
    timed("sendto, the first", sock.sendto, b"x", place)
    count = 0
    while count < 3000 or sock.out is not None:
        count += len(timed("read", beside.read, 500) or b"")
        timed("poll, UDP", sock.ioctl, 3, 5)
    timed("close, UDP", sock.close)
    timed("close", beside.close)
    settle(beside)


def secure():
    sock = new()
    timed("connect", sock.connect, ("echo.test", SECURE))
    sock = ssl.wrap_socket(sock, server_hostname="echo.test", do_handshake=False)
    until(sock, select.POLLOUT, "connect, TLS")
    timed("write, TLS", sock.write, b"hello")
    until(sock, select.POLLIN, "poll, TLS")
    timed("read, TLS", sock.read, 5)
    timed("close, TLS", sock.close)
    time.sleep_ms(500)


def network():
    timed("getaddrinfo of a name*", socket.getaddrinfo, "echo.test", ECHO)
    for name in ("ifconfig", "scan", "disconnect"):
        timed("WLAN." + name + "*", getattr(wlan, name))
    timed("WLAN.config*", wlan.config, "mac")
    timed("WLAN.status('rssi')*", wlan.status, "rssi")
    timed("WLAN.ipconfig*", wlan.ipconfig, "addr4")
    timed("WLAN.connect*", wlan.connect, "espat", "correct horse")
    while not timed("isconnected, it joins", wlan.isconnected):
        timed("status, it joins", wlan.status)
    timed("WLAN.connect*", wlan.connect, "espat", "correct horse")
    while not timed("isconnected, it joins", wlan.isconnected):
        timed("status, it joins", wlan.status)
    timed("WLAN.active*", wlan.active, True)


def reset():
    """Have the module restarted, and settings to be made again."""
    before = held.radio.modem.restarts
    print("reset")
    input()
    while held.radio.modem.restarts == before:
        timed("status, restarting", wlan.status)
        time.sleep_ms(1)


def after_restarts():
    wlan.config(hostname="kitchen", pm=wlan.PM_NONE)
    reset()
    sock = new()
    timed("connect, restarted", sock.connect, ("echo.test", ECHO))
    until(sock, select.POLLOUT, "poll, restarted")
    timed("close", sock.close)
    reset()
    sock = new()
    timed("connect, restarted", sock.connect, ("echo.test", SECURE))
    sock = ssl.wrap_socket(sock, server_hostname="echo.test", do_handshake=False)
    until(sock, select.POLLOUT, "poll, restarted")
    timed("close, TLS", sock.close)
    reset()
    sock = new(socket.SOCK_DGRAM)
    timed("bind, restarted", sock.bind, ("", 5005))
    settle(sock)
    reset()
    timed("close, restarted", sock.close)
    sock = new(socket.SOCK_DGRAM)
    timed("connect, restarted", sock.connect, ("198.51.100.2", DATAGRAMS))
    settle(sock)
    while not timed("sendto", sock.sendto, b"again", ("198.51.100.2", DATAGRAMS)):
        time.sleep_ms(1)  # the network is not joined yet
    until(sock, select.POLLIN, "poll, UDP")
    timed("close, UDP", sock.close)
    settle(sock)
    reset()
    listener = new()
    listener.bind(("", 8080))
    timed("listen, restarted", listener.listen, 1)
    settle(listener)
    reset()
    while not wlan.isconnected():
        timed("poll, restarted", listener.ioctl, 3, select.POLLIN)
    print("serving")
    until(listener, select.POLLIN, "poll, restarted")
    client, _ = timed("accept", listener.accept)
    client.setblocking(False)
    timed("write", client.write, b"answer")
    settle(client)
    timed("close, listening", listener.close)


for part in (streams, server, datagrams, secure, network, after_restarts):
    part()
for name, waited in watch.worst:
    print(name, waited)
