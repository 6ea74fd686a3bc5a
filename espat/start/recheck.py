# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Asking the module whether its state is what the driver believes; settings after a restart; and a
faster line, ``Radio(..., fast=921600)``. Loaded on demand, then forgotten.

``modes`` and ``station`` are begun by the engine's ``rescue``.

The rate is raised at the end of set-up and tested in both directions with a pattern, and lowered if
that is not received intact. If bytes are lost later, it is lowered to ``modem.slow``. Either is
printed once, and the rate is not raised again.
"""

import errno

from .. import lazy
from ..errors import ATError, const
from ..stepwise import outcome, sure

_TIMEOUT = const(0)
_OK = const(2)
_ERROR = const(3)
_READY = const(22)
_OPEN = const(2)
_CLOSED_BY_PEER = const(3)
_LOST_WIFI = const(5)
_ASK_MODES = const(1)  # for recheck

_LINES_TRIED = const(12)  # lines of the pattern: a kilobyte each way
_PATTERN = bytes(range(35, 127))


class Chain:
    """A chain of commands: it sends the next one as soon as one has ended.

    Each ``yield name, args, reply`` sends a command, and gives the event that ended it.
    """

    def __init__(self, modem, steps):
        self.modem = modem
        self.steps = steps
        self.over(None)

    def over(self, code):
        """A command has ended: send the next one."""
        try:
            name, args, reply = self.steps.send(code)
        except StopIteration:
            return
        self.modem.follow(name, args, reply, 5000, self)


def modes(modem):
    """Ask for the settings that the handling of payload depends on; correct those that differ."""
    Chain(modem, _modes(modem))


def _modes(modem):
    asked = [(b"+CIPMUX", 1 - modem.single), (b"+CIPDINFO", int(modem.parser.remote))]
    if modem.has("PASSIVE"):
        asked.append((b"+CIPRECVMODE", int(modem.passive)))
    while asked:
        name, value = asked.pop()
        code = yield name + b"?", (), name + b":"
        if code == _OK and modem.contact and not _is_set(modem.lines, name, value):
            if name == b"+CIPMUX":
                lazy.call("mishaps", "restarted", modem)
                return
            code = yield name + b"=", (value,), b""
        if code == _READY:
            return
        if code == _TIMEOUT or not modem.contact:
            modem.recheck |= _ASK_MODES
            return
    # The module has not restarted: a payload that was suspected of it is whole.
    modem.stalled = min(modem.stalled, 1)
    modem.settle(2)
    if modem.spoilt and modem.slow:
        yield from _lower(modem)


def _is_set(lines, name, value):
    """Whether the module has this value. If the reply was damaged, it is assumed to have it."""
    for line in lines:
        said = line[len(name) + 1 :].lower()
        if said in (b"0", b"1", b"false", b"true"):
            return (said in (b"1", b"true")) == value
    return True


def _lower(modem):
    """Lower the rate of the line again, and have it checked."""
    code = yield b"+UART_CUR=", modem.slow, b""
    if code == _OK:  # it came at the old rate
        lazy.call("rates", "set_rate", modem.port.uart, modem.slow[0])
        modem.spoilt = False
        modem.contact = 0
        given_up(modem)
    elif code != _READY:
        modem.recheck |= _ASK_MODES


def station(modem):
    """Wi-Fi was lost while the soft-AP is on, or may be: find out which links have a peer there.
    Without a soft-AP, it may have been lost and found again: find out which links still exist.

    ``AT+CWMODE?`` tells whether it is on, where that is not known; ``AT+CIPAP?`` its network, and
    ``AT+CIPSTATE?`` or ``AT+CIPSTATUS`` the peers of all links. After a loss of Wi-Fi the states of
    links that firmware reports are not reliable (dialects.md 5): only the addresses are used.
    """
    Chain(modem, _station(modem))


def _station(modem):
    code = _OK
    network = 0, 0  # of all addresses: there is no soft-AP
    if modem.softap is None:
        yield _current(modem, b"+CWMODE") + b"?", (), b"+CWMODE"
        modem.softap = b"".join(modem.lines)[-1:] in (b"2", b"3")
    if modem.softap:
        code = yield _current(modem, b"+CIPAP") + b"?", (), b"+CIPAP"
        network = _network(modem.lines) if code == _OK and modem.contact else None
    if network:
        code = yield lazy.call("calls", "list_links", modem), (), b"+CIPSTAT"
    near = []
    for line in modem.lines if code == _OK else ():
        row = line[line.find(b":") + 1 :].split(b",")
        if len(row) > 2 and _is_near(row[2], network):
            near.append(row[0])
    for link in range(5):
        state = modem.links[link]
        if state < _OPEN or b"%d" % link in near:
            continue  # one that is being opened is not listed yet
        if state == _CLOSED_BY_PEER:  # it is not listed any more
            owner = modem.owner(link)
            if owner and owner.served and owner.peer:
                if _is_near(owner.peer[0].encode(), network):
                    continue
        modem.lose(link, _LOST_WIFI)


def _network(lines):
    """The soft-AP's address and mask, as numbers. What is missing has the firmware's default."""
    found = {}
    for line in lines:
        key, _, value = line[line.find(b":") + 1 :].partition(b":")
        found[key] = _number(value)
    return found.get(b"ip") or 0xC0A80401, found.get(b"netmask") or 0xFFFFFF00


def _is_near(address, network):
    """Whether an address (bytes) is known to be in the soft-AP's network."""
    peer = _number(address)
    return network and peer is not None and not (peer ^ network[0]) & network[1]


