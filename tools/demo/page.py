"""The page of the demo, and the server that serves it; what a fetched page is compared with."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

LINES = 3500
_TOP = "<!DOCTYPE html>\n<title>espat</title>\n<p>Every line differs, so none can be lost.\n<pre>\n"


def page() -> bytes:
    """About 300 kB of HTML, always the same."""
    lines = (f"{n:5} {hashlib.sha256(b'%d' % n).hexdigest()} {n * n:>10}\n" for n in range(LINES))
    return (_TOP + "".join(lines) + "</pre>\n").encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    body: bytes

    def do_GET(self) -> None:
        """The page at /, and nothing else."""
        if self.path != "/":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the demo shows what happens."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, _request: object, _address: object) -> None:
        """A demo that is stopped hangs up in the middle: nothing to report."""


@contextmanager
def served(body: bytes) -> Iterator[int]:
    """An HTTP server with `body` as its one page, on loopback; its port."""
    handler = type("Handler", (_Handler,), {"body": body})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


class Differs(Exception):
    """The page that arrived is not the page that was served; the message says where."""


class Comparison:
    """Compares a page, as it arrives, with the page that was served, if that is known."""

    def __init__(self, expected: bytes | None):
        self.expected = expected
        self._done = 0

    def take(self, piece: memoryview) -> None:
        """The next bytes of the page. Raises Differs at the first that is wrong."""
        start, self._done = self._done, self._done + len(piece)
        if self.expected is None or piece == self.expected[start : self._done]:
            return
        arrived = bytes(piece)
        served = self.expected[start : self._done].ljust(len(arrived), b"\0")
        at = next(i for i, (a, b) in enumerate(zip(arrived, served, strict=True)) if a != b)
        raise Differs(f"byte {start + at:,} of the page is not the one that was served")

    def finish(self, sha256: str | None = None) -> None:
        """All has come, and was given to `take()`, or has this SHA-256. Raises Differs."""
        if self.expected is None:
            return
        if sha256 is None and self._done != len(self.expected):
            raise Differs(f"{self._done:,} bytes came and {len(self.expected):,} were served")
        if sha256 is not None and sha256 != hashlib.sha256(self.expected).hexdigest():
            raise Differs("the page that came is not the one that was served: its SHA-256 differs")
