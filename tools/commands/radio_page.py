"""docs/radio.md: what of CircuitPython's network modules is there, what differs, and why.

The members are those of CircuitPython's own type stubs (the package circuitpython-stubs); what is
there is what the tests of tests/lib have seen at work: `pytest tests/lib --write-table`.
"""

import ast
import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from espat_tools import where

PAGE = Path(where.driver_folder()).parent / "docs" / "radio.md"

#: What is there and not quite the same.
DIFFERS = {
    "wifi.radio": "made by `espat_board.py` or `settings.toml`; joins nothing by itself",
    "wifi.Network.country": 'always `""`: modules do not tell it',
    "wifi.Network.ssid": "bytes where the name is not UTF-8",
    "wifi.Network.authmode": "of `ap_info` it takes a scan, some seconds",
    "wifi.PowerManagement.MAX": "not with NonOS AT and WizFi360 (`ValueError`)",
    "wifi.Radio.enabled": "NonOS AT and WizFi360 cannot be switched off (`NotImplementedError`); "
    "`connect()` switches on",
    "wifi.Radio.hostname": "1 to 32 characters; not with NonOS AT 1.3 (`OSError`)",
    "wifi.Radio.tx_power": "10 dBm and more, and the module takes the next lower step that it has; "
    "NonOS AT cannot be asked, WizFi360 has none (`OSError`)",
    "wifi.Radio.start_scanning_networks": "returns when the scan is over; 64 networks at most",
    "wifi.Radio.stop_scanning_networks": "there is nothing left to stop",
    "wifi.Radio.stop_station": "leaves the network; a module has no station to switch off",
    "wifi.Radio.start_ap": "no WPA3; `max_connections` 1 to 10 (NonOS AT: to 8)",
    "wifi.Radio.ap_active": "NonOS AT is an access point from the start: until `connect()` or "
    "`stop_ap()`",
    "wifi.Radio.connect": "`channel` is not used: the module looks on all; 20 s where no `timeout` "
    "is given",
    "wifi.Radio.connected": "the module is asked once, since it may still be joined when a program "
    "starts; from then on its notices tell",
    "wifi.Radio.set_ipv4_address": "`ipv4_dns` may be left out; addresses may be str",
    "wifi.Radio.set_ipv4_address_ap": "addresses may be str",
    "wifi.Radio.ipv4_dns": "None if the module tells none; not with NonOS AT 1.3 (`OSError`)",
    "wifi.Radio.dns": "three servers at most, NonOS AT two; not with NonOS AT 1.3 (`OSError`)",
    "wifi.Radio.stations_ap": "`rssi` is None: modules do not tell it",
    "wifi.Radio.start_dhcp": "IPv4 alone (`NotImplementedError`)",
    "wifi.Radio.ping": "takes as long as the module waits, some seconds, whatever the `timeout`; "
    "names too",
    "socketpool.SocketPool": "any number for a radio",
    "socketpool.SocketPool.AF_INET6": "the name alone: `socket()` refuses it",
    "socketpool.SocketPool.SOCK_RAW": "the name alone: `socket()` refuses it",
    "socketpool.SocketPool.IPPROTO_ICMP": "the name alone: `radio.ping()`",
    "socketpool.SocketPool.IPPROTO_IPV6": "the name alone",
    "socketpool.SocketPool.IPPROTO_RAW": "the name alone",
    "socketpool.SocketPool.IP_MULTICAST_TTL": "the name alone: `setsockopt()` refuses it",
    "socketpool.Socket.connect": "waits 60 s at most",
    "socketpool.Socket.listen": "one server at a time: a module has one (`EADDRINUSE`)",
    "socketpool.Socket.recv_into": "0 once at the end of the stream, then `ECONNRESET`",
    "ipaddress.IPv4Address": "an int is read with its highest byte first, as in CPython",
    "mdns.Server": "one service; not with WizFi360; from ESP-AT 4.1 on: `instance_name`, UDP, "
    "`txt_records`",
    "mdns.Server.find": "raises `OSError`: modules announce, and find nobody",
    "mdns.Server.hostname": "from the next `advertise_service()` on",
    "mdns.Server.instance_name": "as `hostname`",
    "mdns.Server.advertise_service": "a second service is refused (`OSError`)",
    "ipaddress.ip_address": "more than digits and dots is refused",
}

