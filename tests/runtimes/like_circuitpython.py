"""A MicroPython with 32-bit objects that is like CircuitPython where that differs.

Its frames have the room that they have there (2 KB; 1.5 KB up to 9.2), modules and built-in
functions lack what they lack there (circuitpython/first.py), and no class has `__setattr__`.
"""

import functools
import tempfile
from pathlib import Path

from espat_tools import runtimes, where

HERE = Path(__file__).parent / "circuitpython"
JOINING = {
    "ESPAT_TX": "GP0",
    "ESPAT_RX": "GP1",
    "CIRCUITPY_WIFI_SSID": "espat",
    "CIRCUITPY_WIFI_PASSWORD": "correct horse",
}
FRAMES = {9: 1536, 10: 2048}
"""Bytes that CircuitPython has for its frames: CIRCUITPY_PYSTACK_SIZE, from that version on."""

_OURS = 64  # bytes of the frame of our UART's methods, which are C there


@functools.cache
def _folder():
    return tempfile.TemporaryDirectory(prefix="espat-circuitpython-")


def without_setattr(lib=True):
    """{name on the board: file} of espat/ and, if asked, lib/: no `__setattr__` is heard of.

    CircuitPython is built without: a class's own is never called, and `object` has none.
    """
    files = {}
    for name, path in where.board_files().items():
        if name.startswith("lib/") and not lib:
            continue
        target = Path(_folder().name) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text("utf-8").replace("__setattr__", "__not_here__"), "utf-8")
        files[name.removeprefix("lib/").removesuffix(".py")] = target
    return files


def run(
    program,
    device,
    *,
    modules=None,
    frames=FRAMES[10],
    timeout=60,
    files=None,
    lib=True,
    **settings,
):
    """Run an example; `settings` are further ones of settings.toml, `files` go to the drive.

    `lib`: the files of lib/ are on the board, too.
    """
    stand_ins = {path.stem: path for path in HERE.glob("*.py")}
    before = f"import first\nfirst.restrict({ {**JOINING, **settings}!r})\n"
    for name, text in (files or {}).items():
        before += f"with open({name!r}, 'w') as file:\n    file.write({text!r})\n"
    return runtimes.wasm(
        before + "del first\n" + Path(program).read_text("utf-8"),
        modules={**without_setattr(lib), **stand_ins, **(modules or {})},
        mpy=False,
        pystack=frames + _OURS,
        device=device,
        timeout=timeout,
    )
