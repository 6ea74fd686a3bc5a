"""A scripted far end: no module, a table of what a command is answered with, byte for byte.

It serves to say what no working module says: no prompt, no verdict, a length that lies. What it
prints unless told otherwise is written from the wire formats of `dialects.md` for two firmwares,
each line one print of the firmware, as notices fall between prints.
"""

from espat import Radio, SocketPool
from espat_tools.emulator import SimClock
from tests.driver.desk import PASSWORD, SSID, Hang, SimPort

OK, ERROR, FAIL = b"\r\nOK\r\n", b"\r\nERROR\r\n", b"\r\nFAIL\r\n"
SEND_OK, SEND_FAIL = b"\r\nSEND OK\r\n", b"\r\nSEND FAIL\r\n"
BUSY_P, BUSY_S = b"\r\nbusy p...\r\n", b"\r\nbusy s...\r\n"
READY = b"\r\nready\r\n"
NOISE = b"\x00\xe0\x8c\r\n~?\x80\x06\xfcl>\x1c\xc3\x00\r\n\x8e\x0c\xe2\x82n\xf3> \xff\x00\x1e"


class EspAt:
    """ESP-AT 3.3 on an ESP32-C3."""

    gmr = (
        b"AT version:3.3.0.0(c0ffee3 - ESP32C3 - May  8 2024 08:21:52)\r\n",
        b"SDK version:v5.0.6-dirty\r\n",
        b"compile time(dc8c2b5):May  9 2024 12:46:11\r\n",
        b"Bin version:v3.3.0.0(MINI-1)\r\n",
        OK,
    )
    suffix = b""
    joined = b'+CWJAP:"espat","02:00:00:00:00:01",6,-50,0,1,3,0,1\r\n'
    prompt = (OK, b"\r\n>")
    fail = SEND_FAIL
    echo_end = b"\r\n"
    no_link = b"-1"

    @staticmethod
    def recvdata(data):
        return b"+CIPRECVDATA:%d," % len(data)

    @staticmethod
    def links(numbers):
        return [b'+CIPSTATE:%d,"TCP","10.0.0.1",80,50000,0\r\n' % n for n in numbers]


class NonOs:
    """NonOS AT 1.7.4 on an ESP8266."""

    gmr = (
        b"AT version:1.7.4.0(May 11 2020 19:13:04)\r\n",
        b"SDK version:3.0.4(9532ceb)\r\n",
        b"compile time:May 27 2020 10:12:17\r\n",
        b"Bin version(Wroom 02):1.7.4",
        OK,
    )
    suffix = b"_CUR"
    joined = b'+CWJAP_CUR:"espat","02:00:00:00:00:01",6,-50,0\r\n'
    prompt = (OK, b"> ")
    fail = b"SEND FAIL\r\n"
    echo_end = b"\r\r\n"
    no_link = b"0"

    @staticmethod
    def recvdata(data):
        return b"\r\n+CIPRECVDATA,%d:" % len(data)

    @staticmethod
    def links(numbers):
        rows = [b'+CIPSTATUS:%d,"TCP","10.0.0.1",80,50000,0\r\n' % n for n in numbers]
        return [b"STATUS:3\r\n", *rows]


