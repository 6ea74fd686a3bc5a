"""adafruit_minimqtt, as published, against mosquitto."""

import time

import pytest
from adafruit_minimqtt import adafruit_minimqtt as minimqtt

from tests.programs.conftest import each_family
from tests.programs.servers import Mosquitto

KEEP_ALIVE = 2  # seconds; the broker throws out who is silent for one and a half times that


def exercises(what):
    return pytest.mark.exercises("adafruit_minimqtt", "mosquitto", what)


@pytest.fixture
def board(make_board, family, broker):
    """A board whose network has the broker."""
    return make_board(family, {"mqtt.test": ("127.0.0.1", {1883: broker.port})})


@pytest.fixture
def make_client(board):
    """Makes a client; those still connected are disconnected at the end.

    Several need a session each, else the connection manager finds the socket of the first in use:
    `client.connect(session_id=client.client_id)`.
    """
    clients = []

    def make(**how):
        given = {
            "broker": "mqtt.test",
            "socket_pool": board.pool,
            "username": Mosquitto.USER,
            "password": Mosquitto.PASSWORD,
            "socket_timeout": 0.2,  # a connect gets no more
            "recv_timeout": 5,
            "connect_retries": 4,
        }
        clients.append(minimqtt.MQTT(**{**given, **how}))
        clients[-1].got = []
        clients[-1].on_message = lambda client, topic, text: client.got.append((topic, text))
        return clients[-1]

    yield make
    for client in clients:
        if client.is_connected():
            client.disconnect()


@pytest.fixture
def client(make_client):
    """A client that is connected."""
    client = make_client()
    client.connect()
    return client


def wait_for(client, count, patience=20):
    """The next messages, after so many are there."""
    end = time.monotonic() + patience
    while len(client.got) < count and time.monotonic() < end:
        client.loop(0.2)
    return client.got


def topic(name, request):
    """A topic of a test's own: the broker is for all."""
    return f"{request.node.name}/{name}"


@each_family
@exercises("user and password; subscribe, publish, QoS 0 and 1")
def test_publish_and_subscribe(client, request):
    told = []
    client.on_subscribe = lambda _client, _data, name, qos: told.append((name, qos))
    client.on_publish = lambda _client, _data, name, _number: told.append(name)
    client.subscribe([(topic("in/#", request), 0), (topic("out", request), 1)])
    client.publish(topic("in/a", request), "zero")
    client.publish(topic("out", request), "one, with ü", qos=1)
    client.publish(topic("elsewhere", request), "nobody hears it", qos=1)
    assert wait_for(client, 2) == [
        (topic("in/a", request), "zero"),
        (topic("out", request), "one, with ü"),
    ]
    assert told == [
        (topic("in/#", request), 0),
        (topic("out", request), 1),
        *(topic(name, request) for name in ("in/a", "out", "elsewhere")),
    ]
    client.unsubscribe(topic("in/#", request))
    client.publish(topic("in/a", request), "no more", qos=1)
    assert client.loop(0.2) is None


@exercises("a wrong password")
def test_a_wrong_password(make_client):
    with pytest.raises(minimqtt.MMQTTException, match="Unauthorized"):
        make_client(password="wrong").connect()


