# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""CircuitPython: join the network and fetch a page.

On a Raspberry Pi Pico, connect GP0 (TX) to the module's RX and GP1 (RX) to its TX; other boards
have board.TX and board.RX. Put into settings.toml on the CIRCUITPY drive:

    CIRCUITPY_WIFI_SSID = "your network"
    CIRCUITPY_WIFI_PASSWORD = "its password"
"""

import os

import board
import busio

import espat

HOST, PATH = "wifitest.adafruit.com", "/testwifi/index.html"

uart = busio.UART(
    board.GP0,
    board.GP1,
    baudrate=115200,
    timeout=0,
    receiver_buffer_size=2048,  # the default of 64 bytes is too small for a page
)
radio = espat.Radio(uart, rx_size=2048)

for line in radio.command("AT+GMR"):
    print(str(line, "ascii"))

print("Joining...")
radio.connect(os.getenv("CIRCUITPY_WIFI_SSID"), os.getenv("CIRCUITPY_WIFI_PASSWORD"))
print("My address is", radio.ipv4_address)

pool = espat.SocketPool(radio)
buffer = bytearray(1024)
with pool.socket() as socket:
    socket.settimeout(10)
    socket.connect((HOST, 80))
    socket.send(f"GET {PATH} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    count = socket.recv_into(buffer)
    while count:
        print(str(buffer[:count], "utf-8"), end="")
        count = socket.recv_into(buffer)
print()
print("Done")
