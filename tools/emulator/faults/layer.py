"""The layer of faults around one core.

It is between the core and its host: methods of the layer replace some of the core's own, and
call them. A module without faults has no layer, and does no work for one.

A fault never changes the core's state while the core is printing, because a task may be running
there. The change is postponed until that is over, which is the same moment by the clock.
"""

import random
from collections import deque

from ..intake import COMMAND, DEAF
from . import radio
from .actions import ACTIONS, RESPITE, action_of
from .grammar import BadFault, words_of
from .triggers import FIRST, TRIGGERS, trigger_of
from .wire import MOST_PENDING, Gate, Wire

__all__ = ["ACTIONS", "TRIGGERS", "BadFault", "Fault", "FaultLayer", "check"]

#: How many entries ``FaultLayer.hits`` keeps.
_KEPT = 10_000

_PROMPTS = ("prompt", "passthrough prompt")
_VERDICTS = ("send ok", "send fail")
#: The lines that end a command without a payload, and all lines that end a command.
_ENDS = ("ok", "error", "fail")
_RESULTS = (*_ENDS, *_VERDICTS, "send canceled", "send cancelled")


class Fault:
    """One fault of a running module: what it does, when, and how often it has done it."""

    def __init__(self, text):
        self.text = text if isinstance(text, str) else " ".join(text).strip()
        do, when = _halves(text)
        self._action = action_of(do, self.text)
        self.trigger = trigger_of(when, self.text)
        #: How often it has happened.
        self.hits = 0
        self.canceled = False
        #: Where it happened last: "out" or "in" (between two bytes of that stream), "command",
        #: "time", or None (by hand).
        self.spot = None
        self.random = None
        self._layer = None

    def __repr__(self):
        return f"<Fault {self.text!r}, {self.hits} times>"

    @property
    def polite(self):
        """Whether it waits for the end of a payload, as the module's own notices do."""
        return self._action.polite

    def begin(self, layer, seed):
        """Join a layer, and arm the trigger."""
        self._layer = layer
        self.random = random.Random(seed)
        self.trigger.arm(layer, self)

    def cancel(self):
        """Prevent the fault from happening again. An effect that has begun goes on."""
        self.canceled = True

    def fire(self, spot):
        """Let the fault happen at this ``spot``."""
        if self.canceled or (self._layer.dying and self._action.deadly):
            return
        self.spot = spot
        self.hits += 1
        self._layer.note(self)
        self._layer.run(self._action, self)


def _halves(text):
    """The words of the action and of the trigger, from one text or a pair (do, when)."""
    if not isinstance(text, str):
        do, when = text
        return words_of(do), words_of(when)
    words = words_of(text)
    begins = (not word.quoted and word.text.lower() in FIRST for word in words)
    at = next((at for at, begin in enumerate(begins) if begin), len(words))
    if words and not at:
        raise BadFault(
            f"in {text!r}: what happens comes before when it does, as in drop 3 bytes after 1000"
        )
    return words[:at], words[at:]


def check(text):
    """Raise :class:`BadFault` if a text (or a pair: do, when) is not a fault."""
    Fault(text)


class Armed:
    """Effects that wait for the next command, prompt or verdict that they apply to."""

    def __init__(self):
        self._waiting = {}

    def put(self, name, value, spot):
        """Add an effect, for one use. If a command triggered it, it is for that command only."""
        waiting = self._waiting.setdefault(name, deque())
        if len(waiting) < MOST_PENDING:
            waiting.append((value, spot == "command"))

    def take(self, name):
        """The value of the next effect of this name, or None."""
        waiting = self._waiting.get(name)
        return waiting.popleft()[0] if waiting else None

    def forget(self):
        """Drop effects that were meant for the last command, because a new one came."""
        for name, waiting in self._waiting.items():
            self._waiting[name] = deque(each for each in waiting if not each[1])


