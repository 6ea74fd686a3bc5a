# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""CircuitPython: adafruit_requests over an ESP-AT module, written as for built-in Wi-Fi.

Put espat and its files wifi.py, socketpool.py and ssl.py into /lib, and `circup install
adafruit_requests`. Put the module's pins and the network into settings.toml:

    ESPAT_TX = "GP0"
    ESPAT_RX = "GP1"
    CIRCUITPY_WIFI_SSID = "your network"
    CIRCUITPY_WIFI_PASSWORD = "its password"

For https:// the module needs a CA to verify the server: give it to the context with
`context.load_verify_locations(cadata=...)`.
"""

import os
import ssl

import adafruit_requests
import socketpool
import wifi

TEXT = "http://wifitest.adafruit.com/testwifi/index.html"
ECHO = "http://httpbin.org/post"

print("Joining...")
wifi.radio.connect(os.getenv("CIRCUITPY_WIFI_SSID"), os.getenv("CIRCUITPY_WIFI_PASSWORD"))
print("My address is", wifi.radio.ipv4_address)

pool = socketpool.SocketPool(wifi.radio)
context = ssl.create_default_context()
requests = adafruit_requests.Session(pool, context)

print("GET", TEXT)
with requests.get(TEXT) as response:
    print(response.status_code, response.headers["content-type"])
    print(response.text)

print("POST", ECHO)
with requests.post(ECHO, json={"temperature": 21.5}) as response:
    print("It heard", response.json()["json"])
print("Done")
