"""docs/moving-from-*.md, from other libraries: new names are there, programs run.

Of ESP_ATcontrol, which the tests have, every old name is told.
"""

import importlib
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from espat import Radio, held
from espat.members.table import MEMBERS
from espat_tools import where
from espat_tools.emulator import Module
from tests.demo.conftest import serving
from tests.lib import aliases

DOCS = Path(where.driver_folder()).parent / "docs"
PAGES = {
    name: (DOCS / name).read_text("utf-8")
    for name in (
        "moving-from-esp-atcontrol.md",
        "moving-from-esp32spi.md",
        "moving-from-esp32at.md",
    )
}
TEXT = b"This is a test of Adafruit WiFi!\n"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(TEXT), TEXT)
OLD = "adafruit_espatcontrol.adafruit_espatcontrol"


def old_names():
    esp = importlib.import_module(OLD).ESP_ATcontrol
    sockets = importlib.import_module(f"{OLD}_socket")
    manager = importlib.import_module(f"{OLD}_wifimanager").ESPAT_WiFiManager
    functions = {name for name in vars(esp) if name[0] != "_" and not name.isupper()}
    yield from (f"esp.{name}" for name in functions)
    yield from (f"manager.{name}" for name in vars(manager) if name[0] != "_")
    yield from ("socket.set_interface", "socket.getaddrinfo", "socket.socket", "socket.readline")
    assert all(hasattr(sockets, name) for name in ("set_interface", "getaddrinfo", "socket"))


def told(page, column):
    rows = [row.split(" | ") for row in PAGES[page].splitlines() if row.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([\w.]+)`", row[column])}


def test_every_old_name_is_told():
    pytest.importorskip(OLD, reason="no adafruit_espatcontrol: pip install espat[test]")
    page = "moving-from-esp-atcontrol.md"
    assert {name for name in told(page, 0) if "." in name} == set(old_names())


MEMBER_NAMES = {name for _, _, names in MEMBERS for name in names.split()}


NEW_NAMES = sorted({name for page in PAGES for name in told(page, 1) if "." in name})


@pytest.mark.parametrize("name", NEW_NAMES)
def test_every_new_name_is_there(name):
    first, _, rest = name.partition(".")
    if first == "radio":
        assert hasattr(Radio, rest) or rest in MEMBER_NAMES
        return
    found = importlib.import_module(first)
    for part in rest.split("."):
        if not hasattr(found, part):
            importlib.import_module(f"{found.__name__}.{part}")
        found = getattr(found, part)


@pytest.mark.parametrize("page", PAGES)
def test_its_program(monkeypatch, capsys, page):
    pytest.importorskip("adafruit_requests", reason="no adafruit_requests: pip install espat[test]")
    monkeypatch.setenv("CIRCUITPY_WIFI_SSID", "espat")
    monkeypatch.setenv("CIRCUITPY_WIFI_PASSWORD", "correct horse")
    (program,) = re.findall(r"```python\n(.*?)```", PAGES[page], re.S)
    with (
        serving(REPLY) as served,
        Module(hosts={"wifitest.adafruit.com": ("127.0.0.1", {80: served.port})}) as module,
    ):
        file = SimpleNamespace(uart=module.uart, reset=lambda: None, RX_BUFFER=2048)
        monkeypatch.setitem(sys.modules, "espat_board", file)
        monkeypatch.setattr(held, "radio", None)
        aliases.fresh("wifi")
        with aliases.installed("wifi", "socketpool", "ssl"):
            exec(compile(program, "page", "exec"), {"__name__": "__main__"})
        said = capsys.readouterr().out.splitlines()
    fetches = "requests" in program
    assert said == ["192.168.1.50", *([TEXT.decode().strip(), ""] if fetches else [])]
