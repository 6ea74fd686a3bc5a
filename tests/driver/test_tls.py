"""TLS clients: what is verified, told and set on every family, and what the traps of firmware are.

Handshakes are real, each with one of the certificates of `secure.py`.
"""

import errno

import pytest
import trustme

from espat import tls
from espat_tools.emulator import pki
from tests.driver.secure import (
    DATED,
    HOST,
    OLD,
    PORT,
    ROOT,
    Meddling,
    blind,
    client,
    connected,
    echoes,
    espat,
    every,
    refused,
    serve,
    settings,
    trusting,
    unverified,
)

# What is verified


@espat
def test_a_server_that_is_what_it_should_be(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk)
    with connected(desk, trusting()) as sock:
        assert echoes(sock)
        assert server.context.names == [HOST]
    assert server.peer.tls.version() == "TLSv1.2"


@espat
@pytest.mark.parametrize("kind", ["name", "stranger", "expired", "early"])
def test_a_server_that_is_not(make_desk, profile, kind):
    desk = make_desk(profile).join()
    server = serve(desk, kind)
    if kind in ("expired", "early") and profile not in DATED:
        with connected(desk, trusting()) as sock:  # the page on TLS says so
            assert echoes(sock)
        return
    error = refused(desk, trusting())
    assert error.errno == errno.ECONNABORTED
    assert server.peers == []
    text = str(error)
    assert f"no TLS connection to {HOST}:{PORT}" in text
    if profile == "esp32c6-5.0.1":
        exact = {
            "name": f"is not for {HOST} (+ERRNO:0x4)",
            "stranger": "is not from a CA that was given (+ERRNO:0x8)",
            "expired": "has expired (+ERRNO:0x1)",
            "early": "is not valid yet (+ERRNO:0x200)",
        }
        assert exact[kind] in text
    else:
        for likely in ("not from a CA that was given", f"not for {HOST}", "client certificate"):
            assert likely in text
    dated = "clock says Mon Nov 23 12:0" if profile in DATED else "does not look at dates"
    assert dated in text


@every
@pytest.mark.parametrize("kind", ["right", "name", "stranger", "expired"])
def test_unverified_where_the_program_says_so(make_desk, profile, kind):
    desk = make_desk(profile).join()
    server = serve(desk, kind)
    with connected(desk, unverified(profile)) as sock:
        assert echoes(sock)
    assert server.context.names == [None if profile in OLD else HOST]


@espat
def test_a_context_verifies_unless_told_otherwise(make_desk, profile):
    for context in (tls.SSLContext(), tls.create_default_context(cadata=ROOT)):
        assert context.verify_mode == tls.CERT_REQUIRED
        assert context.check_hostname is True
    desk = make_desk(profile).join()
    serve(desk)
    count = len(desk.module.commands)
    error = refused(desk, tls.create_default_context())
    assert "espat ca" in str(error) and "load_verify_locations" in str(error)
    assert not [c for c in desk.module.commands[count:] if b'"SSL"' in c or b"CIPSSL" in c]


@espat
def test_the_ca_that_modules_ship_with_is_not_trusted(make_desk, profile):
    """Everybody has a key that it signed: with no CA given there is none."""
    desk = make_desk(profile).join()
    shipped = desk.module.core.store.item("client_ca", 0)
    assert b"BEGIN CERTIFICATE" in shipped
    assert "no CA to verify with" in str(refused(desk, tls.create_default_context()))


@espat
def test_roots_that_were_put_there_and_marked(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk)
    marked(desk, b"# espat ca\n" + ROOT)
    context = tls.create_default_context()
    with connected(desk, context) as sock:
        assert echoes(sock)
    conf = desk.said(b"AT+CIPSSLCCONF=")
    assert conf[-1].endswith(b",2,0,1")
    assert len(server.peers) == 1
    # Unmarked, they are somebody else's.
    desk.module.reset()
    desk.let(1)
    marked(desk, ROOT)
    assert "no CA to verify with" in str(refused(desk, context))


