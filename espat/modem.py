# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The command engine: one command at a time, over a parser and a port.

``begin()`` sends a command, ``step()`` moves on as far as the bytes that are here allow and never
waits. Notices, ``busy``, payloads and restarts are dealt with in it, whoever calls it.
"""

import errno

try:
    from micropython import const
except ImportError:
    const = int

from .parser import Parser

# The parser's events (a test compares them with its table).
_LINE = const(1)
_OK = const(2)
_ERROR = const(3)
_FAIL = const(4)
_SEND_OK = const(5)
_CANCELED = const(7)
_BUSY = const(8)
_PROMPT = const(9)
_RECV = const(11)
_DATA = const(12)
_END = const(15)
_REFUSED = const(16)
_BROKEN = const(17)
_WAITING = const(18)
_CONNECT = const(19)
_CLOSED = const(20)
_READY = const(22)
_WIFI_CONNECTED = const(24)
_GOT_IP = const(25)
_WIFI_DISCONNECT = const(26)

_TIMEOUT = const(0)  # how a command ends that has no result; a restart ends it with _READY

# state: what the engine is doing.
_IDLE = const(0)
_SENT = const(1)  # a command is out, its result is due
_AGAIN = const(2)  # "busy": it was thrown away, and will be sent again
_VERDICT = const(3)  # a payload is out, SEND OK or SEND FAIL is due
_SYNC = const(4)  # finding out whether the module listens: sync.py

# links: what each link is. From _LOST_RESTART to _LOST_SEND its stream has a hole: an error, never
# an end.
_FREE = const(0)
_OPENING = const(1)
_OPEN = const(2)
_CLOSED_BY_PEER = const(3)  # what the module still holds can be read
_LOST_RESTART = const(4)
_LOST_WIFI = const(5)
_LOST_BYTES = const(6)
_LOST_SEND = const(7)
_CLOSING = const(8)

_LINKS = const(5)
_LIMIT = const(254)  # bytes of a command without its CRLF (dialects.md section 5)
_BUSY_MS = const(300)  # how long "busy" is waited out before a command is sent again
_BLOCK = const(512)  # bytes written to the UART at a time

# Numbers of errors.py.
_ERR_WAIT = const(11)
_ERR_TIME = const(12)
_ERR_SILENT = const(13)
_ERR_STUCK = const(14)
_ERR_LONG = const(33)
_ERR_BREAK = const(34)
_ERR_NESTED = const(35)


class ATError(RuntimeError):
    """The module refused a command: ``command`` names it, ``words`` is what was said (bytes)."""


def fail(what, *args):
    """The exception for a number of ``errors.py``. That is not loaded for having to wait."""
    if what == _ERR_WAIT or what == _ERR_TIME:
        number = errno.ETIMEDOUT if what == _ERR_TIME else errno.EAGAIN
        return OSError(number, "still waiting for " + args[0])
    from .errors import error

    return error(what, *args)


class Modem:
    """One module on a ``Port``; ``idle()`` is called over and over while a call waits."""

    def __init__(self, port, idle=None):
        self.port = port
        self.parser = Parser()
        self.idle = idle
        # What is known of the module.
        self.firmware = (0, 0)  # family and version: firmware.py
        self.up = False  # it has been set up, and has not started anew since
        self.contact = 0  # 1: it listens; 0: find out before the next command; -1: tried in vain
        self.wifi = 0  # 1: an access point took it in; -1: and let it go; 2: it has an address
        self.passive = False  # receive mode
        self.can = 0  # its capabilities, a bit each
        self.restarts = 0  # times that it said "ready"
        self.commands = 0  # commands sent
        # The command under way, or the last one.
        self.state = _IDLE
        self.code = _TIMEOUT  # the event that ended it
        self.lines = ()  # its reply
        self.words = b""  # the last line that was neither reply nor result: often the reason
        self.client = None  # its over(code) is called at the end
        self.link = -1  # whose link a CIPRECVDATA, CIPSEND or CIPCLOSE is for
        # The link table.
        # What each link is; from 5 on its generation: no late word reaches its next user.
        self.links = bytearray(_LINKS * 2)
        self.held = [0] * _LINKS  # bytes that the module holds, passive receive
        self.owners = [None] * _LINKS  # place() and placed(n): where its payload goes
        self.unwanted = 0  # a bit each: to be closed when there is a turn
        self.doubt = 0  # a bit each: the CLOSED of its last user is still to come
        self.sync = None
        self.server = None  # called with the link of a client that came
        self._buf = bytearray(_LIMIT + 2)
        self._buf[0:2] = b"AT"
        self._out = b""
        self._n = 0
        self.reply = b""
        self.payload = None  # to be sent at the prompt: not to be changed before it is None again
        self._received = False
        self._whole = 0  # 1: inside step(); 2: a step or a write did not come to its end
        self._t0 = self._t1 = self.limit = 0

    # Sending a command

    def _byte(self, c):
        if self._n >= _LIMIT:
            raise fail(_ERR_LONG)
        self._buf[self._n] = c
        self._n += 1

    def compose(self, name, args):
        """Put ``AT<name><args>`` together in the command buffer."""
        self._n = n = len(name) + 2
        if n > _LIMIT:
            self._byte(0)
        self._buf[2:n] = name
        for i in range(len(args)):
            if i:
                self._byte(44)
            arg = args[i]
            if isinstance(arg, int):
                if arg < 0:
                    self._byte(45)
                    arg = -arg
                rest = arg
                while rest > 9:
                    self._byte(48)
                    rest //= 10
                self._byte(48)
                n = self._n
                while arg:  # the last digit first: no string is made
                    n -= 1
                    self._buf[n] = 48 + arg % 10
                    arg //= 10
            elif arg is not None:
                self._byte(34)
                for c in arg.encode() if isinstance(arg, str) else arg:
                    if c == 13 or c == 10 or c == 0:
                        raise fail(_ERR_BREAK)
                    if c == 34 or c == 44 or c == 92:
                        self._byte(92)
                    self._byte(c)
                self._byte(34)

    def begin(self, name, args=(), reply=b"", timeout=5000, client=None):
        """Send a command; ``step()`` until ``state`` is 0, then ``code`` and ``lines`` tell.

        :param bytes name: what stands behind ``AT``, with its ``=`` or ``?``; not escaped
        :param args: int as digits; None as nothing; str and bytes in quotes, with a backslash
            before a backslash, ``"`` and ``,``
        :param reply: lines that start so are kept in ``lines``; None: every line
        :param int timeout: ms
        :param client: its ``over(code)`` is called at the end
        :raises OSError: EAGAIN, another command is under way
        :raises ValueError: CR, LF or NUL in a parameter, or over 256 bytes; nothing was sent
        """
        if self.chores():
            raise fail(_ERR_WAIT, "the module")
        self.compose(name, args)
        self.client = client
        n = self._n
        self._buf[n] = 13
        self._buf[n + 1] = 10
        if len(self._out) != n + 2:  # most commands are as long as the one before
            self._out = memoryview(self._buf)[: n + 2]
        self.reply = reply
        self.lines = () if reply == b"" else []
        self.words = b""
        self.limit = timeout
        self._t0 = self.port.ticks()
        self._again()

    def _again(self):
        self.commands += 1
        self.state = _SENT
        self._t1 = self.port.ticks()
        self.write(self._out)

    def write(self, view):
        """All of a view, however little the UART takes at a time."""
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
            elif port.since(then) > 2000:
                raise fail(_ERR_STUCK)
            elif self.idle:
                self.idle()
            port.pause()
        self._whole = whole

    def chores(self):
        """Begin what must be done before the next command; True while that, or a command, is under
        way.

        :raises OSError: ETIMEDOUT, nothing answers
        """
        if self.state == _IDLE:
            if self.contact < 0:
                self.contact = 0
                raise fail(_ERR_SILENT)
            if not self.contact:
                from .sync import Sync

                self.sync = Sync(self)
            elif self.unwanted:
                link = 0
                while not self.unwanted >> link & 1:
                    link += 1
                more = self.unwanted & ~(1 << link)
                self.unwanted = 0
                self.links[link] = _CLOSING
                self.begin(b"+CIPCLOSE=", (link,))
                self.link = link
                self.unwanted = more
        return self.state != _IDLE

    # Moving on

    def step(self):
        """Take in what is here and act on it, waiting for nothing; True if anything came."""
        if self._whole == 1:
            raise fail(_ERR_NESTED)
        if self._whole:
            from .sync import mend

            self._whole = 0
            mend(self)
        self._whole = 1
        try:
            came = self._pump()
            state = self.state
            if state == _SYNC:
                self.sync.tick()
            elif state != _IDLE and self.port.since(self._t0) > self.limit:
                if state == _VERDICT:
                    self.lose(self.link, _LOST_SEND)
                self.end(_TIMEOUT)
            elif state == _AGAIN and self.port.since(self._t1) > _BUSY_MS:
                self._again()
        except BaseException:  # Ctrl-C, or an error in a callback: bytes may be missing
            self._whole = 2
            raise
        self._whole = 0
        return came

    def _pump(self):
        parser = self.parser
        port = self.port
        came = False
        for _ in range(16):  # a bounded turn, however fast the module talks
            event = parser.next()
            while event:
                if event < _RECV:
                    self._result(event)
                elif event < _WAITING:
                    if self._counted(event):
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
                self._t0 = port.ticks()  # a slow wire is no dead one
        return came

    def end(self, code):
        """The command under way is over; after a time-out the module may not agree."""
        self.state = _IDLE
        self.code = code
        parser = self.parser
        link = self.link
        if link >= 0 and self.links[link] == _CLOSING:
            self.links[link] = _FREE
            if code <= _OK:  # its CLOSED may still come, and must not hit the next user
                self.doubt |= 1 << link
        if code == _TIMEOUT:
            self.contact = min(self.contact, 0)
        else:
            parser.prompt = False
            parser.asked = 0
            self.link = -1
        self.payload = None
        client = self.client
        if client is not None:
            self.client = None
            client.over(code)

    def _result(self, event):
        """LINE to PROMPT: what the command under way has to do with it."""
        parser = self.parser
        state = self.state
        if event == _LINE:
            line = parser.line
            reply = self.reply
            if state == _IDLE or reply == b"" or (reply and not line.startswith(reply)):
                if parser.glued:
                    self.lose(parser.owner, _LOST_BYTES)
                self.words = line
            elif len(self.lines) < 64:
                self.lines.append(line)
        elif state == _SYNC:
            self.sync.heard(event)
        elif event == _BUSY:
            if state == _SENT:  # what we sent was thrown away: wait, then send it again
                self.state = _AGAIN
                self._t1 = self.port.ticks()
        elif event == _PROMPT:
            self._prompted()
        elif state == _VERDICT:
            # A verdict can come late or twice: ours comes behind "Recv n bytes".
            if self._received or event == _ERROR or event == _CANCELED:
                self.end(event)
        elif event < _SEND_OK and state != _IDLE:
            if event == _OK and parser.prompt:
                self._t1 = self.port.ticks()  # the prompt is what counts
            elif state == _AGAIN and not self.lines:
                self._again()  # that was the result of what kept the module busy
            else:
                self.end(event)

    def _prompted(self):
        payload = self.payload
        self.state = _VERDICT
        self._received = False
        if payload is None:  # called off: "+++" is what gets out of it
            self.write(b"+++")
        else:
            n = len(payload)
            if n <= _BLOCK:
                self.write(payload)
            else:
                for i in range(0, n, _BLOCK):
                    self.write(payload[i : min(n, i + _BLOCK)])
            self.payload = None
        self._t0 = self.port.ticks()

    def _counted(self, event):
        """``Recv n bytes``, and payloads; True at the end of one that came unasked."""
        parser = self.parser
        if event == _RECV:
            self._received = True
            return False
        asked = parser.asked
        if asked and parser.link < 0:  # +CIPRECVDATA does not tell whose it is
            parser.link = self.link
        link = parser.link
        if event == _REFUSED or event == _BROKEN:
            self.lose(link, _LOST_BYTES)
            if event == _REFUSED:  # where the payload ends nobody knows
                parser.reset()
                self.end(_TIMEOUT)
            return False
        owner = self.owners[link] if link >= 0 else None
        if event == _DATA:
            self.held[link] = max(0, self.held[link] - parser.length)
        elif owner:
            owner.placed(parser.at)
        if event == _END:
            if not asked or link != self.link:
                return True
            parser.asked = 0
            return False
        if owner:
            parser.into(owner.place())
        return False

    def _notice(self, event):
        """What the module says unasked."""
        link = self.parser.link
        if event == _READY:
            self.restarts += 1
            self.up = False
            self.contact = self.wifi = self.unwanted = self.doubt = 0
            self.lose(-1, _LOST_RESTART)
            if self.state == _SYNC:
                self.sync.heard(_READY)
            elif self.state != _IDLE:
                self.end(_READY)
        elif event == _WIFI_CONNECTED:
            self.wifi = 1
        elif event == _GOT_IP:
            self.wifi = 2
        elif event == _WIFI_DISCONNECT:
            self.wifi = -1 if self.wifi == 1 else 0
            self.lose(-1, _LOST_WIFI)
        elif link >= 0:
            if event == _WAITING:
                self.held[link] = self.parser.length
            elif event == _CLOSED:
                self.closed(link)
            elif event == _CONNECT:
                if self.links[link] == _OPENING:
                    self.links[link] = _OPEN
                elif self.server:
                    self.server(link)

    def closed(self, link):
        """A link was closed, as its notice or the list of links says."""
        state = self.links[link]
        if self.doubt >> link & 1 or state == _OPENING:
            self.doubt &= ~(1 << link)  # its last user's, come late
        elif state == _OPEN:
            self.links[link] = _CLOSED_BY_PEER
        elif state == _CLOSING:
            self.links[link] = _FREE

    # The link table

    def take(self, owner):
        """A link for an owner, from 4 down: a server is given low ones. ENOMEM: none is free."""
        best = -1
        for link in range(_LINKS):
            state = self.links[link]
            if state == _FREE or _LOST_RESTART <= state <= _LOST_WIFI:
                if best < 0 or not self.doubt >> link & 1:
                    best = link
        if best < 0:
            from .repair import take

            best = take(self)
        self.links[best] = _OPENING
        self.links[best + _LINKS] = (self.links[best + _LINKS] + 1) & 255
        self.owners[best] = owner
        self.held[best] = 0
        return best

    def give(self, link):
        """Its owner is through with a link: it is closed when there is a turn, if need be."""
        state = self.links[link]
        self.owners[link] = None
        if state == _OPEN or state >= _LOST_WIFI or self.held[link]:
            self.unwanted |= 1 << link
        else:
            self.links[link] = _FREE

    def lose(self, link, why):
        """There is a hole in a link's stream, in each if link is -1: whoever uses it shall know."""
        for i in range(_LINKS):
            if (link < 0 or i == link) and _FREE < self.links[i] <= _CLOSED_BY_PEER:
                self.links[i] = why

    # Waiting

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
