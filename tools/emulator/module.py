"""A whole module: core, network, clock and serial sides put together."""

import os
import selectors
import threading
import time

from . import faults as fault_words
from . import limits, line, profiles
from .access_point import AccessPoint
from .clock import RealClock
from .commands import send
from .core import Core
from .flash_file import FlashFile
from .line import HostEnd, Line
from .link_types import Request, dial
from .links import Link
from .network import CONNECTING, OPEN
from .recent import Recent
from .sockets import SocketNetwork
from .station import GOT_IP
from .uart import Uart

#: Unlike select() it takes a descriptor of any number.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)

#: Seconds to wait for a real peer while a module is put into a state with open links.
_PATIENCE = 5.0


class Module:
    """An ESP-AT module in software.

    ``profile`` names the family. ``access_points`` defaults to one with the SSID "espat" and
    the password "correct horse"; ``hosts`` are the names its network knows (see
    :class:`~.sockets.SocketNetwork`, the default network, which ends at loopback).

    A module starts booted, with nothing printed. These options put it into the states that a
    board finds after its own restart: ``boot=True`` prints the boot and ``ready`` instead;
    ``echo``; ``joined=True``; ``links``, a list of ``(host, port)`` to be connected, with
    ``mux`` (1 unless ``passthrough``); ``passthrough=True``, in the data state over the one
    link; ``awaiting``, so many bytes of payload for the first link; ``half_command``, bytes of
    a line not ended; ``module_baud``, a rate set earlier; ``server``, a port listened on.
    ``timing`` overrides durations of :class:`~.profiles.Timing`, in seconds.

    ``flash`` is what the module has stored: a path of a file that keeps it from one run to the
    next (:mod:`.flash_file`), or :class:`~.state.Settings`.

    ``faults`` is a list of texts in the grammar of :mod:`.faults`, such as
    ``"drop 3 bytes after 1000"``; with the same ``seed`` the same happens again.

    The serial line: ``paced=True`` gives each byte ten bit times at ``baud``, which AT+UART_CUR
    changes, both ways (see :mod:`.line`). ``rx_size`` bounds a host's receive buffer in bytes
    (None: no bound), ``module_rx_size`` the module's (None: the family's own). What arrives at
    a full buffer is lost and counted in ``overruns``, unless RTS/CTS is on at both ends:
    ``rtscts`` turns it on at the module's from the beginning, as AT+UART_CUR does, and at that
    of a TCP port; a program sets its own on a pseudo-terminal.
    ``keep`` bounds what ``log`` and ``commands`` hold, in bytes; None for everything.
    """

    def __init__(
        self,
        profile="esp32c3-3.3",
        *,
        access_points=None,
        clock=None,
        network=None,
        baud=115200,
        hosts=None,
        timing=None,
        flash=None,
        boot=False,
        paced=False,
        rx_size=None,
        module_rx_size=None,
        rtscts=False,
        keep=1 << 24,
        faults=(),
        seed=0,
        **options,
    ):
        numbers = {name: options.get(name) for name in ("module_baud", "awaiting", "server", "mux")}
        limits.options(rx_size=rx_size, module_rx_size=module_rx_size, keep=keep, **numbers)
        limits.number("baud", baud)
        limits.number("seed", seed)
        if network is not None and hosts is not None:
            raise ValueError("hosts belong to the network: give one of the two")
        if access_points is None:
            access_points = [AccessPoint("espat", "correct horse")]
        self._flash_file = store = None
        if isinstance(flash, (str, os.PathLike)):
            self._flash_file = FlashFile(flash, profiles.load(profile).id)
            flash, store = self._flash_file.load()
        self.clock = clock or RealClock()
        self.network = network or SocketNetwork(hosts)
        self.lock = threading.RLock()
        self.core = Core(
            profile,
            clock=self.clock,
            network=self.network,
            access_points=access_points,
            flash=flash,
            baud=baud,
            timing=timing,
        )
        if rtscts:
            self.core.flow_control = self.core.factory_flow = line.RTS | line.CTS
        if store:
            self.core.store.restore(store)
        #: (time in seconds, "<" from the host, ">" to the host or "!" bytes lost, bytes), oldest
        #: first.
        self.log = Recent(keep, lambda event: len(event[2]))
        #: Command lines as the module saw them, without line ends.
        self.commands = Recent(keep, len)
        self.bytes_in = 0
        self.bytes_out = 0
        self._rx_size = rx_size
        self._desk = None
        self._served = None
        _Preset(self.core, **options).apply()
        self.core.clear_output()
        self.core.on_command = self.commands.append
        self.core.on_output = self._note_output
        self.line = Line(
            self.core, paced=paced, feed=self.receive, on_loss=self._note_loss, size=module_rx_size
        )
        self.seed = seed
        #: The layer of faults; None until there is one.
        self.faults = None
        for fault in faults:
            self.fault(fault)
        if boot:
            self.core.reboot()

    def __repr__(self):
        return f"<espat Module {self.core.profile.id} at {self.core.baud} baud>"

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        """Stop serving ports, if any are, and close every socket."""
        if self._served:
            self._served.close()
            self._served = None
        self.core.shut_down()
        self.network.close()
        self.save_flash()

    def save_flash(self):
        """Write what the module stores into its ``flash`` file, if that changed; did it?

        :meth:`close` does so, too.
        """
        with self.lock:
            return bool(self._flash_file) and self._flash_file.save(self.core.flash)

    # -- serial sides ------------------------------------------------------------------------

    def uart(self, baudrate=None, *, rtscts=False):
        """The host's end of an in-process serial line; its rate is the module's unless given.

        ``rtscts``: the host's half of flow control. Every Uart of a module is the same end.
        """
        with self.lock:
            if not self._desk:
                self._desk = self.line.attach(HostEnd(size=self._rx_size))
            self._desk.rtscts = rtscts
        return Uart(self, self._desk, baudrate or self.core.baud)

    def open_pty(self, link=None):
        """Serve a pseudo-terminal from a thread; returns its path.

        ``link``: a path to be made a symbolic link to it, and removed by :meth:`close`; a link
        that is there already is replaced, anything else raises FileExistsError.
        """
        return self._serve().open_pty(link)

    @property
    def pty(self):
        """The path of the pseudo-terminal, which is opened when first asked for."""
        return self.open_pty()

    def open_tcp(self, port=0, host="127.0.0.1"):
        """Serve a TCP port from a thread; returns its (host, port).

        Raw bytes, as pyserial's ``socket://`` takes them; port 0 is any free one. One client at
        a time: another is told so in a line of text and closed.
        """
        return self._serve().open_tcp(host, port, bool(self.core.factory_flow))

    def _serve(self):
        from .serving import Serving  # noqa: PLC0415 - not on Windows

        if not self._served:
            self._served = Serving(self, self._rx_size)
        return self._served

    def receive(self, data):
        """Bytes arrive from the host."""
        self.bytes_in += len(data)
        self.log.append((self.core.scheduler.now, "<", data))
        self.core.feed(data)

    def pump(self):
        """Let the module do what time and network ask for."""
        self.line.pump()

    @property
    def overruns(self):
        """(bytes that hosts lost, bytes that the module lost) because a buffer was full."""
        with self.lock:
            self.pump()
        return self.line.lost_by_hosts, self.line.overruns

    def wait(self, seconds):
        """Sleep until there may be something to do or to read, at most so long."""
        with self.lock:
            dues = (self.line.next_due(), self.line.next_arrival())
            now = self.clock.now()
            fds = self.network_fds()
        dues = [due - now for due in dues if due is not None]
        seconds = max(0.0, min([seconds, *dues]))
        if not fds or seconds < 0.001:
            time.sleep(seconds)
            return
        with _Selector() as selector:
            for fd in fds:
                selector.register(fd, selectors.EVENT_READ)
            selector.select(seconds)

    def network_fds(self):
        """Descriptors that become readable when the network moved."""
        selector = getattr(self.network, "selector", None)
        return [selector.fileno()] if hasattr(selector, "fileno") else []

    def _note_output(self, data):
        self.bytes_out += len(data)
        self.log.append((self.core.scheduler.now, ">", data))

    def _note_loss(self, text):
        self.log.append((self.core.scheduler.now, "!", text.encode()))

    # -- control -----------------------------------------------------------------------------

    def _act(self, action, *args):
        with self.lock:
            self.pump()
            action(*args)
            self.pump()
        if self._served:
            self._served.wake()

    def reset(self, noise=None):
        """Reboot without being asked: ROM noise, ``ready``, and all state lost."""
        self._act(self.core.reboot, noise)

    def wifi_lost(self, closed=False):
        """The access points go out of range; ``closed`` prints CLOSED for each open link."""
        for point in self.core.access_points:
            point.present = False
        self._act(self.core.station.lost, closed)

    def wifi_back(self):
        """The access points are in range again."""
        for point in self.core.access_points:
            point.present = True
        self._act(lambda: None)

    def inject(self, data):
        """Send ``data`` to the host now, whatever the module is doing."""
        self._act(self.core.emit, data)

    def fault(self, text):
        """Let a fault happen, from now on: ``"busy at AT+CIPSEND 2nd"``, or ``"reset"`` at once.

        Returns it: ``hits`` says how often it happened, ``cancel()`` ends it. Raises
        :class:`~.faults.BadFault` for a text that is no fault.
        """
        fault_words.check(text)
        added = []
        self._act(lambda: added.append(self._fault_layer().add(text)))
        return added[0]

    def _fault_layer(self):
        if self.faults is None:
            self.faults = fault_words.FaultLayer(self.core, self.seed)
        return self.faults

    def ap_client_joins(self, mac, address=None):
        """A client comes to the soft-AP; returns the address it is given."""
        joined = []
        self._act(lambda: joined.append(self.core.soft_ap.join(mac, address)))
        return joined[0]

    def ap_client_leaves(self, mac):
        """A client leaves the soft-AP."""
        self._act(self.core.soft_ap.leave, mac)

    def hold(self):
        """Be silent: what the module says waits for :meth:`release`."""
        self._act(self.core.hold, True)

    def release(self):
        """Say what was held back, and go on."""
        self._act(self.core.hold, False)


