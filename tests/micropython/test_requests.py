"""The published `requests`, frozen into MicroPython, against nginx: HTTP, HTTPS by the module."""

import hashlib

import pytest
import trustme

from tests.programs.conftest import TEN, other_names
from tests.programs.servers import Nginx

RSA = trustme.KeyType.RSA
OURS = trustme.CA(key_type=RSA)
STRANGER = trustme.CA(key_type=RSA)

SAID = [
    "page (200, '<p>short</p>')",
    "json {'list': [1, 2]}",
    """posted (200, '{"a": [1, 2], "b": "text"}')""",
    "put (200, 'took 10')",
    "asked (200, 'GET pico 7')",
    "moved 200",
    "missing (404, 'not here')",
    f"streamed {hashlib.sha256(TEN * 10).hexdigest()}",
    "nobody True",
    "nobody True",
]


@pytest.fixture(scope="module")
def web(serve, tmp_path_factory):
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    OURS.issue_cert("web.test", key_type=RSA).private_key_and_cert_chain_pem.write_to_path(path)
    files = {"short.html": b"<p>short</p>", "long": TEN * 10, "data.json": b'{"list": [1, 2]}'}
    return serve(Nginx, files, (path, path))


@pytest.fixture
def cas(tmp_path):
    """Files of both CAs."""
    for name, ca in (("ours", OURS), ("stranger", STRANGER)):
        ca.cert_pem.write_to_path(tmp_path / name)
    return tmp_path / "ours", tmp_path / "stranger"


@pytest.mark.parametrize("family", ["esp32c3-3.3", "nonos-1.7.4"])
def test_http(make_pico, web, family):
    pico = make_pico({"web.test": ("127.0.0.1", {80: web.port, 81: 9})}, family)
    assert pico.run("web", "http") == SAID
    assert len(pico.commands(b"+CIPSTART=")) >= 11
    assert pico.sent() > 8 * 40
    assert len(pico.commands(b"+CIPSEND=")) <= 2 * 11  # heads are not sent in pieces


@pytest.mark.parametrize("family", ["esp32c3-3.3", "esp32c6-5.0.1"])
def test_https(make_pico, web, clock, cas, family):
    hosts = {"web.test": ("127.0.0.1", {443: web.secure_port, 80: web.port, 81: 9})}
    pico = make_pico({**hosts, **other_names(clock)}, family)
    lines = pico.run("web", "https", *cas, timeout=120)
    assert lines == [*SAID, "verified True b'<p>short</p>'", "refused 103", "refused 103"]
    secure = [line for line in pico.commands(b"+CIPSTART=") if b'"SSL"' in line]
    assert len(secure) >= 11
