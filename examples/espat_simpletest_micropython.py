# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""MicroPython: join the network and fetch a page.

On a Raspberry Pi Pico, connect GP0 (TX) to the module's RX and GP1 (RX) to its TX. Put into
secrets.py on the board:

    SSID = "your network"
    PASSWORD = "its password"
"""

import secrets

from machine import UART, Pin

import espat

HOST, PATH = "wifitest.adafruit.com", "/testwifi/index.html"

uart = UART(0, baudrate=115200, tx=Pin(0), rx=Pin(1), rxbuf=2048)
radio = espat.Radio(uart, rx_size=2048)

for line in radio.command("AT+GMR"):
    print(str(line, "ascii"))

print("Joining...")
radio.connect(secrets.SSID, secrets.PASSWORD)
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
