# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A TLS server: ``wrap_socket(sock, server_side=True)``, then bind, listen and accept as ever.

ESP32 alone. The module has one certificate for its server, number 0, and one CA for its clients'.
Loaded with the first such socket, stays.
"""

from .. import calls, lazy
from ..errors import ATError, fail
from ..sock.server import Server
from .socket import secured

STAYS = True

_classes = {}  # the class of listening sockets for each class of sockets


def listening(base):
    """The class of sockets that listen with TLS, and have the face of a class of sockets."""
    if base in _classes:
        return _classes[base]
    parent = secured(base)

    class TLSListener(parent):
        """A socket whose clients the module secures. Made by ``SSLContext.wrap_socket()``."""

        checked = False  # that the module asks clients for what it was told to ask for

        def listen(self, backlog=1):
            """As ``Socket.listen()``, with what the context shows and trusts in the module.

            :raises OSError: EOPNOTSUPP, no TLS server; EINVAL, no certificate, no CA for clients,
                or a clock that cannot be set; EIO, no room in the flash, or it reads otherwise
            """
            if self.shut or self.server is not None or not self.port or self.link >= 0:
                parent.listen(self, backlog)
            else:
                self.server = TLSServer(self, backlog, parent)

        def accept(self):
            """As ``Socket.accept()``.

            :raises OSError: EIO, the module does not ask clients for a certificate though it was
                told to: it listens no more
            """
            found = parent.accept(self)
            if not self.checked and _verifies(self.context):
                if not _asks_clients(self.modem):
                    found[0].close()
                    self.close()
                    raise fail("not_accepted", "+CIPSERVER", "it asks clients for no certificate")
                self.checked = True
            return found

    _classes[base] = TLSListener
    return TLSListener


class TLSServer(Server):
    """The module's server, whose clients it secures."""

    def prepare(self):
        """What the module shows and trusts, and its clock, before it listens."""
        self.socket.checked = False
        try:
            _prepare(self.modem, self.socket.context)
        except ATError as e:
            refused = str(e)
        else:
            return
        raise fail("command_refused", refused)

    def tail(self):
        """The parameters behind the port: ``"SSL"``, and whether clients need a certificate."""
        return "SSL", int(_verifies(self.socket.context))

    def client(self):
        """The socket of a client."""
        client = Server.client(self)
        client.context = self.socket.context
        return client


def _verifies(context):
    """Whether clients need a certificate: there is a CA for it, and it is not switched off.

    :raises OSError: EINVAL, ``verify_mode`` was set to CERT_REQUIRED, and there is no CA
    """
    if context.ca is not None:
        return bool(context.verify_mode)
    if context.verify:
        raise fail("no_client_ca")
    return False


def _prepare(modem, context):
    """Before the module listens, again after a restart.

    :raises OSError: EOPNOTSUPP, no TLS server; EINVAL, no certificate, or no CA for clients, or the
        clock cannot be set; EIO, no room in the flash, or it reads otherwise
    """
    if not modem.has("TLS_SERVER"):
        raise fail("no_tls_server", modem.firmware)
    verify = _verifies(context)
    if context.pki is None:
        raise fail("no_certificate")
    if verify:
        lazy.call("tls.connect", "see_to_clock", modem)
    lazy.call("tls.certificates", "provide_server", modem, context, verify)


def _asks_clients(modem):
    """Whether the module's server asks for certificates, by ``AT+CIPSERVER?``.

    Firmware that has no field for it is believed.
    """
    for line in calls.must(modem, b"+CIPSERVER?", (), b"+CIPSERVER:"):
        row = line.split(b",")
        if len(row) > 2 and row[2].strip(b'"') == b"SSL":
            return len(row) == 3 or row[3] == b"1"
    return False
