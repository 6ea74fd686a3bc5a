"""Certificates as people see them: whose they are, until when, and what speaks against them.

`cryptography` reads them, which is imported on first use: it comes with the extra `tls`.
"""

import datetime
import re
import warnings
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from espat.tls import pem
from espat_tools.demo.wanted import Unwanted

DEMO = ("ESP Root CA S", "ESP Root CA C")
"""How the names of the CAs begin that modules ship with."""

DEMO_MQTT = ("Root CA", datetime.date(2029, 8, 31))
"""Name of the one for MQTT, and its last day."""

_BEGIN = b"-----BEGIN CERTIFICATE-----"
_BLOCK = re.compile(_BEGIN + b".*?-----END CERTIFICATE-----", re.DOTALL)

SHORT = 8
"""Bytes of a fingerprint that are shown where there is little room."""


def library(name: str) -> ModuleType:
    """A library of the extra `tls`. Raises Unwanted, which says what to install."""
    try:
        return import_module(name)
    except ImportError:
        package = name.partition(".")[0].replace("OpenSSL", "pyOpenSSL")
        raise Unwanted(
            f"`espat ca` needs {package}: pip install certifi cryptography pyOpenSSL"
        ) from None


@dataclass(frozen=True)
class Certificate:
    """One certificate. `pem` is as espat.tls.pem writes it, `fingerprint` SHA-256 in hex digits."""

    pem: bytes
    name: str
    subject: str
    issuer: str
    begins: datetime.datetime
    ends: datetime.datetime
    fingerprint: str
    key: str
    is_ca: bool
    names: tuple[str, ...]
    """What it may be called: common name, organisation and unit."""

    @property
    def short(self) -> str:
        """The beginning of its fingerprint, as browsers and openssl write it."""
        return ":".join(self.fingerprint[i : i + 2] for i in range(0, SHORT * 2, 2)).upper()

    @property
    def demo(self) -> bool:
        """Whether modules ship with it."""
        issued = self.issuer.removeprefix("CN=")
        return issued.startswith(DEMO) or (issued, self.ends.date()) == DEMO_MQTT

    def problems(self, now: datetime.datetime | None = None) -> list[str]:
        """What speaks against trusting it, a phrase each."""
        now = now or datetime.datetime.now(datetime.timezone.utc)
        found = []
        if self.ends < now:
            found.append(f"it expired on {self.ends:%Y-%m-%d}")
        if self.begins > now:
            found.append(f"it is not valid before {self.begins:%Y-%m-%d}")
        if not self.is_ca:
            found.append("it is not a CA: it can vouch for no other certificate")
        if not self.key.startswith(("RSA", "EC ")):
            found.append(f"its key is of a kind that modules do not know ({self.key})")
        if self.demo:
            found.append("modules ship with it, so everybody may have its key")
        return found

    def __str__(self) -> str:
        return f"{self.name}, until {self.ends:%Y-%m-%d}"


def parse(data: bytes, what: str) -> list[Certificate]:
    """The certificates in PEM or DER, each once; keys and other text are passed over.

    Raises Unwanted.
    """
    x509 = library("cryptography.x509")
    blocks = _BLOCK.findall(data)
    if data.count(_BEGIN) != len(blocks):
        raise Unwanted(f"{what}: bad PEM: a BEGIN without its END.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd in old roots
            found = [_certificate(x509.load_pem_x509_certificate(block)) for block in blocks]
            if data[:1] == b"\x30":
                found = [_certificate(x509.load_der_x509_certificate(data))]
    except ValueError:
        raise Unwanted(f"{what}: a bad certificate: it is cut short, or no base64.") from None
    if not found:
        raise Unwanted(f"{what}: no certificate in it: PEM or DER is wanted.")
    return once(found)


def once(certificates: list[Certificate]) -> list[Certificate]:
    """The same without those that are there already."""
    return list({each.fingerprint: each for each in certificates}.values())


def joined(certificates: list[Certificate]) -> bytes:
    """PEM of them, one after the other."""
    return b"".join(each.pem for each in certificates)


def _certificate(read: object) -> Certificate:
    x509 = library("cryptography.x509")
    hashes = library("cryptography.hazmat.primitives.hashes")
    encoding = library("cryptography.hazmat.primitives.serialization").Encoding
    names = _names(x509, read.subject)
    subject = _shown(read.subject.rfc4514_string())
    return Certificate(
        pem=pem.certificates(read.public_bytes(encoding.DER)),
        name=names[0] if names else subject or "(no name)",
        subject=subject,
        issuer=_shown(read.issuer.rfc4514_string()),
        begins=read.not_valid_before_utc,
        ends=read.not_valid_after_utc,
        fingerprint=read.fingerprint(hashes.SHA256()).hex(),
        key=_key(read),
        is_ca=_is_ca(x509, read),
        names=tuple(names),
    )


def _names(x509: ModuleType, subject: object) -> list[str]:
    oids = x509.NameOID
    found = []
    for oid in (oids.COMMON_NAME, oids.ORGANIZATIONAL_UNIT_NAME, oids.ORGANIZATION_NAME):
        found += [_shown(str(each.value)) for each in subject.get_attributes_for_oid(oid)]
    return found


def _shown(text: str) -> str:
    """A name without what would move the cursor of a terminal, or worse."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _is_ca(x509: ModuleType, read: object) -> bool:
    """What the extensions say; one of version 1 has none, and is a CA if it is its own issuer."""
    try:
        constraints = read.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return read.version == x509.Version.v1 and read.issuer == read.subject
    try:
        usage = read.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return constraints.ca
    return constraints.ca and usage.key_cert_sign


def _key(read: object) -> str:
    """ "RSA 2048", "EC secp256r1", or the name of another kind."""
    try:
        key = read.public_key()
    except Exception:  # a kind that the library does not know either
        return "unknown"
    curve = getattr(key, "curve", None)
    if curve is not None:
        return f"EC {curve.name}"
    kind = type(key).__name__.lstrip("_").removesuffix("PublicKey")
    return f"RSA {key.key_size}" if kind == "RSA" else kind
