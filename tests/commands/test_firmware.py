"""Which firmware it is, by what `AT+GMR` prints, and the names of what it can do."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest

import espat
from espat.firmware import NAMES, TABLE, capabilities, identify
from espat.modem import Modem
from espat.texts import firmware_name, since

NONOS, ESP8266, ESP32, WIZFI360 = range(4)
UNKNOWN = (NONOS, 0)

#: What firmware prints, in the formats of `dialects.md` 4 and 6, and what it is.
REPLIES = (
    ((b"AT version:1.7.4.0(May 11 2020 19:13:04)", b"SDK version:3.0.4(9532ceb)"), (NONOS, 0x17)),
    ((b"AT version:1.1.0.0(May 11 2016 18:09:56)", b"SDK version:1.5.4(baaeaebb)"), (NONOS, 0x11)),
    ((b"AT version:0.51.0.0(Nov 27 2015 13:37:21)", b"SDK version:1.5.0"), (NONOS, 0x0F)),
    ((b"0018000902-AI03",), (NONOS, 0x09)),
    ((b"00160901",), (NONOS, 0x09)),
    # Captures 11 and 70: the chip's name is not said, and the numbers are those of another family.
    (
        (b"AT version:1.1.2.0(Apr 12 2023)", b"SDK version:3.2.0(a0ffff9f)"),
        (WIZFI360, 0x11),
    ),
    (
        (b"AT version:1.1.1.7(May  4 2021)", b"SDK version:3.2.0(a0ffff9f)"),
        (WIZFI360, 0x11),
    ),
    ((b"AT version:1.1.3.0(9ad3f5e - Apr 1 2019)", b"SDK version:v3.0.7"), (ESP32, 0x11)),
    ((b"AT version:2.1.0.0(s-883f7f2 - Jul 24 2020)", b"SDK version:v4.0.1-193"), (ESP32, 0x21)),
    (
        (b"AT version:3.3.0.0(c0ffee3 - ESP32C3 - May 2024)", b"SDK version:v5.0.6"),
        (ESP32, 0x33),
    ),
    (
        (b"AT version:4.2.0.0(9b8caf0 - ESP32C3 - Aug 2026)", b"SDK version:v5.4.4"),
        (ESP32, 0x42),
    ),
    (
        (b"AT version:2.2.1.0(be01eff - ESP8266 - Feb 2023)", b"SDK version:v3.4-22"),
        (ESP8266, 0x22),
    ),
    # A chip is not named: its SDK tells (dialects.md 6).
    (
        (
            b"AT version:2.1.0.0-rc1-4-g51262c8(Jul 2020)",
            b"SDK version:v3.3-rc-2",
            b"Bin version:2.1.0(Unknown)",
        ),
        (ESP8266, 0x21),
    ),
    # Torn, or cut: to be asked for again.
    ((), UNKNOWN),
    ((b"",), UNKNOWN),
    ((b"sion:3.2.0.0(9ad3f5e - ESP32 - May 2024)", b"SDK version:v5.0.6"), UNKNOWN),
    ((b"AT version:", b"SDK version:v5.0.6"), UNKNOWN),
    ((b"AT version:3", b"SDK version:v5.0.6"), UNKNOWN),
    ((b"AT version:3.", b"SDK version:v5.0.6"), UNKNOWN),
    ((b"AT version:33.0.0(c0ffee3 - ESP32)", b"SDK version:v5.0.6"), UNKNOWN),
    ((b"AT version:3..0.0(c0ffee3 - ESP32)", b"SDK version:v5.0.6"), UNKNOWN),
    ((b"AT version:1.7.4.0(May 11 2020 19:13:04)", b"compile time:May 27 2020"), UNKNOWN),
    ((b"AT version:2.1.0.0(s-883f7f2 - Jul 24 2020)", b"compile time:May 27 2020"), UNKNOWN),
    ((b"Firmware by nobody",), UNKNOWN),
)


@pytest.mark.parametrize(("lines", "found"), REPLIES)
def test_identify(lines, found):
    assert identify(lines) == found
    assert identify(list(lines) + [b"+SOMETHING:1"]) == found


@pytest.mark.parametrize(("lines", "found"), REPLIES)
def test_a_reply_that_is_cut_is_never_a_version_that_there_is_not(lines, found):
    """Each cut of the last line that was printed: the version, or "not understood"."""
    text = b"\n".join(lines)
    for n in range(len(text)):
        cut = identify(text[:n].split(b"\n"))
        assert cut[1] in (0, found[1], 0x09)
        assert cut[1] or cut == UNKNOWN


def test_names_of_capabilities_are_single_words_and_differ():
    names = NAMES.split()
    assert len(set(names)) == len(names)
    assert len(TABLE) == 4 * len(names)


def has(firmware, row):
    """Whether a modem with this firmware has a capability."""
    modem = SimpleNamespace(capabilities=capabilities(firmware))
    return Modem.has(modem, row)


def test_every_row_reads():
    for row in NAMES.split():
        for family in range(4):
            first = since(row)[family]
            assert first == 0xFF or 0x10 <= first < 0x60
            assert has((family, first), row) == (first < 0xFF)
            assert not has((family, first - 1 if first < 0xFF else 0xFF), row)


def test_every_capability_asked_for_is_in_the_table_and_the_other_way():
    """`modem.has("...")`, `need(modem, "...")` and what passes it on, from the syntax trees."""
    where = {"has": 0, "need": 1, "told": 2, "_told": 2, "rows": 4}
    where |= dict.fromkeys(("put", "put_kept", "ask"), 3)
    asked = set()
    for path in Path(espat.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            at = where.get(called)
            if at is not None and len(node.args) > at and isinstance(node.args[at], ast.Constant):
                asked.add(node.args[at].value)
    asked = {each for each in asked if isinstance(each, str)}  # start/ has a need() of commands
    assert asked == set(NAMES.split())


def test_unknown_versions_count_as_the_lower_one():
    assert capabilities((ESP32, 0x37)) == capabilities((ESP32, 0x33))
    assert capabilities((ESP32, 0xFF)) == capabilities((ESP32, 0x50))
    assert capabilities(UNKNOWN) == " "
    assert capabilities((ESP32, 0x33)).startswith("- "), "what it lacks is the shorter list"
    assert firmware_name((ESP32, 0x33)) == "ESP32 ESP-AT 3.3"
    assert firmware_name(UNKNOWN) == "this firmware"