def marked(desk, data):
    """Number 1 of the CAs, as a program on a desktop would put it there."""
    store = desk.module.core.store
    first = store.item("client_ca", 0)
    if "client_ca" in getattr(store, "partitions", {}):
        part = store.partitions["client_ca"]
        part.data[:] = b"\xff" * part.size
        image = pki.pack("ca", [first, data])
        part.data[: len(image)] = image
    else:
        store.spaces["client_ca"]["client_ca.1"] = (8, data)


# Names


@espat
def test_names_are_looked_at_and_then_told(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    connected(desk, trusting()).close()
    sent = settings(desk)
    wanted = [
        b"AT+CIPSSLCCONF=4,2,0,1",
        b"AT+CIPSSLCCONF?",
        b"AT+CIPSSLCCN?",
        b"AT+CIPSSLCSNI?",
        b'AT+CIPSSLCSNI=4,"tls.test"',
        b"AT+CIPSSLCSNI?",
        b"AT+CIPSSLCALPN?",
        b"AT+CIPSSLCPSK?",
        b'AT+CIPSTART=4,"SSL","tls.test",443',
    ]
    assert sent == wanted


@pytest.mark.parametrize("profile", ["esp8266-2.2.1", "esp32-2.4", "esp32c3-3.3", "esp32c6-4.1"])
def test_before_5_0_a_name_that_is_not_told_is_not_checked(make_desk, profile):
    """The trap itself, with commands by hand; and that the driver does not step into it."""
    desk = make_desk(profile).join()
    server = serve(desk, "name")
    refused(desk, trusting())
    assert server.peers == []
    command = desk.radio.command
    command("AT+CIPSSLCCONF=3,2,0,1")
    command(f'AT+CIPSTART=3,"SSL","{HOST}",{PORT}')
    desk.let(0.1)
    assert len(server.peers) == 1 and server.context.names[-1] is None


@espat
def test_connecting_by_address_checks_the_name_that_was_given(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    address = desk.network.names.find(HOST)
    with connected(desk, trusting(), host=address) as sock:
        assert echoes(sock)
    assert refused(desk, trusting(), host=address, name="other.test").errno == errno.ECONNABORTED


@espat
def test_no_name_to_be_checked(make_desk, profile):
    """With none told; from 5.0 on the host would be, so that the module connects by address."""
    desk = make_desk(profile).join()
    server = serve(desk, "name")
    context = trusting()
    context.check_hostname = False
    with connected(desk, context, name=None) as sock:
        assert echoes(sock)
    assert server.context.names == [None]
    context.sni = False
    with connected(desk, context) as sock:
        assert echoes(sock)
    assert server.context.names == [None, None]
    serve(desk, "stranger")
    assert refused(desk, context).errno == errno.ECONNABORTED


@espat
def test_a_name_with_nothing_to_check_is_told_all_the_same(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk, "name", host="a.test")
    with connected(desk, blind(), host="a.test", name="b.test") as sock:
        assert echoes(sock)
    assert server.context.names == ["b.test"]
    with connected(desk, blind(), host="a.test", name="198.51.100.9") as sock:
        assert echoes(sock)
    assert server.context.names[1] in (None, "a.test")


# Nothing is left over


@espat
def test_what_an_earlier_program_left_weakens_nothing(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk, "name", alpn=["http/1.1"])
    command = desk.radio.command
    command("AT+CIPSSLCCONF=5,0")
    command('AT+CIPSSLCSNI=5,"other.test"')
    command('AT+CIPSSLCCN=5,"other.test"')
    command('AT+CIPSSLCALPN=5,1,"nonsense"')
    command('AT+CIPSSLCPSK=5,"key","who"')
    assert refused(desk, trusting()).errno == errno.ECONNABORTED
    assert server.peers == []
    serve(desk, alpn=["http/1.1"])
    with connected(desk, trusting()) as sock:
        assert echoes(sock)


@espat
def test_what_verified_before_does_not_break_what_need_not(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk, "stranger")
    command = desk.radio.command
    command("AT+CIPSSLCCONF=5,3,0,0")
    command('AT+CIPSSLCSNI=5,"elsewhere.test"')
    with connected(desk, blind()) as sock:
        assert echoes(sock)


@espat
def test_each_connect_sets_all_of_it(make_desk, profile):
    """Firmware forgets when a link closes; also where two contexts take turns on one link."""
    desk = make_desk(profile).join()
    serve(desk)
    serve(desk, "stranger", port=444)
    for _ in range(2):
        with connected(desk, trusting()) as sock:
            assert echoes(sock)
        with connected(desk, blind(), port=444) as sock:
            assert echoes(sock)
        assert refused(desk, trusting(), port=444).errno == errno.ECONNABORTED


@espat
def test_all_of_it_is_sent_again_after_a_restart(make_desk, profile):
    desk = make_desk(profile).join()
    server = serve(desk)
    context = trusting()
    sock = connected(desk, context)
    assert echoes(sock)
    desk.module.reset()
    desk.let(1)
    with pytest.raises(OSError) as caught:
        sock.send(b"x")
    assert caught.value.errno == errno.ECONNRESET
    sock.close()
    count = len(desk.module.commands)
    with connected(desk, context) as sock:
        assert echoes(sock)
    assert server.context.names == [HOST, HOST]
    sent = settings(desk, count)
    assert sent[0].endswith(b",2,0,1") and b'AT+CIPSSLCSNI=4,"tls.test"' in sent
    writes = (b"AT+SYSMFG=2", b"AT+SYSFLASH=1", b"AT+SYSFLASH=0")
    assert not [c for c in desk.module.commands[count:] if c.startswith(writes)]


@espat
@pytest.mark.parametrize("wrong", [b'CIPSSLCSNI=0,"tls.test"', b'CIPSSLCSNI=4,"tls.tesu"'])
def test_a_name_that_arrives_otherwise_is_set_again(make_desk, profile, wrong):
    """Another link's, or another name: the module is asked what it has."""
    desk = make_desk(profile, line=Meddling).join()
    server = serve(desk)
    left = [wrong]

    def meddle(data):
        right = b'CIPSSLCSNI=4,"tls.test"'
        return data.replace(right, left.pop()) if left and right in data else data

    desk.line.meddle = meddle
    with connected(desk, trusting()) as sock:
        assert echoes(sock)
    assert not left and server.context.names == [HOST]
    left = [wrong] * 9
    error = refused(desk, trusting())
    assert error.errno == errno.EIO and "CIPSSLCSNI" in str(error)
    assert server.context.names == [HOST]


@espat
@pytest.mark.parametrize("at", range(8))
def test_a_restart_between_two_commands(make_desk, profile, at):
    """Behind each OK of a connect: the rest is not said to a module that knows nothing of it."""
    desk = make_desk(profile, line=Meddling).join()
    server = serve(desk)
    context = trusting()
    connected(desk, context).close()
    seen = []

    def restart(data):
        if data.startswith(b"AT+CIPSSL") or seen:
            seen.append(data)
        if len(seen) == at + 1:
            seen.append(b"")
            desk.module.reset()
            for _ in range(200):  # it says "ready", and listens
                desk.clock.advance(0.01)
        return data

    desk.line.meddle = restart
    try:
        sock = connected(desk, context)
    except OSError as error:
        assert error.errno == errno.ECONNRESET
        sock = connected(desk, context)
    with sock:
        assert echoes(sock)
    assert server.context.names == [HOST] * len(server.context.names)


@espat
@pytest.mark.parametrize("at", [b"AT+CIPSSLCCONF=", b"AT+CIPSSLCSNI=", b"AT+CIPSTART="])
@pytest.mark.parametrize("before", [True, False])
def test_a_restart_in_the_middle_of_it(make_desk, profile, at, before):
    """Before a command is heard, or behind it: what was set is gone, and is set again."""
    desk = make_desk(profile, line=Meddling).join()
    server = serve(desk)
    fired = []

    def restart(data):
        if data.startswith(at) and not fired:
            fired.append(data)
            if before:
                desk.module.reset()
            else:
                desk.module.uart().write(data)
                desk.module.reset()
                return b""
        return data

    desk.line.meddle = restart
    try:
        sock = connected(desk, trusting())
    except OSError as error:
        assert at == b"AT+CIPSTART=" and error.errno == errno.ECONNRESET
        sock = connected(desk, trusting())
    assert fired
    with sock:
        assert echoes(sock)
    assert server.context.names == [HOST] * len(server.context.names)


# What a module may say, and OK


@espat
@pytest.mark.parametrize("which", [{"ca": 7}, {"pki": 7}])
def test_what_the_module_does_not_have_is_an_error_though_it_says_ok(make_desk, profile, which):
    desk = make_desk(profile).join()
    serve(desk)
    context = trusting()
    context.use_stored(**which)
    error = refused(desk, context)
    assert error.errno == errno.EIO
    assert ("NO CA FOUND" if "ca" in which else "FOUND") in str(error)
    assert not desk.said(b'"SSL"')


def flipped(data):
    """All that one bit can make of a command, but of its line's end."""
    for at in range(len(data) - 2):
        for bit in range(7):
            yield data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


@pytest.mark.parametrize("name", [b"AT+CIPSSLCSNI=4", b"AT+CIPSSLCCONF=4"])
@pytest.mark.parametrize("profile", ["esp32c3-3.3", "esp32c6-5.0.1"])
def test_a_bit_on_the_line_lets_no_other_server_in(make_desk, profile, name):
    """Any one of a command on which verification rests: the right server, or an error."""
    desk = make_desk(profile, line=Meddling).join()
    server = serve(desk)
    serve(desk, "name", port=444)
    context = trusting()
    connected(desk, context).close()
    command = next(line for line in settings(desk) if line.startswith(name)) + b"\r\n"
    told = len(server.peers)
    for wrong in list(flipped(command))[::5]:
        left = [wrong]
        desk.line.meddle = lambda data, left=left: left.pop() if left and data == command else data
        with pytest.raises(OSError):
            connected(desk, context, port=444).close()
        left.append(wrong)
        try:
            connected(desk, context).close()
            told += 1
        except OSError:
            pass
        desk.modem.turn()
    assert len(server.peers) == told
    assert set(server.context.names) == {HOST}


@espat
def test_what_was_set_is_asked_for(make_desk, profile):
    """One bit on the line makes 0 of a 2: show a certificate, and verify nothing."""
    desk = make_desk(profile, line=Meddling).join()
    server = serve(desk, "stranger")
    desk.line.meddle = lambda data: data.replace(b"CIPSSLCCONF=4,2,", b"CIPSSLCCONF=4,1,")
    error = refused(desk, trusting())
    assert error.errno == errno.EIO and "other settings" in str(error)
    assert server.peers == [] and not desk.said(b'"SSL"')


@espat
def test_whatever_is_refused_only_oserror_comes_out(make_desk, profile):
    """Each command of a connect in turn arrives as one that no firmware knows."""
    desk = make_desk(profile, line=Meddling).join()
    server = serve(desk)
    context = trusting()
    # The emulator checks an RSA key each time it loads one, for longer than all the rest takes.
    context.load_cert_chain(*client(trustme.KeyType.ECDSA))
    count = len(desk.module.commands)
    connected(desk, context).close()
    commands = {line + b"\r\n" for line in desk.module.commands[count:] if line != b"AT"}
    refusals = 0
    for command in sorted(commands):
        desk.module.reset()
        desk.let(1)
        left = [b"AT+NOPE\r\n"]
        desk.line.meddle = lambda data, left=left, command=command: (
            left.pop() if left and data == command else data
        )
        try:
            connected(desk, context).close()
        except OSError as error:
            assert error.errno and len(error.args) == 2
            refusals += 1
        desk.line.meddle = Meddling.meddle
    assert refusals >= 5
    assert set(server.context.names) == {HOST}
    with connected(desk, context) as sock:
        assert echoes(sock)
