"""The thread that serves a module's ports: a pseudo-terminal, a TCP port, or both.

Every connected host receives all that the module sends. If two hosts send at the same time,
their bytes mix in the order in which they arrive, as on one wire.
"""

import contextlib
import logging
import selectors
import socket
import threading

from .tcp_port import TcpPort

_LOG = logging.getLogger("espat_tools.emulator")

#: Longest sleeps in seconds: when idle, which is how soon a change of baud rate is noticed, and
#: while bytes are under way on a paced line.
_NAP = 0.02
_TICK = 0.001

#: Not epoll: it keeps state in the kernel, which would have to be updated for each closed socket.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


class Serving:
    """A module's ports and their thread; ``rx_size`` limits the receive buffer of each host."""

    def __init__(self, module, rx_size=None):
        self._module = module
        self._rx_size = rx_size
        self._terminal = None
        self._tcp = None
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_out.setblocking(False)
        self._wake_in.setblocking(False)
        self._running = True
        self._error = None
        self._thread = threading.Thread(target=self._run, name="espat emulator", daemon=True)
        self._thread.start()

    def open_pty(self, link=None):
        """Serve a pseudo-terminal; returns its path."""
        from .terminal import Terminal  # noqa: PLC0415 - not on Windows

        with self._module.lock:
            if not self._terminal:
                self._terminal = Terminal(self._module.line, self._rx_size)
            if link:
                self._terminal.link_to(link)
        self.wake()
        return self._terminal.path

    def open_tcp(self, host, port, rtscts=False):
        """Serve a TCP port; returns its (host, port). ``rtscts`` applies to its clients."""
        with self._module.lock:
            if not self._tcp:
                self._tcp = TcpPort(self._module.line, host, port, self._rx_size, rtscts)
        self.wake()
        return self._tcp.address

    @property
    def _ports(self):
        return [port for port in (self._terminal, self._tcp) if port]

    def wake(self):
        """Make the thread look at the module now, after another thread has changed something."""
        if threading.current_thread() is not self._thread:
            with contextlib.suppress(BlockingIOError):
                self._wake_in.send(b".")

    def close(self):
        """Stop the thread and free the descriptors; raises RuntimeError if the thread failed."""
        self._running = False
        self.wake()
        self._thread.join()
        for port in self._ports:
            port.close()
        self._wake_in.close()
        self._wake_out.close()
        if self._error:
            raise RuntimeError("the emulated module failed") from self._error

    # -- the pump ----------------------------------------------------------------------------

    def _run(self):
        try:
            while self._running:
                with self._module.lock:
                    self._module.pump()
                    for port in self._ports:
                        port.step()
                    nap = self._nap()
                    waiting = self._waiting()
                self._sleep(nap, waiting)
        except Exception as error:
            _LOG.exception("the emulated module failed")
            self._error = error

    def _nap(self):
        line = self._module.line
        if any(port.busy for port in self._ports):
            return 0
        if line.under_way or any(port.held for port in self._ports):
            return _TICK
        due = line.next_due()
        if due is None:
            return _NAP
        return min(_NAP, max(0.0, due - self._module.clock.now()))

    def _waiting(self):
        """What the thread waits for: {file object or descriptor: events}."""
        waiting = {self._wake_out: selectors.EVENT_READ}
        waiting.update(dict.fromkeys(self._module.network_fds(), selectors.EVENT_READ))
        for port in self._ports:
            waiting.update(port.waiting())
        return waiting

    def _sleep(self, nap, waiting):
        with _Selector() as selector:
            for what, events in waiting.items():
                selector.register(what, events)
            ready = [key.fileobj for key, _ in selector.select(nap)]
        if self._wake_out in ready:
            self._wake_out.recv(4096)
