"""The examination: listen, find the rate, identify the module, measure the wire, conclude."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from espat import firmware, texts
from espat.rates import RATES
from espat_tools.doctor import signs
from espat_tools.doctor.faults import BAD, LEVELS, Finding, at_pins, boot_pin
from espat_tools.doctor.measure import Measured, Way, measure
from espat_tools.doctor.wire import Stuck, Wire

_ANSWER_S = 0.3  # an answer to AT takes a few ms; old modules on a slow line take longer
_TRIES = 3  # the first one may only complete half a command that is already there
_FEWER = 2  # tries at the rates after the first
_APART_S = 1.1  # silence around `+++`; the next command must come a second later
_LOOP_S = 4.0  # how long a module that has restarted is watched for another restart
_SLOW = (signs.BUSY, signs.REFUSAL)  # the module is busy with something else: give it time
_BUSY_S = 20.0  # how long to wait while the module is busy: a join may take that long
_LIKELY = 5  # at how many rates the doctor tries to end data mode of a silent module
_FIRST = 0x10  # NonOS AT 1.0: older firmware connects and sends with other commands
_PASSIVE = "PASSIVE"
_LOG_RATE = 74880  # of the boot log of an ESP8266
_CHANCE = 2  # so few damaged lines may be chance, and do not show a direction

ABILITIES = (
    (_PASSIVE, "keeps what arrives until it is read (passive receive)"),
    ("SEND8K", "sends 8192 bytes at once"),
    ("SSL_BY_LINK", "verifies TLS servers"),
    ("DATES", "looks at the dates of certificates"),
    ("TLS_LINKS", "more than one TLS link"),
    ("TLS_SERVER", "TLS server"),
    ("RECVTYPE", "receive mode by link: UDP beside downloads"),
    ("SNTP", "asks time servers"),
    ("RECONNECT", "rejoins by itself"),
)
"""Capabilities in espat's table that matter to users, and the words for them."""


@dataclass
class Examined:
    """What was found: `findings` in the order of their importance, and the facts."""

    findings: list[Finding] = field(default_factory=list)
    rate: int | None = None
    firmware: str | None = None
    version: list[str] = field(default_factory=list)
    can: list[str] = field(default_factory=list)
    cannot: list[str] = field(default_factory=list)
    measured: Measured | None = None
    heard: bytes = b""

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return not any(each.level == BAD for each in self.findings)

    def add(self, name: str, **facts: object) -> None:
        """Add a finding."""
        self.findings.append(Finding(name, facts))


def examine(
    wire: Wire,
    wanted: int = 115200,
    *,
    listen: float = 1.0,
    rtscts: bool = False,
    tell: Callable[[str], None] = lambda text: None,
) -> Examined:
    """Examine a module. `wanted`: the first rate; `listen`: seconds to listen before sending."""
    done = Examined()
    rates = [wanted, *(rate for rate in RATES if rate != wanted)]
    wire.tune(wanted)
    tell("listening")
    wire.listen(listen)
    try:
        met = _meet(wire, rates, tell, done)
        if met.rate:
            _know(wire, met, rtscts, tell, done)
        else:
            _why_not(wire, rates, met, done)
    except Stuck:
        why = "no byte leaves this end, for nobody lowers its CTS"
        done.add("half_flow", who="this", why=why, rate=done.rate or wanted)
    done.heard = bytes(wire.heard)
    if done.well:
        done.add("well")
    done.findings.sort(key=lambda each: LEVELS.index(each.level))
    return done


def _meet(wire: Wire, rates: list[int], tell: Callable[[str], None], done: Examined) -> "_Met":
    """Find a module that answers, in data mode too."""
    met = _find(wire, rates, tell)
    if not met.rate and signs.BUSY not in met.signs:
        # An echo may come from the peer of a module in data mode.
        echo = signs.ECHO in met.signs
        _leave_data_mode(wire, [wire.rate] if echo else rates[:_LIKELY], met, tell)
        if met.left:
            done.add("data_mode")
    if met.rate and met.rate != rates[0]:
        done.add("other_rate", rate=met.rate, wanted=rates[0])
    return met


