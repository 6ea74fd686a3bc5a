# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The commands that every program needs: joining a network.

Each function is named after its command and takes the modem first. Each raises ``ATError`` where
the module refuses the command, and ``OSError``: ETIMEDOUT (no answer), ECONNRESET (the module
restarted), EIO (a reply that cannot be read); arguments out of range raise ``ValueError``.
"""

from ..errors import ATError, const, fail
from ..modem import compose

_NO_ADDRESS = const(5)  # a code of texts.py: joined, but DHCP gave no address


def text(what, value, least, most):
    """Check an argument that must be a str, or bytes, of ``least`` to ``most`` bytes; return it.

    :raises TypeError: it is neither
    :raises ValueError: it is too short or too long; the message names the range
    """
    if not isinstance(value, (str, bytes, bytearray)):
        raise TypeError("%s: a str is wanted" % what)
    if not least <= len(value.encode() if isinstance(value, str) else value) <= most:
        raise ValueError("%s out of %d..%d bytes" % (what, least, most))
    return value


def ms(seconds):
    """Return a time-out in milliseconds.

    :raises ValueError: it is negative, infinite, or no number
    """
    try:
        if seconds >= 0:
            return int(seconds * 1000)
    except (TypeError, OverflowError):
        pass
    raise fail("negative")


def is_address(value):
    """Whether a str, or bytes, is an IPv4 address."""
    parts = value.split("." if isinstance(value, str) else b".")
    for part in parts:
        if not (part.isdigit() and len(part) < 4 and int(part) < 256):
            return False
    return len(parts) == 4


def is_mac(value):
    """Whether this is a str, and a MAC address."""
    parts = value.split(":") if isinstance(value, str) else ()
    for part in parts:
        if len(part) != 2 or part.strip("0123456789abcdefABCDEF"):
            return False
    return len(parts) == 6


def mac(what, value):
    """Check an argument that must be a MAC address, ``"02:00:00:00:00:01"``; return it."""
    text(what, value, 17, 17)
    if not is_mac(value):
        raise ValueError("%s: not like 02:00:00:00:00:01" % what)
    return value


def check(modem, name, args):
    """Check the arguments of a command: a wrong one raises an error before anything is changed.

    :raises OSError: ECONNRESET, the module has restarted
    """
    up = modem.up
    modem.turn()
    if up and not modem.up:
        raise fail("restarted")
    compose(name, args)


def current(modem, name, tail):
    """Return a command's form that does not write to flash: with ``_CUR``, if there is one."""
    return name + (b"_CUR" if modem.has("CUR") else b"") + tail


def decoded(value):
    """Return a name as str; as bytes if it is not UTF-8."""
    try:
        return str(value, "utf-8")
    except ValueError:  # a UnicodeError is one
        return bytes(value)


def garbled(name, line):
    """Return the exception for a reply that cannot be read: OSError, EIO."""
    return fail("garbled", name, line)


def checked(ssid, password, bssid):
    """Check and return the parameters of CWJAP. A BSSID may also be six bytes."""
    args = text("SSID", ssid, 1, 32), text("password", password, 0, 64)
    if isinstance(bssid, (bytes, bytearray)) and len(bssid) == 6:
        bssid = ((6 * ":%02x") % tuple(bssid))[1:]
    if bssid is not None:
        args += (mac("bssid", bssid),)
    return args


def join(modem, network):
    """Join a network, unless the module has already joined it and has an address.

    :param network: (ssid, password, bssid, timeout), the arguments of ``Radio.connect()``
    :raises OSError: as ``cwjap()``; EIO, the module refused another command
    :raises OSError: EINVAL, a name or password is None, as os.getenv() gives for a missing setting
    """
    ssid, password, bssid, timeout = network
    if ssid is None or password is None:
        raise fail("no_setting", "SSID" if ssid is None else "PASSWORD")
    check(modem, current(modem, b"+CWJAP", b"="), checked(ssid, password, bssid))
    timeout = 20000 if timeout is None else ms(timeout)
    if joined(modem) == (ssid if isinstance(ssid, str) else decoded(ssid)):
        modem.wifi = 2
        return
    station(modem)
    cwjap(modem, ssid, password, bssid, timeout)


def joined(modem):
    """The name of the network in which the module has an address; None: there is none.

    It may be the soft-AP, too, from before the board restarted: that is not known then.
    """
    try:
        name = cwjap_query(modem)
        if name is not None and cipsta_query(modem)[0]:
            modem.softap = modem.softap or None
            return name
    except ATError:
        pass  # it is no station
    return None


