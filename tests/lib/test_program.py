"""A program for built-in Wi-Fi, as lib/README.md has it, with the names of lib/: unchanged."""

import re
import sys
from types import SimpleNamespace

import pytest

from espat import held
from espat_tools import where
from espat_tools.emulator import Module
from tests.demo.conftest import serving
from tests.lib import aliases

TEXT = b"This is a test of Adafruit WiFi!\n"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(TEXT), TEXT)
README = (where.lib_folder() / "README.md").read_text("utf-8")
PROGRAM = re.search(r"```python\n(.*?)```", README, re.S)[1]


@pytest.fixture
def board(monkeypatch):
    """An espat_board.py whose UART leads to an emulated module; what the web server got."""
    pytest.importorskip("adafruit_requests", reason="no adafruit_requests: pip install espat[test]")
    monkeypatch.setenv("CIRCUITPY_WIFI_SSID", "espat")
    monkeypatch.setenv("CIRCUITPY_WIFI_PASSWORD", "correct horse")
    with (
        serving(REPLY) as served,
        Module(hosts={"wifitest.adafruit.com": ("127.0.0.1", {80: served.port})}) as module,
    ):
        file = SimpleNamespace(uart=module.uart, reset=lambda: None, RX_BUFFER=2048)
        monkeypatch.setitem(sys.modules, "espat_board", file)
        monkeypatch.setattr(held, "radio", None)
        file.served = served
        yield file


def test_it_runs_as_it_is(board, capsys):
    assert "import wifi\n" in PROGRAM
    assert "espat" not in PROGRAM, "it knows of nothing but built-in Wi-Fi"
    aliases.fresh("wifi")
    with aliases.installed("wifi", "socketpool", "ssl"):
        exec(compile(PROGRAM, "README", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out.strip() == TEXT.decode().strip()
    assert board.served.requests[0].startswith(b"GET /testwifi/index.html HTTP/1.1\r\n")
