# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""CircuitPython: adafruit_connection_manager over an ESP-AT module, as with built-in Wi-Fi.

It recognizes the radio by its class, makes the socket pool by itself, and keeps connections open
for the next request to the same server.

Put espat and its files wifi.py, socketpool.py and ssl.py into /lib, and `circup install
adafruit_connection_manager`. Put the module's pins and the network into settings.toml:

    ESPAT_TX = "GP0"
    ESPAT_RX = "GP1"
    CIRCUITPY_WIFI_SSID = "your network"
    CIRCUITPY_WIFI_PASSWORD = "its password"
"""

import os

import adafruit_connection_manager
import wifi

HOST = "wifitest.adafruit.com"
REQUEST = b"GET /testwifi/index.html HTTP/1.1\r\nHost: wifitest.adafruit.com\r\n\r\n"

print("Joining...")
wifi.radio.connect(os.getenv("CIRCUITPY_WIFI_SSID"), os.getenv("CIRCUITPY_WIFI_PASSWORD"))
print("My address is", wifi.radio.ipv4_address)

pool = adafruit_connection_manager.get_radio_socketpool(wifi.radio)
manager = adafruit_connection_manager.get_connection_manager(pool)

buffer = bytearray(1024)
before = None
for _ in range(2):
    sock = manager.get_socket(HOST, 80, "http:", timeout=10)
    print("The connection from before" if sock is before else "A new connection")
    sock.send(REQUEST)
    n = sock.recv_into(buffer)
    print(n, "bytes:", str(buffer[: buffer.find(b"\r")], "ascii"))
    manager.free_socket(sock)  # it stays open for the next request
    before = sock

adafruit_connection_manager.connection_manager_close_all(pool)
print("Connections open:", manager.managed_socket_count)
print("Done")
