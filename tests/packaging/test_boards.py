"""The board files against CircuitPython's own pin tables and the RP2 family's UART rule."""

import importlib.util
import re
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from espat_tools import where

BOARDS = {path.stem: path for path in where.python_files(where.boards_folder())}


def _pins(board_id):
    """Name to GPIO number, from the stubs that CircuitPython's pins.c was turned into."""
    spec = importlib.util.find_spec("board_definitions")
    assert spec is not None, "circuitpython-stubs is not installed"
    folder = Path(next(iter(spec.submodule_search_locations)))
    stub = (folder / board_id / "__init__.pyi").read_text("utf-8")
    rows = re.findall(r"^(\w+): microcontroller\.Pin  # GPIO(\d+)$", stub, re.M)
    return SimpleNamespace(**{name: int(number) for name, number in rows})


class _Recorder:
    """Stands for a class of the hardware: keeps what it was made with."""

    OUT = "out"

    def __init__(self, *args, **named):
        self.args = args
        self.named = named
        self.output = None

    def switch_to_output(self, value):
        self.output = value


@pytest.fixture
def on_circuitpython(monkeypatch):
    def load(name):
        module = runpy.run_path(str(BOARDS[name]))
        monkeypatch.setitem(sys.modules, "board", _pins(module["BOARD_ID"]))
        monkeypatch.setitem(sys.modules, "busio", SimpleNamespace(UART=_Recorder))
        monkeypatch.setitem(sys.modules, "digitalio", SimpleNamespace(DigitalInOut=_Recorder))
        return module

    return load


@pytest.fixture
def on_micropython(monkeypatch):
    def load(name):
        machine = SimpleNamespace(UART=_Recorder, Pin=_Recorder)
        monkeypatch.setitem(sys.modules, "board", None)
        monkeypatch.setitem(sys.modules, "digitalio", None)
        monkeypatch.setitem(sys.modules, "machine", machine)
        return runpy.run_path(str(BOARDS[name]))

    return load


def test_there_are_boards():
    assert "raspberry_pi_pico" in BOARDS


@pytest.mark.parametrize("name", BOARDS)
def test_circuitpython_gets_the_pins_the_file_states(name, on_circuitpython):
    module = on_circuitpython(name)
    uart = module["uart"](230400)
    assert uart.args == (module["TX"], module["RX"])
    assert uart.named["baudrate"] == 230400
    assert uart.named["receiver_buffer_size"] >= 2048
    assert uart.named["timeout"] == 0


@pytest.mark.parametrize("name", BOARDS)
def test_micropython_gets_the_same_pins(name, on_micropython):
    module = on_micropython(name)
    uart = module["uart"]()
    assert uart.args == (module["UART_ID"],)
    assert uart.named["tx"].args == (module["TX"],)
    assert uart.named["rx"].args == (module["RX"],)
    assert uart.named["baudrate"] == 115200
    assert uart.named["rxbuf"] >= 2048


@pytest.mark.parametrize("name", BOARDS)
def test_the_uart_can_reach_these_pins(name):
    """RP2040 and RP2350: TX on 0, 4, 8…; RX on 1, 5, 9…; which UART follows from the number."""
    module = runpy.run_path(str(BOARDS[name]))
    assert module["TX"] % 4 == 0
    assert module["RX"] % 4 == 1
    assert {(pin + 4) // 8 % 2 for pin in (module["TX"], module["RX"])} == {module["UART_ID"]}


@pytest.mark.parametrize("name", BOARDS)
def test_reset_is_left_high(name, on_circuitpython, monkeypatch):
    module = on_circuitpython(name)
    pin = module["reset"]()
    if "RESET" not in module:
        assert pin is None
        return
    assert pin.args == (module["RESET"],)
    assert pin.output is True


@pytest.mark.parametrize("name", BOARDS)
def test_reset_on_micropython(name, on_micropython):
    module = on_micropython(name)
    pin = module["reset"]()
    if "RESET" not in module:
        assert pin is None
        return
    assert pin.args == (module["RESET"], "out")
    assert pin.named == {"value": 1}


@pytest.mark.parametrize("name", BOARDS)
def test_it_makes_nothing_by_itself(name):
    """UARTs and pins are made in one place, espat/board.py; the file can be copied alone."""
    source = BOARDS[name].read_text("utf-8")
    imports = [line for line in source.splitlines() if "import " in line]
    assert imports == ["from espat import lazy"]
    assert 'lazy.call("board", "uart", UART_ID, TX, RX, ' in source
