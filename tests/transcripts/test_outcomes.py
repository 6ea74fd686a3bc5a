"""Notices after which nothing can be as it was: `ready`, and `CLOSED` for a link in use.

The transcript serves as far as the host follows it; then an emulated module of that family, in the
state that the notice tells of, goes on in its place. What must come of it is stated here: a restart
resets connections, and the module is set up and joined again; a connection that was closed has no
byte more, and no wrong one.
"""

import errno
from dataclasses import replace
from itertools import pairwise

import pytest

from espat_tools.transcripts import HOST, MODULE, load
from tests.transcripts import make, steps, worlds
from tests.transcripts.counting import count
from tests.transcripts.gaps import gaps, inject
from tests.transcripts.replaying import Replay

READY = b"\r\nready\r\n"
SPREAD = 8
"""One gap in so many, another one for each family: all of them over all families."""

AFTERWARDS = make.Scenario("afterwards", "", None, worlds.both_webs, worlds.ANSWER)
LONG = make.Scenario("afterwards", "", None, worlds.long_web, worlds.LONG_ANSWER)
"""The network behind the module that goes on, and the page that it has."""
CASES = list(make.cases())
IDS = [f"{family}/{scenario.name}" for scenario, family in CASES]


class Trial:
    """A scenario's program on a transcript that departs from itself; `module` are options of the
    module that goes on.
    """

    def __init__(self, scenario, family, transcript, module):
        self.program = scenario.program
        self.after = LONG if scenario.name in ("fetch-active", "reset") else AFTERWARDS
        self.family = family
        self.options = module
        self.recording = None
        self.replay = Replay(transcript, then=self._module)
        self.replay.port.patience = 300

    def _module(self):
        self.recording = make.Recording(
            self.after, self.family, clock=self.replay.clock, **self.options
        )
        uart = self.recording.module.uart()
        if "joined" in self.options and self.replay.radio.modem.passive:
            uart.write(b"AT+CIPRECVMODE=1\r\n")
            uart.reset_input_buffer()
        return uart

    def run(self):
        """What the program comes to: its list, or the OSError that it raises."""
        try:
            return self.program(self.replay.radio)
        except OSError as error:
            assert error.errno, "a number and a sentence"
            return error

    def works(self):
        """The radio fetches a page, having joined by itself if it was joined before."""
        radio = self.replay.radio
        if radio.network is None:
            radio.connect(steps.SSID, steps.PASSWORD)
        assert steps.visit(radio) == self.after.outcome
        self.recording.module.close()


def spread(family, items):
    """Every SPREAD-th, beginning at the family's own."""
    return list(items)[list(make.FAMILIES).index(family) % SPREAD :: SPREAD]


def cut_off(transcript, gap, notice):
    """The transcript with a notice in a gap, and nothing behind it."""
    events = inject(transcript, gap, notice).events
    return replace(transcript, body=events[: gap[0] + 1 + bool(gap[1])])


# ---- ready --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scenario", "family"), CASES, ids=IDS)
def test_a_restart(scenario, family):
    transcript = load(make.path(scenario, family))
    tried = spread(family, gaps(transcript))
    for gap in tried:
        restart_in(scenario, family, transcript, gap)
    count("gaps with a restart in them", len(tried))


def restart_in(scenario, family, transcript, gap):
    """The module restarts there: the program is told, and afterwards the radio works."""
    trial = Trial(scenario, family, cut_off(transcript, gap, READY), {})
    try:
        assert_restarted(scenario, family, trial.run())
        trial.works()
    except Exception as error:
        error.add_note(f"ready in gap {gap} of {family}/{scenario.name}")
        raise


def assert_restarted(scenario, family, outcome):
    """All went well all the same, or the program was told that the module restarted."""
    if outcome == scenario.expected(family):
        return
    if isinstance(outcome, OSError):
        allowed = {errno.ECONNRESET}
        if scenario.name in ("server", "udp"):
            allowed.add(errno.ETIMEDOUT)  # its peers do not come a second time
        assert outcome.errno in allowed, outcome
        return
    # These programs look at the error themselves; a page that came is the whole page.
    assert scenario.name in ("join-wrong", "join-nobody", "join-no-dhcp", "dns-failed") or (
        scenario.name in ("ping", "ping-failed", "reset", "tls-stranger")
    ), outcome


# ---- CLOSED -------------------------------------------------------------------------------------


def links_in_use(transcript):
    """Yield (gap, link): where a TCP link stands, in the transcript."""
    events = transcript.events
    open_links = {}
    for gap in gaps(transcript):
        if not gap[1]:
            for event in events[max(0, gap[0] - 1) : gap[0]]:
                _follow(event, open_links)
        for link, kind in open_links.items():
            if kind == "open":
                yield gap, link


def _follow(event, links):
    what = event.what
    if event.way == HOST:
        if what.startswith(b"AT+CIPCLOSE="):
            links.clear() if what[12:13] == b"5" else links.pop(what[12:13], None)
    elif event.way == MODULE:
        if what[1:] == b",CONNECT\r\n":
            links[what[:1]] = "open"
        elif what[1:] == b",CLOSED\r\n":
            links.pop(what[:1], None)
        elif what == READY:
            links.clear()


WITH_LINKS = [c for c in CASES if c[0].name in ("fetch-passive", "fetch-active", "server")]


@pytest.mark.parametrize(
    ("scenario", "family"), WITH_LINKS, ids=[f"{f}/{s.name}" for s, f in WITH_LINKS]
)
def test_a_connection_closed(scenario, family):
    transcript = load(make.path(scenario, family))
    tried = list(links_in_use(transcript))
    assert len(tried) > 5
    for gap, link in tried:
        text = inject(transcript, gap, link + b",CLOSED\r\n")
        trial = Trial(scenario, family, text, {"joined": True, "echo": False, "mux": 1})
        try:
            outcome = trial.run()
            assert_closed(scenario, family, outcome)
            trial.works()
        except Exception as error:
            error.add_note(f"{link},CLOSED in gap {gap} of {family}/{scenario.name}")
            raise
    count("gaps with the end of a connection in them", len(tried))


def assert_closed(scenario, family, outcome):
    """What came is a beginning of what was sent; or an error says that there is no connection."""
    expected = scenario.expected(family)
    if isinstance(outcome, OSError):
        assert outcome.errno in (
            errno.ECONNRESET,
            errno.ENOTCONN,
            errno.EPIPE,
            errno.ECONNREFUSED,
            errno.ETIMEDOUT,
        ), outcome
        return
    assert len(outcome) == len(expected)
    for got, sent in zip(outcome, expected, strict=True):
        assert sent.startswith(got), got


def test_the_gaps_are_spread_over_all_families():
    """No gap that all families have is left out by all of them."""
    counts = [set(spread(family, range(100))) for family in make.FAMILIES]
    assert set().union(*counts) == set(range(100))
    assert all(a.isdisjoint(b) for a, b in pairwise(counts))
