"""When a fault happens: after bytes, at a command, at a time, by chance, or now.

A trigger is armed once, with the layer it belongs to; it then calls ``fire(spot)`` on its fault.
Byte triggers are positions in a wire's stream: chance a byte is a position too, drawn from how
long one waits for a thing of that probability, so that every stream is looked at in blocks.
"""

import math
import re
from functools import partial

from .grammar import BadFault, Template, choose


class Trigger:
    """What all triggers have."""

    #: The stream whose bytes it counts, "in" or "out"; None where it counts none.
    way = None

    def arm(self, layer, fault):
        """Begin: from now on call ``fault.fire``."""


class Now(Trigger):
    """At once."""

    def arm(self, layer, fault):
        fault.fire(None)


class AtByte(Trigger):
    """After so many bytes of one stream, and again where there is a next time."""

    def __init__(self, way, first, again, waits=False):
        self.way = way
        #: It is due only when there is a next byte: chance is each byte's own.
        self.waits = self._waits = waits
        self._first = first
        self._again = again
        #: The position in the stream before which the fault is due; None: never again.
        self.position = None
        self.fault = None

    def arm(self, layer, fault):
        self.fault = fault
        wire = layer.wires[self.way]
        first = self._first(fault.random)
        self.position = None if first is None else wire.count + first
        wire.add(self)

    def put_off(self, position):
        """Be due there instead, whatever comes next."""
        self.position, self.waits = position, False

    def step(self):
        """Due again after this time?"""
        gap = self._again(self.fault.random)
        self.waits = self._waits
        self.position = None if gap is None else self.position + gap


class AtCommand(Trigger):
    """At the nth command that matches, or each, or each with a chance."""

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
        """A command came: fire, if it is the one."""
        if not self._matches(line):
            return
        self._seen += 1
        if self._nth in (None, self._seen) and self._lucky():
            self._fault.fire("command")

    def _lucky(self):
        return self._chance >= 1 or self._fault.random.random() < self._chance


def matcher(pattern):
    """Does a command match: begin so, or be the whole where ``*`` stands for anything?"""
    if "*" not in pattern:
        return lambda line: line[: len(pattern)].upper() == pattern.upper()
    parts = ".*".join(re.escape(part) for part in pattern.split("*"))
    whole = re.compile(parts, re.IGNORECASE | re.DOTALL)
    return lambda line: whole.fullmatch(line) is not None


class AtTime(Trigger):
    """At a time since it was armed, once or again and again."""

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
        """How many bytes pass until the next hit, itself counted: at least one."""
        if chance <= 0:
            return None
        if chance >= 1:
            return 1
        return 1 + int(math.log(1.0 - random.random()) / math.log(1.0 - chance))

    def first(random):
        """A hit falls before its byte: the first byte can be hit too."""
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
"""The grammar of triggers: (template, what makes one, what it means)."""
# fmt: on

_MAKERS = {Template(usage): make for usage, make, _ in TRIGGERS}

#: The words that begin a trigger.
FIRST = frozenset(usage.split()[0] for usage, _, _ in TRIGGERS)


def trigger_of(words, whole):
    """The trigger that ``words`` ask for; none ask for :class:`Now`."""
    if not words:
        return Now()
    template, values = choose(_MAKERS, words, whole)
    return _MAKERS[template](**values)
