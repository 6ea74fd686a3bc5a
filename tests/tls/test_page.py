"""What all cells left behind at the servers, and docs/tls.md. It runs last: see conftest.py."""

import pytest

from tests.tls import rules
from tests.tls.conftest import cells_of
from tests.tls.page import PAGE, render
from tests.tls.runs import CELLS


@pytest.fixture
def every(matrix):
    """{cell: what came of it} of this run."""
    return matrix.every()


@pytest.fixture
def whole(request):
    """Whether every cell was run, as in CI."""
    return set(cells_of(request.session.items)) == set(CELLS)


def test_nginx_saw_who_connected(matrix, every):
    """Each page was asked for over TLS 1.2, by the name that was to be told, and by no other."""
    seen = matrix.nginx.seen()
    nginxs = [c for c in every if c.row.server not in ("asks", "keyed")]
    connected = {cell.id for cell in nginxs if cell.expected == rules.CONNECTED}
    sessions = {
        cell.id for cell in nginxs if cell.row.server == "replaced" and every[cell].tried
    }  # the first of its connections is right
    assert set(seen) == connected | sessions
    for cell in nginxs:
        if cell.id in seen:
            told = rules.name_told(cell.mode, cell.family)
            protocol = "http/1.1" if "http/1.1" in cell.row.alpn else ""
            times = 2 if cell.row.server in ("renewed", "replaced") else 1
            times -= cell.expected != rules.CONNECTED
            assert seen[cell.id] == [(told, "TLSv1.2", protocol)] * times, cell.id


def test_nginx_saw_who_gave_up(matrix, every):
    """For each handshake that failed, a line in the error log of the port that it was at."""
    for kind, port in matrix.nginx.ports.items():
        failed = [c for c in every if c.row.server == kind and every[c].outcome.kind == "failed"]
        assert matrix.nginx.failures(port) == len(failed), kind


@pytest.mark.parametrize("server", ["asks", "keyed"])
def test_openssl_saw_them(matrix, every, server):
    at = [every[cell].outcome.kind for cell in every if cell.row.server == server]
    peer = getattr(matrix, server)
    assert (peer.good(), peer.failed()) == (at.count("connected"), at.count("failed"))


def test_the_page_says_what_came_of_them(request, every, whole):
    text = render({cell: told.outcome for cell, told in every.items()})
    right = all(told.outcome == cell.expected for cell, told in every.items())
    if whole and right and request.config.getoption("--write-table", default=False):
        PAGE.write_text(text, "utf-8")
    if whole:
        assert PAGE.read_text("utf-8") == text, "pytest tests/tls --write-table"


def test_a_page_with_one_cell_changed_is_seen():
    """The comparison's own proof: every cell counts, in each runtime, and so does a missing one."""
    demanded = {cell: cell.expected for cell in CELLS}
    text = render(demanded)
    for cell in CELLS:
        other = rules.Outcome("failed", "x") if cell.expected.why != "x" else rules.CONNECTED
        assert render({**demanded, cell: other}) != text
        assert render({c: o for c, o in demanded.items() if c is not cell}) != text


def test_the_rules_can_be_wrong():
    """Every rule decides some cell, and each kind of outcome is demanded of some."""
    decided = set()
    for cell in CELLS:
        facts = rules.FACTS[cell.family]
        decided.add(
            next(n for n, (when, _) in enumerate(rules.RULES) if when(cell.row, cell.mode, facts))
        )
    assert decided == set(range(len(rules.RULES)))
    assert {cell.expected.kind for cell in CELLS} == {"connected", "refused", "failed"}
    assert {c.expected.why for c in CELLS if c.expected.kind == "refused"} == set(rules.REFUSALS)
