"""``record://FILE?port=PORT``: any port of pyserial's, with a transcript written as it goes.

    record://session.txt?port=/dev/ttyUSB0
    record:///tmp/session.txt?port=socket://192.168.1.9:23
    record://session.txt?mask=no&source=real module, ESP-01S&port=espat://?profile=nonos-1.3

``port=`` comes last: all behind it is the other port, as it is. Before it may stand ``mask=no``
(passwords and keys are written down as they are), ``firmware=``, ``source=`` (see
:data:`espat_tools.transcripts.SOURCES`) and ``title=``. A file of that name is written anew.
"""

import serial
from serial.serialutil import PortNotOpenError, SerialBase, SerialException, to_bytes

from espat_tools.transcripts.recorder import Recorder
from espat_tools.urlhandlers.options import Unfit, recording

_FORWARDED = (
    "bytesize",
    "parity",
    "stopbits",
    "timeout",
    "write_timeout",
    "xonxoff",
    "rtscts",
    "dsrdtr",
    "inter_byte_timeout",
)


class Serial(SerialBase):
    """A port in front of another."""

    def __init__(self, *args, **kwargs):
        self._inner = None
        self._recorder = None
        self._told = {}
        super().__init__(*args, **kwargs)

    def open(self):
        """Open the other port, and the file. Raises SerialException."""
        if self._port is None:
            raise SerialException("Port must be configured before it can be used.")
        if self.is_open:
            raise SerialException("Port is already open.")
        try:
            wanted = recording(self._port)
            self._inner = serial.serial_for_url(wanted.port, do_not_open=True)
        except (Unfit, ValueError) as error:
            raise SerialException(str(error)) from error
        self._configure()
        self._inner.open()
        try:
            self._recorder = Recorder(wanted.path, **wanted.options)
        except OSError as error:
            self._inner.close()
            reason = f"could not write {wanted.path}: {error.strerror or error}"
            raise SerialException(error.errno, reason) from error
        self._told = {}
        self._tell("baud", self._baudrate)
        self.is_open = True

    def close(self):
        """Close the other port, and the file. Idempotent."""
        if self.is_open:
            self.is_open = False
            try:
                self._inner.close()
            finally:
                self._recorder.close()

    def __del__(self):
        self.close()

    def _configure(self):
        inner = self._inner
        for name in _FORWARDED:
            if getattr(inner, name) != getattr(self, name):
                setattr(inner, name, getattr(self, name))
        inner.baudrate = self._baudrate
        if not inner.is_open:  # a pseudo-terminal that is open has no such lines
            inner.rts, inner.dtr = self._rts_state, self._dtr_state
        if self._exclusive is not None:
            inner.exclusive = self._exclusive

    def _tell(self, name, value):
        if self._recorder and self._told.get(name) != value:
            self._told[name] = value
            self._recorder.setting(name, value)

    def _reconfigure_port(self):
        self._configure()
        self._tell("baud", self._baudrate)

    def _update_rts_state(self):
        self._inner.rts = self._rts_state
        self._tell("rts", int(bool(self._rts_state)))

    def _update_dtr_state(self):
        self._inner.dtr = self._dtr_state
        self._tell("dtr", int(bool(self._dtr_state)))

    def _update_break_state(self):
        self._inner.break_condition = self._break_state
        self._tell("break", int(bool(self._break_state)))

    @property
    def _live(self):
        if not self.is_open:
            raise PortNotOpenError()
        return self._inner

    # ---- what is written down -------------------------------------------------------------------

    def read(self, size=1):
        """As the other port's."""
        data = self._live.read(size) or b""
        self._recorder.module(data)
        return data

    def write(self, data):
        """As the other port's; how many bytes it took."""
        data = to_bytes(data)
        inner = self._live
        count = inner.write(data)
        # Some ports return nothing where they took all.
        self._recorder.host(data if count is None else data[:count])
        return len(data) if count is None else count

    # ---- what is passed on ----------------------------------------------------------------------

    @property
    def in_waiting(self):
        """As the other port's."""
        return self._live.in_waiting

    @property
    def out_waiting(self):
        """As the other port's."""
        return self._live.out_waiting

    def flush(self):
        """As the other port's."""
        self._live.flush()

    def reset_input_buffer(self):
        """What was not read is thrown away, and was not written down."""
        self._live.reset_input_buffer()

    def reset_output_buffer(self):
        """As the other port's."""
        self._live.reset_output_buffer()

    def fileno(self):
        """As the other port's, where it has one."""
        return self._live.fileno()

    def cancel_read(self):
        """As the other port's, where it has that."""
        self._live.cancel_read()

    def cancel_write(self):
        """As the other port's, where it has that."""
        self._live.cancel_write()

    @property
    def cts(self):
        """As the other port's."""
        return self._live.cts

    @property
    def dsr(self):
        """As the other port's."""
        return self._live.dsr

    @property
    def ri(self):
        """As the other port's."""
        return self._live.ri

    @property
    def cd(self):
        """As the other port's."""
        return self._live.cd
