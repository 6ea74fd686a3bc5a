# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Stands in for the `machine` of a Pico in the unix build, whose own has no clock."""

import time


class RTC:
    """The clock."""

    def datetime(self):
        """(year, month, day, weekday, hours, minutes, seconds, subseconds)."""
        now = time.gmtime()
        return now[:3] + (now[6],) + now[3:6] + (0,)
