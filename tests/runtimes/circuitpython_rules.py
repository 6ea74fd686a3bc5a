"""What code that CircuitPython runs may not lean on, beside what all boards lack (board_rules.py).

From its sources: it is built on MicroPython's "core features", with what py/circuitpy_mpconfig.h
adds; its own modules are in shared-bindings/.
"""

import ast

from tests.runtimes.board_rules import _Finder

_ERRNO = """EPERM ENOENT EIO EBADF EAGAIN ENOMEM EACCES EEXIST ENODEV EISDIR EINVAL EOPNOTSUPP
EADDRINUSE ECONNABORTED ECONNRESET ENOBUFS ENOTCONN ETIMEDOUT ECONNREFUSED EHOSTUNREACH EALREADY
EINPROGRESS errorcode"""
_OPERATORS = "mul truediv floordiv mod pow or and xor lshift rshift matmul"

SURE = {
    "errno": set(_ERRNO.split()),
    "micropython": {"const"},
    "os": {"getenv", "listdir", "mkdir", "remove", "rename", "rmdir", "stat", "uname", "urandom"},
    "sys": {
        "implementation",
        "modules",
        "path",
        "platform",
        "stderr",
        "stdin",
        "stdout",
        "version",
    },
    "time": {"localtime", "mktime", "monotonic", "sleep", "struct_time", "time"},
}
"""Of these modules only that is sure to be there; the rest is for getattr(), or guarded."""
IGNORED = {"__setattr__", "__delattr__"} | {f"__i{name}__" for name in _OPERATORS.split()}
"""Methods of classes that are never called."""


def lacking(source: str) -> list[str]:
    """What CircuitPython lacks of what a file uses, as `line: what`."""
    finder = _CircuitPython()
    finder.visit(ast.parse(source))
    return finder.found


class _CircuitPython(_Finder):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name in IGNORED:
            self._say(node, f"{node.name} is never called")
        super().visit_FunctionDef(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        missing = {alias.name for alias in node.names} - SURE.get(node.module or "", {"*"})
        if node.module in SURE and missing and not self._guarded("ImportError"):
            self._say(node, f"{node.module} may have no {', '.join(sorted(missing))}")
        super().visit_ImportFrom(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = getattr(node.value, "id", None)
        if name in SURE and node.attr not in SURE[name] and not self._guarded("AttributeError"):
            self._say(node, f"{name} may have no {node.attr}")
        super().visit_Attribute(node)
