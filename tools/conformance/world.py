"""The surroundings of a module: the access point that it joins, and peers on this machine.

A world may lack some features; sessions that need a missing one are not played:

========================  ======================================================================
``softap``                a machine at the module's own access point
``tls``                   the package cryptography, for certificates
``certificates``          peers with certificates that the module's own can be verified with
``time``                  a time server
``mdns``                  somebody who finds names of the local network
========================  ======================================================================
"""

import contextlib
import importlib.util
import re
import socket
import ssl
import struct
import tempfile
import threading
import time
from pathlib import Path

_PATIENCE = 10.0
_STATION = re.compile(r'\+CIPSTA:(ip|gateway):"([^"]+)"')
_SINCE_1900 = 2_208_988_800

LACKS = {
    "softap": "this machine is not at the module's own access point",
    "tls": "the package cryptography is not installed (pip install cryptography pyOpenSSL)",
    "certificates": "the keys of the module's demonstration certificates are not here",
    "time": "there is no time server",
    "mdns": "the package zeroconf is not installed",
}


class World:
    """Peers on one address of this machine.

    ``values`` replace the names in braces in the sessions; ``has`` are its features; ``ports`` maps
    ports on which the module listens to real ones, if they differ.
    """

    def __init__(self, address, ssid, password, *, module="", has=(), gateway="", ports=None):
        self.address = address
        self.module = module
        self.has = set(has)
        self.ports = ports or {}
        if importlib.util.find_spec("cryptography"):
            self.has.add("tls")
        if importlib.util.find_spec("zeroconf"):
            self.has.add("mdns")
        self.values = {
            "ssid": ssid,
            "password": password,
            "peer": address,
            "gateway": gateway,
            "ntp": "cn.ntp.org.cn",
        }
        self._stack = contextlib.ExitStack()
        self._given = bool(module)
        self._came = []
        self._arrived = threading.Condition()
        self._datagrams = self._from = None

    def __enter__(self):
        self._datagrams = self._udp("udp")
        self._other = self._udp("udp2")
        self._listen("tcp")
        self._listen("ssl", _server_context)
        self._listen("mutual", _mutual_context)
        return self

    def __exit__(self, *exc):
        self._stack.close()

    # -- peers to which the module connects --------------------------------------------------

    def _udp(self, name):
        sock = self._stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sock.bind((self.address, 0))
        sock.settimeout(0.05)
        self.values[name] = sock.getsockname()[1]
        return sock

    def _listen(self, name, context=None):
        if context and "tls" not in self.has:
            return
        listener = self._stack.enter_context(socket.create_server((self.address, 0)))
        self.values[name] = listener.getsockname()[1]
        secure = context() if context else None
        threading.Thread(target=self._accept, args=(listener, secure), daemon=True).start()

    def _accept(self, listener, secure):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                sock.settimeout(_PATIENCE)
                self._add(secure.wrap_socket(sock, server_side=True) if secure else sock)

    def _add(self, sock):
        with self._arrived:
            self._came.append(sock)
            self._arrived.notify_all()

    # -- what a session does with its peer ---------------------------------------------------

    def begin(self):
        """Begin a session: close all connections."""
        with self._arrived:
            for sock in self._came:
                sock.close()
            self._came.clear()
        self._from = None
        for sock in (self._datagrams, self._other):
            with contextlib.suppress(OSError):
                while sock.recv(2048):
                    pass

    def joined(self, told):
        """Note the addresses of the module and its gateway from the reply to AT+CIPSTA?."""
        for line in told:
            match = _STATION.match(line)
            if match and not self._given:
                if match[1] == "ip":
                    self.module = match[2]
                else:
                    self.values["gateway"] = match[2]

    def connect(self, port, how, host):
        """Connect to the module's server."""
        real = self.ports.get(port, port)
        address = _found(host, real) if host else (self.module, real)
        sock = socket.create_connection(address, _PATIENCE)
        if how == "SSL":
            sock = _client_context().wrap_socket(sock)
        self._add(sock)

    def _peer(self):
        with self._arrived:
            self._arrived.wait_for(lambda: self._came, 0.5)
            return self._came[-1] if self._came else None

    def got(self, count):
        """Return ``count`` bytes that the peer has received, or those of a datagram."""
        end = time.monotonic() + _PATIENCE
        got = b""
        while len(got) < count and time.monotonic() < end:
            peer = self._came[-1] if self._came else None
            if peer:
                got += peer.recv(count - len(got))
                continue
            for sock in (self._datagrams, self._other):
                with contextlib.suppress(OSError):
                    got, self._from = sock.recvfrom(2048)
                    self._last = sock
                    break
        return got

    def send(self, data):
        """Send ``data`` from the peer."""
        if self._from:
            self._last.sendto(data, self._from)
            return
        peer = self._peer()
        if peer is None:
            raise ConnectionError("no peer is connected")
        peer.sendall(data)


def _found(host, real):
    """Find a service in the local network by its name."""
    import zeroconf  # noqa: PLC0415 - only this session needs it

    only = {"ip_version": zeroconf.IPVersion.V4Only}
    asker = zeroconf.Zeroconf(interfaces=zeroconf.InterfaceChoice.All, **only)
    try:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            found = asker.get_service_info(
                "_printer._tcp.local.", "my_instance._printer._tcp.local.", timeout=1000
            )
            if found and found.server == f"{host}.":
                return found.parsed_addresses()[0], found.port or real
    finally:
        asker.close()
    raise ConnectionError(f"{host} is not found")


# -- certificates: made by this process, like those of an emulated module ----------------------


def _loaded(context, name):
    from espat_tools.emulator.pki_demo import demo  # noqa: PLC0415 - it needs cryptography

    with tempfile.TemporaryDirectory() as folder:
        chain, key = Path(folder, "chain.pem"), Path(folder, "key.pem")
        chain.write_bytes(demo(f"{name}_cert"))
        key.write_bytes(demo(f"{name}_key"))
        context.load_cert_chain(chain, key)
    return context


def _server_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return _loaded(context, "server")


def _mutual_context():
    from espat_tools.emulator.pki_demo import demo  # noqa: PLC0415 - it needs cryptography

    context = _server_context()
    context.load_verify_locations(cadata=demo("server_ca").decode())
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _client_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # as openssl s_client in the documents
    return _loaded(context, "client")


# -- a time server, for worlds without the internet --------------------------------------------


@contextlib.contextmanager
def time_server(address):
    """Run a time server on a free port of an address; yields the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, 0))

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    question, place = sock.recvfrom(512)
                    now = int(time.time()) + _SINCE_1900
                    answer = bytearray(48)
                    answer[:4] = b"\x24\x01\x06\xe9"
                    answer[24:32] = question[40:48]
                    answer[32:40] = answer[40:48] = struct.pack(">II", now, 0)
                    sock.sendto(answer, place)

        threading.Thread(target=serve, daemon=True).start()
        yield sock.getsockname()[1]
