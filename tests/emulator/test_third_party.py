"""A driver that is not ours, as published: ESP_ATcontrol 0.11.7 joins and fetches a page.

It asks for CIPSSLSIZE, CWSTATE, CIPSTATE and CIPSTATUS and goes by what it finds, so each family
takes it another way.
"""

import http.server
import importlib.metadata
import threading
import time

import pytest
import serial

from espat_tools.emulator import Module

control = pytest.importorskip(
    "adafruit_espatcontrol.adafruit_espatcontrol",
    reason="needs the package adafruit-circuitpython-esp-atcontrol",
)

AWAY = 0.1
"""Seconds to the web server and back. That driver throws away what comes together with SEND OK."""

PAGE = b"".join(b"line %05d of the page\r\n" % i for i in range(400))


class Pages(http.server.BaseHTTPRequestHandler):
    """One page, and the connection closed behind it."""

    def do_GET(self):
        time.sleep(AWAY)
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        """Silence."""


@pytest.fixture(scope="module")
def web():
    """The port of a web server."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def fetch(radio, host):
    """A page, by the socket module of that driver."""
    from adafruit_espatcontrol import adafruit_espatcontrol_socket as pool

    pool.set_interface(radio)
    sock = pool.socket()
    sock.settimeout(3)
    address = pool.getaddrinfo(host, 80)[0][-1]
    sock.connect(address, radio.TYPE_TCP)
    sock.send(b"GET / HTTP/1.0\r\nHost: web.test\r\n\r\n")
    answer = b""
    while len(answer.partition(b"\r\n\r\n")[2]) < len(PAGE):
        piece = sock.recv()
        assert piece, "the page ended early"
        answer += piece
    return address[0], answer


@pytest.mark.parametrize(
    ("profile", "asked", "refused"),
    [
        ("nonos-1.7.4", {b"AT+CIPSSLSIZE=4096", b"AT+CIPSTATUS"}, {b"AT+CWSTATE?"}),
        ("esp32-2.4", {b"AT+CWSTATE?", b"AT+CIPSTATE?"}, {b"AT+CIPSSLSIZE=4096"}),
        ("esp32c3-3.3", {b"AT+CWSTATE?", b"AT+CIPSTATE?"}, {b"AT+CIPSSLSIZE=4096"}),
    ],
)
def test_it_joins_and_fetches_a_page(web, profile, asked, refused):
    assert importlib.metadata.version("adafruit-circuitpython-esp-atcontrol") == "0.11.7"
    hosts = {"web.test": ("127.0.0.1", {80: web})}
    with Module(profile, hosts=hosts) as module:
        with serial.Serial(module.open_pty(), 115200, timeout=1) as uart:
            radio = control.ESP_ATcontrol(uart, 115200)
            radio.connect({"ssid": "espat", "password": "correct horse"})
            assert radio.is_connected
            address, answer = fetch(radio, "web.test")
        assert address.encode() in next(c for c in module.commands if b"CIPSTART" in c)
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith((b"HTTP/1.0 200", b"HTTP/1.1 200"))
        assert body == PAGE
        assert asked | refused <= set(module.commands)
        said = _answers(module)
        assert {line for line in asked if not said[line]} == set()
        assert {line for line in refused if said[line]} == set()


def _answers(module):
    """Whether each command was answered with OK."""
    answers, line, reply = {}, None, b""
    for _, way, data in module.log:
        if way == "<":
            line, reply = (line or b"") + data, b""
        else:
            reply += data
        if line and line.endswith(b"\r\n") and reply.endswith((b"OK\r\n", b"ERROR\r\n")):
            answers[line.strip()] = reply.endswith(b"OK\r\n")
            line = None
    return answers