def _know(
    wire: Wire, met: "_Met", rtscts: bool, tell: Callable[[str], None], done: Examined
) -> None:
    """Identify a module that answers, and measure the wire."""
    done.rate = met.rate
    tell(f"found it at {met.rate} baud, asking what it is")
    _identify(wire, done)
    _flow(wire, rtscts, done)
    tell("measuring the wire")
    done.measured = measure(wire, met.echoes, b"AT+GMR")
    _judge_wire(done)
    _judge_boots(wire, done)


# ---- finding it ---------------------------------------------------------------------------------


@dataclass
class _Met:
    """The result of the search: `signs` in the order seen; `rate`, None if nothing answers.

    `text` is readable text that came, if possible text that came after something was sent.
    """

    rate: int | None = None
    echoes: bool = False
    left: bool = False
    signs: list[str] = field(default_factory=list)
    text: bytes = b""


def _find(wire: Wire, rates: Iterable[int], tell: Callable[[str], None]) -> _Met:
    met = _Met()
    for rate in rates:
        tell(f"trying {rate} baud")
        if wire.tune(rate) and _try(wire, met, _FEWER if met.signs else _TRIES):
            met.rate = rate
            break
        if met.signs and met.signs[-1] in (signs.BUSY, signs.ECHO):
            break  # this is the rate, or there is no module whose rate could be found
    return met


def _try(wire: Wire, met: _Met, tries: int) -> bool:
    """Whether a module answers at the present rate."""
    refused = asked = 0
    begun = wire.now()
    while asked < tries or (met.signs[-1] == signs.BUSY and wire.now() - begun < _BUSY_S):
        asked += 1
        got = wire.ask(b"AT\r\n", _ANSWER_S, signs.answered)
        met.signs.append(signs.sign(b"AT\r\n", got))
        if met.signs[-1] == signs.REPLY:
            met.text = got
        elif met.signs[-1] == signs.TEXT and signs.REPLY not in met.signs:
            met.text = max(met.text, got, key=len)
        refused += met.signs[-1] == signs.REFUSAL
        if met.signs[-1] == signs.ANSWER or refused == tries:
            met.echoes = b"AT" in got.partition(b"OK")[0]
            return True
        if met.signs[-1] in _SLOW or signs.boots(bytes(wire.heard)):
            wire.listen(_ANSWER_S)
    return False


def _leave_data_mode(wire: Wire, rates: list[int], met: _Met, tell: Callable[[str], None]) -> None:
    """Send `+++`, which a module in data mode accepts without an answer."""
    for rate in rates:
        tell(f"trying to end data mode at {rate} baud")
        if not wire.tune(rate):
            continue
        wire.listen(_APART_S)
        wire.say(b"+++")
        wire.listen(_APART_S)
        if _try(wire, met, _FEWER):
            met.rate = rate
            met.left = True
            return


def _why_not(wire: Wire, rates: list[int], met: _Met, done: Examined) -> None:
    """Draw conclusions from the bytes when nothing answers."""
    _listen_on(wire, rates[0], met)
    heard = bytes(wire.heard)
    chip = signs.chip(heard)
    boots = signs.boots(heard)
    seen = set(met.signs) - {signs.NOTHING}
    if signs.is_loader(heard):
        done.add("loader", boot=boot_pin(chip))
    elif boots > 1 or signs.is_brownout(heard):
        done.add("boot_loop", boots=boots)
    elif signs.REPLY in seen:
        done.add("not_at", seen=signs.shown(met.text.removeprefix(b"AT").strip()))
    elif signs.has_log(heard):
        done.add("log", chip=f"an {chip}" if chip else "this module", pins=at_pins(chip))
    elif signs.BUSY in seen:
        done.add("busy")
    elif signs.ECHO in seen:
        done.add("bridged")
    elif not heard:
        done.add("silent", rates=len(rates))
    elif not heard.strip(b"\0"):
        done.add("low")
    elif not seen:
        done.add("deaf" if boots else "boot_noise")
    elif signs.TEXT in seen:
        done.add("not_at", seen=signs.shown(met.text.strip()))
    else:
        done.add("garbage", rates=len(rates))