#: What is not there, and why.
ABSENT = {
    "mdns.RemoteService": "as `mdns.Server.find`",
    "wifi.Monitor": "a module does not hand out the packets of others",
    "wifi.Packet": "as `wifi.Monitor`",
    "wifi.ScannedNetworks": "`start_scanning_networks()` returns an iterator without this name",
}

_HEAD = """# CircuitPython's network modules

Made by `pytest tests/lib --write-table`, and compared with what the tests prove in every run: edit
the tests or `tools/commands/radio_page.py`, not this page.

The members are those of circuitpython-stubs {version}. **✓**: a test saw it do its work on emulated
modules: the radio's on every family that has it, the sockets' on one of each dialect. **no**: it is
not there, and why. `espat.Radio` is `wifi.Radio` here, with or without `lib/`.

- Addresses are `ipaddress.IPv4Address` where there is a module `ipaddress` (CircuitPython with
  `lib/ipaddress.py`, CPython), else str.
- What is set outlives a restart of the module: hostname, MACs, addresses, DHCP, name servers, sleep
  and the access point are set again before the next use. (`enabled` is not.)
- Anything may raise `OSError`: `ETIMEDOUT` where the module does not answer, `ECONNRESET` where it
  restarted meanwhile, `EOPNOTSUPP` where its firmware cannot, `EIO` where it refuses (the message
  has its own words) or its reply is garbled. `ATError` comes out of `radio.command()` alone.
- What is set is sent to the module at once, before the first use too. What cannot be set raises
  `AttributeError`.
"""


@dataclass(frozen=True)
class Member:
    """A name of the stubs: `wifi.Radio.connect`, and its parameters if it is a function."""

    name: str
    parameters: tuple[tuple[str, bool], ...] | None = None
    """Of a function: each one's name, and whether it can be given by name only."""


def members() -> Iterator[Member]:
    """All that the stubs of the modules name, in their order."""
    for module in ("wifi", "socketpool", "ipaddress", "mdns"):
        yield from _members(module, ast.parse(_stub(module)).body)


def _stub(module: str) -> str:
    for folder in sys.path:
        path = Path(folder, f"{module}-stubs", "__init__.pyi")
        if path.is_file():
            return path.read_text("utf-8")
    raise FileNotFoundError("pip install circuitpython-stubs")


def _members(prefix: str, body: list[ast.stmt]) -> Iterator[Member]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield Member(f"{prefix}.{node.name}")
            if f"{prefix}.{node.name}" not in ABSENT:
                yield from _members(f"{prefix}.{node.name}", node.body)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield Member(f"{prefix}.{node.target.id}")
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("__"):
            given = [(a.arg, False) for a in node.args.args if a.arg != "self"]
            named = [(a.arg, True) for a in node.args.kwonlyargs]
            yield Member(f"{prefix}.{node.name}", (*given, *named))


def render(proven: set[str]) -> str:
    """The page for the names that were proven."""
    found = [member.name for member in members()]
    there = [name for name in found if name in proven]
    version = importlib.metadata.version("circuitpython-stubs")
    rows = [
        _HEAD.format(version=version),
        f"{len(there)} of {len(found)} names are there, {sum(n in DIFFERS for n in there)} of them "
        f"with a difference; {sum(n in ABSENT for n in found)} are not.",
        "",
        "| Name | There | What differs, or why not |",
        "| --- | :-: | --- |",
    ]
    for name in found:
        mark = "no" if name in ABSENT else "✓" if name in proven else ""
        rows.append(f"| `{name}` | {mark} | {ABSENT.get(name) or DIFFERS.get(name, '')} |")
    return "\n".join(rows) + "\n"


def ticks(page: str) -> set[str]:
    """The names that a page says are there."""
    rows = (line.split("|") for line in page.splitlines() if line.startswith("| `"))
    return {row[1].strip(" `") for row in rows if row[2].strip() == "✓"}
