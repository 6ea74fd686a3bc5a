"""All changes that a sweep makes to one conversation, by families of changes."""

import random

from .layout import PAYLOAD
from .wire import IN, OUT, Change

MASKS = (0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x03, 0xFF)
CUT = 30
"""By how many milliseconds the bytes after a cut are late."""
LONG_CUT = 300
CHOPS = (1, 2, 3, 5, 16)

FAMILIES = (
    "drop",
    "double",
    "flip",
    "payload drop",
    "payload double",
    "payload flip",
    "payload pair",
    "restart",
    "restart, noise",
    "busy, thrown away",
    "busy, carried out",
    "cut",
    "chop",
    "host drop",
    "host double",
    "host flip",
    "host payload drop",
    "host payload double",
    "host payload flip",
)
"""Families of changes, in the order of the tables."""


def places(layout, side):
    """Each byte outside payload, and the first, middle and last byte of each payload."""
    text, spans = (layout.printed, layout.out) if side == OUT else (layout.sent, layout.into)
    payload = [s for s in spans if s.role == PAYLOAD and s.end <= len(text)]
    inside = {place for s in payload for place in range(s.start, s.end)}
    outside = [place for place in range(len(text)) if place not in inside]
    few = {p for s in payload for p in (s.start, (s.start + s.end) // 2, s.end - 1)}
    return outside, sorted(few)


def every(layout, seed=0):
    """(family, change) of all changes that a sweep makes to a conversation of this layout."""
    rows = []
    for side, prefix in ((OUT, ""), (IN, "host ")):
        outside, inside = places(layout, side)
        for where, more in ((outside, ""), (inside, "payload ")):
            for at in where:
                rows += _at(prefix + more, side, at, layout.span(side, at).end)
    rows += _restarts_and_cuts(layout)
    for start, end in layout.commands:
        rows.append(("busy, thrown away", Change("busy", IN, start, 0, end)))
        rows.append(("busy, carried out", Change("busy", IN, start, 1, end)))
    rows += [("chop", Change("chop", OUT, -1, n)) for n in CHOPS]
    rows += _pairs(layout, seed)
    return rows


def _at(prefix, side, at, end):
    most = end - at if side == IN else 5  # the host waits for an answer after each of its spans
    rows = [(prefix + "drop", Change("drop", side, at, n)) for n in range(1, min(5, most) + 1)]
    rows.append((prefix + "double", Change("double", side, at)))
    rows += [(prefix + "flip", Change("flip", side, at, mask)) for mask in MASKS]
    return rows


def _restarts_and_cuts(layout):
    rows = []
    outside, inside = places(layout, OUT)
    for at in sorted(outside + inside):
        rows.append(("restart", Change("restart", OUT, at, 0)))
        rows.append(("restart, noise", Change("restart", OUT, at, 1)))
        rows.append(("cut", Change("cut", OUT, at, CUT)))
        rows.append(("cut", Change("cut", OUT, at, LONG_CUT)))
    return rows


def _pairs(layout, seed):
    """One byte dropped and another doubled in the same payload, so that its count is right."""
    rows, chance = [], random.Random(seed)
    for span in layout.out:
        if span.role != PAYLOAD or span.end - span.start < 4 or span.end > len(layout.printed):
            continue
        for _ in range(3):
            one, other = chance.sample(range(span.start, span.end), 2)
            rows.append(("payload pair", Change("pair", OUT, one, 1, other)))
    return rows
