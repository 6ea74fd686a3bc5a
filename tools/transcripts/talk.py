"""Splits a conversation into commands, echoes, replies, results, notices and payload.

A :class:`Talk` is fed the bytes of both ends, in any pieces, and returns :class:`Item` objects.
Each byte is in exactly one of them. It does not judge what it reads: an unknown line counts as a
reply while a command is running, and as a notice otherwise.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from .form import HOST, MODULE

COMMAND = "command"
ESCAPE = "escape"
"""``+++``, alone."""
PAYLOAD = "payload"
"""Counted bytes from either end; the first ``head`` of them are the module's header."""
RAW = "raw"
"""Bytes of passthrough, whose meaning is not known."""
ECHO = "echo"
REPLY = "reply"
RESULT = "result"
BUSY = "busy"
PROMPT = "prompt"
NOTICE = "notice"
NOISE = "noise"
"""A line with bytes that no firmware prints: from a boot loader, or at a wrong rate."""
BLANK = "blank"

NOBODY = -1

RESULTS = frozenset(
    (b"OK", b"ERROR", b"FAIL", b"SEND OK", b"SEND FAIL", b"SEND Canceled", b"SEND CANCELLED")
)
_NOTICE = re.compile(
    rb"ready|invalid|WIFI (?:CONNECTED|DISCONNECT|GOT IP.*)|DHCP TIMEOUT|(?:\d,)?(?:CONNECT|CLOSED"
    rb"|CONNECT FAIL)|Will force to restart!!!|smartconfig .*|Smart get wifi info|\+QUITT"
    rb"|\+(?:LINK_CONN|STA_CONNECTED|STA_DISCONNECTED|DIST_STA_IP|IPD,|ETH_|TIME_UPDATED|SCRD"
    rb"|MQTTCONNECTED|MQTTDISCONNECTED|WS_(?:CONNECTED|DISCONNECTED|CLOSED)|BLECONN:|BLEDISCONN:"
    rb"|CIPUPDATE:-1).*",
    re.DOTALL,
)
_BUSY = re.compile(rb"busy .*")
_PRINTED = re.compile(rb"[\t\r\x20-\x7e\x80-\xff]*")
_ADDRESS = rb'"?[0-9a-fA-F:.]+"?'
_PEER = re.compile(rb'"[0-9a-fA-F:.]+",\d+,')
_PEER_BEGUN = re.compile(rb'"[0-9a-fA-F:.]*(?:"(?:,\d*)?)?')
_LONGEST_HEAD = 96
"""The longest header; a longer text that begins like one is not a header."""

_HEADS = (
    re.compile(rb"\+IPD,(?:(?P<link>\d+),)?(?P<size>\d+)(?:," + _ADDRESS + rb",\d+)?:"),
    re.compile(rb"\+CIPRECVDATA,(?P<size>\d+):"),
    re.compile(rb"\+CIPRECVDATA:(?P<size>\d+),"),
    re.compile(rb"\+SYSFLASH:(?P<size>\d+),"),
    re.compile(rb'\+SYSMFG:"[^"\r\n]*","[^"\r\n]*",\d+,(?P<size>\d+),'),
    re.compile(rb"\+HTTP(?:CLIENT|CGET|CPOST):(?P<size>\d+),"),
    re.compile(rb'\+MQTTSUBRECV:\d,"[^"\r\n]*",(?P<size>\d+),'),
    re.compile(rb"\+WS_DATA:(?P<link>\d+),(?P<size>\d+),"),
)
_HEAD_BEGUN = re.compile(rb"\+(?:IPD,|CIPRECVDATA|SYS|HTTPC|MQTTSUBRECV|WS_DATA)[^\r\n]*\Z")

