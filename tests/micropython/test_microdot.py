"""The published microdot on the module's server; Chromium is its client."""

import hashlib

from tests.micropython.conftest import ONBOARD
from tests.programs import published

MICRODOT = "microdot==2.7.0"
UPLOADED = bytes((i * 7 + (i >> 8)) & 255 for i in range(20_000))


def test_a_browser(make_pico, browser, capsys):
    """A page, a WebSocket, server-sent events, an upload; three connections of them at once."""
    modules = {"beat": ONBOARD / "beat.py", **published.modules(MICRODOT)}
    pico = make_pico()
    with pico.started("dots", modules=modules) as program:
        program.wait_for("serving")
        with browser.opened(f"http://127.0.0.1:{pico.server_port}/"):
            lines = program.ended()
    big = "ws " + "x" * 3000 + "!"
    upload = f"upload 20000 {hashlib.sha256(UPLOADED).hexdigest()}"
    assert lines[:8] == ["serving", "ws hello!", big, *(f"event {n}" for n in range(4)), upload]
    assert sorted(lines[8:-1]) == sorted(["ws hello!", big, upload])
    assert pico.sent() > 2 * 4000 + 2 * 3000
    with capsys.disabled():
        print(f"\nmicrodot and Chromium: the longest {lines[-1]}")
