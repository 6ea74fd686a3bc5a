# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``radio.hostname = "..."`` where classes cannot have ``__setattr__``: in CircuitPython.

There what was set before the radio's first use stands in the radio as it was set: it is given to
the module now. Loaded once.
"""


def lend(radio):
    """Make what can be set properties of the radio's class, and set what was set."""
    from .station import SETTABLE

    cls = type(radio)
    names = SETTABLE.split()
    waiting = [name for name in names if name in radio.__dict__]
    values = [getattr(radio, name) for name in waiting]
    for name in waiting:
        delattr(radio, name)
    if not hasattr(cls, "hostname"):
        for name in names:
            setattr(cls, name, _property(name))
    for i in range(len(waiting)):
        setattr(radio, waiting[i], values[i])


def _property(name):
    def get(radio):
        from .station import use

        return use(radio, name)

    def put(radio, value):
        from .station import put

        put(radio, name, value)

    return property(get, put)
