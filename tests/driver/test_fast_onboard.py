"""Radio(fast=921600) in a real MicroPython, over a paced terminal with a small receive buffer."""

import hashlib
from pathlib import Path

import pytest

from espat_tools import where
from espat_tools.emulator import Module
from tests.driver.desk import pattern
from tests.peers import Peer

FAST, SLOW = 921_600, 115_200
PAGE = pattern(50_000)
FETCHED = f"{len(PAGE)} {hashlib.sha256(PAGE).hexdigest()}"
PROGRAM = Path(__file__).parent / "onboard_fast.py"
PTY_UART = where.tools_folder() / "onboard" / "pty_uart.py"


def page(client):
    """Send so many bytes as the line that came says."""
    count = int(client.makefile("rb").readline())
    client.sendall(PAGE[:count])


@pytest.fixture
def make_module():
    """A module on a wire of real speed; the host's buffer holds 2 KB."""
    with Peer(page) as peer:

        def make(family, rtscts):
            return Module(
                family,
                hosts={"peer.test": ("127.0.0.1", {7: peer.port})},
                timing={"join": 0.01, "boot": 0.05},
                paced=True,
                rx_size=2048,
                rtscts=rtscts,
            )

        yield make


def run(micropython, module, rtscts, *what):
    """The lines that the program printed."""
    arguments = [module.open_pty(), str(int(rtscts)), *what]
    modules = {"pty_uart": PTY_UART}
    return micropython(PROGRAM, arguments, modules=modules, timeout=120).check().splitlines()


each_wiring = pytest.mark.parametrize("rtscts", [False, True], ids=["three wires", "RTS/CTS"])


@each_wiring
@pytest.mark.parametrize("family", ["esp8266-2.2.1", "nonos-1.7.4"])
def test_a_faster_line(micropython, make_module, family, rtscts):
    """Raised, used, put back at the end; RTS and CTS stay as they are."""
    with make_module(family, rtscts) as module:
        said = run(micropython, module, rtscts, "fetch")
        raised = [line for line in module.commands if line.startswith(b"AT+UART_CUR=921600")]
        assert module.core.baud == SLOW
    assert said == [f"rate {FAST}", FETCHED, f"rate {SLOW}"]
    assert [line[-1:] for line in raised] == [b"3" if rtscts else b"0"]


@each_wiring
def test_it_is_raised_again_after_a_restart(micropython, make_module, rtscts):
    """The module says `ready` at its own rate, which is not heard: it is looked for."""
    with make_module("esp32c3-3.3", rtscts) as module:
        said = run(micropython, module, rtscts, "fetch", "restart")
        assert module.core.baud == SLOW
    both = [f"rate {FAST}", FETCHED]
    assert [line for line in said if line[:5] != "told:"] == [*both, *both, f"rate {SLOW}"]


@pytest.mark.parametrize("family", ["esp32c3-3.3", "nonos-1.7.4"])
def test_the_next_program_finds_it_at_the_fast_rate(micropython, make_module, family):
    """A program that was stopped has put nothing back; its successor begins at 115200."""
    with make_module(family, False) as module:
        assert run(micropython, module, False, "fetch", "leave") == [f"rate {FAST}", FETCHED]
        assert module.core.baud == FAST
        said = run(micropython, module, False, "fetch")
        assert module.core.baud == SLOW
    assert said == [f"rate {FAST}", FETCHED, f"rate {SLOW}"]
