"""TLS for the driver's tests: certificates, servers that are shown them, contexts that trust them.

All of it is real: the emulated module shakes hands by OpenSSL with a server by Python's `ssl`.
"""

import datetime
import functools
import ssl

import pytest
import trustme

from espat import tls
from espat_tools.emulator.tls_peer import tls_client, tls_server
from tests.driver.desk import Line, Server

ESPAT = ("esp8266-2.2.1", "esp32-2.4", "esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1")
DATED = ESPAT[1:]
"""Firmware that looks at dates."""

OLD = ("nonos-1.3", "nonos-1.7.4", "wizfi360")

espat = pytest.mark.parametrize("profile", ESPAT)
every = pytest.mark.parametrize("profile", ESPAT + OLD)

HOST, PORT = "tls.test", 443
NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.timezone.utc)
"""What time servers tell here."""

RSA = trustme.KeyType.RSA
CA = trustme.CA(key_type=RSA)
OTHER = trustme.CA(key_type=RSA)
ROOT = CA.cert_pem.bytes()

FIRST = "cn.ntp.org.cn"
"""The time server that modules ask first."""


class Meddling(Line):
    """Calls `meddle` with what is written; what that returns is written."""

    meddle = staticmethod(lambda data: data)

    def put(self, view):
        self.uart.write(self.meddle(bytes(view)))
        return len(view)


@functools.cache
def cert(kind="right"):
    """A server's certificate, by what is wrong with it."""
    day = datetime.timedelta(days=1)
    ca = OTHER if kind == "stranger" else CA
    name = "other.test" if kind == "name" else HOST
    dates = {"expired": (NOW - 9 * day, NOW - day), "early": (NOW + day, NOW + 9 * day)}
    first, last = dates.get(kind, (NOW - 400 * day, NOW + 400 * day))
    return ca.issue_cert(name, key_type=RSA, not_before=first, not_after=last)


@functools.cache
def client(key_type=RSA):
    """A client's certificate: (chain, key), PEM."""
    made = CA.issue_cert("client.test", key_type=key_type)
    return b"".join(b.bytes() for b in made.cert_chain_pems), made.private_key_pem.bytes()


def server_context(kind="right", *, asks=None, alpn=(), ciphers="DEFAULT:@SECLEVEL=0"):
    """An `ssl.SSLContext`; `asks` is the CA that clients' certificates must come from."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    made.set_ciphers(ciphers)
    cert(kind).configure_cert(made)
    made.names = []
    made.sni_callback = lambda _, name, __: made.names.append(name)
    if asks:
        asks.configure_trust(made)
        made.verify_mode = ssl.CERT_REQUIRED
    if alpn:
        made.set_alpn_protocols(list(alpn))
    return made


def serve(desk, kind="right", *, host=HOST, port=PORT, handler=None, **how):
    """A server that says what it hears: its `Server`, with `context`. Time servers, too."""
    made = server_context(kind, **how)
    handler = handler or Server(answer=bytes)
    handler.context = made
    desk.network.listen(host, port, tls_server(made, handler))
    desk.network.serve_time(FIRST, int(NOW.timestamp()))
    return handler


def dial(desk, port=PORT, *, cert=None):
    """A client of the module's server: its `Server`, which is told what the module says."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    CA.configure_trust(made)
    if cert:
        cert.configure_cert(made)
    handler = Server()
    handler.raw = desk.network.dial(port, tls_client(made, handler))
    return handler


def trusting(ca=ROOT, **attributes):
    """A context that trusts a CA."""
    made = tls.create_default_context(cadata=ca)
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def blind(**attributes):
    """A context that verifies nothing."""
    made = tls.create_default_context()
    made.verify_mode = tls.CERT_NONE
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def unverified(profile):
    """A context that verifies nothing, and asks for nothing else that a family lacks."""
    return blind(sni=profile not in OLD)


def refused(desk, context, **how):
    """The error of a connect that must fail, after which the radio works on."""
    with pytest.raises((OSError, ValueError)) as caught:
        connected(desk, context, **how)
    desk.works()
    return caught.value


def connected(desk, context, *, name=HOST, host=HOST, port=PORT, timeout=30):
    """A TLS socket, wrapped before it connects."""
    sock = desk.pool.socket()
    sock.settimeout(timeout)
    sock = context.wrap_socket(sock, server_hostname=name)
    try:
        sock.connect((host, port))
    except BaseException:
        sock.close()
        raise
    return sock


def echoes(sock, data=b"hello, over TLS"):
    """Whether what is said comes back."""
    sock.sendall(data)
    got = b""
    while len(got) < len(data):
        piece = sock.recv(len(data) - len(got))
        if not piece:
            break
        got += piece
    return got == data


def settings(desk, since=0):
    """The commands about TLS that were sent."""
    words = (b"+CIPSSL", b'"SSL"')
    return [c for c in desk.module.commands[since:] if any(word in c for word in words)]
