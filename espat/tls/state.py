# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What is known of TLS on a module since it last started: ``modem.tls``.

Loaded for a connect, and forgotten: so the class has no methods, which would keep their room.
"""


class State:
    """TLS on one module, in one run of it. A restart of the module makes it void."""

    restarts = -1  # the run: modem.restarts
    dated = False  # the module's clock was seen to be right (connect.py)
    code = None  # what +ERRNO: said since the last CIPSTART, bytes (socket.py)
    known = (
        None  # {(space, number): bytes}: what stands in its flash (certificates.py; at/flash.py)
    )


def state_of(modem):
    """The state of TLS on a module, a new one if the module has restarted."""
    state = modem.tls
    if state is None or state.restarts != modem.restarts:
        state = modem.tls = State()
        state.restarts = modem.restarts
        state.known = {}
    return state
