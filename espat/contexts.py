# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The methods of ``tls.SSLContext``. Loaded for a call, and let go of."""

try:
    from micropython import const
except ImportError:
    const = int

from .command import let_go
from .modem import fail

_METHODS = (
    "load_verify_locations",
    "load_cert_chain",
    "use_stored",
    "set_default_verify_paths",
    "load_default_certs",
    "set_alpn_protocols",
    "set_psk",
    "set_psk_client_callback",
    "wrap_socket",
)
_ERR_FOLDER = const(63)  # of tlserrors.py


def method(context, name):
    """``context.<name>``: what to call."""
    let_go("contexts")
    if name not in _METHODS:
        raise AttributeError(name)
    function = globals()[name]
    return lambda *args, **names: function(context, *args, **names)


def load_verify_locations(context, cafile=None, capath=None, cadata=None):
    """The CAs that the other end's certificate must come from: instead of those before.

    :param cafile: path of a file, PEM or DER; or the data themselves, as MicroPython has it
    :param cadata: str or bytes, PEM or DER; empty: no CAs of this context's own
    :raises ValueError: no certificate in it, a bad one, or more than a module takes
    """
    if capath:
        raise fail(_ERR_FOLDER)
    data = cafile if cadata is None else cadata
    if data is None:
        raise ValueError("cafile or cadata is wanted")
    from . import pem

    context.ca = pem.certificates(data) if data else None
    pem.done()


def load_cert_chain(context, certfile, keyfile=None):
    """The certificate to show, with those between it and its CA behind it, and its key.

    :param certfile: path of a file, PEM or DER; or bytes, or str with PEM, the data themselves
    :param keyfile: the same; None: the key is in ``certfile`` too
    :raises ValueError: a bad certificate or key, an encrypted key, a key that is another's, or
        more than a module takes
    """
    from . import pem

    context.pki = pem.pair(certfile, certfile if keyfile is None else keyfile)
    pem.done()


def use_stored(context, ca=None, pki=None):
    """Use what you put into the module's flash yourself, and vouch for it.

    On NonOS, where no other way leads in, it was flashed with esptool: its number is 0.

    :param int ca: number of the CA; 0 is what a module ships with, which everybody has
    :param int pki: number of the certificate and key to show
    """
    context.ca = context.ca if ca is None else ca
    context.pki = context.pki if pki is None else pki


def set_default_verify_paths(context):
    """Use the roots that ``espat ca`` put into the module."""
    context.ca = None


def set_alpn_protocols(context, protocols):
    """The protocols to offer, up to five. Which was chosen the module does not tell."""
    if len(protocols) > 5:
        raise ValueError("protocols out of 0..5")
    context.alpn = tuple(protocols)


def set_psk(context, identity, key):
    """A key that both ends have, in place of certificates: ``verify_mode`` must be CERT_NONE.

    :param identity: str or bytes, 1 to 32 bytes: what is told of us
    :param bytes key: 1 to 32 bytes
    """
    context.psk = (identity, key)


def set_psk_client_callback(context, callback):
    """``callback(None)`` returns identity and key when a socket connects; None: no key."""
    context.psk = callback


def wrap_socket(
    context,
    sock,
    server_side=False,
    do_handshake_on_connect=True,
    suppress_ragged_eofs=True,
    server_hostname=None,
):
    """A socket that speaks TLS in place of ``sock``, which is of no more use.

    One that is connected already is closed, and opened anew with TLS: a module cannot secure
    a connection that stands. At once if it may wait, else with the first poll, read or write.

    :param str server_hostname: the name that is told (SNI) and checked
    :raises ValueError: a name is to be checked, and none is given
    :raises OSError: EOPNOTSUPP, bytes have flowed
    """
    from .wrapping import wrap

    return wrap(context, sock, server_side, do_handshake_on_connect, server_hostname)


load_default_certs = set_default_verify_paths
