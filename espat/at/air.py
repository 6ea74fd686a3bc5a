# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Transmit power, country and Wi-Fi driver; the addresses that the soft-AP assigns.

Each function is named after its command and takes the modem first. Each raises ``ATError`` where
the module refuses the command, and ``OSError``: ETIMEDOUT (no answer), ECONNRESET (the module
restarted), EOPNOTSUPP (the firmware lacks it), EIO (a reply that cannot be read); arguments out of
range raise ``ValueError``. Settings are sent again when the module has restarted, except
``cwinit``. The commands are not in the reference: their forms are from the command set's index
(dialects.md 6), and were not tested on modules.
"""

from .args import address, ask, current_setting, need, number, setting
from .essential import current, text

_COUNTRY = b"\x17\x20\x10\x10"
_POWER = b"\x10\x20\x10\xff"
_ESPAT = b"\xff\x20\x10\xff"
_INIT = b"\xff\xff\x32\xff"


def rfpower(modem, power, *bluetooth):
    """``AT+RFPOWER=<power>[,<advertising>,<scanning>,<connected>]``: set the transmit power.

    :param int power: in 0.25 dBm; ESP32 40 to 84, ESP8266 40 to 82, NonOS 0 to 82. The module uses
        the next lower step that it has
    :param int bluetooth: nothing, or three power levels, 0 to 15. ESP32
    ESP-AT, NonOS; not WizFi360.
    """
    need(modem, _POWER, b"+RFPOWER")
    family = modem.firmware[0]
    number("power", power, 40 if family else 0, 84 if family == 2 else 82)
    if bluetooth:
        need(modem, b"\xff\xff\x10\xff", "Bluetooth's power in AT+RFPOWER")
        if len(bluetooth) != 3:
            raise ValueError("bluetooth: three steps are wanted")
    for step in bluetooth:
        number("bluetooth", step, 0, 15)
    setting(modem, b"+RFPOWER=", (power,) + bluetooth)


def rfpower_query(modem):
    """``AT+RFPOWER?``: (power in 0.25 dBm, and on ESP32 three levels of Bluetooth). ESP-AT."""
    return tuple(ask(modem, b"+RFPOWER", "d", _ESPAT))


def cwcountry(modem, policy, code, first, count):
    """``AT+CWCOUNTRY=<policy>,"<code>",<first>,<count>`` (NonOS, WizFi360: ``CWCOUNTRY_CUR``).

    :param int policy: 0: the access point's country is used; 1: this one
    :param str code: 2 or 3 letters, such as ``"DE"``
    :param int first: channel, 1 to 14
    :param int count: how many channels, 1 to 14
    ESP-AT, NonOS 1.7.
    """
    number("policy", policy, 0, 1)
    if not text("code", code, 2, 3).isalpha():
        raise ValueError("code: letters are wanted")
    args = policy, code, number("first", first, 1, 14), number("count", count, 1, 14)
    need(modem, _COUNTRY, b"+CWCOUNTRY")
    current_setting(modem, b"+CWCOUNTRY", args)


def cwcountry_query(modem):
    """``AT+CWCOUNTRY?`` (NonOS, WizFi360: ``_CUR``): (policy, code, first, count).

    ESP-AT, NonOS 1.7.
    """
    need(modem, _COUNTRY, b"+CWCOUNTRY")
    return tuple(ask(modem, current(modem, b"+CWCOUNTRY", b""), "dsdd")[:4])


def cwinit(modem, on):
    """``AT+CWINIT=<on>``: start or stop the Wi-Fi driver. 0 ends all Wi-Fi and frees its memory.

    After a restart of the module it runs again.

    :param int on: 0 or 1
    ESP-AT 3.2, not ESP8266.
    """
    number("on", on, 0, 1)
    need(modem, _INIT, b"+CWINIT")
    modem.run(b"+CWINIT=", (on,))
    if not on:
        modem.wifi = 0
        modem.lose(-1, 5)  # Wi-Fi went away


def cwinit_query(modem):
    """``AT+CWINIT?``: 0 or 1. ESP-AT 3.2, not ESP8266."""
    return ask(modem, b"+CWINIT", "d", _INIT)[0]


def cwdhcps(modem, on, minutes=None, first=None, last=None):
    """``AT+CWDHCPS=1,<minutes>,"<first>","<last>"`` or ``=0`` (NonOS, WizFi360: ``CWDHCPS_CUR``).

    Set which addresses the soft-AP assigns to stations; after ``cwsap()``, in mode 2 or 3.

    :param int on: 1: these; 0: the firmware's own
    :param int minutes: how long a station keeps its address, 1 to 2880
    :param str first: an address in the soft-AP's network, as is ``last``, which must not be lower
    All families.
    """
    args = (number("on", on, 0, 1),)
    if on:
        if minutes is None or first is None or last is None:
            raise ValueError("minutes, first, last: all three")
        args += (number("minutes", minutes, 1, 2880),)
        args += (address("first", first), address("last", last))
    current_setting(modem, b"+CWDHCPS", args)


def cwdhcps_query(modem):
    """``AT+CWDHCPS?`` (NonOS, WizFi360: ``_CUR``): (minutes, first, last). All families."""
    return tuple(ask(modem, current(modem, b"+CWDHCPS", b""), "dss")[:3])
