"""Lines of servers and network services; the columns are those of :mod:`.lines`."""

from .families import (
    ALL,
    E22,
    E24,
    E33,
    ESPAT,
    N17,
    OLD,
    OLD_17,
    SINCE_24,
    SINCE_33,
    SINCE_41,
    WIZ,
)

_IP = "%d.%d.%d.%d"
_UP_TO_31 = frozenset({E22, E24})

ROWS = (
    # -- servers ---------------------------------------------------------------------------
    ("cipserver on", frozenset({E22}), '%s:%d,%d,"%s"\r\n', "+CIPSERVER", "at_ipCmd"),
    ("cipserver on", frozenset({E24, E33}), '%s:%d,%d,"%s",%d\r\n', "+CIPSERVER", "at_ipCmd"),
    ("cipserver on", SINCE_41, '%s:%d,%d,"%s",%d,%d\r\n', "+CIPSERVER", "at_ipCmd"),
    ("cipserver off", _UP_TO_31, "%s:0\r\n", "+CIPSERVER", "at_ipCmd"),
    ("cipserver off", SINCE_33, "%s:%d\r\n", "+CIPSERVER", "at_ipCmd"),
    ("maxconn", ESPAT, "%s:%d\r\n", "+CIPSERVERMAXCONN", "at_ipCmd"),
    ("maxconn", OLD_17, "%s:%d", "+CIPSERVERMAXCONN", "at_ipCmd"),
    ("have connections", ESPAT, "Have %d Connections\r\n", None, "at_ipCmd"),
    ("server started", frozenset({N17, WIZ}), "Server has started\r\n", None, "at_ipCmd"),
    ("cipsto", ALL, "%s:%d\r\n", "+CIPSTO", "at_ipCmd"),
    # -- links -----------------------------------------------------------------------------
    ("tcpopt", frozenset({E22}), "%s:%d,%d,%d,%d\r\n", "+CIPTCPOPT", "at_ipCmd"),
    ("tcpopt", SINCE_24, "%s:%d,%d,%d,%d,%d\r\n", "+CIPTCPOPT", "at_ipCmd"),
    ("sendl", SINCE_24, "%s:%d,%d\r\n", "+CIPSENDL", "at_ipCmd"),
    ("sendlcfg", SINCE_24, "%s:%d,%d\r\n", "+CIPSENDLCFG", "at_ipCmd"),
    ("send cancelled", SINCE_24, "\r\nSEND CANCELLED\r\n", None, "at_ipCmd"),
    ("reconnintv", ESPAT, "%s:%d\r\n", "+CIPRECONNINTV", "at_ipCmd"),
    ("errno", frozenset({"esp32c6-5.0.1"}), "+ERRNO:0x%x\r\n", None, "at_commom"),
    # -- services --------------------------------------------------------------------------
    ("ping", ESPAT, "%s:%d\r\n", "+PING", "at_pingCmd"),
    ("ping timeout", ESPAT, "%s:TIMEOUT\r\n", "+PING", "at_pingCmd"),
    ("ping", OLD, "+%u\r\n", None, "capture:04,54"),
    ("ping timeout", OLD, "+timeout\r\n", None, "at_wifiCmd"),
    ("cipupdate", ALL, "+CIPUPDATE:%d\r\n", None, "source:at_upgrade.c, capture:32"),
    ("cipfwver", SINCE_33, '%s:"%s"\r\n', "+CIPFWVER", "reference:AT+CIPFWVER"),
    ("cipdns", ESPAT, "%s:%d", "+CIPDNS", "at_ipCmd"),
    ("cipdns server", ESPAT, ',"%s"', None, "at_ipCmd after cipdns"),
    ("cipdns server", OLD_17, "%s:" + _IP + "\r\n", "@", "at_ipCmd"),
    ("ip1 error", OLD_17, "IP1 ERROR\r\n", None, "at_ipCmd"),
    ("ip2 error", OLD_17, "IP2 ERROR\r\n", None, "at_ipCmd"),
    ("ip1 invalid", OLD_17, "IP1 invalid\r\n", None, "at_ipCmd"),
    ("ip2 invalid", OLD_17, "IP2 invalid\r\n", None, "at_ipCmd"),
    ("sntpcfg off", _UP_TO_31 | OLD_17, "%s:0\r\n", "+CIPSNTPCFG", "at_ipCmd"),
    ("sntpcfg off", SINCE_33, "%s:0,%d\r\n", "+CIPSNTPCFG", "at_ipCmd"),
    ("sntpcfg on", ESPAT | OLD_17, "%s:1,%d", "+CIPSNTPCFG", "at_ipCmd"),
    ("sntpcfg server", ESPAT | OLD_17, ',"%s"', None, "at_ipCmd after sntpcfg on"),
    ("line end", ALL, "\r\n", None, "capture:01"),
    ("sntptime", ESPAT | OLD_17, "%s:%s", "+CIPSNTPTIME", "at_ipCmd"),
    ("time updated", SINCE_33, "+TIME_UPDATED\r\n", None, "at_ipCmd"),
    ("sntpintv", SINCE_24, "%s:%u\r\n", "+CIPSNTPINTV", "at_ipCmd"),
)
