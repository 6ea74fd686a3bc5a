"""Every table of cases, run without pytest: ``run_all()`` in any Python, MicroPython 1.20 too."""

try:
    from tests.parser import cases_captures, cases_lines, cases_losses, cases_payload
except ImportError:
    import cases_captures
    import cases_lines
    import cases_losses
    import cases_payload

TABLES = (
    ("lines", cases_lines.CASES),
    ("payload", cases_payload.CASES),
    ("losses", cases_losses.CASES),
    ("captures", cases_captures.CASES),
)


def run_all(share=1, every=False):
    """Run each ``share``-th case of every table; print failures, then how many there were."""
    cases = runs = failed = 0
    for table, all_cases in TABLES:
        for case in all_cases[::share]:
            wrong, n = case.first_wrong(every)
            cases += 1
            runs += n
            if wrong:
                failed += 1
                print(f"{table}, {case.name}: {wrong}")
    print(f"{runs} runs")
    print(f"{cases} cases, {failed} failed")
    return failed
