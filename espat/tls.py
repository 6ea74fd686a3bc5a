# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""TLS that tells the truth: contexts like ``ssl.SSLContext``, sockets that the module secures.

What a context asks for is done by the module, or ``connect()`` raises before anything is sent to
the other end, and says what would help. A default context verifies: the chain against the CA that
was given, the name, the dates where the firmware looks at them (ESP32 from 1.2 on; ESP8266 does
not). Unverified is only what the program sets ``verify_mode = CERT_NONE`` for.

Certificates and keys lie in the module's flash. They are written when a socket connects, and only
if they are not there: what stands in the next free place but the first, which keeps what the module
came with. A context without a CA of its own uses the roots that ``espat ca`` put into the module,
which it knows by their first line, ``# espat ca``; the CA that modules ship with is never trusted.

What only a connect needs is loaded for it, and let go of: handshake.py, pem.py, store.py, dates.py.
"""

import errno

try:
    from micropython import const
except ImportError:
    const = int

from .modem import fail
from .sockets import Socket

PROTOCOL_TLS = 2
PROTOCOL_TLS_CLIENT = 16
PROTOCOL_TLS_SERVER = 17
CERT_NONE = 0
CERT_OPTIONAL = 1
CERT_REQUIRED = 2

# The modem's, and the socket's (a test compares them).
_OPEN = const(2)
_CLOSED_BY_PEER = const(3)
_OK = const(2)
_RECEIVING = const(3)

_LEAST = const(10)  # seconds that a handshake gets: what firmware gives each of its packets

# Numbers of errors.py and tlserrors.py.
_ERR_WAIT = const(11)
_ERR_AGAIN = const(17)
_ERR_STARTED = const(19)
_ERR_ADDRESS = const(37)
_ERR_OPTIONAL = const(61)
_ERR_VERSION = const(62)
_ERR_CERTIFICATE = const(64)


class SSLContext:
    """What TLS connections shall check, and show. Shared by any number of sockets and radios.

    :param int protocol: PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER; PROTOCOL_TLS: either

    ``sni``: False: the server is not told which name is wanted. Firmware checks the name that it
    tells, so that ``check_hostname`` must be False then. Older firmware knows no other way.

    ``load_verify_locations()``, ``load_cert_chain()``, ``set_alpn_protocols()``, ``set_psk()``,
    ``use_stored()`` and ``wrap_socket()`` are described in contexts.py.
    """

    minimum_version = property(lambda self: None, lambda self, _: _refuse(_ERR_VERSION))
    maximum_version = minimum_version

    def __init__(self, protocol=PROTOCOL_TLS_CLIENT):
        self.protocol = protocol
        self._verify = CERT_NONE if protocol == PROTOCOL_TLS_SERVER else None
        self._names = True
        self.sni = True
        self.ca = None  # PEM; or a number, where in the module it lies
        self.pki = None  # (certificate chain, key), PEM; or a number
        self.alpn = ()
        self.psk = None  # (identity, key), or what returns them

    @property
    def verify_mode(self):
        """CERT_REQUIRED or CERT_NONE.

        On a server with a context of either kind: whether a CA is loaded that clients need.

        :raises OSError: EOPNOTSUPP, for CERT_OPTIONAL: the module verifies, or does not
        """
        return CERT_REQUIRED if self._verify is None else self._verify

    @verify_mode.setter
    def verify_mode(self, mode):
        if mode == CERT_OPTIONAL:
            _refuse(_ERR_OPTIONAL)
        if mode not in (CERT_NONE, CERT_REQUIRED):
            raise ValueError("verify_mode: CERT_NONE or CERT_REQUIRED")
        self._verify = mode

    @property
    def check_hostname(self):
        """Whether the server's certificate must be for the name that was asked for."""
        return self._names and self.verify_mode != CERT_NONE

    @check_hostname.setter
    def check_hostname(self, on):
        self._names = bool(on)
        if on and self._verify == CERT_NONE:
            self._verify = CERT_REQUIRED

    def __getattr__(self, name):
        """What sets it up, and ``wrap_socket()``: contexts.py has it, loaded for each call."""
        if name[:1] == "_":
            raise AttributeError(name)
        from .contexts import method

        return method(self, name)


