# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""TLS: contexts like ``ssl.SSLContext``, and sockets that the module secures.

If the module cannot do what a context asks for, ``connect()`` raises before anything is sent to the
other end, and the error says what would help. A default context verifies the chain against the
given CA, the name, and the dates if the firmware checks them (ESP32 from 1.2 on; ESP8266 does not).
Only ``verify_mode = CERT_NONE``, set by the program, switches that off.

Certificates and keys are kept in the module's flash. A connect writes them if they are not there
yet, to the next free number except the first, which keeps what the module came with. A context
without a CA of its own uses the roots that ``espat ca`` put into the module, recognized by their
first line, ``# espat ca``. The CA that modules ship with is never trusted.

Of this folder, socket.py stays loaded once there was a TLS socket. Rooms that only a wrap or a
connect needs are loaded for it, and forgotten: wrap.py, begin.py, prepare.py, certificates.py,
pem.py.
"""

from .. import lazy
from ..errors import TEXTS as _TEXTS
from ..errors import fail

STAYS = True

_TEXTS.append("tls.texts")

PROTOCOL_TLS = 2
PROTOCOL_TLS_CLIENT = 16
PROTOCOL_TLS_SERVER = 17
CERT_NONE = 0
CERT_OPTIONAL = 1
CERT_REQUIRED = 2


class SSLContext:
    """What TLS connections verify and present. Any number of sockets and radios can share one.

    :param int protocol: PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER; PROTOCOL_TLS: either

    ``sni`` = False: do not send the server's name (SNI). The firmware checks the name that it
    sends, so ``check_hostname`` must be False, too. Older firmware cannot send a name.
    """

    def __init__(self, protocol=PROTOCOL_TLS_CLIENT):
        self.protocol = protocol
        self.verify = CERT_NONE if protocol == PROTOCOL_TLS_SERVER else None  # None: never set
        self._names = True
        self.sni = True
        self.ca = None  # PEM, or its number in the module's flash
        self.pki = None  # (certificate chain, key) as PEM, or their number
        self.alpn = ()
        self.psk = None  # (identity, key), or a callback that returns them

    @property
    def minimum_version(self):
        """None: the module chooses, up to TLS 1.2; the same for ``maximum_version``.

        :raises OSError: EOPNOTSUPP, on setting it
        """

    @minimum_version.setter
    def minimum_version(self, _):
        raise fail("tls_version")

    maximum_version = minimum_version

    @property
    def verify_mode(self):
        """CERT_REQUIRED or CERT_NONE.

        A server with a PROTOCOL_TLS context on which this was not set requires certificates of its
        clients only if a CA is loaded.

        :raises OSError: EOPNOTSUPP, for CERT_OPTIONAL: the module verifies, or does not
        """
        return CERT_REQUIRED if self.verify is None else self.verify

    @verify_mode.setter
    def verify_mode(self, mode):
        if mode == CERT_OPTIONAL:
            raise fail("optional")
        if mode not in (CERT_NONE, CERT_REQUIRED):
            raise fail("verify_mode")
        self.verify = mode

    @property
    def check_hostname(self):
        """Whether the server's certificate must match ``server_hostname``."""
        return self._names and self.verify_mode != CERT_NONE

    @check_hostname.setter
    def check_hostname(self, on):
        self._names = bool(on)
        if on and self.verify == CERT_NONE:
            self.verify = CERT_REQUIRED

    def load_verify_locations(self, cafile=None, capath=None, cadata=None):
        """Set the CAs that must have issued the other end's certificate. They replace earlier ones.

        :param cafile: path of a PEM or DER file; or the data themselves, as in MicroPython
        :param cadata: str or bytes, PEM or DER; empty: this context has no CAs of its own
        :raises ValueError: no certificate in it, a bad one, or over 8172 bytes of PEM
        :raises OSError: EOPNOTSUPP, for ``capath``; ENOENT, no such file
        """
        self.ca = lazy.call("tls.pem", "given", cafile, capath, cadata)

    def load_cert_chain(self, certfile, keyfile=None):
        """Set the certificate to present, followed by its intermediate CAs, and its key.

        :param certfile: path of a PEM or DER file; or the data: bytes, or str with PEM
        :param keyfile: the same; None: the key is in ``certfile``, too
        :raises ValueError: a bad certificate or key, an encrypted key, a key of another
            certificate, or over 8172 bytes of PEM
        :raises OSError: ENOENT, no such file
        """
        self.pki = lazy.call("tls.pem", "pair", certfile, keyfile)

    def use_stored(self, ca=None, pki=None):
        """Use certificates that you have put into the module's flash yourself; the driver does not
        look at what they are.

        On NonOS that is only possible with esptool; their number is 0 there.

        :param int ca: number of the CA; 0 is what modules ship with, the same in all of them
        :param int pki: number of the certificate and key to present
        """
        self.ca = self.ca if ca is None else ca
        self.pki = self.pki if pki is None else pki

    def set_default_verify_paths(self):
        """Use the roots that ``espat ca`` put into the module."""
        self.ca = None

    load_default_certs = set_default_verify_paths

    def set_alpn_protocols(self, protocols):
        """Set up to five protocols to offer. The module does not tell which one was chosen.

        :param protocols: a list or tuple of str
        :raises ValueError: not a list or tuple, or more than five
        """
        if not isinstance(protocols, (list, tuple)) or len(protocols) > 5:
            raise ValueError("protocols: a list of up to 5 is wanted")
        self.alpn = tuple(protocols)

    def set_psk(self, identity, key):
        """Set a key that both ends share, instead of certificates: ``verify_mode`` must be
        CERT_NONE.

        :param identity: str or bytes, 1 to 32 bytes: names this client to the server
        :param bytes key: 1 to 32 bytes
        """
        self.psk = (identity, key)

    def set_psk_client_callback(self, callback):
        """When a socket connects, ``callback(None)`` must return ``(identity, key)`` or None."""
        self.psk = callback

    def wrap_socket(
        self,
        sock,
        server_side=False,
        do_handshake_on_connect=True,
        suppress_ragged_eofs=True,
        server_hostname=None,
    ):
        """Return a TLS socket to use instead of ``sock``, which can no longer be used.

        A module cannot secure an open connection: if ``sock`` is connected, it is closed and opened
        again with TLS. That happens at once, but if the time-out is 0 or
        ``do_handshake_on_connect`` is False, at the first poll, read or write.

        :param str server_hostname: the name to send (SNI) and to check, 1 to 64 bytes
        :raises ValueError: a name must be checked, and none is given
        :raises OSError: EOPNOTSUPP, bytes were sent or received already; if it connects again, also
            as ``TLSSocket.connect()``
        """
        at_once = do_handshake_on_connect
        return lazy.call("tls.wrap", "wrap", self, sock, server_side, at_once, server_hostname)


def create_default_context(purpose=None, *, cafile=None, capath=None, cadata=None):
    """A context that verifies certificates and names; without a CA it uses those in the module.

    The parameters are those of ``SSLContext.load_verify_locations()``.
    """
    context = SSLContext(PROTOCOL_TLS)
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    return context
