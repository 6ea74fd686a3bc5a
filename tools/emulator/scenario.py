"""Scenario files: a whole set-up in TOML, including its faults.

.. code-block:: toml

    description = "A supply that is too weak: the module restarts when it joins."
    profile = "esp8266-2.2.1"
    seed = 7

    [[ap]]
    name = "espat"
    password = "correct horse"
    rssi = -78

    [hosts]
    "web.test" = "127.0.0.1:8080"

    [[fault]]
    do = "brown-out 3 times 300ms apart"
    when = "at AT+CWJAP"

Anything unknown in a file is an error, and the message names the line.
"""

import copy
import dataclasses
import re
from pathlib import Path

from . import faults, limits, words
from .access_point import AccessPoint
from .faults.grammar import did_you_mean
from .limits import REACHES
from .profiles import DURATIONS, PROFILES
from .sockets import SocketNetwork

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

_SHIPPED = Path(__file__).with_name("scenarios")


class BadScenario(ValueError):
    """A scenario file is not valid; the message names the line, and what is allowed there."""


@dataclasses.dataclass
class Scenario:
    """The content of a scenario file; ``options`` are those of :class:`~.module.Module`."""

    name: str
    description: str = ""
    options: dict = dataclasses.field(default_factory=dict)
    hosts: dict = dataclasses.field(default_factory=dict)
    #: "loopback" or "host".
    network: str = "loopback"

    def module(self, **more):
        """Make a :class:`~.module.Module` for this set-up; ``more`` overrides the file's options.

        ``faults`` and ``hosts`` are added to those of the file. If a ``network`` is given, the
        hosts of the file are not used.
        """
        from .module import Module  # noqa: PLC0415 - it knows scenarios, too

        return Module(**self.settings(**more))

    def settings(self, **more):
        """The options with which :meth:`module` makes the module."""
        options = {**self.options, **more}
        if "access_points" in self.options and "access_points" not in more:
            options["access_points"] = [copy.copy(p) for p in self.options["access_points"]]
        options["faults"] = [*self.options.get("faults", ()), *more.get("faults", ())]
        if options.get("network") is None:
            hosts = {**self.hosts, **(options.pop("hosts", None) or {})}
            if self.network not in REACHES:
                raise ValueError(f"network {self.network!r}: there are {', '.join(REACHES)}")
            options["network"] = SocketNetwork(hosts, reach=REACHES[self.network])
        return options


def shipped():
    """The scenarios that come with espat: {name: file}."""
    return {path.stem: path for path in sorted(_SHIPPED.glob("*.toml"))}


def load_scenario(source):
    """Load a :class:`Scenario` from a file, or by the name of one that comes with espat.

    Raises BadScenario, whose message names the line and what is allowed there, or OSError.
    """
    path = shipped().get(str(source), Path(source))
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        near = did_you_mean(str(source), list(shipped()))
        raise BadScenario(
            f"there is no file {str(source)!r}; {near}"
            f"with espat come the scenarios {', '.join(shipped())}"
        ) from None
    except UnicodeDecodeError as error:
        raise BadScenario(f"{path}: not UTF-8: {error}") from None
    return parse_scenario(text, str(path))


