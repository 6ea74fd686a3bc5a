"""README.md, "Verified HTTPS": its commands and its program, as they stand there."""

import re
import shlex
import socket
from pathlib import Path

import serial

import espat
from espat_tools.ca import sources
from tests.ca.conftest import JOIN, pem, root, run, shows

README = Path(__file__).resolve().parents[2] / "README.md"
SECTION = README.read_text("utf-8").partition("\n## Verified HTTPS\n")[2].partition("\n## ")[0]
COMMANDS, PROGRAM = re.findall(r"^```(?:python)?\n(.*?)^```", SECTION, re.DOTALL | re.MULTILINE)
HOST = "www.adafruit.com"


def test_as_it_stands_there(make_bench, serve, clock, file, monkeypatch):
    """The host is a server of ours, and certifi a file with its root and ISRG's."""
    ours = root("ours")
    port = serve(shows(ours.create_child_ca(), HOST))
    (isrg,) = [
        each for each in sources.from_file(sources.bundle_path(None)) if each.name == "ISRG Root X1"
    ]
    bundle = file(pem(ours) + isrg.pem)
    monkeypatch.setattr(sources, "bundle_path", lambda _: bundle)
    plain = socket.create_connection
    monkeypatch.setattr(
        socket,
        "create_connection",
        lambda place, *rest: plain(("127.0.0.1", port) if place == (HOST, 443) else place, *rest),
    )
    bench = make_bench("esp32c3-3.3", hosts={HOST: ("127.0.0.1", {443: port}), **clock})
    lines = [shlex.split(line) for line in COMMANDS.splitlines()]
    assert lines[0] == ["pip", "install", ".[tls]"]
    for words in lines[1:]:
        assert words[:2] == ["espat", "ca"]
        real = {"/dev/ttyUSB0": bench.port, "NAME": "espat"}
        ran = run(*[real.get(word, word) for word in words[2:]], **JOIN).fine()
    assert f"verified {HOST}:443" in ran.words
    assert bench.roots == isrg.pem + pem(ours)
    with espat.Radio(serial.Serial(bench.port, 115200), rx_size=2048) as radio:
        names = {"pool": espat.SocketPool(radio)}
        exec(PROGRAM, names)
        names["s"].close()
    assert "examples/espat_roots.py" in SECTION
