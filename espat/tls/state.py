# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What is known of TLS on a module since it last started: ``modem.tls``.

Loaded for a connect, and forgotten. So the class has no methods: they would keep the room in
memory.
"""


class State:
    """TLS on one module between two restarts. A restart makes it invalid."""

    restarts = -1  # modem.restarts when it was made
    dated = False  # the module's clock is known to be right (prepare.py)
    code = None  # the code of +ERRNO: since the last CIPSTART, bytes (socket.py)
    known = None  # {(space, number): bytes}: what is in its flash (certificates.py; at/flash.py)


def state_of(modem):
    """The state of TLS on a module, a new one if the module has restarted."""
    state = modem.tls
    if state is None or state.restarts != modem.restarts:
        state = modem.tls = State()
        state.restarts = modem.restarts
        state.known = {}
    return state
