"""Firmware between, below and above the families: what it has goes by the table."""

import errno

import pytest

from espat.at import data, flash, links, services, system, tls, wifi
from tests.driver.script import ERROR, OK, EspAt, NonOs, Script, ScriptedDesk


def gmr(at, chip, sdk="v4.3.2"):
    """What a version of ESP-AT says of itself."""
    return (
        f"AT version:{at}(c0ffee3 - {chip} - May  8 2024 08:21:52)\r\n".encode(),
        f"SDK version:{sdk}\r\n".encode(),
        b"compile time(dc8c2b5):May  9 2024 12:46:11\r\n",
        b"Bin version:x(y)\r\n",
        OK,
    )


def old(at, sdk):
    """What a version of NonOS says of itself."""
    return (
        f"AT version:{at}(May 11 2020 19:13:04)\r\n".encode(),
        f"SDK version:{sdk}\r\n".encode(),
        b"compile time:May 27 2020 10:12:17\r\n",
        OK,
    )


VERSIONS = {
    "ESP32 2.1.0-rc1": (EspAt, gmr("2.1.0.0-rc1", "ESP32")),
    "ESP32-C3 2.3.0": (EspAt, gmr("2.3.0.0", "ESP32C3")),
    "ESP8266 2.3.0": (EspAt, gmr("2.3.0.0", "ESP8266", "v3.4-22")),
    "ESP32 3.4.0": (EspAt, gmr("3.4.0.0", "ESP32", "v5.0.7")),
    "ESP32-C61 9.7.0": (EspAt, gmr("9.7.0.0-dev", "ESP32C61", "v8.0")),
    "no such thing": (NonOs, (b"Firmware by nobody\r\n", OK)),
    "NonOS 1.5.4": (NonOs, old("1.5.4.0", "2.1.0(116b762)")),
    "NonOS 1.6.2": (NonOs, old("1.6.2.0", "2.2.1(6ab97e9)")),
}
PROBES = (b"AT", b"AT+CIPMUX?")
"""What the engine asks to find out whether the module listens."""

ESP32_21, C3_23, E8266_23, ESP32_34, NEWEST, NOTHING, N15, N16 = VERSIONS
NEW = (ESP32_21, C3_23, E8266_23, ESP32_34, NEWEST)

