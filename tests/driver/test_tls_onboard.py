"""Certificates and contexts in real MicroPythons, and the numbers of what they raise."""

import ast
from pathlib import Path

import pytest

import espat
from espat import errors, pem, tlserrors
from tests.driver.secure import ROOT, client
from tests.driver.test_tls_pem import BAD, BAD_KEYS, KEYS, OTHERS, signed, text

PROGRAM = """
import errno
import sys
from espat import pem, tls

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
assert "espat.pem" not in sys.modules and "espat.contexts" not in sys.modules
context.load_cert_chain(CHAIN, KEY)
assert context.pki == PAIR
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


MODULES = [
    path
    for path in Path(espat.__file__).parent.glob("*.py")
    if path.stem in ("tls", "contexts", "handshake", "dates", "wrapping", "store", "tlsserver")
]


def numbers(path):
    """(name, number) of each error that a module raises by number."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id.startswith("_ERR_"):
            yield node.targets[0].id[5:], node.value.args[0].value


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_the_numbers_of_errors(path):
    """Each stands for the text that its name says."""
    folder = path.parent
    lines = [line for name in ("errors", "tlserrors") for line in source(folder / f"{name}.py")]
    for name, number in numbers(path):
        assert name in ("WAIT", "COMMAND") or any(
            line.lstrip().startswith(f"{number}:") for line in lines
        ), (name, number)
        if number > 60:
            assert any(f"# {name}" in line for line in lines), name


def source(path):
    return path.read_text("utf-8").split("\n")


def test_every_text_takes_what_it_is_given():
    known = {**tlserrors._LACKING, **tlserrors._INVALID, **tlserrors._TEXTS}
    for number, found in known.items():
        words = found if isinstance(found, str) else found[1]
        args = tuple("x" if kind == "s" else 7 for kind in kinds(words))
        error = errors.error(number, *args)
        assert isinstance(error, ValueError if number in tlserrors._INVALID else OSError)
        assert len(str(error)) > 20
        if isinstance(error, OSError):
            assert error.errno and len(error.args) == 2


def kinds(words):
    return [words[at + 1] for at, char in enumerate(words) if char == "%"]
