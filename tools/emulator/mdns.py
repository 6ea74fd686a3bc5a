"""mDNS: what AT+MDNS announces, and the answers to queries for it on this machine."""

import logging
import socket
import threading
from typing import NamedTuple

_LOG = logging.getLogger("espat_tools.emulator")
_MISSING = (
    "AT+MDNS: nobody answers for %s.local on this machine without zeroconf (pip install zeroconf)"
)


class Service(NamedTuple):
    """One service of one module."""

    #: The name before ``.local``.
    host: str
    #: The type, such as ``_http``; ``protocol`` is ``_tcp`` or ``_udp``.
    kind: str
    port: int
    instance: str
    protocol: str = "_tcp"
    #: ((key, value), ...)
    texts: tuple = ()


class Announcer:
    """Answers queries for one service on the loopback interface, if python-zeroconf is installed.

    ``port`` is the real port, which may differ from the service's.
    """

    def __init__(self, service, port):
        self._service = service
        self._port = port
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="espat mdns", daemon=True)
        self._thread.start()

    def withdraw(self):
        """Stop answering soon; do not wait for it."""
        self._over.set()

    def close(self):
        """Stop answering, and wait until that is done."""
        self.withdraw()
        self._thread.join()

    def _run(self):
        try:
            import zeroconf  # noqa: PLC0415 - only who uses AT+MDNS needs zeroconf
        except ImportError:
            _LOG.warning(_MISSING, self._service.host)
            return
        try:
            self._answer(zeroconf)
        except (OSError, zeroconf.Error) as error:
            _LOG.warning("AT+MDNS: %s.local is not announced: %r", self._service.host, error)

    def _answer(self, zeroconf):
        one = self._service
        kind = f"{one.kind}.{one.protocol}.local."
        info = zeroconf.ServiceInfo(
            kind,
            f"{one.instance}.{kind}",
            port=self._port,
            server=f"{one.host}.local.",
            addresses=[socket.inet_aton("127.0.0.1")],
            properties=dict(one.texts),
        )
        only = {"interfaces": ["127.0.0.1"], "ip_version": zeroconf.IPVersion.V4Only}
        responder = zeroconf.Zeroconf(**only)
        try:
            responder.register_service(info, cooperating_responders=True)
            self._over.wait()
            responder.unregister_service(info)
        finally:
            responder.close()
