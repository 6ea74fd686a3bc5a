# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The published mqtt_async: argv[2:4] are user and password. Its module restarts."""

import asyncio
import sys

import machine_of_pico

machine_of_pico.unique_id = lambda: b"pico"
sys.modules["machine"] = machine_of_pico
import mqtt_async  # noqa: E402

config = mqtt_async.config
config.server = "mqtt.test"
config.user, config.password = sys.argv[2:4]
config.ssid, config.wifi_pw = "espat", "correct horse"
config.response_time = 2
got = []


def heard(topic, message, retained, qos):
    got.append(bytes(message))
    print("heard", got[-1].decode())


config.subs_cb = heard


async def main():
    client = mqtt_async.MQTTClient(config)
    await client.connect()
    await client.subscribe("pico/#", 1)
    number = 0
    while b"9" not in got:
        number += 1
        text = str(number) if number < 5 else "9" if len(got) > 6 else "7"
        await client.publish("pico/said", text, qos=1)
        await asyncio.sleep_ms(100)
    await client.disconnect()
    print("over")


asyncio.run(main())