class FaultLayer:
    """All faults of one module. ``seed`` determines what happens by chance."""

    def __init__(self, core, seed=0):
        self.core = core
        self.seed = seed
        self.faults = []
        #: The faults that happened: (seconds, text of the fault), oldest first.
        self.hits = deque(maxlen=_KEPT)
        self.at_commands = []
        self.armed = Armed()
        #: Until when every command gets this answer: (time, name of the line).
        self.busy = (0.0, None)
        #: (function, time): until then all commands get busy, except those it returns True for.
        self.busy_but = (None, 0.0)
        #: (seconds, time): until then, the module ignores input for so many seconds after each
        #: result.
        self.deafness = (0.0, 0.0)
        self._deaf_until = 0.0
        self._command = ""
        self._muted = False
        #: Whether a reset is due: there is no more output until it has happened.
        self.dying = False
        #: When the last reset by a fault was.
        self.revived = -RESPITE
        #: When the last restart of a brown-out is due.
        self.browned_out = 0.0
        self.gate = Gate(core, core.emit, self.later)
        self.wires = {"out": Wire("out", self._out), "in": Wire("in", self._in)}
        self._feed, core.intake.feed = core.intake.feed, self._on_feed
        self.network = radio.install(core, self.later)
        self._say, core.say = core.say, self._on_say
        self._line, core.line = core.line, self._on_line
        self._end, core._finish = core._finish, self._on_finish
        self._appetite, core.intake.appetite = core.intake.appetite, self._on_appetite
        self._beyond, core.beyond = core.beyond, self._on_beyond
        self._sleep, core.sleep = core.sleep, self._on_sleep
        core.emit = self._on_emit

    def add(self, text):
        """Add a fault and return it. Raises :class:`BadFault` if the text is not a fault."""
        fault = Fault(text)
        self.faults.append(fault)
        fault.begin(self, f"{self.seed} {len(self.faults)} {fault.text}")
        return fault

    def later(self, seconds, action):
        """Call ``action()`` in ``seconds``, even if the module restarts before."""
        return self.core.scheduler.after(seconds, action, lasting=True)

    def note(self, fault):
        """Record that a fault happened, and report the event."""
        self.hits.append((self.core.scheduler.now, fault.text))
        self.core.on_event("fault", text=fault.text)

    def run(self, action, fault):
        """Do an action: now, or once the core has finished what it is printing."""
        if not (action.upheaval and fault.spot == "out"):
            action.do(self, fault)
            return
        wait = 0.0
        if action.deadly:
            self.dying = True
            wait = self.revived + RESPITE - self.core.scheduler.now
        self.later(wait, lambda: action.do(self, fault))

    # -- in the core's place -----------------------------------------------------------------

    def _on_feed(self, data):
        """Replaces ``core.intake.feed``."""
        self.wires["in"].feed(bytes(data))

    def _in(self, data):
        """Pass bytes that went through the input wire to the module, unless it is deaf."""
        while data and self.core.scheduler.now < self.deafness[1]:
            if self.core.scheduler.now < self._deaf_until:
                return
            count = self._appetite(data)
            self._feed(data[:count])
            data = data[count:]
        if data:
            self._feed(data)

    def _on_sleep(self, seconds, noise=None):
        """Replaces ``core.sleep``, which every restart calls: it ends busy and deaf faults."""
        self.busy_but = (None, 0.0)
        self._deaf_until = 0.0
        self._sleep(seconds, noise)

    def _on_appetite(self, data):
        """Replaces ``core.intake.appetite``: a paced line stops where a fault is due."""
        ahead = self.wires["in"].ahead()
        count = self._appetite(data)
        return count if ahead is None else min(count, ahead)

    def _on_beyond(self):
        """Replaces ``core.beyond``: bytes that the gate holds have not reached the host."""
        return self._beyond() + len(self.gate.waiting)

    def _on_emit(self, data):
        """Replaces ``core.emit``."""
        if self._muted and self.core.intake.state == DEAF:
            self._muted = False
        if data and not (self._muted and not data.startswith(b"\r\n+IPD,")):
            self.wires["out"].feed(bytes(data))

    def insert(self, data):
        """Send bytes to the host that a fault inserts; the changes of the wire do not apply."""
        self._out(data)

    def _out(self, data):
        if data and not self.dying:
            self.gate.put(data)

    def _on_say(self, name, *args, tag=None):
        """Replaces ``core.say``: faults may suppress, delay or repeat prompts and results."""
        if name in _PROMPTS and self._on_prompt(name):
            return
        if name == "recv" and self.armed.take("no recv"):
            return
        if name in _ENDS and self.armed.take("no ok"):
            return
        if name in _RESULTS:
            self.core.when_sent(self._turn_deaf)
        change = self.armed.take("verdict") if name in _VERDICTS else None
        if change is None:
            self._say(name, *args, tag=tag)
            return
        for delay in change:
            if delay:
                self.later(delay, lambda: self._say(name, *args, tag=tag))
            else:
                self._say(name, *args, tag=tag)

    def _on_prompt(self, name):
        """Print a prompt without its ``>`` or its OK; returns False if no fault asks for that."""
        prompt, ok = self.armed.take("no prompt"), self.armed.take("no ok")
        first, last = self.core.profile.lines[name].pieces
        if prompt or ok:
            self.core.emit(("" if ok else first).encode() + ("" if prompt else last).encode())
        return prompt or ok

    def _turn_deaf(self):
        """Begin to ignore input after a result has left, if a fault asks for that."""
        seconds, until = self.deafness
        now = self.core.scheduler.now
        if now < until:
            self._deaf_until = now + seconds

    def _on_line(self, line, too_long=False):
        """Replaces ``core.line``: faults at commands happen before the command is executed."""
        self._muted = False
        self.armed.forget()
        text = self._command = line.rstrip(b"\r\n").decode("latin-1")
        for trigger in list(self.at_commands):
            trigger.heard(text)
        if self.core.intake.state == DEAF or self._answered():
            self.core.on_command(text.encode("latin-1"))
            return
        if self.armed.take("busy but done"):
            self.core.say_busy()
        self._muted = bool(self.armed.take("no reply"))
        self._line(line, too_long)
        if self.core.intake.state == COMMAND:
            self._muted = False

    def _answered(self):
        """Answer or ignore the command instead of the module; returns whether that was done."""
        until, name = self.busy
        if self.core.scheduler.now >= until:
            name = None
        passes, until = self.busy_but
        if self.core.scheduler.now < until and not passes(self._command):
            name = "busy p"
        answer = self.armed.take("answer") or name
        if answer in self.core.profile.lines:
            self._say(answer)
        elif answer and answer != "ignore":
            self.core.emit(b"\r\n" + answer.encode() + b"...\r\n")
        return bool(answer)

    def _on_finish(self, result):
        """Replaces ``core._finish``."""
        if self._command.upper().startswith("AT+UART") and self.armed.take("early rate"):
            actions, self.core.afterwards = self.core.afterwards, []
            for action in actions:
                action()
        self._end(result)
        self._muted = False
