"""lib/ipaddress.py: as CPython's, as far as CircuitPython has it."""

import ipaddress as standard

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.driver.desk import examples
from tests.lib import aliases

ours = aliases.load("ipaddress")

ADDRESSES = ["0.0.0.0", "192.168.1.9", "255.255.255.255", "10.0.0.1", "9.10.0.1"]
WRONG = [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "1.2.3.-4",
    "1.2.3.+4",
    "1.2.3. 4",
    " 1.2.3.4",
    "1.2.3.4\n",
    "1.2.3.04",
    "1.2.3.",
    "1.2.3.0x4",
    "1.2.3.\u0664",
    "example.com",
    "::1",
    b"123",
    b"12345",
    -1,
    1 << 32,
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address(text, prove):
    it = ours.ip_address(text)
    other = standard.ip_address(text)
    assert isinstance(it, ours.IPv4Address)
    assert str(it) == f"{it}" == text
    assert repr(it) == repr(other)
    assert it.packed == other.packed
    assert it.version == 4
    assert int(it) == int(other)
    assert it == ours.IPv4Address(other.packed) == ours.IPv4Address(int(other))
    assert ours.IPv4Address(bytearray(it.packed)) == ours.IPv4Address(it) == it
    assert it != text
    assert it not in (1, None)
    assert hash(it) == hash(ours.ip_address(text))
    assert {it: 1}[ours.IPv4Address(text)] == 1
    with pytest.raises(AttributeError):
        it.packed = b"1234"
    prove("ipaddress.ip_address", "ipaddress.IPv4Address")
    prove("ipaddress.IPv4Address.packed", "ipaddress.IPv4Address.version")


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_address(wrong):
    with pytest.raises(ValueError):
        standard.IPv4Address(wrong)
    with pytest.raises(ValueError):
        ours.IPv4Address(wrong)
    with pytest.raises(ValueError):
        ours.ip_address(wrong)


@pytest.mark.parametrize("wrong", [None, 1.5, object()])
def test_what_cannot_be_one(wrong):
    with pytest.raises((TypeError, ValueError)):
        ours.IPv4Address(wrong)


def test_bytes_are_for_the_class_alone():
    with pytest.raises(ValueError):
        ours.ip_address(b"\1\2\3\4")


@examples
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_order(a, b):
    mine, theirs = [(m(a), m(b)) for m in (ours.IPv4Address, standard.IPv4Address)]
    for compare in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"):
        assert getattr(mine[0], compare)(mine[1]) == getattr(theirs[0], compare)(theirs[1])
    with pytest.raises(TypeError):
        _ = mine[0] < str(mine[1])


@examples
@given(st.text(alphabet="0123456789.", max_size=16))
def test_any_text(text):
    try:
        wanted = standard.IPv4Address(text).packed
    except ValueError:
        with pytest.raises(ValueError):
            ours.IPv4Address(text)
    else:
        assert ours.IPv4Address(text).packed == wanted


ON_BOARD = """
from ipaddress import IPv4Address, ip_address
a, b = ip_address("10.0.0.1"), IPv4Address(b"\\x09\\x0a\\x00\\x01")
print(a, repr(b), a.packed, int(b), a.version)
print(a == ip_address(0x0a000001), a != b, a < b, a > b, a >= a, sorted([a, b])[0] == b)
print({a: 1}[IPv4Address("10.0.0.1")], a in [b], b in [b], len({a, IPv4Address(a)}))
for wrong in ("1.2.3", "1.2.3.256", "", "1.2.3.04", b"123", 1 << 32):
    try:
        IPv4Address(wrong)
        print("taken", wrong)
    except ValueError as e:
        pass
try:
    a < "10.0.0.1"
except TypeError:
    print("done")
"""
PRINTED = r"""
10.0.0.1 IPv4Address('9.10.0.1') b'\n\x00\x00\x01' 151650305 4
True True False True True True
1 False True 1
done
"""


def test_in_micropython(any_micropython):
    assert any_micropython(ON_BOARD, lib=True).check() == PRINTED.lstrip()
