# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``ssl`` as MicroPython has it on boards with Wi-Fi: TLS done by the module.

As there, nothing is verified unless the program asks for it with ``cert_reqs=CERT_REQUIRED``, or
with ``verify_mode = CERT_REQUIRED`` of a context. Contexts of ``tls`` verify by default.
"""

STAYS = True

PROTOCOL_TLS_CLIENT = 0  # the same numbers as on a Pico W
PROTOCOL_TLS_SERVER = 1
CERT_NONE = 0
CERT_OPTIONAL = 1
CERT_REQUIRED = 2


def __getattr__(name):
    if name not in ("SSLContext", "wrap_socket", "create_default_context"):
        raise AttributeError(name)
    from . import contexts

    return getattr(contexts, name)
