# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A serial line with a script at its other end, and simulated time. CPython and MicroPython.

What an emulated module cannot be: wires that touch, a line held low, other firmware, a boot log.
"""


class Clock:
    """Time that stands still until it is told to move, in seconds."""

    def __init__(self):
        self.time = 0.0

    def now(self):
        """Seconds since the start."""
        return self.time

    def advance(self, seconds):
        """Move on."""
        self.time += seconds


class Line:
    """The host's end of the line.

    :param answer: what the other end says to each write: bytes, or a function of what was written
    :param bytes every: is said again and again, ``gap`` seconds apart, from the start on
    :param rate: bits a second; at others come other bytes. None: at any
    """

    def __init__(self, clock, answer=b"", every=b"", gap=1.0, rate=None):
        self.clock = clock
        self.answer = answer
        self.every = every
        self.gap = gap
        self.rate = rate
        self.baudrate = 115200
        self.timeout = 0
        self.waiting = b""
        self.due = clock.now() + 0.1

    def write(self, data):
        """Takes it all."""
        self._come(self.answer(bytes(data)) if callable(self.answer) else self.answer)
        return len(data)

    def read(self, size):
        """What is there, at most so many bytes."""
        if self.every and self.clock.now() >= self.due:
            self.due += self.gap
            self._come(self.every)
        data = self.waiting[:size]
        self.waiting = self.waiting[size:]
        return data

    def _come(self, data):
        if self.rate and self.rate != self.baudrate:
            data = bytes([data[i] * 7 & 0xFF | 0x80 for i in range(0, len(data), 2)])
        self.waiting += data


class BoardPort:
    """``espat.port.Port`` over a line, by its clock."""

    def __init__(self, line, clock):
        self.uart = line
        self.clock = clock

    def read(self, view):
        """See ``Port.read()``."""
        data = self.uart.read(len(view)) or b""
        view[: len(data)] = data
        return len(data)

    def write(self, view):
        """See ``Port.write()``."""
        return self.uart.write(bytes(view)) or 0

    def ticks(self):
        """Milliseconds."""
        return int(self.clock.now() * 1000)

    def since(self, then):
        """Milliseconds since."""
        return self.ticks() - then

    def pause(self):
        """Time passes."""
        self.clock.advance(0.005)


def back(data):
    """TX and RX are joined."""
    return data


def repl(data):
    """What a Python prompt says to a line."""
    return (
        data + b"Traceback (most recent call last):\r\nNameError: name 'AT' isn't defined\r\n>>> "
    )


def lua(data):
    """What NodeMCU says to a line."""
    return data + b"stdin:1: syntax error near 'AT'\r\n> "


def modem(gmr):
    """What a modem says that answers AT, with this reply to AT+GMR."""

    def answer(data):
        if data == b"AT+GMR\r\n":
            return data + gmr + b"\r\nOK\r\n"
        if data in (b"AT\r\n", b"ATE1\r\n"):
            return data + b"\r\nOK\r\n"
        return data + b"\r\nERROR\r\n"

    return answer


C3_LOG = (
    b"ESP-ROM:esp32c3-api1-20210207\r\nBuild:Feb  7 2021\r\nrst:0x1 (POWERON),boot:0xc "
    b"(SPI_FAST_FLASH_BOOT)\r\nSPIWP:0xee\r\nmode:DIO, clock div:1\r\nload:0x3fcd5820,len:0x1708"
    b"\r\nentry 0x403cc710\r\nI (30) boot: ESP-IDF v5.0.6 2nd stage bootloader\r\n"
)
ESP8266_LOG = (
    b"\r\n ets Jan  8 2013,rst cause:2, boot mode:(3,7)\r\n\r\nload 0x40100000, len 2592, room 16 "
    b"\r\ntail 0\r\nchksum 0xf3\r\n"
)
ESP8266_LOADER = b"\r\n ets Jan  8 2013,rst cause:2, boot mode:(1,7)\r\n\r\n"
ESP32_LOADER = (
    b"ets Jun  8 2016 00:22:57\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/"
    b"SDIO_REI_REO_V2))\r\nwaiting for download\r\n"
)
BROWNOUT = (
    b"ets Jun  8 2016 00:22:57\r\n\r\nrst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
    b"\r\nBrownout detector was triggered\r\n\r\n"
)
MICROPYTHON_LOG = (
    b"ets Jun  8 2016 00:22:57\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
    b"entry 0x400805cc\r\nMicroPython v1.22.0 on 2023-12-27; ESP32 with ESP32\r\n>>> "
)
ONCE = 1e9

SCRIPTS = {
    "TX and RX are joined": (["bridged"], {"answer": back}),
    "nobody is there": (["silent"], {}),
    "RX is held low": (["low"], {"every": b"\0", "gap": 0.01}),
    "RX is low once": (["low"], {"every": b"\0", "gap": ONCE}),
    "the log UART of an ESP32-C3": (["log"], {"every": C3_LOG, "gap": ONCE}),
    "the log UART of an ESP8266": (["log"], {"every": ESP8266_LOG, "gap": ONCE, "rate": 115200}),
    "a boot log at 74880 baud": (
        ["boot_noise"],
        {"every": ESP8266_LOG, "gap": ONCE, "rate": 74880},
    ),
    "the wire to its RX is open": (["deaf"], {"every": b"\r\nready\r\n", "gap": ONCE}),
    "GPIO0 is low, ESP8266": (["loader"], {"every": ESP8266_LOADER, "gap": ONCE}),
    "GPIO0 is low, ESP32": (["loader"], {"every": ESP32_LOADER, "gap": ONCE}),
    "noise": (["garbage"], {"every": b"\xf8\x1e\x80\xe0\xfe", "gap": 0.5}),
    "a brown-out on the log": (["boot_loop"], {"every": BROWNOUT, "gap": 0.7}),
    "a boot loop on the log of an ESP8266": (
        ["boot_loop"],
        {"every": ESP8266_LOG, "gap": 0.5, "rate": 74880},
    ),
    "a slow boot loop on the log of an ESP8266": (
        ["boot_loop"],
        {"every": ESP8266_LOG, "gap": 3, "rate": 74880},
    ),
    "a Python prompt": (["not_at"], {"answer": repl}),
    "a Python prompt, and a boot log before": (
        ["not_at"],
        {"answer": repl, "every": MICROPYTHON_LOG, "gap": ONCE},
    ),
    "NodeMCU, and a boot log before": (
        ["not_at"],
        {"answer": lua, "every": ESP8266_LOG, "gap": ONCE},
    ),
    "a GPS": (["not_at"], {"every": b"$GPGGA,123519,4807.038,N,01131.000,E\r\n", "rate": 9600}),
    "AT 0.9": (["old"], {"answer": modem(b"0018000902-AI03\r\n")}),
    "a modem for mobile telephony": (
        ["well", "unknown"],
        {"answer": modem(b"Revision:1418B04SIM800L24\r\n")},
    ),
}
"""name: the findings, the worst first, and what makes the line."""
