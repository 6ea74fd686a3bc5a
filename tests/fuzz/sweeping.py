"""A seeded sample of the sweep, and its counts."""

from espat_tools.reliability import report
from espat_tools.reliability.cells import KINDS
from espat_tools.reliability.sweep import cells, sweep
from tests.fuzz.counting import count

SAMPLE = 260
"""Changes for each cell: all the tests of these take three minutes on two cores."""
PLAIN = ("tcp", "tls", "udp", "served")
FEW, FEWEST = 30, 10
"""The same of the kinds of conversation that take longer, and of the longest."""


def nothing_is_lost_in_silence(profiles, seed=0, sample=SAMPLE):
    """Sweep the cells of some families; no fault may come of it."""
    counts = sweep(cells(profiles, PLAIN), sample=sample, seed=seed)
    others = [kind for kind in KINDS if kind not in (*PLAIN, "crowded")]
    counts.add(sweep(cells(profiles, others), sample=min(sample, FEW), seed=seed))
    counts.add(sweep(cells(profiles, ["crowded"]), sample=min(sample, FEWEST), seed=seed))
    for (_, kind), n in sorted(counts.verdicts.items()):
        count(f"conversations on a bad line: {kind}", n)
    for (_, rule), n in sorted(counts.excused.items()):
        count(f"... cannot be told: {rule}", n)
    print(report.by_family(counts))
    assert not counts.failed, "\n" + report.faults(counts)
