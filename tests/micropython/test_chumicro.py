"""The published chumicro libraries: non-blocking sockets, polled in turns."""

import json
from concurrent.futures import ThreadPoolExecutor

from tests.micropython.test_uhttp import fetch
from tests.programs import published
from tests.programs.servers import Mosquitto

LIBRARIES = [
    "chumicro-http-server==0.21.3",
    "chumicro-mqtt==0.30.3",
    "chumicro-requests==0.21.3",
    "chumicro-sockets==0.21.3",
    "chumicro-timing==0.8.4",
]
SAID = [
    "page 200 <p>short</p>",
    "json [1, 2]",
    "ten 10000",
    "posted {'a': 1}",
    "nobody HttpError",
    "mqtt [('chu/one', b'first'), ('chu/two', b'second')]",
    "serving",
    "over",
]


def test_client_server_and_mqtt(make_pico, nginx, broker):
    modules = {}
    for library in LIBRARIES:
        found = published.modules(library)
        modules |= {name: path for name, path in found.items() if not name.endswith("/testing")}
    hosts = {
        "web.test": ("127.0.0.1", {80: nginx.port, 81: 9}),
        "mqtt.test": ("127.0.0.1", {1883: broker.port}),
    }
    pico = make_pico(hosts)
    login = Mosquitto.USER, Mosquitto.PASSWORD
    with pico.started("chumicro", *login, modules=modules) as program:
        program.wait_for("serving")
        site = f"http://127.0.0.1:{pico.server_port}"
        assert json.loads(fetch(f"{site}/told", b'{"a": 5}')) == {"got": {"a": 5}}
        with ThreadPoolExecutor(3) as pool:
            pages = list(pool.map(lambda n: fetch(f"{site}/page/{n}"), range(5)))
        assert pages == [b"page %d" % n for n in range(5)]
        assert program.ended() == SAID
    assert pico.sent() > 500
