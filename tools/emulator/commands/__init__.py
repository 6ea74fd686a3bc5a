"""The commands: a table from names to handlers, collected from one file for each subject.

A handler takes a :class:`~..core.Call`. It returns the result of the command (None for OK), or
raises :class:`~..params.Refused` for ERROR. It may be a generator: then it is run as a task, which
ends in one of these ways.
"""

from collections.abc import Callable
from typing import NamedTuple

from ..families import OLD
from . import (
    addresses,
    basic,
    flash,
    mdns,
    receive,
    scan,
    send,
    server,
    services,
    softap,
    tcp,
    tls,
    update,
    wifi,
)

_ROOMS = (
    *(basic, wifi, addresses, scan, softap, tcp, send, receive, server, services),
    *(tls, flash, update, mdns),
)


class Command(NamedTuple):
    """The handlers of a command; None for a form that the firmware does not know."""

    name: str
    query: Callable | None = None
    set: Callable | None = None
    execute: Callable | None = None
    test: Callable | None = None

    def form(self, name):
        """The handler for "query", "set", "execute" or "test"."""
        return getattr(self, name)


def commands_of(family):
    """All commands of one family, by name."""
    found = {}
    for room in _ROOMS:
        for name, families, *handlers in room.COMMANDS:
            if family in families:
                found[name] = Command(name, *handlers)
    if family in OLD:
        for name in _TESTABLE:
            found[name] = found[name]._replace(test=_nothing)
    return found


#: The commands whose ``=?`` NonOS answers, with only OK (at_ipCmd.c v0.20).
_TESTABLE = ("+CIFSR", "+CIPCLOSE", "+CIPSEND", "+CIPSTATUS")


def _nothing(call):
    """Answer a test command with OK."""
