"""What stands in the URLs ``record://`` and ``replay://``, taken apart."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from espat_tools.transcripts.form import SOURCES, Source

_YES_NO = {"yes": True, "no": False, "1": True, "0": False}


class Unfit(ValueError):
    """A URL that says something else than it should; the message says what."""


@dataclass
class Recording:
    """Where to write, what from, and what ``Recorder`` takes besides."""

    path: Path
    port: str
    options: dict = field(default_factory=dict)


@dataclass
class Replaying:
    """What to play, and how."""

    path: Path
    speed: float = 0.0
    cut: int = 0
    whole: bool = False


def recording(url: str) -> Recording:
    """Take a ``record://`` URL apart. Raises Unfit."""
    rest = _behind(url, "record", "record://FILE?port=PORT")
    place, mark, query = rest.partition("?")
    before, _, port = ("&" + query).partition("&port=")
    if not mark or not port:
        raise Unfit(f"{url}: which port is to be recorded? record://FILE?port=PORT, port= last")
    options = {}
    for name, value in _pairs(before.strip("&"), url):
        if name == "mask":
            options[name] = _yes(name, value, url)
        elif name == "source":
            options[name] = source(value)
        elif name in ("firmware", "title"):
            options[name] = _one_line(name, value)
        else:
            raise Unfit(f"{url}: no option {name}=, but mask=, source=, firmware=, title=, port=")
    options.setdefault("source", source_of(port))
    return Recording(_file(place, url), port, options)


def replaying(url: str) -> Replaying:
    """Take a ``replay://`` URL apart. Raises Unfit."""
    place, _, query = _behind(url, "replay", "replay://FILE").partition("?")
    wanted = Replaying(_file(place, url))
    for name, value in _pairs(query, url):
        if name == "speed":
            wanted.speed = _number(name, value, url, float)
        elif name == "cut":
            wanted.cut = _number(name, value, url, int)
        elif name == "whole":
            wanted.whole = _yes(name, value, url)
        else:
            raise Unfit(f"{url}: no option {name}=, but speed=, cut= and whole=")
    return wanted


def source(text: str) -> Source:
    """A source as a header has it. Raises Unfit."""
    kind, _, detail = _one_line("source", text).partition(",")
    if kind not in SOURCES:
        raise Unfit(f"source: “{kind}” is none of {', '.join(SOURCES)}")
    return Source(kind, detail.strip())


def source_of(port: str) -> Source:
    """The source that a recording through this port has, as long as nobody says more.

    Of its options only the profile is told: others may hold passwords.
    """
    place, _, query = port.partition("?")
    if not place.lower().startswith("espat://"):
        return Source("unstated", f"through {place}")
    profile = dict(parse_qsl(query)).get("profile")
    return Source("emulator", f"profile {profile}" if profile else place)


def _behind(url, scheme, like):
    head, mark, rest = url.partition("://")
    if not mark or head.lower() != scheme:
        raise Unfit(f"{url}: {like} is wanted")
    return rest


def _file(place, url):
    if not place:
        raise Unfit(f"{url}: it names no file")
    return Path(unquote(place)).expanduser()


def _pairs(query, url):
    for name, value in parse_qsl(query, keep_blank_values=True):
        if not value:
            raise Unfit(f"{url}: “{name}” is no name=value")
        yield name, value


def _yes(name, value, url):
    if value not in _YES_NO:
        raise Unfit(f"{url}: {name}= is yes or no")
    return _YES_NO[value]


def _number(name, value, url, kind):
    try:
        number = kind(value)
    except ValueError:
        number = -1
    if not 0 <= number < 1e6:
        raise Unfit(f"{url}: {name}={value} is no number of 0 or more")
    return number


def _one_line(name, value):
    value = value.strip()
    if not value or not value.isprintable():
        raise Unfit(f"{name}: one line of text is wanted")
    return value
