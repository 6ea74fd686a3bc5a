"""In which order a package's modules are loaded, read from its source."""

import ast
from collections.abc import Iterator
from pathlib import Path


def _top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements that run at import, those under `try` and `if` among them."""
    todo = list(tree.body)
    while todo:
        statement = todo.pop(0)
        yield statement
        for part in ("body", "handlers", "orelse", "finalbody"):
            if isinstance(statement, (ast.Try, ast.If, ast.ExceptHandler)):
                todo[:0] = getattr(statement, part, [])


def _own(statement: ast.AST, package: Path) -> Iterator[str]:
    """The names of the package's modules that one statement imports."""
    if not isinstance(statement, ast.ImportFrom):
        return
    root = statement.module or ""
    if not statement.level:
        if root.split(".", maxsplit=1)[0] != package.name:
            return
        root = root.partition(".")[2]
    for name in [root] if root else [alias.name for alias in statement.names]:
        if (package / f"{name}.py").is_file():
            yield name


def order(package: Path) -> list[str]:
    """All modules of a package, each after those that it needs itself: first what `__init__` loads.

    Of `__init__` every import counts, those in functions too; of the others, those that run when
    the module is imported.
    """
    found: list[str] = []
    open_: set[str] = set()

    def visit(name: str) -> None:
        if name in open_:
            return
        open_.add(name)
        tree = ast.parse((package / f"{name}.py").read_text("utf-8"))
        statements = ast.walk(tree) if name == "__init__" else _top_level(tree)
        for statement in list(statements):
            for other in _own(statement, package):
                visit(other)
        found.append(name)

    visit("__init__")
    for path in sorted(package.glob("*.py")):
        visit(path.stem)
    return [name for name in found if name != "__init__"]
