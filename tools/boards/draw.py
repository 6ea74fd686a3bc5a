"""Wiring drawings: a board's box, a module's box, a wire a row; SVG from the tables alone."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from espat_tools.boards.files import Board
from espat_tools.boards.modules import MODULES, Module

WIDTH = 870
LEFT = 300, 30  # where the board's box has its pins, and where it begins
RIGHT = 570, 840
TOP = 96  # the first row
STEP = 44
INK, GREY, PAPER = "#1f2328", "#59636e", "#ffffff"
WIRES = {
    "to": "#bc4c00",  # what the board says
    "from": "#0969da",  # what the module says
    "supply": "#cf222e",
    "ground": "#1f2328",
    "reset": "#59636e",
}


@dataclass(frozen=True)
class Here:
    """What a board's header calls its pins besides TX and RX, and the numbers of its pins."""

    title: str
    supply: str
    ground: str
    reset: str
    numbers: dict[str, int]


HERE = {
    "raspberry_pi_pico": Here(
        "Raspberry Pi Pico or Pico 2",
        "3V3(OUT)",
        "GND",
        "GP2",
        {"GP0": 1, "GP1": 2, "GP2": 4, "3V3(OUT)": 36, "GND": 38},
    ),
    "feather_rp2040": Here("Adafruit Feather, any", "3V", "GND", "D5", {}),
}
"""Sources: the Pico's pin-out; the Feather's specification."""


@dataclass(frozen=True)
class There:
    """A module as it is bought: what is printed beside its pins, and what else is to be known."""

    title: str
    module: Module
    supply: str
    enable: str | None  # None: its board pulls it up
    notes: tuple[str, ...]
    reset: str = "RST"


_OWN_USB = (
    "Powered by its own USB as well? Then leave 3V3 open, and join GND.",
    "Add 100 µF or more between 3V3 and GND, close to the module.",
)
_C3 = There(
    "ESP32-C3 board",
    MODULES["esp32-c3"],
    "3V3",
    None,
    (
        "GPIO21, GPIO20 (marked TX, RX) and USB are the log: commands are not heard there.",
        *_OWN_USB,
    ),
)

DRAWINGS = {
    "pico-esp-01": (
        "raspberry_pi_pico",
        There(
            "ESP-01",
            MODULES["esp8266-1-3"],
            "VCC",
            "CH_PD (EN)",
            (
                "For firmware on GPIO1 and GPIO3: NonOS AT, or the WROOM-02-N build of ESP-AT 2.x.",
                "GPIO0 and GPIO2 stay open. 3.3 V only: 5 V kills it.",
                "Add 100 µF or more between VCC and GND, close to the module.",
            ),
        ),
    ),
    "pico-esp8266": (
        "raspberry_pi_pico",
        There(
            "NodeMCU or ESP-12 board",
            MODULES["esp8266-15-13"],
            "3V3",
            None,
            (
                "For the usual build of ESP-AT 2.x: TX, RX and USB do not answer AT there.",
                "A bare ESP-12 wants EN to 3V3 and GPIO15 by 10 kΩ to GND.",
                *_OWN_USB,
            ),
        ),
    ),
    "pico-esp32-c3": ("raspberry_pi_pico", _C3),
    "feather-esp32-c3": ("feather_rp2040", _C3),
}
"""By the name of the file: which board, and which module."""


def _rows(board: Board, there: There):
    """(kind, board's pin or None, module's pin) of each wire; a pin is its name and what it is."""
    here = HERE[board.name]
    yield "to", _own(board.wiring.tx[0], "TX"), _marked(there.module.rx, "RX")
    yield "from", _own(board.wiring.rx[0], "RX"), _marked(there.module.tx, "TX")
    yield "reset", (here.reset, "optional"), (there.reset, "")
    if there.enable:
        yield "enable", None, (there.enable, "")
    yield "supply", (here.supply, "3.3 V"), (there.supply, "3.3 V")
    yield "ground", (here.ground, ""), ("GND", "")


def told(board: Board, there: There) -> str:
    """The same in words, for narrow pages and for who does not see the drawing, and its notes."""
    here = HERE[board.name]
    wires = []
    for kind, left, right in _rows(board, there):
        name, what = left or (here.supply, "")
        number = here.numbers.get(name)
        near = ", ".join(filter(None, (number and f"pin {number}", what * (kind == "reset"))))
        far = right[1] * (kind in ("to", "from"))
        ends = (f"{pin} ({more})" if more else pin for pin, more in ((name, near), (right[0], far)))
        wires.append(" to ".join(ends))
    return " ".join(["; ".join(wires) + ".", *there.notes])


