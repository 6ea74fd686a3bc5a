# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Which firmware a module runs, and what it can do. Loaded at set-up, then forgotten.

A firmware is a pair: its family, one of the constants below, and its version, 0xMm for M.m. Version
0 means that the firmware is not known.
"""

from .parser import const

_NONOS = const(0)
_ESP8266 = const(1)
_ESP32 = const(2)
_WIZFI360 = const(3)

# For each capability the first version that has it, 0xMm, by family in the order above; 0xFF: no
# version has it. Sources: dialects.md 1 (by command) and 4; tls-facts.md.
TABLE = (
    # Wi-Fi and the module itself
    b"\x10\xff\xff\x10"  # CUR: commands that end in _CUR set without writing to flash
    b"\xff\x21\x21\xff"  # SYSSTORE: AT+SYSSTORE
    b"\x17\x20\x12\x10"  # SYSMSG: AT+SYSMSG
    b"\x16\x20\x10\x10"  # SYSRAM: AT+SYSRAM?
    b"\xff\x20\x20\xff"  # TIMESTAMP: AT+SYSTIMESTAMP
    b"\xff\x22\x22\xff"  # CMD: AT+CMD?
    b"\xff\x20\x10\xff"  # SYSFLASH: AT+SYSFLASH: partitions
    b"\xff\xff\x31\xff"  # SYSMFG: AT+SYSMFG: certificates lie in NVS, not in partitions
    b"\xff\x20\x10\xff"  # SLEEP_MAX: AT+SLEEP: 1 sleeps by DTIM, 3 by listen interval
    b"\xff\x20\x10\xff"  # CWMODE_OFF: AT+CWMODE=0
    b"\xff\x22\x22\xff"  # CWSTATE: AT+CWSTATE?
    b"\xff\x22\x22\xff"  # RECONNECT: AT+CWRECONNCFG
    b"\x16\x20\x10\x10"  # HOSTNAME: AT+CWHOSTNAME
    b"\xff\x20\x10\xff"  # DHCP_BITS: AT+CWDHCP=<on>,<bits>, not <which>,<on>
    b"\xff\x20\x10\xff"  # STATIONS_10: the soft-AP takes 10 stations, not 8
    # Services
    b"\x16\x20\x10\x10"  # DNS: AT+CIPDNS
    b"\xff\x20\x10\xff"  # DNS_3: three name servers, not two
    b"\x16\x20\x10\x10"  # SNTP: AT+CIPSNTPCFG, AT+CIPSNTPTIME?
    b"\xff\x20\x10\xff"  # ZONES: time zones from -12 to 14, not from -11 to 13
    b"\xff\x21\x21\xff"  # ZONES_HHMM: time zones of hours and minutes
    # Links
    b"\xff\x23\x23\xff"  # CIPSTATE: AT+CIPSTATE?
    b"\xff\x20\x20\xff"  # STARTEX: AT+CIPSTARTEX
    b"\xff\x20\x10\xff"  # LOCAL_IP: AT+CIPSTART takes a local address
    b"\xff\xff\x41\xff"  # TIMED: AT+CIPSTART takes a time-out
    b"\xff\x21\x21\xff"  # TCPOPT: AT+CIPTCPOPT
    b"\xff\xff\x24\xff"  # KEEP_ALIVE: keep_alive in AT+CIPTCPOPT
    b"\xff\x20\x10\xff"  # SERVER_QUERY: AT+CIPSERVER?
    b"\xff\x22\x22\xff"  # SERVER_CLOSE: AT+CIPSERVER=0,1 closes the clients' links
    b"\x16\x20\x10\x10"  # MAXCONN: AT+CIPSERVERMAXCONN
    # Data
    b"\xff\xff\x23\xff"  # SEND8K: AT+CIPSEND takes 8192 bytes, not 2048
    b"\xff\xff\x23\xff"  # SENDL: AT+CIPSENDL
    b"\x17\x21\x20\x10"  # PASSIVE: AT+CIPRECVMODE=1 for TCP links
    b"\xff\x21\x20\x10"  # PASSIVE_UDP: and for UDP links: elsewhere UDP is always pushed
    b"\xff\x21\x20\xff"  # PASSIVE_TLS: and for TLS links: elsewhere TLS is always pushed
    b"\xff\xff\x33\xff"  # RECVTYPE: AT+CIPRECVTYPE: the receive mode of one link
    b"\xff\x20\x10\xff"  # RECVDATA_ANY: AT+CIPRECVDATA takes any length, not 2048 at most
    b"\xff\x20\x10\xff"  # RECVLEN_-1: AT+CIPRECVLEN? says -1 for a closed link, not 0
    b"\xff\x21\x20\xff"  # TRAILER: a CRLF that is not counted follows the payload of an active +IPD
    # TLS
    b"\x17\x21\x10\x10"  # SSLCCONF: AT+CIPSSLCCONF: certificates are verified, or shown
    b"\xff\x21\x10\xff"  # SSL_BY_LINK: AT+CIPSSLCCONF by link, with the numbers of the certificates
    b"\x10\xff\xff\x10"  # SSLSIZE: AT+CIPSSLSIZE
    b"\xff\x21\x21\xff"  # SNI: AT+CIPSSLCSNI, AT+CIPSSLCCN, AT+CIPSSLCALPN
    b"\xff\x21\x22\xff"  # PSK: AT+CIPSSLCPSK
    b"\xff\x23\x32\xff"  # PSKHEX: AT+CIPSSLCPSKHEX
    b"\xff\x23\x41\xff"  # CIPHER: AT+CIPSSLCCIPHER
    b"\xff\xff\x12\xff"  # DATES: dates of certificates are checked: the clock must be right
    b"\xff\xff\x50\xff"  # TLS_HOST: if no name is set, that of AT+CIPSTART is sent and checked
    b"\xff\xff\x50\xff"  # ERRNO: +ERRNO tells why a connect failed, with AT+SYSLOG=1
    b"\xff\xff\x10\xff"  # TLS_LINKS: more than one TLS link
    b"\xff\xff\x10\xff"  # TLS_SERVER: AT+CIPSERVER with "SSL"
)

# Their names, in the same order.
NAMES = (
    "CUR SYSSTORE SYSMSG SYSRAM TIMESTAMP CMD SYSFLASH SYSMFG SLEEP_MAX CWMODE_OFF CWSTATE "
    "RECONNECT HOSTNAME DHCP_BITS STATIONS_10 DNS DNS_3 SNTP ZONES ZONES_HHMM CIPSTATE "
    "STARTEX LOCAL_IP TIMED TCPOPT KEEP_ALIVE SERVER_QUERY SERVER_CLOSE MAXCONN SEND8K SENDL "
    "PASSIVE PASSIVE_UDP PASSIVE_TLS RECVTYPE RECVDATA_ANY RECVLEN_-1 TRAILER SSLCCONF "
    "SSL_BY_LINK SSLSIZE SNI PSK PSKHEX CIPHER DATES TLS_HOST ERRNO TLS_LINKS TLS_SERVER"
)


def identify(lines):
    """Return the firmware that the reply lines of ``AT+GMR`` name; version 0: not understood.

    A notice or a lost byte can damage a reply: it should then be asked for again.

    Source: dialects.md 4, 6. NonOS is 1.x, with an SDK version like 3.0; ESP-AT writes it with "v".
    The ESP8266's SDK is v3.x when an ESP32's of that time is v4. WizFi360 does not say its name:
    its AT 1.1 has SDK 3.x, NonOS AT 1.1 had SDK 1.x. NonOS 0.9 has one line: ``0018000902-AI03``.
    """
    text = b"\n".join(lines)
    at = text.find(b"AT version:")
    if at < 0:
        first = text.split(b"\n")[0].split(b"-")[0]
        return _NONOS, 9 if first.isdigit() and 8 <= len(first) <= 10 else 0
    version = _version(text[at + 11 :])
    sdk = text.find(b"SDK version:")
    release = text[sdk + 12 :].split(b"\n")[0] if sdk >= 0 else b""
    at = release.find(b"v")
    while at >= 0 and not release[at + 1 : at + 2].isdigit():  # qa-test-v4.3.3, but no 3.0.0-dev
        at = release.find(b"v", at + 1)
    named = at >= 0
    if named:
        release = release[at : at + 2]
    if b"WIZFI" in text.upper() or (0x10 <= version <= 0x11 and release[:1] == b"3"):
        family = _WIZFI360
    elif version < 0x20 and not named:
        family = _NONOS
        if not release or (release[:1] == b"3" and version < 0x17):
            version = 0  # it may be any of the families with a version 1.x, or a byte was lost
    elif b"8266" in text or b"ROOM-02" in text or b"room 02" in text:
        family = _ESP8266
    else:
        family = _ESP32
        if release == b"v3" and b"nknown" in text and version >= 0x20:  # the chip is not named
            family = _ESP8266
    if version >= 0x20 and not named:
        version = 0
    return family if version else _NONOS, version


def _version(text):
    """Turn ``2.5.0.0-dev(...)`` into 0x25; 0 if it does not begin with two numbers."""
    major = text[:1]
    n = 4 if text[2:4].isdigit() else 3
    minor = text[2:n]
    if text[1:2] == b"." and (major + minor).isdigit() and text[n : n + 1] in (b".", b"-", b"("):
        if len(minor) < 2 or major == b"0":  # 0.51 exists; 1.11 is 1.1.1 with a dot lost
            return int(major) << 4 | min(int(minor), 15)
    return 0


def capabilities(firmware):
    """Return the names of what a firmware can do, with a blank before and after each; or, if that
    is shorter, "-" and the names of what it lacks: see ``Modem.has()``.

    A version between two known ones counts as the lower; one above all of them as the highest.
    """
    at, version = firmware
    has = " "
    lacks = "- "
    for name in NAMES.split():
        if TABLE[at] <= min(version, 0xFE):
            has += name + " "
        else:
            lacks += name + " "
        at += 4
    return min(has, lacks, key=len)
