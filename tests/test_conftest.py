"""The rule that CI skips nothing, with its negative control."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKIPS = {
    "in a test": "import pytest\n\ndef test_a():\n    pytest.skip('no Node')\n",
    "as a module": "import pytest\npytest.skip('no Node', allow_module_level=True)\n",
    "by a mark": "import pytest\n\n@pytest.mark.skip(reason='no Node')\ndef test_a():\n    pass\n",
}


@pytest.mark.parametrize("ci", ["true", ""])
@pytest.mark.parametrize("how", SKIPS)
def test_a_skip_fails_in_ci_and_only_there(how, ci, tmp_path):
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path)
    (tmp_path / "test_skips.py").write_text(SKIPS[how])
    (tmp_path / "test_passes.py").write_text("def test_b():\n    pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("nothing may be skipped in CI" in done.stdout) == bool(ci)
    assert ("1 skipped" in done.stdout) != bool(ci)
    assert (done.returncode == 0) != bool(ci)
