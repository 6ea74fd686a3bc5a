"""The rule that CI skips nothing, with its negative control."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LONG, TOGETHER

SKIPS = {
    "in a test": "import pytest\n\ndef test_a():\n    pytest.skip('no Node')\n",
    "as a module": "import pytest\npytest.skip('no Node', allow_module_level=True)\n",
    "by a mark": "import pytest\n\n@pytest.mark.skip(reason='no Node')\ndef test_a():\n    pass\n",
}


def _pytest(folder, ci):
    """The summary and status of a pytest run over a folder, with our conftest."""
    shutil.copy(Path(__file__).with_name("conftest.py"), folder)
    (folder / "test_passes.py").write_text("def test_b():\n    pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout, done.returncode


@pytest.mark.parametrize("ci", ["true", ""])
@pytest.mark.parametrize("how", SKIPS)
def test_a_skip_fails_in_ci_and_only_there(how, ci, tmp_path):
    (tmp_path / "test_skips.py").write_text(SKIPS[how])
    printed, status = _pytest(tmp_path, ci)
    assert ("nothing may be skipped in CI" in printed) == bool(ci)
    assert ("1 skipped" in printed) != bool(ci)
    assert (status == 0) != bool(ci)


@pytest.mark.parametrize("ci", ["true", ""])
def test_what_compares_with_outside_material_may_be_skipped(ci, tmp_path):
    marked = SKIPS["in a test"].replace("def test_a", "@pytest.mark.outside_material\ndef test_a")
    (tmp_path / "test_skips.py").write_text(marked)
    printed, status = _pytest(tmp_path, ci)
    assert "1 passed, 1 skipped" in printed
    assert status == 0


@pytest.mark.parametrize("scope", LONG)
def test_what_a_divided_run_begins_with_is_there(scope):
    tests = Path(__file__).parent
    assert scope in TOGETHER or (tests.parent / scope).is_file()
