"""The stubs for editors (.pyi): they name what there is, with the parameters that it has."""

import ast
import inspect

import pytest

import espat
from espat.members import types
from espat.members.table import MEMBERS
from espat.radio import _FIELDS
from espat_tools import mip, where


def _stub(name):
    """The statements of a stub."""
    return ast.parse((where.driver_folder() / name).read_text("utf-8")).body


def _class(name, stub):
    return next(n for n in _stub(stub) if isinstance(n, ast.ClassDef) and n.name == name)


def _decorated(node, name):
    """Whether a function of a stub has a decorator: `property`, or `<name>.setter`."""
    return any(name in (getattr(d, "id", ""), getattr(d, "attr", "")) for d in node.decorator_list)


def _functions(body, decorator=None):
    """{name: function} of a class or stub; with no decorator, or with this one."""
    return {
        node.name: node
        for node in body
        if isinstance(node, ast.FunctionDef)
        and (_decorated(node, decorator) if decorator else not node.decorator_list)
    }


def _variables(body):
    return {node.target.id for node in body if isinstance(node, ast.AnnAssign)}


def _members(*kinds):
    return {name for _, kind, names in MEMBERS if kind in kinds for name in names.split()}


def _same(node, function):
    """Whether a function of a stub has the parameters of ours, and which may be left out."""
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


RADIO = _class("Radio", "radio.pyi").body
METHODS = _functions(RADIO)


def test_the_radio():
    """Every member of the code is in the stub, as what it is, and none besides."""
    own = {name for name in vars(espat.Radio) if not name.startswith("__")}
    dunder = {name for name in METHODS if name.startswith("__")}
    assert dunder == {"__init__", "__enter__", "__exit__"}
    assert set(METHODS) - dunder == _members("call") | own
    assert set(_functions(RADIO, "property")) == _members("get", "set")
    assert set(_functions(RADIO, "setter")) == _members("set")
    assert _variables(RADIO) == set(_FIELDS.split())


@pytest.mark.parametrize("name", METHODS)
def test_parameters(name):
    assert _same(METHODS[name], getattr(espat.Radio, name))


def test_another_parameter_is_seen():
    """The comparison's own proof."""
    assert not _same(METHODS["ping"], espat.Radio.connect)
    assert not _same(METHODS["stop_ap"], espat.Radio.ping)


def test_the_types():
    stub = _stub("members/types.pyi")
    classes = {node.name: node.body for node in stub if isinstance(node, ast.ClassDef)}
    assert set(classes) == {"AuthMode", "PowerManagement", "Network"}
    for name in ("AuthMode", "PowerManagement"):
        assert _variables(classes[name]) == {n for n in vars(getattr(types, name)) if n[0] != "_"}
    network = types.Network("x", "02:00:00:00:00:01", -50, 6, 0)
    own = {name for name in {**vars(network), **vars(types.Network)} if name[0] != "_"}
    body = classes["Network"]
    assert _variables(body) | set(_functions(body, "property")) == own
    assert _same(_functions(body)["__init__"], types.Network.__init__)
    functions = _functions(stub)
    ours = {n: f for n, f in vars(types).items() if inspect.isfunction(f) and n[0] != "_"}
    ours = {n: f for n, f in ours.items() if f.__module__ == types.__name__}
    assert set(functions) == set(ours)
    for name, node in functions.items():
        told = [a.arg for a in node.args.args]
        assert told == list(inspect.signature(ours[name]).parameters)


SOCKET = _functions(_class("Socket", "__init__.pyi").body)


@pytest.mark.parametrize("name", SOCKET)
def test_sockets(name):
    if name not in ("sendto", "recvfrom_into"):  # UDP's
        assert _same(SOCKET[name], getattr(espat.sockets.Socket, name))


_HANDED = {"find", "finished", "is_ours", "over", "place", "placed", "queue", "rest", "state"}
_HANDED |= {"chores", "push", "turn", "waiting"}
_HANDED |= {"eof", "head", "port", "refused", "served", "server", "was_asked", "words"}  # fields
"""What the engine and the sockets' own rooms call of a socket; no program does."""


def _public(kind):
    """The public names of a class and of what it inherits."""
    return {name for each in kind.__mro__[:-1] for name in vars(each) if name[0] != "_"}


def test_the_pool_and_its_sockets_are_whole():
    """What the code has is in the stub; UDP's methods are loaded with the first UDP socket."""
    pool = _class("SocketPool", "__init__.pyi").body
    assert _variables(pool) | set(_functions(pool)) - {"__init__"} == _public(espat.SocketPool)
    told = {name for name in SOCKET if name[0] != "_"} | {"type"}
    assert told - {"sendto", "recvfrom_into"} == _public(espat.Socket) - _HANDED


def test_it_stays_off_boards():
    assert all(name.endswith(".py") for name, _ in mip.manifest()["urls"])
    assert all(name.endswith(".py") for name in where.board_files())
