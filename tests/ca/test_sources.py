"""Where roots come from: files, certifi by name, hosts; and what speaks against them."""

import datetime
import socket
import ssl
import sys

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from espat_tools.ca import sources
from espat_tools.ca.certificates import parse
from espat_tools.demo.wanted import Unwanted
from espat_tools.emulator.pki_demo import demo
from tests.ca.conftest import DAY, NOW, SITE, pem, root, run, shows
from tests.programs.servers import free_port, listening

ONE, TWO = root("one"), root("two")
NOWHERE = "/dev/no-such-port"


def made(name="A root", *, ca=True, key=None, begins=NOW - DAY, ends=NOW + DAY, usage=None):
    """PEM of a certificate that signs itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 7)
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
    if usage is not None:
        builder = builder.add_extension(usage, critical=True)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm).public_bytes(serialization.Encoding.PEM)


def usage(**which):
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "key_cert_sign crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: which.get(name, False) for name in names.split()})


GOOD = {
    "PEM": pem(ONE),
    "CRLF": pem(ONE).replace(b"\n", b"\r\n"),
    "words around it": b"ours:\n" + pem(ONE) + b"\nthat is all\n",
    "DER": ssl.PEM_cert_to_DER_cert(pem(ONE).decode()),
    "twice": pem(ONE) * 2,
    "with a key": ONE.private_key_pem.bytes() + pem(ONE),
}


@pytest.mark.parametrize("form", GOOD)
def test_a_file(file, form):
    (found,) = sources.from_file(file(GOOD[form]))
    assert found.pem == pem(ONE)
    assert found.problems() == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no certificate in it"),
        (b"nothing of the kind", "no certificate in it"),
        (ONE.private_key_pem.bytes(), "no certificate in it"),
        (pem(ONE)[:-30], "a BEGIN without its END"),
        (pem(TWO) + pem(ONE)[:-30], "a BEGIN without its END"),
        (pem(ONE).replace(b"b", b"*"), "a bad certificate"),
        (pem(ONE)[:200] + pem(ONE)[264:], "a bad certificate"),
        (GOOD["DER"][:-1], "a bad certificate"),
    ],
)
def test_a_bad_file(file, data, said):
    path = file(data)
    error = run("add", "--port", NOWHERE, path).failed()  # before any port is opened
    assert error.startswith(f"{path}: ") and said in error


def test_a_file_that_is_not_there(tmp_path):
    path = tmp_path / "none.pem"
    assert run("add", "--port", NOWHERE, path).failed() == f"{path}: No such file or directory"


PROBLEMS = {
    "it expired on 2020-05-06": made(
        begins=datetime.datetime(2019, 1, 1), ends=datetime.datetime(2020, 5, 6)
    ),
    "it is not valid before": made(begins=NOW + DAY, ends=NOW + 2 * DAY),
    "it is not a CA": made(ca=False),
    "is not a CA: it can vouch": made(ca=None),
    "it is not a CA: it": made(usage=usage(digital_signature=True)),
    "its key is of a kind that modules do not know (Ed25519)": made(
        key=ed25519.Ed25519PrivateKey.generate()
    ),
    "modules ship with it, so everybody": demo("client_ca"),
    "modules ship with it": demo("mqtt_ca"),
}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_what_speaks_against_one(make_bench, file, problem):
    (found,) = parse(PROBLEMS[problem], "")
    assert len(found.problems()) == 1 and problem in found.problems()[0]
    path = file(PROBLEMS[problem])
    error = run("add", "--port", NOWHERE, path).failed()
    assert problem in error and "--force" in error
    bench = make_bench("esp32c3-3.3")
    ran = bench.run("add", "--force", path).fine()
    assert problem in ran.sentence and ran.sentence.startswith("Warning: ")
    assert bench.roots == PROBLEMS[problem]
    ran = bench.run("check")
    assert ran.status == 1 and problem in ran.sentence


def test_nothing_speaks_against_a_root():
    assert parse(made(usage=usage(key_cert_sign=True)), "")[0].problems() == []
    assert parse(demo("server_cert"), "")[0].demo
    assert not parse(made("Root CA"), "")[0].demo


def test_a_name_that_would_move_the_cursor():
    (found,) = parse(made("a\x1b[2Jb\rc"), "")
    assert found.name == "a?[2Jb?c" and found.subject.isprintable()


# By name


@pytest.fixture(scope="module")
def mozilla():
    return sources.from_file(sources.bundle_path(None))


def test_all_of_certifi_is_read(mozilla):
    assert len(mozilla) > 50
    assert all(each.is_ca and not each.demo and each.key[:3] in ("RSA", "EC ") for each in mozilla)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ISRG Root X1", "ISRG Root X1"),
        ("isrg root x2 ", "ISRG Root X2"),
        ("isrg x1", "ISRG Root X1"),
        ("internet security research x2", "ISRG Root X2"),
        ("96:BC:EC:06:26:49:76:F3", "ISRG Root X1"),
        ("96bcec06", "ISRG Root X1"),
    ],
)
def test_by_name(mozilla, text, name):
    assert sources.by_name(text, mozilla, "certifi").name == name


def test_a_name_that_many_have(mozilla):
    with pytest.raises(Unwanted) as caught:
        sources.by_name("ISRG", mozilla, "certifi")
    said = str(caught.value)
    assert "“ISRG” may be any of these in certifi" in said
    assert "ISRG Root X1" in said and "ISRG Root X2" in said and "96:BC:EC:06" in said
    with pytest.raises(Unwanted) as caught:
        sources.by_name("root", mozilla, "certifi")
    assert str(caught.value).endswith("more") and len(str(caught.value).split("\n")) == 14


def test_a_name_that_none_has(mozilla):
    for text in ("isrg rot x1", "ISRG Root X1a"):
        with pytest.raises(Unwanted, match="Is it one of these") as caught:
            sources.by_name(text, mozilla, "certifi")
        assert (
            str(caught.value)
            .split("\n")[1]
            .endswith("ISRG Root X1, Internet Security Research Group")
        )
    for text in ("", "zzzzzzzzzzzzzzzzzz", "96bcec07"):
        with pytest.raises(Unwanted, match="No root in certifi is called"):
            sources.by_name(text, mozilla, "certifi")


# Those that hosts need


@pytest.fixture
def bundle():
    return parse(pem(TWO, ONE), "")


def needs(port, bundle, host="localhost"):
    return sources.for_host(f"{host}:{port}", bundle, "the bundle")


def refused(port, bundle, host="localhost"):
    with pytest.raises(Unwanted) as caught:
        needs(port, bundle, host)
    assert str(caught.value).startswith(f"{host}:{port}: ")
    return str(caught.value)


def test_the_root_of_a_chain(serve, bundle):
    middle = ONE.create_child_ca()
    context = shows(middle.create_child_ca(), "localhost", "127.0.0.1")
    names = []
    context.sni_callback = lambda _, name, __: names.append(name)
    port = serve(context)
    assert needs(port, bundle).pem == pem(ONE)
    assert names == ["localhost"] * 2
    assert needs(port, bundle, "127.0.0.1").pem == pem(ONE)
    assert names[2:] == [None] * 2  # an address is no name to be told
    assert set(context.versions) == {"TLSv1.2"}
    assert needs(serve(shows(TWO, "localhost")), bundle).pem == pem(TWO)


def test_a_host_that_is_another(serve, bundle):
    said = refused(serve(shows(ONE, SITE)), bundle)
    assert "localhost" in said and "a module would refuse it too" in said


def test_a_host_with_a_ca_of_its_own(serve, bundle):
    said = refused(serve(shows(root("three"), "localhost")), bundle)
    assert "ends in no root of the bundle" in said and "--bundle FILE" in said


def test_a_chain_with_a_gap(serve, bundle):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued = ONE.create_child_ca().issue_cert("localhost")
    with issued.cert_chain_pems[0].tempfile() as leaf, issued.private_key_pem.tempfile() as key:
        context.load_cert_chain(leaf, key)
    assert "lacks a certificate in the middle" in refused(serve(context), bundle)


def test_a_host_that_is_out_of_date(serve, bundle):
    port = serve(shows(ONE, "localhost", dates=(NOW - 2 * DAY, NOW - DAY)))
    assert "out of date (certificate has expired)" in refused(port, bundle)


def test_a_host_that_speaks_what_no_module_does(serve, bundle):
    context = shows(ONE, "localhost")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    assert "it speaks no TLS 1.2" in refused(serve(context), bundle)


class Plain:
    """In place of TLS: a mail server's greeting."""

    def wrap_socket(self, sock, server_side):
        sock.sendall(b"220 mail.test ESMTP ready when you are\r\n")
        raise ConnectionAbortedError


