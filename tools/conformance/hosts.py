"""The commands with which other hosts initialise the firmware that they are made for.

They were seen when those hosts ran on the emulator, or read in their sources (Zephyr, RT-Thread).
``?`` before a line: the host goes on if it is refused. ``AT+RST`` ends with ``ready``.
"""

from dataclasses import dataclass

_ESPAT = ("esp8266-2.2.1", "esp32-2.4", "esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1")
_OLD = ("nonos-1.7.4",)


@dataclass(frozen=True)
class Host:
    """One host: its lines, and the profiles for which it is made."""

    name: str
    title: str
    profiles: tuple
    lines: tuple


def _lines(text):
    return tuple(text.split())


HOSTS = (
    Host(
        "lwesp",
        "lwesp 1.1.2-dev",
        _ESPAT,
        _lines(
            "AT+RST ATE0 AT+GMR AT+CMD? AT+SYSMSG=7 ?AT+SYSFLASH? ?AT+SYSMFG? AT+SYSLOG=1 "
            "AT+RFPOWER=40 AT+CWMODE=3,1 AT+CWDHCP? AT+CIPMUX=1 AT+CIPRECVMODE=1 ?AT+CIPV6=1 "
            "AT+CWLAPOPT=1,0x7FF AT+CIPSTATUS ?AT+CIPSTATE? AT+CIPAP? AT+CIPAPMAC? AT+CIPDINFO=1"
        ),
    ),
    Host(
        "wifiespat-at2",
        "WiFiEspAT 2.0.0, built for AT 2",
        _ESPAT,
        _lines(
            "AT+RST ATE0 AT+CIPMUX=1 AT+CIPRECVMODE=1 AT+SYSSTORE=0 AT+CWMODE? AT+GMR AT+CIPSTATUS"
        ),
    ),
    Host(
        "wifiespat-at1",
        "WiFiEspAT 2.0.0, as it comes",
        _OLD,
        _lines("AT+RST ATE0 AT+CIPMUX=1 AT+CIPRECVMODE=1 AT+CWMODE? AT+GMR AT+CIPSTATUS"),
    ),
    Host(
        "wifiesp",
        "WiFiEsp 2.2.2",
        ("nonos-1.3",),
        _lines(
            "AT AT+RST ATE0 AT+CWMODE=1 AT+CIPMUX=1 AT+CIPDINFO=1 AT+CWAUTOCONN=0 AT+CWDHCP=1,1 "
            "AT+GMR"
        ),
    ),
    Host(
        "circuitpython-esp32at",
        "circuitpython-esp32at 1.1.1",
        ("esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1"),
        _lines(
            "AT+CIPMUX=1 AT+CIPSERVERMAXCONN? AT+CIPRECVTYPE=5,1 AT+GMR ATE0 AT+SYSSTORE=0 "
            "AT+CWRECONNCFG=1,0 AT+CIPDINFO=1 ?AT+CIPCLOSE=5 AT+UART_CUR? AT+CWCOUNTRY? AT+CWINIT? "
            "AT+CWINIT=1 AT+CWHOSTNAME? AT+CIPSTAMAC? AT+RFPOWER? AT+CWMODE? AT+CWSTATE?"
        ),
    ),
    Host(
        "esp-atcontrol",
        "ESP_ATcontrol 0.11.7",
        _ESPAT,
        _lines(
            "AT ATE0 AT+UART_CUR=115200,8,1,0,0 AT AT+GMR AT+CIPMUX? AT+CIPMUX=0 "
            "?AT+CIPSSLSIZE=4096 ?AT+CIPSSLCCONF? AT+CWSTATE?"
        ),
    ),
    Host(
        "cmsis-esp32",
        "CMSIS-Driver, ESP32",
        ("esp32-2.4",),
        _lines(
            "AT AT+UART_CUR=115200,8,1,0,0 AT AT+RST AT AT+CWMODE=3 AT+CIPSTAMAC? AT+CIPAPMAC? "
            "AT+CIPSTA? AT+CIPAP? AT+CWDHCPS? AT+CIPDNS? AT+CWMODE=1 ?AT+SYSMSG=3 AT+SLEEP=0 "
            "AT+CIPMUX=1 ATE0"
        ),
    ),
    Host(
        "cmsis-wizfi360",
        "CMSIS-Driver, WizFi360",
        ("wizfi360",),
        _lines(
            "AT AT+UART_CUR=115200,8,1,0,0 AT AT+RST AT AT+CWMODE_CUR=3 AT+CIPSTAMAC_CUR? "
            "AT+CIPAPMAC_CUR? AT+CIPSTA_CUR? AT+CIPAP_CUR? AT+CWDHCPS_CUR? AT+CIPDNS_CUR? "
            "AT+CWMODE_CUR=1 ?AT+SYSMSG_CUR=3 AT+SLEEP=0 AT+CIPMUX=1 ATE0"
        ),
    ),
    Host(
        "zephyr",
        "Zephyr esp_at",
        _ESPAT,
        _lines(
            "AT+RST AT ATE0 AT+UART_CUR=115200,8,1,0,0 AT+GMR AT+CWDHCP=1,1 AT+CIPMUX=1 "
            "AT+CWLAPOPT=0,23 AT+CWMODE=1,0 AT+CWAUTOCONN=0 AT+CWMODE=0,0 AT+CIPRECVMODE=1 "
            "AT+CIPDINFO=1"
        ),
    ),
    Host(
        "rt-thread",
        "RT-Thread at_device 2.1.0",
        ("nonos-1.7.4", "esp8266-2.2.1", "esp32-2.4"),
        _lines("AT+RST ATE0 AT+CWMODE=1 AT+GMR AT+CIPMUX=1"),
    ),
)
