# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Asking the module whether its state is what the driver believes; settings after a restart.

``modes`` and ``station`` are begun by the engine's ``rescue``. Loaded on demand, then forgotten.
"""

import errno

from .. import lazy
from ..parser import const
from ..rates import set_rate
from ..settings import sure
from .answer import restarted

_TIMEOUT = const(0)
_OK = const(2)
_READY = const(22)
_CLOSED_BY_PEER = const(3)
_LOST_WIFI = const(5)
_ASK_MODES = const(1)  # for recheck


def modes(modem):
    """Ask for the settings that the handling of payload depends on; correct those that differ."""
    Modes(modem).ask()


class Modes:
    """The client of the commands that ``modes()`` begins."""

    def __init__(self, modem):
        self.modem = modem
        self.asked = False  # the command under way queries a setting, and does not set it
        self.steps = [(b"+CIPMUX", 1), (b"+CIPDINFO", int(modem.parser.remote))]
        if modem.has("PASSIVE"):
            self.steps.append((b"+CIPRECVMODE", int(modem.passive)))

    def ask(self):
        """Query the last setting of ``steps``; if none is left, finish."""
        if self.steps:
            self.asked = True
            name = self.steps[-1][0]
            self.modem.follow(name + b"?", (), name + b":", 5000, self)
            return
        modem = self.modem
        # The module has not restarted: a payload that was suspected of it is whole.
        modem.stalled = min(modem.stalled, 1)
        modem.settle(2)
        if modem.spoilt and modem.slow:
            modem.follow(b"+UART_CUR=", modem.slow, b"", 5000, Lowered(modem))

    def over(self, code):
        """A query or a setting has ended."""
        modem = self.modem
        if code == _READY:
            return
        if code == _TIMEOUT or not modem.contact:
            modem.recheck |= _ASK_MODES
            return
        name, value = self.steps[-1]
        if not self.asked or code != _OK or self.stands(name, value):
            self.steps.pop()
            self.ask()
        elif name == b"+CIPMUX":
            restarted(modem)
        else:
            self.asked = False
            modem.follow(name + b"=", (value,), b"", 5000, self)

    def stands(self, name, value):
        """Whether the module has this value. If the reply was damaged, it is assumed to have it."""
        for line in self.modem.lines:
            said = line[len(name) + 1 :].lower()
            if said in (b"0", b"1", b"false", b"true"):
                return (said in (b"1", b"true")) == value
        return True


class Lowered:
    """The client of the command that lowers the rate again."""

    def __init__(self, modem):
        self.modem = modem

    def over(self, code):
        """OK came at the old rate: change the host's end, and have the new rate checked."""
        modem = self.modem
        if code == _OK:
            set_rate(modem.port.uart, modem.slow[0])
            modem.spoilt = False
            modem.contact = 0
            lazy.call("start.fast", "given_up", modem)
        elif code != _READY:
            modem.recheck |= _ASK_MODES


def station(modem):
    """Wi-Fi was lost while the soft-AP is on: find out which links have their peers at the soft-AP.
    Without a soft-AP, it may have been lost and found again: find out which links still exist.

    ``AT+CIPAP?`` tells its network, ``AT+CIPSTATE?`` or ``AT+CIPSTATUS`` the peers of all links.
    After a loss of Wi-Fi the states of links that firmware reports are not reliable (dialects.md
    5): only the addresses are used.
    """
    client = Station(modem)
    if modem.softap:
        name = b"+CIPAP_CUR?" if modem.has("CUR") else b"+CIPAP?"
        modem.follow(name, (), b"+CIPAP", 5000, client)
    else:
        client.network = (0, 0)  # of all addresses
        client.ask()


class Station:
    """The client of the commands that ``station()`` begins."""

    network = None  # (address, mask) of the soft-AP as numbers; (0, 0): there is none

    def __init__(self, modem):
        self.modem = modem

    def ask(self):
        """Ask for the links, when the network is known."""
        name = lazy.call("calls", "list_links", self.modem)
        self.modem.follow(name, (), b"+CIPSTAT", 5000, self)

    def over(self, code):
        """A query has ended."""
        modem = self.modem
        if code == _OK and self.network is None and modem.contact:
            found = {}
            for line in modem.lines:
                key, _, value = line[line.find(b":") + 1 :].partition(b":")
                found[key] = number_of(value)
            # What is missing has the default of the firmware.
            self.network = found.get(b"ip") or 0xC0A80401, found.get(b"netmask") or 0xFFFFFF00
            self.ask()
            return
        near = []
        for line in modem.lines if code == _OK else ():
            row = line[line.find(b":") + 1 :].split(b",")
            if len(row) > 2 and self.is_near(row[2]):
                near.append(row[0])
        for link in range(5):
            if b"%d" % link in near:
                continue
            if modem.links[link] == _CLOSED_BY_PEER:  # it is not listed
                owner = modem.owner(link)
                if owner and owner.served and owner.peer and self.is_near(owner.peer[0].encode()):
                    continue
            modem.lose(link, _LOST_WIFI)

    def is_near(self, address):
        """Whether an address (bytes) is known to be in the soft-AP's network."""
        peer = number_of(address)
        network = self.network
        return network and peer is not None and not (peer ^ network[0]) & network[1]


def number_of(address):
    """A dotted IPv4 address (bytes, quoted or not) as a number; None if it is no address."""
    parts = address.strip(b'"').split(b".")
    number = 0
    for part in parts:
        if not part.isdigit() or int(part) > 255:
            return None
        number = number << 8 | int(part)
    return number if len(parts) == 4 else None


def replay(modem):
    """Send all kept settings again, in their order, and the rate last.

    A setting that the module refuses now, twice, is skipped.
    """
    rate = None
    try:
        if modem.kept:
            lazy.call("at.essential", "station", modem)
        for _, name, args in modem.kept:
            if name == b"+UART_CUR=":  # the host's end must change with it
                rate = args
            else:
                sure(modem, name, args)
        if rate:
            lazy.call("at.system", "uart_again", modem, rate)
        if modem.fast:
            lazy.call("start.fast", "raise_rate", modem)
    except BaseException as e:
        modem.up = False  # the settings after this one are missing
        if getattr(e, "errno", 0) != errno.ECONNRESET:
            raise
