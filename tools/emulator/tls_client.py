"""The TLS of a module: connections of clients and servers by its settings and its store."""

import datetime
import functools
import logging
import ssl
from dataclasses import dataclass, field

from .network import FAILED, Channel, is_address
from .tls import TlsChannel
from .tls_engines import (
    ALERT,
    BAD_KEY,
    GIVEN_UP,
    NO_CA,
    NOT_X509,
    UNVERIFIED,
    CertificateEngine,
    Failed,
    key_binding,
    offer_key,
    openssl,
)
from .tls_verify import Verifier

#: Bits of AT+CIPSSLCCONF's <auth_mode>: present a certificate, check the server's certificate.
SHOW, CHECK = 1, 2

#: OpenSSL's flag to trust a CA without the CA that issued it, as mbedTLS always does.
_PARTIAL_CHAIN = 0x80000

_LOG = logging.getLogger("espat_tools.emulator")


@dataclass
class LinkSettings:
    """Names, protocols and keys for one link; the module forgets them when the link closes."""

    common_name: bytes = b""
    server_name: bytes = b""
    protocols: tuple = ()
    #: The pre-shared key; the reference calls it the identity of the PSK.
    key: bytes = field(default=b"", repr=False)
    #: The identity that is sent; the reference calls it the hint.
    identity: bytes = b""
    #: Cipher suites by their numbers; without any, all that the family has.
    suites: tuple = ()


def connect(core, request, address):
    """A channel for AT+CIPSTART with "SSL"; its handshake may not be finished yet."""
    openssl()
    settings = core.session.tls[request.link]
    auth, pki, ca = core.settings.tls_conf[request.link]
    wanted = _wanted(core.store, auth, pki, ca)
    if None in wanted.values():
        return _NoFile()
    if settings.key:
        key_binding()
    below = core.network.connect("TCP", address, request.port, keep_alive=request.keep_alive)
    name = _name(core, settings, request.host)
    return channel_over(core, below, lambda: _engine(core, settings, name, wanted))


def channel_over(core, below, start):
    """A TLS channel over the channel ``below``, with the sizes of the family."""
    return TlsChannel(
        below,
        start,
        largest=core.session.tls_size or 16384,
        fragment=core.profile.tls.fragment,
        tells_hidden=core.profile.tls.counts_encrypted,
    )


class _NoFile(Channel):
    """A connection that has failed because a certificate, a key or a CA is missing."""

    state = FAILED
    #: ESP-AT's own number for this error.
    errno = 0x4301

    def close(self):
        """Do nothing: nothing was opened."""


def _wanted(store, auth, pki, ca):
    """The files for one setting of AT+CIPSSLCCONF: {kind: bytes, None if it is missing}."""
    wanted = {}
    if auth & SHOW:
        wanted["cert"] = store.item("client_cert", pki)
        wanted["key"] = store.item("client_key", pki)
    if auth & CHECK:
        wanted["ca"] = store.item("client_ca", ca)
    return wanted


def _name(core, settings, host):
    """The name that is sent (SNI), and that the certificate must have: one field for both.

    AT+CIPSSLCSNI has priority over AT+CIPSSLCCN. Without either, since 5.0, it is the host, unless
    that is an IP address.
    """
    told = settings.server_name or settings.common_name
    if not told and core.profile.tls.host_is_name and not is_address(host):
        return host
    return told.partition(b"\0")[0].decode("latin-1")


# -- certificates ------------------------------------------------------------------------------


def _engine(core, settings, name, wanted):
    """An engine set up by the settings: which certificate to present, what to check and offer."""
    traits = core.profile.tls
    made = _context(traits, settings.suites)
    if settings.protocols:
        made.set_alpn_protos(list(settings.protocols))
    if "cert" in wanted:
        show(made, wanted["cert"], wanted["key"])
    verifier = Verifier(name, dates=traits.dates, addresses=traits.address_names)
    flags = flags_of(verifier, traits)
    if "ca" in wanted:
        check(made, wanted["ca"], verifier, core)
    elif settings.key:
        # With a key instead of a CA, a server that presents a certificate is refused (esp-tls).
        _allow(made, _offer(traits, settings.suites) + ":PSK")
        offer_key(made, settings.identity, settings.key)
        made.set_verify(openssl().VERIFY_PEER, verifier)
        flags = lambda: verifier.flags and NO_CA  # noqa: E731
    return CertificateEngine(made, name=name.encode("latin-1"), flags=flags)


def flags_of(verifier, traits):
    """A function that returns what is reported for a failed verification, 0 if it has not failed.

    That is the flags, or only the code that it failed.
    """
    return lambda: verifier.flags if traits.tells_flags else verifier.flags and UNVERIFIED


