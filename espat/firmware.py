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

# The first version that has it, as 0xMm, per family; 0xFF: none has. The row is the capability's
# number. Sources: dialects.md sections 1 (by command) and 4; tls-facts.md.
_SINCE = (
    b"\x17\x21\x20\x10"  # 0 PASSIVE    CIPRECVMODE=1 for TCP
    b"\xff\xff\x33\xff"  # 1 RECVTYPE   CIPRECVTYPE, receive mode by link
    b"\xff\x21\x20\xff"  # 2 TRAILER    an active +IPD ends with an uncounted CRLF; passive TLS
    b"\xff\xff\x23\xff"  # 3 SEND8K     CIPSEND takes 8192 bytes, else 2048
    b"\x10\xff\xff\x10"  # 4 CUR        _CUR/_DEF forms of the Wi-Fi commands; CIPSSLSIZE
    b"\xff\x21\x21\xff"  # 5 SYSSTORE   AT+SYSSTORE
    b"\xff\x22\x22\xff"  # 6 CWSTATE    AT+CWSTATE?
    b"\xff\x23\x23\xff"  # 7 CIPSTATE   AT+CIPSTATE?
    b"\xff\x22\x22\xff"  # 8 RECONNECT  AT+CWRECONNCFG
    b"\xff\x20\x10\xff"  # 9 ESPAT      AT+CIPSERVER?, a local address in CIPSTART, SYSFLASH
    b"\xff\x20\x20\xff"  # 10 STARTEX   AT+CIPSTARTEX, AT+SYSTIMESTAMP
    b"\x16\x20\x10\x10"  # 11 SERVICES  CIPDNS, CIPSNTPCFG, CIPSERVERMAXCONN, CWHOSTNAME, SYSRAM
    b"\x17\x20\x12\x10"  # 12 SYSMSG    AT+SYSMSG (NonOS: SYSMSG_CUR)
    b"\xff\x21\x21\xff"  # 13 TCPOPT    CIPTCPOPT; zones of hhmm; CIPDNS tells its mode; TLS names
    b"\xff\x22\x22\xff"  # 14 CMD       AT+CMD?; CIPSERVER=0,1; CIPDOMAIN with a network
    b"\xff\xff\x23\xff"  # 15 SENDL     AT+CIPSENDL
    b"\xff\xff\x24\xff"  # 16 KEEP      keep_alive in CIPTCPOPT
    b"\xff\xff\x41\xff"  # 17 TIMED     a time-out in CIPSTART and CIPDOMAIN
    # TLS: the format strings, and tls-facts.md.
    b"\x17\x21\x10\x10"  # 18 SSLCONF   AT+CIPSSLCCONF: certificates are verified, or shown
    b"\xff\x21\x22\xff"  # 19 PSK       AT+CIPSSLCPSK
    b"\xff\x23\x32\xff"  # 20 PSKHEX    AT+CIPSSLCPSKHEX; waiting TLS bytes are told too few
    b"\xff\x23\x41\xff"  # 21 CIPHER    AT+CIPSSLCCIPHER
    b"\xff\xff\x31\xff"  # 22 SYSMFG    AT+SYSMFG: certificates in NVS, not in partitions
    b"\xff\xff\x12\xff"  # 23 DATES     dates of certificates are checked: the clock must be right
    b"\xff\xff\x50\xff"  # 24 TLSHOST   the name for TLS is CIPSTART's host; +ERRNO with SYSLOG=1
    b"\xff\xff\x10\xff"  # 25 SSLSERVER a TLS server; more than one TLS link
)


def identify(lines):
    """What the reply lines of ``AT+GMR`` tell: (family, version), the version as 0xMm.

    NonOS never got past 1.x, and names its SDK without a "v"; ESP-AT 1.x names it with one.
    """
    text = b"\n".join(lines)
    version = _version(text, text.find(b"AT version:") + 11) if b"AT version:" in text else 0
    family = _NONOS
    if b"WIZFI" in text.upper() or (version == 0x11 and b"SDK version:3" in text):
        family = _WIZFI360  # it does not give its name; NonOS AT 1.1 came with SDK 1.x
    elif version >= 0x20 or b"SDK version:v" in text:
        family = _ESP32
        if b"8266" in text or b"ROOM-02" in text or b"room 02" in text:
            family = _ESP8266
    return family, version


def _version(text, i):
    """``2.5.0.0-dev(...)`` at ``i``: 0x25."""
    numbers = [0, 0]
    field = 0
    while i < len(text) and field < 2:
        if 48 <= text[i] <= 57:
            numbers[field] = min(numbers[field] * 10 + text[i] - 48, 15)
        elif text[i] == 46:
            field += 1
        else:
            break
        i += 1
    return numbers[0] << 4 | numbers[1]


def capabilities(firmware):
    """A bit for each capability (a row of the table) that this firmware has.

    A version between two that are known counts as the lower one; one above all as the highest.
    """
    family, version = firmware
    bits = 0
    for row in range(len(_SINCE) // 4):
        if _SINCE[row * 4 + family] <= min(version, 0xFE):
            bits |= 1 << row
    return bits


def since(row, family):
    """The first version of a family that has a capability, as 0xMm; 0xFF: none has."""
    return _SINCE[row * 4 + family]


def name(firmware):
    """What a person calls it: "ESP32 ESP-AT 3.3"."""
    family, version = firmware
    return "%s %d.%d" % (FAMILIES[family], version >> 4, version & 15)
