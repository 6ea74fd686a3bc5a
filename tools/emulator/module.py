"""A whole module: its core, network, clock and serial ports put together."""

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

#: poll() is preferred: unlike select() it accepts file descriptors above 1023.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)

#: How long to wait, in seconds, for a real peer to accept a link of the ``links`` option.
_PATIENCE = 5.0


class Module:
    """An ESP-AT module in software.

    ``profile`` names the firmware family. ``access_points`` defaults to one with the SSID
    "espat" and the password "correct horse". ``hosts`` are the names that the module's network
    knows (see :class:`~.sockets.SocketNetwork`, the default network, which ends at loopback).

    By default a module has already booted and has printed nothing. The following options put
    it into a state in which a board may find it after a restart of the board alone:

    * ``boot=True``: the module boots now, and prints its boot output and ``ready``
    * ``echo``: whether echo is on
    * ``joined=True``: joined to an access point
    * ``links``: a list of ``(host, port)`` to connect to, with ``mux`` as the setting of
      AT+CIPMUX (1 unless ``passthrough``)
    * ``passthrough=True``: in the data state of passthrough over its only link
    * ``awaiting``: waiting for this many bytes of payload for the first link
    * ``half_command``: these bytes of a command line received, but not its end
    * ``module_baud``: a baud rate that was set earlier
    * ``server``: listening on this port

    ``timing`` overrides durations of :class:`~.profiles.Timing`, in seconds.

    ``flash`` is what the module has stored: the path of a file that keeps it from one run to
    the next (:mod:`.flash_file`), or :class:`~.state.Settings`.

    ``faults`` is a list of texts in the grammar of :mod:`.faults`, such as
    ``"drop 3 bytes after 1000"``. The same ``seed`` makes the same things happen again.

    The serial line: with ``paced=True`` each byte takes ten bit times at ``baud``, in both
    directions; AT+UART_CUR changes the rate (see :mod:`.line`). ``rx_size`` limits the receive
    buffer of a host in bytes (None: no limit), ``module_rx_size`` that of the module (None: the
    size that the family has). Bytes that arrive at a full buffer are lost and counted in
    ``overruns``, unless RTS/CTS is on at both ends: ``rtscts`` turns it on from the beginning
    at the module's end, as AT+UART_CUR does, and for the clients of a TCP port; on a
    pseudo-terminal the program sets its own.
    ``keep`` limits what ``log`` and ``commands`` hold, in bytes; None keeps everything.
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
        #: What passed on the line, oldest first: (time in seconds, direction, bytes). The
        #: direction is "<" from the host, ">" to the host, or "!" for a text about lost bytes.
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
        #: The :class:`~.faults.FaultLayer`; None until a fault is added.
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
        """Stop serving ports, close every socket, and save the ``flash`` file."""
        if self._served:
            self._served.close()
            self._served = None
        self.core.shut_down()
        self.network.close()
        self.save_flash()

    def save_flash(self):
        """Write what the module stores into its ``flash`` file, if it has changed.

        Returns whether anything was written. :meth:`close` calls this too.
        """
        with self.lock:
            return bool(self._flash_file) and self._flash_file.save(self.core.flash)

    # -- serial sides ------------------------------------------------------------------------

    def uart(self, baudrate=None, *, rtscts=False):
        """The host's end of an in-process serial line.

        ``baudrate`` defaults to the module's rate. ``rtscts`` turns on the host's half of flow
        control. All Uart objects of a module share one host end.
        """
        with self.lock:
            if not self._desk:
                self._desk = self.line.attach(HostEnd(size=self._rx_size))
            self._desk.rtscts = rtscts
        return Uart(self, self._desk, baudrate or self.core.baud)

    def open_pty(self, link=None):
        """Serve a pseudo-terminal from a thread; returns its path.

        ``link``: a path at which to create a symbolic link to it; :meth:`close` removes the
        link. A symbolic link that exists there is replaced; anything else raises
        FileExistsError.
        """
        return self._serve().open_pty(link)

    @property
    def pty(self):
        """The path of the pseudo-terminal, which is opened on first use."""
        return self.open_pty()

    def open_tcp(self, port=0, host="127.0.0.1"):
        """Serve a TCP port from a thread; returns its (host, port).

        The port carries raw bytes, as pyserial's ``socket://`` expects; port 0 picks any free
        one. It serves one client at a time: a second one gets a line of text that says so, and
        is disconnected.
        """
        return self._serve().open_tcp(host, port, bool(self.core.factory_flow))

    def _serve(self):
        from .serving import Serving  # noqa: PLC0415 - not on Windows

        if not self._served:
            self._served = Serving(self, self._rx_size)
        return self._served

    def receive(self, data):
        """Pass bytes from the host to the module."""
        self.bytes_in += len(data)
        self.log.append((self.core.scheduler.now, "<", data))
        self.core.feed(data)

    def pump(self):
        """Do all that is due by now: on the line, in the module and in its network."""
        self.line.pump()

    @property
    def overruns(self):
        """How many bytes were lost because a buffer was full: (by hosts, by the module)."""
        with self.lock:
            self.pump()
        return self.line.lost_by_hosts, self.line.overruns

    def wait(self, seconds):
        """Sleep until there may be something to do or to read, at most ``seconds``."""
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
        """File descriptors that become readable when something happens in the network."""
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
        """Reboot spontaneously: ROM noise, ``ready``, and all state that is not in flash lost.

        ``noise`` replaces the family's ROM noise.
        """
        self._act(self.core.reboot, noise)

    def wifi_lost(self, closed=False):
        """Take the access points out of range; ``closed`` prints CLOSED for each open link."""
        for point in self.core.access_points:
            point.present = False
        self._act(self.core.station.lost, closed)

    def wifi_back(self):
        """Bring the access points back into range."""
        for point in self.core.access_points:
            point.present = True
        self._act(lambda: None)

    def inject(self, data):
        """Send ``data`` to the host now, whatever the module is doing."""
        self._act(self.core.emit, data)

    def fault(self, text):
        """Add a fault: ``"busy at AT+CIPSEND 2nd"``, or ``"reset"``, which happens at once.

        Returns the fault: ``hits`` says how often it has happened, ``cancel()`` ends it. Raises
        :class:`~.faults.BadFault` for a text that is not a fault.
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
        """Let a client join the soft-AP; returns the IP address that it is given."""
        joined = []
        self._act(lambda: joined.append(self.core.soft_ap.join(mac, address)))
        return joined[0]

    def ap_client_leaves(self, mac):
        """Let a client leave the soft-AP."""
        self._act(self.core.soft_ap.leave, mac)

    def hold(self):
        """Be silent: hold back the module's output until :meth:`release`."""
        self._act(self.core.hold, True)

    def release(self):
        """Send the output that was held back, and end the silence."""
        self._act(self.core.hold, False)


class _Preset:
    """The state that a module starts in (see :class:`Module`)."""

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
        """Put the core into the state."""
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
