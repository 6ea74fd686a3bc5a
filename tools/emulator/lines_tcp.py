"""Lines about links; the columns are those of :mod:`.lines`."""

from .families import ALL, ESPAT, NONOS, OLD, OLD_17, SINCE_24, SINCE_33

_IP = "%d.%d.%d.%d"
_STATUS = '%s:%d,"%s","%s",%d,%d,%d\r\n'
_CONN = '+LINK_CONN:0,%d,"%s",%d,"%s",%d,%d\r\n'

#: The reasons that NonOS prints before ERROR; ESP-AT writes such things to its log port.
_REASONS = {
    "no ip": "no ip\r\n",
    "dns fail": "DNS Fail\r\n",
    "id error": "ID ERROR\r\n",
    "link type error": "Link type ERROR\r\n",
    "ip error": "IP ERROR\r\n",
    "entry error": "ENTRY ERROR\r\n",
    "miss param": "Miss param\r\n",
    "already connected": "ALREADY CONNECTED\r\n",
    "unlink": "UNLINK\r\n",
    "mux=0": "MUX=0\r\n",
    "mux=1": "MUX=1\r\n",
    "ipmode=1": "IPMODE=1\r\n",
    "too long": "too long\r\n",
    "link is not valid": "link is not valid\r\n",
    "link is builded": "link is builded\r\n",
    "ipmode must be 0": "IPMODE must be 0\r\n",
    "cipserver must be 0": "CIPSERVER must be 0\r\n",
    "cipmux and cipserver must be 0": "CIPMUX and CIPSERVER must be 0\r\n",
    "no port": "no port\r\n",
    "port error": "port error\r\n",
    "port range error": "port range error\r\n",
    "not tcp keep alive": "Not set TCP keep alive\r\n",
    "no change": "no change\r\n",
    "restart": "we must restart\r\n",
}

