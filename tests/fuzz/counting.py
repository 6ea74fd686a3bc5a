"""How much was tried, for the summary at the end of a run of pytest."""

COUNTS = {}


def count(what, n=1):
    """``n`` more of ``what``."""
    COUNTS[what] = COUNTS.get(what, 0) + n
