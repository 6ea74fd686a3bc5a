"""Says at the end of a run how much was tried on the parser."""

from tests.parser.counting import COUNTS


def pytest_terminal_summary(terminalreporter):
    """One line a count."""
    if COUNTS:
        terminalreporter.section("parser: how much was tried")
    for what, n in COUNTS.items():
        terminalreporter.write_line(f"{n:9,} {what}")
