"""Questions of a module to its network that take some time: DNS, SNTP, ping.

An :class:`Answer` is polled: ``done`` says whether it has come, and ``value`` is what came, None
for nothing. If a real socket carries the question, the network watches it until it is done.
"""

import os
import socket
import struct
import threading

from .schedule import Until


class Answer:
    """The answer to a question."""

    def __init__(self, value=None, done=True):
        self.value = value
        self.done = done

    def give_up(self):
        """Stop waiting."""
        self.done = True


def wait_for(answer, seconds):
    """A task: wait at most ``seconds`` for ``answer``; returns its value or None.

    Afterwards nothing waits for the answer any more.
    """
    try:
        yield Until(lambda: answer.done, seconds)
    finally:
        answer.give_up()
    return answer.value


class Question(Answer):
    """A question over a datagram socket, sent to one place after the other until one answers."""

    def __init__(self, network, places, ask, read):
        super().__init__(None, done=False)
        self._network = network
        self._places = list(places)
        self._ask = ask
        self._read = read
        self._sock = None
        self.retry()

    def retry(self):
        """Ask the next place; if there is none, the question is done without an answer."""
        self._close()
        while self._places and not self._sock:
            self._send(self._places.pop(0))
        self.done = not self._sock

    def _send(self, place):
        sock = self._ask.socket()
        if sock is None:
            return
        try:
            sock.setblocking(False)
            sock.connect(place)
            sock.send(self._ask.packet())
        except OSError:
            sock.close()
            return
        self._sock = sock
        self._network.watch(sock, self)

    def ready(self, events):
        """Called by the selector: an answer came, or an error."""
        try:
            value = self._read(self._sock.recv(2048))
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            value = None
        if value is None:
            self.retry()
            return
        self.value = value
        self._close()
        self.done = True

    def give_up(self):
        self._places.clear()
        self._close()
        self.done = True

    def _close(self):
        if self._sock:
            self._network.unwatch(self._sock)
            self._sock.close()
        self._sock = None


class Resolved(Answer):
    """The answer of this machine's own resolver; it blocks, so it is asked in a thread."""

    def __init__(self, name):
        super().__init__(None, done=False)
        threading.Thread(target=self._ask, args=(name,), daemon=True).start()

    def _ask(self, name):
        try:
            found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            found = []
        if found and not self.done:
            self.value = found[0][4][0]
        self.done = True


class Datagram:
    """A question over UDP; ``make()`` returns the packet."""

    def __init__(self, make):
        self.packet = make

    @staticmethod
    def socket():
        """A socket to ask with."""
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


class Echo:
    """An ICMP echo request, if the system lets the user send one."""

    @staticmethod
    def socket():
        """A socket to ask with, or None if that is forbidden."""
        try:
            return socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
        except OSError:
            return None

    @staticmethod
    def packet():
        """The packet: type 8, code 0; the kernel fills in identifier and checksum."""
        return struct.pack("!BBHHH", 8, 0, 0, 0, 1) + os.urandom(32)

    @staticmethod
    def read(data):
        """True for an echo reply."""
        return True if data[:1] == b"\0" else None
