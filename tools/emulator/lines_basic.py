"""Lines of the basic commands; the columns are those of :mod:`.lines`."""

from .families import ALL, E22, ESPAT, N13, N17, OLD, OLD_17, SINCE_24, SINCE_33, WIZ

_GMR = "AT version:%d.%d.%d.%d%s(%s%s - %s - %s %s)\r\n"

ROWS = (
    ("gmr at", ESPAT, _GMR, None, "at_baseCmd"),
    ("gmr at", OLD, "AT version:%d.%d.%d.%d(%s %s)\r\n", None, "at_baseCmd"),
    ("gmr sdk", ALL, "SDK version:%s\r\n", None, "at_baseCmd"),
    ("gmr compiled", ESPAT, "compile time(%s):%s %s\r\n", None, "capture:60"),
    # The last line of NonOS has no line end of its own (capture 17).
    ("gmr compiled", frozenset({N13}), "compile time:%s %s", None, "capture:17"),
    ("gmr compiled", frozenset({N17}), "compile time:%s %s\r\n", None, "capture:15,51"),
    ("gmr compiled", frozenset({WIZ}), "compile time:%s %s\r\n", None, "capture:11"),
    ("gmr bin", ESPAT, "Bin version:%s(%s)\r\n", None, "capture:60"),
    ("gmr bin", frozenset({N17}), "Bin version(Wroom 02):%s", None, "capture:51"),
    ("cmd", ESPAT, '%s:%d,"AT%s",%d,%d,%d,%d\r\n', "+CMD", "at_baseCmd"),
    ("uart", ESPAT, "%s:%d,%d,%d,%d,%d\r\n", "@", "source:esp-at at_uart_task.c"),
    ("uart", OLD, "%s:%d,%d,%d,%d,%d", "@", "reference:NonOS AT manual 2.2"),
    ("sysstore", ESPAT, "%s:%d\r\n", "+SYSSTORE", "at_baseCmd"),
    ("sysmsg", ESPAT, "%s:%d", "+SYSMSG", "at_baseCmd"),
    ("sysmsg", OLD_17, "%s:%d\r\n", "@", "at_baseCmd"),
    ("syslog", ESPAT, "%s:%d\r\n", "+SYSLOG", "at_baseCmd"),
    ("sysram", ESPAT, "%s:%u,%u", "+SYSRAM", "at_baseCmd"),
    ("sysram", OLD_17, "%s:%d\r\n", "+SYSRAM", "at_baseCmd"),
    ("timestamp", ESPAT, "%s:%ld", "+SYSTIMESTAMP", "at_baseCmd"),
    ("sleep", ALL, "%s:%d\r\n", "+SLEEP", "at_baseCmd"),
    ("rfpower", frozenset({E22}), "%s:%d\r\n", "+RFPOWER", "at_baseCmd"),
    ("rfpower", SINCE_24, "%s:%d,%d,%d,%d\r\n", "+RFPOWER", "at_baseCmd"),
    ("transintvl", SINCE_33, "%s:%d\r\n", "+TRANSINTVL", "at_baseCmd"),
    ("bleinit", SINCE_24, "%s:%d\r\n", "+BLEINIT", "reference:BLE AT commands"),
    ("gslp", ALL, "%d\r\n", None, "reference:Basic AT commands"),
)
