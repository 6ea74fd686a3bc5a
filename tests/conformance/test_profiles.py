"""Each profile plays the documents' sessions; docs/conformance/ has what came of it."""

import pytest

from espat_tools import where
from espat_tools.conformance.emulated import emulated
from espat_tools.conformance.report import render
from espat_tools.conformance.suite import DIFFERS, NOT_RUN, run
from espat_tools.emulator import PROFILES

PAGES = where.driver_folder().parent / "docs" / "conformance"
DOCUMENTED = ("esp32-2.4", "esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1")


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_profile(request, profile):
    with emulated(profile) as (wire, world, _):
        results = run(wire, world, profile)
        page = render(results, world.values, f"{profile}, emulated")
    assert [each for each in results.sessions + results.hosts if each.result == DIFFERS] == []
    played = sum(each.result != NOT_RUN for each in results.sessions)
    assert (played >= 17) == (profile in DOCUMENTED)
    assert results.hosts
    path = PAGES / f"{profile}.md"
    if request.config.getoption("--write-table", default=False):
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, "utf-8")
    assert path.read_text("utf-8") == page, "pytest tests/conformance --write-table"


def test_there_is_a_page_for_each_profile_and_no_other():
    assert {path.stem for path in PAGES.glob("*.md")} - {"README"} == set(PROFILES)