ROWS = tuple((name, OLD, form, None, "at_ipCmd") for name, form in _REASONS.items()) + (
    ("connect", ALL, "CONNECT\r\n", None, "at_ipCmd"),
    ("connect id", ALL, "%d,CONNECT\r\n", None, "at_ipCmd"),
    ("closed", ALL, "CLOSED\r\n", None, "at_ipCmd"),
    ("closed id", ALL, "%d,CLOSED\r\n", None, "at_ipCmd"),
    ("connect fail", OLD, "CONNECT FAIL\r\n", None, "at_ipCmd"),
    ("connect fail id", OLD, "%d,CONNECT FAIL\r\n", None, "at_ipCmd"),
    ("link conn", ESPAT, _CONN, None, "at_ipCmd"),
    (
        "link conn tcp",
        OLD_17,
        '+LINK_CONN:0,%d,"TCP",%d,"' + _IP + '",%d,%d\r\n',
        None,
        "at_ipCmd",
    ),
    (
        "link conn udp",
        OLD_17,
        '+LINK_CONN:0,%d,"UDP",%d,"' + _IP + '",%d,%d\r\n',
        None,
        "at_ipCmd",
    ),
    ("ipd", ALL, "\r\n+IPD,%d:", None, "at_ipCmd"),
    ("ipd id", ALL, "\r\n+IPD,%d,%d:", None, "at_ipCmd"),
    ("ipd remote", ESPAT, '\r\n+IPD,%d,"%s",%d:', None, "at_ipCmd"),
    ("ipd id remote", ESPAT, '\r\n+IPD,%d,%d,"%s",%d:', None, "at_ipCmd"),
    ("ipd remote", OLD, "\r\n+IPD,%d," + _IP + ",%d:", None, "at_ipCmd"),
    ("ipd id remote", OLD, "\r\n+IPD,%d,%d," + _IP + ",%d:", None, "at_ipCmd"),
    ("ipd tail", ESPAT, "\r\n", None, "capture:01"),
    ("notice", ESPAT | OLD_17, "\r\n+IPD,%d\r\n", None, "at_ipCmd"),
    ("notice id", ESPAT | OLD_17, "\r\n+IPD,%d,%d\r\n", None, "at_ipCmd"),
    ("recvdata", ESPAT, "%s:%d,", "+CIPRECVDATA", "at_ipCmd"),
    ("recvdata remote", ESPAT, '%s:%d,"%s",%d,', "+CIPRECVDATA", "at_ipCmd"),
    ("recvdata", OLD_17, "\r\n%s,%d:", "+CIPRECVDATA", "at_ipCmd"),
    ("recvlen", ESPAT, "%s:%d,%d,%d,%d,%d\r\n", "+CIPRECVLEN", "at_ipCmd"),
    ("recvlen", OLD_17, ("%s:%d,%d,%d,%d,%d", "\r\n"), "+CIPRECVLEN", "at_ipCmd"),
    ("recvlen one", ESPAT, "%s:%d\r\n", "+CIPRECVLEN", "at_ipCmd"),
    ("recvlen one", OLD_17, "%s:%d\r\n", "+CIPRECVLEN", "at_ipCmd"),
    ("recvmode", ESPAT | OLD_17, "%s:%d\r\n", "+CIPRECVMODE", "at_ipCmd"),
    ("recvtype", SINCE_33, "%s:%d,%d\r\n", "+CIPRECVTYPE", "at_ipCmd"),
    ("dinfo", ALL, "%s:%s", "+CIPDINFO", "at_ipCmd"),
    ("status", ALL, "STATUS:%d\r\n", None, "at_ipCmd"),
    ("link status", ESPAT, _STATUS, "+CIPSTATUS", "at_ipCmd"),
    ("link state", SINCE_24, _STATUS, "+CIPSTATE", "at_ipCmd"),
    ("link tcp", OLD, '%s:%d,"TCP","' + _IP + '",%d,%d,%d\r\n', "+CIPSTATUS", "at_ipCmd"),
    ("link udp", OLD, '%s:%d,"UDP","' + _IP + '",%d,%d,%d\r\n', "+CIPSTATUS", "at_ipCmd"),
    ("link ssl", OLD, '%s:%d,"SSL","' + _IP + '",%d,%d,%d\r\n', "+CIPSTATUS", "at_ipCmd"),
    ("cipmux", ALL, "%s:%d\r\n", "+CIPMUX", "at_ipCmd"),
    ("cipv6", ESPAT, "%s:%d\r\n", "+CIPV6", "at_ipCmd"),
    ("opmode mismatch", NONOS, "opmode mismatch when mdns\r\n", None, "at_ipCmd"),
    ("cipmode", ALL, "%s:%d\r\n", "+CIPMODE", "at_ipCmd"),
    ("cipdomain", ESPAT, '%s:"%s"\r\n', "+CIPDOMAIN", "at_ipCmd"),
    ("cipdomain", OLD, "+CIPDOMAIN:" + _IP + "\r\n", None, "at_ipCmd"),
    ("cifsr staip", ESPAT, '%s:STAIP,"' + _IP + '"\r\n', "+CIFSR", "at_ipCmd"),
    ("cifsr apip", ESPAT, '%s:APIP,"' + _IP + '"\r\n', "+CIFSR", "at_ipCmd"),
    ("cifsr staip", OLD, ("%s:STAIP,", '"' + _IP + '"\r\n'), "+CIFSR", "at_ipCmd"),
    ("cifsr apip", OLD, ("%s:APIP,", '"' + _IP + '"\r\n'), "+CIFSR", "at_ipCmd"),
)

_MAC = '"%02x:%02x:%02x:%02x:%02x:%02x"\r\n'
ROWS += (
    ("cifsr stamac", ESPAT, "%s:STAMAC," + _MAC, "+CIFSR", "at_ipCmd"),
    ("cifsr apmac", ESPAT, "%s:APMAC," + _MAC, "+CIFSR", "at_ipCmd"),
    ("cifsr stamac", OLD, ("%s:STAMAC,", _MAC), "+CIFSR", "at_ipCmd"),
    ("cifsr apmac", OLD, ("%s:APMAC,", _MAC), "+CIFSR", "at_ipCmd"),
)
