"""Every reply of every command function, garbled: OSError or ATError, and no hang.

The calls are those of tests/commands: each command in each form on each family that has it.
"""

import itertools
import random
import time
from pathlib import Path

import pytest

from espat import ATError
from espat_tools.commands.forms import FAMILIES, FORMS
from espat_tools.reliability.garbling import mutated
from tests.commands import test_cases
from tests.driver.desk import Desk, Hang, Line
from tests.fuzz.counting import count

HAVE = {(command, form): families for command, form, families in FORMS}
PAIRS = [
    (case, family)
    for case in test_cases.CASES
    for family, _ in FAMILIES
    if family in case.families and family in HAVE[case.command, case.form]
]
ALLOWED = 400
"""Simulated seconds that a command may take: AT+CIUPDATE has 180, and may be asked for twice."""


class Garbled(Line):
    """Each print of the module is changed with a chance of `rate`, once there is one."""

    chance = None
    rate = 0

    def take(self, view):
        if not self.chance:
            return self.uart.readinto(view)
        if not self.coming:
            data = self.uart.read() or b""
            if data and self.chance.random() < self.rate:
                data = mutated(self.chance, data)
            self.coming += data
        n = min(len(view), len(self.coming))
        view[:n] = self.coming[:n]
        del self.coming[:n]
        return n or None

    def garble(self, chance, rate):
        self.chance, self.rate, self.coming, self.calls = chance, rate, bytearray(), 0


class Quick:
    """Pauses that grow while nothing comes."""

    def __init__(self, desk):
        self.desk = desk
        self.calls = 0
        self.idle = 0
        desk.port.hooks.append(self)
        desk.port.patience = desk.clock.now() + ALLOWED

    def __call__(self):
        busy = self.desk.line.calls > self.calls + 1
        self.calls = self.desk.line.calls
        self.idle = 0 if busy else self.idle + 1
        due = self.desk.module.line.next_due()
        step = 0.001 * (1 << min(6, self.idle >> 3))
        if due is not None:
            step = min(step, max(0.0, due - self.desk.clock.now()))
        self.desk.clock.advance(step)


def _of_the_case(error):
    """Was this raised by the line of tests/commands itself, which takes a value apart?"""
    at = error.__traceback__
    while at.tb_next:
        at = at.tb_next
    return Path(at.tb_frame.f_code.co_filename).parent == Path(test_cases.__file__).parent


def play(seed):
    """One command with a garbled reply: what went wrong, or None."""
    chance = random.Random(seed)
    case, family = chance.choice(PAIRS)
    desk = Desk(family, line=Garbled, **case.options)
    try:
        desk.join()
        case.before(desk)
        Quick(desk)
        desk.line.garble(chance, chance.choice((0.2, 0.5, 1)))
        case.call(desk)
        count("... that returned")
    except (OSError, ATError):
        count("... that raised OSError or ATError")
    except (Hang, Exception) as error:
        if _of_the_case(error):
            count("... whose case looks for what did not come")
            return None
        return f"seed {seed}, {case.name} on {family}: {type(error).__name__}: {error}"
    finally:
        desk.module.close()
    return None


def fuzz(seconds, seed=0):
    """Commands for so long; no fault may come of it."""
    start, faults = time.monotonic(), []
    for number in itertools.count(seed * 1_000_000):
        if time.monotonic() - start > seconds:
            break
        count("commands with a garbled reply")
        fault = play(number)
        if fault:
            faults.append(fault)
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults[:40])


def test_garbled_replies(seconds):
    fuzz(seconds)


@pytest.mark.soak
def test_for_ever():
    for seed in itertools.count(1):
        fuzz(60, seed)
