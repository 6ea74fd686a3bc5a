"""TLS itself, without I/O: OpenSSL over memory, by pyOpenSSL, and by ``ssl`` for test peers.

An engine is given ciphertext from the peer (``put``), returns ciphertext for the peer (``take``),
and has ``handshake``, ``receive`` and ``send``. Errors are exceptions of this module. Their codes
are those of mbedTLS, because firmware prints those, if it prints any.
"""

import ssl

#: Error codes of mbedTLS (negative in its headers).
ALERT = 0x7780  # MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE
BAD_RECORD = 0x7200  # MBEDTLS_ERR_SSL_INVALID_RECORD
GIVEN_UP = 0x6E00  # MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE
EOF = 0x7280  # MBEDTLS_ERR_SSL_CONN_EOF
RESET = 0x50  # MBEDTLS_ERR_NET_CONN_RESET
NO_CA = 0x7680  # MBEDTLS_ERR_SSL_CA_CHAIN_REQUIRED
UNVERIFIED = 0x2700  # MBEDTLS_ERR_X509_CERT_VERIFY_FAILED
NOT_X509 = 0x2180  # MBEDTLS_ERR_X509_INVALID_FORMAT
BAD_KEY = 0x3D00  # MBEDTLS_ERR_PK_KEY_INVALID_FORMAT

#: A number of bytes that is greater than any record.
_MUCH = 1 << 17

MISSING = (
    "the emulator's TLS needs {package}, which is not installed: "
    "pip install certifi cryptography pyOpenSSL, or leave AT commands with SSL out"
)

_NO_KEYS = "the installed cryptography package was built without pre-shared keys: update it"

_KEY_CALLBACK = (
    "unsigned int(SSL *, const char *, char *, unsigned int, unsigned char *, unsigned int)"
)


class Unavailable(RuntimeError):
    """A library is missing; the message says which one, and what to do."""


class Failed(Exception):
    """The handshake failed, or the connection broke; ``code`` is the error code of mbedTLS."""

    def __init__(self, code, why=""):
        super().__init__(why or f"0x{code:x}")
        self.code = code


class Closed(Exception):
    """The peer has announced that it sends no more (close_notify)."""


def openssl():
    """pyOpenSSL's ``SSL``; raises :class:`Unavailable` if it is not installed."""
    try:
        from OpenSSL import SSL  # noqa: PLC0415 - a library that not everybody needs
    except ImportError as error:
        raise Unavailable(MISSING.format(package="pyOpenSSL")) from error
    return SSL


def key_binding():
    """(functions, foreign function interface) for pre-shared keys.

    pyOpenSSL has no method for them, and Python's ``ssl`` has one only since 3.13; but OpenSSL's
    own function is in the binding that pyOpenSSL uses. Raises :class:`Unavailable` if it is not.
    """
    lib, ffi = openssl()._lib, openssl()._ffi
    if not hasattr(lib, "SSL_CTX_set_psk_client_callback"):
        raise Unavailable(_NO_KEYS)
    return lib, ffi


def offer_key(context, identity, key):
    """Let a pyOpenSSL ``context`` of a client offer a pre-shared key."""
    lib, ffi = key_binding()

    @ffi.callback(_KEY_CALLBACK)
    def answer(connection, hint, *places):
        identity_out, identity_room, key_out, key_room = places
        if len(identity) >= identity_room or len(key) > key_room:
            return 0
        ffi.memmove(identity_out, identity + b"\0", len(identity) + 1)
        ffi.memmove(key_out, key, len(key))
        return len(key)

    lib.SSL_CTX_set_psk_client_callback(context._context, answer)
    # OpenSSL keeps no reference to the callback, so the context must.
    context.set_app_data(answer)


def _code(reason):
    """The error code of mbedTLS for OpenSSL's ``reason``."""
    reason = reason.lower()
    if "alert" in reason:
        return ALERT
    if "wrong version number" in reason or "record" in reason or "packet" in reason:
        return BAD_RECORD
    return GIVEN_UP


class CertificateEngine:
    """A client or server with certificates: a pyOpenSSL connection over memory."""

    def __init__(self, context, *, server=False, name=b"", flags=lambda: 0):
        self._ssl = openssl()
        self._connection = self._ssl.Connection(context, None)
        #: Returns the findings of the verification as flags of mbedTLS.
        self._flags = flags
        if server:
            self._connection.set_accept_state()
        else:
            self._connection.set_connect_state()
        if name:
            self._connection.set_tlsext_host_name(name)

    def put(self, data):
        """Take ciphertext that came."""
        self._connection.bio_write(data)

    def take(self):
        """Ciphertext to be sent."""
        try:
            return self._connection.bio_read(_MUCH)
        except self._ssl.WantReadError:
            return b""

    def _failure(self, error):
        reasons = [entry[-1] for entry in error.args[0]] if error.args else []
        reason = reasons[0] if reasons and isinstance(reasons[0], str) else str(error)
        return Failed(self._flags() or _code(reason), reason)

    def handshake(self):
        """Go on; True once it is done."""
        try:
            self._connection.do_handshake()
        except self._ssl.WantReadError:
            return False
        except self._ssl.Error as error:
            raise self._failure(error) from error
        return True

    def receive(self, limit):
        """At most ``limit`` bytes of one record, b"" for none yet."""
        try:
            return self._connection.recv(limit)
        except self._ssl.WantReadError:
            return b""
        except self._ssl.ZeroReturnError as error:
            raise Closed from error
        except self._ssl.Error as error:
            raise self._failure(error) from error

    def send(self, data):
        """Encrypt ``data``, all of it."""
        try:
            self._connection.send(data)
        except self._ssl.Error as error:
            raise self._failure(error) from error


class MemoryEngine:
    """An engine over Python's ``ssl``, for the peers in tests."""

    def __init__(self, context, *, server=False, name=None):
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=server, server_hostname=name)
        self.tls = self._tls

    def put(self, data):
        """Take ciphertext that came."""
        self._in.write(data)

    def take(self):
        """Ciphertext to be sent."""
        return self._out.read()

    def handshake(self):
        """Go on; True once it is done."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            raise Failed(_code(str(error)), str(error)) from error
        return True

    def receive(self, limit):
        """At most ``limit`` bytes of one record, b"" for none yet."""
        try:
            data = self._tls.read(limit)
        except ssl.SSLWantReadError:
            return b""
        except ssl.SSLZeroReturnError as error:
            raise Closed from error
        except ssl.SSLError as error:
            raise Failed(_code(str(error)), str(error)) from error
        if not data:
            raise Closed
        return data

    def send(self, data):
        """Encrypt ``data``, all of it."""
        try:
            self._tls.write(data)
        except ssl.SSLError as error:
            raise Failed(_code(str(error)), str(error)) from error

    def finish(self):
        """Announce that no more will be sent (close_notify)."""
        try:
            self._tls.unwrap()
        except ssl.SSLError:
            pass
