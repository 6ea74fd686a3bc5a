"""What a module cannot do raises before it connects, and says why and what would help."""

import errno

import pytest

from espat import tls
from espat.modem import Modem
from espat.tls.prepare import refuse
from tests.driver.desk import Desk
from tests.driver.secure import (
    ESPAT,
    HOST,
    ROOT,
    blind,
    client,
    connected,
    echoes,
    refused,
    serve,
    settings,
    trusting,
)


def shown(context):
    """With a certificate of our own."""
    context.load_cert_chain(*client())
    return context


def keyed(context, key=b"secret", identity="who"):
    context.set_psk(identity, key)
    return context


def stored(context, **which):
    context.use_stored(**which)
    return context


def protocols(context):
    context.set_alpn_protocols(["h2"])
    return context


LACKS, WRONG = errno.EOPNOTSUPP, ValueError
N13, N17, E22, E24, E50 = (
    "nonos-1.3",
    "nonos-1.7.4",
    "esp8266-2.2.1",
    "esp32-2.4",
    "esp32c6-5.0.1",
)

#: (family, a context, the name, what is raised, what it must say)
REFUSED = {
    "too old to verify": (N13, trusting, HOST, LACKS, ["NonOS AT 1.3", "CERT_NONE", "newer"]),
    "no store": (N17, trusting, HOST, LACKS, ["esptool", "use_stored(ca=0)", "CERT_NONE"]),
    "no roots in NonOS": (N17, tls.SSLContext, HOST, LACKS, ["esptool"]),
    "no names to check": (
        N17,
        lambda: stored(tls.SSLContext(), ca=0),
        HOST,
        LACKS,
        ["name", "2.1", "check_hostname = False"],
    ),
    "no name to tell": (N17, blind, HOST, LACKS, ["SNI", "2.1", "context.sni = False"]),
    "no store for a pair": (N17, lambda: shown(blind(sni=False)), HOST, LACKS, ["esptool"]),
    "no protocols": (N17, lambda: protocols(blind(sni=False)), HOST, LACKS, ["ALPN", "2.1"]),
    "no keys": (N17, lambda: keyed(blind(sni=False)), HOST, LACKS, ["PSK", "2.2"]),
    "an address": (E24, trusting, "10.0.0.7", LACKS, ["10.0.0.7", "check_hostname = False"]),
    "an address, v6": (E24, trusting, "fe80::7", LACKS, ["fe80::7"]),
    "a name not to be checked": (
        E50,
        lambda: trusting(check_hostname=False),
        HOST,
        LACKS,
        ["checks the name that it tells", "context.sni = False"],
    ),
    "a check with no name": (E50, lambda: trusting(sni=False), HOST, LACKS, ["sni = True"]),
    "a key and a CA": (E24, lambda: keyed(trusting()), HOST, LACKS, ["CERT_NONE", "key vouches"]),
    "a key that is too long": (E24, lambda: keyed(blind(), bytes(33)), HOST, WRONG, ["32 bytes"]),
    "an empty key": (E24, lambda: keyed(blind(), b""), HOST, WRONG, ["32 bytes"]),
    "an identity too long": (E24, lambda: keyed(blind(), b"k", "i" * 33), HOST, WRONG, ["32"]),
    "NUL in the identity": (E24, lambda: keyed(blind(), b"k", "i\0"), HOST, WRONG, ["NUL"]),
    "NUL in the key": (E24, lambda: keyed(blind(), b"k\0"), HOST, LACKS, ["printable", "3.2"]),
    "a name too long": (E24, blind, "x" * 65, WRONG, ["1..64"]),
    "no CA": (E22, tls.SSLContext, HOST, errno.EINVAL, ["espat ca", "load_verify_locations"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_before_anything_is_sent(make_desk, case):
    profile, make, name, kind, words = REFUSED[case]
    desk = make_desk(profile).join()
    server = serve(desk)
    error = refused(desk, make(), name=name)
    if kind is WRONG:
        assert isinstance(error, ValueError)
    else:
        assert error.errno == kind and len(error.args) == 2
    for word in words:
        assert word in str(error)
    assert not settings(desk) and server.peers == []


@pytest.mark.parametrize("profile", ESPAT)
def test_a_name_is_needed_to_check_it(make_desk, profile):
    desk = make_desk(profile)
    for name in (None, ""):
        with pytest.raises(ValueError, match="server_hostname"):
            trusting().wrap_socket(desk.pool.socket(), server_hostname=name)
    blind().wrap_socket(desk.pool.socket())


@pytest.mark.parametrize("profile", ["nonos-1.7.4"])
def test_nonos_verifies_with_what_was_flashed(make_desk, profile):
    """The issuer alone: it checks no name and no date."""
    desk = make_desk(profile).join()
    sector(desk, ROOT)
    context = stored(tls.SSLContext(), ca=0)
    context.check_hostname = False
    context.sni = False
    serve(desk, "name")
    with connected(desk, context) as sock:
        assert echoes(sock)
    serve(desk, "stranger")
    error = refused(desk, context)
    assert error.errno == errno.ECONNABORTED and "4096 bytes" in str(error)
    assert desk.said(b"AT+CIPSSLCCONF=") == [b"AT+CIPSSLCCONF=2"] * 2


@pytest.mark.parametrize("profile", ["nonos-1.7.4"])
def test_nonos_with_nothing_flashed(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk)
    context = stored(tls.SSLContext(), ca=0)
    context.check_hostname = context.sni = False
    error = refused(desk, context)
    assert error.errno == errno.EIO and "is there what it says" in str(error)
    assert not desk.said(b'"SSL"') and server.peers == []
    desk.works()


def sector(desk, data):
    """What esptool would have put there."""
    desk.module.core.store.burn("client_ca", data)


# What a context itself refuses


def test_what_a_context_cannot_be_told():
    context = tls.SSLContext()
    for change, word in (
        (lambda: setattr(context, "verify_mode", tls.CERT_OPTIONAL), "CERT_REQUIRED or CERT_NONE"),
        (lambda: setattr(context, "minimum_version", 0x0304), "1.2 at most"),
        (lambda: setattr(context, "maximum_version", 0x0303), "1.2 at most"),
        (lambda: context.load_verify_locations(capath="/etc/ssl"), "cafile or cadata"),
    ):
        with pytest.raises(OSError, match=word) as caught:
            change()
        assert caught.value.errno == errno.EOPNOTSUPP
    for change in (
        lambda: setattr(context, "verify_mode", 7),
        context.load_verify_locations,
        lambda: context.set_alpn_protocols(["a"] * 6),
    ):
        with pytest.raises(ValueError):
            change()
    assert context.minimum_version is None


def test_the_switches_move_each_other_as_those_of_ssl_do():
    context = tls.SSLContext()
    context.verify_mode = tls.CERT_NONE
    assert context.check_hostname is False  # nothing is checked
    context.check_hostname = True
    assert context.verify_mode == tls.CERT_REQUIRED
    context.check_hostname = False
    assert context.verify_mode == tls.CERT_REQUIRED
    assert tls.SSLContext(tls.PROTOCOL_TLS_SERVER).verify_mode == tls.CERT_NONE


def test_an_empty_ca_is_none():
    context = trusting()
    context.load_verify_locations(cadata="")
    assert context.ca is None
    context.load_verify_locations(ROOT)  # the data first, as MicroPython has it
    assert context.ca
    context.set_default_verify_paths()
    assert context.ca is None


def test_sides():
    desk = Desk("esp32c3-3.3")
    try:
        for protocol, side in ((tls.PROTOCOL_TLS_CLIENT, True), (tls.PROTOCOL_TLS_SERVER, False)):
            with pytest.raises(ValueError, match="PROTOCOL_TLS_CLIENT is for clients"):
                tls.SSLContext(protocol).wrap_socket(desk.pool.socket(), server_side=side)
    finally:
        desk.module.close()


class Firmware:
    """A modem of some version, as far as `refuse` looks."""

    def __init__(self, family, version):
        from espat.firmware import capabilities

        self.firmware = (family, version)
        self.capabilities = capabilities(self.firmware)

    has = Modem.has


@pytest.mark.parametrize(
    ("family", "version", "verifies", "names"),
    [
        (0, 0x16, False, False),
        (0, 0x17, True, False),
        (1, 0x20, False, False),
        (1, 0x21, True, True),
        (1, 0x23, True, True),
        (2, 0x10, True, False),
        (2, 0x20, True, False),
        (2, 0x21, True, True),
        (2, 0x99, True, True),
    ],
)
def test_versions_between(family, version, verifies, names):
    modem = Firmware(family, version)
    context = trusting()
    if verifies and names:
        assert refuse(context, modem, HOST, 2) == HOST
    else:
        with pytest.raises(OSError) as caught:
            refuse(context, modem, HOST, 2)
        assert caught.value.errno == errno.EOPNOTSUPP
    if verifies and family == 2:
        context.check_hostname = context.sni = False
        assert refuse(context, modem, HOST, 2) is None
