"""`espat demo --url https://…`: a real TLS server, verified through the module or refused."""

import socketserver
import ssl
import sys
import threading
from contextlib import contextmanager

import pytest
import trustme
from click.testing import CliRunner

from espat_tools.ca.cli import ca as ca_commands
from espat_tools.demo.page import page
from espat_tools.demo.timekeeper import TIME_SERVER, time_server
from espat_tools.emulator import Module
from tests.demo.conftest import invoke

RSA = trustme.KeyType.RSA
SITE = "localhost"
BODY = page()[:20_000]
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
VERIFIED = "localhost: chain, by --ca, name and dates"


@pytest.fixture(scope="module")
def ca():
    return trustme.CA(key_type=RSA)


@pytest.fixture(scope="module")
def pem(ca, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(path)
    return str(path)


class Served(socketserver.ThreadingTCPServer):
    """Answers heads of requests over TLS; what it was asked is in `requests`."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_):
        """Handshakes that fail are what some tests are about."""


@contextmanager
def site(certificate):
    """Serve REPLY with a certificate of a CA, and name the URL and the requests."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    certificate.configure_cert(context)
    requests = []

    class Handler(socketserver.StreamRequestHandler):
        def setup(self):
            self.request.settimeout(30)
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def handle(self):
            requests.append(b"".join(iter(self.rfile.readline, b"\r\n")))
            self.wfile.write(REPLY)

    with Served(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"https://{SITE}:{server.server_address[1]}/a", requests
        finally:
            server.shutdown()


def test_a_page_that_is_verified(runtime, ca, pem):
    with site(ca.issue_cert(SITE, key_type=RSA)) as (url, requests):
        ran = invoke(*runtime, "--url", url, "--ca", pem)
    assert (ran.status, ran.err) == (0, "")
    assert ran.row("verified").startswith(VERIFIED)
    assert ran.row("page").startswith(f"{len(BODY):,} bytes, as many as promised")
    (request,) = requests
    host = url.removeprefix("https://").removesuffix("/a")
    assert request.startswith(b"GET /a HTTP/1.1\r\nHost: %s\r\n" % host.encode())


def test_a_firmware_that_does_not_look_at_dates_says_so(ca, pem):
    with site(ca.issue_cert(SITE, key_type=RSA)) as (url, _requests):
        ran = invoke("--profile", "esp8266-2.2.1", "--url", url, "--ca", pem)
    assert (ran.status, ran.err) == (0, "")
    assert "name (this firmware does not look at dates)" in ran.row("verified")


REFUSED = {
    "another name": ("esp32c6-5.0.1", "not for localhost"),
    "another CA": ("esp32c6-5.0.1", "not from a CA that was given"),
    "no verifying": ("nonos-1.3", "can neither verify certificates nor show one"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_why_it_cannot_be_verified_is_told(name, ca, pem, runtime):
    profile, sentence = REFUSED[name]
    issuer = trustme.CA(key_type=RSA) if name == "another CA" else ca
    called = "other.test" if name == "another name" else SITE
    with site(issuer.issue_cert(called, key_type=RSA)) as (url, requests):
        ran = invoke(*runtime, "--profile", profile, "--url", url, "--ca", pem)
    assert ran.status == 1
    assert ran.err.startswith("Error: ")
    assert sentence in ran.err
    assert requests == []


def test_a_module_on_a_port_uses_the_roots_that_it_has(ca, pem):
    """None at first, and the sentence says how some come in; then those of `espat ca`."""
    secured = site(ca.issue_cert(SITE, key_type=RSA))
    with secured as (url, _requests), time_server() as clock:
        hosts = {SITE: "127.0.0.1", TIME_SERVER: ("127.0.0.1", {123: clock})}
        with Module(hosts=hosts) as module:
            options = ["--port", module.open_pty(), "--ssid", "espat", "--url", url]
            options += ["--password", "correct horse"]
            before = invoke(*options)
            put = CliRunner().invoke(ca_commands, ["add", "--port", options[1], pem])
            after = invoke(*options)
    assert (before.status, put.exit_code) == (1, 0)
    assert "no CA to verify with" in before.err
    assert "espat ca" in before.err
    assert (after.status, after.err) == (0, "")
    assert after.row("verified").startswith("localhost: chain, by the module's roots, name")


def test_a_file_that_is_no_certificate(tmp_path):
    (tmp_path / "no.pem").write_text("hello")
    for name, sentence in (("no.pem", "no certificate in it"), ("none.pem", "No such file")):
        path = tmp_path / name
        ran = invoke("--url", "https://localhost:1/", "--ca", str(path))
        assert (ran.status, ran.out) == (1, "")
        assert ran.err.startswith(f"Error: {path}: {sentence}")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--url", "https://localhost/"], "The emulated module starts without roots"),
        (["--url", "http://localhost/", "--ca", "x.pem"], "--ca is for pages of https."),
        (["--ca", "x.pem"], "--ca is for pages of https."),
    ],
)
def test_options_that_do_not_fit(options, sentence):
    ran = invoke(*options)
    assert ran.status == 1
    assert ran.err.startswith(f"Error: {sentence}")


@pytest.mark.parametrize("name", ["OpenSSL.SSL", "ntplib"])
def test_a_library_that_is_missing_is_named(name, pem, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    ran = invoke("--url", "https://localhost:1/", "--ca", pem)
    assert ran.status == 1
    assert ran.err.startswith("Error: The emulated module's TLS needs ")
    assert "pip install" in ran.err
