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

The rooms of this folder: socket.py stays loaded once there was a TLS socket; what only a wrap or a
connect needs is loaded for it, and forgotten: wrap.py, later.py, connect.py, certificates.py,
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
    """What TLS connections check, and show. Shared by any number of sockets and radios.

    :param int protocol: PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER; PROTOCOL_TLS: either

    ``sni``: False: the server is not told which name is wanted. Firmware checks the name that it
    tells, so that ``check_hostname`` must be False then. Older firmware knows no other way.
    """

    def __init__(self, protocol=PROTOCOL_TLS_CLIENT):
        self.protocol = protocol
        self.verify = CERT_NONE if protocol == PROTOCOL_TLS_SERVER else None  # None: never set
        self._names = True
        self.sni = True
        self.ca = None  # PEM; or a number, where in the module it lies
        self.pki = None  # (certificate chain, key), PEM; or a number
        self.alpn = ()
        self.psk = None  # (identity, key), or what returns them

    @property
    def minimum_version(self):
        """None: the module chooses, up to TLS 1.2; so ``maximum_version``.

        :raises OSError: EOPNOTSUPP, when it is set
        """

    @minimum_version.setter
    def minimum_version(self, _):
        raise fail("tls_version")

    maximum_version = minimum_version

    @property
    def verify_mode(self):
        """CERT_REQUIRED or CERT_NONE.

        On a server with a context of either kind: whether a CA is loaded that clients need.

        :raises OSError: EOPNOTSUPP, for CERT_OPTIONAL: the module verifies, or does not
        """
        return CERT_REQUIRED if self.verify is None else self.verify

    @verify_mode.setter
    def verify_mode(self, mode):
        if mode == CERT_OPTIONAL:
            raise fail("cert_optional")
        if mode not in (CERT_NONE, CERT_REQUIRED):
            raise fail("verify_mode")
        self.verify = mode

    @property
    def check_hostname(self):
        """Whether the server's certificate must be for the name that was asked for."""
        return self._names and self.verify_mode != CERT_NONE

    @check_hostname.setter
    def check_hostname(self, on):
        self._names = bool(on)
        if on and self.verify == CERT_NONE:
            self.verify = CERT_REQUIRED

    def load_verify_locations(self, cafile=None, capath=None, cadata=None):
        """The CAs that the other end's certificate must come from: instead of those before.

        :param cafile: path of a file, PEM or DER; or the data themselves, as MicroPython has it
        :param cadata: str or bytes, PEM or DER; empty: no CAs of this context's own
        :raises ValueError: no certificate in it, a bad one, or over 8172 bytes of PEM
        :raises OSError: EOPNOTSUPP, for ``capath``; ENOENT, no such file
        """
        self.ca = lazy.call("tls.pem", "given", cafile, capath, cadata)

    def load_cert_chain(self, certfile, keyfile=None):
        """The certificate to show, with those between it and its CA behind it, and its key.

        :param certfile: path of a file, PEM or DER; or bytes, or str with PEM, the data themselves
        :param keyfile: the same; None: the key is in ``certfile`` too
        :raises ValueError: a bad certificate or key, an encrypted key, a key that is another's, or
            over 8172 bytes of PEM
        :raises OSError: ENOENT, no such file
        """
        self.pki = lazy.call("tls.pem", "pair", certfile, keyfile)

    def use_stored(self, ca=None, pki=None):
        """Use what you put into the module's flash yourself, and vouch for it.

        On NonOS, where no other way leads in, it was flashed with esptool: its number is 0.

        :param int ca: number of the CA; 0 is what a module ships with, which everybody has
        :param int pki: number of the certificate and key to show
        """
        self.ca = self.ca if ca is None else ca
        self.pki = self.pki if pki is None else pki

    def set_default_verify_paths(self):
        """Use the roots that ``espat ca`` put into the module."""
        self.ca = None

    load_default_certs = set_default_verify_paths

    def set_alpn_protocols(self, protocols):
        """The protocols to offer, up to five. Which was chosen the module does not tell.

        :param protocols: a list or tuple of str
        :raises ValueError: no list or tuple, or one of more than five
        """
        if not isinstance(protocols, (list, tuple)) or len(protocols) > 5:
            raise ValueError("protocols: a list of up to 5 is wanted")
        self.alpn = tuple(protocols)

    def set_psk(self, identity, key):
        """A key that both ends have, in place of certificates: ``verify_mode`` must be CERT_NONE.

        :param identity: str or bytes, 1 to 32 bytes: what is told of us
        :param bytes key: 1 to 32 bytes
        """
        self.psk = (identity, key)

    def set_psk_client_callback(self, callback):
        """``callback(None)`` returns identity and key when a socket connects; None: no key."""
        self.psk = callback

    def wrap_socket(
        self,
        sock,
        server_side=False,
        do_handshake_on_connect=True,
        suppress_ragged_eofs=True,
        server_hostname=None,
    ):
        """A socket that speaks TLS in place of ``sock``, which is of no more use.

        One that is connected already is closed, and opened anew with TLS: a module cannot secure
        a connection that stands. At once if it may wait, else with the first poll, read or write.

        :param str server_hostname: the name that is told (SNI) and checked, 1 to 64 bytes
        :raises ValueError: a name is to be checked, and none is given
        :raises OSError: EOPNOTSUPP, bytes have flowed; of a socket that is connected anew also as
            ``TLSSocket.connect()``
        """
        at_once = do_handshake_on_connect
        return lazy.call("tls.wrap", "wrap", self, sock, server_side, at_once, server_hostname)


def create_default_context(purpose=None, *, cafile=None, capath=None, cadata=None):
    """A context that verifies, name and all; with no CA given it uses those in the module.

    The parameters are those of ``SSLContext.load_verify_locations()``.
    """
    context = SSLContext(PROTOCOL_TLS)
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    return context
