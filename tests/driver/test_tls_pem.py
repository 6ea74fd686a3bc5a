"""Certificates and keys: what is taken, in which form, and what is said of bad ones."""

import base64
import datetime
import errno
import ssl

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from espat import tls
from espat.tls import pem
from tests.driver.secure import CA, ROOT, client

SECRET, PUBLIC = serialization.PrivateFormat, serialization.Encoding
PLAIN = serialization.NoEncryption()
KEYS = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "rsa, odd": rsa.generate_private_key(3, 2056),
    "ec 256": ec.generate_private_key(ec.SECP256R1()),
    "ec 384": ec.generate_private_key(ec.SECP384R1()),
}
OTHERS = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "rsa, odd": KEYS["rsa"],
    "ec 256": ec.generate_private_key(ec.SECP256R1()),
    "ec 384": KEYS["ec 256"],
}
FORMATS = {"PKCS 8": SECRET.PKCS8, "its own": SECRET.TraditionalOpenSSL}


def signed(key):
    """A certificate of its own for a key, PEM."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "device")])
    now = datetime.datetime(2026, 1, 1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(key.public_key()).serial_number(7)
    made = made.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=9999))
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return made.sign(key, digest).public_bytes(PUBLIC.PEM)


def text(key, form=SECRET.PKCS8, encoding=PUBLIC.PEM, secret=PLAIN):
    return key.private_bytes(encoding, form, secret)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("encoding", ["PEM", "DER"])
def test_a_key_and_its_certificate(kind, form, encoding):
    key, form, encoding = KEYS[kind], FORMATS[form], getattr(PUBLIC, encoding)
    cert, secret = signed(key), text(key, form, encoding)
    if encoding is PUBLIC.DER:
        cert = ssl.PEM_cert_to_DER_cert(cert.decode())
    got = pem.pair(cert, secret)
    assert ssl.PEM_cert_to_DER_cert(got[0].decode()) == ssl.PEM_cert_to_DER_cert(
        signed_text(cert).decode()
    )
    loaded = serialization.load_pem_private_key(got[1], None)
    assert loaded.private_numbers() == key.private_numbers()
    assert text(loaded, form) == got[1]  # the same label, the same lines


def signed_text(cert):
    return cert if cert[:1] == b"-" else ssl.DER_cert_to_PEM_cert(cert).encode()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", KEYS)
def test_a_key_that_is_anothers(kind, form):
    with pytest.raises(ValueError, match="not that of the"):
        pem.pair(signed(KEYS[kind]), text(OTHERS[kind], FORMATS[form]))
    context = tls.SSLContext()
    with pytest.raises(ValueError, match="not that of the"):
        context.load_cert_chain(signed(KEYS[kind]), text(OTHERS[kind]))
    assert context.pki is None


def test_a_key_of_which_that_cannot_be_told():
    key = ed25519.Ed25519PrivateKey.generate()
    assert pem.pair(signed(key), text(key))[1] == text(key)


def test_a_chain_keeps_its_order():
    chain, key = client()
    leaf, between = signed(KEYS["rsa"]), ROOT
    assert pem.pair(leaf + between, text(KEYS["rsa"]))[0] == leaf + between
    with pytest.raises(ValueError, match="not that of the"):
        pem.pair(between + leaf, text(KEYS["rsa"]))
    assert pem.pair(chain + key, chain + key) == pem.pair(chain, key)


def test_one_file_for_both(tmp_path):
    chain, key = client()
    path = tmp_path / "both.pem"
    path.write_bytes(b"# a comment\n" + key + chain)
    context = tls.SSLContext()
    context.load_cert_chain(str(path))
    assert context.pki == pem.pair(chain, key)
    context.load_cert_chain(chain.decode(), key.decode())
    assert context.pki == pem.pair(chain, key)


BODY = ROOT.split(b"-----")[2]
SHORT = base64.b64encode(ssl.PEM_cert_to_DER_cert(ROOT.decode())[:-9])
BAD = {
    "nothing": b"",
    "no PEM": b"hello",
    "a path that is data": b"/etc/ssl/cert.pem",
    "no end": ROOT.rpartition(b"-----END")[0],
    "another's end": ROOT.replace(b"END CERTIFICATE", b"END PUBLIC KEY"),
    "half a head": b"-----BEGIN CERTIFICATE",
    "no base64": ROOT.replace(BODY, b"\n*** removed ***\n"),
    "a letter less": ROOT.replace(BODY, BODY[:80] + BODY[81:]),
    "nothing inside": ROOT.replace(BODY, b"\n"),
    "cut short": ROOT.replace(BODY, b"\n" + SHORT + b"\n"),
    "DER cut short": ssl.PEM_cert_to_DER_cert(ROOT.decode())[:-1],
    "DER with a tail": ssl.PEM_cert_to_DER_cert(ROOT.decode()) + b"\0",
    "a DER head alone": b"\x30\x82",
    "one byte": b"\x30",
    "a key": client()[1],
    "no DER inside": ROOT.replace(BODY, b"\n" + base64.b64encode(b"hello") + b"\n"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_certificate(case):
    context = tls.SSLContext()
    with pytest.raises(ValueError) as caught:
        context.load_verify_locations(cadata=BAD[case] or b" ")
    assert len(str(caught.value)) > 15
    assert context.ca is None
    with pytest.raises(ValueError):
        context.load_cert_chain(BAD[case], client()[1])
    assert context.pki is None


BAD_KEYS = {
    "none": (ROOT, "no private key"),
    "encrypted": (
        text(KEYS["rsa"], secret=serialization.BestAvailableEncryption(b"x")),
        "encrypted",
    ),
    "encrypted, the old way": (
        text(
            KEYS["rsa"],
            SECRET.TraditionalOpenSSL,
            secret=serialization.BestAvailableEncryption(b"x"),
        ),
        "encrypted",
    ),
    "encrypted, DER": (
        text(KEYS["rsa"], encoding=PUBLIC.DER, secret=serialization.BestAvailableEncryption(b"x")),
        "encrypted",
    ),
    "two": (text(KEYS["rsa"]) + text(KEYS["ec 256"]), "more than one"),
    "cut short": (text(KEYS["rsa"])[:200], "END"),
    "empty": (b"", "no private key"),
}


@pytest.mark.parametrize("case", BAD_KEYS)
def test_a_bad_key(case):
    key, message = BAD_KEYS[case]
    with pytest.raises(ValueError, match=message):
        pem.pair(signed(KEYS["rsa"]), key)


def test_a_chain_that_is_too_large():
    chain = b"".join(trustme.CA().cert_pem.bytes() for _ in range(12))
    with pytest.raises(ValueError, match="a module takes 8172"):
        pem.pair(signed(KEYS["rsa"]) + chain, text(KEYS["rsa"]))


class Exact:
    """A file that is asked for no more than it has: CircuitPython makes room for what is asked."""

    def __init__(self, file):
        self.file = file
        self.read_from = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def seek(self, *where):
        return self.file.seek(*where)

    def read(self, count):
        here = self.file.tell()
        left = self.file.seek(0, 2) - here
        self.file.seek(here)
        assert 0 <= count <= left
        self.read_from.append(count)
        return self.file.read(count)


def test_a_file_is_asked_for_no_more_than_it_has(tmp_path, monkeypatch):
    path = tmp_path / "roots.pem"
    path.write_bytes(ROOT)
    files = []

    def exact(*args):
        files.append(Exact(open(*args)))  # noqa: SIM115
        return files[-1]

    monkeypatch.setattr(pem, "open", exact, raising=False)
    context = tls.create_default_context(cafile=str(path))
    assert context.ca == ROOT and sum(files[0].read_from) == len(ROOT)
    path.write_bytes(bytes(70_000))
    with pytest.raises(ValueError, match="over 65536 bytes"):
        context.load_verify_locations(str(path))
    assert files[-1].read_from == []


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(OSError) as caught:
        tls.SSLContext().load_cert_chain(str(tmp_path / "no.pem"))
    assert caught.value.errno == errno.ENOENT


def test_what_a_desktop_reads_comes_out():
    loaded = x509.load_pem_x509_certificates(pem.certificates(ROOT + CA.cert_pem.bytes()))
    assert [cert.public_bytes(PUBLIC.PEM) for cert in loaded] == [ROOT, ROOT]
