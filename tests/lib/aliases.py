"""The files of lib/ on CPython: loaded under aliases, never by putting lib/ on `sys.path`.

The face, for every test that needs them:

    load("socketpool")               the module lib/socketpool.py, the same one each time
    with installed("socketpool", "ssl"):
        import socketpool            in the block these names mean the files of lib/
    fresh("wifi")                    loaded anew, for tests of what an import does

`installed()` puts the old modules back at its end. With no names it installs every file there is.
In the block `import ssl`, in whatever thread, finds lib/ssl.py, and what imports the standard one
for the first time there would break: keep the block to what is imported for the program under test
(`adafruit_connection_manager` imports both inside its functions), and have servers, `asyncio`,
`urllib` and `http` imported before. `sys.modules` is one for all threads: no emulated TLS server
may be set up while the block runs on another.
"""

import asyncio
import contextlib
import http.client
import importlib.util
import ssl
import sys
import urllib.request

from espat_tools import where

STANDARD = asyncio, http.client, ssl, urllib.request
"""The standard modules that need the standard `ssl`: loaded before any block can be entered."""

_ALIAS = "_espat_lib_"
_FILES = {path.stem: path for path in where.python_files(where.lib_folder())}


def names():
    """The names that lib/ has files for."""
    return sorted(_FILES)


def load(name):
    """The module that a file of lib/ is, under an alias; what it imports of lib/ is too."""
    return sys.modules.get(_ALIAS + name) or fresh(name)


def fresh(name):
    """The same, loaded anew."""
    spec = importlib.util.spec_from_file_location(_ALIAS + name, _FILES[name])
    module = importlib.util.module_from_spec(spec)
    sys.modules[_ALIAS + name] = module
    try:
        with installed(name):
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[_ALIAS + name]
        raise
    return module


@contextlib.contextmanager
def installed(*wanted):
    """These names mean the files of lib/ in the block; without any: all of them do."""
    modules = {name: load(name) for name in wanted or names()}
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module
