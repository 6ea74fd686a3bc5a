"""Which modules the names of sockets and TLS give, in each MicroPython."""

import pytest

NAMES = ["socket", "ssl", "tls", "usocket", "ussl"]
FILES = """
import sys
for name in {names}:
    module = __import__(name)
    print(getattr(module, "__file__", None) or "builtin")
"""
PUT = """
import sys
from espat import names
rooms = "socket", "ssl_micropython", "tls", "socket", "ssl_micropython"
for name, room in zip({names}, rooms):
    names.put(name, room)
for name in {names}:
    print(getattr(__import__(name), "__file__", None) or "builtin")
"""


def told(run, program, **how):
    """The file or the module that each of NAMES gave."""
    printed = run(program.format(names=NAMES), **how).check()
    return [line.split("/")[-1].split(".")[0] for line in printed.splitlines()]


def test_the_files_of_lib_in_the_unix_build(micropython):
    """A file on the path stands before a builtin that can be extended, not before `tls`, and not
    under the old names: for those the builtin is taken, whatever there is.
    """
    assert told(micropython, FILES, lib=True) == ["socket", "ssl", "builtin", "builtin", "ussl"]


@pytest.mark.parametrize("build", ["micropython_floor", "micropython_32bit"])
def test_the_files_of_lib_where_nothing_is_built_in(request, build):
    """As on a plain Pico."""
    assert told(request.getfixturevalue(build), FILES, lib=True) == NAMES


def test_what_was_put_there(any_micropython):
    """`names.put()` overrules what is built in, under the old names too."""
    ours = ["socket", "ssl_micropython", "tls", "socket", "ssl_micropython"]
    assert told(any_micropython, PUT) == ours
