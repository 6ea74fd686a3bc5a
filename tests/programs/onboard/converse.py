# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What adafruit_minimqtt does inside MicroPython: argv is a user, a password and a topic."""

import time

from adafruit_minimqtt import adafruit_minimqtt as minimqtt


def lines(pool, user, password, topic):
    got = []

    def client(**how):
        made = minimqtt.MQTT(
            broker="mqtt.test",
            socket_pool=pool,
            username=user,
            socket_timeout=0.2,
            recv_timeout=5,
            connect_retries=4,
            **how,
        )
        made.on_message = lambda _, name, text: got.append(name + "=" + text)
        return made

    try:
        client(password="wrong").connect()
    except minimqtt.MMQTTException as e:
        yield "turned away", e.code
    mine = client(password=password, keep_alive=2)
    mine.connect()
    mine.subscribe(topic + "/#", 1)
    mine.publish(topic + "/zero", "0")
    mine.publish(topic + "/one", "1", qos=1)
    mine.publish(topic + "/kept", "2", qos=1, retain=True)
    mine.publish(topic + "/long", "x" * 5000, qos=1)
    while len(got) < 4:
        mine.loop(0.2)
    yield "got", [len(each) if len(each) > 99 else each[len(topic) :] for each in got]
    since = time.ticks_ms()
    heard = []
    while time.ticks_diff(time.ticks_ms(), since) < 3400:
        heard += mine.loop(0.2) or []
    yield "pings", 0xD0 in heard
    del got[:]
    late = client(password=password)
    late.connect(session_id="late")
    late.subscribe(topic + "/kept")
    while not got:
        late.loop(0.2)
    yield "kept", got[0][len(topic) :]
    late.disconnect()
    yield "nothing", [each for each in mine.loop(0.2) or () if each != 0xD0]
    mine.disconnect()
    yield "free", not any(pool.radio.modem.links[:5])