_NAME = re.compile(rb"AT\+?([A-Za-z0-9_]*)", re.IGNORECASE)
_LINK_SIZE = re.compile(rb"=(?:(?P<link>\d+),)?(?P<size>\d+)\s*(?:,.*)?")
_SIZES = {
    b"CIPSEND": _LINK_SIZE,
    b"CIPSENDEX": _LINK_SIZE,
    b"CIPSENDL": _LINK_SIZE,
    b"CIPSENDBUF": _LINK_SIZE,
    b"SYSFLASH": re.compile(rb'=1,"?[^",]*"?,\d+,(?P<size>\d+)\s*'),
    b"SYSMFG": re.compile(rb'=2,"?[^",]*"?,"?[^",]*"?,[78],(?P<size>\d+)\s*'),
    b"MQTTPUBRAW": re.compile(rb'=(?P<link>\d+),"[^"]*",(?P<size>\d+),.*'),
    b"MQTTLONGCLIENTID": re.compile(rb"=(?P<link>\d+),(?P<size>\d+)\s*"),
    b"MQTTLONGUSERNAME": re.compile(rb"=(?P<link>\d+),(?P<size>\d+)\s*"),
    b"MQTTLONGPASSWORD": re.compile(rb"=(?P<link>\d+),(?P<size>\d+)\s*"),
    b"HTTPCPOST": re.compile(rb'="[^"]*",(?P<size>\d+).*'),
    b"HTTPCPUT": re.compile(rb'="[^"]*",(?P<size>\d+).*'),
    b"HTTPURLCFG": re.compile(rb"=(?P<size>\d+)\s*"),
    b"WSSEND": re.compile(rb"=(?P<link>\d+),(?P<size>\d+).*"),
}
"""Commands that are followed by a prompt and by ``size`` bytes of payload."""
_SENDS = (b"CIPSEND", b"CIPSENDEX", b"CIPSENDL", b"WSSEND", b"HTTPCPOST", b"HTTPCPUT")
"""The commands that end with SEND OK or a similar result."""


class Item(NamedTuple):
    """A piece of the conversation; ``owner`` is the number of its command, counted from 0."""

    kind: str
    way: str
    data: bytes
    start: float
    end: float
    owner: int = NOBODY
    head: int = 0
    link: int = NOBODY

    @property
    def text(self) -> bytes:
        """The data without the line ends around it."""
        return self.data.strip(b"\r\n")


@dataclass
class Sent:
    """A command that has not ended."""

    number: int
    name: bytes
    line: bytes
    wants: int = 0
    """Bytes of payload that it announces."""
    opens: bool = False
    """Whether it begins passthrough."""
    prompted: bool = False
    echoed: bool = False


def name_of(line: bytes) -> bytes:
    """``CWJAP`` for ``AT+CWJAP_CUR="x"``; b"" for a plain AT, and for what is not a command."""
    found = _NAME.match(line)
    name = found[1].upper() if found else b""
    return name.removesuffix(b"_CUR").removesuffix(b"_DEF")


