"""Sweeps over cells of conversations and their changes, and the counts of the results."""

import collections
import functools
import itertools
import multiprocessing
import random
import signal
import time
from dataclasses import dataclass, field

from espat_tools.emulator import PROFILES

from . import changes, judge, rules
from .cells import KINDS, Cell, talk
from .layout import Layout
from .wire import Change, Hang

READS = ("1", "32", "100", "1024", "line")
REAL_SECONDS = 30
"""Longer than a conversation takes on any machine: then the driver loops without using the UART."""
CHUNK = 100
"""How many conversations a process is given at a time."""
KEPT = 40
"""How many cases of each kind of fault are kept."""


def cells(profiles=None, kinds=KINDS):
    """Every cell. The size of reads is varied over the changes of each; but with several
    connections it decides what is sent when, so it is another one for each family.
    """
    made = []
    for profile in profiles or sorted(PROFILES):
        for kind in kinds:
            reads = READS[sorted(PROFILES).index(profile) % len(READS)]
            how = {"reads": reads} if kind in rules.SEVERAL else {}
            made.append(Cell(profile, kind, **how))
            if profile != "nonos-1.3" and kind != "udp":  # it has no passive receive
                made.append(Cell(profile, kind, passive=False, **how))
    return made


@functools.cache
def undisturbed(cell):
    """The layout of a cell's conversation without changes."""
    outcome, world = talk(cell)
    found = judge.verdict(cell, Change(), None, outcome)
    if found[0] != "exact":
        raise AssertionError(f"{cell}, undisturbed: {found}")
    layout = Layout(world.wire.printed[: outcome.printed], world.wire.sent[: outcome.sent])
    if not _understood(layout, outcome):
        raise AssertionError(f"{cell}: the layout is not understood")
    return layout


def _understood(layout, outcome):
    """Whether the payload in a layout is what both ends have had. Several connections are mixed."""
    parts = outcome.parts or [outcome]
    down = b"".join(_bytes(part.expected) for part in parts)
    up = b"".join(part.tried for part in parts)
    there = layout.data("module")
    if outcome.parts:
        there, down = sorted(there), sorted(down)
    return there == down and layout.data("host") == up


def _bytes(expected):
    """The bytes of a stream, or of a list of datagrams."""
    return b"".join(expected) if isinstance(expected, list) else expected


