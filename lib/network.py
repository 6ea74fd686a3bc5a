# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``network`` as MicroPython has it on a Pico W, for boards whose Wi-Fi is an ESP-AT module."""

from espat import lazy
from espat.faces.network import (
    AP_IF,
    STA_IF,
    STAT_CONNECT_FAIL,
    STAT_CONNECTING,
    STAT_GOT_IP,
    STAT_IDLE,
    STAT_NO_AP_FOUND,
    STAT_WRONG_PASSWORD,
    WLAN,
    country,
    hostname,
    ipconfig,
)

__all__ = (
    "AP_IF",
    "STAT_CONNECTING",
    "STAT_CONNECT_FAIL",
    "STAT_GOT_IP",
    "STAT_IDLE",
    "STAT_NO_AP_FOUND",
    "STAT_WRONG_PASSWORD",
    "STA_IF",
    "WLAN",
    "country",
    "hostname",
    "ipconfig",
)

lazy.call("board", "note", "network", "wifi", "socket")