def _context(traits, suites=(), *, server=False):
    """A pyOpenSSL context with the versions and suites of a family, without verification."""
    lib = openssl()
    made = lib.Context(lib.TLS_SERVER_METHOD if server else lib.TLS_CLIENT_METHOD)
    made.set_max_proto_version(lib.TLS1_2_VERSION)
    made.set_min_proto_version(lib.TLS1_VERSION if traits.old_versions else lib.TLS1_2_VERSION)
    _allow(made, _offer(traits, suites))
    return made


def _allow(context, offer):
    """Offer cipher suites; raises :class:`Failed` if OpenSSL has none of them."""
    try:
        context.set_cipher_list(offer.encode())
    except openssl().Error as error:
        raise Failed(GIVEN_UP, "none of the suites is known") from error


def _offer(traits, suites):
    offer = ":".join(known_suites()[number] for number in suites)
    return (offer or traits.ciphers or "DEFAULT") + ":@SECLEVEL=0" * traits.old_versions


@functools.cache
def known_suites():
    """{number of a suite: its name in OpenSSL}, for the TLS versions that modules use."""
    everything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    everything.set_ciphers("ALL:PSK:@SECLEVEL=0")
    ciphers = [one for one in everything.get_ciphers() if one["protocol"] != "TLSv1.3"]
    return {one["id"] & 0xFFFF: one["name"] for one in ciphers}


def certificates(data):
    """The certificates in a PEM or DER file; raises :class:`Failed` if there are none."""
    from cryptography import x509  # noqa: PLC0415 - pyOpenSSL needs it too

    data = data.rstrip(b"\0")
    if b"-----BEGIN CERTIFICATE-----" not in data:
        try:
            return [x509.load_der_x509_certificate(data)]
        except ValueError as error:
            raise Failed(NOT_X509, "no certificate") from error
    found = []
    for part in data.split(b"-----BEGIN CERTIFICATE-----")[1:]:
        try:
            found.append(x509.load_pem_x509_certificate(b"-----BEGIN CERTIFICATE-----" + part))
        except ValueError:
            _LOG.info("a certificate that cannot be read is passed over, as mbedTLS does")
    if not found:
        raise Failed(NOT_X509, "no certificate")
    return found


def _private_key(data):
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - as above

    data = data.rstrip(b"\0")
    load = serialization.load_der_private_key
    if b"-----BEGIN" in data:
        load = serialization.load_pem_private_key
    try:
        return load(data, None)
    except (ValueError, TypeError) as error:
        raise Failed(BAD_KEY, "no private key, or one with a password") from error


def show(made, certificate, key):
    """Load a certificate with its chain and its key."""
    chain = certificates(certificate)
    secret = _private_key(key)
    try:
        made.use_certificate(chain[0])
        made.use_privatekey(secret)
        made.check_privatekey()
    except openssl().Error as error:
        # mbedTLS does not compare the two; on a real module the peer refuses the signature.
        raise Failed(ALERT, "the private key is another certificate's") from error
    for each in chain[1:]:
        made.add_extra_chain_cert(each)


def check(made, ca, verifier, core):
    """Verify the peer with the CAs in a file, for the time of the module's clock."""
    from OpenSSL import crypto  # noqa: PLC0415 - a library that not everybody needs

    lib = openssl()
    trusted = made.get_cert_store()
    verifier.trusted = certificates(ca)
    for each in verifier.trusted:
        trusted.add_cert(crypto.X509.from_cryptography(each))
    trusted.set_flags(_PARTIAL_CHAIN)
    seconds = int(core.clock_works.utc())
    now = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    trusted.set_time(now)
    made.set_verify(lib.VERIFY_PEER | lib.VERIFY_FAIL_IF_NO_PEER_CERT, verifier)


# -- the server --------------------------------------------------------------------------------


def server_engine(core, ca):
    """An engine for one client of AT+CIPSERVER; with ``ca`` it must present a certificate."""
    traits = core.profile.tls
    made = _context(traits, server=True)
    show(made, core.store.item("server_cert", 0), core.store.item("server_key", 0))
    verifier = Verifier(dates=traits.dates)
    if ca:
        check(made, core.store.item("server_ca", 0), verifier, core)
    return CertificateEngine(made, server=True, flags=flags_of(verifier, traits))


def can_serve(core, ca):
    """Whether the store has the files that a server needs."""
    names = ("server_cert", "server_key", "server_ca")[: 3 if ca else 2]
    return all(core.store.item(name, 0) is not None for name in names)
