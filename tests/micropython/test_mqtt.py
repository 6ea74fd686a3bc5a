"""MQTT by published clients, against mosquitto: restarted under them, and Wi-Fi lost."""

import time

import pytest

from tests.micropython.conftest import ONBOARD
from tests.programs import published
from tests.programs.servers import Mosquitto

LOGIN = (Mosquitto.USER, Mosquitto.PASSWORD)


@pytest.fixture
def pico(make_pico, broker, family):
    return make_pico({"mqtt.test": ("127.0.0.1", {1883: broker.port})}, family)


@pytest.mark.parametrize("family", ["esp32c3-3.3", "nonos-1.7.4"])
def test_umqtt(pico):
    modules = published.modules("micropython-umqtt.simple==1.3.4")
    assert pico.run("mqtt", *LOGIN, modules=modules) == [
        "session 0",
        "got [(b'pico/kept', b'kept'), (b'pico/one', b'once'), (b'pico/zero', b'none')]",
        "long b'pico/long' 3000",
        "kept [(b'pico/kept', b'kept')]",
        "turned away 5",
    ]
    assert pico.sent() > 3000


@pytest.mark.parametrize("family", ["esp32c3-3.3"])
def test_aiomqttc(pico, broker, capsys):
    """The broker restarts, Wi-Fi goes and comes back: new sessions, and the beat goes on."""
    modules = {
        "aiomqttc": published.modules("aiomqttc==1.0.7")["aiomqttc"],
        "beat": ONBOARD / "beat.py",
        "machine_of_pico": ONBOARD / "machine_of_pico.py",
    }
    with pico.started("mqtt_asyncio", *LOGIN, modules=modules) as program:
        program.wait_for("heard 1/3")
        broker.stop()
        time.sleep(0.5)
        broker.start()
        program.wait_for("heard 2/3")
        pico.module.wifi_lost()
        time.sleep(0.5)
        pico.module.wifi_back()
        lines = program.ended()
    assert lines[-2] == "beats True"
    assert pico.sent() > 400
    with capsys.disabled():
        print(f"\naiomqttc, broker restarted, Wi-Fi lost: the longest {lines[-1]}")
