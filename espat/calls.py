# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The seldom used ways to run a command from end to end, and what is sent again after a restart.

All raise as ``Modem.run()`` where nothing else is said.
"""

from .errors import ATError, fail
from .parser import const
from .settings import outcome, refusal, sure  # noqa: F401 - other rooms get them from here

# The parser's events.
_OK = const(2)
_SEND_OK = const(5)


def must(modem, name, args=(), reply=b"", timeout=5000):
    """``Modem.run()`` for those who raise OSError alone.

    :raises OSError: EIO, the module refused it
    """
    try:
        return modem.run(name, args, reply, timeout)
    except ATError as e:
        refused = str(e)
    raise fail("command_refused", refused)


def put(modem, name, args, view, link=-1, verdict=_SEND_OK, reply=b"", timeout=30000):
    """A command with a prompt: the reply lines.

    :param view: memoryview of the bytes to be sent at the prompt
    :param int verdict: the event that confirms them: SEND_OK (5), or OK (2)
    """
    up = modem.up
    modem.turn()
    modem.begin_send(name, args, view, None, link, timeout, verdict)
    modem.reply = reply
    modem.lines = [] if reply else ()
    modem.received = True  # what confirms it may come without "Recv n bytes"
    try:
        while modem.state:
            modem.rest()
        return modem.ended(up, name, verdict, timeout)
    except BaseException:
        modem.bytes = None  # called off
        raise


def fetch(modem, name, args, receiver, most, counted=None, link=-1):
    """A command whose reply brings counted bytes.

    :param receiver: where they go: see links.py
    :param int most: no more than so many can be true
    :param counted: what reads the header, a function as the parser's: the flash is read, which may
        take 20 s; None: a header as ``+CIPRECVDATA``'s, and 5 s
    :raises OSError: EIO, it ended without its bytes
    """
    up = modem.up
    modem.turn()
    parser = modem.parser
    parser.head = name[:-1] + b":" if counted else name[:-1]
    parser.counted = counted
    try:
        modem.follow(name, args, b"", 20000 if counted else 5000, None, link)
        modem.requested = parser.asked = most
        modem.receiver = receiver
        while modem.state:
            modem.rest()
        modem.ended(up, name, _OK, modem.limit)
    finally:
        parser.head = b"+CIPRECVDATA"
        parser.counted = None
        parser.asked = 0
    if not modem.arrived:
        raise fail("no_payload", name)


def list_links(modem):
    """The command that lists the links: of CIPSTATUS only the rows count, its number may lie."""
    return b"+CIPSTATE?" if modem.has("CIPSTATE") else b"+CIPSTATUS"


def keep(modem, name, args, key=None):
    """Have a setting made again whenever the module has restarted: in the order first kept.

    :param key: what it replaces, if that is kept already; None: the command of that name
    """
    key = key or name
    for row in modem.kept:
        if row[0] == key:
            row[1:] = [name, args]
            return
    modem.kept.append([key, name, args])


def drop(modem, key):
    """Keep a setting no longer."""
    modem.kept = [row for row in modem.kept if row[0] != key]
