"""The drawings of the pages, from tables, drawn anew whenever the pages are made.

`architecture.md` draws its floors with letters, for who reads it as it is: here a drawing of the
same stands in their place.
"""

import re
from pathlib import Path
from xml.sax.saxutils import escape

HERE = Path(__file__).resolve().parent.parent
FOLDER = HERE / "pictures"
INK, GREY, PAPER, LINE = "#1f2328", "#59636e", "#ffffff", "#8c959f"

WAY = (
    ("your program", "requests, sockets,", "MQTT, a web server", "#dbeafe"),
    ("espat", "the driver,", "on your board", "#c7e7d0"),
    ("UART", "four wires:", "TX, RX, 3V3, GND", "#f3e8c8"),
    ("the module", "ESP8266, ESP32-C3 ...", "with AT firmware", "#f6d5c6"),
    ("the network", "Wi-Fi, and the world", "behind it", "#e6dcf5"),
)
"""(name, two lines of text, colour) from left to right."""
TINTS = ("#e6dcf5", "#dbeafe", "#d3ecf4", "#c7e7d0", "#e2eecb", "#f3e8c8", "#f6dccb", "#eeeeee")


def _text(x, y, text, size=14, more=""):
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-family="system-ui, sans-serif" '
        f'fill="{INK}" {more}>{escape(text)}</text>'
    )


def _page(width, height, title, body):
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{escape(title)}">'
    )
    paper = f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", paper, *body, "</svg>"]) + "\n"


_WIDE, _TALL, _GAP = 158, 92, 26
_ARROW = "h{0}m-6 -5l6 5l-6 5m-{1} 0l-6 -5l6 -5"
_TITLE = "From your program through espat, the UART and the module to the network, and back"


def _box(x, y, wide, row):
    name, *lines, colour = row
    middle = x + wide / 2
    yield (
        f'<rect x="{x}" y="{y}" width="{wide}" height="{_TALL}" rx="8" fill="{colour}" '
        f'stroke="{LINE}"/>'
    )
    yield _text(middle, y + 32, name, 17, 'text-anchor="middle" font-weight="600"')
    for at, line in enumerate(lines):
        yield _text(middle, y + 56 + 18 * at, line, 13, 'text-anchor="middle"')


def _arrow(path):
    return f'<path d="{path}" fill="none" stroke="{INK}" stroke-width="1.6"/>'


def way() -> str:
    """From a program to the network, from left to right."""
    body = []
    for at, row in enumerate(WAY):
        x = 16 + at * (_WIDE + _GAP)
        body += _box(x, 20, _WIDE, row)
        if at:
            body.append(_arrow(f"M{x - _GAP + 4} 66" + _ARROW.format(_GAP - 8, _GAP - 20)))
    return _page(32 + len(WAY) * (_WIDE + _GAP) - _GAP, _TALL + 40, _TITLE, body)


def way_down() -> str:
    """The same for a narrow page, from top to bottom."""
    body, wide = [], 300
    for at, row in enumerate(WAY):
        y = 16 + at * (_TALL + _GAP)
        body += _box(16, y, wide, row)
        if at:
            top = y - _GAP + 4
            body.append(_arrow(f"M166 {top}v{_GAP - 8}m-5 -6l5 6l5 -6m-10 -{_GAP - 20}l5 -6l5 6"))
    return _page(wide + 32, 32 + len(WAY) * (_TALL + _GAP) - _GAP, _TITLE, body)


def _around_letters(page):
    """The page before its drawing of the floors, that, and the rest."""
    start = page.index("```", page.index("\n## The floors of espat/\n"))
    end = page.index("```", start + 3) + 3
    return page[:start], page[start:end], page[end:]


def _floors(page):
    """(name, what it is, its rooms) of each floor of the page, the highest first."""
    _, drawn, _ = _around_letters(page)
    told = dict(re.findall(r"^  (\w+) +\S.*?  +(\S.*)$", drawn, re.M))
    table = page.partition("| floor | rooms, from the ground up | what |\n")[2].split("\n\n")[0]
    for row in reversed(table.splitlines()[1:]):
        name, rooms = (cell.strip() for cell in row.strip("|").split("|")[:2])
        yield name, told[name], rooms.replace("`", "").replace("<", "·")


def _wrapped(text, most):
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > most and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def floors(page: str) -> str:
    """The floors of the driver, of `architecture.md`."""
    width, y, body = 860, 14, []
    for at, (name, told, rooms) in enumerate(_floors(page)):
        lines = _wrapped(rooms, 88)
        height = 34 + 16 * len(lines)
        body.append(
            f'<rect x="14" y="{y}" width="{width - 28}" height="{height}" rx="6" '
            f'fill="{TINTS[at % len(TINTS)]}" stroke="{LINE}"/>'
        )
        body.append(_text(28, y + 22, name, 16, 'font-weight="600"'))
        body.append(_text(150, y + 22, told, 13.5))
        for number, line in enumerate(lines):
            mono = 'style="font-family:ui-monospace,monospace"'
            body.append(_text(150, y + 42 + 16 * number, line, 11.5, mono))
        y += height + 6
    arrow = f"M{width - 36} 22V{y - 16}m-5 -8l5 8l5 -8"
    body.append(f'<path d="{arrow}" fill="none" stroke="{GREY}" stroke-width="1.6"/>')
    return _page(width, y + 6, "The floors of espat: each imports only what is below it", body)


def pictures() -> dict[str, str]:
    """{file name: SVG}."""
    page = (HERE / "architecture.md").read_text("utf-8")
    return {"way.svg": way(), "way-down.svg": way_down(), "floors.svg": floors(page)}


def _draw(_app, _config):
    FOLDER.mkdir(exist_ok=True)
    for name, svg in pictures().items():
        (FOLDER / name).write_text(svg, "utf-8")


def _put_in(_app, name, source):
    if name == "architecture":
        head, letters, rest = _around_letters(source[0])
        assert "ground" in letters
        source[0] = f"{head}![The floors and their rooms](pictures/floors.svg){rest}"


def setup(app):
    """See Sphinx."""
    app.connect("config-inited", _draw)
    app.connect("source-read", _put_in)
    return {"parallel_read_safe": True}
