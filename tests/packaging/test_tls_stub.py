"""espat/tls/__init__.pyi, for editors: it names what there is, with the parameters that it has."""

import ast
import inspect

import pytest

from espat import tls
from espat_tools import where
from tests.packaging.test_stubs import _same

BODY = ast.parse((where.driver_folder() / "tls" / "__init__.pyi").read_text("utf-8")).body
CONTEXT = next(node for node in BODY if getattr(node, "name", "") == "SSLContext")
METHODS = {
    node.name: node
    for node in CONTEXT.body
    if isinstance(node, ast.FunctionDef) and not node.decorator_list and node.name[0] != "_"
}
FUNCTIONS = {node.name: node for node in BODY if isinstance(node, ast.FunctionDef)}


def test_all_methods():
    own = vars(tls.SSLContext).items()
    assert set(METHODS) == {name for name, x in own if inspect.isfunction(x) and name[0] != "_"}


@pytest.mark.parametrize("name", METHODS)
def test_parameters(name):
    assert _same(METHODS[name], getattr(tls.SSLContext, name))


def test_attributes():
    told = {node.target.id for node in CONTEXT.body if isinstance(node, ast.AnnAssign)}
    assert told == {name for name in vars(tls.SSLContext()) if name[0] != "_"}
    properties = {name for name, own in vars(tls.SSLContext).items() if isinstance(own, property)}
    assert properties == {
        node.name
        for node in CONTEXT.body
        if isinstance(node, ast.FunctionDef) and node.decorator_list
    }


def test_the_module():
    names = {node.target.id for node in BODY if isinstance(node, ast.AnnAssign)}
    assert names == {name for name in vars(tls) if name.isupper() and name[0] != "_"} - {"STAYS"}
    public = {
        name
        for name, own in vars(tls).items()
        if inspect.isfunction(own) and own.__module__ == tls.__name__ and name[0] != "_"
    }
    assert public == set(FUNCTIONS)
    wanted = inspect.signature(tls.create_default_context).parameters
    arguments = FUNCTIONS["create_default_context"].args
    assert list(wanted) == [a.arg for a in arguments.args + arguments.kwonlyargs]