def station(modem):
    """Make the module a station, and also a soft-AP if ``modem.softap`` says that it is one.
    Returns the modem.

    :raises OSError: EIO, the module refused
    """
    mode = 3 if modem.softap else 1
    try:
        if cwmode_query(modem) == mode:
            return modem
    except ATError:
        pass
    try:
        modem.run(current(modem, b"+CWMODE", b"="), (mode,))
        return modem
    except ATError as e:
        raise fail("command_refused", e)


def cwmode_query(modem):
    """``AT+CWMODE?`` (NonOS, WizFi360: ``CWMODE_CUR?``): the mode, 0 to 3, as ``cwmode()`` says.

    None if the reply was cut short. All families. Source: dialects.md 4.
    """
    for line in modem.run(current(modem, b"+CWMODE", b"?"), (), b"+CWMODE"):
        mode = line[line.find(b":") + 1 :][:1]
        if mode.isdigit():
            return int(mode)
    return None


def cwjap(modem, ssid, password, bssid=None, timeout=20000):
    """``AT+CWJAP="<ssid>","<password>"[,"<bssid>"]`` (NonOS: ``CWJAP_CUR``): join an access point.

    It is not sent again when the module restarts: ``Radio.connect()`` has its network joined again,
    this function does not, as espat would have to keep the password for it.

    :param ssid: str, or bytes if it is not UTF-8; 1 to 32 bytes
    :param password: str or bytes; empty for an open network, else 8 to 64 bytes (WEP: 5 or more)
    :param bssid: ``"aa:bb:cc:dd:ee:ff"``, if two access points have the same name
    :param int timeout: ms; the module itself gives up after 15 s
    :raises OSError: (``ConnectionError`` if the runtime has it) ETIMEDOUT, the access point did not
        answer, or DHCP gave no address; EACCES, wrong password; ENODEV, no such access point;
        ECONNREFUSED, the access point refused; ECONNABORTED, the module gave no reason
    All families. Source: dialects.md 4.
    """
    name = current(modem, b"+CWJAP", b"=")
    args = checked(ssid, password, bssid)
    check(modem, name, args)
    modem.wifi = 0
    try:
        modem.run(name, args, b"+CWJAP", timeout)
    except ATError:
        raise fail("join", ssid, reason(modem))
    modem.wifi = 2


def reason(modem):
    """Return why the module could not join, as a code of texts.py: 0 (no reason given) to 5."""
    digit = b"".join(modem.lines)[-1:]
    code = int(digit) if digit.isdigit() else 0
    if modem.wifi and code != 2:
        code = _NO_ADDRESS
    modem.wifi = 0
    return code


def cwjap_query(modem):
    """``AT+CWJAP?`` (NonOS, WizFi360: ``CWJAP_CUR?``): the name of the access point joined.

    :returns: str; bytes if it is not UTF-8; None if the module is not joined
    All families. Source: dialects.md 4. The name is not escaped in the reply and may hold ``",``.
    """
    for _ in range(2):
        name = network_in(modem.run(current(modem, b"+CWJAP", b"?"), (), b"+CWJAP"))
        if name is not None or modem.wifi < 2:
            return name
    modem.wifi = 0  # it is not joined any more, and the notice of that was lost
    return None


def network_in(lines):
    """The name of the access point in the reply to ``cwjap_query()``; None: there is none."""
    for line in lines:
        start = line.find(b'"') + 1
        end = line.rfind(b'","')  # the BSSID is the last quoted field
        if start and line[end + 20 : end + 21] == b'"':
            return decoded(line[start:end])
    return None


def cipsta_query(modem):
    """``AT+CIPSTA?`` (NonOS, WizFi360: ``CIPSTA_CUR?``): (address, gateway, netmask).

    :returns: those of the station, each a str, or None if it is not set
    All families. Source: dialects.md 4.
    """
    return addresses(modem, b"+CIPSTA")


def addresses(modem, name):
    """Return the three addresses that ``+CIPSTA?`` or ``+CIPAP?`` reply, each in a line. The query
    is repeated if a line is missing.

    :raises OSError: EIO, one of them is no address
    """
    keys = (b"ip", b"gateway", b"netmask")
    found = {}
    for again in (True, False):
        for line in modem.run(current(modem, name, b"?"), (), name):
            key, _, value = line[line.find(b":") + 1 :].partition(b":")
            value = value.strip(b'"')
            if key not in keys:
                continue  # a line about IPv6
            if is_address(value):
                found[key] = None if value == b"0.0.0.0" else str(value, "ascii")
            elif not again:
                raise garbled(name, line)
        if len(found) == 3:
            break
    return tuple([found.get(key) for key in keys])
