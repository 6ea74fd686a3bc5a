# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""CircuitPython: adafruit_httpserver over an ESP-AT module, written as for built-in Wi-Fi.

Put espat, wifi.py and socketpool.py into /lib, and `circup install adafruit_httpserver`.
Put the module's pins and the network into settings.toml:

    ESPAT_TX = "GP0"
    ESPAT_RX = "GP1"
    CIRCUITPY_WIFI_SSID = "your network"
    CIRCUITPY_WIFI_PASSWORD = "its password"

A module serves five clients at a time, on one port.
"""

import os

import socketpool
import wifi
from adafruit_httpserver import JSONResponse, Request, Response, Server

PAGE = """<!DOCTYPE html>
<title>espat</title>
<h1>Hello from %s</h1>
<p>Asked <span id="count">%d</span> times. <a href="/count">As JSON</a></p>
"""

print("Joining...")
wifi.radio.connect(os.getenv("CIRCUITPY_WIFI_SSID"), os.getenv("CIRCUITPY_WIFI_PASSWORD"))

server = Server(socketpool.SocketPool(wifi.radio))
asked = 0


@server.route("/")
def page(request: Request):
    global asked
    asked += 1
    text = PAGE % (wifi.radio.ipv4_address, asked)
    return Response(request, text, content_type="text/html")


@server.route("/count")
def count(request: Request):
    return JSONResponse(request, {"asked": asked})


print("Open http://%s/" % wifi.radio.ipv4_address)
server.serve_forever(str(wifi.radio.ipv4_address), 80)
