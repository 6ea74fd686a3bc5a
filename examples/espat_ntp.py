# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""CircuitPython: adafruit_ntp over an ESP-AT module, written as for built-in Wi-Fi.

Into /lib: espat, its files wifi.py and socketpool.py, and `circup install adafruit_ntp`.
Where the module is, and what to join, is in settings.toml:

    ESPAT_TX = "GP0"
    ESPAT_RX = "GP1"
    CIRCUITPY_WIFI_SSID = "your network"
    CIRCUITPY_WIFI_PASSWORD = "its password"
"""

import os
import time

import adafruit_ntp
import socketpool
import wifi

print("Joining...")
wifi.radio.connect(os.getenv("CIRCUITPY_WIFI_SSID"), os.getenv("CIRCUITPY_WIFI_PASSWORD"))

pool = socketpool.SocketPool(wifi.radio)
ntp = adafruit_ntp.NTP(pool, tz_offset=0, socket_timeout=5, cache_seconds=3600)

for _ in range(2):
    now = ntp.datetime  # asks a server now and then; between that the board's clock counts on
    print("%d-%02d-%02d %02d:%02d:%02d UTC" % now[:6])
    time.sleep(1)
print("Done")
