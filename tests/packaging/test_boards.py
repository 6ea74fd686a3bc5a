"""The board files against CircuitPython's own pin tables and the RP2 family's UART rule; the tables
and drawings that are made of them.
"""

import importlib.util
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import pytest

from espat.wiring import Wiring
from espat_tools import where
from espat_tools.boards import draw, files, modules, page

BOARDS = files.boards()
PATHS = {path.stem: path for path in where.python_files(where.boards_folder())}
WIRES = ("tx", "rx", "rts", "cts", "off")


def pins(board):
    """Each pin of a board, [(CircuitPython's name, MicroPython's number)]."""
    found = [getattr(board.wiring, wire) for wire in WIRES]
    return [pin for pin in (*found, *board.wiring.high) if pin]


IN_CIRCUITPYTHON = [name for name in BOARDS if BOARDS[name].id]
IN_MICROPYTHON = [name for name in BOARDS if BOARDS[name].wiring.number is not None]
FEATHERS = [name for name in BOARDS if name.startswith("feather_")]
WITH_FLOW = [name for name in BOARDS if BOARDS[name].wiring.rts]
# What a port of CircuitPython calls its pins: on the RP2 family GPIO4, elsewhere PA17, P1_04.
PIN = re.compile(r"^(\w+): microcontroller\.Pin  # (\w+)$", re.M)


def stub(board_id):
    """Name to the chip's own name of the pin, from the stubs that pins.c was turned into."""
    spec = importlib.util.find_spec("board_definitions")
    assert spec is not None, "circuitpython-stubs is not installed"
    folder = Path(next(iter(spec.submodule_search_locations)))
    return dict(PIN.findall((folder / board_id / "__init__.pyi").read_text("utf-8")))


class Recorder:
    """Stands for a class of the hardware: keeps what it was made with."""

    OUT = "out"
    RTS = 2
    CTS = 1
    made = ()

    def __init__(self, *args, **named):
        self.args = args
        self.named = named
        self.output = None
        Recorder.made += (self,)

    def switch_to_output(self, value):
        self.output = value

    def init(self, mode, value):
        assert mode == self.OUT
        self.output = value


@pytest.fixture
def as_circuitpython(monkeypatch):
    """Loads a board's file as CircuitPython on that board would."""

    def load(name):
        monkeypatch.setattr(Recorder, "made", ())
        monkeypatch.setitem(sys.modules, "board", SimpleNamespace(**stub(BOARDS[name].id)))
        monkeypatch.setitem(sys.modules, "busio", SimpleNamespace(UART=Recorder))
        monkeypatch.setitem(sys.modules, "digitalio", SimpleNamespace(DigitalInOut=Recorder))
        return offered(name)

    return load


@pytest.fixture
def as_micropython(monkeypatch):
    """The same for MicroPython."""

    def load(name):
        monkeypatch.setattr(Recorder, "made", ())
        for module in ("board", "busio", "digitalio"):
            monkeypatch.setitem(sys.modules, module, None)
        monkeypatch.setitem(sys.modules, "machine", SimpleNamespace(UART=Recorder, Pin=Recorder))
        return offered(name)

    return load


def offered(name):
    """A board's file, imported under the name that it is copied to."""
    spec = importlib.util.spec_from_file_location("espat_board", PATHS[name])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_row_of_the_known_boards_has_a_file():
    assert len(BOARDS) >= 16
    assert {"raspberry_pi_pico", "feather_m4_express", "particle_argon"} <= set(BOARDS)


# ---- pins against what CircuitPython and the chips say ------------------------------------------


@pytest.mark.parametrize("name", IN_CIRCUITPYTHON)
def test_circuitpython_has_each_pin_where_micropython_is_told(name):
    """The name is in CircuitPython's table, and is the GPIO that the number says."""
    known = stub(BOARDS[name].id)
    for label, number in pins(BOARDS[name]):
        assert label in known
        if number is not None:
            assert known[label] == f"GPIO{number}"


def test_the_stubs_tell_boards_apart():
    """The check above can fail: names and numbers of another board are seen."""
    argon, vina = stub("particle_argon"), stub("bdmicro_vina_d51")
    assert (argon["ESP_RX"], argon["ESP_TX"]) == ("P1_05", "P1_04")
    assert (vina["ESP01_TX"], vina["ESP01_RX"]) == ("PA17", "PA16")
    assert "WIFI_RESET" not in stub("raspberry_pi_pico")
    assert stub("challenger_rp2040_wifi_ble")["WIFI_MODE"] == "GPIO24"


@pytest.mark.parametrize("name", IN_MICROPYTHON)
def test_the_uart_can_reach_these_pins(name):
    """RP2040 and RP2350: TX on 0, 4, 8…, RX one on, CTS two, RTS three; and which UART it is."""
    wiring = BOARDS[name].wiring
    places = {"tx": 0, "rx": 1, "cts": 2, "rts": 3}
    for wire, rest in places.items():
        pin = getattr(wiring, wire)
        if pin:
            assert pin[1] % 4 == rest, wire
            assert (pin[1] + 4) // 8 % 2 == wiring.number, wire