def test_a_host_that_does_not_speak_tls(serve, bundle):
    assert "does not speak TLS: is the port right?" in refused(serve(Plain()), bundle)


def test_a_host_that_is_silent(monkeypatch, bundle):
    monkeypatch.setattr(sources, "PATIENCE", 0.1)
    with listening() as port:
        assert "no answer within 0.1 s" in refused(port, bundle)


def test_a_host_that_is_not_there(bundle):
    assert "refused" in refused(free_port(), bundle)


def test_a_host_that_nobody_knows(monkeypatch, bundle):
    def unknown(*_):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "this machine finds no host of that name" in refused(443, bundle, "nobody.test")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a.test", ("a.test", 443)),
        ("a.test:8443", ("a.test", 8443)),
        ("[::1]", ("::1", 443)),
        ("[::1]:99", ("::1", 99)),
        ("bücher.example", ("xn--bcher-kva.example", 443)),
    ],
)
def test_hosts(text, place):
    assert sources.host_and_port(text) == place


@pytest.mark.parametrize("text", ["", ":443", "a.test:", "a:0", "a:65536", "https://a.test", "a:b"])
def test_what_is_no_host(text):
    with pytest.raises(Unwanted, match="no HOST or HOST:PORT"):
        sources.host_and_port(text)
    assert "no HOST" in run("add", "--port", NOWHERE, "--for", text).failed()


# What is not installed


@pytest.mark.parametrize(
    ("name", "package", "arguments"),
    [
        ("cryptography.x509", "cryptography", ["--root", "ISRG Root X1"]),
        ("certifi", "certifi", ["--root", "ISRG Root X1"]),
        ("OpenSSL.SSL", "pyOpenSSL", ["--for", "localhost:1"]),
    ],
)
def test_a_missing_library(monkeypatch, name, package, arguments):
    monkeypatch.setitem(sys.modules, name, None)
    said = run("add", "--port", NOWHERE, *arguments).failed()
    assert said == f"`espat ca` needs {package}: pip install certifi cryptography pyOpenSSL"


def test_trustme_makes_what_is_meant_here():
    """The CAs of these tests are none that anybody would refuse."""
    assert parse(trustme.CA().cert_pem.bytes(), "")[0].problems() == []
