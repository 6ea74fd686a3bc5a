"""What the command line needs to know of the benchmarks without importing them.

These are their defaults, and the columns of their tables as keys of the JSON and headings.
"""

RUNS = 7
LENGTH = 20_000_000
"""Defaults of `emulator`: number of bodies over each port, and bytes of a body."""
SECONDS = 2.0
"""Default of `pace`: about how long the answers, and the transfer, take for one figure."""
MOST_BYTES = 100_000_000
MOST_REQUESTS = 10_000
"""Defaults of `growth`."""

WIRE = {
    "family": "family",
    "what": "transfer",
    "links": "links",
    "baud": "baud",
    "payload": "payload",
    "in_use": "in use",
}
LATENCY = {
    "what": "exchange",
    "module_ms": "module and peer, ms",
    "ms": "ms",
    "wire_ms": "of them on the wire",
    "ratio": "ratio",
}
START = {
    "family": "family",
    "module": "module",
    "baud": "its baud",
    "found": "found, s",
    "seconds": "joined, s",
    "commands": "commands",
}
GROWTH = {"what": "what", "count": "how many", "each": "cost of each", "heap": "heap behind it"}
INSTRUCTIONS = {
    "name": "name",
    "what": "what",
    "of": "of each",
    "instructions": "instructions",
    "floor": "floor",
    "ratio": "ratio",
}
PROGRAMS = {
    "what": "program",
    "baud": "baud",
    "count": "acts",
    "seconds": "seconds",
    "wire": "of them on the wire",
    "a_second": "acts a second",
}
