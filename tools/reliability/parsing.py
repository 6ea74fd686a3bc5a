"""Fuzzes the parser with atheris: coverage-guided inputs, fed as a whole and byte by byte."""

import sys
import tempfile
from pathlib import Path

MISSING = "this needs the package atheris, which is not installed: pip install atheris"


DATA = 12
COUNTED = (DATA, 18)
"""Events of the parser that have a link and a length: a payload begins, or waits in the module."""


def fuzz_parser(runs=-1):
    """Run until a fault, or for so many inputs; returns an exit status."""
    try:
        import atheris  # noqa: PLC0415 - a package that few have
    except ImportError:
        print(MISSING, file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=["espat.parser"]):
        from espat import parser  # noqa: PLC0415 - instrumented as it is imported
    from .garbling import LINES  # noqa: PLC0415 - after that, because it imports the driver

    with tempfile.TemporaryDirectory() as corpus:
        for number, line in enumerate(LINES):
            for head in (b"\x00\x01", b"\x07\x01", b"\x19\x01"):
                Path(corpus, f"{number}-{head[0]}").write_bytes(head + line)
        atheris.Setup(
            [sys.argv[0], f"-runs={runs}", corpus], lambda data: both(parser.Parser, data)
        )
        atheris.Fuzz()
    return 0


def both(make, data):
    """Parse an input as a whole and byte by byte; its first bytes are settings of the parser.

    The events must be the same, unless a line is too long for the ring. Raises AssertionError if
    they are not, or if the parser loops for ever.
    """
    head, body = data[:2], data[2:]
    if len(head) < 2:
        return
    whole, single = (events(make, head, body, most) for most in (1 << 16, 1))
    if whole != single and all(len(line) < 80 for line in body.split(b"\n")):
        raise AssertionError(f"cuts matter: {whole} and {single}")


def events(make, head, body, most):
    """All events of a parser for `body`, read in pieces of at most `most` bytes."""
    parser = make()
    parser.prompt = bool(head[0] & 1)
    parser.asked = (0, 1, 5, 512)[head[0] >> 1 & 3]
    parser.remote = bool(head[0] & 8)
    parser.trailer = bool(head[0] & 16)
    parser.limit = (4, 1460, 8192)[head[1] % 3]
    told, places, end = [], [], 0
    while True:
        while event := parser.next():
            told.append((event, parser.link, parser.length) if event in COUNTED else event)
            if event == DATA:
                places.append(bytearray(parser.length))
                parser.into(memoryview(places[-1]))
            if len(told) > 100 + 4 * len(body):
                raise AssertionError("round in circles")
        if end >= len(body):
            return told, places
        space = parser.space()
        n = min(len(space), most, len(body) - end)
        if not n:
            raise AssertionError("no room, and nothing to tell")
        space[:n] = body[end : end + n]
        parser.fill(n)
        end += n
