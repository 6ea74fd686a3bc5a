"""What firmware has and the emulator has not: it answers as firmware does, and the docs list it."""

import pathlib

import pytest

from espat_tools.emulator.commands import commands_of
from espat_tools.emulator.families import E22, E24, E33, E41, E50, ESPAT, N13, N17, WIZ
from tests.emulator.documented import documented

ORDER = (N13, N17, WIZ, E22, E24, E33, E41, E50)
FAMILIES = pytest.mark.parametrize("family", ORDER)
PAGE = (pathlib.Path(__file__).parents[2] / "docs" / "emulator.md").read_text("utf-8")


def missing(family):
    return documented(family) - {name[1:] for name in commands_of(family)}


def rows():
    """(families, commands) as the page has them: what is missing in the same ones together."""
    by_family = {family: missing(family) for family in ORDER}
    names = sorted(set().union(*by_family.values()))
    where = {n: tuple(family for family in ORDER if n in by_family[family]) for n in names}
    for families in sorted(set(where.values()), key=lambda each: (-len(each), each)):
        yield families, [name for name in names if where[name] == families]


def test_the_page_lists_it():
    table = "\n".join(
        f"| {', '.join(f'`{family}`' for family in families)} | {' '.join(names)} |"
        for families, names in rows()
    )
    assert f"|---|---|\n{table}\n\n" in PAGE, f"the page should have:\n{table}"


@FAMILIES
def test_it_is_answered_as_firmware_answers_what_it_does_not_know(desk, family):
    bench = desk(family, joined=True, mux=1)
    for name in sorted(missing(family)):
        for form in ("", "?", "=1"):
            line = f"AT+{name}{form}\r\n".encode()
            assert (line, bench.send(line, 0)) == (line, b"\r\nERROR\r\n")
    if family not in ESPAT:
        return
    bench.send(b"AT+SYSLOG=1\r\n")
    for name in sorted(missing(family)):
        line = f"AT+{name}=1\r\n".encode()
        assert (line, bench.send(line, 0)) == (line, b"ERR CODE:0x01090000\r\n\r\nERROR\r\n")


@pytest.mark.parametrize("family", sorted(ESPAT))
def test_cmd_lists_what_there_is(desk, family):
    bench = desk(family)
    said = bench.send(b"AT+CMD?\r\n").decode().split("\r\n")
    listed = [line.split(",") for line in said if line.startswith("+CMD:")]
    assert [int(fields[0][5:]) for fields in listed] == list(range(len(listed)))
    forms = {fields[1].strip('"')[2:]: [int(n) for n in fields[2:]] for fields in listed}
    assert set(forms) == set(commands_of(family))
    bench.send(b"AT+SYSLOG=1\r\n")
    for name, (_, query, _, _) in forms.items():
        said = bench.send(f"AT{name}?\r\n".encode(), 3)
        if name and name[0] == "+":
            wrong = said == b"ERR CODE:0x010c0000\r\n\r\nERROR\r\n"
            assert (name, wrong) == (name, not query)
    assert "+CIUPDATE" in forms and "+MDNS" in forms and "+CWDHCPS" in forms
