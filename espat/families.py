# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Names of firmware for messages, and which version has what. Loaded when a message needs it.

What a firmware is: see firmware.py.
"""

import errno

from .firmware import NAMES, TABLE

FAMILIES = ("NonOS AT", "ESP8266 ESP-AT", "ESP32 ESP-AT", "WizFi360")


def since(capability, family):
    """Return the first version of a family that has a capability, 0xMm; 0xFF: no version has it.

    :param capability: its name, or its row of the table
    """
    if not isinstance(capability, str):
        return capability[family]
    return TABLE[4 * NAMES.split().index(capability) + family]


def name(firmware):
    """Return the firmware's name for messages, such as "ESP32 ESP-AT 3.3"."""
    family, version = firmware
    if not version:
        return "this firmware"
    return "%s %d.%d" % (FAMILIES[family], version >> 4, version & 15)


def lacking(firmware, capability, what):
    """Return the exception for something that a firmware cannot do: OSError, EOPNOTSUPP.

    :param what: its description, a str; or a command's name, bytes; None: the capability is named
        as its command
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
