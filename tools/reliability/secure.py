"""TLS for both ends; the server has a certificate of its own, which is made on first use."""

import datetime
import functools
import ssl
import tempfile

from espat import tls
from espat_tools.emulator.tls_engines import MISSING, Unavailable
from espat_tools.emulator.tls_peer import tls_server

NAME = "talk.test"


@functools.cache
def context():
    """An `ssl.SSLContext` for the handshakes of old firmware, which knows only RSA."""
    try:
        from cryptography import x509  # noqa: PLC0415 - a library that not everybody needs
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415
    except ImportError as error:
        raise Unavailable(MISSING.format(package="cryptography")) from error
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + 30 * day)
        .sign(key, hashes.SHA256())
    )
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    made.set_ciphers("DEFAULT:@SECLEVEL=0")
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        file.flush()
        made.load_cert_chain(file.name)
    return made


def server(make):
    """A handler for `MemoryNetwork.listen` that adds TLS to the handler that `make()` returns."""

    def connected():
        return tls_server(context(), make())()

    return connected


def wrapped(sock, profile, host):
    """A socket with TLS without verification: the line is tested here, not the peer."""
    made = tls.create_default_context()
    made.verify_mode = tls.CERT_NONE
    if profile.startswith(("nonos", "wizfi")):
        made.sni = False
    return made.wrap_socket(sock, server_hostname=host)
