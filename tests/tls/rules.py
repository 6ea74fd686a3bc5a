"""What must come of each cell of the matrix, from what is known of the firmware: tables, no code
of the driver. The keys are those of the compared families; the sources are the reference's, and
what disassembly and the SDKs' configuration told (see docs/tls.md).
"""

from typing import NamedTuple

from espat_tools.commands.forms import E22, E24, E33, E41, E50, N13, N17, WIZ


class Facts(NamedTuple):
    """What a family's firmware has of TLS."""

    #: AT+CIPSSLCCONF: it can be told to verify, and to show a certificate.
    settings: bool = True
    #: Certificates can be put into it over AT.
    takes: bool = True
    #: AT+CIPSSLCSNI, CCN and ALPN.
    names: bool = True
    #: AT+CIPSSLCPSK.
    keys: bool = True
    #: It looks at dates, and needs a clock for that.
    dates: bool = True
    #: +ERRNO tells why a handshake failed.
    tells: bool = False


_OLD = Facts(settings=False, takes=False, names=False, keys=False, dates=False)
FACTS = {
    N13: _OLD,
    N17: _OLD._replace(settings=True),
    WIZ: _OLD._replace(settings=True),  # what is known of NonOS from 1.6 on is taken for it
    E22: Facts(dates=False),
    E24: Facts(),
    E33: Facts(),
    E41: Facts(),
    E50: Facts(tells=True),
}


class Mode(NamedTuple):
    """What a program asks for."""

    key: str
    title: str
    checks: bool
    names: bool


ON = Mode("on", "Verified: chain, name and dates", True, True)
CHAIN = Mode("chain", "The chain alone: check_hostname = False, and no name told", True, False)
OFF = Mode("off", "Unverified: verify_mode = CERT_NONE", False, False)
MODES = (ON, CHAIN, OFF)


class Row(NamedTuple):
    """One condition at the other end, or in what the program asks for."""

    key: str
    title: str
    server: str
    #: What is wrong with it, if anything.
    wrong: str = ""
    #: What the context has besides.
    shows: bool = False
    alpn: tuple = ()
    psk: tuple = ()
    no_ca: bool = False
    #: Who knows the time: a time server, the board alone, nobody.
    clock: str = "server"


KEY, IDENTITY = "correct-horse", "device-7"

ROWS = (
    Row("right", "right", "right"),
    Row("name", "the certificate is for another name", "name", "name"),
    Row("issuer", "issued by an unknown CA", "issuer", "issuer"),
    Row("self", "self-signed", "self", "issuer"),
    Row("expired", "expired", "expired", "expired"),
    Row("future", "not valid yet", "future", "future"),
    Row("timeless", "right, and nobody knows the time: clock unset", "right", clock="nobody"),
    Row("board-time", "right, and only the board knows the time", "right", clock="board"),
    Row("missing", "a client certificate is asked for, none is there", "asks", "client"),
    Row("shown", "a client certificate is asked for, and shown", "asks", shows=True),
    Row("alpn", "ALPN: a protocol that the server has", "right", alpn=("http/1.1",)),
    Row("no-alpn", "ALPN: none that the server has", "right", "alpn", alpn=("mqtt",)),
    Row("key", "PSK: the right key", "keyed", psk=(IDENTITY, KEY)),
    Row("wrong-key", "PSK: a wrong key", "keyed", "psk", psk=(IDENTITY, "wrong-horse")),
    Row("renewed", "certificate renewed mid-session, by the same CA", "renewed"),
    Row("replaced", "certificate replaced mid-session, by another CA's", "replaced", "issuer"),
    Row("no-ca", "no CA given, no roots in the module", "right", no_ca=True),
)
CHAIN_ROWS = ("right", "name", "issuer", "self", "expired")
"""What the name and the rest have no part in is not tried twice."""


def rows(mode):
    """The rows that are run in a mode."""
    return [row for row in ROWS if mode is not CHAIN or row.key in CHAIN_ROWS]


