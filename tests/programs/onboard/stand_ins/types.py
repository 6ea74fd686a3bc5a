# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``types`` for MicroPython: what annotations name."""

TracebackType = None
