# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""MicroPython: start an access point, and serve a page to those who join it.

Copy your board's file of boards/ to the board as espat_board.py. Join the network that this prints,
and open the address in a browser.
"""

import espat_board  # makes the modules network and socket available

import network
import socket

NAME, KEY = "espat", "secret words"
VISITORS = None  # how many are served; None: no limit

PAGE = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>Hello from the board</h1>"

ap = network.WLAN(network.WLAN.IF_AP)
ap.config(ssid=NAME, key=KEY)
ap.active(True)
print("network %s, key %s, http://%s" % (NAME, KEY, ap.ifconfig()[0]))

server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("0.0.0.0", 80))
server.listen(2)
served = 0
while VISITORS is None or served < VISITORS:
    client, address = server.accept()
    try:
        client.settimeout(5)
        line = client.readline()
        while client.readline() not in (b"\r\n", b""):
            pass
        client.write(PAGE)
        print(address[0], line.decode().strip())
    except OSError as e:
        print(address[0], e)
    client.close()
    served += 1
server.close()
