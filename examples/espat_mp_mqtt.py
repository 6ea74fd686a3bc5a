# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""MicroPython: publish and subscribe with umqtt.simple without end, even if Wi-Fi or broker fails.

Install umqtt.simple with `mpremote mip install umqtt.simple`, and copy your board's file of boards/
to the board as espat_board.py. Put into secrets.py, the last two if the broker requires them:

    SSID = "your network"
    PASSWORD = "its password"
    BROKER = "the name of the MQTT broker, or its address"
    USER = "your name there"
    KEY = "your password there"
"""

import espat_board  # makes the modules network and socket available

import time

import network
import secrets
from umqtt.simple import MQTTClient

ROUNDS = None  # how often it publishes; None: no limit
PAUSE = 5  # seconds between two messages

wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)


def join():
    """Join the network, or wait until the module has joined it again."""
    if not wlan.isconnected() and wlan.status() != network.STAT_CONNECTING:
        wlan.connect(secrets.SSID, secrets.PASSWORD)
    while not wlan.isconnected():
        if wlan.status() < 0:
            raise RuntimeError("cannot join %s: status %d" % (secrets.SSID, wlan.status()))
        time.sleep(0.1)


def heard(topic, message):
    print(topic.decode(), message.decode())


def session(rounds):
    """Connect, publish messages and receive them again; OSError if the connection is lost."""
    user, key = getattr(secrets, "USER", None), getattr(secrets, "KEY", None)
    client = MQTTClient("espat", secrets.BROKER, user=user, password=key, keepalive=30)
    client.set_callback(heard)
    client.connect()
    client.subscribe(b"espat/count")
    n = 0
    while rounds is None or n < rounds:
        n += 1
        client.publish(b"espat/count", b"%d" % n)
        client.wait_msg()
        time.sleep(PAUSE)
    client.disconnect()


done = False
while not done:
    try:
        join()
        session(ROUNDS)
        done = True
    except OSError as e:
        print("once more:", e)
        time.sleep(PAUSE)
