"""The table of printable lines against the format strings that firmware releases carry.

What the emulator needs of them is in carried.py. Where the whole tables are beside the checkout
(../shared), carried.py and the emulator's lines are held against those, too.
"""

import ast
import pathlib
import re

import pytest

from espat_tools.emulator import lines
from espat_tools.emulator.commands import commands_of
from espat_tools.emulator.families import ALL, E22, E24, E33, E41, E50, N13, N17, OLD, WIZ
from espat_tools.emulator.lines import Line
from tests.emulator import carried

_SHARED = pathlib.Path(__file__).resolve().parents[3] / "shared"

#: Each family's release in carried.py, and its column in which table of ../shared.
RELEASES = {
    N13: ("1.3", "nonos-format-strings.txt", 1),
    N17: ("1.7", "nonos-format-strings.txt", 4),
    E22: ("2.2", "esp-at-format-strings.txt", 9),
    E24: ("2.4", "esp-at-format-strings.txt", 12),
    E33: ("3.3", "esp-at-format-strings.txt", 16),
    E41: ("4.1", "esp-at-format-strings.txt", 19),
    E50: ("5.0", "esp-at-format-strings.txt", 20),
}

#: Evidence that needs no format string.
_OTHER = ("capture:", "disassembly:", "driver:", "reference:", "source:")


def held(family):
    """{source file: format strings} of one release, as the project holds them."""
    release = RELEASES[family][0]
    files = {
        name: [form for form, releases in forms.items() if release in releases.split()]
        for name, forms in carried.FORMS.items()
    }
    names = [found for releases, found in carried.NAMES.items() if release in releases.split()]
    return {**files, "names": " ".join(names).split()}


def whole(family):
    """The same from the whole table of the material outside."""
    _, name, column = RELEASES[family]
    path = _SHARED / name
    if not path.exists():
        pytest.skip(f"the firmware's format strings are not beside this checkout: ../shared/{name}")
    files, found = {}, None
    for row in path.read_text().splitlines():
        if row.startswith("##### "):
            found = files.setdefault(row[6:], [])
        elif row[:1] in ("X", ".") and row[column - 1] == "X":
            found.append(ast.literal_eval(row.split(" ", 1)[1]))
    return files


@pytest.fixture(params=[held, pytest.param(whole, marks=pytest.mark.outside_material)])
def strings(request):
    """What a release carries, by family: from either."""
    return request.param


@pytest.mark.outside_material
@pytest.mark.parametrize("family", sorted(RELEASES))
def test_what_is_held_is_what_the_release_carries(family):
    """And nothing that it does not: a release that is not named for a form lacks it."""
    files, release = whole(family), RELEASES[family][0]
    every = [text for texts in files.values() for text in texts]
    for name, forms in carried.FORMS.items():
        for form, releases in forms.items():
            found = any(text.endswith(form) for text in files.get(name, ()))
            assert (name, form, found) == (name, form, release in releases.split())
    for releases, names in carried.NAMES.items():
        for name in names.split():
            assert (name, name in every) == (name, release in releases.split())


def proven(line, rooms, table=None):
    """Does a release carry this line? Returns None, or what is missing.

    Each piece must be a string of the room named, or the end of one (linkers keep only the
    longer of the two), and so must the command's name; and the whole must hold some literal
    text, for a form like ``%s:%s`` proves nothing, or continue a line that does.
    """
    room, _, parent = line.source.partition(" after ")
    if parent and (problem := proven(table[parent], rooms, table)):
        return problem
    carried = [text for name in room.split(",") for text in rooms.get(name, ())]
    for piece in line.pieces:
        if not any(text.endswith(piece) for text in carried):
            return f"{piece!r} is not in {room}"
    if parent or line.tag == "@":
        return None
    every = [text for texts in rooms.values() for text in texts]
    if line.tag and line.tag not in every:
        return f"no {line.tag}"
    literal = re.sub(r"%[-+0-9.*]*l?[a-z]|\s", "", line.form) + (line.tag or "")
    telling = re.search(r"[A-Za-z]{2}", literal) or len(literal) >= 4
    return None if telling else f"{line.form!r} proves nothing"


@pytest.mark.parametrize("family", sorted(RELEASES))
def test_every_line_is_carried_by_its_release(family, strings):
    rooms = strings(family)
    table = lines.table(family)
    checked = 0
    for name, line in table.items():
        if line.source.startswith(_OTHER):
            continue
        assert (name, proven(line, rooms, table)) == (name, None)
        checked += 1
    assert checked > 80


