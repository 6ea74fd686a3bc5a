# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The engine: it keeps the state of one module and runs its commands, one at a time.

``begin()`` sends a command. ``step()`` processes the bytes that have arrived, and never waits; it
also handles notices, ``busy``, payloads and restarts. ``rest()``, ``turn()`` and ``run()`` wait.
Work that takes several commands is done by rooms of upper floors, which the radio hands in as
``rescue``. Code that is seldom needed is loaded on demand: turns.py, notices.py, mishaps.py. The
fields are explained in fields.py.
"""

from . import lazy
from .errors import ATError, fail
from .links import Links
from .parser import Parser, const

# The parser's events.
_LINE = const(1)
_OK = const(2)
_SEND_OK = const(5)
_BUSY = const(8)
_PROMPT = const(9)
_RECV = const(11)
_WAITING = const(18)
_CONNECT = const(19)
_CLOSED = const(20)
_UNFINISHED = const(2)  # a value of ``glued``: the event came directly after an unfinished line

_TIMEOUT = const(0)  # the code of a command that got no result; after a restart it is READY

# The values of ``state``.
_IDLE = const(0)
_SENT = const(1)  # a command was sent, its result is awaited
_AGAIN = const(2)  # "busy" came: the command was thrown away, or was carried out nevertheless
_VERDICT = const(3)  # a payload was sent, its confirmation is awaited
_SYNC = const(4)  # finding out whether the module listens: start/answer.py

# The values of ``whole``.
_OUTSIDE = const(0)  # no step is under way
_INSIDE = const(1)  # step() is under way: callbacks may not call it
_CUT = const(2)  # a step or a write was interrupted: bytes may be missing
_IN_PASSTHROUGH = const(3)  # passthrough uses the serial line: set by members/passthrough.py

# The states of a link.
_FREE = const(0)
_OPENING = const(1)
_OPEN = const(2)
_CLOSED_BY_PEER = const(3)
_CLOSING = const(9)

_LIMIT = const(254)  # bytes of a command without its CRLF (dialects.md section 5)
_LINKS = const(5)
_BUSY_MS = const(300)  # how long to wait after "busy" before a command is sent again
_SOON_MS = const(2000)  # how long an OK may take after the CONNECT that it belongs to
_STUCK_MS = const(2000)  # how long the UART may accept no byte


def compose(name, args):
    """Return the line ``AT<name><args>`` with its CRLF. A parameter cannot end the line, so a
    network name, host name or password cannot inject a command.

    :param bytes name: what follows ``AT``, with its ``=`` or ``?``; not escaped
    :param args: an int is written as digits, None as nothing, str and bytes in quotes, with a
        backslash before each backslash, ``"`` and ``,``
    :raises ValueError: CR, LF or NUL in a parameter, or over 256 bytes
    """
    line = bytearray(b"AT" + name)
    for i in range(len(args)):
        if i:
            line.append(44)
        arg = args[i]
        if isinstance(arg, int):
            line.extend(b"%d" % arg)
        elif arg is not None:
            line.append(34)
            for c in arg.encode() if isinstance(arg, str) else arg:
                if c == 13 or c == 10 or c == 0:
                    raise fail("line_break")
                if c == 34 or c == 44 or c == 92:
                    line.append(92)
                line.append(c)
            line.append(34)
    if len(line) > _LIMIT:
        raise fail("too_long")
    line.extend(b"\r\n")
    return line


class Modem(Links):
    """A module on a ``Port``. It sends one command at a time and detects its end.

    :param idle: called repeatedly while a call waits
    :param rescue: ``rescue(what, modem)`` starts work that takes several commands: ``"sync"``,
        ``"modes"`` or ``"station"``. See start/
    """

    # Fields that most modems never change, as class attributes. All others are in fields.py.
    rates = ()  # rates at which start-up looks for the module, besides the usual ones
    fast = 0  # the rate to which the line is to be raised: start/recheck.py
    slow = None  # while the line is raised: the arguments of AT+UART_CUR that lower it again
    spoilt = False  # bytes were lost on the raised line: written by mishaps.py
    deaf = 0  # times in a row that it answered one command and not the next: start/answer.py
    stuck = 0  # BUSY or READY: all that it said when it was asked: written by start/answer.py
    single = False  # AT+CIPMUX=0: notices and headers name no link
    softap = False  # its own access point is on; None: not known: written by start/ and at/
    listener = None  # sock/server.py: the server that a socket listens with
    tls = None  # tls/state.py: what is known since the last restart
    unwritten = None  # tls/certificates.py: what must be written to flash first
    head = -1  # the link of the socket whose turn is next; -1: any socket: sock/base.py
    gap = 0  # ms between a result and the next command
    sync = None  # start/answer.py: the attempt to get an answer, while state is _SYNC

    def __init__(self, port, idle=None, rescue=None):
        self.port = port
        self.idle = idle
        self.rescue = rescue
        self.parser = Parser()
        self._owners = [None] * _LINKS  # the sockets: as weak references, if the runtime has them
        self.up = False  # the module has been set up, and has not restarted since
        self.whole = _OUTSIDE
        self._line = b""  # the line of the current command, or of the last one
        self.name = b""  # the arguments from which it was composed
        self._args = None
        lazy.call("fields", "declare", self)

    # Sending a command

    def begin(self, name, args=(), reply=b"", timeout=5000, client=None, link=-1):
        """Send a command. Call ``step()`` until ``state`` is 0; ``code`` and ``lines`` then tell.

        :param name, args: as for ``compose()``
        :param reply: lines that start with these bytes are kept in ``lines``; None: every line
        :param int timeout: ms
        :param client: its ``over(code)`` is called when the command has ended
        :param int link: the link that the command concerns
        :raises OSError: EAGAIN, another command is under way
        :raises ValueError: CR, LF or NUL in a parameter, or over 256 bytes; nothing was sent
        """
        if self.chores():
            raise fail("waiting", "the module")
        self.follow(name, args, reply, timeout, client, link)

    def follow(
        self, name, args, reply, timeout, client, link=-1, receiver=None, requested=0, data=None
    ):
        """As ``begin()``, without ``chores()``: a client's ``over()`` sends its next command so.

        What it brings or takes is set before it is sent, as Ctrl-C may come at any time.

        :param receiver: where the payload goes that the reply may bring: see links.py
        :param int requested: the most bytes of it
        :param data: the payload to send at its prompt
        """
        if args != self._args or name is not self.name:  # sends and reads often repeat a line
            self._line = compose(name, args)
            self.name = name
            self._args = list(args)
        self.client = client
        self.link = link
        self.reply = reply
        self.lines = () if reply == b"" else []
        self.words = b""
        self.bytes = data
        self.parser.prompt = data is not None
        self.probed = self.busied = self.mistaken = self.arrived = self.connected = False
        self.requested = requested
        self.sent = 0
        self.receiver = receiver
        self.limit = timeout
        self.t0 = self.port.ticks()
        if self.gap and self.streak:
            lazy.call("turns", "pause", self)
        else:
            self.transmit()

    def begin_send(self, name, args, data, client=None, link=-1, timeout=20000, verdict=_SEND_OK):
        """Send a command that takes a payload at a prompt. Call it when ``chores()`` was False.

        :param data: a memoryview of bytes, which must not change until ``bytes`` is None
        :param int verdict: the event that confirms the payload
        """
        self.verdict = verdict
        self.received = verdict != _SEND_OK
        self.follow(name, args, b"", timeout, client, link, None, 0, data)

    def transmit(self):
        """Send the command's line, for the first time or again."""
        self.commands += 1
        self.state = _SENT
        self.answered = self.signs = False
        self.parser.asked = max(self.requested, 0)
        self.t1 = self.port.ticks()
        self.look = _BUSY_MS
        self.write(self._line)

    def write(self, view):
        """Write all of a view, in as many pieces as the UART needs.

        :raises OSError: EIO, the UART accepts nothing for two seconds
        """
        whole = self.whole
        self.whole = _CUT
        port = self.port
        n = port.write(view)
        then = port.ticks()
        while n < len(view):
            if n:
                view = view[n:]
                then = port.ticks()
            elif port.since(then) > _STUCK_MS:
                raise fail("uart_stuck")
            elif self.idle:
                self.idle()
            port.pause()
            n = port.write(view)
        self.whole = whole

    def chores(self):
        """Start what must be done before the next command. Returns True while that work, or a
        command, is under way.

        :raises OSError: ETIMEDOUT, nothing answers
        """
        if self.state or self.parser.left > 0:  # during a payload an answer would become part of it
            return True
        if self.gap and self.port.since(self.t1) < self.gap:
            return True
        if self.contact < 1 or self.unwanted or (self.recheck and self.up):
            what = lazy.call("turns", "due", self)
            if what:
                self.rescue(what, self)
        return self.state != _IDLE

    # Waiting

    def has(self, name):
        """Whether the firmware has a capability, named as in the table of firmware.py."""
        names = self.capabilities
        return (names.find(" " + name + " ") >= 0) != (names[0] == "-")

    def rest(self):
        """One round of a wait: the idle hook, a step, and a short pause if no byte came.

        The step comes last: a hook may take longer than the caller will wait, and what came
        meanwhile is looked at before the wait is given up.
        """
        if self.idle:
            self.idle()
        if not self.step():
            self.port.pause()

    def turn(self):
        """Wait until the next command can be sent, and all that must precede it has been done.

        :raises OSError: ETIMEDOUT, nothing answers
        """
        while self.chores():
            self.rest()

    def run(self, name, args=(), reply=b"", timeout=5000):
        """Run a command: wait for its turn, send it, wait for its end. Returns the reply lines.

        :raises ATError: the module refused it
        :raises OSError: ETIMEDOUT, no answer; ECONNRESET, the module restarted during this call,
            before or after the command: what earlier commands have set up is lost
        """
        up = self.up
        self.turn()
        self.begin(name, args, reply, timeout)
        while self.state:
            self.rest()
        return self.ended(up, name, _OK, timeout)

    def ended(self, up, name, event, timeout):
        """Return the reply lines if the command ended by this event; else raise as ``run()``.

        The caller has done the waiting, which saves a frame: CircuitPython's stack is small.

        :param bool up: whether the module was set up when the call began
        :param int timeout: ms that the command was allowed, for the error text
        """
        code = self.code
        if code == _OK and self.probed and self.reply != b"":
            code = _TIMEOUT  # this OK may answer the "AT" of ask_after(): the reply counts as lost
        if code != event or up > self.up:
            raise lazy.call("texts", "refusal", ATError, self, name, code, timeout, up > self.up)
        return self.lines

    # Moving on

    def step(self):
        """Process the bytes that have arrived, without waiting. Returns True if there were any."""
        if self.whole:
            lazy.call("mishaps", "mend", self)  # raises if a step is under way
        try:
            self.whole = _INSIDE
            came = self._pump()
            if not came and (self.pushed is not None or self.noise or self.parser.left > 0):
                self.watch()
            if self.state == _SYNC:
                self.sync.step(came)
            elif self.state:
                if self.port.since(self.t0) > self.limit:
                    lazy.call("mishaps", "overdue", self)
                elif not came and self.port.since(self.t1) > self.look:
                    lazy.call("turns", "late", self)
            self.whole = _OUTSIDE
        except BaseException:  # Ctrl-C, or an error in a callback: bytes may have been dropped
            self.whole = _CUT
            raise
        return came

    def _pump(self):
        parser = self.parser
        port = self.port
        reads = 0
        if self.delayed is not None:
            parser.into(self.delayed.place())
            self.delayed = None
        while True:
            event = parser.next()
            while event:
                if parser.glued == _UNFINISHED:
                    lazy.call("mishaps", "unfinished", self)
                if event < _RECV:
                    self._result(event)
                elif event == _RECV:
                    # If it is another number, one of the two lengths was damaged on the line.
                    self.mistaken = parser.length != self.sent and not self.received
                    self.received = True
                    self.counts = parser.length
                    self.early = 0
                elif event < _WAITING:
                    if self.payload(event):
                        return True  # let a reader empty its queue before more comes
                else:
                    self._notice(event)
                event = parser.next()
            if reads == 16 or not port.ready():  # bounded, however much is sent
                break
            n = port.read(parser.space())
            if not n:
                break
            reads += 1
            parser.fill(n)
        if reads and parser.left > 0:
            self.t0 = port.ticks()  # bytes still arrive: the time-out starts again
        return reads > 0

    def end(self, code):
        """End the command under way. After a time-out the module may still be working on it."""
        if self.state != _SYNC and code != _TIMEOUT:
            self.streak += 1
        self.state = _IDLE
        self.code = code
        link = self.link
        if link >= 0 and self.links[link] >= _CLOSING:
            lazy.call("mishaps", "closed", self, code)
        receiver = self.receiver
        if receiver is not None:
            if self.arrived and code == _OK and self.requested > 0:
                self.receiver = None
                self.requested = 0
                receiver.finished(True)
            else:
                lazy.call("mishaps", "fetched", self, code)
        if code == _TIMEOUT:
            self.contact = min(self.contact, 0)
        else:
            self.parser.prompt = False
            self.parser.asked = 0
            self.link = -1
        if self.gap:
            self.t1 = self.port.ticks()
        self.bytes = None
        client = self.client
        if client is not None:
            self.client = None
            client.over(code)

    def _result(self, event):
        """Handle an event from LINE to PROMPT for the command under way."""
        state = self.state
        if event == _LINE:
            line = self.parser.line
            reply = self.reply
            wanted = state and reply != b"" and (reply is None or line.startswith(reply))
            if wanted:
                self.settle(True)
                if len(self.lines) > 63:
                    self.lines.pop()
                self.lines.append(line)
            else:
                self.words = line
            if state == _VERDICT or self.parser.glued or not self.passive or self.pushing:
                if self.up or not wanted:  # the set-up has many replies, and no links
                    lazy.call("mishaps", "stray", self, line, wanted)
            return
        if self.pushed is not None:
            self.settle(True)  # firmware sends a result after a payload: so that one was whole
        if state == _SYNC:
            self.sync.heard(event)
        elif state == _SENT and event < _SEND_OK:
            if event == _OK and self.parser.prompt:  # the command goes on with the prompt
                self.answered = True
                self.t1 = self.port.ticks()
                self.look = _BUSY_MS
            else:
                if self.probed:  # it may answer the "AT" of ask_after(): check the module first
                    self.contact = min(self.contact, 0)
                self.end(event)
        elif event == _PROMPT:
            if state == _SENT or state == _AGAIN:
                self.prompted(self.bytes)  # None: it was cancelled meanwhile
        elif state == _VERDICT and event == self.verdict and self.received and not self.mistaken:
            self.end(event)
        elif state:
            lazy.call("turns", "result", self, event)

    def prompted(self, data):
        """The prompt ``>`` came, or is late: send the payload. None: end the send with ``+++``."""
        self.state = _VERDICT
        self.answered = self.parser.prompt = False
        self.early = 0
        if data is None:
            self.write(b"+++")
            self.limit = _SOON_MS
        else:
            self.write(data)
            self.sent = len(data)
        self.bytes = None
        self.t0 = self.port.ticks()

    def _notice(self, event):
        """Handle a notice: what the module says unasked."""
        parser = self.parser
        link = parser.link
        if link < 0:
            lazy.call("notices", "heard", self, event)
        else:
            self.settle(True)
            if event == _WAITING:
                if self.links[link] != _OPEN or not self.passive:
                    lazy.call("mishaps", "announced", self, link)
                self.unread[link] = parser.length
            elif event == _CLOSED:
                self.closed(link)
            elif event == _CONNECT and (
                # What was lost before this link's CONNECT was not this link's.
                self.links[link] == _OPENING
                or (link == self.link and self.state and self.name == b"+CIPSTART=")
            ):
                self.links[link] = _OPEN
                if link == self.link and self.state:
                    self.state = _SENT
                    self.connected = True  # the OK follows at once, or was lost
                    self.t0 = self.port.ticks()
                    self.limit = _SOON_MS
                return
        if event in self.handlers:
            self.handlers[event](event)

    def closed(self, link):
        """A link was closed, according to its notice or to the list of links."""
        state = self.links[link]
        if self.doubt >> link & 1 or state == _OPENING:
            self.doubt &= ~(1 << link)  # a late notice for the link's previous user
        elif state == _OPEN:
            self.links[link] = _CLOSED_BY_PEER
            if link == self.link and (self.state == _VERDICT or self.parser.prompt):
                # SEND OK may still follow; if nothing does, the send failed: mishaps.overdue().
                self.limit = min(self.limit, self.port.since(self.t0) + _BUSY_MS)
        elif state >= _CLOSING:
            self.links[link] = _FREE
            self.signs = self.signs or link == self.link
