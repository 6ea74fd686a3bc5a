"""The checks that mbedTLS makes of a peer's certificate, with the cryptography of OpenSSL.

The flags are those of mbedTLS (x509.h), for firmware that prints them. Like mbedTLS, this goes on
after a finding, so that several flags can be set at once.
"""

import ipaddress

EXPIRED, WRONG_NAME, UNTRUSTED, OTHER = 0x1, 0x4, 0x8, 0x100
FUTURE, KEY_USAGE, WEAK_HASH, WEAK_KEY = 0x200, 0x800, 0x4000, 0x10000

#: The flags of mbedTLS by the error codes of OpenSSL's verification (X509_V_ERR_…).
_FLAGS = {
    2: UNTRUSTED,
    7: UNTRUSTED,
    9: FUTURE,
    10: EXPIRED,
    18: UNTRUSTED,
    19: UNTRUSTED,
    20: UNTRUSTED,
    21: UNTRUSTED,
    24: UNTRUSTED,
    26: KEY_USAGE,
    32: KEY_USAGE,
    66: WEAK_KEY,
    67: WEAK_KEY,
    68: WEAK_HASH,
    79: UNTRUSTED,
}
_DATES = FUTURE | EXPIRED


class Verifier:
    """Verifies one peer; ``flags`` holds the findings, 0 for none."""

    def __init__(self, name="", *, dates=True, addresses=False):
        self._name = name
        self._dates = dates
        self._addresses = addresses
        #: The CAs that are trusted.
        self.trusted = []
        self.flags = 0

    def __call__(self, connection, certificate, error, depth, good):
        """OpenSSL's verify callback; the last call is for the peer's own certificate."""
        if not good:
            found = _FLAGS.get(error, OTHER)
            self.flags |= found if self._dates else found & ~_DATES
            return True
        if depth:
            return True
        leaf = certificate.to_cryptography()
        if self._name and not names(leaf, self._name, self._addresses):
            self.flags |= WRONG_NAME
        if self._trusted_itself(leaf):
            self.flags |= UNTRUSTED
        return not self.flags

    def _trusted_itself(self, leaf):
        """Whether the certificate itself is among the CAs, but its issuer is not.

        mbedTLS accepts a certificate as its own CA only if it is self-signed.
        """
        makers = [ca.subject for ca in self.trusted]
        return leaf in self.trusted and leaf.issuer not in makers


def names(certificate, name, addresses=False):
    """Whether ``certificate`` is for ``name``, as mbedTLS decides.

    The alternative names are used if there are any, else the common name. With ``addresses``, an
    IP address is looked up among the addresses of the certificate.
    """
    from cryptography import x509  # noqa: PLC0415 - whoever has a certificate has this

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return any(_same(str(each.value), name) for each in common)
    except ValueError:
        return False
    if addresses and (address := _address(name)):
        return address in found.get_values_for_type(x509.IPAddress)
    return any(_same(each, name) for each in found.get_values_for_type(x509.DNSName))


def _address(name):
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _same(pattern, name):
    """Whether ``name`` matches ``pattern``, in which ``*.`` stands for one label."""
    pattern, name = pattern.lower(), name.lower()
    if pattern.startswith("*."):
        return pattern[1:] == name[name.find(".") :] and not name.startswith(".")
    return pattern == name
