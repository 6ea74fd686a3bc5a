# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Contexts of MicroPython's ``tls`` and ``ssl``: TLS done by the module. Loaded when asked for."""

from .. import tls

STAYS = True

_CLIENT = 0  # PROTOCOL_TLS_CLIENT of MicroPython's modules
_SERVER = 1  # and PROTOCOL_TLS_SERVER


class TLSContext(tls.SSLContext):
    """``tls.SSLContext``: a client's context verifies, unless ``verify_mode`` is CERT_NONE.

    :param int protocol: PROTOCOL_TLS_CLIENT or PROTOCOL_TLS_SERVER
    :raises ValueError: it is neither
    """

    def __init__(self, protocol):
        if protocol not in (_CLIENT, _SERVER):
            raise ValueError("protocol: PROTOCOL_TLS_CLIENT or PROTOCOL_TLS_SERVER is wanted")
        tls.SSLContext.__init__(
            self, tls.PROTOCOL_TLS_SERVER if protocol == _SERVER else tls.PROTOCOL_TLS_CLIENT
        )

    def wrap_socket(
        self,
        sock,
        server_side=False,
        do_handshake_on_connect=True,
        server_hostname=None,
        client_id=None,
    ):
        """Return a TLS socket to use instead of ``sock``, which can no longer be used.

        A module cannot secure an open connection. If ``sock`` is connected, and nothing was sent or
        received, it is closed and opened again with TLS: at once, or with a time-out of 0 or
        without ``do_handshake_on_connect``, at the first poll, read or write. A connection that was
        not begun yet is begun with TLS then.

        A server must be wrapped before it listens: its clients use TLS from the first byte.

        :param str server_hostname: the name to send (SNI) and to check
        :raises ValueError: the name must be checked, and is not given
        :raises OSError: EOPNOTSUPP, bytes were sent or received already, or it is a server's
            client; else as ``TLSSocket.connect()``
        """
        at_once = do_handshake_on_connect and sock.timeout != 0
        goal = getattr(sock, "goal", None)
        made = tls.SSLContext.wrap_socket(
            self, sock, server_side, at_once, True, server_hostname or None
        )
        if hasattr(made, "goal"):
            sock.goal = None
            made.goal = goal or made.later
            made.later = None
        return made


class SSLContext(TLSContext):
    """``ssl.SSLContext``: as in MicroPython, verifies only if ``verify_mode`` is CERT_REQUIRED."""

    def __init__(self, protocol):
        TLSContext.__init__(self, protocol)
        self.verify = tls.CERT_NONE


def create_default_context(purpose=None, *, cafile=None, capath=None, cadata=None):
    """``ssl.create_default_context()`` of CircuitPython and CPython: a context that verifies."""
    context = SSLContext(_CLIENT)
    context.protocol = tls.PROTOCOL_TLS  # a server may use it, too
    context.verify = None
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    return context


def wrap_socket(
    sock,
    server_side=False,
    key=None,
    cert=None,
    cert_reqs=tls.CERT_NONE,
    cadata=None,
    server_hostname=None,
    do_handshake=True,
):
    """``ssl.wrap_socket()``: make a context, and wrap a socket with it."""
    context = SSLContext(_SERVER if server_side else _CLIENT)
    if cert or key:
        context.load_cert_chain(cert, key)
    if cadata:
        context.load_verify_locations(cadata=cadata)
    context.verify_mode = cert_reqs
    return context.wrap_socket(sock, server_side, do_handshake, server_hostname)
