"""Command functions are loaded with their first use, never by what carries sockets."""

import subprocess
import sys
from pathlib import Path

import espat

COMMANDS = [
    "asking",
    "basic",
    "flash",
    "lacking",
    "links",
    "services",
    "serving",
    "speed",
    "ssllinks",
    "tls",
    "traffic",
    "wlan",
]
PROGRAM = """
import sys
from tests.driver.desk import Desk
desk = Desk("nonos-1.7.4").join()
desk.works()
desk.pool.getaddrinfo("echo.test", 7)
print(sorted(m[6:] for m in sys.modules if m[:6] == "espat."))
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
    assert "'modem'" in loaded
    assert not [name for name in COMMANDS if f"'{name}'" in loaded]
