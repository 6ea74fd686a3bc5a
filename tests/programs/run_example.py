"""Runs an example as if this were a board: python run_example.py EXAMPLE.

The files of lib/ are there as `wifi`, `socketpool` and `ssl`; `board` and `busio` are stand-ins of
tests/demo, found on PYTHONPATH.
"""

import runpy
import sys

import adafruit_httpserver  # noqa: F401 - it imports `ssl`, and on CPython wants the standard one

from tests.lib.aliases import installed

with installed("wifi", "socketpool", "ssl"):
    runpy.run_path(sys.argv[1], run_name="__main__")
