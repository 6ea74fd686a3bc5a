"""Which room of a package imports which, read from the source.

A room is a module, named as behind `espat.`: "parser", "at.wifi"; "tls" is `tls/__init__.py`, and
"" the package's own `__init__.py`. Folders need no `__init__.py`.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

DOOR = "lazy"
"""The room through which others are loaded for one call: `lazy.call("at.wifi", ...)`."""
LOADS = "call"
"""Its function that does so; the first argument names the room."""


@dataclass(frozen=True)
class Import:
    """One import: by whom, of what, in which line; late: when a function runs, not at the start.

    `lazily` is true where it is `lazy` that loads the room.
    """

    importer: str
    imported: str
    line: int
    late: bool = False
    lazily: bool = False


def rooms(package: Path) -> dict[str, Path]:
    """The name of each room of a package, and its file."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = list(path.relative_to(package).with_suffix("").parts)
        if "__pycache__" in parts:
            continue
        if parts[-1] == "__init__":
            parts.pop()
        found[".".join(parts)] = path
    return found


def imports_of(name: str, known: Mapping[str, Path]) -> list[Import]:
    """The imports of one room that lead to other rooms, in the order in which they are written.

    Raises ValueError for what cannot be followed: a room that is not there, or one that is handed
    to `lazy` under no name that stands in the file.
    """
    path = known[name]
    reader = _Reader(name, path, known)
    reader.visit(ast.parse(path.read_text("utf-8"), str(path)))
    return reader.found


def all_imports(package: Path) -> list[Import]:
    """The imports of every room of a package."""
    known = rooms(package)
    return [each for name in known for each in imports_of(name, known)]


class _Reader(ast.NodeVisitor):
    def __init__(self, name: str, path: Path, known: Mapping[str, Path]) -> None:
        self.found: list[Import] = []
        self._name = name
        self._known = known
        self._folder = name.split(".") if name else []
        if path.stem != "__init__":
            self._folder.pop()
        self._package = path.parents[len(self._folder)].name
        self._depth = 0
        self._calls: set[str] = set()  # what `lazy.call` is imported as, by itself

    def _note(self, room: str, node: ast.AST, *, lazily: bool = False) -> None:
        if room != self._name:
            late = lazily or self._depth > 0
            self.found.append(Import(self._name, room, node.lineno, late, lazily))

    def _lost(self, node: ast.AST, what: str) -> ValueError:
        return ValueError(f"{self._name or '__init__'}, line {node.lineno}: {what}")

    def _function(self, node: ast.AST) -> None:
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _function

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            root, _, room = alias.name.partition(".")
            if root == self._package:
                self._known_room(room, node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        start = self._start(node)
        if start is None:
            return
        base = ".".join([*start, *(node.module.split(".") if node.module else [])])
        if not node.level:
            base = (node.module or "").partition(".")[2]
        inside = [".".join(filter(None, (base, alias.name))) for alias in node.names]
        of_rooms = [room for room in inside if room in self._known]
        for room in of_rooms:
            self._note(room, node)
        if len(of_rooms) < len(inside):
            self._known_room(base, node)
        if base == DOOR:
            self._calls |= {a.asname or a.name for a in node.names if a.name == LOADS}

    def _start(self, node: ast.ImportFrom) -> list[str] | None:
        """The folder where the names of an import begin; None where it leads out of the package."""
        if not node.level:
            return [] if (node.module or "").split(".")[0] == self._package else None
        up = node.level - 1
        if up > len(self._folder):
            raise self._lost(node, "an import from above the package")
        return self._folder[: len(self._folder) - up]

    def _known_room(self, room: str, node: ast.AST, *, lazily: bool = False) -> None:
        if room not in self._known:
            raise self._lost(node, f"there is no room {room or '__init__'}")
        self._note(room, node, lazily=lazily)

    def visit_Call(self, node: ast.Call) -> None:
        if self._is_door(node.func) and self._name != DOOR:
            named = list(self._named(node))
            if not named:
                raise self._lost(node, "no room is named to lazy")
            for room in named:
                self._known_room(room, node, lazily=True)
        elif getattr(node.func, "attr", "") == "append":  # to a list of rooms that another loads
            for arg in node.args:
                if isinstance(arg, ast.Constant) and arg.value in self._known:
                    self._known_room(arg.value, node, lazily=True)
        self.generic_visit(node)

    def _named(self, node: ast.Call) -> Iterator[str]:
        """The rooms that a call of `lazy` may load: what its first argument says.

        Where that is not a text, or a text and more (`"members." + room`), a table of the same file
        has the rest: every text of the file that makes it the name of a room in a folder counts.
        A list that a loop goes over (`for room in ROOMS`) is such a table of whole names; what
        others append to it is theirs.
        """
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant):
            yield str(first.value)
            return
        source = ast.parse(self._known[self._name].read_text("utf-8"))
        lists = {
            ast.unparse(each.targets[0]): [ast.literal_eval(part) for part in each.value.elts]
            for each in source.body
            if isinstance(each, ast.Assign) and isinstance(each.value, ast.List)
        }
        for each in ast.walk(source):
            if isinstance(each, ast.For) and ast.unparse(each.target) == ast.unparse(first):
                yield from lists.get(ast.unparse(each.iter), [])
                return
        folder = ""
        if isinstance(first, ast.BinOp) and isinstance(first.left, ast.Constant):
            folder = str(first.left.value)
        for each in ast.walk(source):
            text = each.value if isinstance(each, ast.Constant) else None
            if isinstance(text, str) and "." in folder + text and folder + text in self._known:
                yield folder + text

    def _is_door(self, function: ast.expr) -> bool:
        if isinstance(function, ast.Name):
            return function.id in self._calls
        owner = getattr(function, "value", None)
        return getattr(function, "attr", "") == LOADS and getattr(owner, "id", "") == DOOR
