"""What differs between families in TLS, as data."""

from dataclasses import dataclass

from .families import E22, E24, E33, E41, E50, N13, N17, WIZ


@dataclass(frozen=True)
class Traits:
    """One family's TLS."""

    #: TLS links at a time.
    links: int = 5
    #: A server can be made (AT+CIPSERVER with "SSL").
    server: bool = True
    #: Certificates' dates are looked at.
    dates: bool = True
    #: Without AT+CIPSSLCSNI and AT+CIPSSLCCN: the host of AT+CIPSTART is sent and checked.
    host_is_name: bool = False
    #: An address in figures can be the name that a certificate is checked for (mbedTLS 3.6).
    address_names: bool = False
    #: Passive receive mode holds for TLS.
    passive: bool = True
    #: Announced lengths count what is encrypted yet; else the rest of the record at hand.
    counts_encrypted: bool = False
    #: The oldest version spoken is 1.0 rather than 1.2 (mbedTLS 3 has no other).
    old_versions: bool = False
    #: OpenSSL's names for what is offered; "" for all.
    ciphers: str = ""
    #: Most payload bytes of a record that is sent.
    fragment: int = 4096
    #: AT+CIPSTART over TLS may be followed by passthrough (since 2.2).
    passthrough: bool = True
    #: With AT+SYSLOG=1 a failed verification prints the flags; else 0x2700 alone, as it may be
    #: where the peer's certificate is not kept.
    tells_flags: bool = True
    #: A failed connection ends in CLOSED and OK, as some NonOS modules have it, not in ERROR.
    fails_with_ok: bool = False


#: RSA and DHE-RSA without GCM, elliptic curves, names, protocols or keys (the NonOS SDK's
#: configuration header); what WizFi360 does is not known.
_NONOS = Traits(
    links=1,
    server=False,
    dates=False,
    passive=False,
    old_versions=True,
    ciphers="AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA:"
    "DHE-RSA-AES128-SHA256:DHE-RSA-AES256-SHA256:DHE-RSA-AES128-SHA:DHE-RSA-AES256-SHA",
    fragment=2048,
    passthrough=False,
)

TRAITS = {
    N13: _NONOS,
    N17: _NONOS,
    WIZ: _NONOS,
    E22: Traits(links=1, server=False, dates=False, counts_encrypted=True, old_versions=True),
    E24: Traits(counts_encrypted=True, old_versions=True),
    E33: Traits(),
    E41: Traits(address_names=True),
    E50: Traits(host_is_name=True, address_names=True),
}
