"""How the module interprets the bytes that the host sends.

The state says what a byte means: part of a command, part of a payload, data to pass through,
or nothing (while a command runs or the module boots). For each state ``Intake.table`` holds the
function that takes bytes from the front of the input and returns how many it took.

Sources: echo and ``busy`` as in at_port.c of the published firmware (v0.20) for the NonOS
dialect; line form and escape by the command set's index page and ``+++``.
"""

COMMAND, BUSY, DATA, PASSTHROUGH, DEAF = "command", "busy", "data", "passthrough", "deaf"

ESCAPE = b"+++"
FORCED_RESET = b"AT+RST\r\n"

#: Input is processed in blocks of this size, so that the time for many short lines that arrive
#: at once grows only linearly.
_BLOCK = 8192


class Expected:
    """A payload that a command waits for.

    It has ``length`` bytes. With ``ends_at_null`` (AT+CIPSENDEX), ``\\0`` (a backslash and a
    zero) ends it earlier; any other backslash is dropped and the byte after it kept. ``most``
    limits how many bytes are held at a time, for a command that takes them out as they arrive.
    """

    def __init__(self, length, ends_at_null=False, most=None):
        self.length = length
        self.ends_at_null = ends_at_null
        self._most = length if most is None else most
        #: How many bytes came in all, and those that have not been taken out yet.
        self.count = 0
        self.data = bytearray()
        self.canceled = False
        self.done = False
        self._escaped = False

    @property
    def wanted(self):
        """Whether there is room for more bytes."""
        return len(self.data) < self._most

    def appetite(self, data):
        """How many bytes of ``data`` can be taken before the payload may have ended."""
        left = min(self.length - self.count, self._most - len(self.data))
        if self.ends_at_null:
            escape = bytes(data).find(b"\\")
            left = 1 if self._escaped else min(left, escape + 1 or left)
        return max(1, min(left, len(data)))

    def take_out(self, length):
        """Remove and return at most ``length`` of the bytes that came, to make room."""
        part = bytes(self.data[:length])
        del self.data[: len(part)]
        return part

    def take(self, data):
        """Take bytes from the front of ``data``; returns how many were taken."""
        if not self.ends_at_null:
            part = data[: self.length - self.count]
            self.data += part
            self.count += len(part)
            self.done = self.count >= self.length
            return len(part)
        for count, byte in enumerate(data, 1):
            self._take_escaped(byte)
            if self.done:
                return count
        return len(data)

    def _take_escaped(self, byte):
        if self._escaped:
            self._escaped = False
            if byte == 0x30:
                self.done = True
                return
        elif byte == 0x5C:
            self._escaped = True
            return
        self.data.append(byte)
        self.count += 1
        self.done = self.count >= self.length


