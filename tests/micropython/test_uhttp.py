"""The published uhttp, a client and a server of non-blocking sockets and select.

The client reads no body in any MicroPython: `del bytearray[a:b]` is beyond it, with any socket.
"""

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.micropython.conftest import ONBOARD
from tests.programs import published

SAID = [
    *["nothing 204"] * 3,
    "body True",
    "serving",
    "over",
]


def fetch(url, data=None):
    """What a server gives."""
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as reply:
        return reply.read()


@pytest.mark.parametrize("family", ["esp32c3-3.3", "nonos-1.7.4"])
def test_client_and_server(make_pico, nginx, family):
    modules = {
        "select_of_pico": ONBOARD / "select_of_pico.py",
        **published.modules("uhttp-client==2.3.1"),
        **published.modules("uhttp-server==2.6.2"),
    }
    pico = make_pico({"web.test": ("127.0.0.1", {80: nginx.port})}, family)
    with pico.started("uhttp_both", 12, modules=modules) as program, ThreadPoolExecutor(4) as pool:
        program.wait_for("serving")
        site = f"http://127.0.0.1:{pico.server_port}"
        assert fetch(f"{site}/ten") == bytes(10_000)
        body = json.dumps({"a": list(range(300))}).encode()
        told = json.loads(fetch(f"{site}/told", body))
        assert told == {"path": "/told", "method": "POST", "data": json.loads(body)}
        pages = list(pool.map(lambda n: json.loads(fetch(f"{site}/page/{n}")), range(10)))
        assert [page["path"] for page in pages] == [f"/page/{n}" for n in range(10)]
        assert program.ended() == SAID
    assert pico.sent() > 10_000
