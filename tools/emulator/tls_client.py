"""The TLS client of a module: what its settings for one link make of a connection."""

from dataclasses import dataclass, field

from .tls import TlsChannel
from .tls_engines import CertificateEngine, openssl


@dataclass
class LinkSettings:
    """What a module forgets when the link closes: names, protocols and keys for one link."""

    common_name: bytes = b""
    server_name: bytes = b""
    protocols: tuple = ()
    key: bytes = field(default=b"", repr=False)
    #: What documentation calls the hint: the identity that is sent.
    identity: bytes = b""


def connect(core, request, address):
    """A channel for AT+CIPSTART with "SSL"; it may still be shaking hands."""
    openssl()
    below = core.network.connect("TCP", address, request.port, keep_alive=request.keep_alive)
    return TlsChannel(
        below,
        lambda: _engine(core, request),
        largest=core.session.tls_size or 16384,
        fragment=core.profile.tls.fragment,
    )


def _engine(core, request):
    return CertificateEngine(context(core.profile.tls))


def context(traits, *, server=False):
    """A pyOpenSSL context with a family's versions and suites; it verifies nothing yet."""
    ssl = openssl()
    made = ssl.Context(ssl.TLS_SERVER_METHOD if server else ssl.TLS_CLIENT_METHOD)
    made.set_max_proto_version(ssl.TLS1_2_VERSION)
    made.set_min_proto_version(ssl.TLS1_VERSION if traits.old_versions else ssl.TLS1_2_VERSION)
    level = ":@SECLEVEL=0" if traits.old_versions else ""
    made.set_cipher_list(((traits.ciphers or "DEFAULT") + level).encode())
    return made