@exercises("messages of 9 KB, both ways; bytes")
def test_long_messages(make_client, request):
    client = make_client(use_binary_mode=True)
    client.connect()
    long = bytes(i * 7 + i // 251 & 255 for i in range(9000))
    client.subscribe(topic("long", request), 1)
    for _ in range(3):
        client.publish(topic("long", request), long, qos=1)
    assert wait_for(client, 3) == [(topic("long", request), long)] * 3


@exercises("a publish has left when it returns")
def test_a_publish_has_left_when_it_returns(client, broker, request):
    """QoS 0: no reading follows it, and nothing may be held back."""
    client.publish(topic("now", request), "gone")
    broker.said(f"'{topic('now', request)}', ... (4 bytes)")


@exercises("retained messages")
def test_retained(client, make_client, request):
    client.publish(topic("kept", request), "stays", retain=True, qos=1)
    late = make_client()
    late.connect(session_id=late.client_id)
    late.subscribe(topic("kept", request))
    assert wait_for(late, 1) == [(topic("kept", request), "stays")]


@pytest.fixture
def other_board(make_board, family, broker):
    """Another board in the same network."""
    return make_board(family, {"mqtt.test": ("127.0.0.1", {1883: broker.port})})


@exercises("the will of a client whose module lost power")
def test_the_will(other_board, make_client, client, request):
    testator = make_client(socket_pool=other_board.pool, client_id="testator")
    testator.will_set(topic("will", request), "gone", qos=1)
    testator.connect()
    client.subscribe(topic("will", request), 1)
    other_board.module.close()
    assert wait_for(client, 1) == [(topic("will", request), "gone")]
    testator._is_connected = False  # it does not know


@exercises("keep-alive: the pings that it needs, while loop() waits")
def test_keep_alive(make_client, broker, request):
    client = make_client(keep_alive=KEEP_ALIVE, client_id="alive-" + request.node.name[-12:])
    client.connect()
    end = time.monotonic() + 1.7 * KEEP_ALIVE
    heard = []
    while time.monotonic() < end:
        heard += client.loop(0.2) or []
    assert minimqtt.MQTT_PINGRESP in heard
    assert f"Received PINGREQ from {client.client_id}" in broker.log()
    assert f"{client.client_id} has exceeded timeout" not in broker.log()


@exercises("loop() returns when its time is up, nothing lost")
def test_loop_returns_when_its_time_is_up(client, request):
    """MiniMQTT's oldest complaint: it hangs, or fails, where a read gives 0 for "nothing yet"."""
    since = time.monotonic()
    assert client.loop(0.2) is None
    assert time.monotonic() - since >= 0.2
    client.subscribe(topic("later", request))
    client.publish(topic("later", request), "here")
    assert wait_for(client, 1) == [(topic("later", request), "here")]


@pytest.fixture
def own_broker(serve, make_board, family):
    """A broker that may be stopped, and a board that knows it."""
    broker = serve(Mosquitto)
    return broker, make_board(family, {"own.test": ("127.0.0.1", {1883: broker.port})})


@exercises("the broker restarted under it: reconnect() takes the subscriptions up again")
def test_a_broker_restarted(own_broker, make_client, request):
    broker, board = own_broker
    client = make_client(broker="own.test", socket_pool=board.pool)
    client.connect()
    client.subscribe(topic("on", request), 0)
    broker.stop()
    broker.start()
    with pytest.raises(minimqtt.MMQTTException):
        client.loop(0.2)
    client.reconnect()
    client.publish(topic("on", request), "again", qos=1)
    assert wait_for(client, 1) == [(topic("on", request), "again")]
    client.disconnect()


@exercises("the broker gone: errors, no hanging, and back when it is back")
def test_a_broker_that_is_gone(own_broker, make_client, request):
    broker, board = own_broker
    client = make_client(broker="own.test", socket_pool=board.pool)
    client.connect()
    broker.stop()
    with pytest.raises(minimqtt.MMQTTException):
        client.loop(0.2)
    with pytest.raises(OSError):
        client.publish("any", "thing", qos=1)
    with pytest.raises(minimqtt.MMQTTException, match="connect failures"):
        client.reconnect()
    broker.start()
    client.connect()
    client.subscribe(topic("on", request), 0)
    client.publish(topic("on", request), "again")
    assert wait_for(client, 1) == [(topic("on", request), "again")]
    client.disconnect()


@exercises("a module that restarts: the next loop() says so, reconnect() works")
def test_a_module_that_restarts(board, client, request):
    board.module.reset()
    with pytest.raises(minimqtt.MMQTTException):
        client.loop(1)
    client.reconnect()
    client.subscribe(topic("on", request))
    client.publish(topic("on", request), "again")
    assert wait_for(client, 1) == [(topic("on", request), "again")]


@exercises("five clients over one module")
def test_clients_talk_to_each_other(make_client, request):
    clients = [make_client(client_id=f"client {number}") for number in range(5)]
    for client in clients:
        client.connect(session_id=client.client_id)
        client.subscribe(topic("all", request), 1)
    for number, client in enumerate(clients):
        client.publish(topic("all", request), str(number), qos=1)
    for client in clients:
        found = wait_for(client, 5)
        assert sorted(text for _, text in found) == ["0", "1", "2", "3", "4"]
