"""espat/__init__.pyi, for editors: it names what there is, with the parameters that it has."""

import ast
import importlib
import inspect

import pytest

import espat
from espat import placing, server, startup, station, streams, udp
from espat_tools import mip, where

STUB = where.driver_folder() / "__init__.pyi"
CLASSES = {
    n.name: n for n in ast.parse(STUB.read_text("utf-8")).body if isinstance(n, ast.ClassDef)
}


def _names(name, kind):
    """What a class of the stub has of a kind of statements."""
    found = [node for node in CLASSES[name].body if isinstance(node, kind)]
    return {n.name if kind is ast.FunctionDef else n.target.id: n for n in found}


def _members(table):
    return {name for _, members in table for name in members.split()}


def test_the_radio():
    functions = _names("Radio", ast.FunctionDef)
    properties = {name for name, node in functions.items() if node.decorator_list}
    attributes = set(_names("Radio", ast.AnnAssign))
    own = {name for name in vars(espat.Radio) if not name.startswith("__")}
    assert set(functions) - properties - {"__init__", "__enter__", "__exit__"} == (
        _members(station._METHODS) | own | {"connect"}
    )
    settable = set(station.SETTABLE.split()) - {"tx_power"}
    assert properties == _members(station._PROPERTIES) - settable - {"tx_power"}
    assert attributes == settable | {"modem", "rx_size", "reset_pin"}


def _function(name):
    """The function that a method of the radio is."""
    if name == "connect":
        return startup.connect
    if hasattr(espat.Radio, name):
        return getattr(espat.Radio, name)
    place = next(place for place, methods in station._METHODS if name in methods.split())
    return getattr(importlib.import_module(f"espat.{place}"), name)


def _same(node, function):
    """Whether a function of the stub has the parameters of ours, and which may be left out."""
    arguments = node.args
    default = len(arguments.args) - len(arguments.defaults)
    told = [(a.arg, at >= default) for at, a in enumerate(arguments.args)]
    told += [
        (a.arg, value is not None)
        for a, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    ours = [
        (p.name, p.default is not p.empty)
        for p in inspect.signature(function).parameters.values()
        if p.kind is not p.VAR_POSITIONAL
    ]
    return told[1:] == ours[1:]


METHODS = {
    name: node
    for name, node in _names("Radio", ast.FunctionDef).items()
    if not node.decorator_list and name not in ("__enter__", "__exit__")
}


@pytest.mark.parametrize("name", METHODS)
def test_parameters(name):
    assert _same(METHODS[name], _function(name))


def test_sockets():
    class Whole(espat.sockets.Socket):
        """With all that is lent to the class when it is used."""

    for module in (streams, placing, server):
        module.lend(Whole)
    for name, node in _names("Socket", ast.FunctionDef).items():
        ours = getattr(udp.UdpSocket if name in ("sendto", "recvfrom_into") else Whole, name)
        if name != "recvfrom_into":  # it has one more, as in CPython
            assert _same(node, ours), name


def test_it_stays_off_boards():
    assert all(name.endswith(".py") for name, _ in mip.manifest()["urls"])
    assert all(name.endswith(".py") for name in where.board_files())
