"""The picture while the conversation goes on: a page on this machine that asks for what is new."""

import http.server
import json
import secrets
import threading
from pathlib import Path

from espat_tools.transcripts import load_begun

from .model import data, make
from .page import render


class Gallery:
    """Serves the picture of a transcript that grows, on loopback, at a path that nobody guesses."""

    def __init__(self, path: Path, masked: bool, port: int = 0):
        self._path = path
        self._masked = masked
        self._made = (-1, None, None)
        self._lock = threading.Lock()
        self._base = f"/{secrets.token_urlsafe(9)}/"
        gallery = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, kind, body = gallery.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_port}{self._base}"

    def __enter__(self) -> "Gallery":
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """(status, type, body) for a path: the page; the picture if it has more than ``from``."""
        name, _, query = path.partition("?")
        if name == self._base:
            page = render(load_begun(self._path), self._masked, live=True)
            return 200, "text/html; charset=utf-8", page.encode()
        if name != f"{self._base}picture.json":
            return 404, "text/plain", b"not here\n"
        transcript, picture = self._latest()
        known = query.removeprefix("from=")
        if known.isdigit() and int(known) == len(picture.pieces):
            return 204, "application/json", b""
        return 200, "application/json", json.dumps(data(transcript, picture, True)).encode()

    def _latest(self):
        """The transcript as it is now and its picture, made anew only if the file has grown."""
        with self._lock:
            size = self._path.stat().st_size
            if size != self._made[0]:
                transcript = load_begun(self._path)
                self._made = (size, transcript, make(transcript, self._masked))
            return self._made[1:]
