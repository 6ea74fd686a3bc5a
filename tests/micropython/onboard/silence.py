# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A module that says nothing any more, and sockets that open a link: with which errors that ends,
and for how many ms the driver waited in one call.
"""

import select
import socket
import time

from pico import wlan

from espat import held


class Watch:
    """Notes for how long the driver waits in one call, in ms: `worst`."""

    def __init__(self):
        self.worst = 0
        self.began = None
        held.radio.modem.idle = self.idle

    def idle(self):
        """The driver waits."""
        now = time.ticks_ms()
        if self.began is None:
            self.began = now
        self.worst = max(self.worst, time.ticks_diff(now, self.began) + 1)

    def call(self, function, *args):
        self.began = None
        return function(*args)


watch = Watch()


def broken(sock):
    """Poll it until it is broken; then print the error that the next use raises."""
    while not watch.call(sock.ioctl, 3, select.POLLOUT | select.POLLIN) & select.POLLERR:
        time.sleep_ms(5)
    try:
        watch.call(sock.recv, 1)
    except OSError as e:
        print("error", e)
    watch.call(sock.close)


def new(kind):
    sock = socket.socket(socket.AF_INET, kind)
    sock.setblocking(False)
    return sock


print("silence")
input()
datagrams = new(socket.SOCK_DGRAM)
watch.call(datagrams.bind, ("", 5005))
broken(datagrams)
for _ in range(2):
    stream = new(socket.SOCK_STREAM)
    try:
        watch.call(stream.connect, ("echo.test", 7))
    except OSError as e:
        print("connect", e.args[0])
    broken(stream)
status = 1
while status == 1:
    try:
        status = watch.call(wlan.status)
    except OSError as e:
        status = e
print("status", status)
print("waited", watch.worst)
