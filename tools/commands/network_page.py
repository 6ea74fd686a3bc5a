"""The tables of docs/micropython.md: what a Pico W has, what of it is there, and what differs.

The names are those of MicroPython's type stubs for the Pico W, which are read off that board; what
is there is looked up in `espat/faces/`. `python -m espat_tools.commands.network_page` writes the
tables anew; a test says when that is due.
"""

import ast
import importlib
import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path

from espat_tools import where

PAGE = Path(where.driver_folder()).parent / "docs" / "micropython.md"
STUBS = "micropython-rp2-rpi_pico_w-stubs"
BEGIN, END = "<!-- tables: {} -->\n", "<!-- end -->\n"

#: The classes of each module, and where their methods are: a module of espat/faces/ and a name.
CLASSES = {
    "network": {"WLAN": ("network", "WLAN")},
    "socket": {"socket": ("stream", "Stream")},
    "tls": {"SSLContext": ("contexts", "TLSContext")},
}

#: Names that the stubs take from the documentation of other ports: no Pico W has them.
NOT_OF_A_PICO_W = ("BANDWIDTH_20", "IPPROTO_SEC", "PROTOCOL_DEFAULT", "PROTOCOL_LR")

#: What is there and not quite the same.
DIFFERS = {
    "network.WLAN": "objects of one interface share all, but are not one object",
    "network.WLAN.active": "switched off, the module leaves its network; NonOS AT and WizFi360 "
    "stay on the air",
    "network.WLAN.config": "see below",
    "network.WLAN.connect": "nothing is done where the module stands in that network already: "
    "[another password](#another-password) is not noticed; `connect()` without a name is a "
    "`TypeError`, as on a Pico W",
    "network.WLAN.deinit": "both interfaces go off, as on a Pico W",
    "network.WLAN.ifconfig": "no name server with NonOS AT 1.3: `0.0.0.0`, and setting one raises "
    "`OSError`",
    "network.WLAN.ipconfig": "`addr4`, `gw4`, `dhcp4`, `has_dhcp4`; `addr6` is empty",
    "network.WLAN.isconnected": "the module is asked once, since it may still be joined when a "
    "program starts; from then on its notices tell",
    "network.WLAN.scan": "64 networks at most; the last of each tuple is always 1; WPA3 is told "
    "as WPA2, 5",
    "network.WLAN.status": "a network that was joined and lost is 1 until it is there again; "
    '`"rssi"` is 0 while not joined',
    "network.country": "kept, and given back; the module is not told: it follows its access point",
    "network.hostname": "to 32 characters, before `connect()`; not with NonOS AT 1.3 (`OSError`)",
    "network.ipconfig": "`dns`; `prefer` is 4",
    "socket.socket": "TCP and UDP over IPv4; five at once, since a module has five links",
    "socket.socket.accept": "a client that says nothing for 180 s is dropped by the module",
    "socket.socket.connect": "waits 60 s at most",
    "socket.socket.listen": "one at a time: a module has one server (`EADDRINUSE`)",
    "socket.socket.setsockopt": "accepted, and changes nothing but for `IP_ADD_MEMBERSHIP`; no "
    "callback (option 20)",
    "tls.CERT_OPTIONAL": "the name alone: `verify_mode` refuses it (`ValueError`)",
    "tls.SSLContext.load_cert_chain": "kept in the module's flash: `tls.md`",
    "tls.SSLContext.load_verify_locations": "kept in the module's flash: `tls.md`",
    "tls.SSLContext.wrap_socket": "of a socket that has connected and not been used: the module "
    "connects anew with TLS",
    "socket.IP_ADD_MEMBERSHIP": "a socket is in one group",
    "socket.MSG_PEEK": "512 bytes at most",
    "socket.getaddrinfo": "a name for a TCP socket (`SOCK_STREAM`) is found when it connects; "
    "asked for without a kind it is waited for, up to 20 s",
}

#: What is not there, and why.
ABSENT = {
    "network.WLAN.ioctl": "it speaks to the CYW43",
    "network.WLAN.send_ethernet": "a module takes payload, not frames",
    "network.route": "there is one interface to the network",
    "socket.callback": "it is lwIP's",
    "socket.print_pcbs": "it is lwIP's",
    "socket.reset": "it is lwIP's: `from espat import board; board.shared().reset()` restarts the "
    "module",
    "socket.AF_INET6": "the sockets are IPv4",
    "socket.IP_DROP_MEMBERSHIP": "`close()` leaves the group",
    "socket.SOCK_RAW": "a module takes payload, not packets",
    "tls.SSLContext.get_ciphers": "the module chooses its ciphers",
    "tls.SSLContext.set_ciphers": "as `get_ciphers`",
    "tls.MBEDTLS_VERSION": "it is the module's",
    "tls.PROTOCOL_DTLS_CLIENT": "modules have no DTLS",
    "tls.PROTOCOL_DTLS_SERVER": "modules have no DTLS",
}


def names(module: str) -> Iterator[str]:
    """What a module of the Pico W has; of a class its members behind it. Constants come last."""
    body = ast.parse(stub(module)).body
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name in CLASSES[module]:
            yield f"{module}.{node.name}"
            yield from (f"{module}.{node.name}.{name}" for name in _public(node.body))
    yield from (f"{module}.{name}" for name in _public(body))


def _public(body: list[ast.stmt]) -> list[str]:
    """The names that statements define, each once, but for private ones and types."""
    found = []
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found.append(node.name)
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) != "TypeAlias":
            found.append(ast.unparse(node.target))
    public = [name for name in found if name[0] != "_" and name not in NOT_OF_A_PICO_W]
    return sorted(set(public), key=lambda name: (name.isupper(), name))


def stub(module: str) -> str:
    """The text of a stub. Raises FileNotFoundError where it is not installed."""
    for folder in sys.path:
        path = Path(folder, f"{module}.pyi")
        if path.is_file():
            return path.read_text("utf-8")
    raise FileNotFoundError(f"pip install {STUBS}")


def is_there(name: str) -> bool:
    """Whether a name is in `espat/faces/`."""
    module, _, inside = name.partition(".")
    owner, _, member = inside.partition(".")
    room, found = module, owner
    if member:
        room, found = CLASSES[module][owner]
    value = getattr(importlib.import_module(f"espat.faces.{room}"), found, None)
    return value is not None and (not member or hasattr(value, member))


def render() -> str:
    """The tables."""
    version = importlib.metadata.version(STUBS)
    rows = [f"The names are those of MicroPython {version.partition('.post')[0]} on a Pico W.\n"]
    for module in CLASSES:
        found = list(names(module))
        there = sum(map(is_there, found))
        rows += [f"### {module}\n", f"{there} of {len(found)} names are there.\n"]
        rows += ["| Name | There | What differs, or why not |", "| --- | :-: | --- |"]
        for name in found:
            mark = "✓" if is_there(name) else "no"
            rows.append(f"| `{name}` | {mark} | {ABSENT.get(name) or DIFFERS.get(name, '')} |")
        rows.append("")
    return "\n".join(rows)


def written(page: str) -> str:
    """A page with its tables made anew. Raises ValueError for one that has no place for them."""
    begin = BEGIN.format("python -m espat_tools.commands.network_page")
    head, found, rest = page.partition(begin)
    _, ends, tail = rest.partition(END)
    if not (found and ends):
        raise ValueError("the page has no place for the tables")
    return f"{head}{begin}{render()}{END}{tail}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
