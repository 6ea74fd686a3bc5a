"""TLS with other people's software at the other end, over real sockets: OpenSSL's tools, nginx."""

import contextlib
import shutil
import socket
import subprocess
import threading
import time

import pytest
import serial

from espat_tools.emulator import Module, SocketNetwork
from espat_tools.emulator.families import E22, E24, E33, E50, N17
from tests.emulator import tls_material as material
from tests.emulator.tls_material import NOW

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"
_PATIENCE = 10.0

OPENSSL = shutil.which("openssl")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
openssl = pytest.mark.skipif(not OPENSSL, reason="needs the openssl command")
nginx = pytest.mark.skipif(not NGINX, reason="needs nginx")


def _files(folder, bundle):
    """A chain and its key on disk: arguments for openssl."""
    (folder / "cert.pem").write_bytes(bundle.chain)
    (folder / "key.pem").write_bytes(bundle.key)
    (folder / "ca.pem").write_bytes(material.pem())
    return ["-cert", folder / "cert.pem", "-cert_chain", folder / "cert.pem"] + [
        "-key",
        folder / "key.pem",
    ]


@contextlib.contextmanager
def s_server(*arguments):
    """``openssl s_server`` on a free port; yields (port, process)."""
    command = [OPENSSL, "s_server", "-accept", "127.0.0.1:0", *map(str, arguments)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            for line in process.stdout:
                if line.startswith(b"ACCEPT"):
                    yield int(line.rpartition(b":")[2]), process
                    return
            raise AssertionError("s_server does not listen")
        finally:
            process.kill()


def until(uart, *ends):
    """What the module says until one of ``ends`` is in it."""
    said = b""
    deadline = time.monotonic() + _PATIENCE
    while not any(end in said for end in ends):
        assert time.monotonic() < deadline, said
        said += uart.read() or b""
    return said


def ask(uart, command):
    """The reply to a command that ends in OK or ERROR."""
    uart.write(command + b"\r\n")
    return until(uart, OK, ERROR)


@pytest.fixture
def module():
    """Makes a joined module that finds web.test at a port of this machine."""
    modules = []

    def make(family, port, **options):
        network = SocketNetwork({"web.test": ("127.0.0.1", {443: port})})
        made = Module(family, network=network, joined=True, echo=False, **options)
        modules.append(made)
        made.uart_end = made.uart()
        made.uart_end.timeout = 0.005
        if family != N17:
            ask(made.uart_end, b"AT+SYSTIMESTAMP=%d" % NOW)
            made.core.store.burn("client_ca", material.pem())
        return made

    yield make
    for each in modules:
        each.close()


def connect(made, *commands):
    """What AT+CIPSTART says after other commands."""
    for command in commands:
        assert ask(made.uart_end, command).endswith(OK)
    made.uart_end.write(b'AT+CIPSTART="SSL","web.test",443\r\n')
    return until(made.uart_end, OK, b"CLOSED\r\n")


# -- s_server ----------------------------------------------------------------------------------


@openssl
@pytest.mark.parametrize("family", [N17, E22, E33, E50])
def test_a_page_of_s_server(module, family, tmp_path):
    arguments = _files(tmp_path, material.issued("right", old=family == N17))
    # NonOS takes no larger records than these.
    arguments += ["-www", "-cipher", "DEFAULT:@SECLEVEL=0", "-max_send_frag", 2048]
    with s_server(*arguments) as (port, _):
        made = module(family, port)
        checks = () if family == N17 else (b"AT+CIPSSLCCONF=2,0,0", b'AT+CIPSSLCSNI="web.test"')
        assert connect(made, *checks) == b"CONNECT\r\n" + OK
        ask(made.uart_end, b"AT+CIPSEND=18")
        made.uart_end.write(b"GET / HTTP/1.0\r\n\r\n")
        page = until(made.uart_end, b"CLOSED\r\n")
    assert b"HTTP/1.0 200 ok" in page and b"TLSv1.2" in page


@openssl
@pytest.mark.parametrize("kind, number", [("unknown issuer", b"0x8"), ("wrong name", b"0x4")])
def test_s_server_with_a_wrong_certificate(module, tmp_path, kind, number):
    with s_server(*_files(tmp_path, material.issued(kind))) as (port, _):
        said = connect(module(E50, port), b"AT+SYSLOG=1", b"AT+CIPSSLCCONF=2,0,0")
    assert said.startswith(b"+ERRNO:%s\r\n" % number)


@openssl
@pytest.mark.parametrize("family", [E22, E24, E33, E50])
@pytest.mark.parametrize(
    "key, good",
    [(b"0123456789abcdef", True), (b"0123456789abcdeX", False), (b"x", False)],
)
def test_a_key_shared_with_s_server(module, family, key, good):
    secret = b"0123456789abcdef"
    arguments = ("-nocert", "-psk", secret.hex(), "-psk_identity", "me", "-psk_hint", "h")
    with s_server(*arguments, "-tls1_2") as (port, process):
        said = connect(module(family, port), b'AT+CIPSSLCPSK="%s","me"' % key)
        if good:
            assert said == b"CONNECT\r\n" + OK
            shown = b""
            while b"CIPHER is" not in shown:
                shown = process.stdout.readline()
            assert b"PSK" in shown
        else:
            assert said == ERROR + b"CLOSED\r\n"


@openssl
def test_a_key_in_hexadecimal_digits(module):
    secret = b"\x00\xff" * 16
    arguments = ("-nocert", "-psk", secret.hex(), "-psk_identity", "me")
    with s_server(*arguments, "-tls1_2") as (port, _):
        said = connect(module(E50, port), b'AT+CIPSSLCPSKHEX="%s","me"' % secret.hex().encode())
    assert said == b"CONNECT\r\n" + OK


@openssl
def test_the_identity_is_what_is_sent(module):
    # The server knows "me" only, and warns of any other.
    arguments = ("-nocert", "-psk", b"key".hex(), "-psk_identity", "me")
    with s_server(*arguments, "-tls1_2") as (port, process):
        connect(module(E33, port), b'AT+CIPSSLCPSK="key","somebody"')
        shown = process.stdout.readline()
        while b"PSK warning" not in shown:
            shown = process.stdout.readline()
    assert b"(got 'somebody' expected 'me')" in shown


@openssl
def test_a_ca_comes_before_a_key(module, tmp_path):
    arguments = ("-nocert", "-psk", b"key".hex(), "-psk_identity", "me")
    with s_server(*arguments, "-tls1_2") as (port, _):
        made = module(E33, port)
        said = connect(made, b"AT+CIPSSLCCONF=2,0,0", b'AT+CIPSSLCPSK="key","me"')
    assert said == ERROR + b"CLOSED\r\n"


@openssl
def test_with_a_key_a_certificate_is_refused(module, tmp_path):
    with s_server(*_files(tmp_path, material.issued())) as (port, _):
        made = module(E50, port)
        said = connect(made, b"AT+SYSLOG=1", b'AT+CIPSSLCPSK="key","me"')
    assert said.startswith(b"+ERRNO:0x7680\r\n")


@openssl
@pytest.mark.parametrize("offer, good", [(b"mqtt", True), (b"h2", False)])
def test_protocols_with_s_server(module, tmp_path, offer, good):
    with s_server(*_files(tmp_path, material.issued()), "-alpn", "mqtt") as (port, process):
        said = connect(module(E33, port), b'AT+CIPSSLCALPN=1,"%s"' % offer)
        if good:
            shown = process.stdout.readline()
            while b"ALPN protocols selected" not in shown:
                shown = process.stdout.readline()
            assert b"mqtt" in shown
    assert said == (b"CONNECT\r\n" + OK if good else ERROR + b"CLOSED\r\n")


@openssl
@pytest.mark.parametrize("family", [E22, E33])
@pytest.mark.parametrize("shown", [True, False])
def test_a_certificate_for_s_server(module, tmp_path, family, shown):
    arguments = [*_files(tmp_path, material.issued()), "-Verify", 1, "-verify_return_error"]
    with s_server(*arguments, "-CAfile", tmp_path / "ca.pem") as (port, _):
        made = module(family, port)
        made.core.store.burn("client_cert", material.device().chain)
        made.core.store.burn("client_key", material.device().key)
        said = connect(made, b"AT+CIPSSLCCONF=3,0,0" if shown else b"AT+CIPSSLCCONF=2,0,0")
    assert said == (b"CONNECT\r\n" + OK if shown else ERROR + b"CLOSED\r\n")


# -- nginx -------------------------------------------------------------------------------------

_NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;
events {{ }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
  server {{
    listen 127.0.0.1:{port} ssl; server_name web.test;
    location / {{ root {folder}; }}
    location = /name {{ return 200 "[$ssl_server_name]"; }}
  }}
}}
"""


@contextlib.contextmanager
def nginx_server(folder, bundle):
    """nginx with what is in ``folder``; yields its port."""
    _files(folder, bundle)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (folder / "conf").write_text(_NGINX.format(folder=folder, port=port))
    command = [NGINX, "-c", folder / "conf", "-e", folder / "log"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + _PATIENCE
            while True:
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                assert time.monotonic() < deadline and process.poll() is None
                time.sleep(0.01)
            yield port
        finally:
            process.kill()


@nginx
@pytest.mark.parametrize("family", [E22, E24, E33, E50])
def test_a_body_from_nginx_in_passive_mode(module, tmp_path, family):
    body = bytes(range(256)) * 400  # 102,400 bytes
    (tmp_path / "body").write_bytes(body)
    with nginx_server(tmp_path, material.issued()) as port:
        made = module(family, port)
        uart = made.uart_end
        ask(uart, b"AT+CIPRECVMODE=1")
        said = connect(made, b"AT+CIPSSLCCONF=2,0,0", b'AT+CIPSSLCSNI="web.test"')
        assert said == b"CONNECT\r\n" + OK
        ask(uart, b"AT+CIPSEND=40")
        uart.write(b"GET /body HTTP/1.0\r\nHost: web.test\r\n\r\n".ljust(40))
        found, said = b"", until(uart, b"SEND OK\r\n")
        while b"CLOSED\r\n" not in said:
            uart.write(b"AT+CIPRECVDATA=2048\r\n")
            said = _reply(uart)
            if b"+CIPRECVDATA:" not in said:
                if b"+IPD" not in said and b"CLOSED" not in said:
                    said = until(uart, b"+IPD", b"CLOSED\r\n")
                continue
            head, _, rest = said.partition(b"+CIPRECVDATA:")[2].partition(b",")
            found += rest[: int(head)]
            said = rest[int(head) :]
    assert found.startswith(b"HTTP/1.1 200 OK\r\n")
    assert found.partition(b"\r\n\r\n")[2] == body


def _reply(uart):
    """The whole reply to AT+CIPRECVDATA, whatever is in the payload."""
    said = until(uart, b"+CIPRECVDATA:", ERROR)
    if b"+CIPRECVDATA:" not in said:
        return said + (uart.read() or b"")
    while b"," not in said.partition(b"+CIPRECVDATA:")[2]:
        said += uart.read() or b""
    length = int(said.partition(b"+CIPRECVDATA:")[2].partition(b",")[0])
    deadline = time.monotonic() + _PATIENCE
    while True:
        rest = said.partition(b"+CIPRECVDATA:")[2].partition(b",")[2][length:]
        if OK in rest:
            return said + (uart.read() or b"")
        assert time.monotonic() < deadline
        said += uart.read() or b""


@nginx
@pytest.mark.parametrize("name", [b"web.test", b""])
def test_nginx_sees_the_name(module, tmp_path, name):
    with nginx_server(tmp_path, material.issued()) as port:
        made = module(E33, port)
        connect(made, *([b'AT+CIPSSLCSNI="%s"' % name] if name else []))
        ask(made.uart_end, b"AT+CIPSEND=22")
        made.uart_end.write(b"GET /name HTTP/1.0\r\n\r\n")
        page = until(made.uart_end, b"CLOSED\r\n")
    assert b"[%s]" % name in page


# -- the module's server -------------------------------------------------------------------------


@openssl
@pytest.mark.parametrize("family", [E24, E33, E50])
@pytest.mark.parametrize("shown", [True, False])
def test_s_client_with_and_without_a_certificate(tmp_path, family, shown):
    network = SocketNetwork(server_ports={443: 0})
    with Module(family, network=network, joined=True, echo=False, mux=1) as made:
        uart = made.uart()
        store = made.core.store
        store.burn("server_cert", material.issued().chain)
        store.burn("server_key", material.issued().key)
        store.burn("server_ca", material.pem())
        ask(uart, b"AT+SYSTIMESTAMP=%d" % NOW)
        assert ask(uart, b'AT+CIPSERVER=1,443,"SSL",1') == OK
        port = made.core.links.listener.port
        pair = _files(tmp_path, material.device())
        command = [OPENSSL, "s_client", "-connect", f"127.0.0.1:{port}", "-quiet"]
        command += ["-CAfile", tmp_path / "ca.pem", "-verify_return_error"]
        command += ["-cert", pair[1], "-key", pair[5]] if shown else []
        process = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            if shown:
                assert until(uart, b"CONNECT\r\n") == b"0,CONNECT\r\n"
                process.stdin.write(b"hello")
                process.stdin.flush()
                assert until(uart, b"hello\r\n") == b"\r\n+IPD,0,5:hello\r\n"
                ask(uart, b"AT+CIPSEND=0,5")
                uart.write(b"world")
                until(uart, b"SEND OK\r\n")
                assert process.stdout.read(5) == b"world"
            else:
                deadline = time.monotonic() + _PATIENCE
                while process.poll() is None:
                    assert time.monotonic() < deadline
                    assert not uart.read()
                assert process.returncode
        finally:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()


def test_a_page_over_a_pseudo_terminal(tmp_path):
    """TLS goes on while nobody but the thread of the pseudo-terminal looks."""
    context = material.context(tmp_path)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
            tls.sendall(b"you said " + tls.recv(100))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    hosts = {"web.test": ("127.0.0.1", {443: listener.getsockname()[1]})}
    with (
        Module(E33, hosts=hosts, joined=True, echo=False) as made,
        serial.Serial(made.open_pty(), 115200, timeout=_PATIENCE) as port,
    ):
        port.write(b'AT+CIPSTART="SSL","web.test",443\r\n')
        assert port.read_until(OK) == b"CONNECT\r\n" + OK
        port.write(b"AT+CIPSEND=5\r\n")
        port.read_until(b">")
        port.write(b"hello")
        assert port.read_until(b"CLOSED\r\n").endswith(b"you said hello\r\nCLOSED\r\n")
    thread.join(_PATIENCE)
    listener.close()
