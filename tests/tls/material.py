"""Certificates for the servers of the matrix, an elliptic one and an RSA one each: NonOS knows no
curves. trustme makes the CAs and what they sign; the self-signed ones are made with cryptography.
"""

import datetime
import functools

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

HOST = "tls.test"
_NOW = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
_YEAR = datetime.timedelta(days=365)
_DATES = {
    "expired": {"not_before": _NOW - 2 * _YEAR, "not_after": _NOW - _YEAR},
    "future": {"not_before": _NOW + _YEAR, "not_after": _NOW + 2 * _YEAR},
}
_VALID = {"not_before": _NOW - _YEAR, "not_after": _NOW + _YEAR}
CURVE, RSA = trustme.KeyType.ECDSA, trustme.KeyType.RSA


@functools.cache
def authority(name):
    """A CA by name."""
    return trustme.CA(key_type=CURVE)


@functools.cache
def both(kind):
    """{key type: chain and key in one PEM} of a server's certificates of one kind."""
    if kind == "self":
        return {"curve": _alone(ec.generate_private_key(ec.SECP256R1())), "rsa": _alone(_rsa())}
    ca = authority("theirs" if kind in ("issuer", "stranger") else "ours")
    name = "other.test" if kind == "name" else HOST
    dates = _DATES.get(kind, _VALID)
    return {
        "curve": _pem(ca.issue_cert(name, key_type=CURVE, **dates)),
        "rsa": _pem(ca.issue_cert(name, key_type=RSA, **dates)),
    }


def client():
    """(chain, key) of a device, by our CA."""
    made = authority("ours").issue_cert("device.test", key_type=CURVE, **_VALID)
    chain = b"".join(blob.bytes() for blob in made.cert_chain_pems)
    return chain.decode(), made.private_key_pem.bytes().decode()


def _pem(made):
    return made.private_key_and_cert_chain_pem.bytes()


def _rsa():
    return rsa.generate_private_key(65537, 2048)


def _alone(key):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_VALID["not_before"])
        .not_valid_after(_VALID["not_after"])
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(form, *plain) + made.public_bytes(form)
