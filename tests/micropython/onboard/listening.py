# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Servers that must not wait for `listen()`: each line of stdin is one.

    serve        one that answers a client
    wait         the same, and `accept()` may wait
    cut 1        one that is closed after so many polls
    again        one after another, which is closed while the module is busy

What it came to is printed, and for how many turns the driver waited.
"""

import select
import socket
import sys
import time

import pico  # noqa: F401

from espat import held


class Waits:
    """Counts the turns of waits."""

    turns = 0

    def __call__(self):
        self.turns += 1


modem = held.radio.modem
waits = modem.idle = Waits()


def new():
    sock = socket.socket()
    sock.setblocking(False)
    sock.bind(("", 8080))
    return sock


def polled(sock, wanted=select.POLLIN):
    while True:
        flags = sock.ioctl(3, wanted)
        if flags:
            return flags
        time.sleep_ms(1)


def serve(listener):
    if polled(listener) & select.POLLERR:
        for _ in range(2):
            try:
                listener.accept()
            except OSError as e:
                print("accept", e.errno)
        listener.close()
        return "failed"
    client, _ = listener.accept()
    client.setblocking(False)
    polled(client)
    client.write(client.read(100).upper())
    client.close()
    return "served"


def settle():
    """What was closed without waiting goes on at the polls of any socket."""
    sock = socket.socket()
    end = time.ticks_add(time.ticks_ms(), 300)
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        sock.ioctl(3, select.POLLIN)
        time.sleep_ms(1)


def local():
    """Errors that are known without the module: raised at once."""
    told = []
    listener = new()
    listener.listen(1)
    other = new()
    closed = new()
    closed.close()
    for sock in (other, closed, socket.socket()):
        try:
            sock.listen(1)
        except OSError as e:
            told.append(e.errno)
    listener.close()
    return str(told)


print("begun")
for line in sys.stdin:
    words = line.split()
    waits.turns = 0
    if words[0] == "local":
        came = local()
    else:
        listener = new()
        listener.listen(1)
        if words[0] == "cut":
            for _ in range(int(words[1])):
                listener.ioctl(3, select.POLLIN)
                time.sleep_ms(1)
            listener.close()
            came = "cut"
        elif words[0] == "again":
            settle()
            modem.begin(b"+CIPSTATUS")
            listener.close()
            listener = new()
            listener.listen(1)
            settle()
            came = "listens"
        elif words[0] == "wait":
            turns, waits.turns = waits.turns, 0
            listener.setblocking(True)
            client, _ = listener.accept()
            client.setblocking(False)
            client.close()
            listener.setblocking(False)
            waits.turns = turns
            came = "served"
        else:
            came = serve(listener)
        listener.close()
    settle()
    print(f"{came}, {waits.turns} turns")
