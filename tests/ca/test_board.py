"""Boards and desktops keep roots in the same place: what one puts there, the other finds."""

import os
from pathlib import Path

import pytest

from tests.ca.conftest import SITE, pem, root, shows
from tests.demo.test_examples import EXAMPLES, STAND_INS, _python
from tests.runtimes.board_rules import violations

ONE, TWO = root("one"), root("two")
PROGRAM = Path(__file__).parent / "onboard" / "keep_roots.py"


@pytest.fixture
def hosts(serve, clock):
    """What the module's network knows: a server that has ONE's certificate, and the time."""
    port = serve(shows(ONE.create_child_ca(), SITE))
    return {SITE: ("127.0.0.1", {443: port}), **clock}


@pytest.mark.parametrize("profile", ["esp8266-2.2.1", "esp32-2.4", "esp32c6-5.0.1"])
def test_from_a_micropython(make_bench, hosts, file, micropython, profile):
    bench = make_bench(profile, hosts=hosts)
    shipped = bench.item(0)
    bench.run("add", file(pem(TWO))).fine()
    path = file(pem(ONE, TWO))
    printed = micropython(PROGRAM.read_text("utf-8"), [bench.port, str(path), SITE]).check()
    assert printed.split("\n") == [
        "found 1",
        "removed True False",
        "EINVAL",
        "number 1 True",
        "installed 2",
        "same True",
        "no: no certificate in it: PEM or DER is wanted",
        "verified",
        "kept []",
        "",
    ]
    assert bench.roots == pem(ONE, TWO) and bench.item(0) == shipped
    assert "there is nothing to write" in bench.run("add", path).fine().words
    assert "verified" in bench.run("check", "--host", SITE).fine().out


def test_the_program_is_fit_for_boards():
    assert violations(PROGRAM.read_text("utf-8")) == []


def test_the_example(make_bench, file):
    bench = make_bench("esp32c3-3.3")
    path = file(pem(ONE, TWO))
    printed = _python(
        EXAMPLES / "espat_roots.py",
        variables={
            "PYTHONPATH": os.pathsep.join(
                [str(STAND_INS / "circuitpython"), os.environ.get("PYTHONPATH", "")]
            ),
            "STAND_IN_UART": bench.port,
            "ROOTS": str(path),
        },
    )
    assert "2 roots are in the module" in printed
    assert f"{len(pem(ONE, TWO))} bytes in the file, room for 8181 in the module" in printed
    assert bench.roots == pem(ONE, TWO)
