# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Seldom used ways to run a command from start to end; settings that are kept for a restart.

All raise as ``Modem.run()`` unless noted otherwise. Steps are explained in stepwise.py.
"""

from .errors import ATError, const, fail
from .stepwise import outcome, refusal, sure, wait  # noqa: F401 - other rooms get them from here

# The parser's events.
_OK = const(2)
_SEND_OK = const(5)


def oserror(steps):
    """Do steps; an ATError becomes an OSError: EIO."""
    try:
        return (yield from steps)
    except ATError as e:
        raise fail("command_refused", e)


def ask(modem, name, args=(), reply=b"", timeout=5000):
    """``Modem.run()`` in steps. Whoever resumes them restores the fields that tell the result, if
    other commands have ended meanwhile.
    """
    up = modem.up
    yield from outcome(modem, name, args, reply, timeout)
    return modem.ended(up, name, _OK, timeout)


def waits(sock):
    """Whether a socket waits for steps to end; one with a time-out of 0 may be able not to."""
    return sock.timeout != 0 or not hasattr(sock, "take_steps")


def up(sock):
    """``Radio.up()``, unless that is a part of the steps that a socket will do."""
    if waits(sock):
        sock.radio.up()


def do(sock, steps, since=None):
    """``wait()`` for a socket; but one that can do them without waiting, and has to, begins to.

    :param since: when its call began: it waits for its turn; None: it has done so
    """
    if not waits(sock):
        sock.take_steps(steps)
        return
    if since is not None:
        sock.turn(since)
    wait(sock.modem, steps)


def put(modem, *args):
    """``giving()``, and wait for it."""
    return wait(modem, giving(modem, *args))


def giving(modem, name, args, view, link=-1, verdict=_SEND_OK, reply=b"", timeout=30000):
    """Run a command that takes a payload at a prompt, in steps. Returns the reply lines.

    :param view: memoryview of the payload
    :param int verdict: the event that confirms the payload: SEND_OK (5), or OK (2)
    """
    up = modem.up
    while modem.chores():
        yield
    try:
        modem.begin_send(name, args, view, None, link, timeout, verdict)
        modem.reply = reply
        modem.lines = [] if reply else ()
        # "Recv n bytes" comes for CIPSEND only: another number means that the length was damaged.
        modem.received = name != b"+CIPSEND="
        while modem.state:
            yield
        return modem.ended(up, name, verdict, timeout)
    except BaseException:
        if not modem.whole:  # else mend() in mishaps.py ends the command
            modem.bytes = None  # cancelled: Modem.prompted() then sends "+++"
        raise


def fetch(modem, name, args, receiver, most, counted=None, link=-1):
    """Run a command whose reply is a header with a count, and that many bytes, in steps.

    :param receiver: where the bytes go: see links.py
    :param int most: a header with a higher count is refused
    :param counted: a function that reads the header, as ``Parser.counted``; the command reads flash
        and may take 20 s. None: a header like ``+CIPRECVDATA``'s, and 5 s
    :raises OSError: EIO, the command ended without its bytes
    """
    up = modem.up
    while modem.chores():
        yield
    parser = modem.parser
    parser.head = name[:-1] + b":" if counted else name[:-1]
    parser.counted = counted
    try:
        limit = 20000 if counted else 5000
        modem.follow(name, args, b"", limit, None, link, receiver, most)
        while modem.state:
            yield
        modem.ended(up, name, _OK, modem.limit)
    finally:
        parser.head = b"+CIPRECVDATA"
        parser.counted = None
        parser.asked = 0
    if not modem.arrived:
        raise fail("no_payload", name)


def insist(modem, name, steps):
    """Do the steps of a setting that espat needs.

    :raises OSError: EIO, the module refuses it
    """
    if not (yield from steps):
        raise fail("unset", name, modem.words or b"ERROR")


def receive(modem, mode):
    """Set the receive mode of all links, in steps. What the module holds may be pushed right behind
    the OK, so the driver takes pushed payload from here on.

    :returns: False: the module refused it
    """
    before = modem.passive
    modem.passive = before and mode == 1
    done = yield from sure(modem, b"+CIPRECVMODE=", (mode,))
    modem.passive = mode == 1 if done else before
    return done


def passive(modem, link):
    """End the active receive of one link that a UDP socket had, in steps."""
    if modem.typed >> link & 1 and (yield from sure(modem, b"+CIPRECVTYPE=", (link, 1))):
        modem.typed &= ~(1 << link)


def list_links(modem):
    """Return the command that lists the links. The status number of CIPSTATUS is not reliable."""
    return b"+CIPSTATE?" if modem.has("CIPSTATE") else b"+CIPSTATUS"


def keep(modem, name, args, key=None):
    """Keep a setting, to be sent again whenever the module has restarted, in the order last set.

    :param key: it replaces a setting kept with the same key; None: the name is the key
    """
    key = key or name
    drop(modem, key)
    modem.kept.append([key, name, args])


def kept(modem, key):
    """Return the arguments of a kept setting; None if it is not kept."""
    for each, _, args in modem.kept:
        if each == key:
            return args
    return None


def drop(modem, key):
    """Do not send this setting again after a restart."""
    modem.kept = [row for row in modem.kept if row[0] != key]
