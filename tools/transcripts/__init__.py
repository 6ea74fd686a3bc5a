"""Conversations between a host and a module as plain text: written, read, masked, played back.

The page of the format is `docs/transcripts.md`.
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
