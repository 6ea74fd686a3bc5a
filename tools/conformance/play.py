"""Plays one session: does each step, and compares the answer with the document."""

import re
from dataclasses import dataclass

from espat_tools.conformance.sessions import Comes, Connects, Data, Leave, Say, Through
from espat_tools.doctor.wire import Wire

KINDS = {
    "ip": r"\d{1,3}(?:\.\d{1,3}){3}",
    "ms": r"\d+",
    "now": r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d 20\d\d",
}
"""Kinds of values in a reply: an address, milliseconds, or a time in this century."""

_NOTICE = re.compile(
    r"WIFI (?:CONNECTED|DISCONNECT|GOT IP|GOT IPv6 [LG]L)|\+TIME_UPDATED"
    r"|\+(?:STA_(?:DIS)?CONNECTED|DIST_STA_IP):.*|ready"
)
"""Notices that a module may print at any time; documents omit them if they do not matter."""

_PAUSE = 0.05  # seconds of silence after which a reply is assumed to be complete
_REFUSED = ("ERROR", "FAIL", "SEND FAIL", "busy p...", "busy s...")
_UNSYNCED = re.compile(r"^\+CIPSNTPTIME:.* 1970$")


class Differs(Exception):
    """The answer is not the one in the document."""


@dataclass
class Table:
    """What a session is played with: the wire, the world, and values for braces."""

    wire: Wire
    world: object
    values: dict

    def fill(self, text):
        """Replace names in braces in a text by the values of the world."""
        for name, value in self.values.items():
            text = text.replace("{" + name + "}", str(value))
        return text


def lines(data):
    """Bytes as lines, as in a document, without empty lines."""
    text = data.decode("latin-1")
    return [line for line in re.split(r"[\r\n]+", text) if line]


def compare(table, what, wanted, got):
    """Raise Differs if the lines are not those of the document."""
    patterns = [_pattern(line) for line in table.fill(wanted).split("|") if line]
    shown = [line for line in lines(got) if not _echo(line, what)]
    left = list(shown)
    for pattern in patterns:
        while left and not pattern.fullmatch(left[0]) and _NOTICE.fullmatch(left[0]):
            left.pop(0)
        if not left or not pattern.fullmatch(left.pop(0)):
            raise Differs(f"{what}: {wanted!r} wanted, {'|'.join(shown)!r} came")
    if [line for line in left if not _NOTICE.fullmatch(line)]:
        raise Differs(f"{what}: {wanted!r} wanted, {'|'.join(shown)!r} came")


def _echo(line, what):
    return line.startswith("AT") and line == what


def _pattern(line):
    pattern = re.escape(line)
    for kind, form in KINDS.items():
        pattern = pattern.replace(re.escape("{" + kind + "}"), form)
    return re.compile(pattern)


def hear(table, wanted, within, what=""):
    """Return what the module sends until a reply is complete and the module pauses."""
    count = len(wanted.split("|"))
    last = wanted.rsplit("|", 1)[-1]

    def whole(got):
        found = [line for line in lines(got) if not _echo(line, what)]
        while len(found) > count and _NOTICE.fullmatch(found[-1]):
            found.pop()
        ends = found and _pattern(table.fill(last)).fullmatch(found[-1])
        return ends or (found and found[-1] in _REFUSED)

    return table.wire.listen(within, whole)


def play(table, session):
    """Do all steps of a session. Raises Differs at the first one that is not as documented."""
    for step in session.steps:
        _PLAYS[type(step)](table, step)


def _say(table, step):
    line = table.fill(step.line)
    end = table.wire.now() + step.within
    while True:
        table.wire.say(line.encode() + b"\r\n")
        got = hear(table, step.reply, step.within, line)
        unsynced = any(_UNSYNCED.match(each) for each in lines(got))
        if not unsynced or table.wire.now() > end:
            break
        table.wire.listen(0.5)  # the clock is not set yet; the documents wait too
    compare(table, line, step.reply, got)
    if line == "AT+CIPSTA?":
        table.world.joined(lines(got))


def _data(table, step):
    table.wire.say(step.data.encode())
    got = hear(table, step.reply, 5)
    compare(table, f"data {step.data!r}", step.reply, got)
    _gets(table, step.data)


def _gets(table, data):
    there = table.world.got(len(data))
    if there != data.encode():
        raise Differs(f"the peer got {there!r}, not {data.encode()!r}")


def _comes(table, step):
    table.world.send(step.data.encode())
    compare(table, f"the peer sends {step.data!r}", step.reply, hear(table, step.reply, 5))


def _connects(table, step):
    table.world.connect(step.port, step.how, step.host)
    what = f"a peer connects to port {step.port}"
    compare(table, what, step.reply, hear(table, step.reply, 10))


def _through(table, step):
    data = step.data.encode()
    table.wire.say(data)
    table.wire.listen(_PAUSE)
    _gets(table, step.data)
    table.world.send(data)
    got = table.wire.listen(5, lambda came: len(came) >= len(data))
    if got != data:
        raise Differs(f"in passthrough {data!r} was sent, {got!r} came")


def _leave(table, _):
    table.wire.listen(_PAUSE)
    table.wire.say(b"+++")
    got = table.wire.listen(1.1)
    if got:
        raise Differs(f"+++: nothing wanted, {'|'.join(lines(got))!r} came")


_PLAYS = {
    Say: _say,
    Data: _data,
    Comes: _comes,
    Connects: _connects,
    Through: _through,
    Leave: _leave,
}