def parse_scenario(text, name="scenario"):
    """Make a :class:`Scenario` from the text of a file; ``name`` is used in error messages."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadScenario(f"{name}: no TOML: {error}") from None
    return _Reader(text, name, content).scenario()


# -- reading -----------------------------------------------------------------------------------

_WHOLE = "a whole number"
_KINDS = {
    str: "a text in quotes",
    bool: "true or false",
    int: _WHOLE,
    float: "a number",
    dict: "a table",
    list: "tables in double brackets",
}


def _is(value, kind):
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)


_TOP = {
    "description": str,
    "profile": str,
    "seed": int,
    "network": str,
    "baud": int,
    "paced": bool,
    "rx_size": int,
    "module_rx_size": int,
    "joined": bool,
    "echo": bool,
    "boot": bool,
    "timing": dict,
    "hosts": dict,
    "ap": list,
    "fault": list,
}
_FAULT = {"do": str, "when": str}
_AP = {
    "name": str,
    "password": str,
    "channel": int,
    "rssi": int,
    "security": (int, str),
    "hidden": bool,
    "dhcp": bool,
    "silent": bool,
    "ip": str,
    "gateway": str,
    "netmask": str,
    "bssid": str,
}
_TIMING = dict.fromkeys(DURATIONS, (float, str))
_CHOICES = {"profile": tuple(PROFILES), "network": tuple(REACHES)}
_NUMBERS = ("seed", "baud", "rx_size", "module_rx_size")
_PLAIN = ("profile", "seed", "baud", "paced", "rx_size", "module_rx_size", "joined", "echo", "boot")


class _Reader:
    """Turns the content of a file into a scenario, and finds the lines for error messages."""

    def __init__(self, text, name, content):
        self._lines = text.splitlines()
        self._name = name
        self._content = content

    def scenario(self):
        """The scenario."""
        top = self._content
        self._check(top, _TOP, "")
        for key, choices in _CHOICES.items():
            if key in top and top[key] not in choices:
                near = did_you_mean(top[key], choices)
                self._fail("", 0, key, f"{top[key]!r}: {near}there are {', '.join(choices)}")
        options = {key: top[key] for key in _PLAIN if key in top}
        for key in _NUMBERS:
            if key in top:
                self._within("", key, limits.number, key, top[key])
        self._check(top.get("timing", {}), _TIMING, "timing")
        if "timing" in top:
            options["timing"] = {
                key: self._within("timing", key, limits.seconds, key, value)
                for key, value in top["timing"].items()
            }
        if "ap" in top:
            options["access_points"] = self._each("ap", _AP, self._access_point)
        options["faults"] = self._each("fault", _FAULT, self._fault)
        return Scenario(
            self._name,
            top.get("description", ""),
            options,
            self._hosts(top.get("hosts", {})),
            top.get("network", "loopback"),
        )

    def _within(self, header, key, check, *args):
        try:
            return check(*args)
        except ValueError as error:
            self._fail(header, 0, key, str(error))

    def _each(self, header, keys, read):
        found = []
        for index, table in enumerate(self._content.get(header, [])):
            if not isinstance(table, dict):
                self._fail("", 0, header, f"{_KINDS[list]} is meant: [[{header}]]")
            self._check(table, keys, header, index)
            found.append(read(table, index))
        return found

    def _access_point(self, table, index):
        if "name" not in table:
            self._fail("ap", index, None, "name is missing")
        values = {key: value for key, value in table.items() if key != "name"}
        try:
            if "security" in values:
                values["security"] = words.security(str(values["security"]))
            return AccessPoint(table["name"], **values)
        except ValueError as error:
            self._fail("ap", index, None, str(error))

    def _fault(self, table, index):
        if "do" not in table:
            self._fail("fault", index, None, "do is missing")
        fault = (table["do"], table.get("when", ""))
        try:
            faults.check(fault)
        except faults.BadFault as error:
            key = "when" if self._is_fault((fault[0], "")) else "do"
            self._fail("fault", index, key, str(error))
        return fault

    @staticmethod
    def _is_fault(fault):
        try:
            faults.check(fault)
        except faults.BadFault:
            return False
        return True

    def _hosts(self, table):
        places = {}
        for name, place in table.items():
            if not isinstance(place, str):
                self._fail("hosts", 0, name, f"{_KINDS[str]} is meant, such as 127.0.0.1:8080")
            try:
                words.add_host(places, f"{name}={place}")
            except ValueError as error:
                self._fail("hosts", 0, name, str(error))
        return places

    # -- errors ------------------------------------------------------------------------------

    def _check(self, table, keys, header, index=0):
        for key, value in table.items():
            if key not in keys:
                near = did_you_mean(key, keys)
                said = f"{key!r} is not known here; {near}there are {', '.join(keys)}"
                self._fail(header, index, key, said)
            kinds = keys[key] if isinstance(keys[key], tuple) else (keys[key],)
            if not any(_is(value, kind) for kind in kinds):
                meant = " or ".join(_KINDS[kind] for kind in kinds)
                self._fail(header, index, key, f"{key} is {value!r}, and {meant} is meant")

    def _fail(self, header, index, key, said):
        line = self._find(header, index, key)
        table = {"": "", "timing": "[timing]: ", "hosts": "[hosts]: "}.get(header)
        if table is None:
            table = f"[[{header}]] number {index + 1}: "
        raise BadScenario(f"{self._name}, line {line}: {table}{said}")

    def _find(self, header, index, key):
        """The number of the line with a key of a table, or the line where the table begins."""
        current, seen, begins = "", -1, 1
        for number, line in enumerate(self._lines, 1):
            match = re.match(r"\s*\[\[?\s*\"?([\w-]+)", line)
            if match:
                current = match[1]
                seen += current == header
                if current in (header, key if not header else None) and seen <= index:
                    begins = number
                if current == key and not header:
                    return number
            inside = current == header and (not header or seen == index)
            if inside and key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
                return number
        return begins
