"""Rules for what cannot be detected on a line without a checksum.

Each rule is a predicate on a change and its place; it never looks at the result. It names the
verdicts that it excuses: see `judge.FAULTS`.
"""

import re

from .layout import ADDRESS, LENGTH, LINK, PAYLOAD
from .wire import IN, OUT, altered

_ACTIVE = re.compile(rb"\+IPD,([0-4]),(\d+)(,[^:\r\n]+)?:")
_DATAGRAM = re.compile(rb'(AT\+CIPSEND=\d,\d+),"[^"]+",\d+\r\n')
_START = re.compile(rb'(AT\+CIPSTART=\d,"(?:TCP|SSL)"),"[^"]+",\d+\r\n')
_OF_LINK = re.compile(rb"(AT\+(?:CIPSEND|CIPRECVDATA|CIPCLOSE)=)[0-4](,\d+)?\r\n")
_SEND = re.compile(rb"AT\+CIPSEND=\d,(\d+)[^\r\n]*\r\n")
MOST = 2920
"""The most bytes of one +IPD."""
SEVERAL = ("several", "mixed", "crowded", "flooded")
"""The kinds of conversations with more than one connection."""
WITH_DATAGRAMS = ("udp", "flooded")
BEFORE = 2
"""Bytes of the CRLF before a header, which belongs to it."""


def payload_flipped(_cell, change, layout):
    """A byte of payload is changed: every count is right."""
    return change.side == OUT and change.what == "flip" and layout.role(change) == PAYLOAD


def payload_balanced(_cell, change, _layout):
    """A byte of a payload is missing and another came twice: every count is right."""
    return change.what == "pair"


def active_payload_count(_cell, change, layout):
    """Bytes of an active payload are missing or came twice.

    What follows is then taken for payload, or payload for what follows, and the program has it
    before any contradiction comes.
    """
    return change.what in ("drop", "double") and _in_active_payload(change, layout)


def restart_in_active_payload(_cell, change, layout):
    """The module restarts in an active payload.

    What its ROM and its firmware print then counts as payload, and the program has it before any
    contradiction comes.
    """
    return change.what == "restart" and _in_active_payload(change, layout)


def _in_active_payload(change, layout):
    return (
        change.side == OUT
        and layout.role(change) == PAYLOAD
        and layout.printed.startswith(b"+IPD", layout.span(OUT, change.at).head)
    )


def active_payload_and_two_ends(_cell, change, layout):
    """Two bytes of an active payload are missing, and two CRLF follow it.

    The first CRLF, which ends the payload, is taken for the missing bytes; the second, which begins
    the next line, is taken for the end of the payload.
    """
    span = layout.span(OUT, change.at)
    return (
        active_payload_count(_cell, change, layout)
        and change.what == "drop"
        and min(change.at + change.amount, span.end) - change.at == change.amount == 2
        and layout.printed.startswith(b"\r\n\r\n", span.end)
    )


def active_link(_cell, change, layout):
    """The link number in an active header is changed, and it is still a valid header."""
    return _still_a_header(change, layout, LINK)


def active_length(_cell, change, layout):
    """The length in an active header is changed, and it is still a valid header.

    Then the rest of the payload is read as lines, or the beginning of what follows as payload.
    """
    return _still_a_header(change, layout, LENGTH)


def active_length_to_a_line_end(_cell, change, layout):
    """The same, and with the new length the payload ends just before a CRLF."""
    if not active_length(_cell, change, layout):
        return False
    head = layout.span(OUT, change.at).head
    start = layout.printed.index(b":", head) + 1
    count = int(_ACTIVE.match(altered(change, layout.printed[head : head + 80], head))[2])
    return layout.printed.startswith(b"\r\n", start + count)


def _still_a_header(change, layout, role):
    if change.side != OUT or change.what not in ("drop", "double", "flip"):
        return False
    span = layout.span(OUT, change.at)
    if span.role != role:
        return False
    start = span.head
    match = _ACTIVE.match(altered(change, layout.printed[start : start + 80], start))
    return bool(match) and 0 < int(match[2]) <= MOST


def datagram_address(_cell, change, layout):
    """The address of a datagram is changed, on which no count depends."""
    return change.side == OUT and layout.role(change) == ADDRESS


def datagram_hit(cell, change, layout):
    """The header or payload of a datagram is hit, and the whole datagram is lost, as UDP allows."""
    if cell.kind not in WITH_DATAGRAMS or change.side != OUT:
        return False
    if change.what not in ("drop", "double", "flip"):
        return False
    last = change.at + (change.amount if change.what == "drop" else 1)
    spans = (layout.span(OUT, place) for place in range(change.at, last + BEFORE))
    return any(span.head >= 0 for span in spans)


def flipped_to_module(_cell, change, layout):
    """A byte of payload to the module is changed: every count is right."""
    return change.side == IN and change.what == "flip" and layout.role(change) == PAYLOAD


