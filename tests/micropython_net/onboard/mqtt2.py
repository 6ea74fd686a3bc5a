# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The published umqtt.simple2 and robust2, which never block: argv[2:4] are user and password."""

import sys
import time

from umqtt import robust2, simple2

got = []
told = []


def run(kind, name):
    got.clear()
    told.clear()
    client = kind("pico", "mqtt.test", user=sys.argv[2], password=sys.argv[3], keepalive=30)
    client.set_callback(lambda topic, message, *_: got.append((topic, message)))
    client.set_callback_status(lambda number, state: told.append(state))
    print(name, "session", client.connect())
    client.subscribe(b"pico/#", 1)
    until(client, lambda: told)
    client.publish(b"pico/one", b"first")
    client.publish(b"pico/two", b"second", qos=1)
    client.publish(b"pico/long", bytes(3000))
    until(client, lambda: len(got) == 3 and len(told) == 2)
    print(name, told, sorted([(topic, len(message)) for topic, message in got]))
    client.disconnect()


def until(client, true):
    end = time.ticks_add(time.ticks_ms(), 20000)
    while not true() and time.ticks_diff(end, time.ticks_ms()) > 0:
        client.check_msg()


run(simple2.MQTTClient, "simple2")
run(robust2.MQTTClient, "robust2")
