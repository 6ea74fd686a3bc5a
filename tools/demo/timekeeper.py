"""A time server on loopback: a module that looks at the dates of certificates asks one first."""

import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, UDPServer
from threading import Thread

TIME_SERVER = "cn.ntp.org.cn"
"""The first that firmware asks where nobody tells it another."""
_SINCE_1900 = 2208988800  # seconds from 1900, where NTP counts from, to 1970
_ANSWER, _STRATUM, _PRECISION = 0x24, 2, 0xEC


class _Handler(BaseRequestHandler):
    def handle(self) -> None:
        """Answer a question of SNTP (RFC 4330)."""
        asked, sock = self.request
        now = struct.pack("!Q", int((time.time() + _SINCE_1900) * 2**32))
        head = bytes([_ANSWER, _STRATUM, 0, _PRECISION]) + bytes(12)
        sock.sendto(head + now + asked[40:48].ljust(8, b"\0") + now + now, self.client_address)


@contextmanager
def time_server() -> Iterator[int]:
    """Tells this machine's time; its UDP port."""
    with UDPServer(("127.0.0.1", 0), _Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
