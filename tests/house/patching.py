"""What a room may not do to another: assign its private names, replace its methods, look inside.

`patches(source, classes)` reads one file with `ast`; `classes` are those of the whole package, read
by `classes_of`.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

OWN = {"self", "cls"}
"""Whose private names a room may use: its own objects', in their methods."""
LAZY_ROOM = "lazy"
"""The one room that may take rooms out of their folders."""
SYS_MODULES_ROOMS = {LAZY_ROOM, "names"}
"""The rooms that may touch `sys.modules`: `names` puts in what programs import, and no more."""

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOOKS_INSIDE = {"__dict__", "__class__", "__code__", "__globals__", "__defaults__"}
_CALLS = {"setattr", "delattr", "vars", "globals", "locals", "exec", "eval"}
_DOORS = {"object.__setattr__", "object.__delattr__"}


@dataclass
class Class:
    """A class: its bases by name, its methods, and the fields that its methods assign."""

    bases: list[str]
    methods: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)


def classes_of(sources: Iterable[str]) -> dict[str, Class]:
    """The classes in some files, by name; of two of one name both."""
    found: dict[str, Class] = {}
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ClassDef):
                made = found.setdefault(node.name, Class([]))
                made.bases += [ast.unparse(base) for base in node.bases]
                made.methods |= {
                    each.name
                    for each in node.body
                    if isinstance(each, _FUNCTIONS) and not _settable(each)
                }
                made.fields |= {
                    each.attr
                    for each in ast.walk(node)
                    if isinstance(each, ast.Attribute)
                    and isinstance(each.ctx, ast.Store)
                    and getattr(each.value, "id", "") == "self"
                }
    return found


def _settable(function: ast.FunctionDef) -> bool:
    """Whether this is a property, which may have a setter: no method."""
    return bool(function.decorator_list)


def _methods(name: str, classes: Mapping[str, Class]) -> set[str]:
    """The methods of a class, inherited ones among them."""
    if name not in classes:
        return set()
    bases = [_methods(base, classes) for base in classes[name].bases if base != name]
    return classes[name].methods.union(*bases)


def _only_methods(classes: Mapping[str, Class]) -> set[str]:
    """Names that are a method wherever they are an attribute."""
    fields: set[str] = set()
    for name, each in classes.items():
        fields |= each.fields - _methods(name, classes)
    return set().union(*(each.methods for each in classes.values())) - fields


def patches(source: str, classes: Mapping[str, Class], *, room: str = "") -> list[str]:
    """Every breach in a file, as `line: what`."""
    tree = ast.parse(source)
    finder = _Finder(tree, classes, room)
    finder.visit(tree)
    return finder.found


def _parts(target: ast.expr) -> Iterator[ast.expr]:
    """The single targets of an assignment."""
    if isinstance(target, (ast.Tuple, ast.List)):
        for each in target.elts:
            yield from _parts(each)
    elif isinstance(target, ast.Starred):
        yield from _parts(target.value)
    else:
        yield target


def _values(value: ast.expr | None) -> Iterator[ast.expr]:
    """What an expression may give: both branches of `a if b else c` and `a or b`."""
    if isinstance(value, ast.IfExp):
        yield from _values(value.body)
        yield from _values(value.orelse)
    elif isinstance(value, ast.BoolOp):
        for each in value.values:
            yield from _values(each)
    elif value is not None:
        yield value


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


