# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""One module: what is known of it, and its commands, one at a time, over a parser and a port.

``begin()`` sends a command, ``step()`` moves on as far as the bytes that are here allow, and never
waits. Notices, ``busy``, payloads and restarts are dealt with in it, whoever calls it. What waits
is ``rest()``, ``turn()`` and ``run()``. What takes several commands is done by rooms above, which
the radio hands in as ``rescue``; what is seldom needed is loaded for it: turns.py, notices.py,
mishaps.py. Its fields: fields.py.
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

_TIMEOUT = const(0)  # how a command ends that has no result; a restart ends it with READY

# state: what is being done.
_IDLE = const(0)
_SENT = const(1)  # a command is out, its result is due
_AGAIN = const(2)  # "busy": it was thrown away, or carried out all the same
_VERDICT = const(3)  # a payload is out, the word that confirms it is due
_SYNC = const(4)  # finding out whether the module listens: start/answer.py

# What a link is.
_FREE = const(0)
_OPENING = const(1)
_OPEN = const(2)
_CLOSED_BY_PEER = const(3)
_CLOSING = const(9)

_LIMIT = const(254)  # bytes of a command without its CRLF (dialects.md section 5)
_LINKS = const(5)
_BUSY_MS = const(300)  # how long "busy" is waited out before a command is sent again
_SOON_MS = const(2000)  # how long an OK may take behind the CONNECT that it belongs to
_STUCK_MS = const(2000)  # how long the UART may take no byte


