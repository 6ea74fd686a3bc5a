"""The matrix of TLS: servers, and the runs. What is run is what was collected."""

import contextlib

import pytest

from espat_tools import runtimes
from tests.programs.servers import Chrony
from tests.tls import runs
from tests.tls.peers import Asks, Keyed, Nginx


def pytest_collection_modifyitems(items):
    """The page, and what all cells together have left behind, are looked at last."""
    items.sort(key=lambda item: item.path.parent.name == "tls" and item.path.stem == "test_page")


def cells_of(items):
    """The cells that a list of tests looks at."""
    found = [item.callspec.params["cell"] for item in items if "whole_cell" in item.keywords]
    return list(dict.fromkeys(found))


def pytest_configure(config):
    config.addinivalue_line("markers", "whole_cell: the test looks at what came of a cell")


@pytest.fixture(scope="session")
def matrix(request, tmp_path_factory):
    """The cells that were collected, running."""
    for kind in (Nginx, Asks, Chrony):
        if reason := kind.missing():
            pytest.skip(reason)
    if reason := runtimes.unix_missing() or runtimes.mpy_cross_missing():
        pytest.skip(reason)
    wanted = cells_of(request.session.items)
    swaps = sum(cell.row.server in ("renewed", "replaced") for cell in wanted)
    folder = tmp_path_factory.mktemp("tls")
    with contextlib.ExitStack() as stack:
        nginx = stack.enter_context(Nginx(folder / "nginx", swaps))
        asks, keyed = (stack.enter_context(kind(folder / kind.__name__)) for kind in (Asks, Keyed))
        clock = stack.enter_context(Chrony(folder / "chrony"))
        matrix = runs.Matrix(folder, wanted, (nginx, asks, keyed), clock)
        stack.callback(matrix.close)
        yield matrix
