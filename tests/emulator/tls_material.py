"""Certificates for the TLS tests, made once a run, and peers that use them."""

import datetime
import functools
import ssl

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from espat_tools.emulator.families import E50, ESPAT, OLD
from espat_tools.emulator.tls_peer import tls_server

#: The moment that the modules of these tests are told it is.
NOW = 1_780_000_000

_TODAY = datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc).replace(tzinfo=None)
_YEAR = datetime.timedelta(days=365)


class Bundle:
    """A chain and its key, as PEM."""

    def __init__(self, chain, key):
        self.chain = chain
        self.key = key

    @classmethod
    def of(cls, leaf):
        """From trustme's."""
        chain = b"".join(blob.bytes() for blob in leaf.cert_chain_pems)
        return cls(chain, leaf.private_key_pem.bytes())


@functools.cache
def authority(name):
    """A CA by name."""
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


def pem(name="ours"):
    """A CA's certificate."""
    return authority(name).cert_pem.bytes()


def issued(kind="right", old=False):
    """A server's certificate of one kind, for web.test unless the kind says otherwise."""
    return _issued(kind, bool(old))


@functools.cache
def _issued(kind, old):
    names = {"wrong name": "wrong.test", "wildcard": "*.web.test", "address": "192.0.2.7"}
    dates = {
        "expired": {"not_before": _TODAY - 2 * _YEAR, "not_after": _TODAY - _YEAR},
        "future": {"not_before": _TODAY + _YEAR, "not_after": _TODAY + 2 * _YEAR},
    }
    if kind == "self-signed":
        return _alone("web.test", old)
    if kind == "common name":
        return _alone("web.test", old, signer=_signer())
    ca = authority("theirs" if kind == "unknown issuer" else "ours")
    for _ in range({"intermediate": 1, "long chain": 3}.get(kind, 0)):
        ca = ca.create_child_ca()
    leaf = ca.issue_cert(
        names.get(kind, "web.test"),
        **dates.get(kind, {"not_before": _TODAY - _YEAR, "not_after": _TODAY + 9 * _YEAR}),
        key_type=trustme.KeyType.RSA if old else trustme.KeyType.ECDSA,
    )
    return Bundle.of(leaf)


def _signer():
    key = serialization.load_pem_private_key(authority("ours").private_key_pem.bytes(), None)
    return x509.load_pem_x509_certificate(pem()).subject, key


def _alone(name, old, signer=None):
    """A certificate with a common name and no other, signed by itself or by a CA."""
    key = rsa.generate_private_key(65537, 2048) if old else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer, signing = signer or (subject, key)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_TODAY - _YEAR)
        .not_valid_after(_TODAY + _YEAR)
        .sign(signing, hashes.SHA256())
    )
    form = serialization.Encoding.PEM
    secret = key.private_bytes(
        form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Bundle(certificate.public_bytes(form), secret)


@functools.cache
def device():
    """A client's certificate, by our CA."""
    return Bundle.of(authority("ours").issue_cert("device.test", key_type=trustme.KeyType.ECDSA))


def load(context, bundle, folder):
    """Give an ``ssl.SSLContext`` a chain and its key."""
    path = folder / "pair.pem"
    path.write_bytes(bundle.key + bundle.chain)
    context.load_cert_chain(path)
    return context


def context(folder, kind="right", *, old=False, clients="", protocols=()):
    """A server's context: its certificate, for ``old`` modules too, and whose clients it wants."""
    made = load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), issued(kind, old), folder)
    if old:
        made.set_ciphers("DEFAULT:@SECLEVEL=0")
    if clients:
        made.verify_mode = ssl.CERT_REQUIRED
        made.load_verify_locations(cadata=pem(clients).decode())
    if protocols:
        made.set_alpn_protocols(list(protocols))
    return made


class Web:
    """A server that answers what comes with the same, and remembers who came."""

    def __init__(self):
        self.peers = []
        self.names = []

    def connected(self, peer):
        """Somebody shook hands."""
        self.peers.append(peer)

    def received(self, peer, data):
        """Somebody said something."""
        peer.send(data)

    def note_name(self, connection, name, context):
        """``sni_callback``: who was asked for."""
        self.names.append(name)

    @property
    def peer(self):
        """Who came last."""
        return self.peers[-1]


# -- what is said --------------------------------------------------------------------------------

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"


def start(bench, host=b"web.test", seconds=1.0, tail=b""):
    """Connect link 0 without AT+CIPMUX; returns what was said."""
    return bench.send(b'AT+CIPSTART="SSL","%s",443%s\r\n' % (host, tail), seconds)


def answer(family, found, number):
    """What a family says to a connection that is refused, or stands."""
    if family not in found:
        return b"CONNECT\r\n" + OK
    number = b"+ERRNO:%s\r\n" % number if family == E50 else b""
    return number + b"ERR CODE:0x010a0000\r\n" + ERROR + b"CLOSED\r\n"


def secure_desk(desk, folder, profile, kind="right", *, serve=None, clock=NOW, **options):
    """A desk with a TLS server at three hosts, and our CA in its module's store.

    ``kind`` is the server's certificate, ``serve`` more about its context, ``clock`` what the
    module is told the time is.
    """
    options.setdefault("joined", True)
    family = getattr(profile, "id", profile)
    bench = desk(profile, **options)
    bench.web = Web()
    bench.context = context(folder, kind, **{"old": family in OLD, **(serve or {})})
    bench.context.sni_callback = bench.web.note_name
    for host in ("web.test", "other.test", "192.0.2.7"):
        bench.network.listen(host, 443, tls_server(bench.context, bench.web))
    if family in ESPAT and clock:
        bench.send(b"AT+SYSTIMESTAMP=%d\r\n" % clock)
    bench.core = bench.module.core
    bench.core.store.burn("client_ca", pem("ours"))
    return bench
