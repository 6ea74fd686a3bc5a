# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A UART with an ESP32-C3 at its other end that joins and connects, for real MicroPythons."""


class Uart:
    """``sent`` is all that came to it."""

    baudrate = 115200
    out = b""
    sent = b""

    def any(self):
        return len(self.out)

    def readinto(self, view, n=None):
        n = min(len(view), len(self.out))
        view[:n] = self.out[:n]
        self.out = self.out[n:]
        return n or None

    def write(self, view):
        data = bytes(view)
        self.sent += data
        if data[:2] == b"AT":
            if data[:6] == b"AT+GMR":
                self.out += b"AT version:3.3.0.0(c0ffee3 - ESP32C3 - May  8 2024 08:21:52)\r\n"
            if data[:8] == b"AT+CIPST" and b"=" in data:
                self.out += data[12:13] + b",CONNECT\r\n"
            if data[:10] == b"AT+CWJAP?\r":
                self.out += b'+CWJAP:"espat","02:00:00:00:00:01",6,-50,0,1,3,0,1\r\n'
            if data[:11] == b"AT+CIPSTA?\r":
                self.out += b'+CIPSTA:ip:"192.168.1.50"\r\n+CIPSTA:gateway:"192.168.1.1"\r\n'
                self.out += b'+CIPSTA:netmask:"255.255.255.0"\r\n'
            if data[:11] == b"AT+CWMODE?\r":
                self.out += b"+CWMODE:1\r\n"
            self.out += b"\r\nOK\r\n"
            if data[:11] == b"AT+CIPSEND=":
                self.out += b"\r\n>"
        else:
            self.out += b"\r\nRecv %d bytes\r\n\r\nSEND OK\r\n" % len(data)
        return len(data)
