"""Says at the end of a run how much was tried on the transcripts."""

from tests.transcripts.counting import COUNTS


def pytest_terminal_summary(terminalreporter):
    """One line a count."""
    if COUNTS:
        terminalreporter.section("transcripts: how much was tried")
    for what, n in COUNTS.items():
        terminalreporter.write_line(f"{n:9,} {what}")