@pytest.mark.parametrize("name", BOARDS)
def test_no_pin_is_used_twice(name):
    assert len(set(pins(BOARDS[name]))) == len(pins(BOARDS[name]))


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_runs_something(name):
    """For each pin there is what the runtimes need that the board is said to run."""
    board = BOARDS[name]
    assert board.id or board.wiring.number is not None
    for label, number in pins(board):
        assert (label is not None) == (board.id is not None)
        assert (number is not None) == (board.wiring.number is not None)


@pytest.mark.parametrize("name", BOARDS)
def test_it_is_told_that_nobody_tried_it(name):
    """Until somebody does, and says which runtime and firmware it was."""
    assert BOARDS[name].fields["Tested"] == "not yet on the board itself"


# ---- what espat_board offers --------------------------------------------------------------------


@pytest.mark.parametrize("name", IN_CIRCUITPYTHON)
def test_circuitpython_makes_its_uart(name, as_circuitpython):
    board, known = as_circuitpython(name), stub(BOARDS[name].id)
    uart = board.uart(230400)
    wiring = BOARDS[name].wiring
    assert uart.named == {
        "tx": known[wiring.tx[0]],
        "rx": known[wiring.rx[0]],
        "baudrate": 230400,
        "timeout": 0,
        "receiver_buffer_size": board.RX_BUFFER,
    }
    assert board.RX_BUFFER >= 2048
    assert board.uart().named["baudrate"] == 115200


@pytest.mark.parametrize("name", IN_MICROPYTHON)
def test_micropython_makes_its_uart(name, as_micropython):
    board, wiring = as_micropython(name), BOARDS[name].wiring
    uart = board.uart(230400)
    assert uart.args == (wiring.number,)
    assert uart.named.pop("tx").args == (wiring.tx[1],)
    assert uart.named.pop("rx").args == (wiring.rx[1],)
    assert uart.named == {"baudrate": 230400, "rxbuf": board.RX_BUFFER}


@pytest.mark.parametrize("name", WITH_FLOW)
def test_flow_control_in_circuitpython(name, as_circuitpython):
    board, wiring = as_circuitpython(name), BOARDS[name].wiring
    known = stub(BOARDS[name].id)
    named = board.uart(flow=True).named
    assert (named["rts"], named["cts"]) == (known[wiring.rts[0]], known[wiring.cts[0]])


def test_flow_control_in_micropython(as_micropython):
    named = as_micropython("wizfi360_evb_pico").uart(flow=True).named
    assert (named["rts"].args, named["cts"].args, named["flow"]) == ((7,), (6,), 3)


def test_flow_control_that_is_not_wired(as_micropython):
    with pytest.raises(ValueError, match="RTS and CTS are not wired"):
        as_micropython("raspberry_pi_pico").uart(flow=True)


@pytest.mark.parametrize("name", IN_CIRCUITPYTHON)
def test_circuitpython_leaves_reset_and_mode_high(name, as_circuitpython):
    board, wiring = as_circuitpython(name), BOARDS[name].wiring
    known = stub(BOARDS[name].id)
    pin = board.reset()
    wanted = [known[label] for label, _ in (*wiring.high, *([wiring.off] if wiring.off else []))]
    assert [each.args[0] for each in Recorder.made] == wanted
    assert all(each.output is True for each in Recorder.made)
    assert pin is (Recorder.made[-1] if wiring.off else None)
    assert board.reset() is pin  # CircuitPython lets nobody take a pin twice
    assert len(Recorder.made) == len(wanted)


@pytest.mark.parametrize("name", IN_MICROPYTHON)
def test_micropython_leaves_reset_and_mode_high(name, as_micropython):
    board, wiring = as_micropython(name), BOARDS[name].wiring
    pin = board.reset()
    wanted = [number for _, number in (*wiring.high, *([wiring.off] if wiring.off else []))]
    assert [each.args for each in Recorder.made] == [(number,) for number in wanted]
    assert all(each.output == 1 for each in Recorder.made)
    assert pin is (Recorder.made[-1] if wiring.off else None)


def test_a_runtime_that_is_not_known_there_is_told(as_micropython):
    with pytest.raises(RuntimeError, match="not known for this runtime"):
        as_micropython("particle_argon").uart()
    with pytest.raises(RuntimeError, match="not known for this runtime"):
        as_micropython("particle_argon").reset()


def test_circuitpython_where_it_is_not_known(as_circuitpython):
    as_circuitpython("raspberry_pi_pico")  # the build that somebody put on the board all the same
    with pytest.raises(RuntimeError, match="not known for this runtime"):
        offered("ilabs_rpico32").uart()


@pytest.mark.parametrize("name", BOARDS)
def test_what_they_share_stands_once(name):
    """A file names pins; UARTs and pins are made in espat/, and the file can be copied alone."""
    source = PATHS[name].read_text("utf-8")
    imports = [line.partition("  #")[0] for line in source.splitlines() if "import " in line]
    assert imports == ["from espat.wiring import Wiring", "import espat.names"]
    assert "def " not in source
    assert isinstance(BOARDS[name].wiring, Wiring)


