"""The module itself: bytes in, bytes out, and a clock.

It uses no threads, never sleeps and does not read the real time. The owner of a :class:`Core`
feeds it what the host sent, takes its output, and calls :meth:`Core.poll` when time has passed
or something happened in the network.
"""

import ipaddress
import logging
from dataclasses import replace

from . import profiles
from .clock_works import ClockWorks
from .commands import commands_of
from .families import E22
from .intake import BUSY, COMMAND, DEAF, Expected, Intake
from .latency import Far
from .link_types import Request
from .links import Links
from .outcome import ERROR, OK, SILENT
from .params import BUSY as BUSY_CODE
from .params import (
    FAILED,
    LENGTH,
    NO_AT,
    NO_TERMINATOR,
    UNKNOWN,
    WRONG_FORM,
    Arguments,
    Refused,
    split,
)
from .passthrough import Passthrough
from .pki import store_of
from .schedule import Scheduler, Until
from .soft_ap import SoftAp
from .state import Session, Settings
from .station import Station
from .tls_engines import Unavailable

_LOG = logging.getLogger("espat_tools.emulator")


class Call:
    """One command that is being executed; the argument of its handler."""

    def __init__(self, core, tag, args):
        self.core = core
        #: The command's name as the table has it, ``+CIPSTA_CUR``.
        self.tag = tag
        self.args = args

    @property
    def persist(self):
        """Whether this command writes to flash (``_CUR``/``_DEF``, or AT+SYSSTORE)."""
        if self.core.profile.old:
            return not self.tag.endswith("_CUR")
        return bool(self.core.session.store)

    def set(self, always=False, **values):
        """Change settings; also in flash if this command writes there, or if ``always``."""
        written = always or self.persist
        for name, value in values.items():
            setattr(self.core.settings, name, value)
            if written:
                setattr(self.core.flash, name, value)
        self.core.flash_writes += written

    def say(self, name, *args):
        """Print a line of the table, with this command's own name where the form has one."""
        self.core.say(name, *args, tag=self.tag)


