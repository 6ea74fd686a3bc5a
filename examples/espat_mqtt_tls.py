# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""CircuitPython: MQTT over TLS with a certificate of this device's own.

Pins as in espat_simpletest.py; the library comes with `circup install adafruit_minimqtt`. Put these
on the CIRCUITPY drive: roots.pem, the broker's CA; device.pem and device.key, this device's
certificate and key (leave them out if the broker does not require them). Put into settings.toml

    CIRCUITPY_WIFI_SSID = "your network"
    CIRCUITPY_WIFI_PASSWORD = "its password"
    MQTT_BROKER = "its name, as in its certificate"
    MQTT_FILES = "/"
    CIRCUITPY_PYSTACK_SIZE = 2048  # in CircuitPython 9; without: "pystack exhausted"

The certificates and the key are written to the module's flash once, and kept there.
"""

import os

import adafruit_minimqtt.adafruit_minimqtt as minimqtt
import board
import busio

import espat
from espat import tls

FILES = os.getenv("MQTT_FILES", "/")
TOPIC = "espat/hello"
BROKER = os.getenv("MQTT_BROKER")
if not BROKER:
    raise ValueError("MQTT_BROKER is missing in settings.toml: the broker's name")

uart = busio.UART(board.GP0, board.GP1, baudrate=115200, timeout=0, receiver_buffer_size=2048)
radio = espat.Radio(uart, rx_size=2048)
print("Joining...")
radio.connect(os.getenv("CIRCUITPY_WIFI_SSID"), os.getenv("CIRCUITPY_WIFI_PASSWORD"))

context = tls.create_default_context(cafile=FILES + "roots.pem")
try:
    context.load_cert_chain(FILES + "device.pem", FILES + "device.key")
except OSError:
    print("No device.pem: none is shown")

heard = []


def message(client, topic, text):
    """A message was received."""
    print(topic, "says", text)
    heard.append(text)


client = minimqtt.MQTT(
    broker=BROKER,
    port=8883,
    is_ssl=True,
    socket_pool=espat.SocketPool(radio),
    ssl_context=context,
)
client.on_message = message
client.connect()
client.subscribe(TOPIC)
client.publish(TOPIC, "hello from " + radio.firmware)
while not heard:
    client.loop(1)
client.disconnect()
print("Done")
