"""Directives for what autodoc cannot see.

``radio-members``: the radio's members stand in rooms that are loaded when they are used; their
signatures are in `espat/radio.pyi`, their texts are those of the functions.
"""

import ast
import importlib
import inspect
from pathlib import Path

from docutils.parsers.rst import Directive
from docutils.statemachine import StringList

import espat
from espat.members.table import MEMBERS

STUB = Path(espat.__file__).with_name("radio.pyi")


def _rooms():
    """{name: (room, kind)} of the members that have rooms."""
    return {name: (room, kind) for room, kind, names in MEMBERS for name in names.split()}


def _signatures():
    """{name: signature} of the methods of the stub, without ``self``."""
    tree = ast.parse(STUB.read_text("utf-8"))
    (radio,) = (n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Radio")
    found = {}
    for node in radio.body:
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            args = node.args
            args.args = args.args[1:]
            for each in [*args.args, *args.kwonlyargs]:
                each.annotation = None
            found[node.name] = ast.unparse(args)
    return found


def members():
    """(kind, name, signature, text) of each public member, by name."""
    signatures, rooms = _signatures(), _rooms()
    own = {n: f for n, f in vars(espat.Radio).items() if inspect.isfunction(f) and n[0] != "_"}
    for name in sorted({*own, *rooms}):
        room, kind = rooms.get(name, (None, "call"))
        function = own.get(name)
        if function is None:
            function = getattr(importlib.import_module(f"espat.members.{room}"), name)
        text = inspect.getdoc(function) or ""
        if kind == "set":
            module = importlib.import_module(f"espat.members.{room}")
            put = inspect.getdoc(getattr(module, f"put_{name}")) or ""
            text += f"\n\n*Set:* {put}" if put else ""
        yield kind, name, signatures.get(name, ""), text


class RadioMembers(Directive):
    """All members of ``espat.Radio``."""

    has_content = False

    def run(self):
        """See docutils."""
        lines = []
        for kind, name, signature, text in members():
            if kind == "call":
                lines += [f".. py:method:: Radio.{name}({signature})"]
            else:
                lines += [f".. py:attribute:: Radio.{name}"]
            lines += ["", *(f"   {line}".rstrip() for line in spaced(text.splitlines())), ""]
        node = self.state.document.__class__(self.state.document.settings, None)
        self.state.nested_parse(StringList(lines, "radio"), self.content_offset, node)
        return node.children


def spaced(lines: list[str]) -> list[str]:
    """A docstring whose text goes on below its fields, with the blank line that this wants."""
    found: list[str] = []
    fields = False
    for line in lines:
        if fields and line and not line.startswith((" ", ":")):
            found.append("")
        fields = line.startswith(":") or (fields and line.startswith(" "))
        found.append(line)
    return found


def _process(_app, _what, _name, _object, _options, lines):
    lines[:] = spaced(lines)


def setup(app):
    """See Sphinx."""
    app.add_directive("radio-members", RadioMembers)
    app.connect("autodoc-process-docstring", _process)
    return {"parallel_read_safe": True}