def test_in_micropython(any_micropython):
    """A file as espat_board in real MicroPythons, with a `machine` that tells what it was asked."""
    program = """
import sys

class Machine:
    OUT = 1
    def __init__(self, *args, **named):
        print(sorted(named), [arg for arg in args if isinstance(arg, int)])

    def init(self, *args, **named):
        print("init", args, named)

Machine.Pin = Machine.UART = Machine
sys.modules["machine"] = Machine
import espat_board

print(espat_board.RX_BUFFER, espat_board.BOARD_ID)
espat_board.uart()
print(espat_board.reset() is espat_board.reset())
print([name for name in sys.modules if name.startswith("espat.")])
import network
print(network.WLAN)
"""
    modules = {"espat_board": PATHS["challenger_rp2040_wifi"]}
    printed = any_micropython(program, modules=modules).check().splitlines()
    assert printed[0] == "2048 challenger_rp2040_wifi"
    assert printed[1:4] == ["[] [4]", "[] [5]", "['baudrate', 'rx', 'rxbuf', 'tx'] [1]"]
    assert printed[4:8] == [
        "[] [13]",
        "init (1,) {'value': 1}",
        "[] [19]",
        "init (1,) {'value': 1}",
    ]
    assert printed[8] == "True"
    assert "espat.pins" not in printed[9]
    assert "espat.wiring" in printed[9]
    assert "WLAN" in printed[10]


# ---- what is made of the tables -----------------------------------------------------------------


@pytest.mark.parametrize("path", page.files(), ids=lambda path: path.name)
def test_what_is_made_of_the_tables_is_up_to_date(path):
    """If this fails: `python -m espat_tools.boards` writes them anew."""
    assert path.read_text("utf-8") == page.files()[path]


def test_the_page_shows_each_drawing():
    text = (where.boards_folder() / "README.md").read_text("utf-8")
    shown = re.findall(r"\(\.\./docs/wiring/([\w-]+)\.svg\)", text)
    assert shown == list(draw.DRAWINGS)


@pytest.mark.parametrize("name", draw.DRAWINGS)
def test_a_drawing_says_what_the_tables_say(name):
    """Read back from the SVG: what stands beside each wire's ends, at its height."""
    board_name, there = draw.DRAWINGS[name]
    board = BOARDS[board_name]
    texts = labels(page.files()[drawing(name)])
    tx, rx = board.wiring.tx[0], board.wiring.rx[0]
    module = there.module
    assert row(texts, tx) == {module.rx.label or module.rx.name}
    assert row(texts, rx) == {module.tx.label or module.tx.name}
    here = draw.HERE[board_name]
    assert row(texts, here.supply) == {there.supply}
    assert row(texts, here.ground) >= {"GND"} - {here.ground}
    small = " ".join(text for _, _, text, bold in texts if not bold)
    assert module.rx.name in small or module.rx.name in row(texts, tx)


def drawing(name):
    return next(path for path in page.files() if path.stem == name)


def labels(svg):
    """(x, y, text, bold) of each text of a drawing."""
    space = "{http://www.w3.org/2000/svg}"
    return [
        (int(each.get("x")), int(each.get("y")), each.text, each.get("font-weight") == "bold")
        for each in ET.fromstring(svg).iter(f"{space}text")
    ]


def row(texts, name):
    """The bold texts within a few pixels of the height at which this name stands."""
    (y,) = {y for x, y, text, bold in texts if bold and text == name and x < draw.RIGHT[0]}
    return {text for x, other, text, bold in texts if bold and abs(other - y) <= 6} - {name}


@pytest.mark.parametrize("name", FEATHERS)
def test_any_feather_has_the_pins_of_the_drawing(name):
    known = stub(BOARDS[name].id)
    assert BOARDS[name].pin("tx")[:2] == "TX"
    assert {"TX", "RX", draw.HERE["feather_rp2040"].reset} <= set(known)


def test_readme_counts_them():
    readme = (where.boards_folder().parent / "README.md").read_text("utf-8")
    assert f" and {len(BOARDS)} boards" in readme


def test_each_module_has_its_own_pins():
    for module in modules.MODULES.values():
        used = [pin.name for pin in (module.tx, module.rx, module.rts, module.cts) if pin]
        assert len(set(used)) == len(used), module.name


def test_the_log_uarts_by_chip():
    rows = modules.log_uarts()
    assert ("ESP32-C3", "GPIO21 and GPIO20", "GPIO7 (TX) and GPIO6 (RX)") in rows
    assert any("ESP32-MINI-1" in names and "GPIO22" in at for names, _, at in rows)
    assert any("NodeMCU" in names and wrong == "GPIO1 and GPIO3" for names, wrong, _ in rows)
    assert not any("WizFi360" in names for names, _, _ in rows)


def test_a_file_that_says_too_little(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text('"""Mine\n\nModule: one\n"""\n')
    with pytest.raises(ValueError, match="Module, Firmware, Tested, Source are wanted"):
        files.read(path)
