# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A task that keeps a beat of 5 ms, and how far it was ever behind."""

import asyncio
import time


class Beat:
    """``worst``: the longest that other tasks held it up, in ms; ``count``: how often it came."""

    def __init__(self):
        self.worst = self.count = 0
        self.task = asyncio.create_task(self._run())

    async def _run(self):
        while True:
            before = time.ticks_ms()
            await asyncio.sleep_ms(5)
            self.worst = max(self.worst, time.ticks_diff(time.ticks_ms(), before) - 5)
            self.count += 1
