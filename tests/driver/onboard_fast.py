# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
# Radio(fast=921600) on MicroPython. Arguments: a terminal device, 1 for RTS and CTS, then what to
# do: "fetch" 50,000 bytes; "restart" the module and fetch; "leave" without putting the rate back.
import hashlib
import sys
import termios

from pty_uart import PtyUART

import espat

_CRTSCTS = 0o20000000000
COUNT = 50000


class UART(PtyUART):
    """It tells its rate as ``machine.UART`` does: in its description."""

    def init(self, baudrate=115200):
        PtyUART.init(self, baudrate)
        self.rate = baudrate

    def __repr__(self):
        return "UART(0, baudrate=" + str(self.rate) + ", bits=8, parity=None, stop=1)"


def fetch():
    with espat.SocketPool(radio).socket() as sock:
        sock.settimeout(5)
        sock.connect(("peer.test", 7))
        sock.send(b"%d\n" % COUNT)
        digest = hashlib.sha256()
        got = 0
        buffer = bytearray(1024)
        while got < COUNT:
            n = sock.recv_into(buffer)
            digest.update(memoryview(buffer)[:n])
            got += n
        print(got, digest.digest().hex())


uart = UART(sys.argv[1])
if sys.argv[2] == "1":
    fd = uart._file.fileno()
    settings = termios.tcgetattr(fd)
    settings[2] |= _CRTSCTS
    termios.tcsetattr(fd, termios.TCSANOW, settings)
radio = espat.Radio(uart, rx_size=2048, fast=921600)
radio.connect("espat", "correct horse")
print("rate", uart.rate)
for what in sys.argv[3:]:
    if what == "restart":
        radio.command("AT+RST")
        for _ in range(6):  # what the module says at its own rate is not heard
            try:
                radio.connect("espat", "correct horse")
                break
            except OSError as e:
                print("told:", e)
        print("rate", uart.rate)
    if what == "leave":
        break
    fetch()
else:
    radio.deinit()
    print("rate", uart.rate)
