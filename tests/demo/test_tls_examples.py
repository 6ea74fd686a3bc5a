"""The examples with TLS, as they are: a web server and a broker that wants a certificate."""

import http.server
import os
import socketserver
import ssl
import threading

import pytest
import trustme

from espat_tools.emulator import Module
from tests.demo.test_examples import EXAMPLES, STAND_INS, _python
from tests.e2e.test_tls import Clock
from tests.programs.servers import Mosquitto, program

RSA = trustme.KeyType.RSA
SITE, BROKER = "www.adafruit.com", "broker.test"
QUOTE = b'[{"text": "Trust, but verify"}]'


class Quotes(http.server.BaseHTTPRequestHandler):
    """The page that the example asks for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        assert self.path == "/api/quotes.php" and self.headers["Host"] == SITE
        self.send_response(200)
        self.send_header("Content-Length", str(len(QUOTE)))
        self.end_headers()
        self.wfile.write(QUOTE)

    def log_message(self, *_):
        """Say nothing."""


class Careful(Mosquitto):
    """A broker that takes in whoever has a certificate of its CA."""

    def __init__(self, folder, certificate, ca):
        super().__init__(folder, certificate)
        self.port = self.secure_port
        self._ca = ca

    def command(self):
        path = self.folder / "mosquitto.conf"
        path.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nrequire_certificate true\n"
            f"certfile {self._certificate[0]}\nkeyfile {self._certificate[1]}\n"
            f"cafile {self._ca}\nuser root\n",
            "utf-8",
        )
        return [program(self.NAME), "-c", str(path)]


@pytest.fixture(scope="module")
def ca():
    return trustme.CA(key_type=RSA)


@pytest.fixture
def folder(ca, tmp_path):
    """What the examples want on the drive."""
    device = ca.issue_cert("device.test", key_type=RSA)
    (tmp_path / "roots.pem").write_bytes(ca.cert_pem.bytes())
    (tmp_path / "device.pem").write_bytes(b"".join(b.bytes() for b in device.cert_chain_pems))
    (tmp_path / "device.key").write_bytes(device.private_key_pem.bytes())
    return tmp_path


@pytest.fixture
def clock():
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Clock) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"cn.ntp.org.cn": ("127.0.0.1", {123: server.server_address[1]})}
        server.shutdown()


def example(name, hosts, **variables):
    """What an example prints on a board whose module sees these hosts."""
    with Module(hosts=hosts) as module:
        variables["PYTHONPATH"] = os.pathsep.join(
            [str(STAND_INS / "circuitpython"), os.environ.get("PYTHONPATH", "")]
        )
        variables["STAND_IN_UART"] = module.open_pty()
        variables["CIRCUITPY_WIFI_SSID"] = "espat"
        variables["CIRCUITPY_WIFI_PASSWORD"] = "correct horse"
        return _python(EXAMPLES / f"{name}.py", variables=variables)


@pytest.mark.parametrize("known", [True, False])
def test_https(ca, folder, clock, known):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers("DEFAULT:@SECLEVEL=0")
    issuer = ca if known else trustme.CA(key_type=RSA)
    issuer.issue_cert(SITE, key_type=RSA).configure_cert(made)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quotes) as server:
        server.socket = made.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        hosts = {SITE: ("127.0.0.1", {443: server.server_address[1]}), **clock}
        try:
            printed = example("espat_https_simpletest", hosts, ROOTS=str(folder / "roots.pem"))
        except AssertionError as error:
            assert not known
            assert "not from a CA that was given" in str(error)
        else:
            assert known
            assert "200" in printed and "Trust, but verify" in printed
            assert printed.rstrip().endswith("Done")
        server.shutdown()


@pytest.mark.parametrize("shows", [True, False])
def test_mqtt(ca, folder, clock, shows):
    if reason := Mosquitto.missing():
        pytest.skip(reason)
    path = folder / "broker.pem"
    ca.issue_cert(BROKER, key_type=RSA).private_key_and_cert_chain_pem.write_to_path(path)
    if not shows:
        (folder / "device.pem").unlink()
    with Careful(folder / "broker", (path, path), folder / "roots.pem") as broker:
        hosts = {BROKER: ("127.0.0.1", {8883: broker.port}), **clock}
        variables = {"MQTT_BROKER": BROKER, "MQTT_FILES": f"{folder}{os.sep}"}
        try:
            printed = example("espat_mqtt_tls", hosts, **variables)
        except AssertionError as error:
            assert not shows
            assert "client certificate" in str(error) or "Repeated connect failures" in str(error)
        else:
            assert shows
            assert "espat/hello says hello from ESP32 ESP-AT 3.3" in printed
            assert printed.rstrip().endswith("Done")
