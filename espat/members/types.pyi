# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
# For editors and type checkers; it does not go on a board. tests/packaging/test_stubs.py compares
# it with the code.

from collections.abc import Iterable

from ..modem import Modem

STAYS: bool

class AuthMode:
    OPEN: AuthMode
    WEP: AuthMode
    WPA: AuthMode
    WPA2: AuthMode
    WPA3: AuthMode
    PSK: AuthMode
    ENTERPRISE: AuthMode

class PowerManagement:
    MIN: PowerManagement
    MAX: PowerManagement
    NONE: PowerManagement
    UNKNOWN: PowerManagement

class Network:
    country: str
    ssid: str | bytes
    bssid: bytes
    rssi: int
    channel: int

    def __init__(
        self,
        ssid: str | bytes,
        bssid: str,
        rssi: int,
        channel: int,
        security: int | None = None,
        modem: Modem | None = None,
    ) -> None: ...
    @property
    def authmode(self) -> tuple[AuthMode, ...]: ...

def authmodes(security: int | None) -> tuple[AuthMode, ...]: ...
def security(authmode: Iterable[AuthMode], password: str | bytes) -> int: ...
def packed(text: str) -> bytes: ...
def written(value: bytes | bytearray) -> str: ...
