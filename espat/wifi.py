# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The ``AT+CW...`` commands that no user can do without: joining, and who we are there."""

try:
    from micropython import const
except ImportError:
    const = int

from .command import let_go, run
from .modem import ATError, fail

_CUR = const(4)
_NO_ADDRESS = const(5)
_LOST_RESTART = const(4)  # the modem's

# Numbers of errors.py.
_ERR_JOIN = const(31)


def join(modem, network):
    """Join, unless the module already stands in that network.

    :param network: (ssid, password, bssid, timeout), the arguments of ``Radio.connect()``
    """
    ssid, password, bssid, timeout = network
    if isinstance(bssid, (bytes, bytearray)) and len(bssid) == 6:
        bssid = ":".join(["%02x" % b for b in bssid])
    _checked(modem, ssid, password, bssid)
    if cwjap_query(modem) == _text(ssid) and cipsta_query(modem)[0]:
        modem.wifi = 2
    else:
        station(modem)
        cwjap(modem, ssid, password, bssid, 20000 if timeout is None else int(timeout * 1000))
    let_go("wifi", "startup")


def _checked(modem, ssid, password, bssid):
    """The arguments of CWJAP, if no byte of them is wrong."""
    for what, value, least, most in (("SSID", ssid, 1, 32), ("password", password, 0, 64)):
        if not least <= len(value.encode() if isinstance(value, str) else value) <= most:
            raise ValueError("%s out of %d..%d bytes" % (what, least, most))
    args = (ssid, password)
    if bssid is not None:
        from .asking import mac

        args += (mac("bssid", bssid),)
    up = modem.up
    modem.turn()
    if up > modem.up:
        raise fail(_LOST_RESTART)
    modem.compose(_form(modem, b"+CWJAP", b"="), args)
    return args


def station(modem):
    """Be a station: beside a soft-AP if ``Radio.start_ap()`` was called, else beside none."""
    mode = 3 if getattr(modem, "softap", False) else 1
    if cwmode_query(modem) != mode:
        run(modem, _form(modem, b"+CWMODE", b"="), (mode,))


def cwmode(modem, mode):
    """``AT+CWMODE=<mode>`` (NonOS ``_CUR``): 0 off (ESP-AT), 1 station, 2 soft-AP, 3 both."""
    from .asking import number

    least = modem.can >> _CUR & 1  # NonOS has no 0
    run(modem, _form(modem, b"+CWMODE", b"="), (number("mode", mode, least, 3),))


def cwmode_query(modem):
    """``AT+CWMODE?``: the mode, an int, 0 to 3; None if the reply was cut short."""
    for line in run(modem, _form(modem, b"+CWMODE", b"?"), (), b"+CWMODE"):
        mode = line[line.find(b":") + 1 :][:1]
        if mode.isdigit():
            return int(mode)
    return None


def cwjap(modem, ssid, password, bssid=None, timeout=20000):
    """``AT+CWJAP="<ssid>","<password>"[,"<bssid>"]`` (NonOS: ``CWJAP_CUR``): join an access point.

    :param ssid: str, or bytes if it is not UTF-8; 1 to 32 bytes
    :param password: str or bytes; empty for an open network, else 8 to 64 bytes (WEP: 5 or more)
    :param bssid: ``"aa:bb:cc:dd:ee:ff"`` where two access points share a name
    :param int timeout: ms; the module itself gives up after 15 s
    :raises OSError: ETIMEDOUT, EACCES (wrong password), ENODEV (no such access point), ECONNREFUSED
    """
    args = _checked(modem, ssid, password, bssid)
    modem.wifi = 0
    try:
        run(modem, _form(modem, b"+CWJAP", b"="), args, b"+CWJAP", timeout)
    except ATError:
        code = 0
        for line in modem.lines:
            code = line[line.find(b":") + 1] - 48
        if modem.wifi and code != 2:
            code = _NO_ADDRESS
        modem.wifi = 0
        raise fail(_ERR_JOIN, _text(ssid), code if 0 < code <= _NO_ADDRESS else 0)
    modem.wifi = 2


def cwjap_query(modem):
    """``AT+CWJAP?``: the name of the access point we are at (str, or bytes if not UTF-8), None if
    at none.

    The name is not escaped on the wire and may hold ``",``: it ends before the last thing in
    quotes.
    """
    for line in run(modem, _form(modem, b"+CWJAP", b"?"), (), b"+CWJAP"):
        start = line.find(b'"') + 1
        end = line.rfind(b'","')
        if start and line[end + 20 : end + 21] == b'"':
            return _text(line[start:end])
    return None


def cipsta_query(modem):
    """``AT+CIPSTA?`` (NonOS ``_CUR``): (address, gateway, netmask), str, None if not set.

    It is asked once more if a line of the reply is missing.
    """
    found = ["0.0.0.0"] * 3
    for _ in range(2):
        missing = 3
        for line in run(modem, _form(modem, b"+CIPSTA", b"?"), (), b"+CIPSTA"):
            for i in range(3):
                name = (b":ip:", b":gateway:", b":netmask:")[i]
                at = line.find(name)
                if at > 0:
                    found[i] = str(line[at + len(name) :].strip(b'"'), "ascii")
                    missing -= 1
        if missing <= 0:
            break
    return tuple([None if value == "0.0.0.0" else value for value in found])


def _form(modem, name, tail):
    """NonOS and WizFi360 write to flash unless a command ends in _CUR."""
    return name + (b"_CUR" if modem.can >> _CUR & 1 else b"") + tail


def _text(value):
    """A name as str, or as it is where it is not UTF-8."""
    try:
        return value if isinstance(value, str) else str(value, "utf-8")
    except (UnicodeError, ValueError):
        return value
