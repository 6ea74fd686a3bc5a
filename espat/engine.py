# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The command engine: one command at a time, over a parser and a port. It never waits.

``begin()`` sends a command, ``step()`` moves on as far as the bytes that are here allow. Notices,
``busy``, payloads and restarts are dealt with in it, whoever calls it. What takes several commands
is done by rooms above, which the radio hands in as ``rescue``; what is seldom needed is in
mishaps.py; waiting is in modem.py.
"""

try:
    from micropython import const
except ImportError:
    const = int

from . import lazy
from .compose import Composer
from .errors import fail
from .links import Links

# The parser's events (a test compares them with its table).
_LINE = const(1)
_OK = const(2)
_ERROR = const(3)
_SEND_OK = const(5)
_SEND_FAIL = const(6)
_CANCELED = const(7)
_BUSY = const(8)
_PROMPT = const(9)
_RECV = const(11)
_WAITING = const(18)
_CONNECT = const(19)
_CLOSED = const(20)
_CONNECT_FAIL = const(21)
_READY = const(22)
_WIFI_CONNECTED = const(24)
_GOT_IP = const(25)
_WIFI_DISCONNECT = const(26)

_TIMEOUT = const(0)  # how a command ends that has no result; a restart ends it with _READY

# state: what the engine is doing.
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
_LOST_RESTART = const(4)
_LOST_WIFI = const(5)
_CLOSING = const(9)

_BLOCK = const(512)  # bytes written to the UART at a time

_BUSY_MS = const(300)  # how long "busy" is waited out before a command is sent again
_BEHIND_MS = const(1000)  # how long after its OK a prompt may take,
_PLUSES_MS = const(4000)  # and where "+++" would be taken for the payload
_EARLY_MS = const(2000)  # how long a verdict without "Recv n bytes" is doubted
_LONG_MS = const(15000)  # a command that may take so long is asked after on its way,
_PROBE_MS = const(5000)  # every so often
_SOON_MS = const(2000)  # how long an OK may take behind the CONNECT that it belongs to
_STUCK_MS = const(2000)  # how long the UART may take no byte

# recheck: what the driver believes and the module may do otherwise.
_ASK_MODES = const(1)  # receive mode, remote ends shown, five links
_ASK_STATION = const(2)  # which links the loss of Wi-Fi has left standing


class Engine(Links, Composer):
    """Sends a command at a time, and knows when it is over.

    :param idle: called over and over while a call waits
    :param rescue: ``rescue(what, modem)`` begins what takes several commands: ``"sync"``,
        ``"modes"``, ``"station"``; or does what follows a cut: ``"mend"``. See start/
    """

    def __init__(self, parser, port, idle=None, rescue=None):
        Links.__init__(self, parser, port)
        Composer.__init__(self)
        self.idle = idle
        self.rescue = rescue
        self.contact = 0  # 1: the module listens; 0: find out; -1: tried in vain
        self.stuck = False  # it said "busy" to all that it was asked: written by start/answer.py
        self.up = False  # it has been set up, and has not started anew since
        self.single = False  # AT+CIPMUX=0: notices and headers name no link
        self.wifi = 0  # 1: an access point took it in; -1: and let it go; 2: it has an address
        self.softap = False  # its own access point is on: written by start/ and at/
        self.restarts = 0  # times that it said "ready"
        self.commands = 0  # commands sent
        self.streak = 0  # commands that got a result since the module was looked for last
        self.gap = 0  # ms between a result and the next command
        self.sync = None  # start/answer.py: finding an answer, while state is _SYNC
        # The command under way, or the last one.
        self.state = _IDLE
        self.code = _TIMEOUT  # the event that ended it
        self.reply = b""
        self.lines = ()  # its reply
        self.words = b""  # the last line that was neither reply nor result: often the reason
        self.client = None  # its over(code) is called at the end
        self.limit = 0  # ms that it may take
        self.t1 = 0  # when it was sent last, or something came that is about it
        self.probed = False  # it was asked after: its result may be the answer to that
        self.connected = False  # CONNECT came, its OK is due
        self.busied = False  # "busy" came,
        self.signs = False  # and behind it what may be the command's own
        # Its payload.
        self.bytes = None  # to be sent at the prompt: not to be changed before it is None again
        self.sent = 0  # how many are out
        self.answered = False  # OK came, the prompt is still due
        self.verdict = _SEND_OK  # the event that confirms them
        self.received = False  # "Recv n bytes" came,
        self.mistaken = False  # and named another number
        self.counts = True  # this firmware says that at all
        self.early = 0  # a verdict that came without it
        self.owed = False  # the module may still wait for bytes
        self._line_view = b""
        self._whole = 0  # 1: inside step(); 2: a step or a write was cut short; 3: Modem.lend()

    # Sending a command

    def begin(self, name, args=(), reply=b"", timeout=5000, client=None, link=-1):
        """Send a command; ``step()`` until ``state`` is 0, then ``code`` and ``lines`` tell.

        :param bytes name: as for ``compose()``, with ``args``
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
        self.compose(name, args)
        n = self._n
        self._buf[n] = 13
        self._buf[n + 1] = 10
        if len(self._line_view) != n + 2:  # most commands are as long as the one before
            self._line_view = memoryview(self._buf)[: n + 2]
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
        self.t0 = self.t1 = self.port.ticks()
        if self.gap and self.streak:
            self.state = _AGAIN  # it goes out a little later: see _tick()
        else:
            self._send()

    def begin_receive(self, name, args, most, receiver, client=None, link=-1, timeout=5000):
        """``begin()`` for a command whose reply brings counted bytes.

        :param int most: at most so many
        :param receiver: where they go: see links.py
        """
        self.begin(name, args, b"", timeout, client, link)
        self.requested = self.parser.asked = most
        self.receiver = receiver

    def begin_send(self, name, args, data, client=None, link=-1, timeout=20000, verdict=_SEND_OK):
        """``begin()`` for a command with a prompt.

        :param data: a memoryview of bytes: not to be changed before ``bytes`` is None
        :param int verdict: the event that confirms them
        """
        self.begin(name, args, b"", timeout, client, link)
        self.bytes = data
        self.parser.prompt = True
        self.verdict = verdict
        self.received = verdict != _SEND_OK

    def _send(self):
        self.commands += 1
        self.state = _SENT
        self.answered = self.signs = False
        self.parser.asked = max(self.requested, 0)
        self.t1 = self.port.ticks()
        self.write(self._line_view)

    def write(self, view):
        """All of a view, however little the UART takes at a time.

        :raises OSError: EIO, it takes nothing for two seconds
        """
        whole = self._whole
        self._whole = 2
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
        self._whole = whole

    def chores(self):
        """Begin what must be done before the next command; True while that, or a command, is under
        way.

        :raises OSError: ETIMEDOUT, nothing answers
        """
        if self.state or self.parser.left > 0:  # an answer would be taken for payload
            return True
        if self.contact < 0:
            self.contact = 0
            raise fail("always_busy" if self.stuck else "silent")
        if self.gap and self.port.since(self.t1) < self.gap:
            return True
        if not self.contact:
            self.rescue("sync", self)
        elif self.recheck and self.up:
            what = self.recheck & _ASK_MODES or _ASK_STATION
            self.recheck &= ~what
            self.rescue("modes" if what == _ASK_MODES else "station", self)
        elif self.unwanted:
            link = 0
            while not self.unwanted >> link & 1:
                link += 1
            self.unwanted &= ~(1 << link)
            self.links[link] = _CLOSING
            self.follow(b"+CIPCLOSE=", (link,), b"", 5000, None, link)
        return self.state != _IDLE

    # Moving on

    def step(self):
        """Take in what is here and act on it, waiting for nothing; True if anything came."""
        if self._whole & 1:
            raise fail("nested" if self._whole == 1 else "in_passthrough")
        if self._whole:
            self._whole = 0
            self.rescue("mend", self)
        self._whole = 1
        try:
            came = self._pump()
            if not came and (self.pushed is not None or self.noise or self.parser.left > 0):
                self.watch()
            if self.state:
                self._tick(came)
        except BaseException:  # Ctrl-C, or an error in a callback: bytes may be missing
            self._whole = 2
            raise
        self._whole = 0
        return came

    def _pump(self):
        parser = self.parser
        port = self.port
        came = False
        if self.delayed is not None:
            parser.into(self.delayed.place())
            self.delayed = None
        for _ in range(16):  # a bounded turn, however fast the module talks
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
            n = port.read(parser.space())
            if not n:
                break
            came = True
            parser.fill(n)
            if parser.left > 0:
                self.t0 = port.ticks()  # a slow wire is no dead one
        return came

    def _tick(self, came):
        """Time has passed while a command is under way."""
        state = self.state
        port = self.port
        if state == _SYNC:
            self.sync.tick()
            return
        if port.since(self.t0) > self.limit:
            lazy.call("mishaps", "overdue", self)
        if came or self.state != state:
            return
        waited = port.since(self.t1)
        if state == _AGAIN:
            if waited > _BUSY_MS:
                self._send()
        elif state == _VERDICT:
            if self.early and waited > _EARLY_MS + self.sent:
                self.counts = False  # until it says "Recv n bytes" once more
                self.end(self.early)
        elif self.parser.prompt:
            short = self.bytes is not None and len(self.bytes) <= 3 and not self.busied
            if (waited > _PLUSES_MS and short) or (
                waited > _BEHIND_MS and self.answered and not short
            ):
                self._prompted(True)
        elif self.limit >= _LONG_MS and waited > _PROBE_MS and self.receiver is None:
            lazy.call("mishaps", "ask_after", self)

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
            if state == _AGAIN:
                self.signs = True
            if state and reply != b"" and (reply is None or line.startswith(reply)):
                self.settle(True)
                if len(self.lines) < 64:
                    self.lines.append(line)
                return
            self.words = line
            if state == _VERDICT and (line[:4] == b"Recv" or line[-5:] == b"bytes"):
                self.received = True  # a byte of it was lost on the way
            elif parser.glued or not self.passive or self.pushing:
                lazy.call("mishaps", "stray", self, line)
            return
        if self.pushed is not None:
            self.settle(True)  # what follows it is what may follow it
        if state == _SYNC:
            self.sync.heard(event)
        elif event == _BUSY:
            if state == _SENT and not self.probed:
                self.state = _AGAIN
                self.busied = True
            self.probed = False  # our question is answered: it is under way
            self.t1 = self.port.ticks()
        elif event == _PROMPT:
            if state == _SENT or state == _AGAIN:
                self._prompted(False)
        elif state == _VERDICT:
            # A verdict can come late or twice: ours comes behind "Recv n bytes", where firmware
            # says that at all. One without it is believed when nothing else comes.
            if event == _ERROR or event == _CANCELED:
                self.end(event)
            elif event == self.verdict or (event == _SEND_FAIL and self.verdict == _SEND_OK):
                if self.mistaken:
                    lazy.call("mishaps", "overdue", self)
                elif self.received or not self.counts:
                    self.end(event)
                else:
                    self.early = event
                    self.t1 = self.port.ticks()
        elif event < _SEND_OK and state:
            # Behind "busy": is it our own? An OK is where a prompt may follow, for sent again the
            # command would be taken for the payload.
            if state == _AGAIN and not (
                self.signs or self.arrived or self.lines or (event == _OK and parser.prompt)
            ):
                self._send()  # that was the result of what kept the module busy
            elif event == _OK and parser.prompt:
                self.state = _SENT
                self.answered = True  # the prompt is what counts
                self.t1 = self.port.ticks()
            else:
                if self.probed:  # it may be the answer to our question: nothing rests on it
                    self.contact = min(self.contact, 0)
                self.end(event)

    def _prompted(self, late):
        """``>``, or the time in which it should have come is over (``late``)."""
        data = self.bytes
        self.state = _VERDICT
        self.answered = self.parser.prompt = False
        self.early = 0
        if data is None or (late and len(data) > 3):
            self.write(b"+++")  # called off: this is what gets out of it
            self.limit = _SOON_MS
        else:  # a payload as short as "+++" would be taken for it: it goes out, asked for or not
            n = len(data)
            for i in range(0, n, _BLOCK):
                self.write(data if n <= _BLOCK else data[i : min(n, i + _BLOCK)])
            self.sent = n
        self.bytes = None
        self.t0 = self.port.ticks()

    def _notice(self, event):
        """What the module says unasked."""
        link = self.parser.link
        # Without a link it is what is left of a notice whose beginning was taken for payload.
        headless = link < 0 and _CONNECT <= event <= _CONNECT_FAIL and not self.single
        self.settle(event != _READY and not headless)
        if headless:
            lazy.call("mishaps", "hole", self, -1)
        elif event == _READY:  # all state is gone
            self.noise = False
            self.restarts += 1
            self.up = False
            self.contact = self.wifi = self.unwanted = self.doubt = self.recheck = 0
            self.lose(-1, _LOST_RESTART)
            if self.state == _SYNC:
                self.sync.heard(event)
            elif self.state:
                self.end(event)
        elif event == _WIFI_CONNECTED:
            self.wifi = 1
        elif event == _GOT_IP:
            self.wifi = 2
        elif event == _WIFI_DISCONNECT:
            self.wifi = -1 if self.wifi == 1 else 0
            if self.softap:
                self.recheck |= _ASK_STATION  # its stations have connections of their own
            else:
                self.lose(-1, _LOST_WIFI)
        elif link >= 0:
            if event == _WAITING:
                if not self.links[link]:
                    lazy.call("mishaps", "newcomer", self, link)
                self.unread[link] = self.parser.length
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
