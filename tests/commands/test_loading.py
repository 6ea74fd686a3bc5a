"""Command functions are loaded with their first use, never by what carries sockets."""

import subprocess
import sys
from pathlib import Path

import espat

ROOMS = ("data", "flash", "links", "services", "system", "tls", "wifi")
PROGRAM = """
import sys
from tests.driver.desk import Desk
before = set(sys.modules)  # on a desktop the radio's members are loaded for dir() and help()
desk = Desk("nonos-1.7.4").join()
desk.works()
desk.pool.getaddrinfo("echo.test", 7)
print(sorted(m[6:] for m in set(sys.modules) - before if m[:6] == "espat."))
"""


def test_a_radio_and_its_sockets_load_none():
    root = Path(espat.__file__).parent.parent
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
        env={"PYTHONPATH": ":".join([str(root), *sys.path])},
    )
    loaded = run.stdout.strip()
    assert "'start.setup'" in loaded
    assert not [room for room in ROOMS if f"'at.{room}'" in loaded]
