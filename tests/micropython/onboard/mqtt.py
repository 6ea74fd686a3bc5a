# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""MQTT by the published umqtt.simple, then by umqtt.robust: argv[2:4] are user and password."""

import sys
import time

from umqtt import simple

got = []


def heard(topic, message):
    got.append((topic, message))


def awaited(client, count):
    """Look for messages without waiting, until there are so many."""
    end = time.ticks_add(time.ticks_ms(), 20000)
    while len(got) < count and time.ticks_diff(end, time.ticks_ms()) > 0:
        client.check_msg()
        time.sleep_ms(5)


client = simple.MQTTClient(
    "pico", "mqtt.test", user=sys.argv[2], password=sys.argv[3], keepalive=30
)
client.set_callback(heard)
client.set_last_will("pico/gone", "good-bye")
print("session", client.connect())
client.subscribe("pico/#", 1)
client.publish("pico/zero", "none")
client.publish(b"pico/one", b"once", qos=1)
client.publish("pico/kept", "kept", True, 1)
awaited(client, 3)
print("got", sorted(got))
client.ping()
client.publish("pico/long", bytes(3000))
client.wait_msg()
awaited(client, 4)
print("long", got[3][0], len(got[3][1]))
client.disconnect()

# Under a new session what was kept is there at once.
got.clear()
client.set_callback(heard)
client.connect()
client.subscribe("pico/kept")
client.wait_msg()
print("kept", got)
client.publish("pico/kept", b"", True)
client.disconnect()

try:
    simple.MQTTClient("pico", "mqtt.test", user="nobody", password="x").connect()
except simple.MQTTException as e:
    print("turned away", e)
