# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Which firmware it is, and what it can do: one table, by capability and version."""

try:
    from micropython import const
except ImportError:
    const = int

# Families, in the order of the table's columns.
_NONOS = const(0)
_ESP8266 = const(1)
_ESP32 = const(2)
_WIZFI360 = const(3)

FAMILIES = ("NonOS AT", "ESP8266 ESP-AT", "ESP32 ESP-AT", "WizFi360")

# The first version that has it, as 0xMm, per family; 0xFF: none has. The row is the capability's number.
# Sources: dialects.md sections 1 (by command) and 4.
_SINCE = (
    b"\x17\x21\x20\x10"  # 0 PASSIVE    CIPRECVMODE=1 for TCP
    b"\xff\xff\x33\xff"  # 1 RECVTYPE   CIPRECVTYPE, receive mode by link
    b"\xff\x21\x20\xff"  # 2 TRAILER    an active +IPD ends with an uncounted CRLF
    b"\xff\xff\x23\xff"  # 3 SEND8K     CIPSEND takes 8192 bytes, else 2048
    b"\x10\xff\xff\x10"  # 4 CUR        _CUR/_DEF forms of the Wi-Fi commands
    b"\xff\x21\x21\xff"  # 5 SYSSTORE   AT+SYSSTORE
    b"\xff\x22\x22\xff"  # 6 CWSTATE    AT+CWSTATE?
    b"\xff\x23\x23\xff"  # 7 CIPSTATE   AT+CIPSTATE?
    b"\xff\x22\x22\xff"  # 8 RECONNECT  AT+CWRECONNCFG
)


class Firmware:
    """What ``AT+GMR`` said.

    :param lines: the reply lines, bytes
    """

    def __init__(self, lines):
        self.version = (0, 0, 0, 0)
        self.family = _NONOS
        text = b"\n".join(lines)
        at = text.find(b"AT version:")
        if at >= 0:
            self.version = _numbers(text, at + 11)
        if text.upper().find(b"WIZFI") >= 0:
            self.family = _WIZFI360
        elif self.version[0] >= 2 or text.find(b"SDK version:v") >= 0:
            # NonOS never got past 1.x, and names its SDK without a "v" (1.x on an ESP32 with one).
            self.family = _ESP32
            if text.find(b"8266") >= 0 or text.find(b"ROOM-02") >= 0 or text.find(b"room 02") >= 0:
                self.family = _ESP8266
        self._lacks = 0

    def has(self, capability):
        """Whether a capability (a row of the table) is there, by version and by what was tried."""
        if self._lacks >> capability & 1:
            return False
        return _SINCE[capability * 4 + self.family] <= min(
            self.version[0] << 4 | min(self.version[1], 15), 254
        )

    def lacks(self, capability):
        """It was tried and refused: whatever the version says, it is not there."""
        self._lacks |= 1 << capability

    def __str__(self):
        return FAMILIES[self.family] + " " + ".".join([str(n) for n in self.version[:3]])


def _numbers(text, i):
    """``2.5.0.0-dev(...)`` at ``i`` as four ints."""
    numbers = [0, 0, 0, 0]
    field = 0
    while i < len(text) and field < 4:
        if 48 <= text[i] <= 57:
            numbers[field] = numbers[field] * 10 + text[i] - 48
        elif text[i] == 46:
            field += 1
        else:
            break
        i += 1
    return tuple(numbers)