class Core:
    """One emulated module."""

    def __init__(
        self, profile, *, clock, network, access_points, flash=None, baud=115200, timing=None
    ):
        self.profile = profiles.load(profile, timing)
        self.timing = self.profile.timing
        self.clock = clock
        self.network = Far(network, self) if self.timing.peer else network
        self.access_points = list(access_points)
        #: The settings that survive a reset, and the copy that the module works with.
        self.flash = flash or self.factory_settings()
        if self.flash.store is None:
            self.flash.store = store_of(self.profile.id)
        self.settings = replace(self.flash)
        #: How many commands have written settings to flash (flash wears out with writes).
        self.flash_writes = 0
        self._factory_baud = baud
        self.baud = self.flash.baud or baud
        #: The host's baud rate, set by the line; None when it cannot differ from the module's.
        self.host_baud = None
        #: The flow-control field of AT+UART_CUR: its value after a reset if flash holds none,
        #: and the current value.
        self.factory_flow = 0
        self.flow_control = self.flash.flow_control or 0
        self.commands = commands_of(self.profile.id)
        self.scheduler = Scheduler(clock)
        self.session = self._new_session()
        self.links = Links(self)
        self.station = Station(self)
        self.soft_ap = SoftAp(self)
        self.clock_works = ClockWorks(self)
        self.intake = Intake(self)
        self.passthrough = Passthrough(self)
        #: True while a payload is being sent to the network (NonOS answers ``busy s`` then).
        self.sending = False
        #: Actions to do once the result of the running command has been printed.
        self.afterwards = []
        #: What AT+SYSLOG=1 prints if the running command fails.
        self._code = FAILED << 16
        #: Called with every command line, as bytes without its line end.
        self.on_command = lambda line: None
        #: Called with everything printed.
        self.on_output = lambda data: None
        #: Called with a name and facts for each event: of Wi-Fi, links, faults, and each boot.
        self.on_event = lambda name, **facts: None
        #: Returns how many bytes were taken with :meth:`take` but have not reached the host.
        self.beyond = lambda: 0
        #: Calls an action once all output so far has left the module.
        self.when_sent = lambda action: action()
        #: Called when output that has not been read is discarded.
        self.on_clear = lambda: None
        #: What AT+MDNS announces (:class:`~.mdns.Service`), None for nothing.
        self.service = None
        self._output = bytearray()
        self._silent = False

    # -- the sans-I/O face -------------------------------------------------------------------

    def feed(self, data):
        """Accept bytes from the host. Any immediate reply can then be taken."""
        self.poll()
        self.intake.feed(data)
        self.poll()

    def take(self, limit=None):
        """Return and remove output for the host: all that is ready, or at most ``limit`` bytes."""
        if self._silent:
            return b""
        count = len(self._output) if limit is None else min(limit, len(self._output))
        data = bytes(self._output[:count])
        del self._output[:count]
        return data

    @property
    def pending(self):
        """How many bytes of output have not reached the host."""
        return len(self._output) + self.beyond()

    @property
    def available(self):
        """How many bytes can be taken now: none while the module is held silent."""
        return 0 if self._silent else len(self._output)

    def poll(self):
        """Do all that is due by now, in the module and in the network."""
        moved = True
        while moved:
            self.scheduler.run()
            moved = self.network.poll()
            moved = self.links.poll() or moved

    def next_due(self):
        """When something is next due without new input, in the clock's seconds, or None."""
        return self.scheduler.next_due()

    # -- output ------------------------------------------------------------------------------

    def emit(self, data):
        """Send raw bytes to the host."""
        if data:
            self._output += data
            self.on_output(bytes(data))

    def say(self, name, *args, tag=None):
        """Print a line of the family's table, or nothing if the family has no such line."""
        line = self.profile.lines.get(name)
        if line:
            self.emit(line.render(*args, tag=tag))

    def notify(self, name, *args):
        """Print a notice; in passthrough only if bit 2 of AT+SYSMSG is set."""
        if not self.in_passthrough or self.settings.sysmsg & 4:
            self.say(name, *args)

    def address(self, address):
        """An address as arguments of the family's printf forms: four numbers, or one string."""
        if self.profile.old:
            return list(ipaddress.IPv4Address(address).packed)
        return [address]

    def clear_output(self):
        """Discard the output that has not been read."""
        self._output.clear()
        self.on_clear()

    def hold(self, silent=True):
        """Hold back all output while ``silent``; it can be taken after ``hold(False)``."""
        self._silent = silent

    # -- commands ----------------------------------------------------------------------------

    @property
    def in_passthrough(self):
        """Whether the module is in the data state of passthrough."""
        return self.passthrough.active

    def line(self, line, too_long=False):
        """Execute or refuse a whole line from the host, given with its line end."""
        self.on_command(line.rstrip(b"\r\n"))
        try:
            if too_long:
                raise Refused(code=LENGTH)
            if not line.endswith(b"\r\n"):
                raise Refused(code=NO_TERMINATOR)
            handler, call = self._find(self._body(line[:-2]))
        except Refused as refusal:
            self._refuse(refusal)
            return
        self.start_command(self._steps(handler, call))

    def _body(self, line):
        """The line after its ``AT``."""
        heads = (b"AT", b"at") if self.profile.old else (b"AT", b"at", b"At", b"aT")
        found = [at for at in map(line.find, heads) if at >= 0]
        at = min(found, default=-1)
        if at < 0 or (at and not self.profile.hunts_for_at):
            raise Refused(code=NO_AT)
        return line[at + 2 :]

    def _find(self, body):
        """The handler and the :class:`Call` for the body of a command line."""
        name, form, rest = _take_apart(body)
        text = name.decode("latin-1")
        tag = text.upper() if self.profile.any_case else text
        command = self.commands.get(tag)
        handler = command and command.form(form)
        if not handler:
            raise Refused(code=WRONG_FORM if command else UNKNOWN)
        if not self.session.wifi and tag.startswith("+CW") and tag != "+CWINIT":
            raise Refused
        values = split(rest, not self.profile.old) if form == "set" else []
        return handler, Call(self, tag, Arguments(values, rest))

    def _steps(self, handler, call):
        """The task of one command, from its start to its result."""
        if self.timing.command:
            yield self.timing.command
        try:
            result = handler(call)
            if hasattr(result, "send"):
                result = yield from result
        except Refused as refusal:
            self._say_reason(refusal)
            self._code = refusal.code
            return ERROR
        except Unavailable as missing:
            _LOG.error("%s", missing)
            return ERROR
        return OK if result is None else result

    def start_command(self, steps):
        """Run a task as the command whose reply the host is waiting for."""
        self.intake.state = BUSY
        self.scheduler.start(steps, self._finish)

    def _finish(self, result):
        """End a command: print the result of its task and accept commands again."""
        self.sending = False
        if self.intake.state == BUSY:
            self.intake.state = COMMAND
        if result == ERROR:
            self._say_error(self._code)
        elif result != SILENT:
            self.say(result)
        self._code = FAILED << 16
        actions, self.afterwards = self.afterwards, []
        for action in actions:
            action()
        self.links.announce_all()

    def _refuse(self, refusal):
        self._say_reason(refusal)
        self._say_error(refusal.code)

    def _say_error(self, code):
        if self.session.syslog:
            self.say("error code", 0x01000000 | code)
        self.say(ERROR)

    def say_busy(self):
        """Answer a line that came while a command was running."""
        if self.session.syslog:
            self.say("error code", 0x01000000 | BUSY_CODE << 16)
        self.say("busy s" if self.sending and self.profile.old else "busy p")

    def _say_reason(self, refusal):
        if refusal.reason:
            self.say(refusal.reason, *refusal.args)

    @property
    def version(self):
        """What AT+GMR prints: the family's own version, or that of an update (AT+CIUPDATE)."""
        version, firmware = self.profile.version, self.settings.firmware
        if not firmware:
            return version
        number = ".".join(map(str, firmware[: version.bin.count(".") + 1]))
        named = "v" * version.bin.startswith("v") + number if version.bin else ""
        return replace(version, at=tuple(firmware), bin=named)

    @property
    def online(self):
        """Whether there is a network to connect over: joined as a station, or a soft-AP."""
        return self.station.joined or bool(self.settings.wifi_mode & 2)

    @property
    def link_status(self):
        """``<stat>`` of AT+CIPSTATUS."""
        kinds = {link.kind for link in self.links.open.values()}
        if not self.station.enabled and not self.profile.old:
            return 0
        if not self.station.joined:
            return 1 if self.station.state == 0 and not self.profile.old else 5
        if kinds - {"UDP"}:
            return 3
        return 4 if self.links.had else 2

    # -- payload and passthrough -------------------------------------------------------------

    def expect(self, length, ends_at_null=False, most=None):
        """Take the next input as payload; returns the object that collects it."""
        expected = Expected(length, ends_at_null, most)
        self.intake.expect(expected)
        return expected

    def payload(self, length, ends_at_null=False):
        """For the task of a command: wait for a payload; returns it, or None if canceled."""
        expected = self.expect(length, ends_at_null)
        yield Until(lambda: expected.done)
        return None if expected.canceled else bytes(expected.data)

    def listen(self):
        """Accept commands."""
        self.intake.state = COMMAND

    # -- local names -------------------------------------------------------------------------

    def announce(self, service):
        """Announce a service in the network instead of the previous one; None for no service."""
        if service != self.service:
            self.network.announce(service)
        self.service = service

    # -- reset -------------------------------------------------------------------------------

    @property
    def store(self):
        """The store of certificates and keys."""
        return self.flash.store

    def factory_settings(self):
        """The settings that AT+RESTORE leaves in flash; they do not include certificates."""
        flash = Settings(wifi_mode=self.profile.wifi_mode)
        flash.ap_ssid = b"ESP_" + flash.ap_mac.replace(":", "").upper()[-6:].encode()
        return flash

    def _new_session(self):
        return Session(
            server_timeout=self.profile.server_timeout,
            lap_mask=self.profile.scan_mask,
            tls_size=2048 if self.profile.old else 0,
            power=82 if self.profile.old or self.profile.id == E22 else 80,
        )

    def reboot(self, noise=None):
        """Lose all state that is not in flash, print boot noise, and later ``ready``."""
        self.sleep(0, noise)

    def turn_deaf(self):
        """Ignore all input from now on, because a reboot is under way."""
        self.intake.state = DEAF

    def sleep(self, seconds, noise=None):
        """Lose all state that is not in flash, and boot after ``seconds``."""
        self.on_event("reset")
        self.scheduler.clear()
        self.links.drop_all()
        self.links.stop_server()
        self.links.had = False
        self.station.power_off()
        self.soft_ap.clients.clear()
        self.clock_works.reset()
        self.announce(None)
        self.sending = False
        self.afterwards = []
        self.intake.reset()
        self.intake.state = DEAF
        self.session = self._new_session()
        self.settings = replace(self.flash)
        self.when_sent(self._default_rate)
        noise = self.profile.boot_noise if noise is None else noise
        if seconds:
            self.scheduler.after(seconds, lambda: self._boot(noise))
        else:
            self._boot(noise)

    def _default_rate(self):
        self.baud = self.flash.baud or self._factory_baud
        stored = self.flash.flow_control
        self.flow_control = self.factory_flow if stored is None else stored

    def _boot(self, noise):
        self.emit(noise)
        self.scheduler.after(self.timing.boot, self._booted)

    def shut_down(self):
        """Power off: stop every task and close every connection."""
        self.scheduler.clear()
        self.links.drop_all()
        self.links.stop_server()
        self.announce(None)

    def _booted(self):
        self.listen()
        self.on_event("ready")
        self.say("ready")
        self.station.start()
        if self.settings.saved_link:
            self.passthrough.enter_at_boot(Request(*self.settings.saved_link))
        elif self.settings.saved_server:
            self.passthrough.serve_at_boot(*self.settings.saved_server)
        elif self.settings.saved_bluetooth:
            self.passthrough.enter()  # for a peer that never comes


def _take_apart(body):
    """The name, the form and the parameters of what follows ``AT``."""
    if body[:1] in (b"E", b"e"):
        return body, "execute", b""
    for at, byte in enumerate(body):
        if byte == 0x3D:
            rest = body[at + 1 :]
            return body[:at], ("test" if rest == b"?" else "set"), rest
        if byte == 0x3F:
            if body[at + 1 :]:
                raise Refused
            return body[:at], "query", b""
    return body, "execute", b""
