# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""CircuitPython: fetch a page over HTTPS. The module verifies the server, or this fails.

Pins as in espat_simpletest.py; adafruit_requests comes with `circup install adafruit_requests`. On
the CIRCUITPY drive: roots.pem, the root certificate that the server's chain ends in (a browser
shows and exports it), and in settings.toml

    CIRCUITPY_WIFI_SSID = "your network"
    CIRCUITPY_WIFI_PASSWORD = "its password"
    CIRCUITPY_PYSTACK_SIZE = 2048  # in CircuitPython 9; without: "pystack exhausted"

The module keeps the certificate in its flash: it is written there once.
"""

import os

import adafruit_requests
import board
import busio

import espat
from espat import tls

URL = "https://www.adafruit.com/api/quotes.php"
ROOTS = os.getenv("ROOTS", "/roots.pem")

uart = busio.UART(board.GP0, board.GP1, baudrate=115200, timeout=0, receiver_buffer_size=2048)
radio = espat.Radio(uart, rx_size=2048)
print("Joining...")
radio.connect(os.getenv("CIRCUITPY_WIFI_SSID"), os.getenv("CIRCUITPY_WIFI_PASSWORD"))
print("My address is", radio.ipv4_address, "on", radio.firmware)

context = tls.create_default_context()
context.load_verify_locations(cafile=ROOTS)
requests = adafruit_requests.Session(espat.SocketPool(radio), context)

print("Fetching", URL)
with requests.get(URL) as response:
    print(response.status_code, response.text)
print("Done")