def _number(address):
    """A dotted IPv4 address (bytes, quoted or not) as a number; None if it is no address."""
    parts = address.strip(b'"').split(b".")
    number = 0
    for part in parts:
        if not part.isdigit() or int(part) > 255:
            return None
        number = number << 8 | int(part)
    return number if len(parts) == 4 else None


def to_station(modem):
    """``station()`` of at/essential.py, in steps: see stepwise.py. Returns whether it is one."""
    mode = 3 if modem.softap else 1
    name = _current(modem, b"+CWMODE")
    code = yield from outcome(modem, name + b"?", (), b"+CWMODE")
    if code == _OK and modem.lines and modem.lines[-1][-1:] == b"%d" % mode:
        return True
    return (yield from sure(modem, name + b"=", (mode,)))


def _current(modem, name):
    """As ``current()`` of at/essential.py, which is not loaded for this alone."""
    return name + b"_CUR" if modem.has("CUR") else name


def replay(modem):
    """Send all kept settings again, in their order, and the rate last; in steps: see stepwise.py.

    A setting that the module refuses now, twice, is skipped.
    """
    rate = None
    try:
        if modem.kept:
            yield from to_station(modem)
        for _, name, args in modem.kept:
            if name == b"+UART_CUR=":  # the host's end must change with it
                rate = args
            else:
                yield from sure(modem, name, args)
        if rate:
            yield from lazy.call("at.system", "uart_again", modem, rate)
        if modem.fast:
            yield from raise_rate(modem)
    except BaseException as e:
        modem.up = False  # the settings after this one are missing
        if getattr(e, "errno", 0) != errno.ECONNRESET:
            raise


def raise_rate(modem):
    """Send ``AT+UART_CUR=<modem.fast>,...``, with the other settings as they are, and test it.

    :raises OSError: ETIMEDOUT, the module answers at neither rate any more; ECONNRESET, it has
        restarted
    """
    try:
        if (yield from _raised(modem)):
            return
    except (ATError, ValueError):
        pass  # the module lacks the command, or the UART that rate
    except OSError as e:
        if e.errno in (errno.ETIMEDOUT, errno.ECONNRESET):
            raise
    if modem.up:
        given_up(modem)


def _raised(modem):
    """Raise the rate. Returns whether the line is at the fast rate now, and passed the test."""
    fast = modem.fast
    uart = modem.port.uart
    yield from outcome(modem, b"+UART_CUR?", (), b"+UART_CUR:")
    how = tuple(map(int, b"".join(modem.lines).split(b",")[1:5]))
    own = lazy.call("rates", "rate_of", uart)
    if own != fast:
        yield from lazy.call("at.system", "change_rate", modem, (fast,) + how)
    else:  # found at the fast rate: the board has restarted and the module has not
        own = modem.slow[0] if modem.slow else 115200
    modem.slow = (own,) + how
    modem.spoilt = False
    try:
        if (yield from _carries(modem)):
            return True
        yield from lazy.call("at.system", "change_rate", modem, modem.slow)
    except OSError as e:
        if e.errno != errno.ETIMEDOUT:
            raise
        yield from lazy.call("at.system", "back", modem, uart, fast, own)
    return False


def _carries(modem):
    """Whether a pattern comes back intact, as the echo of commands that no firmware knows."""
    yield from outcome(modem, b"E1")
    whole = 0
    for i in range(_LINES_TRIED):
        line = b"U" + _PATTERN[i:] + _PATTERN[:i]  # an echo of AT+ or ATE would be dropped
        code = yield from outcome(modem, line, (), None)
        whole += code == _ERROR and b"AT" + line in modem.lines
    yield from outcome(modem, b"E0")
    return whole == _LINES_TRIED


def given_up(modem):
    """Do not raise the rate again, and print that."""
    print("espat: the line does not carry %d baud: it stays slow" % modem.fast)
    modem.fast = 0
    modem.slow = None
