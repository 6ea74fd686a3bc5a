"""CircuitPython's asyncio library, as published, with sockets that do not wait.

In the unix build of MicroPython: its own asyncio stands behind it, and `io.IOBase`, which many
CircuitPythons lack, is hidden.
"""

import contextlib
import importlib.util
from pathlib import Path

from espat_tools import runtimes, where
from espat_tools.emulator import Module
from tests.demo.conftest import serving
from tests.micropython.conftest import BOARD
from tests.programs import published

EXAMPLE = Path(__file__).parents[2] / "examples" / "espat_asyncio.py"
TEXT = b"This is a test of Wi-Fi!\n" * 80
REPLY = b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(TEXT), TEXT)
BEFORE = """
import io, os, sys
class Module:
    pass
hidden = Module()
hidden.BytesIO, hidden.StringIO = io.BytesIO, io.StringIO
sys.modules["io"] = hidden
found = {"CIRCUITPY_WIFI_SSID": "espat", "CIRCUITPY_WIFI_PASSWORD": "correct horse"}
own = Module()
own.listdir, own.stat = os.listdir, os.stat
own.getenv = lambda name, default=None: found.get(name, default)
sys.modules["os"] = own
"""


def test_three_at_once(micropython):
    modules = {
        **published.modules("adafruit-circuitpython-asyncio==3.1.1"),
        "adafruit_ticks": Path(importlib.util.find_spec("adafruit_ticks").origin),
        "espat_board": BOARD,
        "pty_uart": where.tools_folder() / "onboard" / "pty_uart.py",
    }
    with contextlib.ExitStack() as stack:
        web = stack.enter_context(serving(REPLY))
        hosts = {"wifitest.adafruit.com": ("127.0.0.1", {80: web.port})}
        module = stack.enter_context(Module(hosts=hosts))
        program = BEFORE + EXAMPLE.read_text("utf-8") + "print(asyncio.__file__)\n"
        ran = runtimes.unix(program, [module.open_pty()], modules=modules, lib=True)
        lines = ran.check().splitlines()
    assert sorted(lines[:3]) == [f"Page {n} has {len(REPLY)} bytes" for n in range(3)]
    assert lines[3].startswith("Blinked ")
    assert int(lines[3].split()[1]) > 3
    assert "espat-program" in lines[4] or lines[4].startswith("asyncio/__init__.mpy"), lines[4]
    starts = [at for at, line in enumerate(module.commands) if line.startswith(b"AT+CIPSTART=")]
    reads = [at for at, line in enumerate(module.commands) if line.startswith(b"AT+CIPRECVDATA=")]
    assert len(starts) == 3
    assert starts[1] < reads[-1], "one after the other"
