# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Contexts of MicroPython's ``tls`` and ``ssl``: TLS done by the module. Loaded when asked for."""

from .. import tls

STAYS = True

_CLIENT = 0  # PROTOCOL_TLS_CLIENT of MicroPython's modules, and
_SERVER = 1


class TLSContext(tls.SSLContext):
    """``tls.SSLContext``: one for a client verifies, until ``verify_mode`` is CERT_NONE.

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
        """A socket that speaks TLS in place of ``sock``, which is of no more use.

        A module cannot secure a connection that stands. One of ``socket`` that is connected and has
        carried nothing is closed, and opened anew with TLS: at once, or where it must not wait, or
        no handshake is wanted yet, with the first poll, read or write. A connection that was not
        begun yet is begun with TLS then, and nothing is wasted.

        A server is wrapped before it listens: the module's clients are secured from the first byte.

        :param str server_hostname: the name that is told (SNI) and checked
        :raises ValueError: it is to be checked, and is not given
        :raises OSError: EOPNOTSUPP, bytes have flowed, or it is a server's client; else as
            ``TLSSocket.connect()``
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
    """``ssl.SSLContext``: verifies only when ``verify_mode`` is CERT_REQUIRED, as MicroPython's."""

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
    """``ssl.wrap_socket()``: a context and its socket in one."""
    context = SSLContext(_SERVER if server_side else _CLIENT)
    if cert or key:
        context.load_cert_chain(cert, key)
    if cadata:
        context.load_verify_locations(cadata=cadata)
    context.verify_mode = cert_reqs
    return context.wrap_socket(sock, server_side, do_handshake, server_hostname)
