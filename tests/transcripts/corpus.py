"""The corpus: every transcript of the tree with the program that it belongs to."""

from dataclasses import dataclass
from pathlib import Path

from tests.transcripts import make

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """A file, what the driver does in it, and what that must come to."""

    path: Path
    program: object
    expected: object

    def __str__(self):
        return self.path.relative_to(HERE).with_suffix("").as_posix()


CASES = [
    Case(make.path(scenario, family), scenario.program, scenario.expected(family))
    for scenario, family in make.cases()
]
