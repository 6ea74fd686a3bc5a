# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Members of ``Radio`` about the module itself: on and off, joined or not, its names, sleep, ping,
reset, any command. Loaded for each use.

What is set here is set again after the module has restarted, except ``enabled``. The first
parameter of every function is the radio.
"""

import errno

from .. import calls, lazy
from ..at import wifi
from ..at.essential import cwmode_query, joined, ms, station, text
from ..at.system import sleep, sleep_query
from ..errors import ATError, const
from .types import PowerManagement, packed, written

_LOST_WIFI = const(5)
_ASK_MODES = const(1)  # for recheck
_TIMEOUT = const(0)

# Commands after which the module may be in another mode than the driver set.
_CHANGING = ("+CIPMUX", "+CIPMODE", "+CIPDINFO", "+CIPRECV")


def connected(radio):
    """Whether the module is joined to a network and has an address there.

    The module is asked once (``AT+CWJAP?``, ``AT+CIPSTA?``), since it may have stayed joined while
    the board restarted; after that, its notices keep this up to date. While it is joining it is
    asked, too, as WIFI GOT IP may be lost.
    """
    modem = radio.modem
    modem.step()
    if modem.wifi < 2 and (not modem.up or radio.looked != modem.restarts or modem.wifi == 1):
        radio.awake()
        looked = modem.restarts
        if modem.wifi < 2 and joined(modem) is not None:
            modem.wifi = 2
        radio.looked = looked
    return modem.wifi == 2


def firmware(radio):
    """The module's family and version: ``"ESP32 ESP-AT 3.3"`` (``AT+GMR``)."""
    return lazy.call("texts", "firmware_name", radio.up().firmware)


def reset(radio):
    """Restart the module, by its pin if there is one, else by ``AT+RST``."""
    lazy.call("start.search", "restart", radio)


def deinit(radio):
    """Release the UART. The module keeps its state and may stay joined. If ``fast`` raised the
    rate, it is set back.
    """
    modem = radio.modem
    if modem.slow and modem.up:
        try:
            calls.wait(modem, lazy.call("at.system", "change_rate", modem, modem.slow))
        except (OSError, ATError):
            pass  # the next start-up tries both rates
    modem.up = False
    uart = modem.port.uart
    (getattr(uart, "deinit", None) or uart.close)()


def command(radio, line, timeout=5):
    """Send any command: ``radio.command("AT+CIPSTATUS")``.

    If it changes modes that sockets need, the driver sets them again before the next command.

    :param str line: ASCII, beginning with AT, without CRLF; quoted and escaped by the caller
    :param timeout: seconds; None: 5
    :returns: the reply lines, a list of bytes
    :raises ATError: the module refused it
    :raises ValueError: a line break, NUL, or not a command
    """
    text("command", line, 2, 256)
    line = line if isinstance(line, str) else str(line, "ascii")
    name = line.encode()
    if name[:2] != b"AT" or b"\r" in name or b"\n" in name or b"\0" in name:
        raise ValueError("not one AT command")
    timeout = ms(5 if timeout is None else timeout)
    modem = radio.up()
    try:
        lines = modem.run(name[2:], (), None, timeout)
    finally:
        for mode in _CHANGING:
            if line[2:].startswith(mode) and line[-1] != "?":
                modem.recheck |= _ASK_MODES
    if line == "AT+CIPMUX=0":
        modem.up = False  # no link was open; the sockets cannot work with a single link
    if "+CWMODE" in line and line[-1] != "?":
        modem.softap = "2" in line or "3" in line
    return lines


def enabled(radio):
    """Whether the module's radio is on (``AT+CWMODE?``)."""
    return cwmode_query(radio.awake()) != 0


def put_enabled(radio, on):
    """Switch the module's radio off (``AT+CWMODE=0``): all connections are lost; or on: it is not
    joined then.

    :raises NotImplementedError: NonOS and WizFi360 cannot: use ``stop_station()``, ``stop_ap()``
    """
    modem = radio.awake()
    if on:
        if not cwmode_query(modem):
            station(modem)
        return
    if not modem.has("CWMODE_OFF"):
        raise NotImplementedError("enabled: this firmware cannot; stop_station() leaves a network")
    radio.network = None
    wifi.cwmode(modem, 0)
    modem.lose(-1, _LOST_WIFI)


def start_station(radio):
    """Become a station (``AT+CWMODE=1``, 3 if a soft-AP is on); ``connect()`` does that, too."""
    station(radio.awake())


def stop_station(radio):
    """Leave the network (``AT+CWQAP``), and do not join it again."""
    radio.network = None
    wifi.cwqap(radio.awake())


