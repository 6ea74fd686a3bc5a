# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A TLS server: ``wrap_socket(sock, server_side=True)``, then bind, listen and accept as usual.

ESP32 only. The module has one certificate for its server, number 0, and one CA for clients'
certificates. Loaded with the first such socket, and stays.
"""

from .. import calls, lazy
from ..errors import fail
from ..sock.server import Server, listen
from .socket import secured

STAYS = True

_classes = {}  # the class of listening sockets for each class of sockets


def listening(base):
    """The class of sockets that listen with TLS, derived from a class of sockets."""
    if base in _classes:
        return _classes[base]
    parent = secured(base)

    class TLSListener(parent):
        """A socket whose clients the module secures. Made by ``SSLContext.wrap_socket()``."""

        def listen(self, backlog=1):
            """As ``Socket.listen()``, after writing the context's certificates to the module.

            :raises OSError: EOPNOTSUPP, no TLS server; EINVAL, no certificate, no CA for clients,
                or a clock that cannot be set; EIO, the flash is full, or reading back returned
                other bytes
            """
            listen(self, backlog, parent, TLSServer)

        def accept(self):
            """As ``Socket.accept()``.

            :raises OSError: EIO, the module does not ask clients for a certificate, though it was
                told to; this socket is closed then
            """
            found = parent.accept(self)
            server = self.server
            if not server.checked and _verifies(self.context):
                if not _asks_clients(self.modem):
                    found[0].close()
                    self.close()
                    raise fail("not_taken", "+CIPSERVER", "it asks clients for no certificate")
                server.checked = True
            return found

    _classes[base] = TLSListener
    return TLSListener


class TLSServer(Server):
    """The module's server, with TLS to its clients."""

    checked = False  # the module was seen to ask clients for certificates

    def prepare(self):
        """Set the module's clock, and write what it presents and trusts, before it listens."""
        self.checked = False
        return calls.oserror(_prepare(self.modem, self.context))

    def tail(self):
        """The parameters after the port: ``"SSL"``, and whether clients need a certificate."""
        return "SSL", int(_verifies(self.context))

    def client(self):
        """Make the socket of a client."""
        client = Server.client(self)
        client.context = self.context
        return client


def _verifies(context):
    """Whether clients need a certificate: a CA is loaded, and ``verify_mode`` is not CERT_NONE.

    :raises OSError: EINVAL, ``verify_mode`` was set to CERT_REQUIRED, but there is no CA
    """
    if context.ca is not None:
        return bool(context.verify_mode)
    if context.verify:
        raise fail("no_client_ca")
    return False


def _prepare(modem, context):
    """Prepare the module for listening, also after each restart.

    :raises OSError: EOPNOTSUPP, no TLS server; EINVAL, no certificate, or no CA for clients, or the
        clock cannot be set; EIO, the flash is full, or reading back returned other bytes
    """
    if not modem.has("TLS_SERVER"):
        raise fail("no_server", modem.firmware)
    verify = _verifies(context)
    if context.pki is None:
        raise fail("no_cert")
    if verify:
        yield from lazy.call("tls.prepare", "set_clock", modem)
    yield from lazy.call("tls.certificates", "provide_server", modem, context, verify)


def _asks_clients(modem):
    """Whether the module's server asks clients for certificates, as ``AT+CIPSERVER?`` shows.

    True, too, if the firmware has no field for that.
    """
    asked = calls.oserror(calls.ask(modem, b"+CIPSERVER?", (), b"+CIPSERVER:"))
    for line in calls.wait(modem, asked):
        row = line.split(b",")
        if len(row) > 2 and row[2].strip(b'"') == b"SSL":
            return len(row) == 3 or row[3] == b"1"
    return False
