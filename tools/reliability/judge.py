"""Judges one conversation."""

from .layout import PAYLOAD
from .wire import IN, altered

SLACK = 3
"""How many seconds longer than its time-out a call may take, to handle what is on the line."""

GOOD = ("exact", "told")
FAULTS = (
    "hang",
    "undocumented",
    "wrong",
    "late",
    "datagram lost",
    "peer",
    "foreign",
    "foreign, told",
    "overdue",
    "radio lost",
    "needless",
)
"""
`hang`: the call never returned. `undocumented`: an exception other than OSError.
`wrong`: bytes that nobody sent or a hole, and a clean end. `late`: such bytes, and an exception at
a later call. `datagram lost`: one is missing between others, which are right.
`peer`: the peer has not received all that the program sent, and no exception said so. `foreign`:
the peer received bytes that the program did not send. `foreign, told`: the same with an exception.
`overdue`: a call took longer than its time-out. `radio lost`: no connection works afterwards.
`needless`: an exception although nothing was lost.
"""


def verdict(cell, change, layout, outcome):
    """(one of GOOD or FAULTS, a sentence about it)."""
    for check in (_came_back, _data, _peer, _in_time, _works, _needless):
        found = check(cell, change, layout, outcome)
        if found:
            return found
    told = _told(outcome)
    return ("told", _words(told)) if told else ("exact", "")


def _parts(outcome):
    """The outcomes of the connections if there are several, else the only one."""
    return outcome.parts or [outcome]


def _told(outcome):
    """The first exception of the program, or of one of its connections."""
    return next((part.told for part in (outcome, *outcome.parts) if part.told), None)


def _words(told):
    return f"{told[0]}: {type(told[1]).__name__}: {told[1]}" if told else ""


def _came_back(_cell, _change, _layout, outcome):
    if outcome.odd:
        return "undocumented", _words(outcome.odd)
    return ("hang", outcome.hang) if outcome.hang else None


def _data(_cell, _change, _layout, outcome):
    return next(filter(None, map(_received, _parts(outcome))), None)


def _received(outcome):
    told = outcome.told
    expected = outcome.expected
    datagrams = isinstance(expected, list)
    got = outcome.pieces if datagrams else bytes(outcome.got)
    if got == expected[: len(got)]:
        if outcome.ended and len(got) < len(expected) and not told:
            return "wrong", f"a clean end after {len(got)} of {len(expected)}"
        return None
    if datagrams and _some_of(got, expected):
        return "datagram lost", _words(told)
    return ("late" if told else "wrong"), f"{_first(got, expected)}; {_words(told)}"


def _some_of(got, expected):
    """Whether these are some of the expected datagrams, complete and in order."""
    rest = iter(expected)
    return all(piece in rest for piece in got)


def _first(got, expected):
    pairs = zip(got, expected, strict=False)
    at = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(got), len(expected)))
    there, wanted = got[at : at + 24], expected[at : at + 24]
    return f"wrong from {at} of {len(expected)} on: {there!r}, not {wanted!r}"


def _peer(_cell, change, layout, outcome):
    found = (_heard(change, layout, part, part.told or outcome.told) for part in _parts(outcome))
    return next(filter(None, found), None)


def _heard(change, layout, outcome, told):
    heard, tried = bytes(outcome.peer), bytes(outcome.tried)
    if tried.startswith(heard):
        if len(heard) < len(tried) and not told:
            return "peer", f"the peer has {len(heard)} of {len(tried)}, and nobody was told"
        return None
    if change.side == IN and layout.role(change) == PAYLOAD:
        at = layout.offset(IN, change.at) - outcome.offset
        count = layout.offset(IN, change.at + change.amount) - outcome.offset - at
        there = tried[:at] + _damaged(change, tried[at:], max(1, count))
        if there.startswith(heard):
            return None if told else ("peer", "the peer has it changed, and nobody was told")
    name = "foreign, told" if told else "foreign"
    return name, f"the peer has {_first(heard, tried)}; {_words(told)}"


def _damaged(change, rest, count):
    """The payload from the place of the change on, after the change."""
    if change.what == "drop":
        return rest[count:]
    if change.what == "double":
        return rest[:1] + rest
    return altered(type(change)("flip", change.side, 0, change.amount), rest, 0)


def _in_time(_cell, _change, _layout, outcome):
    for name, took, allowed in outcome.calls:
        if took > allowed + SLACK:
            return "overdue", f"{name} took {took:.1f} s of {allowed}"
    return None


def _works(_cell, _change, _layout, outcome):
    if not outcome.after:
        return "radio lost", outcome.after_error
    return None


def _needless(_cell, change, _layout, outcome):
    """An exception is needless if bytes only come late or in small pieces."""
    told = _told(outcome)
    if change.what in ("cut", "chop", "none") and told:
        return "needless", _words(told)
    return None
