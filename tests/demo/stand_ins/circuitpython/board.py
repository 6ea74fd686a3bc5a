"""Stands in for CircuitPython's `board` on CPython: the pins that an example names."""

GP0 = "GP0"
GP1 = "GP1"