#: A call, what it sends first, and which of these versions have it.
CALLS = (
    (lambda m: system.sysstore(m, 0), b"AT+SYSSTORE=0", NEW),
    (lambda m: system.sysmsg(m, 1), b"AT+SYSMSG=1", NEW),
    (lambda m: system.systimestamp(m, 1), b"AT+SYSTIMESTAMP=1", NEW),
    (system.sysram_query, b"AT+SYSRAM?", (*NEW, N16)),
    (system.cmd_query, b"AT+CMD?", NEW[1:]),
    (wifi.cwstate_query, b"AT+CWSTATE?", NEW[1:]),
    (lambda m: wifi.cwreconncfg(m, 1, 1), b"AT+CWRECONNCFG=1,1", NEW[1:]),
    (lambda m: wifi.cwhostname(m, "x"), b'AT+CWHOSTNAME="x"', (*NEW, N16)),
    (links.cipstate_query, b"AT+CIPSTATE?", NEW[1:]),
    (lambda m: links.ciptcpopt(m, 1, 0, 0, 0), b"AT+CIPTCPOPT=1,0,0,0", NEW),
    (
        lambda m: links.ciptcpopt(m, 1, 0, 0, 0, 9),
        b"AT+CIPTCPOPT=1,0,0,0,9",
        (ESP32_34, NEWEST),
    ),
    (
        lambda m: links.cipstart(m, 1, "TCP", "a", 1, timeout=9),
        b'AT+CIPSTART=1,"TCP","a",1,,,9',
        (NEWEST,),
    ),
    (
        lambda m: links.cipstart(m, 1, "TCP", "a", 1, local="1.2.3.4"),
        b'AT+CIPSTART=1,"TCP","a",1,,"1.2.3.4"',
        NEW,
    ),
    (lambda m: links.cipstartex(m, "TCP", "a", 1), b'AT+CIPSTARTEX="TCP","a",1', NEW),
    (links.cipserver_query, b"AT+CIPSERVER?", NEW),
    (lambda m: links.cipserver(m, 0, close=True), b"AT+CIPSERVER=0,1", NEW[1:]),
    (lambda m: links.cipservermaxconn(m, 1), b"AT+CIPSERVERMAXCONN=1", (*NEW, N16)),
    (services.cipsntptime_query, b"AT+CIPSNTPTIME?", (*NEW, N16)),
    (lambda m: services.cipsntpcfg(m, 1, 530), b"AT+CIPSNTPCFG=1,530", NEW),
    (lambda m: services.cipdns(m, 0), b"AT+CIPDNS=0", NEW),
    (lambda m: services.cipdns(m, 0), b"AT+CIPDNS_CUR=0", (N16,)),
    (lambda m: data.ciprecvmode(m, 1), b"AT+CIPRECVMODE=1", NEW),
    (lambda m: data.ciprecvtype(m, 1, 1), b"AT+CIPRECVTYPE=1,1", (ESP32_34, NEWEST)),
    (lambda m: data.cipsendl(m, 1, b"four"), b"AT+CIPSENDL=1,4", (C3_23, ESP32_34, NEWEST)),
    (
        lambda m: data.cipsend(m, 1, bytes(8192)),
        b"AT+CIPSEND=1,8192",
        (C3_23, ESP32_34, NEWEST),
    ),
    (lambda m: data.cipsend(m, 1, bytes(2048)), b"AT+CIPSEND=1,2048", tuple(VERSIONS)),
    (lambda m: links.cipsto(m, 1), b"AT+CIPSTO=1", tuple(VERSIONS)),
    (lambda m: tls.cipsslcconf(m, 2, 0), b"AT+CIPSSLCCONF=2,0", NEW),
    (lambda m: tls.cipsslccn(m, 2, "a"), b'AT+CIPSSLCCN=2,"a"', NEW),
    (lambda m: tls.cipsslcpsk(m, 2, "k", "i"), b'AT+CIPSSLCPSK=2,"k","i"', NEW[1:]),
    (
        lambda m: tls.cipsslcpskhex(m, 2, b"k", "i"),
        b'AT+CIPSSLCPSKHEX=2,"6b","i"',
        (E8266_23, ESP32_34, NEWEST),
    ),
    (tls.cipsslccipher_query, b"AT+CIPSSLCCIPHER?", (E8266_23, NEWEST)),
    (lambda m: tls.cipsslsize(m, 4096), b"AT+CIPSSLSIZE=4096", (N15, N16)),
    (flash.sysflash_query, b"AT+SYSFLASH?", NEW),
    (flash.sysmfg_query, b"AT+SYSMFG?", (ESP32_34, NEWEST)),
    (
        lambda m: links.cipserver(m, 1, 443, kind="SSL"),
        b'AT+CIPSERVER=1,443,"SSL"',
        (ESP32_21, C3_23, ESP32_34, NEWEST),
    ),
)


@pytest.fixture(scope="module", params=VERSIONS)
def version(request):
    """A desk with a module of that version, and its name."""
    dialect, lines = VERSIONS[request.param]
    dialect = type("Dialect", (dialect,), {"gmr": lines})
    with pytest.MonkeyPatch.context() as patch:
        if request.param == NOTHING:
            patch.setattr(Script, "_default", refuses_what_is_tried(Script._default))
        return request.param, ScriptedDesk(dialect)


def refuses_what_is_tried(default):
    """A module that does not tell its version, and has none of what tells versions apart."""

    def answer(script, line):
        tried = (b"AT+CWMODE_CUR?", b"AT+CIPRECVMODE?", b"AT+BLEINIT?")
        return (ERROR,) if line in tried else default(script, line)

    return answer


@pytest.mark.parametrize(("call", "sent", "have"), CALLS, ids=[c[1].decode() for c in CALLS])
def test_what_a_version_has(version, call, sent, have):
    name, desk = version
    other = (sent == b"AT+CIPDNS=0" and name == N16) or (sent == b"AT+CIPDNS_CUR=0" and name in NEW)
    if other:
        return  # the same function, of the other dialect
    count = len(desk.script.commands)
    try:
        call(desk.modem)
        error = None
    except (OSError, ValueError, RuntimeError) as e:
        error = e
    if name in have:  # the script answers OK and no value, so that queries fail later
        said = [line for line in desk.script.commands[count:] if line not in PROBES]
        assert said[0] == sent
    else:
        assert desk.script.commands[count:] == []
        assert isinstance(error, ValueError) or error.errno == errno.EOPNOTSUPP


def test_the_refusal_says_what_would_have_it(version):
    name, desk = version
    with pytest.raises(OSError, match="does not have AT") as info:
        desk.modem.capabilities = " "
        links.cipstate_query(desk.modem)
    assert info.value.errno == errno.EOPNOTSUPP
    assert "ESP8266 ESP-AT 2.3, ESP32 ESP-AT 2.3 and later do" in str(info.value)
    assert ("NonOS" in str(info.value)) == (name in (NOTHING, N15, N16))
