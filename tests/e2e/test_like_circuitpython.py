"""Examples in a MicroPython that is like CircuitPython: short of frames, modules and names.

A version is told by the room that it has for frames. No frame of theirs is CPython's.
"""

from pathlib import Path

import pytest
import trustme

from espat_tools import runtimes
from espat_tools.emulator import Module, SocketNetwork
from tests.demo.conftest import serving
from tests.e2e.test_selftest import PATIENCE, PROGRAM, REPLY, STEPS, TEXT, verdicts, world
from tests.runtimes import like_circuitpython
from tests.runtimes.like_circuitpython import FRAMES

SIMPLE = Path(PROGRAM).with_name("espat_simpletest.py")

__all__ = ("world",)  # a fixture


@pytest.fixture
def run():
    """`like_circuitpython.run`, where Node and that MicroPython are."""
    if reason := runtimes.wasm_missing("newest"):
        pytest.skip(reason)
    return like_circuitpython.run


@pytest.mark.parametrize(
    ("version", "profile"), [(9, "esp32c3-3.3"), (9, "esp8266-2.2.1"), (10, "esp32c6-5.0.1")]
)
def test_the_self_test(run, world, version, profile):
    with Module(profile, network=SocketNetwork(**world)) as module:
        ran = run(PROGRAM, module.open_pty(), frames=FRAMES[version], timeout=PATIENCE)
    assert verdicts(ran.check()) == dict.fromkeys(STEPS, "PASS"), ran.stdout


def test_too_few_frames_are_seen(run, world):
    """The bound holds: with half of what CircuitPython 9 has, steps fail, and say why."""
    with Module(network=SocketNetwork(**world)) as module:
        ran = run(PROGRAM, module.open_pty(), frames=FRAMES[9] // 2, timeout=PATIENCE)
    assert "pystack exhausted" in ran.stdout + ran.stderr


def test_the_simple_test(run):
    with (
        serving(REPLY) as web,
        Module(hosts={"wifitest.adafruit.com": ("127.0.0.1", {80: web.port})}) as module,
    ):
        printed = run(SIMPLE, module.open_pty(), frames=FRAMES[9]).check()
    assert "Joining...\nMy address is 192.168.1.50\n" in printed
    assert printed.endswith(TEXT.decode() + "\nDone\n")


@pytest.mark.parametrize("profile", ["esp32c3-3.3", "esp32-2.4"])
def test_roots_put_in_from_a_board(run, profile):
    pem = trustme.CA(key_type=trustme.KeyType.RSA).cert_pem.bytes().decode()
    program = SIMPLE.with_name("espat_roots.py")
    with Module(profile) as module:
        ran = run(program, module.open_pty(), frames=FRAMES[9], files={"/roots.pem": pem})
    assert "1 roots are in the module, written and read back" in ran.check()


LACKING = {
    "import errno\nerrno.EPIPE": "AttributeError",
    "from io import IOBase": "ImportError",
    "import time\ntime.ticks_ms()": "AttributeError",
    "import time\ntime.localtime(0)": "OverflowError",
    "import os\nos.environ": "AttributeError",
    "import sys\nsys.argv": "AttributeError",
    "import sys\nsys.print_exception": "AttributeError",
    "import micropython\nmicropython.mem_info()": "AttributeError",
    "next(iter(()), None)": "TypeError",
    "import busio, board\nbusio.UART(board.GP0, board.GP1, receiver_buffer_size=2048, timeout=0)"
    ".readinto(bytearray(1), 1)": "TypeError",
    "def deep(n):\n    return n and deep(n - 1)\ndeep(60)": "RuntimeError: pystack exhausted",
    "from espat import Radio\nRadio.__setattr__": "AttributeError",
}


@pytest.mark.parametrize("lines", LACKING)
def test_what_it_lacks(run, lines, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(lines)
    with Module() as module:
        ran = run(program, module.open_pty())
    assert LACKING[lines] in ran.stderr
