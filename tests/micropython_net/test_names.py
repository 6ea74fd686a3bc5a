"""`import espat.names`: the names that programs import, where the runtime has none of its own.

The WebAssembly builds lack what a plain Pico lacks; the unix build has sockets of its own.
"""

import pytest

from espat_tools import runtimes
from espat_tools.emulator import Module
from tests.runtimes import like_circuitpython

NAMES = ("network", "socket", "ssl", "tls", "usocket", "ussl")
OF_CIRCUITPYTHON = ("ipaddress", "socketpool", "ssl", "wifi")

ALL_THERE = """
import sys
for name in sys.argv[1:]:
    try:
        __import__(name)
        print("has", name)
    except ImportError:
        pass
import espat.names
for name in sys.argv[1:]:
    module = __import__(name)
    print(name, "ours" if "espat" in str(module) else "its own")
"""


@pytest.mark.parametrize("build", ["micropython_floor", "micropython_32bit"])
def test_a_plain_pico(build, request):
    """None of the names is there before, all of them are behind it."""
    printed = request.getfixturevalue(build)(ALL_THERE, NAMES).check()
    assert printed.split("\n")[:-1] == [f"{name} ours" for name in NAMES]


HAS = """
import sys
class Own:
    WLAN = 5
sys.modules["network"] = Own()
import espat.names
import network
print(network.WLAN, espat.names.lacking("micropython"), espat.names.lacking("cpython"))
"""


def test_a_board_with_wifi_keeps_its_own(any_micropython):
    printed = any_micropython(HAS).check().split(" ", 1)
    assert printed[0] == "5"
    assert "network" not in printed[1]


STAR = """
import espat.names
from network import *
import network
print(network.WLAN is WLAN, STA_IF, AP_IF, STAT_GOT_IP, network)
print(WLAN(), WLAN(AP_IF), network.country())
"""


def test_it_is_a_module(micropython_32bit):
    lines = micropython_32bit(STAR).check().splitlines()
    assert lines[0].startswith("True 0 1 3 <module 'espat.faces.network'")
    assert lines[1] == "<WLAN STA down> <WLAN AP down> XX"


def test_rp2_country(micropython_32bit, tmp_path):
    """A Pico's `rp2` is a frozen Python module without it; one that has it keeps its own."""
    program = "import espat.names, rp2\nrp2.country('DE')\nprint(rp2.country(), {})\n"
    rp2 = tmp_path / "rp2.py"
    rp2.write_text("PIO = 1\n")
    run = micropython_32bit(program.format("__import__('network').country()"), modules={"rp2": rp2})
    assert run.check() == "DE DE\n"
    rp2.write_text("def country(code=None):\n    return 'own'\n")
    run = micropython_32bit(program.format("0"), modules={"rp2": rp2})
    assert run.check() == "own 0\n"


def test_on_cpython_nothing_happens():
    import sys

    before = {name: sys.modules.get(name) for name in (*NAMES, *OF_CIRCUITPYTHON)}
    import espat.names

    assert espat.names.lacking("cpython") == []
    assert {name: sys.modules.get(name) for name in before} == before


CIRCUITPYTHON = """
import sys
import espat
for name in ("ipaddress", "socketpool", "wifi"):
    assert name not in sys.modules
from espat import names
for pair in names.lacking("circuitpython"):
    names.put(pair[0], pair[1])
import wifi, socketpool, ipaddress
print(ipaddress.ip_address("10.0.0.1"), socketpool.SocketPool.AF_INET, wifi.Radio is espat.Radio)
print(wifi.AuthMode.WPA2, "espat.board" in sys.modules, "espat.faces.wlan" in sys.modules)
from ipaddress import IPv4Address
print(IPv4Address is ipaddress.IPv4Address)
"""


def test_the_names_of_circuitpython(any_micropython):
    printed = any_micropython(CIRCUITPYTHON).check().splitlines()
    assert printed == ["10.0.0.1 2 True", "wifi.AuthMode.WPA2 False False", "True"]


def test_circuitpython_programs_load_nothing_of_micropython(any_micropython):
    program = CIRCUITPYTHON.replace("from espat import names", "import espat.names as names")
    program += "print([name for name in sys.modules if 'network' in name or 'wlan' in name])\n"
    program = program.replace("import espat.names as names", NOT_MICROPYTHON)
    assert any_micropython(program).check().splitlines()[-1] == "[]"


NOT_MICROPYTHON = """
class Implementation:
    name = "circuitpython"
class Sys:
    implementation = Implementation()
    modules = sys.modules
sys.modules["sys"] = Sys()
import espat.names as names
"""


A_PROGRAM = """
import espat.names
import os
import ipaddress, socketpool, wifi
wifi.radio.connect(os.getenv("CIRCUITPY_WIFI_SSID"), os.getenv("CIRCUITPY_WIFI_PASSWORD"))
print(repr(wifi.radio.ipv4_address), socketpool.SocketPool(wifi.radio).AF_INET)
print(wifi.radio is wifi.radio, "espat.faces.wlan" in __import__("sys").modules)
"""


@pytest.mark.parametrize("version", [9, 10])
def test_a_program_of_circuitpython(micropython_32bit, tmp_path, version):
    """With one line before it, no file of lib/, and room for as few frames as there."""
    program = tmp_path / "code.py"
    program.write_text(A_PROGRAM)
    with Module() as module:
        device = module.open_pty()
        frames = like_circuitpython.FRAMES[version]
        ran = like_circuitpython.run(program, device, frames=frames, lib=False)
    assert ran.check().splitlines() == ["IPv4Address('192.168.1.50') 2", "True False"]


def test_without_that_line(micropython_32bit, tmp_path):
    program = tmp_path / "code.py"
    program.write_text("import wifi\n")
    with Module() as module:
        ran = like_circuitpython.run(program, module.open_pty(), lib=False)
    assert "no module named 'wifi'" in ran.stderr


def test_every_room_of_faces_is_reached():
    from espat.faces import lacking

    rooms = {room for pairs in lacking.NAMES.values() for _, room in pairs}
    assert rooms <= {path.stem for path in (runtimes.where.driver_folder() / "faces").glob("*.py")}
