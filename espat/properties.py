# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``radio.hostname = "..."`` where classes cannot have ``__setattr__``: in CircuitPython.

``wifi.radio`` has them from the start. Of a radio made by hand, what was set before its first use
stands in it as it was set: it is given to the module then. Loaded once.
"""

NEEDED = not hasattr(object, "__setattr__")


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
