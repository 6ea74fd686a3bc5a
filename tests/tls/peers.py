"""The servers at the other end: nginx with a certificate of each kind, and `openssl s_server`.

nginx reads the certificates of the ports in `swapped` at every handshake, so that they can be
renewed while it runs: a request to /serve/<kind> over such a port has that done.
"""

import contextlib
import http.server
import os
import random
import re
import shutil
import socket
import threading

from tests.programs.servers import NGINX_HEAD, Server, program
from tests.tls import material
from tests.tls.rules import IDENTITY, KEY

KINDS = ("right", "name", "issuer", "self", "expired", "future")
_TYPES = ("curve", "rsa")

_CONF = (
    NGINX_HEAD
    + """
    log_format cell "$request_uri|$server_port|$ssl_server_name|$ssl_protocol|$ssl_alpn_protocol";
    access_log {folder}/cells.log cell;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers DEFAULT:@SECLEVEL=0;
    ssl_session_cache off;
    ssl_session_tickets off;
    keepalive_timeout 120;
    {servers}
}}
"""
)
_SITE = """
    location /cell/ {{ return 200 "$request_uri"; }}
    location ~ ^/serve/([a-z]+)$ {{ proxy_pass http://127.0.0.1:{swaps}/$server_port/$1; }}
"""


def free_ports(count):
    """So many ports that nobody uses: below those that systems give out, lest one is given away
    before nginx has it.
    """
    found = []
    for port in random.sample(range(10_000, 32_000), 2_000):
        if len(found) == count:
            return found
        with contextlib.suppress(OSError):
            socket.create_server(("127.0.0.1", port)).close()
            found.append(port)
    raise AssertionError("too few free ports")


class Nginx(Server):
    """`ports[kind]` for the kinds, and `swaps` ports whose certificates change."""

    NAME = PACKAGE = "nginx"

    def __init__(self, folder, swaps):
        super().__init__(folder)
        free = free_ports(len(KINDS) + swaps)
        self.ports = dict(zip(KINDS, free, strict=False))
        self.swapped = free[len(KINDS) :]
        self.port = self.ports["right"]
        (self.folder / "live").mkdir()
        for kind in (*KINDS, "renewed", "stranger"):
            for name, pem in material.both(kind).items():
                (self.folder / f"{kind}-{name}.pem").write_bytes(pem)
        for port in self.swapped:
            self.swap(port, "right")
        self._swaps = _Swaps(self)

    def swap(self, port, kind):
        """Let a port show another certificate from its next handshake on."""
        for name in _TYPES:
            fresh = self.folder / "live" / f"{port}-{name}.new"
            shutil.copy(self.folder / f"{kind}-{name}.pem", fresh)
            fresh.replace(self.folder / "live" / f"{port}-{name}.pem")

    def command(self):
        site = _SITE.format(swaps=self._swaps.server_address[1])
        servers = [
            _server([port], f"{self.folder}/{kind}", site) for kind, port in self.ports.items()
        ]
        if self.swapped:
            servers.append(_server(self.swapped, f"{self.folder}/live/$server_port", site))
        user = "root" if os.geteuid() == 0 else "nobody"
        path = self.folder / "nginx.conf"
        text = _CONF.format(folder=self.folder, servers="".join(servers), user=user)
        path.write_text(text, "utf-8")
        return [program(self.NAME), "-p", str(self.folder), "-e", "stderr", "-c", str(path)]

    def __exit__(self, *exc):
        super().__exit__(*exc)
        self._swaps.shutdown()
        self._swaps.server_close()

    def seen(self):
        """{cell: [(name told, version, protocol)]} of the requests that came, by path."""
        found = {}
        for line in (self.folder / "cells.log").read_text("utf-8").splitlines():
            uri, _, name, version, protocol = line.split("|")
            if uri.startswith("/cell/"):
                told = "" if name == "-" else name, version, "" if protocol == "-" else protocol
                found.setdefault(uri[6:], []).append(told)
        return found

    def failures(self, port):
        """How many handshakes failed at a port."""
        lines = self.log().splitlines()
        said = "SSL_do_handshake() failed"
        return sum(said in line and f"server: 127.0.0.1:{port}" in line for line in lines)


def _server(ports, files, site):
    listen = "".join(f"listen 127.0.0.1:{port} ssl;" for port in ports)
    shown = "".join(
        f"ssl_certificate {files}-{name}.pem; ssl_certificate_key {files}-{name}.pem;"
        for name in _TYPES
    )
    return f"server {{ {listen} {shown} {site} }}\n"


class _Swaps(http.server.ThreadingHTTPServer):
    """Behind nginx: /<port>/<kind> has the port show another certificate."""

    def __init__(self, nginx):
        super().__init__(("127.0.0.1", 0), _Swap)
        self.nginx = nginx
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Swap(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        _, port, kind = self.path.split("/")
        self.server.nginx.swap(int(port), kind)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


class Reverser(Server):
    """`openssl s_server` that says each line backwards; `log()` tells of its handshakes."""

    NAME = PACKAGE = "openssl"
    OPTIONS = ()

    def command(self):
        command = [program(self.NAME), "s_server", "-accept", "127.0.0.1:0", "-rev", "-tls1_2"]
        return [*command, *self.OPTIONS]

    def ready(self):
        found = re.search(r"ACCEPT 127\.0\.0\.1:(\d+)", self.log())
        self.port = found and int(found[1])
        return bool(found)

    def good(self):
        """How many handshakes went well."""
        return self.log().count("CONNECTION ESTABLISHED")

    def failed(self):
        """How many did not."""
        return self.log().count("CONNECTION FAILURE")


class Asks(Reverser):
    """It wants a client certificate that our CA signed."""

    def command(self):
        for name, pem in material.both("right").items():
            (self.folder / f"{name}.pem").write_bytes(pem)
        ca = self.folder / "ca.pem"
        material.authority("ours").cert_pem.write_to_path(ca)
        curve, rsa = (str(self.folder / f"{name}.pem") for name in _TYPES)
        shown = ["-cert", curve, "-key", curve, "-dcert", rsa, "-dkey", rsa]
        wants = ["-CAfile", str(ca), "-Verify", "1", "-verify_return_error"]
        return [*super().command(), *shown, *wants, "-cipher", "DEFAULT:@SECLEVEL=0"]


class Keyed(Reverser):
    """It has a key in place of a certificate."""

    OPTIONS = ("-nocert", "-psk", KEY.encode().hex(), "-psk_identity", IDENTITY) + (
        "-psk_hint",
        "a hint",
        "-cipher",
        "PSK:@SECLEVEL=0",
    )
