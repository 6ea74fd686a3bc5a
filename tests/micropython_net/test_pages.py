"""The pages about MicroPython: their tables are as the code is, and their programs run."""

import re
from pathlib import Path

import pytest

from espat_tools.bench.pico import ONBOARD
from espat_tools.commands import network_page
from espat_tools.commands.network_page import ABSENT, CLASSES, DIFFERS, is_there, names
from espat_tools.emulator import Module, SocketNetwork
from tests.demo.conftest import serving

DOCS = network_page.PAGE.parent
HERE = Path(__file__).parent
STAND_INS = {"espat_board": HERE / "stand_ins" / "espat_board.py"}
TEXT = b"This is a test of Wi-Fi!\n"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(TEXT), TEXT)

# The unix build has a `socket` of its own, which a Pico has not.
BOOT = """
import espat_board
from espat import names
names.put("socket", "socket")
"""


def test_the_tables():
    page = network_page.PAGE.read_text("utf-8")
    assert network_page.written(page) == page, "python -m espat_tools.commands.network_page"


def test_every_name_is_there_or_it_says_why_not():
    of_a_pico_w = {name for module in CLASSES for name in names(module)}
    there = {name for name in of_a_pico_w if is_there(name)}
    assert of_a_pico_w - there == set(ABSENT)
    assert set(DIFFERS) <= there


def programs(page):
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.S)


def as_here(program):
    """A program with the network that emulated modules know."""
    return program.replace("your network", "espat").replace("your password", "correct horse")


@pytest.fixture
def printed(micropython, tmp_path):
    """What a program prints on a board whose module knows the web server of the pages."""
    rp2 = tmp_path / "rp2.py"
    rp2.write_text("PIO = None\n")  # a Pico's, without country()

    def printed(program):
        with serving(REPLY) as web:
            hosts = {"wifitest.adafruit.com": ("127.0.0.1", {80: web.port})}
            with Module(network=SocketNetwork(hosts)) as module:
                device = module.open_pty()
                modules = {**STAND_INS, "rp2": rp2}
                ran = micropython(BOOT + as_here(program), [device], modules=modules)
                assert module.commands, "it did not use the module"
                return ran.check()

    return printed


def test_from_nothing_to_a_request(printed):
    lines = printed(programs("micropython.md")[0]).splitlines()
    assert lines == ["I am 192.168.1.50", "200", TEXT.decode().strip(), ""]


def test_an_access_point(printed):
    assert printed(programs("micropython.md")[1]) == "192.168.4.1\n"


def test_the_program_of_the_book(printed):
    assert printed(programs("moving-from-pico-w.md")[0]) == "connected: 192.168.1.50\n"


def test_the_new_password(printed):
    before = programs("moving-from-pico-w.md")[0]
    check = as_here(programs("moving-from-pico-w.md")[1])
    waits = "while 0 < wlan.status() < 3:\n    time.sleep(0.01)\nprint(wlan.status())\n"
    ends = printed(before + check + waits).splitlines()[-1]
    assert ends == "-3"
    right = check.replace("the new password", "correct horse")
    assert printed(before + right + waits).splitlines()[-1] == "3"


def test_no_page_has_another_program():
    assert len(programs("micropython.md")) == len(programs("moving-from-pico-w.md")) == 2


@pytest.mark.parametrize("page", ["micropython.md", "moving-from-pico-w.md"])
def test_what_the_pages_name_is_there(page):
    """Files and pages in backticks."""
    text = (DOCS / page).read_text("utf-8")
    for name in re.findall(r"`([\w/.-]+\.md)`", text):
        assert (DOCS / name).is_file() or (DOCS.parent / name).is_file(), name
    for name in re.findall(r"`((?:boards|examples|lib)/[\w.]*)`", text):
        assert (DOCS.parent / name).exists(), name


def test_the_libraries():
    """Each was tried by the file that the page names, in the version that it names."""
    page = network_page.PAGE.read_text("utf-8")
    rows = re.findall(r"^\| (`.*?) \|.*\| `([\w/]+\.py)` \|$", page, re.M)
    assert len(rows) >= 7
    for libraries, file in rows:
        source = (HERE.parent / file).read_text("utf-8")
        for name, version in re.findall(r"`([\w.-]+)`(?: ([\d.]+))?", libraries):
            said = f"{name}=={version}" if version else f"import {name}"
            named = said in source or (not version and name in source)
            assert named or said in as_text_of_examples(), (name, version, file)


def as_text_of_examples():
    return "".join(p.read_text("utf-8") for p in (DOCS.parent / "examples").glob("espat_mp_*.py"))


def test_the_line_for_boot(micropython, tmp_path):
    """What `mpremote exec` is given to run on the board."""
    page = (DOCS / "moving-from-pico-w.md").read_text("utf-8")
    (line,) = re.findall(r'mpremote exec "(.*)"', page)
    boot = tmp_path / "boot.py"
    boot.write_text("import gc\n")
    micropython(f"import os\nos.chdir({str(tmp_path)!r})\n{line}\n").check()
    assert boot.read_text() == "import gc\nimport espat_board\n"


MACHINE = """
import pico_device
class Pin:
    OUT = 1
    def __init__(self, number, mode=None, value=None):
        self.number = number
    def init(self, *how, **names):
        pass
    value = init
def UART(number, baudrate, tx, rx, rxbuf, **how):
    assert (number, tx.number, rx.number, rxbuf) == (0, 0, 1, 2048)
    return pico_device.UART()
"""
AS_BOOT = """
import espat_board
import network, socket, ssl, tls, usocket, ussl
wlan = network.WLAN()
wlan.active(True)
wlan.connect("espat", "correct horse")
while not wlan.isconnected():
    pass
print(wlan.ifconfig()[0], socket.AF_INET, usocket.socket is socket.socket)
"""


def test_a_file_of_boards_as_it_is(micropython_32bit, tmp_path):
    """Copied to espat_board.py and imported, it is all that a program for the Pico W needs."""
    machine = tmp_path / "machine.py"
    machine.write_text(MACHINE)
    modules = {
        "espat_board": DOCS.parent / "boards" / "raspberry_pi_pico.py",
        "machine": machine,
        "pico_device": ONBOARD / "pico_device.py",
    }
    with Module() as module:
        ran = micropython_32bit(AS_BOOT, modules=modules, device=module.open_pty())
    assert ran.check() == "192.168.1.50 2 True\n"
