"""Which module `import socket` gives, in each MicroPython."""

import pytest

PROGRAM = """
import sys
for name in ("socket", "usocket"):
    module = __import__(name)
    print(name, getattr(module, "__file__", "builtin").split("/")[-1].split(".")[0])
"""


def test_the_files_of_lib_in_the_unix_build(micropython):
    """A file on the path stands before the builtin, but not under the old name."""
    assert micropython(PROGRAM, lib=True).check().split() == [
        "socket",
        "socket",
        "usocket",
        "builtin",
    ]


@pytest.mark.parametrize("build", ["micropython_floor", "micropython_32bit"])
def test_the_files_of_lib_where_nothing_is_built_in(request, build):
    """As on a plain Pico."""
    run = request.getfixturevalue(build)
    assert run(PROGRAM, lib=True).check().split() == ["socket", "socket", "usocket", "usocket"]
