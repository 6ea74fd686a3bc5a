# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""MicroPython: join the network and fetch a page with requests, as on a Pico W.

Copy your board's file of boards/ to the board as espat_board.py. On a Pico W, or if boot.py imports
it, the first import is not needed. Put into secrets.py on the board:

    SSID = "your network"
    PASSWORD = "its password"
"""

import espat_board  # makes the modules network and socket available

import time

import network
import requests
import secrets

URL = "http://wifitest.adafruit.com/testwifi/index.html"

wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
if not wlan.isconnected():
    wlan.connect(secrets.SSID, secrets.PASSWORD)
while not wlan.isconnected():
    if wlan.status() < 0:
        raise RuntimeError("cannot join %s: status %d" % (secrets.SSID, wlan.status()))
    time.sleep(0.1)
print("I am", wlan.ifconfig()[0])

response = requests.get(URL)
print(response.status_code, response.text)
response.close()