@pytest.mark.parametrize(
    "line",
    [
        Line("made up", ("+CIPFOO:%d\r\n",), None, "at_ipCmd"),
        Line("made up name", ("%s:%d\r\n",), "+CIPFOO", "at_ipCmd"),
        Line("made up form", ("%s=%d\r\n",), "+CIPMUX", "at_ipCmd"),
        Line("nothing but a form", ("%d",), None, "at_ipCmd"),
        Line("a piece alone", (',"%s"',), None, "at_ipCmd"),
        Line("a bare form", ("%s:%s",), None, "at_ipCmd"),
        Line("wrong room", ("WIFI CONNECTED\r\n",), None, "at_baseCmd"),
        Line("seed's spelling", ("ALREADY CONNECTTED\r\n",), None, "at_ipCmd"),
        Line("another release's", ("\r\n+IPD,%d,%d.%d.%d.%d,%d:",), None, "at_ipCmd"),
        Line("the other dialect's", ("\r\n%s,%d:",), "+CIPRECVDATA", "at_ipCmd"),
        Line("quoted as in the docs", ('%s:%d,"%s"\r\n',), "+CIPSSLCSNI", "at_ipCmd"),
        Line("another chip's command", ("%s:%d,0x%04X\r\n",), "+CIPSSLCCIPHER", "at_ipCmd"),
        Line("a warning of its own", ("NO CERTIFICATE FOUND\r\n",), None, "at_ipCmd"),
        Line("a later release's", ("+ERRNO:0x%x\r\n",), None, "at_commom"),
        Line("one piece made up", ("%s:1,%d", ";%s"), "+CIPSNTPCFG", "at_ipCmd"),
    ],
    ids=lambda line: line.name,
)
def test_made_up_lines_are_found_out(line, strings):
    assert proven(line, strings(E33)) is not None


def test_lines_of_another_release_are_found_out(strings):
    # 3.3 prints CIPSERVER without <netif>; 4.1 with it.
    line = lines.table(E41)["cipserver on"]
    assert proven(line, strings(E41)) is None
    assert proven(line, strings(E33)) is not None


def test_what_is_unproven_is_listed():
    # Whoever adds a line without a firmware's word for it must add it here too.
    reference = ["boot prompt", "gslp"]
    modern = ["bleinit", "boot prompt", "cipfwver", "gslp"]
    assert lines.unproven(E33) == lines.unproven(E50) == modern
    assert lines.unproven(N17) == [*reference, "passthrough prompt", "uart"]
    proven_of_wizfi = set(lines.table(WIZ)) - set(lines.unproven(WIZ))
    assert proven_of_wizfi == {"gmr compiled"}


def test_what_rests_on_disassembly_is_listed():
    # No format string is at hand for these; whoever adds another must add it here too.
    found = {
        name
        for family in ALL
        for name, line in lines.table(family).items()
        if line.source.startswith("disassembly:")
    }
    assert found == {
        *("flash prompt", "flash part", "flash data"),
        *("mfg space", "mfg key", "mfg data"),
    }


def test_every_family_can_say_the_same_results():
    for family in ALL:
        table = lines.table(family)
        assert table["ok"].render() == b"\r\nOK\r\n"
        assert table["error"].render() == b"\r\nERROR\r\n"
        assert ("fail" in table) == (family in OLD)


def test_two_lines_of_one_name_are_refused(monkeypatch):
    monkeypatch.setattr(lines, "ROWS", (*lines.ROWS, lines.ROWS[0]))
    with pytest.raises(ValueError, match="two lines"):
        lines.table(E33)


#: Commands that live outside the library whose strings are known: in the open part of ESP-AT
#: (at_uart_task.c, at_ota_cmd.c), in the libraries of Bluetooth and mDNS, or on NonOS in the
#: example project (at_upgrade.c) or under a name too short to be listed.
_ELSEWHERE = {"", "E0", "E1", "+UART", "+UART_CUR", "+UART_DEF"}
_ELSEWHERE |= {"+BLEINIT", "+CIUPDATE", "+CIPFWVER", "+MDNS"}


@pytest.mark.parametrize("family", sorted(RELEASES))
def test_every_command_is_known_to_its_release(family, strings):
    known = {text for texts in strings(family).values() for text in texts}
    assert set(commands_of(family)) - _ELSEWHERE <= known