class _Preset:
    """The state that a module is in when a test begins."""

    def __init__(
        self,
        core,
        *,
        echo=True,
        joined=False,
        links=(),
        mux=None,
        passthrough=False,
        awaiting=None,
        half_command=b"",
        module_baud=None,
        server=None,
    ):
        self._core = core
        self._links = list(links)
        self._joined = joined or bool(links) or server is not None
        self._passthrough = passthrough
        wants_mux = not passthrough and (bool(links) or server is not None)
        self._mux = int(wants_mux) if mux is None else mux
        self._awaiting = awaiting
        self._half_command = half_command
        self._server = server
        core.session.echo = echo
        core.baud = module_baud or core.baud
        if (passthrough or awaiting) and not self._links:
            raise ValueError("passthrough and awaiting need a link")

    def apply(self):
        """Bring the state about."""
        core = self._core
        core.session.mux = self._mux
        if self._joined:
            self._join()
        for number, (host, port) in enumerate(self._links):
            self._connect(number, host, port)
        if self._server is not None:
            core.links.serve("TCP", self._server)
        if self._passthrough:
            core.session.passthrough_mode = 1
            core.passthrough.enter()
        if self._awaiting:
            core.start_command(send.payload(core, core.links.open[0], self._awaiting))
        if self._half_command:
            core.intake.feed(self._half_command)

    def _join(self):
        core = self._core
        point = next(p for p in core.access_points if p.dhcp and not p.silent)
        core.settings.wifi_mode |= 1
        station = core.station
        station.access_point, station.state = point, GOT_IP
        station.ssid, station.password = point.ssid, point.password
        station.reconnect = (core.profile.reconnect, 0)

    def _connect(self, number, host, port):
        core = self._core
        request = Request("TCP", host, port)
        channel = dial(core, request, core.network.lookup(host).value)
        end = time.monotonic() + _PATIENCE
        while channel.state == CONNECTING and time.monotonic() < end:
            core.network.poll()
            time.sleep(0.001 if channel.state == CONNECTING else 0)
        if channel.state != OPEN:
            raise ConnectionError(f"no server at {host} port {port}")
        core.links.add(Link(number, "TCP", channel, request=request))