class Intake:
    """The firmware's reader of what comes from the host over the UART."""

    def __init__(self, core):
        self._core = core
        self._profile = core.profile
        self.state = COMMAND
        self._line = bytearray()
        self._too_long = False
        self.expected = None
        #: Bytes since the last silence; they may turn out to be ``+++``.
        self._burst = bytearray()
        #: Bytes of a payload that may turn out to be a lone ``+++``: they are held back until
        #: the silence after them, or the next byte, decides.
        self._held = b""
        self._silence = None
        self._last = -1.0
        #: Whether the burst began after a silence, as ``+++`` in passthrough must.
        self._alone = True
        self.table = {
            COMMAND: self._command,
            BUSY: self._busy,
            DATA: self._data,
            PASSTHROUGH: self._passthrough,
            DEAF: len,
        }

    def reset(self):
        """Forget everything, as a reboot does."""
        self._line.clear()
        self._too_long = False
        self.expected = None
        self._held = b""
        self._drop_burst()

    def feed(self, data):
        """Process all of ``data``."""
        self._take_in(bytes(data))

    def _take_in(self, data):
        at = 0
        while at < len(data):
            at += self.table[self.state](data[at : at + _BLOCK])

    # -- pace --------------------------------------------------------------------------------

    @property
    def ready(self):
        """Whether the module reads its UART: not while too much data waits for the network."""
        if self.state == DATA:
            return self.expected.wanted
        if self.state == PASSTHROUGH:
            return self._core.passthrough.unsent < self._profile.passthrough_buffer
        return True

    def appetite(self, data):
        """How many bytes of ``data`` can be fed in one piece with the same effect as singly.

        That is all up to the byte that ends a line or a payload, and only one where each byte
        is echoed.
        """
        if self.state == DATA:
            return 1 if self._escape_ahead(data) else self.expected.appetite(data)
        if self.state == PASSTHROUGH:
            room = self._profile.passthrough_buffer - len(self._burst)
            return max(1, min(room, len(data)))
        if self.state == DEAF:
            return len(data)
        if self._core.session.echo and (self.state == COMMAND or self._profile.old):
            return 1
        return bytes(data).find(b"\n") + 1 or len(data)

    # -- commands ----------------------------------------------------------------------------

    def _command(self, data):
        end = data.find(b"\n")
        part = data if end < 0 else data[:end]
        self._echo(part)
        self._collect(part)
        if end < 0:
            return len(data)
        if self._core.session.echo:
            self._core.emit(self._profile.echo_end)
        line = bytes(self._line) + b"\n"
        too_long = self._too_long
        self._line.clear()
        self._too_long = False
        self._core.line(line, too_long)
        return end + 1

    def _collect(self, part):
        if self._profile.hunts_for_at:
            self._hunt(part)
            return
        room = self._profile.line_limit - 1 - len(self._line)
        self._too_long = self._too_long or len(part) > room
        self._line += part[: max(0, room)]

    def _hunt(self, part):
        """Collect a line as NonOS does: without what precedes "AT", and empty when too long."""
        line = self._line + part
        heads = [at for at in (line.find(b"AT"), line.find(b"at")) if at >= 0]
        kept = line[min(heads) :] if heads else line[-1:]
        if len(kept) >= self._profile.line_limit:
            kept = b""
        self._line[:] = kept

    def _echo(self, part):
        if self._core.session.echo and part:
            self._core.emit(part)

    def _busy(self, data):
        """Discard input while a command runs, and answer each line of it with ``busy``."""
        end = data.find(b"\n")
        part = data if end < 0 else data[:end]
        if self._profile.old:
            self._echo(part)
        if end < 0:
            return len(data)
        self._core.say_busy()
        return end + 1

    # -- payload -----------------------------------------------------------------------------

    def expect(self, expected):
        """Take the next bytes as payload."""
        self.expected = expected
        self.state = DATA
        self._held = b""
        self._drop_burst()

    def _data(self, data):
        count = self._escape_ahead(data)
        if count:
            self._held += data[:count]
            self._remember(data[:count], self._data_silence)
            return count
        if self._held:
            rest = self._release()
            self._go_on()
            self._take_in(rest)
            return 0
        taken = self.expected.take(data)
        if not self._complete():
            self._remember(data[:taken], self._data_silence)
            del self._burst[len(FORCED_RESET) + 1 :]
        self._go_on()
        return taken

    def _complete(self):
        """Whether all of the payload has come; if so, leave the DATA state."""
        if self.expected.done:
            self._drop_burst()
            self.state = BUSY
        return self.expected.done

    def _go_on(self):
        """Resume the command that waited for the payload, if it is complete."""
        if self.expected.done:
            self._core.scheduler.run()

    def _escape_ahead(self, data):
        """How many bytes at the front of ``data`` may belong to a lone ``+++``.

        A lone ``+++`` begins after a silence. Where the whole payload is no longer than ``+++``,
        its bytes are never taken for one.
        """
        if len(self._burst) > len(self._held):
            return 0
        if not self.expected.count and self.expected.length <= len(ESCAPE):
            return 0
        end = min(len(data), len(ESCAPE) - len(self._held))
        return next((n for n in range(end) if data[n : n + 1] != b"+"), end)

    def _release(self):
        """Take the bytes held back as payload; returns those beyond the payload's end."""
        held, self._held = self._held, b""
        taken = self.expected.take(held)
        self._complete()
        return held[taken:]

    def _data_silence(self, burst):
        """Handle a silence in a payload.

        A lone ``+++`` cancels the payload; a lone ``AT+RST`` restarts the module.
        """
        if burst == ESCAPE:
            self._held = b""
            self.expected.canceled = self.expected.done = True
            self.state = BUSY
        elif self._held:
            self._take_in(self._release())
        elif burst == FORCED_RESET:
            self._core.say("force restart")
            self._core.reboot()

    # -- passthrough -------------------------------------------------------------------------

    def _passthrough(self, data):
        most = self._profile.passthrough_buffer
        after_silence = self._waited >= self._profile.timing.escape_silence - 1e-9
        if self._burst and after_silence:
            self._flush()
        if not self._burst:
            self._alone = after_silence
        part = data[: most - len(self._burst)]
        self._remember(part, self._packet)
        if len(self._burst) >= most:
            self._flush()
        return len(part)

    def _flush(self):
        burst = bytes(self._burst)
        self._drop_burst()
        self._core.passthrough.packet(burst)

    def _packet(self, burst):
        if burst == ESCAPE and self._alone:
            self._core.passthrough.leave()
        else:
            self._core.passthrough.packet(burst)

    # -- silence -----------------------------------------------------------------------------

    def _remember(self, data, then):
        """Add to the burst; ``then`` is called with it after :attr:`_patience` without a byte."""
        self._burst += data
        self._last = self._core.scheduler.now
        if self._silence and self._core.session.interval != 20:
            self._silence.cancel()
            self._silence = None
        if not self._silence:
            self._arm(self._patience, then)

    @property
    def _waited(self):
        """Seconds since the last byte."""
        return self._core.scheduler.now - self._last

    @property
    def _patience(self):
        """After how many seconds without a byte the burst is handled.

        In passthrough that is the interval of AT+TRANSINTVL, unless the burst may become a lone
        ``+++``; otherwise it is the escape silence.
        """
        silence = self._profile.timing.escape_silence
        interval = self._core.session.interval
        if self.state != PASSTHROUGH or interval == 20:
            return silence
        if self._alone and ESCAPE.startswith(bytes(self._burst[:4])):
            return silence
        return interval / 1000

    def _arm(self, seconds, then):
        self._silence = self._core.scheduler.after(seconds, lambda: self._quiet(then))

    def _quiet(self, then):
        missing = self._patience - self._waited
        if missing > 1e-9:
            self._arm(missing, then)
            return
        burst = bytes(self._burst)
        self._drop_burst()
        then(burst)

    def _drop_burst(self):
        if self._silence:
            self._silence.cancel()
        self._silence = None
        self._burst.clear()