class Talk:
    """``host()`` and ``module()`` take what was sent, with the time, and return Items."""

    def __init__(self):
        self.pending: list[Sent] = []
        self.wanted = 0
        """Bytes of payload that the module waits for."""
        self.passthrough = False
        self.count = 0
        """How many commands there were so far."""
        self._out = bytearray()
        self._out_since = 0.0
        self._in = bytearray()
        self._in_since = 0.0
        self._payload: tuple | None = None  # (head, size, link) of the payload being received
        self._ends_early = b""  # the payload of AT+CIPSENDEX so far
        self._peers: bool | None = None  # whether the module shows the remote end; None: not known

    # ---- the host's -----------------------------------------------------------------------------

    def host(self, data: bytes, time: float = 0.0) -> list[Item]:
        """Take bytes that the host sent."""
        if data == b"+++" and not self._out:
            self.passthrough = False
            self.wanted = 0
            return [Item(ESCAPE, HOST, data, time, time, self._owner())]
        if self.passthrough:
            return [Item(RAW, HOST, data, time, time)]
        items = []
        while data:
            if self.wanted and not self._out:
                part, data = data[: self.wanted], data[self.wanted :]
                items.append(Item(PAYLOAD, HOST, part, time, time, self._owner(), 0, self._link()))
                self._sent(part)
                continue
            if not self._out:
                self._out_since = time
            part, end, data = data.partition(b"\n")
            self._out += part + end
            if end:
                items.append(self._command(time))
        return items

    def _sent(self, part):
        """Count sent payload; that of AT+CIPSENDEX ends at a backslash and a 0."""
        self.wanted -= len(part)
        sent = self.current
        if sent and sent.name == b"CIPSENDEX":
            self._ends_early = (self._ends_early + part)[-8192:]
            if re.search(rb"(?<!\\)(?:\\\\)*\\0", self._ends_early):
                self.wanted = 0

    def _command(self, time):
        data = bytes(self._out)
        self._out.clear()
        line = data.strip(b"\r\n")
        if not line:
            return Item(BLANK, HOST, data, self._out_since, time)
        sent = Sent(self.count, name_of(line), line)
        self.count += 1
        found = _SIZES[sent.name].search(line) if sent.name in _SIZES else None
        sent.wants = int(found["size"]) if found else 0
        sent.opens = line.upper() == b"AT+CIPSEND"
        if sent.name == b"CIPDINFO":
            self._peers = line.endswith(b"1")
        self.pending.append(sent)
        link = int(found["link"]) if found and found.groupdict().get("link") else NOBODY
        return Item(COMMAND, HOST, data, self._out_since, time, sent.number, 0, link)

    @property
    def current(self) -> Sent | None:
        """The command that the module is executing, or None.

        A module that is executing a command answers the next one with busy. So this is the latest
        command that was not answered with busy, or the latest that the module has echoed, if any.
        """
        repeated = [sent for sent in self.pending if sent.echoed]
        return (repeated or self.pending or [None])[-1]

    def _owner(self):
        sent = self.current
        return sent.number if sent else NOBODY

    def _link(self):
        found = _LINK_SIZE.search(self.current.line) if self.pending else None
        return int(found["link"]) if found and found["link"] else NOBODY

    # ---- the module's ---------------------------------------------------------------------------

    def module(self, data: bytes, time: float = 0.0) -> list[Item]:
        """Take bytes that the module sent."""
        if not self._in:
            self._in_since = time
        self._in += data
        items = []
        while self._in:
            item = self._next(time)
            if item is None:
                break
            items.append(item)
            self._in_since = time
        return items

    def flush(self, time: float = 0.0) -> list[Item]:
        """Return an incomplete line or payload, whose rest may never come."""
        items = []
        if self._out:
            items.append(self._command(time))
        if self._payload:
            head, _, link = self._payload
            self._payload = None
            items.append(self._take(len(self._in), PAYLOAD, time, head=head, link=link))
        elif self._in:
            items.append(self._line(len(self._in), time))
        return [item for item in items if item.data]

    @property
    def unfinished(self) -> bytes:
        """The incomplete line so far; b"" while a payload is being received."""
        return b"" if self._payload else bytes(self._in)

    def _take(self, size, kind, time, owner=None, *, head=0, link=NOBODY):
        data = bytes(self._in[:size])
        del self._in[:size]
        owner = self._owner() if owner is None else owner
        return Item(kind, MODULE, data, self._in_since, time, owner, head, link)

    def _next(self, time):
        if self._payload:
            head, size, link = self._payload
            if len(self._in) < head + size:
                return None
            self._payload = None
            return self._take(head + size, PAYLOAD, time, head=head, link=link)
        if self.passthrough:
            return self._raw(time)
        at = len(self._in) - len(self._in.lstrip(b"\r\n"))
        if at == len(self._in):
            return None
        if self._in[at] == ord(">") and self._awaits_prompt():
            return self._prompt(at + 1, time)
        end = self._in.find(b"\n", at)
        line = bytes(self._in[at : end if end >= 0 else len(self._in)])
        return self._headed(at, line, end, time) if b"+" in line else self._lined(end, time)

    def _lined(self, end, time):
        return self._line(end + 1, time) if end >= 0 else None

    def _raw(self, time):
        if self._in.endswith(b"\r\nready\r\n"):
            self._restarted()
            return self._take(len(self._in), NOTICE, time)
        return self._take(len(self._in), RAW, time)

    # ---- prompts --------------------------------------------------------------------------------

    def _awaits_prompt(self):
        sent = self.current
        return sent is not None and not sent.prompted and (sent.wants or sent.opens)

    def _prompt(self, size, time):
        size += self._in[size : size + 1] == b" "
        sent = self.current
        item = self._take(size, PROMPT, time)
        sent.prompted = True
        self._ends_early = b""
        if sent.opens:
            self._over(sent)
            self.passthrough = True
        else:
            self.wanted = sent.wants
        return item

    # ---- payload --------------------------------------------------------------------------------

    def _headed(self, at, line, end, time):
        """Take a payload whose header is in the line that begins at ``at``, or that line."""
        for form in _HEADS:
            found = form.search(line)
            if found:
                start = at + found.start()
                if start > at:  # the header is in the middle of another line
                    return self._line(start, time)
                return self._begin(found, at, time)
        if end < 0 and len(line) < _LONGEST_HEAD and _HEAD_BEGUN.search(line):
            return None
        return self._lined(end, time)

    def _begin(self, found, at, time):
        head = at + found.end()
        if found[0].startswith(b"+CIPRECVDATA:") and self._peers is not False:
            rest = bytes(self._in[head : head + _LONGEST_HEAD])
            peer = _PEER.match(rest)
            if peer:
                head += peer.end()
            elif (self._peers and not rest) or (rest and _PEER_BEGUN.fullmatch(rest)):
                return None
        named = found.groupdict().get("link")
        link = int(named) if named else self._asked_link(found[0])
        self._payload = (head, int(found["size"]), link)
        return self._next(time)

    def _asked_link(self, head):
        """The link number in AT+CIPRECVDATA, because its reply has none."""
        if not head.startswith(b"+CIPRECVDATA") or not self.pending:
            return NOBODY
        found = re.search(rb"=(\d+),", self.current.line)
        return int(found[1]) if found else NOBODY

    # ---- lines ----------------------------------------------------------------------------------

    def _line(self, size, time):
        text = bytes(self._in[:size]).strip(b"\r\n \0")
        owner = None
        if not text:
            kind = BLANK
        elif self._is_echo(text):
            kind = ECHO
        elif text in RESULTS:
            kind, owner = RESULT, self._owner()
            self._ended(text)
        elif _BUSY.fullmatch(text):
            kind, owner = BUSY, self.pending[-1].number if self.pending else NOBODY
            del self.pending[-1:]
        elif _NOTICE.fullmatch(text):
            kind, owner = NOTICE, NOBODY
            if text == b"ready":
                self._restarted()
        elif not _is_printed(text):
            kind, owner = NOISE, NOBODY
        else:
            kind = REPLY if self.pending else NOTICE
        return self._take(size, kind, time, owner)

    def _is_echo(self, text):
        for sent in self.pending:
            if not sent.echoed and text == sent.line:
                sent.echoed = True
                return True
        return False

    def _ended(self, text):
        """Handle a result: it ends the current command, unless more of its reply is due."""
        sent = self.current
        if sent is None:
            return
        if text == b"OK" and not sent.prompted and (sent.wants or sent.opens):
            return
        if text == b"OK" and sent.prompted and sent.name in _SENDS:
            return
        self.wanted = 0
        self._over(sent)

    def _over(self, sent):
        """Remove a command that has ended, and those before it, which will not be answered."""
        del self.pending[: self.pending.index(sent) + 1]

    def forget(self) -> None:
        """Drop the pending commands, because they will not be answered any more."""
        self.pending.clear()
        self.wanted = 0

    def _restarted(self):
        self.forget()
        self.passthrough = False
        self._peers = None


def _is_printed(text):
    if not _PRINTED.fullmatch(text):
        return False
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
