"""AT+MDNS: announces a name and a service in the local network."""

from ..families import ESPAT, NONOS, SINCE_41
from ..mdns import Service
from ..params import Refused

#: Longest label of a name in DNS, and most pairs of a TXT record.
_LABEL, _PAIRS = 63, 10


def set_mdns(call):
    """AT+MDNS=<0 or 1>[,<host>,<type>,<port>], since 4.1 also [,<instance>][,<protocol>][,<pairs>
    [,<key>,<value>]...]"""
    core, args = call.core, call.args
    if not args.integer(0, 0, 1):
        args.count(1, 1)
        core.announce(None)
        return
    extended = core.profile.id in SINCE_41
    args.count(4, 7 + 2 * _PAIRS if extended else 4)
    if not core.station.enabled:
        raise Refused("opmode mismatch")
    host, kind = _label(args, 1), _label(args, 2)
    port = args.integer(3, 1, 65535)
    instance = _label(args, 4, default=host.encode())
    protocol = _label(args, 5, default=b"_tcp")
    texts = _texts(args)
    kind, protocol = (text if text.startswith("_") else f"_{text}" for text in (kind, protocol))
    core.announce(Service(host, kind, port, instance, protocol, texts))


def _label(args, index, **default):
    """A label of a DNS name: it contains no dots."""
    label = args.text(index, _LABEL, **default)
    if not label or b"." in label:
        raise args.wrong(index)
    return label.decode("latin-1")


def _texts(args):
    count = args.integer(6, 1, _PAIRS, default=0)
    if len(args) > 6 and len(args) != 7 + 2 * count:
        raise args.miscount(7 + 2 * count)
    pairs = range(7, 7 + 2 * count, 2)
    return tuple((args.text(n, 255), args.text(n + 1, 255)) for n in pairs)


# fmt: off
COMMANDS = (
    # name     families       query  set       execute
    ("+MDNS",  ESPAT | NONOS, None,  set_mdns, None),
)
# fmt: on
