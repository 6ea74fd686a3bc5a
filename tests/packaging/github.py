"""A stand-in for GitHub's releases: a proxy on loopback that plays the host itself."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trustme

HOST = "github.com"


class _Inside(BaseHTTPRequestHandler):
    """The requests inside a tunnel."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self._answer(with_body=False)

    def do_GET(self):
        self._answer(with_body=True)

    def _answer(self, with_body):
        self.server.asked.append((self.command, self.path))
        status, headers, body = self.server.pages.get(self.path, (404, {}, b"none"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, *_args):
        """Keep the test's output clean."""


class _Proxy(BaseHTTPRequestHandler):
    def do_CONNECT(self):
        if self.path != f"{HOST}:443":
            self.send_error(502, "only one host is here")
            return
        self.send_response(200)
        self.end_headers()
        with self.server.tls.wrap_socket(self.connection, server_side=True) as inside:
            _Inside(inside, self.client_address, self.server)
        self.close_connection = True

    def log_message(self, *_args):
        """Keep the test's output clean."""


class GitHub:
    """`environment` leads a program here; `asked` is what it asked for. A context manager."""

    def __init__(self, folder):
        authority = trustme.CA()
        certificate = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(certificate))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Proxy)
        self._server.daemon_threads = True
        self._server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(HOST).configure_cert(self._server.tls)
        self._server.asked = self.asked = []
        self._server.pages = self._pages = {}
        proxy = f"http://127.0.0.1:{self._server.server_port}"
        self.environment = {
            "HTTPS_PROXY": proxy,
            "HTTP_PROXY": proxy,
            "REQUESTS_CA_BUNDLE": str(certificate),
            "SSL_CERT_FILE": str(certificate),
        }

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exc):
        self._server.shutdown()
        self._server.server_close()

    def release(self, repository, tag, files):
        """Publish a release."""
        there = f"/{repository}/releases"
        self._pages[f"/{repository}"] = (200, {}, b"a repository")
        self._pages[f"{there}/latest"] = (
            302,
            {"Location": f"https://{HOST}{there}/tag/{tag}"},
            b"",
        )
        # circup asks which CircuitPython is the newest.
        newest = "/adafruit/circuitpython/releases"
        location = {"Location": f"https://{HOST}{newest}/tag/10.3.1"}
        self._pages[f"{newest}/latest"] = (302, location, b"")
        for path in files:
            self._pages[f"{there}/download/{tag}/{path.name}"] = (200, {}, path.read_bytes())
