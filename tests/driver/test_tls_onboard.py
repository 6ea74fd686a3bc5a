"""Certificates and contexts in real MicroPythons, and the names of what they raise."""

import ast
from pathlib import Path

import pytest

import espat
from espat.errors import fail
from espat.tls import pem
from tests.driver.secure import ROOT, client
from tests.driver.test_tls_pem import BAD, BAD_KEYS, KEYS, OTHERS, signed, text
from tests.house.errors import texts as table

PROGRAM = """
import errno
import sys
from espat import tls

def raises(call, *args):
    try:
        call(*args)
    except ValueError as e:
        assert len(str(e)) > 15, e
        return
    assert False, args

context = tls.create_default_context()
assert context.verify_mode == tls.CERT_REQUIRED and context.check_hostname
context.load_verify_locations(cadata=ROOT)
assert context.ca == WANTED
context.load_verify_locations(cadata=ROOT.decode())
assert context.ca == WANTED
assert "espat.tls.pem" not in sys.modules
context.load_cert_chain(CHAIN, KEY)
assert context.pki == PAIR
from espat.tls import pem
for kind in KEYS:
    cert, right, wrong = KEYS[kind]
    assert pem.pair(cert, right)[0] == cert
    raises(pem.pair, cert, wrong)
for bad in BAD:
    raises(pem.certificates, bad)
for bad in BAD_KEYS:
    raises(pem.pair, KEYS["rsa"][0], bad)
context.verify_mode = tls.CERT_NONE
assert not context.check_hostname
for call in (
    lambda: setattr(context, "verify_mode", tls.CERT_OPTIONAL),
    lambda: setattr(context, "minimum_version", 0x0304),
):
    try:
        call()
        assert False
    except OSError as e:
        assert e.errno == errno.EOPNOTSUPP
assert not hasattr(context, "no_such_thing")
print("done")
"""


def test_in_micropython(any_micropython):
    chain, key = client()
    values = {
        "ROOT": ROOT,
        "WANTED": pem.certificates(ROOT),
        "CHAIN": chain,
        "KEY": key,
        "PAIR": pem.pair(chain, key),
        "KEYS": {
            kind: (signed(KEYS[kind]), text(KEYS[kind]), text(OTHERS[kind]))
            for kind in ("rsa", "ec 256")
        },
        "BAD": list(BAD.values()),
        "BAD_KEYS": [key for key, _ in BAD_KEYS.values()],
    }
    lines = [f"{name} = {value!r}" for name, value in values.items()]
    assert "done" in any_micropython("\n".join([*lines, PROGRAM])).check()


FOLDER = Path(espat.__file__).parent / "tls"
TEXTS = table((FOLDER / "texts.py").read_text("utf-8"))


def raised(path):
    """The names of the errors of TLS that a room raises."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "fail":
            yield node.args[0].value, len(node.args) - 1


def test_the_names_of_errors():
    """Each that is raised has a text, with as many places; each text is raised."""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        for name, count in raised(path):
            if name in TEXTS:
                assert count == len(kinds(TEXTS[name])), (path.name, name)
                found[name] = path
    assert set(TEXTS) == set(found)


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_takes_what_it_is_given(name):
    args = tuple("x" if kind == "s" else 7 for kind in kinds(TEXTS[name]))
    error = fail(name, *args)
    assert isinstance(error, (OSError, ValueError))
    assert "<" not in str(error)
    assert len(str(error)) > 20
    if isinstance(error, OSError):
        assert error.errno and len(error.args) == 2


def kinds(words):
    return [words[at + 1] for at, char in enumerate(words) if char == "%"]
