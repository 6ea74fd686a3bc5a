# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""TLS sockets: what they do otherwise than those they are made of. Loaded with the first, stays."""

from .. import lazy
from ..errors import ATError, fail
from ..parser import const

STAYS = True

# Events.
_OK = const(2)
_ERROR = const(3)

_CODE = const(31)  # +ERRNO and its like

# What a link is.
_CLOSED_BY_PEER = const(3)

_TRIES = const(3)  # how often a connect is begun if the module restarts under it
_SURE = const(2)  # ERRORs in a row that mean that a closed link holds nothing more

_classes = {}  # the class of TLS sockets for each class of sockets


def note_causes(modem):
    """Have ``+ERRNO:<code>``, which tells why a TLS connection failed, stand in ``modem.tls``."""

    def heard(event):
        line = modem.parser.line
        if line[:7] == b"+ERRNO:" and modem.tls is not None:
            modem.tls.code = bytes(line[7:])

    modem.handlers[_CODE] = heard


def secured(base):
    """The class of TLS sockets that has the face of a class of sockets. Of servers: server.py."""
    if base in _classes:
        return _classes[base]

    class TLSSocket(base):
        """A socket that the module secures. Made by ``SSLContext.wrap_socket()``."""

        context = None  # set as soon as it is made
        name = None  # the server's, told and checked
        later = None  # the address to be opened on the first use
        dialed = 0  # when CIPSTART was sent, ticks
        failure = None  # why it came to nothing
        streak = 0  # times in a row that the module refused to be read, behind CLOSED

        def getpeercert(self, binary_form=False):
            """The module does not tell: OSError, EOPNOTSUPP."""
            raise fail("peer_certificate")

        def selected_alpn_protocol(self):
            """None: the module does not tell."""

        # Connecting: what Socket.connect() calls.

        def _open(self, host, port):
            """Do what the context asks for, and begin
            ``AT+CIPSTART=<link>,"SSL","<host>",<port>``.

            :raises OSError: EOPNOTSUPP, EINVAL or ENOMEM, the module cannot do what is asked for;
                EIO, it refused a command or kept another setting: nothing was sent to the other
                end
            :raises ValueError: a name or a key that no module takes
            """
            self.failure = None
            note_causes(self.modem)
            left = _TRIES
            while True:
                modem = self.radio.up()
                before = modem.restarts
                left -= 1
                try:
                    # One act after the other: nested, they would need more room for frames than
                    # CircuitPython has.
                    wants = lazy.call("tls.connect", "Wants", self, host)
                    if wants.auth & 2:
                        lazy.call("tls.connect", "see_to_clock", modem)
                        if wants.ca is None:
                            wants.ca = lazy.call("tls.certificates", "roots", modem, True)
                        lazy.call("tls.certificates", "provide", modem, wants, 2)
                    if wants.auth & 1:
                        lazy.call("tls.certificates", "provide", modem, wants, 1)
                    lazy.call("tls.connect", "prepare", self, wants)
                    lazy.call("sock.opening", "dial", self, "SSL", wants.host, port, wants.link)
                    self.dialed = modem.port.ticks()
                    return
                except ATError as e:
                    error = fail("command_refused", str(e))
                except OSError as e:
                    error = e
                if modem.restarts == before or not left:
                    raise error

        def _opened(self, since):
            """As ``Socket._opened()``; a handshake gets 10 s."""
            lazy.call("tls.later", "handshake", self)

        # Reading. How many bytes wait on a TLS link firmware tells wrongly: too many (they are
        # encrypted yet, and the last ones close the connection), or too few (those of one record).
        # So it is asked for more until it has none, which ERROR tells; behind CLOSED it must tell
        # that twice, since the command may have been garbled on its way.

        def state(self):
            """The state of the link; a socket whose connection was put off is connected now."""
            if self.link < 0 and not self.shut and not self.left:
                lazy.call("tls.later", "connect", self)
            state = base.state(self)
            if state == _CLOSED_BY_PEER and self.streak < _SURE and self.link >= 0:
                if not self.modem.pushes(self.link):
                    self.modem.unread[self.link] = self.modem.unread[self.link] or 1
            return state

        def _ended(self, code):
            """A CIPRECVDATA has ended. Called from ``step()``."""
            if not self.asked:
                self.streak = 0
                self.modem.unread[self.link] = self.modem.unread[self.link] or 1  # maybe
            elif code == _OK or code == _ERROR:
                self.modem.unread[self.link] = 0
                if self.modem.links[self.link] == _CLOSED_BY_PEER:
                    self.streak += 1

    _classes[base] = TLSSocket
    return TLSSocket
