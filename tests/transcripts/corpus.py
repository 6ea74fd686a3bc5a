"""The corpus: every transcript of the tree with the program that it belongs to."""

from dataclasses import dataclass
from pathlib import Path

from tests.transcripts import make
from tests.transcripts.written import WRITTEN

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """A file, what the driver does in it, and what that must come to."""

    path: Path
    program: object
    expected: object

    def __str__(self):
        return self.path.relative_to(HERE).with_suffix("").as_posix()


RECORDED = [
    Case(make.path(scenario, family), scenario.program, scenario.expected(family))
    for scenario, family in make.cases()
]
BY_HAND = [Case(HERE / "written" / f"{name}.txt", *case) for name, case in WRITTEN.items()]
CASES = BY_HAND + RECORDED