@functools.lru_cache(maxsize=4)
def listed(cell):
    """(family, change, size of reads) of all changes that are made in a cell."""
    rows = changes.every(undisturbed(cell))
    if cell.kind == "udp" or cell.kind in rules.SEVERAL:
        return [(family, change, cell.reads) for family, change in rows]
    return [(f, c, READS[(i + i // 16) % len(READS)]) for i, (f, c) in enumerate(rows)]


@dataclass
class Counts:
    """The results of a sweep: counts by family of changes and verdict, by rule, and faults.

    `there_are` is the number of all conversations in the cells, of which a sample takes some.
    `later` has the cases in which the next connection worked, but not at the first try, or in which
    the module then had one link too many.
    """

    verdicts: collections.Counter = field(default_factory=collections.Counter)
    excused: collections.Counter = field(default_factory=collections.Counter)
    profiles: collections.Counter = field(default_factory=collections.Counter)
    tries: collections.Counter = field(default_factory=collections.Counter)
    slowest: dict = field(default_factory=dict)
    later: list = field(default_factory=list)
    left_open: int = 0
    there_are: int = 0
    faults: dict = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def cases(self):
        """How many conversations there were."""
        return sum(self.verdicts.values())

    @property
    def failed(self):
        """How many of them ended in a fault."""
        return sum(n for (_, found), n in self.verdicts.items() if found in judge.FAULTS)

    def add(self, other):
        """Add the counts of another object."""
        for name in ("verdicts", "excused", "profiles", "tries"):
            getattr(self, name).update(getattr(other, name))
        for name, seconds in other.slowest.items():
            self.slowest[name] = max(seconds, self.slowest.get(name, 0))
        self.left_open += other.left_open
        self.there_are += other.there_are
        self.later += other.later[: KEPT - len(self.later)]
        for kind, rows in other.faults.items():
            mine = self.faults.setdefault(kind, [])
            mine += rows[: KEPT - len(mine)]


def _alarm(*_):
    raise Hang(f"{REAL_SECONDS} s without an end, and none of them simulated")


def one(cell, change):
    """Run one conversation: (verdict, why, rule, outcome)."""
    layout = undisturbed(cell)
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, _alarm)
        signal.alarm(REAL_SECONDS)
    try:
        outcome, _ = talk(cell, change)
    finally:
        if hasattr(signal, "SIGALRM"):
            signal.alarm(0)
    found, why = judge.verdict(cell, change, layout, outcome)
    rule = None if found in judge.GOOD else rules.excuse(cell, change, layout, found)
    return found, why, rule, outcome


def _run(task):
    """Do the part of a sweep for one process: a cell and the numbers of its changes."""
    cell, numbers = task
    counts = Counts()
    rows = listed(cell)
    for number in numbers:
        family, change, reads = rows[number]
        varied = Cell(cell.profile, cell.kind, cell.passive, reads)
        try:
            judged = one(varied, change)
        except Exception as error:
            raise AssertionError(f"{varied}, {change}") from error
        _count(counts, (varied, family, change), judged)
    return counts


def _count(counts, case, judged):
    cell, family, change = case
    found, why, rule, outcome = judged
    kind = "cannot be told" if rule else found
    counts.verdicts[family, kind] += 1
    counts.profiles[cell.profile, kind] += 1
    if rule:
        counts.excused[cell.profile, rule] += 1
    counts.tries[outcome.after] += 1
    counts.left_open += bool(outcome.left_open)
    if outcome.after > 1 or outcome.left_open:
        why = "a link left open" if outcome.left_open else outcome.after_error
        counts.later.append((str(cell), str(change), why))
    for name, took, _ in outcome.calls:
        counts.slowest[name] = max(took, counts.slowest.get(name, 0))
    if found in judge.FAULTS and not rule:
        layout = undisturbed(cell)
        rows = counts.faults.setdefault((found, family, layout.role(change)), [])
        if len(rows) < KEPT:
            rows.append((str(cell), str(change), _around(layout, change), why))


def _around(layout, change):
    if change.at < 0:
        return ""
    text = layout.printed if change.side == "module" else layout.sent
    return f"{text[max(0, change.at - 24) : change.at]!r} here {text[change.at : change.at + 12]!r}"


def sweep(
    which, *, sample=None, seed=0, seconds=None, plain=False, jobs=1, tell=lambda counts: None
):
    """Run cells with all changes, or with a `sample` of so many each, for at most `seconds`.

    A sample takes families of changes in turn; `plain`: each change has the same probability.
    `tell` is called with the counts so far.
    """
    start = time.monotonic()
    chance = random.Random(seed)
    total = Counts()
    tasks = []
    for cell in which:
        numbers = range(len(listed(cell)))
        total.there_are += len(numbers)
        if sample is not None or seconds is not None:
            numbers = _mixed(listed(cell), chance, plain)[:sample]
        tasks.append([(cell, numbers[i : i + CHUNK]) for i in range(0, len(numbers), CHUNK)])
    if seconds is not None:  # cells take turns, so that the time limit omits none of them
        turns = max(map(len, tasks))
        tasks = [row[i] for i in range(turns) for row in tasks if i < len(row)]
    else:
        tasks = [task for row in tasks for task in row]
    with _pool(jobs) as results:
        for counts in results(tasks):
            total.add(counts)
            total.seconds = time.monotonic() - start
            tell(total)
            if seconds is not None and total.seconds >= seconds:
                break
    return total


def _mixed(rows, chance, plain):
    """The numbers of rows in random order, in which the families of changes take turns."""
    by_family = collections.defaultdict(list)
    for number, (family, *_) in enumerate(rows):
        by_family["" if plain else family].append(number)
    for numbers in by_family.values():
        chance.shuffle(numbers)
    turns = itertools.zip_longest(*by_family.values())
    return [number for turn in turns for number in turn if number is not None]


class _pool:
    """`map` over tasks in so many processes; with 1, in this process."""

    def __init__(self, jobs):
        self.jobs = jobs
        self.workers = None

    def __enter__(self):
        if self.jobs == 1:
            return lambda tasks: map(_run, tasks)
        self.workers = multiprocessing.get_context("fork").Pool(self.jobs)
        return lambda tasks: self.workers.imap_unordered(_run, tasks)

    def __exit__(self, *_):
        if self.workers:
            self.workers.terminate()
            self.workers.join()