def create_default_context(purpose=None, *, cafile=None, capath=None, cadata=None):
    """A context that verifies, name and all; with no CA given it uses those in the module."""
    context = SSLContext(PROTOCOL_TLS)
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    return context


def _refuse(number):
    raise fail(number)


_kinds = {}  # the class of TLS sockets for each class of sockets


def is_secured(sock):
    """Whether it is a TLS socket."""
    return type(sock) in _kinds.values()


def secured(base):
    """The class of TLS sockets that has the face of a class of sockets."""
    cls = _kinds.get(base)
    if cls is None:

        class TLSSocket(base):
            """A socket that the module secures. Made by ``SSLContext.wrap_socket()``."""

            context = None
            name = None  # the server's, told and checked
            where = None  # the address to be opened on the first use
            peer = None  # the address that was opened
            more = False  # whether there may be bytes that were not announced

            connect = _connect
            state = _state
            ended = _ended

            def getpeercert(self, binary_form=False):
                """The module does not tell."""
                _refuse(_ERR_CERTIFICATE)

            def selected_alpn_protocol(self):
                """The module does not tell."""

        cls = _kinds[base] = TLSSocket
    return cls


def _connect(self, address):
    """What the context asks for, and ``AT+CIPSTART=<link>,"SSL","<host>",<port>``.

    A time-out under 10 s (but 0) counts as 10 s here: shaking hands takes modules seconds, and
    libraries such as MiniMQTT set one second for all they do.

    :param address: ``(host, port)``; the module resolves the name
    :raises OSError: EOPNOTSUPP or EINVAL, the module cannot do what is asked for: nothing was sent
        to the other end; ECONNABORTED, no TLS connection came about, and the likely causes; else as
        ``Socket.connect()``
    """
    if not self.doing and (self.link >= 0 or self._shut or not self.peer):
        if self.link >= 0 or self._shut:
            raise fail(_ERR_AGAIN)
        if not (0 < address[1] < 65536 and 0 < len(address[0]) <= 64):
            raise fail(_ERR_ADDRESS)
        from .handshake import begin

        begin(self, address[0], address[1])
        if self.timeout == 0:
            raise fail(_ERR_STARTED)
    _finish(self)


def _finish(self):
    """Wait for the connection, or say why there is none."""
    try:
        if self.doing:
            patience = self.timeout
            if patience:
                self.timeout = max(patience, _LEAST)
            try:
                Socket.connect(self, self.peer)
            finally:
                self.timeout = patience
        elif self.link < 0:
            from .repair import refusal

            raise refusal(self, self.peer[0], self.peer[1])
    except OSError as e:
        if e.errno != errno.ECONNREFUSED or self.link >= 0:
            raise
        from .handshake import failed

        failure = failed(self)
    else:
        return
    raise failure


def _state(self):
    """The state of the link; a socket whose connection was put off is connected now."""
    where = self.where
    if where and not self._shut:
        self.where = None
        try:
            self.connect(where)
        except OSError as e:
            if e.errno == errno.EINPROGRESS:
                raise fail(_ERR_WAIT, "the connection")
            if not self.peer:
                self.where = where  # not begun: the modem was busy, or the module cannot do it
            raise
    if self.link < 0 and self.peer and not self._shut:
        _finish(self)
    state = Socket.state(self)
    if self.more and state == _OPEN and not self.modem.held[self.link]:
        self.more = False
        self.modem.held[self.link] = 1  # or more, or none: CIPRECVDATA tells
    return state


def _ended(self, modem, link, doing, code):
    """A CIPRECVDATA or CIPSEND has ended. Called from ``step()``.

    How many bytes wait on a TLS link firmware tells wrongly: too many (they are encrypted yet), or
    too few (only the record that was begun). It is asked for more until it has none: ERROR.
    """
    Socket.ended(self, modem, link, doing, code)
    if doing == _RECEIVING:
        self.more = code == _OK
        if code == _OK and modem.links[link] == _CLOSED_BY_PEER:
            modem.held[link] = 0  # CLOSED comes when all has been read
