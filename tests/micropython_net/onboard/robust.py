# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The published umqtt.robust: argv[2:4] are user and password. Its broker is restarted under it."""

import sys
import time

from umqtt.robust import MQTTClient

got = []
MQTTClient.DELAY = 0.1
client = MQTTClient("pico", "mqtt.test", user=sys.argv[2], password=sys.argv[3], keepalive=30)
client.set_callback(lambda topic, message: got.append((topic, message)))
client.connect()
client.subscribe("pico/#", 1)


def said(text):
    """Publish it, and wait until it is heard."""
    client.publish("pico/said", text, qos=1)
    end = time.ticks_add(time.ticks_ms(), 20000)
    while (b"pico/said", text) not in got and time.ticks_diff(end, time.ticks_ms()) > 0:
        client.check_msg()
        time.sleep_ms(5)
    print("heard", got[-1:])


said(b"one")
sys.stdin.readline()
for number in range(20):  # the first may leave before the module knows that the broker has gone
    client.publish("pico/lost", str(number))
    time.sleep_ms(100)
client.subscribe("pico/#", 1)
said(b"two")
client.disconnect()
