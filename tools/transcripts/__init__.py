"""Transcripts: conversations between a host and a module as plain text.

They can be recorded, read, masked and replayed. `docs/transcripts.md` describes the format.
"""

from .form import HOST, MODULE, SETTING, SOURCES, Event, Malformed, Source, Transcript
from .masker import Masker
from .player import Departed, Player
from .reader import load, load_begun, parse
from .recorder import Recorder

__all__ = [
    "HOST",
    "MODULE",
    "SETTING",
    "SOURCES",
    "Departed",
    "Event",
    "Malformed",
    "Masker",
    "Player",
    "Recorder",
    "Source",
    "Transcript",
    "load",
    "load_begun",
    "parse",
]
