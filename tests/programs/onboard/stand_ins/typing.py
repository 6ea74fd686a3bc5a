# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``typing`` for MicroPython: names to import. MicroPython evaluates no annotation."""

Any = Callable = Dict = IO = Iterable = List = Optional = Tuple = Type = Union = None
