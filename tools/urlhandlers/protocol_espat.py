"""``espat://?profile=esp32c3-3.3``: a module of its own behind a pyserial port.

Everything runs in the program's own process, without a thread: the module works whenever the
port is used. Options, each ``name=value``, joined by ``&`` (``%26`` for one in a password):

- ``profile``: the family; ``baud``: the module's rate, as the port's must be; without it the
  module has the rate that the port is opened at, be that pyserial's own default of 9600;
- ``ap=name:password``, as often as there are access points (:func:`.words.access_point`);
- ``host=web.test=127.0.0.1:8080``, as often as there are hosts (:func:`.words.host`);
- ``network=any`` to leave this machine (``loopback``);
- ``paced=1``, ``rx_size``, ``module_rx_size``: the line (:class:`.module.Module`);
- ``joined=1``, ``echo=0``, ``boot=1``: the state to begin with;
- ``fault=busy at AT+CIPSEND 2nd`` (:mod:`.faults`), as often as there are, with ``seed``;
- ``scenario``: a file or the name of one that comes along; the other options go before it.

DTR, RTS, parity and stop bits are taken and change nothing.
"""

import urllib.parse

from serial.serialutil import (
    PortNotOpenError,
    SerialBase,
    SerialException,
    SerialTimeoutException,
    Timeout,
    to_bytes,
)

from espat_tools.emulator import Module, words
from espat_tools.emulator.limits import RATES
from espat_tools.emulator.scenario import Scenario, load_scenario

#: Bytes that wait to be sent before a write blocks, as a serial driver has it.
_OUTPUT = 4096

#: Longest sleep of a waiting call in seconds: how soon it sees a cancel or a close.
_NAP = 0.005


class Serial(SerialBase):
    """A pyserial port with an emulated module at its other end."""

    #: The :class:`~espat_tools.emulator.Module`, while the port is open.
    module = None

    def open(self):
        """Start the module; SerialException for a URL that makes none."""
        if self._port is None:
            raise SerialException("Port must be configured before it can be used.")
        if self.is_open:
            raise SerialException("Port is already open.")
        self._cancel_read = self._cancel_write = False
        options = {}
        try:
            options = _options(self._port)
            if RATES[0] <= (self._baudrate or 0) <= RATES[1]:
                options.setdefault("baud", self._baudrate)
            self.module = Module(**options)
            self._uart = self.module.uart()
            self._reconfigure_port()
        except ValueError as error:
            self._give_up()
            if "network" in options:
                options["network"].close()
            raise SerialException(f"could not open port {self._port}: {error}") from error
        self.is_open = True

    def close(self):
        """End the module."""
        self.is_open = False
        self._give_up()

    def _give_up(self):
        module, self.module = self.module, None
        if module:
            with module.lock:
                module.close()

    def _reconfigure_port(self):
        if not self._baudrate or self._baudrate < 0:
            raise ValueError(f"Invalid baud rate: {self._baudrate!r}")
        self._uart.baudrate = self._baudrate
        self._uart.rtscts = self._rtscts

    def _check_open(self):
        if not self.is_open:
            raise PortNotOpenError()

    # -- receiving ---------------------------------------------------------------------------

    @property
    def in_waiting(self):
        """How many bytes can be read now."""
        self._check_open()
        return self._uart.in_waiting

    def read(self, size=1):
        """``size`` bytes, or fewer at the time-out (or at ``inter_byte_timeout`` after one)."""
        self._check_open()
        data = bytearray()
        timeout = Timeout(self._timeout)
        while len(data) < size:
            part = self._uart.read(size - len(data))
            data += part or b""
            if part and self._inter_byte_timeout is not None:
                timeout = Timeout(self._inter_byte_timeout)
            if len(data) >= size or timeout.expired() or self._canceled("_cancel_read"):
                break
            self._wait(timeout)
        return bytes(data)

    def cancel_read(self):
        """End a read that waits in another thread."""
        self._cancel_read = True

    def reset_input_buffer(self):
        """Throw away what could be read."""
        self._check_open()
        self._uart.reset_input_buffer()

    # -- sending -----------------------------------------------------------------------------

    @property
    def out_waiting(self):
        """How many bytes written have not arrived at the module."""
        self._check_open()
        return self._uart.out_waiting

    def write(self, data):
        """Send; waits while more than 4096 bytes are waiting to be sent already.

        SerialTimeoutException when that takes longer than ``write_timeout``; with 0 it returns
        how many bytes it took.
        """
        self._check_open()
        data = to_bytes(data)
        sent = 0
        timeout = Timeout(self._write_timeout)
        while sent < len(data):
            room = _OUTPUT - self._uart.out_waiting if self.module.line.paced else len(data)
            if room > 0:
                sent += self._uart.write(data[sent : sent + room])
                continue
            if timeout.is_non_blocking or self._canceled("_cancel_write"):
                break
            if timeout.expired():
                raise SerialTimeoutException("Write timeout")
            self._wait(timeout)
        return sent

    def cancel_write(self):
        """End a write that waits in another thread."""
        self._cancel_write = True

    def flush(self):
        """Wait until all has been sent, at most ``write_timeout``."""
        timeout = Timeout(self._write_timeout)
        while self.out_waiting and not self._canceled("_cancel_write"):
            if timeout.expired():
                raise SerialTimeoutException("Write timeout")
            self._wait(timeout)

    def reset_output_buffer(self):
        """Throw away what has not been sent."""
        self._check_open()
        self._uart.reset_output_buffer()

    # -- waiting -----------------------------------------------------------------------------

    def _canceled(self, name):
        """Was this kind of call canceled? Once is enough."""
        if not getattr(self, name):
            return False
        setattr(self, name, False)
        return True

    def _wait(self, timeout):
        left = timeout.time_left()
        module = self.module
        try:
            if module:
                module.wait(_NAP if left is None else min(left, _NAP))
        except OSError:
            self._check_open()
            raise
        self._check_open()

    # -- signals -----------------------------------------------------------------------------

    def _update_rts_state(self):
        """The module's pins do not follow."""

    _update_dtr_state = _update_break_state = _update_rts_state

    @property
    def cts(self):
        """May the host send? The line sees to it where ``rtscts`` is on."""
        self._check_open()
        return True

    @property
    def dsr(self):
        """The module is there."""
        self._check_open()
        return True

    cd = dsr

    @property
    def ri(self):
        """Nobody rings."""
        self._check_open()
        return False


