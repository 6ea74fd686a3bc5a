# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""CircuitPython: fetch a page over HTTPS. The module must verify the server, else this fails.

Pins as in espat_simpletest.py; adafruit_requests comes with `circup install adafruit_requests`. Put
roots.pem, the root certificate of the server's chain (a browser can show and export it), on the
CIRCUITPY drive, and into settings.toml

    CIRCUITPY_WIFI_SSID = "your network"
    CIRCUITPY_WIFI_PASSWORD = "its password"
    CIRCUITPY_PYSTACK_SIZE = 2048  # in CircuitPython 9; without: "pystack exhausted"

The certificate is written to the module's flash once, and kept there.
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