def draw(board: Board, there: There) -> str:
    """The SVG: a board's file says which pins, the module's row to which pins of the module."""
    here = HERE[board.name]
    rows = list(_rows(board, there))
    bottom = TOP + STEP * len(rows) - 8
    height = bottom + 20 + 24 * len(there.notes) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" font-family="sans-serif" font-size="16">',
        f"<title>{escape(here.title)}, wired to {escape(there.title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" rx="10" fill="{PAPER}"/>',
        _box(LEFT[1], LEFT[0], here.title, bottom),
        _box(RIGHT[0], RIGHT[1], there.title, bottom),
    ]
    supply = TOP + STEP * (len(rows) - 2)
    for n, (kind, left, right) in enumerate(rows):
        y = TOP + STEP * n
        parts += _row(kind, left and (*left, here.numbers.get(left[0])), right, y, supply)
    parts.append(_capacitor(supply))
    for n, note in enumerate(there.notes):
        parts.append(_text(LEFT[1], bottom + 32 + 24 * n, note, fill=GREY, size=15))
    return "\n".join([*parts, "</svg>", ""])


def _own(name: str, role: str) -> tuple[str, str]:
    """A pin of the board, and what it is if its name does not say that."""
    return name, "" if name == role else f"its {role}"


def _marked(pin: object, role: str) -> tuple[str, str]:
    """What is printed beside a pin, and what it is."""
    if pin.label in ("", role):
        return (pin.label, pin.name) if pin.label else (pin.name, f"its {role}")
    return pin.label, f"{pin.name}, its {role}"


def _box(left: int, right: int, title: str, bottom: int) -> str:
    middle = (left + right) // 2
    return (
        f'<rect x="{left}" y="24" width="{right - left}" height="{bottom - 24}" rx="8" '
        f'fill="#f6f8fa" stroke="{INK}" stroke-width="2"/>\n'
        + _text(middle, 52, title, anchor="middle", weight="bold")
    )


def _row(kind: str, left: tuple | None, right: tuple, y: int, supply: int) -> list[str]:
    """A wire and what stands at its ends; the module's enable pin hangs on its supply."""
    parts = []
    if left:
        name, what, number = left
        where = ", ".join(word for word in (what, number and f"pin {number}") if word)
        parts += [_pad(LEFT[0], y), *_label(LEFT[0] - 16, y, name, where, "end")]
    parts += [_pad(RIGHT[0], y), *_label(RIGHT[0] + 16, y, *right, "start")]
    if kind == "enable":
        colour, corner = WIRES["supply"], RIGHT[0] - 40
        path = f"M {RIGHT[0]} {y} H {corner} V {supply}"
        dot = f'<circle cx="{corner}" cy="{supply}" r="5" fill="{colour}"/>'
        return [_wire(path, colour), dot, *parts]
    colour = WIRES[kind]
    dash = ' stroke-dasharray="7 6"' if kind == "reset" else ""
    parts.insert(0, _wire(f"M {LEFT[0]} {y} H {RIGHT[0]}", colour, dash))
    if kind in ("to", "from"):
        parts.append(_arrow((LEFT[0] + RIGHT[0]) // 2, y, 1 if kind == "to" else -1, colour))
    return parts


def _wire(path: str, colour: str, more: str = "") -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="4"{more}/>'


def _pad(x: int, y: int) -> str:
    return f'<circle cx="{x}" cy="{y}" r="6" fill="{PAPER}" stroke="{INK}" stroke-width="2"/>'


def _arrow(x: int, y: int, way: int, colour: str) -> str:
    return f'<path d="M {x + 12 * way} {y} l {-22 * way} -9 v 18 z" fill="{colour}"/>'


def _label(x: int, y: int, name: str, what: str, anchor: str) -> list[str]:
    """A pin's name, and under it in small letters what it is."""
    lines = [_text(x, y + (0 if what else 6), name, anchor=anchor, weight="bold")]
    if what:
        lines.append(_text(x, y + 16, what, anchor=anchor, fill=GREY, size=13))
    return lines


def _capacitor(supply: int) -> str:
    """Between the wires of supply and ground: two plates."""
    x, middle = (LEFT[0] + RIGHT[0]) // 2, supply + STEP // 2
    plates = "".join(
        f'<path d="M {x - 16} {y} h 32" stroke="{INK}" stroke-width="4"/>'
        for y in (middle - 5, middle + 5)
    )
    legs = (
        _wire(f"M {x} {supply} V {middle - 5}", WIRES["supply"])
        + _wire(f"M {x} {middle + 5} V {supply + STEP}", WIRES["ground"])
        + f'<circle cx="{x}" cy="{supply}" r="5" fill="{WIRES["supply"]}"/>'
        + f'<circle cx="{x}" cy="{supply + STEP}" r="5" fill="{WIRES["ground"]}"/>'
    )
    return legs + plates + _text(x + 24, middle + 5, "100 µF", fill=GREY, size=13)


def _text(
    x: int,
    y: int,
    text: str,
    *,
    anchor: str = "start",
    fill: str = INK,
    size: int = 16,
    weight: str = "normal",
) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{fill}" font-size="{size}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )
