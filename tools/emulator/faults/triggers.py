"""When a fault happens: after bytes, at a command, at a time, by chance, or now.

A trigger is armed once, with the layer it belongs to; later it calls ``fire(spot)`` on its fault.
Byte triggers are positions in the stream of a wire. A chance per byte is such a position too: the
distance to the next hit is drawn at random, so that streams can be processed in blocks.
"""

import math
import re
from functools import partial

from .grammar import BadFault, Template, choose


class Trigger:
    """The base class of all triggers."""

    #: The stream whose bytes it counts, "in" or "out"; None if it counts none.
    way = None

    def arm(self, layer, fault):
        """Begin: from now on ``fault.fire`` is called when the trigger is due."""


class Now(Trigger):
    """Fires at once."""

    def arm(self, layer, fault):
        fault.fire(None)


class AtByte(Trigger):
    """Fires after a number of bytes of one stream, and repeatedly if ``again`` gives a next gap."""

    def __init__(self, way, first, again, waits=False):
        self.way = way
        #: Whether it is due only when there is a next byte: a chance belongs to that byte.
        self.waits = self._waits = waits
        self._first = first
        self._again = again
        #: The position in the stream before which the fault is due; None: no more.
        self.position = None
        self.fault = None

    def arm(self, layer, fault):
        self.fault = fault
        wire = layer.wires[self.way]
        first = self._first(fault.random)
        self.position = None if first is None else wire.count + first
        wire.add(self)

    def put_off(self, position):
        """Postpone to ``position``, without waiting for a next byte there."""
        self.position, self.waits = position, False

    def step(self):
        """Set the position at which it is due next, or None."""
        gap = self._again(self.fault.random)
        self.waits = self._waits
        self.position = None if gap is None else self.position + gap


class AtCommand(Trigger):
    """Fires at the nth command that matches, or at each, or at each with a chance."""

    def __init__(self, command, nth=None, chance=1.0):
        self._matches = matcher(command)
        self._nth = nth
        self._chance = chance
        self._seen = 0
        self._fault = None

    def arm(self, layer, fault):
        self._fault = fault
        layer.at_commands.append(self)

    def heard(self, line):
        """Fire if ``line`` is the command that the trigger waits for."""
        if not self._matches(line):
            return
        self._seen += 1
        if self._nth in (None, self._seen) and self._lucky():
            self._fault.fire("command")

    def _lucky(self):
        return self._chance >= 1 or self._fault.random.random() < self._chance


def matcher(pattern):
    """A function that says whether a command matches ``pattern``.

    The command must begin with the pattern; if that contains ``*``, which stands for any text,
    the whole command must match.
    """
    if "*" not in pattern:
        return lambda line: line[: len(pattern)].upper() == pattern.upper()
    parts = ".*".join(re.escape(part) for part in pattern.split("*"))
    whole = re.compile(parts, re.IGNORECASE | re.DOTALL)
    return lambda line: whole.fullmatch(line) is not None


class AtTime(Trigger):
    """Fires at a time since it was armed, once or at intervals."""

    def __init__(self, time, every=False):
        if every and not time:
            raise BadFault("every 0 s is without end: every needs a time, such as 250ms")
        self._seconds = time
        self._every = every

    def arm(self, layer, fault):
        def due():
            if fault.canceled:
                return
            if self._every:
                layer.later(self._seconds, due)
            fault.fire("time")

        layer.later(self._seconds, due)


# -- the grammar -------------------------------------------------------------------------------


def _never(random):
    return None


def _after(count, way="out"):
    return AtByte(way, lambda random: count, _never)


def _each(count, way="out"):
    return AtByte(way, lambda random: count, lambda random: max(1, count))


def _chance_byte(chance, way="out"):
    def gap(random):
        """How many bytes pass until the next hit, with the one that is hit: at least one."""
        if chance <= 0:
            return None
        if chance >= 1:
            return 1
        return 1 + int(math.log(1.0 - random.random()) / math.log(1.0 - chance))

    def first(random):
        """The hit comes before its byte, so that the first byte can be hit too."""
        found = gap(random)
        return found and found - 1

    return AtByte(way, first, gap, waits=True)


# fmt: off
TRIGGERS = (
    ("now", Now, "at once; what a fault without a trigger does"),
    ("after COUNT [byte|bytes] [WAY]", _after,
     "between two bytes, once so many have passed: out, to the host, unless in is said"),
    ("every COUNT byte|bytes [WAY]", _each, "again and again, after so many bytes each time"),
    ("at TIME", AtTime, "at a time since the module, or the fault, began"),
    ("every TIME", partial(AtTime, every=True), "again and again, at this interval"),
    ("at COMMAND [NTH]", partial(AtCommand, nth=1),
     "when the host has sent this command the first (or nth) time, before it is carried out"),
    ("at COMMAND each", AtCommand, "each time the host sends it"),
    ("chance CHANCE per byte [WAY]", _chance_byte, "by chance, before any byte"),
    ("chance CHANCE per command", partial(AtCommand, ""),
     "by chance, at any command"),
    ("chance CHANCE per COMMAND", AtCommand,
     "by chance, at each of these commands"),
)
"""The grammar of triggers: (template, class or function that makes one, meaning)."""
# fmt: on

_MAKERS = {Template(usage): make for usage, make, _ in TRIGGERS}

#: The words that begin a trigger.
FIRST = frozenset(usage.split()[0] for usage, _, _ in TRIGGERS)


def trigger_of(words, whole):
    """The trigger that ``words`` stand for; no words stand for :class:`Now`."""
    if not words:
        return Now()
    template, values = choose(_MAKERS, words, whole)
    return _MAKERS[template](**values)
