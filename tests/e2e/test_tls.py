"""TLS against real servers on loopback: from CPython over pyserial, and from a real MicroPython.

Certificates are from trustme; `openssl s_server` has pre-shared keys.
"""

import errno
import shutil
import socket
import socketserver
import ssl
import struct
import subprocess
import threading
import time

import pytest
import serial
import trustme

import espat
from espat import tls
from espat_tools.emulator import Module
from tests.e2e.test_web import ONBOARD, PTY_UART, load, pattern
from tests.peers import end
from tests.runtimes.board_rules import violations

PROFILES = ["esp8266-2.2.1", "esp32-2.4", "esp32c3-3.3", "esp32c6-5.0.1"]
HOST = "tls.test"
BODY = pattern(20_000)


class Site(threading.Thread):
    """An HTTP/1.0 server over TLS that gives everybody the same page."""

    def __init__(self, ca, asks=None):
        super().__init__(daemon=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        ca.issue_cert(HOST, key_type=trustme.KeyType.RSA).configure_cert(context)
        if asks:
            asks.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(plain,), daemon=True).start()

    def serve(self, plain):
        """One visitor, who may not get through the handshake."""
        plain.settimeout(30)
        try:
            with self.context.wrap_socket(plain, server_side=True) as sock:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = sock.recv(1000)
                    if not piece:
                        return
                    head += piece
                sock.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + BODY)
        except OSError:
            pass

    def close(self):
        end(self.listener, self)


@pytest.fixture(scope="module")
def ca():
    return trustme.CA(key_type=trustme.KeyType.RSA)


@pytest.fixture(scope="module")
def sites(ca):
    """{port the module asks for: the real one}"""
    made = [Site(ca), Site(trustme.CA(key_type=trustme.KeyType.RSA)), Site(ca, asks=ca)]
    yield {443 + n: site.port for n, site in enumerate(made)}
    for site in made:
        site.close()


class Clock(socketserver.BaseRequestHandler):
    """Tells the time (SNTP)."""

    def handle(self):
        asked, sock = self.request
        now = struct.pack("!Q", int((time.time() + 2208988800) * 2**32))
        head = bytes([0x24, 2, 0, 0xEC]) + bytes(12)
        sock.sendto(head + now + asked[40:48] + now + now, self.client_address)


@pytest.fixture(scope="module")
def clock():
    """The port of a time server."""
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Clock) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def files(ca, tmp_path):
    """Paths of the CA, a client's chain and its key."""
    made = ca.issue_cert("client.test", key_type=trustme.KeyType.RSA)
    chain = b"".join(blob.bytes() for blob in made.cert_chain_pems)
    contents = (ca.cert_pem.bytes(), chain, made.private_key_pem.bytes())
    paths = [tmp_path / name for name in ("ca.pem", "chain.pem", "key.pem")]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


@pytest.fixture(params=PROFILES)
def module(request, sites, clock):
    hosts = {HOST: ("127.0.0.1", sites), "cn.ntp.org.cn": ("127.0.0.1", {123: clock})}
    with Module(request.param, hosts=hosts) as module:
        yield module


SAID = [
    f"right body {len(BODY)}",
    f"later body {len(BODY)}",
    "stranger refused True",
    "asked refused True",
    f"shown body {len(BODY)}",
    f"blind body {len(BODY)}",
    "no CA True",
    "bad PEM",
    f"again body {len(BODY)}",
]


def test_through_pyserial(module, files):
    with serial.Serial(module.open_pty(), 115200) as port:
        radio = espat.Radio(port, rx_size=2048)
        radio.connect("espat", "correct horse")
        program = load("secure")
        assert program.visit(radio, HOST, *[path.read_text() for path in files]) == SAID


def test_in_micropython(module, files, micropython):
    programs = {name: ONBOARD / f"{name}.py" for name in ("secure", "secure_on_board")}
    printed = micropython(
        "import secure_on_board",
        [module.open_pty(), HOST, *map(str, files)],
        modules={**programs, "pty_uart": PTY_UART},
        timeout=180,
    ).check()
    assert printed.split("\n")[:-1] == SAID


@pytest.mark.parametrize("name", ["secure", "secure_on_board"])
def test_the_programs_are_fit_for_boards(name):
    assert violations((ONBOARD / f"{name}.py").read_text("utf-8")) == []


# Keys in place of certificates

KEY, BYTES, IDENTITY = b"correct-horse", b"\0\x01\xffkey", "device-7"


@pytest.fixture
def keyed(request):
    """`openssl s_server` that knows a key: says in capitals what it hears."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("no openssl")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [openssl, "s_server", "-accept", f"127.0.0.1:{port}", "-nocert", "-tls1_2", "-rev"]
    command += ["-psk", request.param.hex(), "-psk_identity", IDENTITY, "-psk_hint", "a hint"]
    process = subprocess.Popen(
        [*command, "-cipher", "PSK:@SECLEVEL=0"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield port
    process.kill()
    process.wait()


def speaks(port, profile, identity, key):
    """What comes of a line said to the server."""
    with Module(profile, hosts={"psk.test": ("127.0.0.1", {443: port})}) as module:
        radio = espat.Radio(module.uart(), rx_size=2048)
        radio.connect("espat", "correct horse")
        context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        context.verify_mode = tls.CERT_NONE
        context.set_psk(identity, key)
        sock = context.wrap_socket(espat.SocketPool(radio).socket(), server_hostname="psk.test")
        sock.settimeout(20)
        sock.connect(("psk.test", 443))
        sock.sendall(b"hello\n")
        return sock.readline(), [
            c for c in module.commands if b"PSK" in c and b"=" in c and b'""' not in c
        ]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("keyed", [KEY], indirect=True)
def test_a_key_that_is_right(keyed, profile):
    """The first of the command's names is the key, the second the identity, whatever is written."""
    line, sent = speaks(keyed, profile, IDENTITY, KEY)
    assert line == b"olleh\n"
    assert sent == [b'AT+CIPSSLCPSK=4,"correct-horse","device-7"']


@pytest.mark.parametrize("keyed", [BYTES], indirect=True)
def test_a_key_of_any_bytes(keyed):
    line, sent = speaks(keyed, "esp32c3-3.3", IDENTITY, BYTES)
    assert line == b"olleh\n"
    assert sent == [b'AT+CIPSSLCPSKHEX=4,"0001ff6b6579","device-7"']


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    ("identity", "key"), [(IDENTITY, b"wrong-horse"), ("correct-horse", b"device-7")]
)
@pytest.mark.parametrize("keyed", [KEY], indirect=True)
def test_a_key_that_is_wrong(keyed, profile, identity, key):
    with pytest.raises(OSError) as caught:
        speaks(keyed, profile, identity, key)
    assert caught.value.errno == errno.ECONNABORTED
    assert "key" in str(caught.value)
