"""Ctrl-C at any line of the driver: afterwards the same radio works, and what a peer gets, and a
program reads, has no byte that is wrong, doubled or missing in silence.

What the interrupted call itself was handed, or had taken, may be lost or sent whole or in part.
"""

import contextlib
import errno
import itertools
import random
import sys
import time
from pathlib import Path

import pytest

import espat
from espat.faces.stream import Stream
from espat_tools.emulator.profiles import PROFILES
from tests.driver.desk import Desk
from tests.fuzz.counting import count

DRIVER = str(Path(espat.__file__).parent)
STEP = (errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN)
LATER = (errno.EAGAIN, errno.ETIMEDOUT)


class Interrupt:
    """Ctrl-C at the `at`-th line of the driver that runs in the block; `where`: file and line."""

    now = None  # the one whose block runs

    def __init__(self, at):
        self.left = at
        self.where = None

    def __enter__(self):
        Interrupt.now = self
        sys.settrace(_enter)
        return self

    def __exit__(self, *_):
        sys.settrace(None)


# Functions that are never freed: CPython 3.11 still uses a trace function that has raised.
def _enter(frame, _event, _arg):
    # CPython swallows what is raised while it calls back for a weak reference.
    back = {frame.f_code.co_name, frame.f_back.f_code.co_name}
    ours = frame.f_code.co_filename.startswith(DRIVER) and "_dropped" not in back
    return _line if ours else None


def _line(frame, event, _arg):
    interrupt = Interrupt.now
    interrupt.left -= event == "line"
    if not interrupt.left and not interrupt.where:
        interrupt.where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
        raise KeyboardInterrupt
    return _line


class Conversation:
    """A seeded program with one connection after the other, one of four calls interrupted."""

    def __init__(self, seed):
        self.seed = seed
        self.chance = random.Random(seed)
        self.name = self.chance.choice(sorted(PROFILES))
        self.face = self.chance.choice(("CircuitPython", "MicroPython"))
        self.timeout = self.chance.choice((0, 5))
        self.down = random.Random(seed).randbytes(100_000)
        self.desk = Desk(self.name).join()
        self.server = self.desk.listen("talk.test", 80)
        self.last = None
        self.sock = None
        self.number = 0

    def __repr__(self):
        return f"seed {self.seed}: {self.name}, {self.face}, {self.timeout}, last cut {self.last}"

    def call(self, function, *args):
        """(True, result); (False, the OSError); (False, None) if it was interrupted."""
        count("calls that Ctrl-C might hit")
        at = int(10 ** self.chance.uniform(0.3, 3.6)) if not self.chance.randrange(4) else 0
        interrupt = Interrupt(at)
        try:
            with interrupt if at else contextlib.nullcontext():
                return True, function(*args)
        except KeyboardInterrupt:
            count("... and hit")
            self.last = interrupt.where
            return False, None
        except OSError as e:
            return False, e

    def play(self):
        try:
            for _ in range(self.chance.randrange(10, 40)):
                if self.sock is None:
                    self.open()
                else:
                    getattr(
                        self, self.chance.choice(("send", "send", "get", "get", "feed", "end"))
                    )()
            if self.sock is not None:
                self.end()
            self.works()
        finally:
            self.desk.module.close()

    def open(self):
        sock = Stream(self.desk.radio) if self.face == "MicroPython" else self.desk.pool.socket()
        sock.settimeout(self.timeout)
        for _ in range(400):
            done, error = self.call(sock.connect, ("talk.test", 80))
            if done or getattr(error, "errno", 0) == errno.EISCONN:
                break
            if error is not None and error.errno not in STEP:
                self.close(sock)
                return
            self.desk.let(0.02)
        else:  # interrupted again and again
            self.close(sock)
            return
        self.sock = sock
        self.desk.let(0.05)
        self.peer = self.server.peers[-1]
        self.given = []  # (bytes, how many of them are sure; None: it is not known)
        self.fed = self.slack = 0
        self.places = {0}  # where in `down` the next byte read may be

    def send(self):
        self.number += 1
        # No piece begins like the one before, so that it is known where each begins.
        data = b"%c%d:%s>" % (
            97 + self.number % 26,
            self.number,
            b"X" * self.chance.choice((0, 1, 5, 40, 300, 3000)),
        )
        done, got = self.call(self.sock.send, data)
        if done:
            self.given.append((data, got or 0))
        elif got is None or got.errno != errno.EAGAIN:
            self.given.append((data, None))
        if not done and self.chance.randrange(2):
            self.call(self.desk.radio.command, "AT")

    def feed(self):
        if not self.peer.closed:
            n = self.chance.choice((1, 100, 2000))
            self.peer.send(self.down[self.fed : self.fed + n])
            self.fed += n
            self.desk.let(0.05)

    def get(self):
        n = self.chance.choice((1, 32, 200, 2000))
        done, got = self.call(self.sock.recv, n)
        if not done:
            if got is None:
                self.slack += n  # what an interrupted read had taken is lost with it
            elif got.errno not in LATER:
                self.end()
            return
        if got:
            # Several, as a byte may stand in many places.
            ends = {
                at + len(got)
                for place in self.places
                for at in range(place, place + self.slack + 1)
                if self.down.startswith(got, at)
            }
            assert ends, f"wrong bytes were read; {self!r}"
            self.places = ends
            self.slack = 0

    def end(self):
        self.close(self.sock)
        self.sock = None
        self.desk.let(1)
        self.check(bytes(self.peer.data))

    def close(self, sock):
        if not self.call(sock.close)[0]:
            with contextlib.suppress(OSError):  # of what was begun before
                sock.close()

    def check(self, data):
        """What the peer got is what was sent, in order; only the end may be missing."""
        at = 0
        for piece, sure in self.given:
            if sure is None:
                n = 0
                while n < len(piece) and data[at : at + 1] == piece[n : n + 1]:
                    n += 1
                    at += 1
            elif data.startswith(piece[:sure], at):
                at += sure
            else:
                rest = data[at:]
                assert piece[:sure].startswith(rest), f"{rest[:40]} for {piece[:40]}; {self!r}"
                at = len(data)
        assert at == len(data), f"the peer got {data[at : at + 40]}, too; {self!r}"

    def works(self):
        """The radio carries a new connection, at the latest when the last command has timed out."""
        for _ in range(5):
            try:
                self.desk.works()
                return
            except OSError as e:
                error = e
                self.desk.let(2)
        raise AssertionError(f"{error!r}; {self!r}")


def converse(seconds, seed):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        Conversation(seed).play()
        seed += 1


def test_ctrl_c_anywhere(seconds):
    converse(seconds, 0)


@pytest.mark.soak
def test_for_ever():
    for seed in itertools.count(1):
        converse(60, seed * 1_000_000)
