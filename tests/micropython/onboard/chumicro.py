# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The published chumicro libraries, which never wait: a client of web.test, a server of pages and
one of WebSockets that its own client talks to, MQTT. argv[2:4] are user and password of the broker.
"""

import sys

from chumicro_http_server import HttpServer, build_response
from chumicro_mqtt import MQTTClient, ProtocolState
from chumicro_requests import HttpClient, HttpError
from chumicro_sockets import connector, listener
from chumicro_sockets.sockets_factory import connector_factory
from chumicro_timing import ticks_ms


def turn(*parts):
    """A turn of each that has something to do."""
    now = ticks_ms()
    for part in parts:
        if part.check(now):
            part.handle(now)


client = HttpClient(transport_factory=connector_factory())


def fetched(handle):
    while not handle.done:
        turn(client)
    return handle.result


answer = fetched(client.get("http://web.test/short.html", timeout_ms=20000))
print("page", answer.status_code, answer.text)
print("json", fetched(client.get("http://web.test/data.json", timeout_ms=20000)).json()["list"][:2])
print("ten", len(fetched(client.get("http://web.test/ten", timeout_ms=20000)).body))
answer = fetched(client.post("http://web.test/json", json={"a": 1}, timeout_ms=20000))
print("posted", answer.json())
try:
    fetched(client.get("http://web.test:81/", timeout_ms=20000))
except HttpError as e:
    print("nobody", type(e).__name__)

got = []
mqtt = MQTTClient(
    transport_factory=lambda: connector("mqtt.test", 1883),
    client_id="pico",
    username=sys.argv[2],
    password=sys.argv[3],
)
mqtt.on_message = lambda topic, payload: got.append((topic, bytes(payload)))
mqtt.connect()
while mqtt.state != ProtocolState.CONNECTED:
    turn(mqtt)
mqtt.subscribe("chu/#")
for _ in range(200):
    turn(mqtt)
mqtt.publish("chu/one", b"first", qos=1)
mqtt.publish("chu/two", b"second")
while len(got) < 2:
    turn(mqtt)
print("mqtt", sorted(got))
mqtt.disconnect()

server = HttpServer(transport_factory=lambda: listener(host="0.0.0.0", port=8080))
left = []


@server.route("/told", methods=["POST"])
def told(request):
    left.append(request)
    return build_response(201, json={"got": request.json()})


@server.route("/page/<number>")
def page(request):
    left.append(request)
    return build_response(200, html="page " + request.path_params["number"])


turn(server)
print("serving")
while len(left) < 6:
    turn(server)
end = ticks_ms() + 500
while ticks_ms() < end:
    turn(server)
print("over")
