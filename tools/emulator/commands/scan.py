"""Commands that look for access points."""

from ..families import ALL, SINCE_41
from ..params import Refused
from .wifi import mac

#: What AT+CWLAP shows for each bit of AT+CWLAPOPT's mask: kind of field, and its arguments.
_FIELDS = (
    ("number", lambda p: [p.security]),
    ("text", lambda p: [b"" if p.hidden else p.ssid]),
    ("number", lambda p: [p.rssi]),
    ("mac", lambda p: mac(p.bssid)),
    ("number", lambda p: [p.channel]),
    ("number", lambda p: [-1]),
    ("number", lambda p: [0]),
    ("number", lambda p: [4 if p.security else 0]),
    ("number", lambda p: [4 if p.security else 0]),
    ("number", lambda p: [7]),
    ("number", lambda p: [0]),
)


def set_scan_options(call):
    """AT+CWLAPOPT=<sort>,<mask>[,<least RSSI>[,<security mask>]]; since 4.1 without the first"""
    call.args.count(2, 2 if call.core.profile.old else 4)
    session = call.core.session
    reserved = {"default": 0} if call.core.profile.id in SINCE_41 else {}
    sort = call.args.integer(0, 0, 1, **reserved)
    mask = call.args.integer(1, 0, 0x7FF)
    least = call.args.integer(2, -100, 40, default=-100)
    modes = call.args.integer(3, 0, 0xFFFF, default=0xFFFF)
    session.lap_sort, session.lap_mask, session.lap_rssi, session.lap_modes = (
        sort, mask, least, modes,
    )  # fmt: skip


def scan(call):
    """AT+CWLAP"""
    return _scan(call, lambda point: True)


def scan_for(call):
    """AT+CWLAP=<ssid>[,<bssid>[,<channel>…]]"""
    args = call.args
    args.count(1, 3 if call.core.profile.old else 6)
    ssid = args.text(0, 32, default=None)
    bssid = args.text(1, 17, default=None)
    channel = args.integer(2, 0, 14, default=0)

    def wanted(point):
        return (
            ssid in (None, b"", point.ssid)
            and bssid in (None, b"", point.bssid.encode())
            and channel in (0, point.channel)
        )

    return _scan(call, wanted)


def _scan(call, wanted):
    core = call.core
    if not core.station.enabled:
        raise Refused
    yield core.timing.scan
    session = core.session
    points = [
        point
        for point in core.access_points
        if point.present
        and wanted(point)
        and point.rssi >= session.lap_rssi
        and session.lap_modes >> point.security & 1
    ]
    if session.lap_sort:
        points.sort(key=lambda point: -point.rssi)
    for point in points:
        _print(core, point)


def _print(core, point):
    core.say("cwlap open")
    first = " first"
    for bit, (kind, value) in enumerate(_FIELDS):
        if core.session.lap_mask >> bit & 1:
            core.say(f"cwlap {kind}{first}", *value(point))
            first = ""
    core.say("cwlap close")


# fmt: off
COMMANDS = (
    # name        families  query  set               execute
    ("+CWLAPOPT", ALL,      None,  set_scan_options, None),
    ("+CWLAP",    ALL,      None,  scan_for,         scan),
)
# fmt: on
