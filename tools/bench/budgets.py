"""The gates of budgets.toml, and whether the figures stay within them."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DEFAULT = Path(__file__).resolve().parents[2] / "budgets.toml"
"""The path of budgets.toml in a checkout; an installed package has none."""

SECTIONS = {"memory": ("memory", "allocation", "size"), "commands": ("commands",)}
"""{benchmark: sections whose gates it measures}"""


@dataclass(frozen=True)
class Verdict:
    """One gate: its name (`section.key`), the limit, and the figure (None: not measured)."""

    name: str
    gate: float
    figure: float | None

    @property
    def kept(self) -> bool:
        """Whether the figure is within the gate; False if it could not be measured."""
        return self.figure is not None and self.figure <= self.gate


def load(path: Path, benchmark: str) -> dict[str, float]:
    """The gates of a benchmark, as `section.key`: value. Raises OSError or ValueError."""
    sections = tomllib.loads(path.read_text("utf-8"))
    known = [name for names in SECTIONS.values() for name in names]
    if unknown := set(sections) - set(known):
        raise ValueError(f"{path.name}: no benchmark measures {', '.join(sorted(unknown))}")
    return {
        f"{section}.{key}": value
        for section, gates in sections.items()
        if section in SECTIONS[benchmark]
        for key, value in gates.items()
    }


def judge(gates: Mapping[str, float], figures: Mapping[str, float | None]) -> list[Verdict]:
    """A verdict for each gate. A gate without a measured figure is never kept."""
    return [Verdict(name, gate, figures.get(name)) for name, gate in gates.items()]
