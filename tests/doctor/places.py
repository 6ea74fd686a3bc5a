"""Modules and wires with each fault: emulated where the emulator has it, else scripted.

Time is simulated: whatever waits moves the clock.
"""

import functools

import serial

from espat_tools.doctor.examine import examine
from espat_tools.doctor.wire import Wire
from espat_tools.emulator import MemoryNetwork, Module, SimClock
from tests.doctor.onboard.script import SCRIPTS, Clock, Line


class Full(Line):
    """A port whose buffer is full for ever: its other end never lowers CTS."""

    def write(self, data):
        """As pyserial, after its write_timeout."""
        self.clock.advance(2)
        raise serial.SerialTimeoutException("Write timeout")


def wire(port, clock):
    """What the doctor listens at."""
    return Wire(port, now=clock.now, sleep=clock.advance)


def emulated(profile="esp32c3-3.3", *, after=lambda module: None, **options):
    """A wire to an emulated module; `after` is called with it once it is there."""
    clock, network = SimClock(), MemoryNetwork()
    network.listen("sink.test", 9, Sink)
    network.listen("echo.test", 7, Echo)
    network.listen("chatty.test", 80, Chatty)
    options.setdefault("paced", True)
    module = Module(profile, clock=clock, network=network, **options)
    after(module)
    return wire(module.uart(), clock)


class Sink:
    """A peer that takes everything."""

    def received(self, peer, data):
        """And says nothing."""


class Echo:
    """A peer that sends back what it gets."""

    def received(self, peer, data):
        """All of it."""
        peer.send(data)


class Chatty:
    """A peer that talks by itself, and answers in words."""

    def connected(self, peer):
        """The first word is its own."""
        peer.send(b"220 ready, 21.5 degrees\r\n")

    def received(self, peer, data):
        """Another."""
        peer.send(b"200 noted\r\n")


def scripted(answer=b"", kind=Line, **options):
    """A wire to a script."""
    clock = Clock()
    return wire(kind(clock, answer, **options), clock)


PASSTHROUGH = {"joined": True, "links": [("sink.test", 9)], "passthrough": True}
TO_ECHO = PASSTHROUGH | {"links": [("echo.test", 7)]}
TO_CHATTY = PASSTHROUGH | {"links": [("chatty.test", 80)]}
PAYLOAD = {"joined": True, "links": [("sink.test", 9)], "awaiting": 500}

EMULATED = {
    "a module that is well": (["well"], emulated),
    "NonOS 1.7": (["well"], lambda: emulated("nonos-1.7.4", boot=True)),
    "a module that is off": (["silent"], lambda: emulated(after=lambda module: module.hold())),
    "a rate that nobody tries": (["garbage"], lambda: emulated(module_baud=100000)),
    "in passthrough": (["well", "data_mode"], lambda: emulated(**PASSTHROUGH)),
    "in passthrough, NonOS": (
        ["well", "data_mode"],
        lambda: emulated("nonos-1.7.4", **PASSTHROUGH),
    ),
    "in passthrough to who sends it back": (["well", "data_mode"], lambda: emulated(**TO_ECHO)),
    "in passthrough to who talks": (["well", "data_mode"], lambda: emulated(**TO_CHATTY)),
    "in passthrough, echo off": (
        ["well", "data_mode"],
        lambda: emulated("nonos-1.7.4", echo=False, **PASSTHROUGH),
    ),
    "in passthrough, at another rate": (
        ["well", "data_mode", "other_rate"],
        lambda: emulated(module_baud=921600, **PASSTHROUGH),
    ),
    "waits for a payload": (["well", "data_mode"], lambda: emulated(**PAYLOAD)),
    "another rate": (["well", "other_rate"], lambda: emulated(module_baud=921600)),
    "a supply that is weak": (
        ["boot_loop"],
        lambda: emulated(faults=["brown-out 40 times 400ms apart"]),
    ),
    "a supply that is weak, NonOS": (
        ["boot_loop"],
        lambda: emulated("nonos-1.7.4", faults=["brown-out 40 times 400ms apart"]),
    ),
    "busy for ever": (["busy"], lambda: emulated(faults=["busy to all but AT+RST"])),
    "busy for a while": (["well"], lambda: emulated(faults=["busy to all but AT+RST for 9s"])),
    "NonOS 1.3": (["well", "active_only"], lambda: emulated("nonos-1.3")),
    "RTS/CTS at the module only": (["half_flow"], lambda: emulated(rtscts=True)),
    "RTS/CTS at the module only, and another rate": (
        ["half_flow", "other_rate"],
        lambda: emulated(rtscts=True, module_baud=921600),
    ),
    "a supply that is weak, and noise": (
        ["boot_loop"],
        lambda: emulated(
            faults=["brown-out 40 times 400ms apart", "insert 3 bytes chance 1% per byte out"]
        ),
    ),
    "nobody lowers CTS": (["half_flow"], lambda: scripted(kind=Full)),
    "bytes are lost on the way here": (
        ["lossy"],
        lambda: emulated(faults=["drop 1 byte chance 0.1% per byte out"], seed=3),
    ),
    "bytes are lost on the way there": (
        ["lossy"],
        lambda: emulated(faults=["drop 1 byte chance 0.3% per byte in"], seed=3),
    ),
    "it falls silent": (["falls_silent"], lambda: emulated(faults=["delay 300s at AT+GMR 3rd"])),
}
"""name: the findings, the worst first, and what makes the wire."""

CASES = EMULATED | {
    name: (wanted, functools.partial(scripted, **how)) for name, (wanted, how) in SCRIPTS.items()
}


@functools.cache
def examined(case):
    """What is found in a case, and how many seconds it takes; once for all tests that only look."""
    made = CASES[case][1]()
    begun = made.now()
    return examine(made), made.now() - begun