class Outcome(NamedTuple):
    """`kind`: connected; refused, before anything was sent; failed, in the handshake. `why`: a
    key of REFUSALS or, where firmware tells it, of TOLD.
    """

    kind: str
    why: str = ""


CONNECTED = Outcome("connected")

#: why: (in few words, errno, what the error says)
REFUSALS = {
    "settings": (
        "cannot verify or show certificates",
        "EOPNOTSUPP",
        "can neither verify certificates nor show one",
    ),
    "takes": ("takes no certificates", "EOPNOTSUPP", "takes no certificates from a board"),
    "alpn": ("no ALPN", "EOPNOTSUPP", "cannot offer ALPN protocols"),
    "keys": ("no PSK", "EOPNOTSUPP", "has no keys in place of certificates"),
    "both": ("a CA, or a PSK", "EOPNOTSUPP", "with a CA the firmware does not use the PSK"),
    "no-ca": ("no CA to verify with", "EINVAL", "'espat ca'"),
    "clock": ("the clock is not set", "EINVAL", "the module's clock is not set"),
}

#: what is wrong: (why as firmware tells it, what the error says then, and what it says where
#: firmware tells nothing)
CAUSES = {
    "name": ("wrong name", "is not for tls.test", "or not for tls.test"),
    "issuer": (
        "unknown CA",
        "is not from a CA that was given",
        "the certificate is not from a CA that was given",
    ),
    "expired": ("expired", "has expired", "or out of date"),
    "future": ("not valid yet", "is not valid yet", "or out of date"),
    "client": ("alert", "(alert)", "the server wants a client certificate"),
    "alpn": ("alert", "(alert)", "it has none of the ALPN protocols"),
    "psk": ("alert", "(alert)", "the key or the identity is another"),
}


def _refused(why):
    return lambda row, mode, facts: Outcome("refused", why)


def _failed(row, mode, facts):
    return Outcome("failed", CAUSES[row.wrong][0] if facts.tells else "")


#: (when, what then); the first that holds decides. `vouched`: on firmware that takes no
#: certificates a program may vouch for a CA that was flashed, which has no name to check.
RULES = (
    (lambda row, mode, has: _files(row, mode) and not has.settings, _refused("settings")),
    (
        lambda row, mode, has: (
            (row.shows or (mode.checks and not vouched(mode, has))) and not has.takes
        ),
        _refused("takes"),
    ),
    (lambda row, mode, has: row.alpn and not has.names, _refused("alpn")),
    (lambda row, mode, has: row.psk and mode.checks, _refused("both")),
    (lambda row, mode, has: row.psk and not has.keys, _refused("keys")),
    (
        lambda row, mode, has: row.clock == "nobody" and mode.checks and has.dates,
        _refused("clock"),
    ),
    (lambda row, mode, has: row.no_ca and mode.checks, _refused("no-ca")),
    # The server's own decision, whatever the module verifies.
    (lambda row, mode, has: row.wrong in ("client", "alpn", "psk"), _failed),
    (lambda row, mode, has: row.wrong == "issuer" and mode.checks, _failed),
    (lambda row, mode, has: row.wrong == "name" and mode.checks and mode.names, _failed),
    (
        lambda row, mode, has: row.wrong in ("expired", "future") and mode.checks and has.dates,
        _failed,
    ),
    (lambda row, mode, has: True, lambda row, mode, has: CONNECTED),
)


def _files(row, mode):
    return mode.checks or row.shows


def vouched(mode, facts):
    """Whether the CA is one that was flashed, and that the program vouches for."""
    return mode is CHAIN and facts.settings and not facts.takes


def expected(row, mode, family):
    """The outcome that the facts demand."""
    facts = FACTS[family]
    return next(then(row, mode, facts) for when, then in RULES if when(row, mode, facts))


def name_told(mode, family):
    """The name (SNI) that the server must have been told: none where none was to be."""
    return "tls.test" if mode is not CHAIN and FACTS[family].names else ""
