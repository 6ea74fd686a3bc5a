"""The cells of a sweep, and how the conversation of one is run."""

import errno
from dataclasses import dataclass

from .several import Crowded, Flooded, Mixed, Several
from .talks import (
    ACTIVE_SIZES,
    AFTERWARDS,
    BURST,
    DATAGRAM_BURST,
    DATAGRAMS,
    FEW_SIZES,
    SIZES,
    SLOW,
    SLOWER,
    Beside,
    Datagrams,
    Faced,
    FarEnd,
    Outcome,
    Polled,
    Secure,
    Served,
    Stream,
    payload,
)
from .world import World

KINDS = {
    "tcp": Stream,
    "tls": Secure,
    "udp": Datagrams,
    "served": Served,
    "slow": Stream,
    "polled": Polled,
    "faced": Faced,
    "beside": Beside,
    "several": Several,
    "mixed": Mixed,
    "crowded": Crowded,
    "flooded": Flooded,
}
DELAYS = {"slow": SLOW, "polled": SLOWER, "faced": SLOWER}


@dataclass(frozen=True)
class Cell:
    """The variables: family, kind of socket (of KINDS), receive mode, size of reads."""

    profile: str
    kind: str = "tcp"
    passive: bool = True
    reads: str = "100"

    def __str__(self):
        mode = "passive" if self.passive else "active"
        return f"{self.profile} {self.kind} {mode} {self.reads}"

    @property
    def sizes(self):
        """The sizes of the payloads that come down."""
        if self.kind in DELAYS or self.kind == "beside":
            return FEW_SIZES
        return SIZES if self.passive else ACTIVE_SIZES

    @property
    def expected(self):
        """What the program must receive: bytes of a stream, or a list of datagrams."""
        if self.kind == "udp":
            rows = [*enumerate(DATAGRAMS), *enumerate(DATAGRAM_BURST, 50)]
            return [payload(n, size) for n, size in rows]
        rows = [*enumerate(self.sizes), *enumerate(BURST, 50)]
        return b"".join(payload(n, size) for n, size in rows)


def talk(cell, change=None):
    """Run one conversation in a new world, and check whether the radio works afterwards."""
    world = World(cell.profile, change, passive=cell.passive)
    outcome = Outcome(expected=cell.expected)
    try:
        far = FarEnd(cell.sizes, _later(world, DELAYS.get(cell.kind)))
        try:
            KINDS[cell.kind](world, outcome, cell, far).run()
            outcome.peer += far.heard
            for part in outcome.parts:
                part.peer += b"|".join(bytes(sender.heard) for sender in part.peers)
            outcome.printed, outcome.sent = len(world.wire.printed), len(world.wire.sent)
            _afterwards(world, outcome)
        except BaseException as error:
            if type(error).__name__ != "Hang":
                raise
            outcome.hang = str(error)
    finally:
        world.close()
    return outcome, world


def _later(world, seconds):
    """A function that calls a function after so many seconds; None: at once."""
    if seconds is None:
        return lambda function: function()
    after = world.module.core.scheduler.after
    return lambda function: after(seconds, function, lasting=True)


def _afterwards(world, outcome):
    """Open a new connection on the same radio; returns the number of tries, 0 if three failed.

    If the radio's `connect()` had raised, it is called again first, as programs do.
    """
    unjoined = any(told and told[0] == "join" for told in (outcome.told, outcome.odd))
    for number in (1, 2, 3):
        start = world.clock.now()
        try:
            if unjoined:
                world.join()
                unjoined = False
            if world.echoes(b"still there?"):
                outcome.after = number
            else:
                outcome.after_error = "the echo is wrong or short"
        except OSError as error:
            outcome.after_error = f"{errno.errorcode.get(error.errno, error.errno)} {error}"
        except Exception as error:
            outcome.odd = ("afterwards", error)
        outcome.calls.append(("afterwards", world.clock.now() - start, AFTERWARDS))
        if outcome.after:
            break
        world.let(1)
    outcome.left_open = len(world.module.core.links.open)
