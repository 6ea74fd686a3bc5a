# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""TLS sockets: how they differ from TCP sockets. Loaded with the first one, and stays."""

from .. import lazy
from ..errors import const, fail

STAYS = True

# Events.
_OK = const(2)
_ERROR = const(3)

_CODE = const(31)  # +ERRNO and its like

# States of a link.
_CLOSED_BY_PEER = const(3)

_SURE = const(2)  # so many ERRORs in a row prove that a closed link holds no more bytes

_classes = {}  # the class of TLS sockets for each class of sockets


def note_causes(modem):
    """Store the code of ``+ERRNO:<code>``, the cause of a failed connection, in ``modem.tls``."""

    def heard(event):
        line = modem.parser.line
        if line[:7] == b"+ERRNO:" and modem.tls is not None:
            modem.tls.code = bytes(line[7:])

    modem.handlers[_CODE] = heard


def secured(base):
    """The class of TLS sockets derived from a class of sockets. For servers, see server.py."""
    if base in _classes:
        return _classes[base]

    class TLSSocket(base):
        """A socket that the module secures. Made by ``SSLContext.wrap_socket()``."""

        context = None  # its SSLContext, set by wrap()
        name = None  # the server's name, which is sent (SNI) and checked
        later = None  # the address to connect to on the first use
        dialed = 0  # when CIPSTART was sent, ticks
        failure = None  # the exception, if the connection failed
        streak = 0  # reads in a row that the module refused after CLOSED

        def getpeercert(self, binary_form=False):
            """Raises OSError, EOPNOTSUPP: the module does not give the certificate."""
            raise fail("peer_cert")

        def selected_alpn_protocol(self):
            """None: the module does not tell which protocol was chosen."""

        # Connecting: these are called by Socket.connect().

        def _open(self, host, port):
            """Set what the context requires, then begin
            ``AT+CIPSTART=<link>,"SSL","<host>",<port>``.

            :raises OSError: EOPNOTSUPP, EINVAL or ENOMEM, the module cannot do what is required;
                EIO, it refused a command or kept another setting: nothing was sent to the other
                end
            :raises ValueError: a name or a key that no module accepts
            """
            self.failure = None
            note_causes(self.modem)
            lazy.call("tls.begin", "begin", self, host, port)

        def _opened(self, since):
            """As ``Socket._opened()``; a handshake gets at least 10 s."""
            lazy.call("tls.begin", "handshake", self)

        # Reading. For a TLS link the firmware reports a wrong number of waiting bytes: too many
        # (encrypted ones, including those that close the connection), or too few (one record's).
        # So it is asked for more until ERROR says that it has none. After CLOSED it must say that
        # twice, since the command may have been damaged on the line.

        def state(self):
            """As ``LinkSocket.state()``; it first connects a socket whose connect was put off."""
            if self.link < 0 and not self.shut and not self.left:
                lazy.call("tls.begin", "connect", self)
            state = base.state(self)
            if state == _CLOSED_BY_PEER and self.streak < _SURE and self.link >= 0:
                if not self.modem.pushes(self.link):
                    self.modem.unread[self.link] = self.modem.unread[self.link] or 1
            return state

        def _ended(self, code):
            """A CIPRECVDATA has ended. Called from ``step()``."""
            modem = self.modem
            link = self.link
            if not self.asked:
                self.streak = 0
                modem.unread[link] = modem.unread[link] or 1  # perhaps more
            elif code == _OK or code == _ERROR:
                modem.unread[link] = 0
                if modem.links[link] == _CLOSED_BY_PEER:
                    self.streak += 1

    _classes[base] = TLSSocket
    return TLSSocket
