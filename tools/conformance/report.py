"""The results as a page, without secrets, names or addresses."""

import re

from espat_tools.conformance.suite import DIFFERS, NOT_RUN, PASSES, Results

_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
_MAC = re.compile(r"\b(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}\b")
_ORDER = (PASSES, DIFFERS, NOT_RUN)


def masked(text: str, values: dict) -> str:
    """A text without names, passwords, addresses and port numbers that vary."""
    for name in ("password", "peer", "gateway"):
        if values.get(name):
            text = text.replace(str(values[name]), f"<{name}>")
    if values.get("ssid"):  # only as a parameter, because it may be an ordinary word
        text = text.replace(f'"{values["ssid"]}"', '"<ssid>"')
    for name, value in values.items():
        if isinstance(value, int):
            text = re.sub(rf"\b{value}\b", f"<{name}>", text)
    return _MAC.sub("<mac>", _ADDRESS.sub("<address>", text))


def render(results: Results, values: dict, what: str) -> str:
    """The page. ``what`` is the owner's name for the module."""
    counts = [
        f"{sum(each.result == result for each in results.sessions)} {result}" for result in _ORDER
    ]
    parts = [
        f"# Conformance: {what}",
        "",
        *(f"- {line}" for line in results.firmware),
        "",
        "## Sessions of Espressif's documents",
        "",
        f"{', '.join(counts)}.",
        "",
        *_table("session", results.sessions, values),
        "",
        "## First lines of other hosts",
        "",
        *(_table("host", results.hosts, values) if results.hosts else ["None is made for it."]),
    ]
    return "\n".join(parts) + "\n"


def _table(first, outcomes, values):
    yield f"| {first} | result | |"
    yield "| --- | --- | --- |"
    for each in outcomes:
        name = f"{each.name}. {each.title}" if first == "session" else each.title
        detail = masked(each.detail, values).replace("|", "\\|")
        yield f"| {name} | {each.result} | {detail} |"
