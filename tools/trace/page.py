"""The picture as one HTML file: markup, style, program and data, and nothing from elsewhere."""

import html
import json
from pathlib import Path

from espat_tools.transcripts import Transcript

from .model import data, make

_HERE = Path(__file__).resolve().parent
_PROGRAMS = ("page.draw.js", "page.act.js")


def embedded(found: dict) -> str:
    """JSON that may stand in a page: no "<" of a payload ends the script that it is in."""
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def render(transcript: Transcript, masked: bool = True, live: bool = False) -> str:
    """The whole page."""
    found = data(transcript, make(transcript, masked), live)
    page = (_HERE / "page.html").read_text("utf-8")
    parts = {
        "@TITLE@": html.escape(f"{found['title']}: trace"),
        "@STYLE@": (_HERE / "page.css").read_text("utf-8").rstrip("\n"),
        "@PROGRAM@": "\n".join((_HERE / name).read_text("utf-8") for name in _PROGRAMS),
        "@DATA@": embedded(found),
    }
    for name, text in parts.items():  # the data last: it may hold a name of these
        page = page.replace(name, text)
    return page
