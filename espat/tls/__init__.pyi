# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
# For editors and type checkers; it does not go on a board. TLSSocket is made in socket.py.

from collections.abc import Callable
from typing import Any

from .. import Socket

_Data = str | bytes | bytearray | memoryview

PROTOCOL_TLS: int
PROTOCOL_TLS_CLIENT: int
PROTOCOL_TLS_SERVER: int
CERT_NONE: int
CERT_OPTIONAL: int
CERT_REQUIRED: int

class TLSSocket(Socket):
    def getpeercert(self, binary_form: bool = False) -> None: ...
    def selected_alpn_protocol(self) -> None: ...

class SSLContext:
    protocol: int
    sni: bool
    ca: bytes | int | None
    pki: tuple[bytes, bytes] | int | None
    alpn: tuple[str, ...]
    psk: Any
    verify: int | None

    def __init__(self, protocol: int = ...) -> None: ...
    @property
    def verify_mode(self) -> int: ...
    @verify_mode.setter
    def verify_mode(self, mode: int) -> None: ...
    @property
    def check_hostname(self) -> bool: ...
    @check_hostname.setter
    def check_hostname(self, on: bool) -> None: ...
    @property
    def minimum_version(self) -> None: ...
    @property
    def maximum_version(self) -> None: ...
    def load_verify_locations(
        self, cafile: _Data | None = None, capath: str | None = None, cadata: _Data | None = None
    ) -> None: ...
    def load_cert_chain(self, certfile: _Data, keyfile: _Data | None = None) -> None: ...
    def use_stored(self, ca: int | None = None, pki: int | None = None) -> None: ...
    def set_default_verify_paths(self) -> None: ...
    def load_default_certs(self) -> None: ...
    def set_alpn_protocols(self, protocols: list[str] | tuple[str, ...]) -> None: ...
    def set_psk(self, identity: str | bytes, key: str | bytes) -> None: ...
    def set_psk_client_callback(
        self, callback: Callable[[None], tuple[str | bytes, str | bytes]] | None
    ) -> None: ...
    def wrap_socket(
        self,
        sock: Socket,
        server_side: bool = False,
        do_handshake_on_connect: bool = True,
        suppress_ragged_eofs: bool = True,
        server_hostname: str | None = None,
    ) -> TLSSocket: ...

def create_default_context(
    purpose: object = None,
    *,
    cafile: _Data | None = None,
    capath: str | None = None,
    cadata: _Data | None = None,
) -> SSLContext: ...
