# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""MicroPython: set the clock from a time server, over UDP, as ntptime does.

Copy your board's file of boards/ to the board as espat_board.py; put SSID and PASSWORD into
secrets.py.
"""

import espat_board  # makes the modules network and socket available

import struct
import time

import network
import secrets
import socket

HOST = "pool.ntp.org"
SINCE = 3155673600 if time.gmtime(0)[0] == 2000 else 2208988800  # s from 1900 to time.gmtime(0)


def join():
    wlan = network.WLAN(network.WLAN.IF_STA)
    wlan.active(True)
    if not wlan.isconnected():
        wlan.connect(secrets.SSID, secrets.PASSWORD)
    while not wlan.isconnected():
        if wlan.status() < 0:
            raise RuntimeError("cannot join %s: status %d" % (secrets.SSID, wlan.status()))
        time.sleep(0.1)


def ask(host):
    """The time from a server, in seconds as time.time() counts them."""
    address = socket.getaddrinfo(host, 123)[0][-1]
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.settimeout(5)
        sock.sendto(b"\x1b" + bytes(47), address)
        reply = sock.recv(48)
    finally:
        sock.close()
    return struct.unpack("!I", reply[40:44])[0] - SINCE


join()
now = time.gmtime(ask(HOST))
print("%04d-%02d-%02d %02d:%02d:%02d UTC" % now[:6])
try:
    from machine import RTC

    RTC().datetime((now[0], now[1], now[2], now[6], now[3], now[4], now[5], 0))
except ImportError:
    print("this board has no clock to be set")