class _Finder(ast.NodeVisitor):
    def __init__(self, tree: ast.Module, classes: Mapping[str, Class], room: str) -> None:
        self.found: list[str] = []
        self._known = classes
        self._methods = _only_methods(classes)
        self._room = room
        self._class = ""  # the one that is being read
        self._parameters: list[set[str]] = []  # of the functions that are being read
        made = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        inside = {each for node in made for each in node.body}
        self._functions = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, _FUNCTIONS) and node not in inside
        }
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        names = {alias.asname or alias.name for node in imports for alias in node.names}
        self._classes = {node.name for node in made} | {
            name for name in names if name.strip("_")[:1].isupper()
        }
        self._classes |= {ast.unparse(base) for node in made for base in node.bases}
        self._nones = {
            target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and _is_none(node.value)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def _say(self, node: ast.AST, what: str) -> None:
        self.found.append(f"{node.lineno}: {what}")

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self._class = self._class, node.name
        self.generic_visit(node)
        self._class = outer

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        arguments = node.args
        every = [*arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        self._parameters.append({argument.arg for argument in every if argument})
        self.generic_visit(node)
        self._parameters.pop()

    # ---- assignments ----------------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._assigned(target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._assigned(node.target, node.value)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._assigned(node.target, None)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self._assigned(node.target, None)
        self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        for item in node.items:
            if item.optional_vars:
                self._assigned(item.optional_vars, None)
        self.generic_visit(node)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            for part in _parts(target):
                if isinstance(part, ast.Attribute):
                    self._say(part, f"del of the attribute {part.attr}")
        self.generic_visit(node)

    def _assigned(self, target: ast.expr, value: ast.expr | None) -> None:
        parts = list(_parts(target))
        alone = len(parts) == 1
        for part in parts:
            if isinstance(part, ast.Attribute):
                values = list(_values(value)) if alone else list(getattr(value, "elts", ()))
                self._attribute(part, values)

    def _attribute(self, target: ast.Attribute, values: list[ast.expr]) -> None:
        owner = target.value.id if isinstance(target.value, ast.Name) else ""
        name = target.attr
        if owner == "cls" or owner in self._classes:
            self._say(target, f"{name} assigned to a class")
        elif name in (_methods(self._class, self._known) if owner == "self" else self._methods):
            self._say(target, f"{name}, a method, replaced in an object")
        elif any(self._is_function(value) for value in values):
            self._say(target, f"a function assigned to {name}")

    def _is_function(self, value: ast.expr) -> bool:
        if isinstance(value, ast.Lambda):
            return True
        name = getattr(value, "id", None)
        return name in self._functions and not any(name in names for names in self._parameters)

    # ---- names ----------------------------------------------------------------------------------

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        name = node.attr
        if name in _LOOKS_INSIDE:
            self._say(node, f"a look at {name}")
        elif name == "modules" and getattr(node.value, "id", "") == "sys":
            self._modules(node)
        elif name[:1] == "_" and name[:2] != "__" and not self._may_use(node.value):
            verb = "assigned" if isinstance(node.ctx, ast.Store) else "used"
            self._say(node, f"{name}, which is private to another, {verb}")

    def visit_Compare(self, node: ast.Compare) -> None:
        """`name in sys.modules` asks whether it is loaded, and holds nothing."""
        asks = isinstance(node.ops[0], ast.In | ast.NotIn)
        if asks and ast.unparse(node.comparators[0]) == "sys.modules":
            self.visit(node.left)
        else:
            self.generic_visit(node)

    def _may_use(self, owner: ast.expr) -> bool:
        """Its own object, or the class that it inherits from."""
        if isinstance(owner, ast.Call):
            return getattr(owner.func, "id", "") == "super"
        return isinstance(owner, ast.Name) and (owner.id in OWN or owner.id in self._classes)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        names = {alias.name for alias in node.names}
        if node.module == "sys" and "modules" in names:
            self._modules(node)
        for name in names:
            if node.level and name[:1] == "_" and name[:2] != "__":
                self._say(node, f"{name}, which is private to another room, imported")

    def _modules(self, node: ast.AST) -> None:
        if self._room not in SYS_MODULES_ROOMS:
            self._say(node, "sys.modules")

    def visit_Global(self, node: ast.Global) -> None:
        for name in node.names:
            if name in self._nones:
                self._say(node, f"global {name}, which is None at times")

    def visit_Call(self, node: ast.Call) -> None:
        name = getattr(node.func, "id", "")
        forgets = name == "delattr" and self._room == LAZY_ROOM
        if name in _CALLS and not forgets:
            self._say(node, f"{name}()")
        elif ast.unparse(node.func) in _DOORS and getattr(node.args[0], "id", "") not in OWN:
            self._say(node, f"{ast.unparse(node.func)} of another")
        self.generic_visit(node)
