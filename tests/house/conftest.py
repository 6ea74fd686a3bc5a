"""Stand-ins for `espat/` with faults planted in them."""

import pytest


@pytest.fixture
def stand_in(tmp_path):
    """Write a stand-in from the sources of its rooms ("at.wifi"); its folder."""

    def write(files):
        package = tmp_path / "espat"
        for name, source in {"__init__": "", **files}.items():
            path = package / f"{name.replace('.', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
        return package

    return write
