"""Lines of the Wi-Fi commands; the columns are those of :mod:`.lines`."""

from .families import ALL, E22, ESPAT, N13, N17, OLD, OLD_17, SINCE_24, WIZ

_MAC = "%02x:%02x:%02x:%02x:%02x:%02x"
_IP = "%d.%d.%d.%d"
_JAP_9 = '%s:"%s","' + _MAC + '",%d,%d,%d,%d,%d,%d,%d\r\n'
_JAP_5 = '%s:"%s","' + _MAC + '",%d,%d,%d\r\n'
_JAP_4 = '%s:"%s","' + _MAC + '",%d,%d\r\n'

ROWS = (
    ("wifi connected", ESPAT, "WIFI CONNECTED\r\n", None, "at_wifiCmd"),
    ("wifi connected", OLD, "WIFI CONNECTED\r\n", None, "at_ipCmd"),
    ("wifi got ip", ESPAT, "WIFI GOT IP\r\n", None, "at_wifiCmd"),
    ("wifi got ip", OLD, "WIFI GOT IP\r\n", None, "at_ipCmd"),
    ("wifi disconnect", ESPAT, "WIFI DISCONNECT\r\n", None, "at_wifiCmd"),
    ("wifi disconnect", OLD, "WIFI DISCONNECT\r\n", None, "at_ipCmd"),
    ("dhcp timeout", OLD, "DHCP TIMEOUT\r\n", None, "at_ipCmd"),
    ("cwmode", ALL, "%s:%d\r\n", "@", "at_wifiCmd"),
    ("cwjap code", ESPAT, "%s:%d\r\n", "+CWJAP", "at_wifiCmd"),
    ("cwjap code", OLD, "+CWJAP:%d\r\n", None, "at_wifiCmd"),
    ("cwjap", ESPAT, _JAP_9, "+CWJAP", "at_wifiCmd"),
    ("cwjap", frozenset({N17, WIZ}), _JAP_5, "@", "at_wifiCmd"),
    ("cwjap", frozenset({N13}), _JAP_4, "@", "at_wifiCmd"),
    ("no ap", OLD, "No AP\r\n", None, "at_wifiCmd"),
    ("qap fail", OLD, "QAP fail\r\n", None, "at_wifiCmd"),
    ("cwstate", SINCE_24, '%s:%d,"%.*s"\r\n', "+CWSTATE", "at_wifiCmd"),
    ("cwstate", frozenset({E22}), '%s:%d,"%s"\r\n', "+CWSTATE", "at_wifiCmd"),
    ("cwstate none", ESPAT, '%s:%d,""\r\n', "+CWSTATE", "at_wifiCmd"),
    ("cwreconncfg", ESPAT, "%s:%d,%d\r\n", "+CWRECONNCFG", "at_wifiCmd"),
    ("cwautoconn", ALL, "%s:%d", "+CWAUTOCONN", "at_wifiCmd"),
    ("cwdhcp", ALL, "%s:%d", "@", "at_wifiCmd"),
    ("cipsta ip", ESPAT, '%s:ip:"' + _IP + '"\r\n', "@", "at_ipCmd"),
    ("cipsta gateway", ESPAT, '%s:gateway:"' + _IP + '"\r\n', "@", "at_ipCmd"),
    ("cipsta netmask", ESPAT, '%s:netmask:"' + _IP + '"\r\n', "@", "at_ipCmd"),
    ("cipsta ip", OLD, '%s:ip:"' + _IP + '"\r\n', "@", "at_wifiCmd"),
    ("cipsta gateway", OLD, '%s:gateway:"' + _IP + '"\r\n', "@", "at_wifiCmd"),
    ("cipsta netmask", OLD, '%s:netmask:"' + _IP + '"\r\n', "@", "at_wifiCmd"),
    ("mac", ESPAT, '%s:"' + _MAC + '"\r\n', "@", "at_ipCmd"),
    ("mac", OLD, ("%s:", '"' + _MAC + '"\r\n'), "@", "at_wifiCmd"),
    ("sta connected", ESPAT, '+STA_CONNECTED:"' + _MAC + '"\r\n', None, "at_wifiCmd"),
    ("sta connected", OLD_17, '+STA_CONNECTED:"' + _MAC + '"\r\n', None, "at_ipCmd"),
    ("sta address", ESPAT, '+DIST_STA_IP:"' + _MAC + '","' + _IP + '"\r\n', None, "at_wifiCmd"),
    ("sta address", OLD_17, '+DIST_STA_IP:"' + _MAC + '","' + _IP + '"\r\n', None, "at_ipCmd"),
    ("sta disconnected", ESPAT, '+STA_DISCONNECTED:"' + _MAC + '"\r\n', None, "at_wifiCmd"),
    ("sta disconnected", OLD_17, '+STA_DISCONNECTED:"' + _MAC + '"\r\n', None, "at_ipCmd"),
    ("cwlap open", ALL, "+CWLAP:(", None, "at_wifiCmd"),
    ("cwlap number first", ALL, "%d", None, "at_wifiCmd after cwlap open"),
    ("cwlap number", ESPAT, ",%d", None, "at_wifiCmd after cwlap open"),
    ("cwlap number", OLD, ",%d", None, "capture:36"),
    ("cwlap text first", ALL, '"%s"', None, "at_wifiCmd after cwlap open"),
    ("cwlap text", ALL, ',"%s"', None, "at_wifiCmd after cwlap open"),
    ("cwlap mac first", ALL, '"' + _MAC + '"', None, "at_wifiCmd after cwlap open"),
    ("cwlap mac", ALL, ',"' + _MAC + '"', None, "at_wifiCmd after cwlap open"),
    ("cwlap close", ESPAT, ")\r\n", None, "at_wifiCmd after cwlap open"),
    ("cwlap close", OLD, ")\r\n", None, "capture:28"),
    ("cwsap", SINCE_24, '%s:"%.*s","%.*s",%d,%d,%d,%d\r\n', "+CWSAP", "at_wifiCmd"),
    ("cwsap", frozenset({E22}), '%s:"%s","%s",%d,%d,%d,%d\r\n', "+CWSAP", "at_wifiCmd"),
    ("cwsap", OLD, '%s:"%s","%s",%d,%d,%d,%d\r\n', "@", "at_wifiCmd"),
    ("cwlif", ESPAT, "%s:" + _IP + "," + _MAC + "\r\n", "+CWLIF", "at_wifiCmd"),
    ("cwlif", OLD, _IP + "," + _MAC + "\r\n", None, "at_wifiCmd"),
    ("cwhostname", ESPAT | OLD_17, "%s:%s\r\n", "+CWHOSTNAME", "at_wifiCmd"),
)
