"""The differences between families in TLS, as data."""

from dataclasses import dataclass

from .families import E22, E24, E33, E41, E50, N13, N17, WIZ


@dataclass(frozen=True)
class Traits:
    """The TLS of one family."""

    #: The most TLS links at a time.
    links: int = 5
    #: AT+CIPSERVER with "SSL" is possible.
    server: bool = True
    #: The dates of certificates are checked.
    dates: bool = True
    #: The host of AT+CIPSTART is sent and checked if neither AT+CIPSSLCSNI nor AT+CIPSSLCCN is set.
    host_is_name: bool = False
    #: A certificate can be checked for an IP address as its name (mbedTLS 3.6).
    address_names: bool = False
    #: Passive receive mode applies to TLS.
    passive: bool = True
    #: Announced lengths include bytes that are still encrypted; otherwise they count only what is
    #: left of the current decrypted record.
    counts_encrypted: bool = False
    #: The oldest TLS version is 1.0 instead of 1.2, the oldest of mbedTLS 3.
    old_versions: bool = False
    #: The cipher suites that are offered, by OpenSSL's names; "" for all.
    ciphers: str = ""
    #: The most payload bytes of a sent record.
    fragment: int = 4096
    #: AT+CIPSTART over TLS may be followed by passthrough (since 2.2).
    passthrough: bool = True
    #: With AT+SYSLOG=1 a failed verification prints the flags; otherwise only 0x2700, which may
    #: happen in a build that does not keep the peer's certificate.
    tells_flags: bool = True
    #: A failed connection ends with CLOSED and OK instead of ERROR, as on some NonOS modules.
    fails_with_ok: bool = False


#: RSA and DHE-RSA without GCM, elliptic curves, SNI, ALPN or pre-shared keys (the configuration
#: header of the NonOS SDK). What WizFi360 supports is not known.
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
