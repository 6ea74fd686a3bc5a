"""Lines of TLS and of the stores of certificates; the columns are those of :mod:`.lines`."""

from .families import ESPAT, OLD, OLD_17, SINCE_33, SINCE_41

_NONOS_CONN = '+LINK_CONN:0,%d,"SSL",%d,"%d.%d.%d.%d",%d,%d\r\n'

ROWS = (
    ("ssl reach max", OLD, "ssl reach max\r\n", None, "at_ipCmd"),
    ("link conn ssl", OLD_17, _NONOS_CONN, None, "at_ipCmd"),
    # -- settings by link ------------------------------------------------------------------
    ("sslcconf", ESPAT, "%s:%d,%d,%d,%d\r\n", "+CIPSSLCCONF", "at_ipCmd"),
    ("sslcconf", OLD_17, "%s:%d\r\n", "+CIPSSLCCONF", "at_ipCmd"),
    ("no cert", ESPAT, "NO CERT FOUND\r\n", None, "at_ipCmd"),
    ("no key", ESPAT, "NO PRVT_KEY FOUND\r\n", None, "at_ipCmd"),
    ("no ca", ESPAT, "NO CA FOUND\r\n", None, "at_ipCmd"),
    ("sslccn", ESPAT, "%s:%d,%s\r\n", "+CIPSSLCCN", "at_ipCmd"),
    ("sslcsni", ESPAT, "%s:%d,%s\r\n", "+CIPSSLCSNI", "at_ipCmd"),
    ("sslcalpn", ESPAT, "%s:%d", "+CIPSSLCALPN", "at_ipCmd"),
    ("sslcalpn one", ESPAT, ",%s", None, "at_ipCmd after sslcalpn"),
    ("sslcpsk", ESPAT, "%s:%d,%s,%s\r\n", "+CIPSSLCPSK", "at_ipCmd"),
    ("sslcpskhex", SINCE_33, "%s:%d,", "+CIPSSLCPSKHEX", "at_ipCmd"),
    ("sslcpskhex byte", SINCE_33, "%02x", None, "at_ipCmd after sslcpskhex"),
    ("sslcpskhex end", SINCE_33, ",%s\r\n", None, "at_ipCmd after sslcpskhex"),
    ("sslccipher", SINCE_41, "%s:%d,0x%04X\r\n", "+CIPSSLCCIPHER", "at_ipCmd"),
    # -- the stores ------------------------------------------------------------------------
    ("flash prompt", ESPAT, ">", None, "disassembly:2.4.2,3.2,5.0.1"),
    ("flash part", ESPAT, '%s:"%s",%d,%d,0x%x,0x%x\r\n', "+SYSFLASH", "disassembly:2.4.2,5.0.1"),
    ("flash data", ESPAT, "%s:%d,", "+SYSFLASH", "disassembly:2.4.2,3.2,5.0.1"),
    ("mfg space", SINCE_33, '%s:"%s"\r\n', "+SYSMFG", "disassembly:5.0.1"),
    ("mfg key", SINCE_33, '%s:"%s","%s",%d\r\n', "+SYSMFG", "disassembly:5.0.1"),
    ("mfg data", SINCE_33, '%s:"%s","%s",%d,%d,', "+SYSMFG", "disassembly:5.0.1"),
)
