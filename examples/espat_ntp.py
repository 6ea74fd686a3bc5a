# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""CircuitPython: adafruit_ntp over an ESP-AT module, written as for built-in Wi-Fi.

Put espat, wifi.py and socketpool.py into /lib, and `circup install adafruit_ntp`.
Put the module's pins and the network into settings.toml:

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
    now = ntp.datetime  # asks a server from time to time; in between it uses the board's clock
    print("%d-%02d-%02d %02d:%02d:%02d UTC" % now[:6])
    time.sleep(1)
print("Done")
