"""The numbers that rooms copy as `_NAME = const(n)`, since a name of one's own is what is cheap."""

import ast
import re
from collections.abc import Mapping

_EVENT = re.compile(r"(?:^|(?<= ))(\d+)  ([A-Z][A-Z_]+)\b", re.M)
_TABLE = re.compile(r"^ *== .*?^ *== ", re.M | re.S)


def constants(source: str) -> dict[str, int]:
    """Name and number of each `const()` of a file. Raises ValueError for one that is no number."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        call = node.value if isinstance(node, ast.Assign) else None
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "const":
            (target,) = node.targets
            found[ast.unparse(target)] = _number(call.args[0], found)
    return found


def _number(node: ast.expr, known: Mapping[str, int]) -> int:
    """What a whole number says that may be written as a sum, a shift, or with other names."""
    for part in ast.walk(node):
        if not isinstance(
            part, (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Name)
        ) and not isinstance(part, ast.expr_context):
            raise ValueError(f"const({ast.unparse(node)}) is no number")
    return eval(compile(ast.Expression(node), "const", "eval"), {}, dict(known))


def differences(sources: Mapping[str, str]) -> list[str]:
    """Names that mean two numbers, as `name: number in rooms; number in rooms`."""
    places: dict[str, dict[int, list[str]]] = {}
    for room, source in sources.items():
        for name, number in constants(source).items():
            places.setdefault(name, {}).setdefault(number, []).append(room)
    return [
        f"{name}: " + "; ".join(f"{n} in {', '.join(rooms)}" for n, rooms in sorted(found.items()))
        for name, found in sorted(places.items())
        if len(found) > 1
    ]


def table(source: str) -> dict[str, int]:
    """The table of numbers and names in a file's docstring: rows between lines of `==`."""
    text = ast.get_docstring(ast.parse(source), clean=False) or ""
    found = _TABLE.search(text)
    if found is None:
        raise ValueError("there is no table in the docstring")
    return {name: int(number) for number, name in _EVENT.findall(found[0])}
