# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""MQTT by the published aiomqttc: argv[2:4] are user and password. It counts to itself, and begins
a new session when the broker or the network has gone; five in the third session are the end.
"""

import asyncio
import sys

import machine_of_pico

sys.modules["machine"] = machine_of_pico
from aiomqttc import MQTTClient  # noqa: E402
from beat import Beat  # noqa: E402

over = asyncio.Event()


async def heard(client, topic, message, *_):
    message = bytes(message).decode()
    print("heard", message)
    if message == "3/5":
        over.set()


async def count(client, session):
    """Publish numbers until the session breaks."""
    number = 0
    await client.subscribe("pico/#", 1)
    while client.connected and not over.is_set():
        if not await client.publish("pico/count", f"{session}/{number}", qos=1):
            break
        number += 1
        await asyncio.sleep_ms(100)


async def main():
    beat = Beat()
    sessions = 0
    while not over.is_set():
        client = MQTTClient(
            "pico", "mqtt.test", user=sys.argv[2], password=sys.argv[3], keepalive=5
        )
        client.on_message = heard
        if await client.connect(timeout_sec=5):
            sessions += 1
            print("session", sessions)
            await count(client, sessions)
        await client.disconnect()
        await client.handle_disconnect()
        await asyncio.sleep_ms(200)
    print("beats", beat.count > 100)
    print("stall", beat.told())


asyncio.run(main())
