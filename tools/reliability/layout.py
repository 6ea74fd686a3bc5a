"""The positions of payload, header fields and commands in an undisturbed conversation.

They are found by the formats in the reference, not by the driver's parser: the code under test
must not decide what a change has hit.
"""

import re
from dataclasses import dataclass

_HEADERS = re.compile(
    rb"\+IPD,(?P<link>\d),(?P<active>\d+)(?P<address>,[^:\r\n]+)?:"
    rb"|\+CIPRECVDATA:(?P<read>\d+),(\"[\d.]+\",\d+,)?"
    rb"|\+CIPRECVDATA,(?P<old>\d+):"
)
_NOTICE = re.compile(rb"\+IPD,\d,\d+\r\n")
_SEND = re.compile(rb"AT\+CIPSEND=\d,(\d+)[^\r\n]*\r\n")

PAYLOAD = "payload"
LINK, LENGTH, ADDRESS = "active link", "active length", "active address"
READ = "read length"
HEADER, NOTICE, TEXT, COMMAND = "header", "notice", "text", "command"


@dataclass(frozen=True)
class Span:
    """Bytes `start` to `end` have one meaning."""

    start: int
    end: int
    role: str
    #: For a field or a payload: where its header begins.
    head: int = -1


class Layout:
    """The two directions of one conversation, divided into spans."""

    def __init__(self, printed, sent):
        self.printed = bytes(printed)
        self.sent = bytes(sent)
        self.out = _printed_spans(self.printed)
        self.into = _sent_spans(self.sent)
        self._roles = {"module": _roles(self.out, TEXT), "host": _roles(self.into, COMMAND)}

    def role(self, change):
        """The meaning of the byte at the place of a change."""
        return self.span(change.side, change.at).role

    def span(self, side, place):
        """The span that contains a place."""
        return self._roles[side].get(place) or Span(
            place, place + 1, TEXT if side == "module" else COMMAND
        )

    def data(self, side):
        """All payload of one direction."""
        spans = self.out if side == "module" else self.into
        text = self.printed if side == "module" else self.sent
        return b"".join(text[s.start : s.end] for s in spans if s.role == PAYLOAD)

    def offset(self, side, place):
        """How many bytes of payload precede a place."""
        spans = self.out if side == "module" else self.into
        return sum(max(0, min(s.end, place) - s.start) for s in spans if s.role == PAYLOAD)

    @property
    def commands(self):
        """(start, end) of every command line in what the host sent."""
        return [(s.start, s.end) for s in self.into if s.role == COMMAND]


def _roles(spans, _):
    return {place: span for span in spans for place in range(span.start, span.end)}


def _printed_spans(text):
    spans, at = [], 0
    while match := _HEADERS.search(text, at):
        spans += [Span(*m.span(), NOTICE) for m in _NOTICE.finditer(text, at, match.start())]
        head = match.start()
        fields = [(LINK, "link"), (LENGTH, "active"), (ADDRESS, "address")]
        fields += [(READ, "read"), (READ, "old")]
        found = [Span(*match.span(n), role, head) for role, n in fields if match[n] is not None]
        place = head
        for span in found:
            if place < span.start:
                spans.append(Span(place, span.start, HEADER, head))
            spans.append(span)
            place = span.end
        spans.append(Span(place, match.end(), HEADER, head))
        count = int(match["active"] or match["read"] or match["old"])
        at = match.end() + count
        spans.append(Span(match.end(), at, PAYLOAD, head))
    spans += [Span(*m.span(), NOTICE) for m in _NOTICE.finditer(text, at)]
    return spans


def _sent_spans(text):
    spans, at = [], 0
    while at < len(text):
        end = text.find(b"\r\n", at)
        end = len(text) if end < 0 else end + 2
        spans.append(Span(at, end, COMMAND))
        send = _SEND.fullmatch(text, at, end)
        at = end
        if send:
            at = end + int(send[1])
            spans.append(Span(end, at, PAYLOAD, end))
    return spans
