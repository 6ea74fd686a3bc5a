"""The few lines that a program needs in the user's own files: offered, never overwritten."""

import json
from dataclasses import dataclass

from espat_tools.install.target import Target

SSID = "CIRCUITPY_WIFI_SSID"
PASSWORD = "CIRCUITPY_WIFI_PASSWORD"


@dataclass(frozen=True)
class Entry:
    """Lines that belong into a file of the user; `missing` are those that are not there yet."""

    path: str
    missing: tuple[str, ...]
    exists: bool

    @property
    def data(self) -> bytes:
        """The content of a new file."""
        return ("\n".join(self.missing) + "\n").encode()


def network(target: Target, ssid: str, password: str, board: str | None = "") -> Entry:
    """The Wi-Fi network in the file where programs look for it.

    That is settings.toml, or secrets.py in MicroPython. `board` None: there is no board file that
    names the pins, so settings.toml must.
    """
    if target.runtime == "micropython":
        rows = {"SSID": repr(ssid), "PASSWORD": repr(password)}
        return _entry(target, "secrets.py", {name: f"{name} = {rows[name]}" for name in rows})
    rows = {SSID: ssid, PASSWORD: password}
    if board is None:
        rows |= {"ESPAT_TX": "GP0", "ESPAT_RX": "GP1"}
    return _entry(target, "settings.toml", {name: f"{name} = {_toml(rows[name])}" for name in rows})


def boot(target: Target, board: str | None) -> Entry:
    """The import in boot.py that installs MicroPython's module names; a board file does so too."""
    line = "import espat_board" if board else "import espat.names"
    return _entry(target, "boot.py", {"import espat": line})


def _entry(target: Target, path: str, lines: dict[str, str]) -> Entry:
    """An Entry with the lines whose key words are not in the file yet."""
    found = target.read(path)
    said = (found or b"").decode("utf-8", "replace")
    missing = tuple(line for word, line in lines.items() if word not in said)
    return Entry(path, missing, found is not None)


def _toml(text: str) -> str:
    """A TOML string; it is the same as in JSON, except for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
