"""Network services: ping, DNS servers, time."""

import time

from ..asking import Answer, wait_for
from ..families import ALL, ESPAT, OLD_17, SINCE_24
from ..network import is_address
from ..params import Refused
from ..reach import resolve

#: The default DNS servers (AT+CIPDNS; the reference has the bytes of the first one reversed).
DEFAULT_DNS = ("208.67.222.222", "8.8.8.8")

#: The default servers of AT+CIPSNTPCFG.
DEFAULT_TIME = ("cn.ntp.org.cn", "ntp.sjtu.edu.cn", "us.pool.ntp.org")


def ping(call):
    """AT+PING"""
    core = call.core
    call.args.count(1, 1)
    host = call.args.text(0, 128).decode("latin-1")
    if not core.online:
        raise Refused
    address = yield from resolve(core, host)
    if address is None:
        raise Refused("ping timeout")
    start = core.scheduler.now
    yield core.timing.ping
    asked = Answer(True) if address in _near(core) else core.network.ping(address)
    if not (yield from wait_for(asked, core.timing.ping_timeout)):
        raise Refused("ping timeout")
    core.say("ping", max(1, round((core.scheduler.now - start) * 1000)))


def _near(core):
    """The module's own addresses and its gateway, which answer a ping in any network."""
    station = core.station.addresses[:2] if core.station.joined else ()
    return {*station, *(core.settings.ap_ip[:1] if core.settings.wifi_mode & 2 else ())}


# -- DNS servers -------------------------------------------------------------------------------


def query_dns(call):
    """AT+CIPDNS?, AT+CIPDNS_CUR?"""
    core = call.core
    servers = core.settings.dns or _dns_by_dhcp(core)
    if core.profile.old:
        for server in servers:
            call.say("cipdns server", *core.address(server))
        return
    call.say("cipdns", int(core.settings.dns is not None))
    for server in servers:
        call.say("cipdns server", server)
    call.say("line end")


def _dns_by_dhcp(core):
    if core.station.joined and not core.settings.station_ip:
        return (core.station.access_point.gateway,)
    return DEFAULT_DNS[:1]


def set_dns(call):
    """AT+CIPDNS=<0 by DHCP, 1 by hand>[,<server>…]"""
    core, args = call.core, call.args
    most = 2 if core.profile.old else 3
    args.count(1, 1 + most)
    servers = None
    if args.integer(0, 0, 1):
        servers = tuple(_dns_server(args, n) for n in range(1, len(args))) or DEFAULT_DNS
    elif len(args) > 1:
        raise args.miscount(1)
    if servers and len(set(servers)) < len(servers):
        raise Refused
    call.set(dns=servers)


def _dns_server(args, number):
    server = args.text(number, 39, reason=f"ip{number} error").decode("latin-1")
    if not is_address(server):
        raise args.wrong(number, reason=f"ip{number} invalid")
    return server


# -- time --------------------------------------------------------------------------------------


def query_sntp(call):
    """AT+CIPSNTPCFG?"""
    core = call.core
    config = core.session.sntp
    if config is None or not config[0]:
        zone = config[1] if config else 0
        call.say("sntpcfg off", *((zone,) if core.profile.tells_zone_when_off else ()))
        return
    call.say("sntpcfg on", config[1])
    for server in config[2]:
        call.say("sntpcfg server", server)
    call.say("line end")


def set_sntp(call):
    """AT+CIPSNTPCFG=<0 or 1>[,<zone>[,<server>…]]"""
    core, args = call.core, call.args
    args.count(1, 5)
    enable = args.integer(0, 0, 1)
    if not enable:
        args.count(1, 2)
        core.session.sntp = (0, args.integer(1, -1259, 1459, default=0), ())
        core.clock_works.stop()
        return
    zone = args.integer(1, -1259, 1459)
    offset = _offset(core, zone)
    if offset is None:
        raise args.wrong(1)
    servers = tuple(args.text(n, 64) for n in range(2, len(args)))
    default = tuple(server.encode() for server in DEFAULT_TIME)
    core.session.sntp = (1, zone, servers or default)
    core.clock_works.start(offset, [server.decode("latin-1") for server in servers or default])


def _offset(core, zone):
    """The offset from UTC in seconds for a zone in hours, or ``hhmm`` if the family has that.

    None for a zone that is not valid.
    """
    low, high = (-11, 13) if core.profile.old else (-12, 14)
    if low <= zone <= high:
        return zone * 3600
    if core.profile.old:
        return None
    hours, minutes = divmod(abs(zone), 100)
    if minutes > 59 or not low <= (hours if zone > 0 else -hours) <= high:
        return None
    return (hours * 3600 + minutes * 60) * (1 if zone > 0 else -1)


def query_time(call):
    """AT+CIPSNTPTIME?: asctime; the year 1970 means not synchronised"""
    core = call.core
    if core.profile.old and (core.session.sntp is None or not core.session.sntp[0]):
        raise Refused
    now = time.gmtime(core.clock_works.local())
    day = "%02d" if core.profile.old else "%2d"
    text = f"{_DAYS[now.tm_wday]} {_MONTHS[now.tm_mon]} {day % now.tm_mday} "
    call.say("sntptime", text + time.strftime("%H:%M:%S %Y", now))


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# fmt: off
_MONTHS = (
    "", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)
# fmt: on


def query_interval(call):
    """AT+CIPSNTPINTV?"""
    call.say("sntpintv", call.core.clock_works.interval)


def set_interval(call):
    """AT+CIPSNTPINTV=<15 to 4294967 s>"""
    call.args.count(1, 1)
    call.core.clock_works.interval = call.args.integer(0, 15, 4294967)


def query_stamp(call):
    """AT+SYSTIMESTAMP?: seconds since 1970"""
    call.say("timestamp", int(call.core.clock_works.utc()))


def set_stamp(call):
    """AT+SYSTIMESTAMP=<seconds since 1970>"""
    call.args.count(1, 1)
    call.core.clock_works.set(call.args.integer(0, 0, 0x7FFFFFFF))


# fmt: off
COMMANDS = (
    # name            families        query           set           execute
    ("+PING",         ALL,            None,           ping,         None),
    ("+CIPDNS",       ESPAT,          query_dns,      set_dns,      None),
    ("+CIPDNS_CUR",   OLD_17,         query_dns,      set_dns,      None),
    ("+CIPDNS_DEF",   OLD_17,         query_dns,      set_dns,      None),
    ("+CIPSNTPCFG",   ESPAT | OLD_17, query_sntp,     set_sntp,     None),
    ("+CIPSNTPTIME",  ESPAT | OLD_17, query_time,     None,         None),
    ("+CIPSNTPINTV",  SINCE_24,       query_interval, set_interval, None),
    ("+SYSTIMESTAMP", ESPAT,          query_stamp,    set_stamp,    None),
)
# fmt: on
