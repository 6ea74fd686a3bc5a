"""The UART that MicroPython programs use on the desktop, against a bare pseudo-terminal."""

import os
import select
import subprocess
import sys
import termios
import time

import pytest

from espat_tools import runtimes

PROGRAM = """
import sys, time
from pty_uart import PtyUART
u = PtyUART(sys.argv[1], rxbuf=64)
got = []
def wait(n):
    end = time.ticks_add(time.ticks_ms(), 30000)
    while u.any() < n and time.ticks_diff(end, time.ticks_ms()) > 0:
        pass
print("empty", u.any(), u.read(), u.read(3), u.readinto(bytearray(4)))
print("wrote", u.write(b"AT\\r\\n"), u.write(memoryview(b"hello")[1:3]))
wait(10)
buf = bytearray(b"........")
print("any", u.any())
print("into", u.readinto(memoryview(buf), 3), bytes(buf))
print("into", u.readinto(memoryview(buf)[2:5]), bytes(buf))
print("read", u.read(2), u.read(), u.any())
u.init(baudrate=921600)
u.write(b"big")
total = 0
end = time.ticks_add(time.ticks_ms(), 30000)
while total < 1000 and time.ticks_diff(end, time.ticks_ms()) > 0:
    n = u.any()
    assert n <= 64
    total += len(u.read() or b"")
print("total", total)
u.deinit()
"""


def _read_until(fd, wanted, seconds=30):
    data = b""
    end = time.monotonic() + seconds
    while wanted not in data and time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            data += os.read(fd, 100)
    return data


@pytest.fixture
def pty():
    master, slave = os.openpty()
    yield master, os.ttyname(slave)
    os.close(master)
    os.close(slave)


@pytest.mark.usefixtures("micropython")
def test_it_behaves_as_a_machine_uart(pty):
    master, path = pty
    with runtimes.UnixProgram(PROGRAM, [path]) as program:
        child = subprocess.Popen(
            program.command,
            env=program.env,
            cwd=program.cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            assert _read_until(master, b"el") == b"AT\r\nel"
            os.write(master, b"0\r\n\x03\x0456789")
            assert _read_until(master, b"big") == b"big"
            rate = termios.tcgetattr(master)[5]
            os.write(master, b"x" * 1000)
            printed, _ = child.communicate(timeout=60)
        finally:
            child.kill()
    assert printed.splitlines() == [
        "empty 0 None None None",
        "wrote 4 2",
        "any 10",
        r"into 3 b'0\r\n.....'",
        r"into 3 b'0\r\x03\x045...'",
        "read b'67' b'89' 0",
        "total 1000",
    ]
    if sys.platform == "linux":
        assert rate == termios.B921600
