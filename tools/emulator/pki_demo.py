"""Demonstration certificates like those that modules are shipped with; nobody trusts them.

Espressif's modules all contain the same demonstration certificates and keys. The ones made here
have the same names and dates, but keys of their own, which each process creates in its memory.
"""

import datetime
import functools
import threading

from .tls_engines import MISSING, Unavailable

#: The dates of validity, as in Espressif's certificates.
_FROM = datetime.datetime(2019, 6, 21)
_UNTIL = datetime.datetime(2029, 6, 18)
_MQTT_UNTIL = datetime.datetime(2029, 8, 31)

_ONE_AT_A_TIME = threading.Lock()

#: {set: (common name, set whose key signs it or None for its own, end of validity)}
_SETS = {
    "client_ca": ("ESP Root CA S1", None, _UNTIL),
    "server": ("ESP Root CA S2", "client_ca", _UNTIL),
    "server_ca": ("ESP Root CA C1", None, _UNTIL),
    "client": ("ESP Root CA C2", "server_ca", _UNTIL),
    "mqtt_ca": ("Root CA", None, _MQTT_UNTIL),
    "mqtt": ("mqtt client", "mqtt_ca", _MQTT_UNTIL),
}


def _modules():
    try:
        from cryptography import x509  # noqa: PLC0415 - a library that not everybody needs
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415
    except ImportError as error:
        raise Unavailable(MISSING.format(package="cryptography")) from error
    return x509, hashes, serialization, rsa


@functools.cache
def _made(name, number):
    """(certificate, key) of one set, RSA with 2048 bits like the originals."""
    x509, hashes, _, rsa = _modules()
    common_name, signer, until = _SETS[name]
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    issuer, signing = subject, key
    if signer:
        above, signing = _made(signer, number)
        issuer = above.subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
    )
    return builder.sign(signing, hashes.SHA256()), key


def demo(name, number=0):
    """The PEM file that a module holds as ``name``: "client_ca", "client_cert", "client_key" …"""
    with _ONE_AT_A_TIME:  # modules run in threads, and a certificate must match its key
        return _demo(name, number)


@functools.cache
def _demo(name, number):
    _, _, serialization, _ = _modules()
    kind, _, what = name.rpartition("_")
    certificate, key = _made(name if what == "ca" else kind, number)
    if what != "key":
        return certificate.public_bytes(serialization.Encoding.PEM)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
