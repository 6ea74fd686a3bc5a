# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""CircuitPython: adafruit_minimqtt over an ESP-AT module, written as for built-in Wi-Fi.

Put espat, wifi.py and socketpool.py into /lib, and `circup install adafruit_minimqtt`.
Put the module's pins, the network and the broker into settings.toml:

    ESPAT_TX = "GP0"
    ESPAT_RX = "GP1"
    CIRCUITPY_WIFI_SSID = "your network"
    CIRCUITPY_WIFI_PASSWORD = "its password"
    MQTT_BROKER = "test.mosquitto.org"
    MQTT_USER = "you"  # if the broker requires a user
    MQTT_PASSWORD = "your password"
"""

import os

import adafruit_minimqtt.adafruit_minimqtt as MQTT
import socketpool
import wifi

TOPIC = "espat/example"
COUNT = 5

heard = []


def connected(client, userdata, flags, rc):
    print("Connected to", client.broker)
    client.subscribe(TOPIC)


def message(client, topic, text):
    print("New message on", topic + ":", text)
    heard.append(text)


print("Joining...")
wifi.radio.connect(os.getenv("CIRCUITPY_WIFI_SSID"), os.getenv("CIRCUITPY_WIFI_PASSWORD"))

client = MQTT.MQTT(
    broker=os.getenv("MQTT_BROKER") or "test.mosquitto.org",
    username=os.getenv("MQTT_USER"),
    password=os.getenv("MQTT_PASSWORD"),
    socket_pool=socketpool.SocketPool(wifi.radio),
)
client.on_connect = connected
client.on_message = message
client.connect()

for number in range(COUNT):
    client.publish(TOPIC, "number %d" % number)
while len(heard) < COUNT:
    client.loop(timeout=1)  # receives messages, and sends pings that keep the connection alive
client.disconnect()
print("Done")
