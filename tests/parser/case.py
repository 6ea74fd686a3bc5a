"""One case of a table, and the ways it is run. Runs on MicroPython too."""

try:
    from tests.parser.tell import ALL, SKIP, SMALL, WHOLE, bytes_of, length_of, skipped, tell
except ImportError:
    from tell import ALL, SKIP, SMALL, WHOLE, bytes_of, length_of, skipped, tell

SINKS = (WHOLE, SMALL, SKIP)


class Case:
    """A stream and what a person reads out of it.

    :param stream: bytes, or a tuple of bytes and of settings (dicts) made between them
    :param counts: of long lines, refused headers, wrong tails (``parser.counts[1:]``)
    :param rings: sizes of ring to run it with, where the usual ones will not do
    """

    def __init__(self, name, stream, events, counts=(0, 0, 0), rings=None, *, settings=None):
        self.name = name
        self.stream = stream
        self.events = list(events)
        self.counts = list(counts)
        self.rings = rings or _rings(stream, self.events)
        self.settings = settings or {}

    def runs(self, every=True):
        """The ways to run it: (ring, read size, cut, sinks); if not ``every``, 16th parts."""
        rings = self.rings
        for i in range(len(rings)):
            for sinks in SINKS if every else (SINKS[i],):
                yield rings[i], ALL, -1, sinks
                yield rings[i], 1, -1, sinks
            yield rings[i], 7, -1, WHOLE
        start = 1 if every else 1 + len(self.name) % 16
        for cut in range(start, length_of(self.stream), 1 if every else 16):
            for i in range(len(rings) if every else 1):
                yield rings[i], ALL, cut, SINKS[(cut + i) % 3]

    def wrong(self, run):
        """What is wrong with one run, or None."""
        ring, step, cut, sinks = run
        expected = self.events
        count = 0
        if sinks == SKIP:
            expected, count = skipped(self.events)
        try:
            events, counts = tell(self.stream, self.settings, ring, step=step, cut=cut, sinks=sinks)
        except Exception as error:
            return f"{_how(run)}: {type(error).__name__}({error})"
        if events != expected:
            return f"{_how(run)}: told {events}, expected {expected}"
        if counts != [count] + self.counts:
            return f"{_how(run)}: counts {counts}, expected {[count] + self.counts}"
        return None

    def first_wrong(self, every=True):
        """The first thing that is wrong with it, or None; and how many ways it was run."""
        n = 0
        for run in self.runs(every):
            n += 1
            wrong = self.wrong(run)
            if wrong:
                return wrong, n
        return None, n


class Kinds(Case):
    """A case of which only the kinds of events are looked at, not their lines and numbers."""

    def wrong(self, run):
        ring, step, cut, sinks = run
        events, _ = tell(self.stream, self.settings, ring, step=step, cut=cut, sinks=sinks)
        if [event[0] for event in events] != [event[0] for event in self.events]:
            return f"{_how(run)}: told {events}, expected {self.events}"
        return None


def _how(run):
    ring, step, cut, sinks = run
    how = f"ring {ring}"
    if step != ALL:
        how += f", {step} at a time"
    if cut >= 0:
        how += f", cut at {cut}"
    return how + (", whole sink", ", small sinks", ", skipped")[SINKS.index(sinks)]


def _rings(stream, events):
    """Three sizes, of which the smallest just holds the longest line outside the payloads."""
    text = bytes_of(stream)
    for event in events:
        if event[0] == "PAYLOAD" and event[2]:
            text = text.replace(event[2], b"", 1)
    longest = max([len(part) for part in text.split(b"\n")]) + 1
    return (max(64, longest), max(256, longest + 50), max(1000, longest + 100))
