"""What editors are told of a Pico W's modules holds for ours: every call of the stubs is possible.

The stubs are `micropython-rp2-rpi_pico_w-stubs`; docs/micropython.md names them. `test_pages.py`
compares the names, `tests/lib/test_radio_page.py` those of CircuitPython.
"""

import ast
import importlib
import inspect

import pytest

from espat_tools.commands import network_page
from espat_tools.commands.network_page import ABSENT, CLASSES, STUBS


def functions(module):
    """(name, definition) of each function of a stub, and of each way to call it."""
    for node in ast.parse(network_page.stub(module)).body:
        if isinstance(node, ast.FunctionDef):
            yield f"{module}.{node.name}", node
        elif isinstance(node, ast.ClassDef) and node.name in CLASSES[module]:
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name[0] != "_":
                    yield f"{module}.{node.name}.{inner.name}", inner


CALLS = [
    pytest.param(name, node, id=f"{name} {ast.unparse(node.args)}"[:80])
    for module in CLASSES
    for name, node in functions(module)
    if name not in ABSENT and node.args.vararg is None  # else nothing is told of its arguments
]
# The stubs let the name away, as an ESP32 does; a Pico W wants it, too: TypeError.
AT_LEAST = {"network.WLAN.connect": 2}


def ours(name):
    """Our function."""
    module, _, inside = name.partition(".")
    owner, _, member = inside.partition(".")
    if not member:
        return getattr(importlib.import_module(f"espat.faces.{module}"), owner)
    room, found = CLASSES[module][owner]
    return getattr(getattr(importlib.import_module(f"espat.faces.{room}"), found), member)


@pytest.mark.parametrize(("name", "node"), CALLS)
def test_each_call_is_taken(name, node):
    """With as few arguments as may be and with all of them, by place, and by name where it has to
    be.
    """
    signature = inspect.signature(ours(name))
    given = node.args
    most = [*given.posonlyargs, *given.args]
    least = max(AT_LEAST.get(name, 0), len(most) - len(given.defaults))
    must = {
        argument.arg: None
        for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
        if default is None
    }
    may = {argument.arg: None for argument in given.kwonlyargs}
    for count in range(least, len(most) + 1):
        signature.bind(*most[:count], **must)
        signature.bind(*most[:count], **may)


def test_there_are_some():
    assert len(CALLS) > 40, STUBS
