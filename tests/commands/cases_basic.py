"""The basic commands: `dialects.md` section 4."""

from espat.at import system
from espat_tools.commands.forms import E22, ESPAT, OLD, SINCE_24
from tests.commands.case import Case, Like, Per, cur

_FAST = 3_000_000


def gmr(lines):
    """Only `AT version:` is in every family's."""
    return len(lines) >= 3 and lines[0].startswith("AT version:") and "(" in lines[0]


def positive(n):
    return isinstance(n, int) and n > 0


def uart(rate, flow=0):
    """(baud, data, stop, parity, flow); the actual rate may be a little off."""
    return Like(lambda v: abs(v[0] - rate) < rate / 50 and v[1:] == (8, 1, 0, flow))


def rates(desk):
    """The rate of both ends after a change, by asking the module."""
    found = system.uart_cur_query(desk.modem)
    return found[0], desk.line.baudrate, found[4]


def fast(desk):
    system.uart_cur(desk.modem, _FAST, 3)
    return rates(desk)


def slow(desk):
    system.uart_cur(desk.modem, 230400)
    return rates(desk)


def changed(first):
    """The command, what the engine asks at the new rate, and the query of the case."""
    return Like(lambda sent: sent[0] == first and sent[-1] == b"AT+UART_CUR?" and len(sent) == 3)


_COMMANDS = ("AT+CIPSTATUS", "AT+CIPSTART")

CASES = (
    Case("AT", "", lambda d: system.at(d.modem), b"AT"),
    Case("ATE", "0", lambda d: system.ate(d.modem, 0), b"ATE0"),
    Case("ATE", "1", lambda d: system.ate(d.modem, 1), b"ATE1"),
    Case("AT+GMR", "", lambda d: system.gmr(d.modem), b"AT+GMR", Like(gmr)),
    Case("AT+RST", "", lambda d: system.rst(d.modem), b"AT+RST", True),
    Case("AT+RESTORE", "", lambda d: system.restore(d.modem), b"AT+RESTORE", True),
    Case(
        "AT+UART_CUR",
        "set",
        slow,
        changed(b"AT+UART_CUR=230400,8,1,0,0"),
        Like(lambda v: abs(v[0] - 230400) < 5000 and v[1:] == (230400, 0)),
    ),
    Case(
        "AT+UART_CUR",
        "set, 3 Mbaud, RTS/CTS",
        fast,
        changed(b"AT+UART_CUR=3000000,8,1,0,3"),
        Like(lambda v: abs(v[0] - _FAST) < 60000 and v[1:] == (_FAST, 3)),
    ),
    Case(
        "AT+UART_CUR",
        "query",
        lambda d: system.uart_cur_query(d.modem),
        b"AT+UART_CUR?",
        uart(115200),
    ),
    Case("AT+SLEEP", "set", lambda d: system.sleep(d.modem, 1), b"AT+SLEEP=1"),
    Case(
        "AT+SLEEP",
        "query",
        lambda d: system.sleep_query(d.modem),
        b"AT+SLEEP?",
        2,
        before=lambda d: system.sleep(d.modem, 2),
    ),
    Case("AT+GSLP", "set", lambda d: system.gslp(d.modem, 1500), b"AT+GSLP=1500", 1500),
    Case("AT+SYSSTORE", "set", lambda d: system.sysstore(d.modem, 1), b"AT+SYSSTORE=1"),
    Case("AT+SYSSTORE", "query", lambda d: system.sysstore_query(d.modem), b"AT+SYSSTORE?", 0),
    Case("AT+SYSMSG", "set", lambda d: system.sysmsg(d.modem, 2), cur(b"AT+SYSMSG{}=2")),
    Case(
        "AT+SYSMSG",
        "query",
        lambda d: system.sysmsg_query(d.modem),
        cur(b"AT+SYSMSG{}?"),
        3,
        before=lambda d: system.sysmsg(d.modem, 3),
    ),
    Case(
        "AT+SYSRAM",
        "query",
        lambda d: system.sysram_query(d.modem),
        b"AT+SYSRAM?",
        Per(
            (OLD, Like(lambda v: positive(v[0]) and v[1] is None)),
            (ESPAT, Like(lambda v: positive(v[0]) and 0 < v[1] <= v[0])),
        ),
    ),
    Case(
        "AT+SYSTIMESTAMP",
        "set",
        lambda d: system.systimestamp(d.modem, 1_700_000_000),
        b"AT+SYSTIMESTAMP=1700000000",
    ),
    Case(
        "AT+SYSTIMESTAMP",
        "query",
        lambda d: system.systimestamp_query(d.modem),
        b"AT+SYSTIMESTAMP?",
        1_700_000_000,
        before=lambda d: system.systimestamp(d.modem, 1_700_000_000),
    ),
    Case(
        "AT+CMD",
        "query",
        lambda d: [system.cmd_query(d.modem, name) for name in (*_COMMANDS, "AT+CIPSTATE", "AT+X")],
        [b"AT+CMD?"] * 4,
        Per(
            ((E22,), Like(lambda v: forms(v, "ex set - -"))),
            (SINCE_24, Like(lambda v: forms(v, "ex set query -"))),
        ),
    ),
)


def forms(found, wanted):
    """Each is a row with at least the named form, or there is none."""
    at = {"query": 2, "set": 3, "ex": 4}
    return all(
        row is None if form == "-" else row is not None and row[at[form]] == 1
        for row, form in zip(found, wanted.split(), strict=True)
    )
