"""The names of errors: those that rooms raise by `fail("name", ...)`, those that have a text."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

FAIL = "fail"
TABLE = "_TEXTS"


@dataclass(frozen=True)
class Raised:
    """One call of `fail`: in which room and line, of which room's; the name, what it is given.

    `name` is None where the call takes it from a table, which stands in one of the rooms `tables`;
    `given` is None where it cannot be counted.
    """

    room: str
    line: int
    of: str
    name: str | None
    given: int | None
    tables: tuple[str, ...] = ()


def raised(room: str, source: str) -> Iterator[Raised]:
    """Every call of `fail` in a room, under whatever name it was imported."""
    tree = ast.parse(source)
    doors = dict(_doors(room, tree))
    for node in ast.walk(tree):
        of = doors.get(ast.unparse(node.func)) if isinstance(node, ast.Call) else None
        if of is None:
            continue
        first, *rest = node.args or [None]
        name = first.value if isinstance(first, ast.Constant) else None
        starred = any(isinstance(each, ast.Starred) for each in node.args)
        tables = [room]
        if first is not None and name is None:
            names = {part.id for part in ast.walk(first) if isinstance(part, ast.Name)}
            tables += [base for base, alias in _imported(room, tree) if _local(alias) in names]
        given = None if starred else len(rest)
        yield Raised(room, node.lineno, of, name, given, tuple(tables))


def _imported(room: str, tree: ast.Module) -> Iterator[tuple[str, ast.alias]]:
    """What a file imports by a relative import: from which room or folder, and what."""
    folder = ["tls"] if room == "tls" else room.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = folder[: len(folder) - (node.level - 1)]
            base += node.module.split(".") if node.module else []
            for alias in node.names:
                yield ".".join(base), alias


def _local(alias: ast.alias) -> str:
    return alias.asname or alias.name


def _doors(room: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What `fail` is called in a file, and the room that it is of."""
    for base, alias in _imported(room, tree):
        if alias.name == FAIL:
            yield _local(alias), base
        elif alias.name == "errors":
            yield f"{_local(alias)}.{FAIL}", ".".join(filter(None, (base, "errors")))


def texts(source: str) -> dict[str, str]:
    """The names in a room's table of texts, and the text of each.

    The table is a dict, or texts of lines; in those a name that ends in a digit is of one code.
    """
    pieces: dict[str, str] = {}  # texts that stand above the table, by their names
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Assign):
            continue
        name = ast.unparse(node.targets[0])
        if name == TABLE and isinstance(node.value, ast.Tuple):
            lines = "\n".join(group.value for group in node.value.elts).split("\n")
            rows = [row.partition(": ") for row in lines]
            return {key: text for key, _, text in rows if text and not key[-1].isdigit()}
        if name == TABLE:
            rows = zip(node.value.keys, node.value.values, strict=True)
            return {key.value: _text(row.elts[-1], pieces) for key, row in rows}
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            pieces[name] = node.value.value
    raise ValueError(f"there is no {TABLE}")


def _text(node: ast.expr, pieces: Mapping[str, str]) -> str:
    """A text, or a sum of texts and names of texts."""
    if isinstance(node, ast.BinOp):
        return _text(node.left, pieces) + _text(node.right, pieces)
    return node.value if isinstance(node, ast.Constant) else pieces[ast.unparse(node)]


def own_names(source: str) -> dict[str, int]:
    """Names for which `fail` itself has the words, `if name == "waiting":`; each takes what it is
    about.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == FAIL:
            return {
                test.comparators[0].value: 1
                for test in ast.walk(node)
                if isinstance(test, ast.Compare) and ast.unparse(test.left) == "name"
            }
    raise ValueError(f"there is no {FAIL}()")


def places(text: str) -> int:
    """How many places a text has."""
    return text.replace("%%", "").count("%")


def strings(source: str) -> set[str]:
    """All texts of a file: a table of names that are raised is among them."""
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def wrong(sources: Mapping[str, str], errors: str, *tables: str) -> list[str]:
    """What does not fit between what is raised of one room and its tables of texts."""
    rows = [row for table in tables for row in texts(sources[table]).items()]
    known = {name: places(text) for name, text in rows}
    twice = len(rows) - len(known)
    if twice:
        return [f"{twice} names have two texts"]
    own = own_names(sources[errors])
    found, used = [], set()
    for room, source in sources.items():
        for each in raised(room, source):
            if each.of != errors:
                continue
            if each.name is None:
                used.update(*(strings(sources[table]) for table in each.tables))
            elif each.name not in known | own:
                found.append(f"{room}, line {each.line}: {each.name} has no text")
            elif each.given not in (None, (known | own)[each.name]):
                found.append(f"{room}, line {each.line}: {each.name} is given {each.given}")
            used.add(each.name)
    return found + [f"{name} is never raised" for name in (known | own) if name not in used]