def address_to_module(_cell, change, layout):
    """The destination of a datagram is changed on the way to the module.

    The command is still valid, with the same length, and no reply says where the datagram went.
    """
    return _still_a_command(change, layout, _DATAGRAM)


def address_of_name(_cell, change, layout):
    """The address is changed that the module says for a name."""
    if change.side != OUT or change.what not in ("drop", "double", "flip"):
        return False
    start = layout.printed.rfind(b"\n", 0, change.at) + 1
    return layout.printed.startswith(b"+CIPDOMAIN:", start)


def peer_of_module(cell, change, layout):
    """Where a connection is to go is changed on the way to the module, and somebody is there.

    Without TLS nobody can tell one peer from another.
    """
    return cell.kind in SEVERAL and _still_a_command(change, layout, _START)


def link_of_module(cell, change, layout):
    """The link of a command is changed on the way to the module, and it is open, too.

    Neither the reply to a read nor the results of a send and of a close name a link.
    """
    return cell.kind in SEVERAL and _still_a_command(change, layout, _OF_LINK)


def _still_a_command(change, layout, pattern):
    """Whether a command is as it was, but for what `pattern` does not capture."""
    if change.side != IN or change.what not in ("drop", "double", "flip"):
        return False
    span = layout.span(IN, change.at)
    line = layout.sent[span.start : span.end]
    was = pattern.fullmatch(line)
    now = pattern.fullmatch(altered(change, line, span.start))
    return bool(was and now) and was.groups() == now.groups()


def waits_for_few(_cell, change, layout):
    """The module waits for 1 to 3 bytes more than come, because some were lost on the way to it.

    Whatever is sent to end the wait counts as payload: the shortest escape has three bytes.
    """
    if change.side != IN or change.what not in ("drop", "double", "flip"):
        return False
    for place in (change.at, change.at + change.amount - 1 if change.what == "drop" else change.at):
        missing = _missing(change, layout, layout.span(IN, place))
        if missing is not None and 1 <= missing <= 3:
            return True
    return False


def _missing(change, layout, span):
    """How many bytes are missing for the module in the send to which a span belongs, or None."""
    spans = layout.into
    at = spans.index(span) if span in spans else -1
    at -= at >= 0 and span.role == PAYLOAD
    if at < 0 or at + 1 >= len(spans) or spans[at + 1].role != PAYLOAD:
        return None
    both = layout.sent[spans[at].start : spans[at + 1].end]
    send = _SEND.match(altered(change, both, spans[at].start))
    if not send:
        return None
    came = len(altered(change, both, spans[at].start)) - send.end()
    return int(send[1]) - came


def doubled_to_module(_cell, change, layout):
    """A byte to the module comes twice, in a payload or directly before one.

    The module then has the whole count one byte too early, and discards the last byte silently.
    """
    if change.side != IN or change.what != "double":
        return False
    spans = (layout.span(IN, change.at), layout.span(IN, change.at + 1))
    return any(span.role == PAYLOAD for span in spans)


RULES = (
    ("a payload byte flipped", payload_flipped, {"wrong", "late"}),
    ("one payload byte lost, another doubled", payload_balanced, {"wrong", "late"}),
    ("active payload with a byte too few or too many", active_payload_count, {"late"}),
    ("a restart in an active payload", restart_in_active_payload, {"late"}),
    ("2 bytes of an active payload with CRLF CRLF behind", active_payload_and_two_ends, {"wrong"}),
    ("an active header's link, still plausible", active_link, {"wrong", "late"}),
    ("an active header's length, still plausible", active_length, {"late"}),
    ("such a length, at which a CRLF stands", active_length_to_a_line_end, {"wrong"}),
    ("the sender's address of a datagram", datagram_address, {"wrong", "late"}),
    ("a datagram's own bytes, and all of it is lost", datagram_hit, {"datagram lost"}),
    ("a payload byte flipped on its way to the module", flipped_to_module, {"peer"}),
    ("where a datagram is to go", address_to_module, {"peer", "foreign"}),
    ("the address that is said for a name", address_of_name, {"peer", "foreign"}),
    ("where a connection is to go", peer_of_module, {"hang", "peer", "foreign", "wrong", "late"}),
    (
        "the link of a command, another one that is open",
        link_of_module,
        {"hang", "peer", "foreign", "foreign, told", "wrong", "late"},
    ),
    ("1 to 3 bytes lost on their way to the module", waits_for_few, {"foreign, told"}),
    (
        "a payload byte doubled on its way to the module",
        doubled_to_module,
        {"peer", "foreign", "foreign, told"},
    ),
)
"""(name, predicate, verdicts that it excuses)"""


def excuse(cell, change, layout, fault):
    """The rule that excuses a fault, or None."""
    for name, applies, excused in RULES:
        if fault in excused and applies(cell, change, layout):
            return name
    return None
