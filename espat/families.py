# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Firmware for people: its name, and which has what. Loaded when a message needs it.

For what a firmware is see firmware.py.
"""

import errno

from .firmware import NAMES, TABLE

FAMILIES = ("NonOS AT", "ESP8266 ESP-AT", "ESP32 ESP-AT", "WizFi360")


def since(capability, family):
    """The first version of a family that has a capability, 0xMm; 0xFF: none has.

    :param capability: its name, or its row of the table
    """
    if not isinstance(capability, str):
        return capability[family]
    return TABLE[4 * NAMES.split().index(capability) + family]


def name(firmware):
    """What a person calls it: "ESP32 ESP-AT 3.3"."""
    family, version = firmware
    if not version:
        return "this firmware"
    return "%s %d.%d" % (FAMILIES[family], version >> 4, version & 15)


def lacking(firmware, capability, what):
    """The exception for something that a firmware cannot do: OSError, EOPNOTSUPP.

    :param what: what it is, for people; bytes: a command's name; None: the capability's is that
    """
    if not isinstance(what, str):
        what = "AT" + (str(what, "ascii") if what else "+" + capability)
    have = []
    for family in range(len(FAMILIES)):
        version = since(capability, family)
        if version < 0xFF:
            have.append(name((family, version)))
    text = "%s does not have %s: %s and later do"
    return OSError(errno.EOPNOTSUPP, text % (name(firmware), what, ", ".join(have)))
