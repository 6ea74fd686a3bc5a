"""Where in a transcript a module could print a notice, and transcripts with one there.

In these files an event of the module is one print, or a piece of an echo. A notice falls between
prints, and between any two bytes of an echo; within a print, so within a counted payload, it does
not. Whether it comes just before the host speaks or just after makes a difference to the host:
these are two gaps.
"""

from dataclasses import replace

from espat_tools.transcripts import HOST, MODULE, Event


def gaps(transcript):
    """Yield (event, byte) of each: a notice goes before that byte of that event."""
    before = None
    for i, event in enumerate(transcript.events):
        if event.way == MODULE or before is None or before.way == MODULE:
            yield i, 0
        if _is_echo(event, before):
            yield from ((i, at) for at in range(1, len(event.what)))
        before = event
    yield len(transcript.events), 0


def _is_echo(event, before):
    return (
        before is not None
        and before.way == HOST
        and event.way == MODULE
        and before.what.startswith(event.what.rstrip(b"\r\n"))
        and event.what.startswith(b"AT")
    )


def inject(transcript, gap, notice):
    """The transcript with a notice in a gap."""
    i, at = gap
    events = transcript.events
    time = events[min(i, len(events) - 1)].time if at or i == len(events) else events[i].time
    if not at and i and events[i - 1].way == HOST:
        time = events[i - 1].time  # as soon as the host has spoken
    line = events[min(i, len(events) - 1)].line
    said = [Event(time, MODULE, notice, line=line)]
    if at:
        event = events[i]
        head, tail = event.what[:at], event.what[at:]
        said = [replace(event, what=head), *said, replace(event, what=tail)]
    body = events[:i] + said + events[i + bool(at) :]
    return replace(transcript, body=body)
