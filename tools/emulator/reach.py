"""What takes a module some time to reach: the address of a name, and a connection."""

from .asking import wait_for
from .network import CONNECTING, is_address
from .schedule import Until


def resolve(core, host, limit=None):
    """A task: the address of ``host``, or None. ``limit`` is in seconds."""
    if not is_address(host):
        yield core.timing.dns
    answer = core.network.lookup(host, core.settings.dns)
    return (yield from wait_for(answer, limit or core.timing.dns_timeout))


def established(core, channel, limit=0):
    """A task: wait until ``channel`` is open or has failed, or the time is up.

    The time is ``limit`` seconds if AT+CIPSTART gave a limit. Otherwise it is ``connect_timeout``
    for the TCP connection, and then ``handshake_timeout`` for each packet of a TLS handshake.
    """
    end = core.scheduler.now + limit
    wait = limit or core.timing.connect_timeout
    while wait > 0:
        done = channel.progress
        moved = Until(lambda n=done: channel.state != CONNECTING or channel.progress != n, wait)
        if not (yield moved) or channel.state != CONNECTING:
            return
        wait = end - core.scheduler.now if limit else core.timing.handshake_timeout
