# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A task that keeps a beat of 5 ms, and how far it was ever behind."""

import asyncio
import time

from espat import held


class Beat:
    """``worst``: the longest that other tasks held it up, in ms; ``waited``: the longest that the
    driver waited for the module meanwhile, in ms, ``turns``: how often;
    ``count``: how often it came.
    """

    def __init__(self):
        self.worst = self.waited = self.turns = self.count = 0
        self.first = None
        held.radio.modem.idle = self._idle
        self.task = asyncio.create_task(self._run())

    def _idle(self):
        """The driver waits, another turn."""
        self.turns += 1
        if self.first is None:
            self.first = time.ticks_ms()
        self.waited = max(self.waited, time.ticks_diff(time.ticks_ms(), self.first))

    async def _run(self):
        while True:
            before = time.ticks_ms()
            await asyncio.sleep_ms(5)
            self.worst = max(self.worst, time.ticks_diff(time.ticks_ms(), before) - 5)
            self.count += 1
            self.first = None

    def told(self):
        """For the last line of a program."""
        return f"{self.worst} ms; the driver waited {self.waited} ms at most, in {self.turns} turns"
