# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What boot.py is on a Pico: the names of a Pico W, and its network joined.

The unix build has a socket of its own, which espat would leave alone: here it is put aside.
"""

import time

import espat_board  # noqa: F401

from espat import names

for name, room in (("socket", "socket"), ("usocket", "socket"), ("network", "network")):
    names.put(name, room)

import network  # noqa: E402

wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect("espat", "correct horse")
while not wlan.isconnected():
    time.sleep_ms(10)