def _listen_on(wire: Wire, wanted: int, met: _Met) -> None:
    """Listen whether the module restarts again and again, at the rate of the restart seen before.

    If there was only noise, it may be the boot log of an ESP8266, so listen at its rate.
    """
    if not wire.booted and set(met.signs) - {signs.NOTHING} == {signs.NOISE}:
        wire.tune(_LOG_RATE)
        wire.listen(_LOOP_S)
    if signs.boots(bytes(wire.heard)):
        wire.tune(wire.booted or wanted)
        wire.listen(_LOOP_S)


# ---- who it is, and how well it is heard --------------------------------------------------------


def _identify(wire: Wire, done: Examined) -> None:
    for _ in range(3):
        got = wire.ask(b"AT+GMR\r\n", 2.0, signs.answered)
        lines = [line for line in got.replace(b"\r", b"").split(b"\n") if line]
        lines = [line for line in lines if line not in (b"AT+GMR", b"OK", b"ERROR")]
        which = firmware.identify(lines)
        if which[1]:
            break
    done.version = [line.decode("ascii", "replace") for line in lines]
    if not which[1]:
        done.add("unknown", seen=signs.shown(b" / ".join(lines)) if lines else "it says nothing")
        return
    done.firmware = texts.firmware_name(which)
    family, version = which
    for ability, told in ABILITIES:
        has = texts.since(ability)[family] <= version
        (done.can if has else done.cannot).append(told)
    if family == 0 and version < _FIRST:
        done.add("old", firmware=done.firmware)
    elif version < texts.since(_PASSIVE)[family]:
        done.add("active_only", firmware=done.firmware)


def _flow(wire: Wire, rtscts: bool, done: Examined) -> None:
    """Check whether both ends have the same setting of RTS/CTS."""
    got = wire.ask(b"AT+UART_CUR?\r\n", 1.0, signs.answered)
    _, mark, rest = got.partition(b"+UART_CUR:")
    fields = rest.split(b"\r")[0].split(b",")
    if not mark or len(fields) < 5 or not fields[4].isdigit():
        return
    theirs = int(fields[4])
    facts = {"rate": done.rate}
    if theirs & 2 and not rtscts:
        done.add("half_flow", who="the module's", why="it waits for CTS before it sends", **facts)
    elif rtscts and theirs != 3:
        done.add("half_flow", who="this", why=f"the module's flow control is {theirs}", **facts)


def _judge_wire(done: Examined) -> None:
    measured = done.measured
    if measured.silent:
        done.add("falls_silent")
    elif measured.replies.damaged:
        done.add("lossy", way="from the module", figures=_figures(measured.replies, "replies"))
    elif measured.echo.damaged:
        # The replies, which were more bytes, came undamaged: so the other direction is at fault.
        way = "to the module" if measured.echo.damaged > _CHANCE else "there and back"
        done.add("lossy", way=way, figures=_figures(measured.echo, "lines"))


def _figures(way: Way, what: str) -> str:
    return f"{way.damaged} of {way.messages} {what} came damaged"


def _judge_boots(wire: Wire, done: Examined) -> None:
    """Check whether a module that answers keeps restarting."""
    if signs.boots(bytes(wire.heard)):
        wire.listen(_LOOP_S)
    boots = signs.boots(bytes(wire.heard))
    if boots > 1:
        done.findings = [
            each for each in done.findings if each.name not in ("falls_silent", "lossy")
        ]
        done.add("boot_loop", boots=boots)