def hostname(radio):
    """The module's name for the network's DHCP server (``AT+CWHOSTNAME?``)."""
    return wifi.cwhostname_query(station(radio.awake()))


def put_hostname(radio, name):
    """Set it (``AT+CWHOSTNAME``): 1 to 32 letters, digits, ``-`` and ``.``; for the next join.

    :raises ValueError: other characters, or too long
    :raises OSError: EOPNOTSUPP, NonOS AT 1.3 cannot
    """
    name = text("hostname", name, 1, 32)
    name = name if isinstance(name, str) else str(name, "ascii")
    dotted = "." + name.lower() + "."
    others = dotted.strip("0123456789abcdefghijklmnopqrstuvwxyz-.")
    if others or ".." in dotted or ".-" in dotted:
        raise ValueError("hostname: letters, digits, - and . are wanted")
    wifi.cwhostname(station(radio.awake()), name)


def mac_address(radio):
    """The station's MAC address (``AT+CIPSTAMAC?``), six bytes."""
    return packed(wifi.cipstamac_query(radio.awake()))


def put_mac_address(radio, value):
    """Set it (``AT+CIPSTAMAC``), six bytes; the module may have to join again.

    :raises ValueError: not six bytes
    :raises OSError: EIO, the module refused it: the first byte must be even
    """
    value = written(value)
    wifi.cipstamac(station(radio.awake()), value)


def mac_address_ap(radio):
    """The soft-AP's MAC address (``AT+CIPAPMAC?``), six bytes."""
    return packed(wifi.cipapmac_query(radio.awake()))


def put_mac_address_ap(radio, value):
    """Set it (``AT+CIPAPMAC``), six bytes; after ``start_ap()``.

    :raises ValueError: not six bytes
    :raises OSError: EIO, the module refused it: the soft-AP is off
    """
    value = written(value)
    wifi.cipapmac(radio.awake(), value)


def _sleep_modes(modem):
    """Pairs of ``AT+SLEEP`` mode and ``PowerManagement``: ESP-AT and NonOS have other numbers."""
    m = PowerManagement
    if modem.has("SLEEP_MAX"):
        return ((0, m.NONE), (1, m.MIN), (3, m.MAX))
    return ((0, m.NONE), (2, m.MIN))


def power_management(radio):
    """A ``wifi.PowerManagement`` (``AT+SLEEP?``); UNKNOWN: a mode in which UART bytes get lost."""
    modem = radio.awake()
    now = sleep_query(modem)
    for mode, name in _sleep_modes(modem):
        if mode == now:
            return name
    return PowerManagement.UNKNOWN


def put_power_management(radio, wanted):
    """Set it (``AT+SLEEP``): NONE, MIN (wake for each DTIM) or MAX (for each listen interval).

    :raises ValueError: none of these; or MAX on NonOS and WizFi360, which do not have it
    """
    modem = radio.awake()
    for mode, name in _sleep_modes(modem):
        if name is wanted:
            sleep(modem, mode)
            return
    raise ValueError("power_management: this module does not have %s" % wanted)


def tx_power(radio):
    """The transmit power in dBm, a float (``AT+RFPOWER?``).

    :raises OSError: EOPNOTSUPP, NonOS and WizFi360 do not tell
    """
    return wifi.rfpower_query(radio.awake())[0] / 4


def put_tx_power(radio, dbm):
    """Set it (``AT+RFPOWER``): 10 to 21 dBm (ESP8266 to 20.5, NonOS 0 to 20.5), in steps of 0.25;
    the module rounds down to a power that it has.

    :raises ValueError: out of that range
    :raises OSError: EOPNOTSUPP, WizFi360 cannot
    """
    power = int(max(-1, min(dbm, 99)) * 4 + 0.5)
    wifi.rfpower(radio.awake(), power)


def ping(radio, ip, *, timeout=0.5):
    """Ping a host (``AT+PING``): seconds until the answer; None if there was none in time.

    The call takes as long as the module waits, some seconds, whatever the time-out.

    :param ip: an ``IPv4Address``, or a str: an address or a name
    :param timeout: seconds; None: no limit
    """
    modem = radio.awake()
    try:
        radio.up()
    except OSError:
        if not modem.up:
            raise
    try:
        took = lazy.call("at.services", "ping", modem, str(ip)) / 1000
    except ATError:
        return None
    except OSError as e:
        if modem.code == _TIMEOUT or e.args[0] != errno.ETIMEDOUT:
            raise
        return None
    return took if timeout is None or took <= timeout else None