def compose(name, args):
    """The line ``AT<name><args>`` with its CRLF. Nothing in a parameter can end it: no name of a
    network, host or password can smuggle a command in.

    :param bytes name: what stands behind ``AT``, with its ``=`` or ``?``; not escaped
    :param args: int as digits; None as nothing; str and bytes in quotes, with a backslash before a
        backslash, ``"`` and ``,``
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
    """A module on a ``Port``: sends a command at a time, and knows when it is over.

    :param idle: called over and over while a call waits
    :param rescue: ``rescue(what, modem)`` begins what takes several commands: ``"sync"``,
        ``"modes"``, ``"station"``; or does what follows a cut: ``"mend"``. See start/
    """

    # What most modems never change; all else is in fields.py.
    rates = ()  # where start-up looks for the module besides the usual rates
    fast = 0  # the rate that the line is to be raised to: start/fast.py,
    slow = None  # what AT+UART_CUR takes to go back, while it is raised
    spoilt = False  # bytes were lost on the raised line: written by mishaps.py
    deaf = 0  # times in a row that it left a command unanswered, but not the next
    stuck = False  # it said "busy" to all that it was asked: written by start/answer.py
    single = False  # AT+CIPMUX=0: notices and headers name no link
    softap = False  # its own access point is on: written by start/ and at/
    listener = None  # sock/server.py: the server that a socket listens with
    tls = None  # tls/state.py: what is known since the last restart
    unwritten = None  # tls/certificates.py: what must go to flash before all else
    head = -1  # the link of the socket whose turn is next; -1: anybody's: sock/base.py
    gap = 0  # ms between a result and the next command
    sync = None  # start/answer.py: finding an answer, while state is _SYNC

    def __init__(self, port, idle=None, rescue=None):
        self.port = port
        self.idle = idle
        self.rescue = rescue
        self.parser = Parser()
        self._owners = [None] * _LINKS  # the sockets: weak references, where there are such
        self.up = False  # the module has been set up, and has not started anew since
        # 1: inside step(); 2: a step or a write was cut short; 3: passthrough has the serial line
        self.whole = 0
        self._line = b""  # of the command under way, or the last one,
        self._name = self._args = None  # and what it was made of
        lazy.call("fields", "declare", self)

    # Sending a command

    def begin(self, name, args=(), reply=b"", timeout=5000, client=None, link=-1):
        """Send a command; ``step()`` until ``state`` is 0, then ``code`` and ``lines`` tell.

        :param name, args: as for ``compose()``
        :param reply: lines that start so are kept in ``lines``; None: every line
        :param int timeout: ms
        :param client: its ``over(code)`` is called at the end
        :param int link: the link that it is about
        :raises OSError: EAGAIN, another command is under way
        :raises ValueError: CR, LF or NUL in a parameter, or over 256 bytes; nothing was sent
        """
        if self.chores():
            raise fail("waiting", "the module")
        self.follow(name, args, reply, timeout, client, link)

    def follow(self, name, args, reply, timeout, client, link=-1):
        """``begin()`` where a command has just ended, from its client's ``over()``: at once."""
        if args != self._args or name is not self._name:  # sends and reads come in rows
            self._line = compose(name, args)
            self._name = name
            self._args = list(args)
        self.client = client
        self.link = link
        self.reply = reply
        self.lines = () if reply == b"" else []
        self.words = b""
        self.bytes = None
        self.probed = self.busied = self.mistaken = self.arrived = self.connected = False
        self.requested = self.sent = 0
        self.receiver = None
        self.limit = timeout
        self.t0 = self.port.ticks()
        if self.gap and self.streak:
            self.state = _AGAIN  # it goes out a little later: see turns.late()
            self.t1 = self.t0
            self.look = _BUSY_MS
        else:
            self.transmit()

    def begin_send(self, name, args, data, client=None, link=-1, timeout=20000, verdict=_SEND_OK):
        """A command with a prompt, behind ``chores()`` that found nothing to do.

        :param data: a memoryview of bytes: not to be changed before ``bytes`` is None
        :param int verdict: the event that confirms them
        """
        self.follow(name, args, b"", timeout, client, link)
        self.bytes = data
        self.parser.prompt = True
        self.verdict = verdict
        self.received = verdict != _SEND_OK

    def transmit(self):
        """The command's line goes out, for the first time or once more."""
        self.commands += 1
        self.state = _SENT
        self.answered = self.signs = False
        self.parser.asked = max(self.requested, 0)
        self.t1 = self.port.ticks()
        self.look = _BUSY_MS
        self.write(self._line)

    def write(self, view):
        """All of a view, however little the UART takes at a time.

        :raises OSError: EIO, it takes nothing for two seconds
        """
        whole = self.whole
        self.whole = 2
        port = self.port
        done = port.write(view)
        then = port.ticks()
        while done < len(view):
            n = port.write(view[done:])
            done += n
            if n:
                then = port.ticks()
            elif port.since(then) > _STUCK_MS:
                raise fail("uart_stuck")
            elif self.idle:
                self.idle()
            port.pause()
        self.whole = whole

    def chores(self):
        """Begin what must be done before the next command; True while that, or a command, is under
        way.

        :raises OSError: ETIMEDOUT, nothing answers
        """
        if self.state or self.parser.left > 0:  # an answer would be taken for payload
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
        """Whether the firmware has a capability, a name of the table in firmware.py."""
        names = self.capabilities
        return (names.find(" " + name + " ") >= 0) != (names[0] == "-")

    def rest(self):
        """One turn of any wait: step, the idle hook, a breath."""
        came = self.step()
        if self.idle:
            self.idle()
        if not came:
            self.port.pause()

    def turn(self):
        """Wait until the next command can go out: the one under way is over, strays are closed.

        :raises OSError: ETIMEDOUT, nothing answers
        """
        while self.chores():
            self.rest()

    def run(self, name, args=(), reply=b"", timeout=5000):
        """A command from end to end: its turn, ``begin()``, and the end. The reply lines.

        :raises ATError: the module refused it
        :raises OSError: ETIMEDOUT, no answer; ECONNRESET, the module restarted, before it or behind
            it: what the commands of a call have set up so far is lost
        """
        up = self.up
        self.turn()
        self.begin(name, args, reply, timeout)
        while self.state:
            self.rest()
        return self.ended(up, name, _OK, timeout)

    def ended(self, up, name, event, timeout):
        """What came of a command that has ended: the reply lines, if it was by this event.

        Waiting is left to the caller: CircuitPython has room for few frames.

        :param bool up: the module was set up when the call began
        :param int timeout: ms that it might take, for the error
        """
        code = self.code
        if code == _OK and self.probed and self.reply != b"":
            code = _TIMEOUT  # its own answer was lost
        if code != event or up > self.up:
            raise lazy.call("texts", "refusal", ATError, self, name, code, timeout, up > self.up)
        return self.lines

    # Moving on

    def step(self):
        """Take in what is here and act on it, waiting for nothing; True if anything came."""
        if self.whole:
            if self.whole & 1:
                raise fail("nested" if self.whole == 1 else "in_passthrough")
            self.whole = 0
            self.rescue("mend", self)
        self.whole = 1
        try:
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
        except BaseException:  # Ctrl-C, or an error in a callback: bytes may be missing
            self.whole = 2
            raise
        self.whole = 0
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
                if event < _RECV:
                    self._result(event)
                elif event == _RECV:
                    # Another number: the command's length, or this one, was damaged on its way.
                    self.mistaken = parser.length != self.sent and not self.received
                    self.received = self.counts = True
                    self.early = 0
                elif event < _WAITING:
                    if self.payload(event):
                        return True  # a reader may want to empty its queue before more comes
                else:
                    self._notice(event)
                event = parser.next()
            if reads == 16 or (port.any and not port.any()):  # a bounded turn, however it talks
                break
            n = port.read(parser.space())
            if not n:
                break
            reads += 1
            parser.fill(n)
            if parser.left > 0:
                self.t0 = port.ticks()  # a slow wire is no dead one
        return reads > 0

    def end(self, code):
        """The command under way is over; after a time-out the module may not agree."""
        if self.state != _SYNC and code != _TIMEOUT:
            self.streak += 1
        self.state = _IDLE
        self.code = code
        parser = self.parser
        link = self.link
        if link >= 0 and self.links[link] == _CLOSING:
            self.links[link] = _FREE
            if code <= _OK:  # its CLOSED may still come, and must not hit the next user
                self.doubt |= 1 << link
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
            parser.prompt = False
            parser.asked = 0
            self.link = -1
        if self.gap:
            self.t1 = self.port.ticks()
        self.bytes = None
        client = self.client
        if client is not None:
            self.client = None
            client.over(code)

    def _result(self, event):
        """LINE to PROMPT: what the command under way has to do with it."""
        state = self.state
        parser = self.parser
        if event == _LINE:
            line = parser.line
            reply = self.reply
            if state and reply != b"" and (reply is None or line.startswith(reply)):
                self.settle(True)
                if len(self.lines) < 64:
                    self.lines.append(line)
                return
            self.words = line
            if state == _VERDICT or parser.glued or not self.passive or self.pushing:
                lazy.call("mishaps", "stray", self, line)
            return
        if self.pushed is not None:
            self.settle(True)  # what follows it is what may follow it
        if state == _SYNC:
            self.sync.heard(event)
        elif state == _SENT and event < _SEND_OK:
            if event == _OK and parser.prompt:  # the prompt is what counts
                self.answered = True
                self.t1 = self.port.ticks()
                self.look = _BUSY_MS
            else:
                if self.probed:  # it may be the answer to our question: nothing rests on it
                    self.contact = min(self.contact, 0)
                self.end(event)
        elif event == _PROMPT:
            if state == _SENT or state == _AGAIN:
                self.prompted(False)
        elif state == _VERDICT and event == self.verdict and self.received and not self.mistaken:
            self.end(event)
        elif state:
            lazy.call("turns", "result", self, event)

    def prompted(self, late):
        """``>``, or the time in which it should have come is over (``late``)."""
        data = self.bytes
        self.state = _VERDICT
        self.answered = self.parser.prompt = False
        self.early = 0
        if data is None or (late and len(data) > 3):
            self.write(b"+++")  # called off: this is what gets out of it
            self.limit = _SOON_MS
        else:  # a payload as short as "+++" would be taken for it: it goes out, asked for or not
            self.write(data)
            self.sent = len(data)
        self.bytes = None
        self.t0 = self.port.ticks()

    def _notice(self, event):
        """What the module says unasked."""
        parser = self.parser
        link = parser.link
        if link < 0:
            lazy.call("notices", "heard", self, event)
        else:
            self.settle(True)
            if event == _WAITING:
                if self.links[link] != _OPEN:
                    lazy.call("mishaps", "newcomer", self, link)
                self.unread[link] = parser.length
            elif event == _CLOSED:
                self.closed(link)
            elif event == _CONNECT and self.links[link] == _OPENING:
                self.links[link] = _OPEN
                if link == self.link and self.state:
                    self.state = _SENT
                    self.connected = True  # its OK follows at once, or was lost
                    self.t0 = self.port.ticks()
                    self.limit = _SOON_MS
                return
        if event in self.handlers:
            self.handlers[event](event)

    def closed(self, link):
        """A link was closed, as its notice or the list of links says."""
        state = self.links[link]
        if self.doubt >> link & 1 or state == _OPENING:
            self.doubt &= ~(1 << link)  # its last user's, come late
        elif state == _OPEN:
            self.links[link] = _CLOSED_BY_PEER
            if link == self.link and (self.state == _VERDICT or self.parser.prompt):
                # A verdict may follow; its absence is one too: see mishaps.overdue().
                self.limit = min(self.limit, self.port.since(self.t0) + _BUSY_MS)
        elif state == _CLOSING:
            self.links[link] = _FREE
            self.signs = self.signs or link == self.link