# -- the URL -----------------------------------------------------------------------------------


def _flag(text):
    if text not in ("0", "1"):
        raise ValueError(f"{text!r} is neither 0 nor 1")
    return text == "1"


def _network(text):
    if text not in ("any", "host", "loopback"):
        raise ValueError(f"network {text!r} is neither any nor loopback")
    return "loopback" if text == "loopback" else "host"


#: Options given at most once, and how each is read; and those given any number of times.
_SINGLE = {
    "profile": str,
    "baud": int,
    "paced": _flag,
    "rx_size": int,
    "module_rx_size": int,
    "joined": _flag,
    "echo": _flag,
    "boot": _flag,
    "network": _network,
    "seed": int,
    "scenario": load_scenario,
}
_MANY = {"ap": words.access_point, "host": str, "fault": str}


def _options(url):
    """The parameters of Module that ``url`` stands for."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme.lower() != "espat" or parts.netloc or parts.path.strip("/"):
        raise ValueError("espat://?name=value&... is meant")
    options = {}
    many = {name: [] for name in _MANY}
    for name, text in urllib.parse.parse_qsl(parts.query, keep_blank_values=True):
        if name in _MANY:
            many[name].append(_MANY[name](text))
        elif name not in _SINGLE:
            known = ", ".join(sorted([*_SINGLE, *_MANY]))
            raise ValueError(f"no option {name!r}; there are {known}")
        elif name in options:
            raise ValueError(f"{name} is given twice")
        else:
            options[name] = _read(name, text)
    scenario = options.pop("scenario", Scenario(url))
    scenario.network = options.pop("network", scenario.network)
    if many["ap"]:
        options["access_points"] = many["ap"]
    hosts = {}
    for text in many["host"]:
        words.add_host(hosts, text)
    return scenario.settings(**options, hosts=hosts, faults=many["fault"])


def _read(name, text):
    try:
        return _SINGLE[name](text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
