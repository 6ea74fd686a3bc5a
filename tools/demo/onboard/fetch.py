# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The demo's program on a board: reads what is wanted from a line of JSON on standard input, and
prints a line of JSON for each thing that happens: ``[event, figures]``.
"""

import gc
import hashlib
import json
import sys
from binascii import hexlify

from demo.counting import CountingUART
from demo.fetch import FetchError
from demo.visit import RX_SIZE, visit, words
from pty_uart import PtyUART


def tell(event, **figures):
    """Print what happened."""
    print(json.dumps([event, figures]))


def trace(way, line):
    """Print a line of the conversation."""
    tell("trace", way=way, line=line)


def used():
    """Bytes of heap in use."""
    gc.collect()
    return gc.mem_alloc()


def run(wanted):
    """Load the driver, fetch the page; what both took of the heap."""
    uart = CountingUART(PtyUART(wanted["device"], wanted["baud"], RX_SIZE), wanted["pace"])
    digest = hashlib.sha256()
    before = used()
    import espat

    imported = used()
    radio = espat.Radio(uart, rx_size=RX_SIZE, debug=trace if wanted["trace"] else None)
    pool = espat.SocketPool(radio)
    made = used()
    try:
        visit(radio, pool, uart, wanted, tell=tell, sink=digest.update)
        after = used()
    except (OSError, ValueError, FetchError, espat.ATError) as error:
        tell("failed", text=words(error))
        sys.exit(1)
    tell("digest", sha256=str(hexlify(digest.digest()), "ascii"))
    tell("heap", imported=imported - before, made=made - imported, after=after - before)


version = ".".join([str(n) for n in sys.implementation[1][:3]])
tell("started", runtime=f"MicroPython {version}, as .mpy")
run(json.loads(sys.stdin.readline()))