class Script:
    """The UART to it.

    `on(command, *answers)` says what the next such commands are answered with, in turn: each a
    tuple of bytes to print and numbers, seconds to wait. `payload` stands for the bytes after a
    prompt. Afterwards, and for all else, there is a default.
    """

    timeout = 0
    baudrate = 115200

    def __init__(self, clock, dialect):
        self.clock = clock
        self.dialect = dialect
        self.echo = False
        self.calls = 0
        self.commands = []
        self.payloads = []
        self.held = {}  # what the passive buffer of a link has
        self.open = set()
        self._answers = {}
        self._line = b""
        self._owed = 0  # payload bytes still to come
        self._payload = b""
        self._out = []  # [due, bytes]
        self.filter = lambda piece: [piece]  # sees each print before it goes out

    def on(self, command, *answers):
        self._answers.setdefault(command, []).extend(answers)
        return self

    def say(self, *steps):
        """Print, now: bytes, and numbers to wait."""
        due = max(self.clock.now(), self._out[-1][0] if self._out else 0)
        for step in steps:
            if isinstance(step, (int, float)):
                due += step
            else:
                self._out += [[due, piece] for piece in self.filter(step)]

    def quiet(self):
        """Print nothing of what was to be printed."""
        self._out.clear()

    # -- the face of a UART ----------------------------------------------------------------------

    def readinto(self, view):
        self._count()
        got = 0
        while self._out and self._out[0][0] <= self.clock.now() and got < len(view):
            piece = self._out[0][1]
            n = min(len(piece), len(view) - got)
            view[got : got + n] = piece[:n]
            got += n
            self._out[0][1] = piece[n:]
            if not self._out[0][1]:
                self._out.pop(0)
        return got or None

    def write(self, view):
        self._count()
        for byte in bytes(view):
            self._take(bytes([byte]))
        return len(view)

    def deinit(self):
        """Nothing to give back."""

    def _count(self):
        self.calls += 1
        if self.calls > 3_000_000:
            raise Hang("three million calls of the UART")

    # -- the far end -----------------------------------------------------------------------------

    def _take(self, byte):
        if self._owed:
            self._take_payload(byte)
            return
        self._line += byte
        if self._line == b"+++":  # in no data state: noise
            self._line = b""
        if self._line.endswith(b"\r\n"):
            line, self._line = self._line[:-2], b""
            if self.echo:
                self.say(line + self.dialect.echo_end)
            self.commands.append(line)
            self._command(line)

    def _take_payload(self, byte):
        self._payload += byte
        self._owed -= 1
        if self._payload == b"+++" and self._owed:
            self._owed = 0
            self.say(b"\r\nSEND Canceled\r\n")
        elif not self._owed:
            self.payloads.append(self._payload)
            recv = b"\r\nRecv %d bytes\r\n" % len(self._payload)
            self.say(*(self._scripted("payload") or (recv, SEND_OK)))

    def _scripted(self, key):
        """The next answer that a test has laid down."""
        for command, answers in self._answers.items():
            if answers and (
                key == command or (key != "payload" and key[: len(command)] == command)
            ):
                return answers.pop(0)
        return None

    def _command(self, line):
        steps = self._scripted(line)
        steps = self._default(line) if steps is None else steps
        self.say(*steps)
        if line.startswith(b"AT+CIPSEND=") and self.dialect.prompt[-1] in steps:
            self._owed = int(line.rpartition(b",")[2])
            self._payload = b""

    def _default(self, line):
        name, sign, rest = line.partition(b"=")
        for_link = name in (b"AT+CIPSEND", b"AT+CIPCLOSE") and rest and rest[0] in b"01234"
        if for_link and int(rest[:1]) not in self.open:
            return (ERROR,)
        if name == b"ATE0":
            self.echo = False
        method = getattr(self, "_" + name[3:].decode("latin-1").lower().rstrip("?"), None)
        if name[:3] != b"AT+" or method is None:
            return (OK,)
        return method(rest if sign else None)

    def _gmr(self, _):
        return self.dialect.gmr

    def _cwjap(self, rest):
        return (self.dialect.joined, OK) if rest is None else (OK,)

    _cwjap_cur = _cwjap

    def _cwmode(self, rest):
        line = b"+CWMODE" + self.dialect.suffix + b":1\r\n"
        return (line, OK) if rest is None else (OK,)

    _cwmode_cur = _cwmode

    def _cipsta(self, _):
        name = b"+CIPSTA" + self.dialect.suffix
        lines = [b'ip:"192.168.1.50"', b'gateway:"192.168.1.1"', b'netmask:"255.255.255.0"']
        return *(b"%s:%s\r\n" % (name, line) for line in lines), OK

    _cipsta_cur = _cipsta

    def _cipstart(self, rest):
        self.open.add(int(rest[:1]))
        return b"%c,CONNECT\r\n" % rest[0], OK

    def _cipsend(self, _):
        return self.dialect.prompt

    def _cipclose(self, rest):
        if rest is None:
            return (ERROR,)
        closed = sorted(self.open) if rest == b"5" else [int(rest)]
        self.open -= set(closed)
        for link in closed:
            self.held.pop(link, None)
        return *(b"%d,CLOSED\r\n" % link for link in closed), OK

    def _ciprecvdata(self, rest):
        link, count = map(int, rest.split(b","))
        data = self.held.get(link, b"")
        if not data:
            return (ERROR,)
        data, self.held[link] = data[:count], data[count:]
        more = (self.waiting(link),) if self.held[link] else ()
        return self.dialect.recvdata(data), data, OK, *more

    def _ciprecvlen(self, _):
        held = [
            b"%d" % len(self.held.get(n, b"")) if n in self.open else self.dialect.no_link
            for n in range(5)
        ]
        return b"+CIPRECVLEN:%s\r\n" % b",".join(held), OK

    def _cipstate(self, _):
        return *self.dialect.links(sorted(self.open)), OK

    _cipstatus = _cipstate

    # -- what happens on the network -------------------------------------------------------------

    def waiting(self, link):
        """The passive notice of what a link holds."""
        return b"\r\n+IPD,%d,%d\r\n" % (link, len(self.held[link]))

    def arrive(self, link, data):
        """Data come for a link, passive receive."""
        self.held[link] = self.held.get(link, b"") + data
        self.say(self.waiting(link))

    def reboot(self, noise=NOISE):
        """The module restarts: noise, `ready`, and nothing is as it was."""
        self.quiet()
        self.open.clear()
        self.held.clear()
        self._line = b""
        self._owed = 0
        self.echo = True
        self.say(noise, READY)


class ScriptedDesk:
    """A radio, set up and joined, with a script at its other end."""

    def __init__(self, dialect, **radio):
        self.clock = SimClock()
        self.script = Script(self.clock, dialect)
        self.port = SimPort(self.script, self.clock)
        self.radio = Radio(self.port, **radio)
        self.pool = SocketPool(self.radio)
        self.modem = self.radio.modem
        self.radio.connect(SSID, PASSWORD)

    def socket(self, timeout=5):
        """A connected socket: its link is 4, 3, … in turn."""
        sock = self.pool.socket()
        sock.settimeout(timeout)
        sock.connect(("10.0.0.1", 80))
        return sock

    def said(self, word):
        """The command lines that hold a word."""
        return [line for line in self.script.commands if word in line]

    @property
    def link(self):
        """The link of the latest connect."""
        return int(self.said(b"AT+CIPSTART=")[-1][12:13])

    def works(self):
        """A conversation from end to end, now."""
        script = self.script
        sock = self.socket()
        link = self.link
        count = len(script.payloads)
        sock.sendall(b"still there?")
        assert script.payloads[count:] == [b"still there?"]
        if self.modem.passive:
            script.arrive(link, b"yes, still")
        else:
            script.say(b"\r\n+IPD,%d,10:yes, still" % link)
        assert sock.recv(100) == b"yes, still"
        sock.close()
        assert link not in script.open
