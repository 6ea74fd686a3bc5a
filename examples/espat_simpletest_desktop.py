# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""PC or Raspberry Pi with the module on a USB adapter: join the network and fetch a page.

python espat_simpletest_desktop.py /dev/ttyUSB0 "your network"
"""

import sys
from getpass import getpass

import serial

import espat

HOST, PATH = "wifitest.adafruit.com", "/testwifi/index.html"

if len(sys.argv) != 3:
    sys.exit(__doc__)
port, ssid = sys.argv[1:]
try:
    uart = serial.Serial(port, 115200, timeout=0, exclusive=True)
except serial.SerialException as error:
    sys.exit(f"{error}\nespat ports lists the ports; close what else has it open.")
password = getpass(f"Password of {ssid}: ")

with espat.Radio(uart, rx_size=2048) as radio:
    for line in radio.command("AT+GMR"):
        print(line.decode())

    print("Joining...")
    radio.connect(ssid, password)
    print("My address is", radio.ipv4_address)

    pool = espat.SocketPool(radio)
    buffer = bytearray(1024)
    with pool.socket() as socket:
        socket.settimeout(10)
        socket.connect((HOST, 80))
        socket.send(f"GET {PATH} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        count = socket.recv_into(buffer)
        while count:
            print(buffer[:count].decode(), end="")
            count = socket.recv_into(buffer)
print()
print("Done")
