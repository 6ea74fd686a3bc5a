"""What the tests of published libraries share: boards, servers, and the page that they prove.

A test says what of a library it exercises, and with whom at the other end:

    @pytest.mark.exercises("adafruit_requests", "nginx", "GET")

What passed makes docs/compatibility.md: `pytest tests/programs --write-table`.
"""

import contextlib
import signal
import threading

import pytest

import espat
from espat_tools.emulator import PROFILES, Module, SocketNetwork
from tests.driver.desk import Hang
from tests.programs import page, servers
from tests.programs.sites import Site

BOTH = ("esp32c3-3.3", "nonos-1.7.4")
"""The newest dialect most boards have, and the oldest with passive receive."""


# ---- the page ---------------------------------------------------------------------------------


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "exercises(program, peer, what): what docs/compatibility.md tells if it passes"
    )
    config.stash[page.PROVEN] = {}
    config.stash[page.WHOLE] = True


def pytest_deselected(items):
    """A run of a part of these tests proves a part of the page."""
    for item in items:
        if item.get_closest_marker("exercises"):
            item.config.stash[page.WHOLE] = False


def pytest_collection_modifyitems(items):
    """The page is looked at last."""
    items.sort(key=lambda item: item.path.name == "test_page.py")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Note what a test that passed has exercised; print the servers' logs if one failed."""
    report = (yield).get_result()
    running = item.config.stash.get(_RUNNING, [])
    if report.failed:
        for server in {id(server): server for server in running}.values():
            report.sections.append((f"{server.NAME} said", server.log()[-4000:]))
    if call.when == "call" and report.passed:
        page.note(item.config.stash[page.PROVEN], item)


# ---- servers ----------------------------------------------------------------------------------

_RUNNING = pytest.StashKey[list]()


@pytest.fixture(scope="session")
def serve(pytestconfig, tmp_path_factory):
    """Starts a kind of server; it is stopped at the end. Skips where the program is missing."""
    running = pytestconfig.stash.setdefault(_RUNNING, [])
    with contextlib.ExitStack() as stack:

        def start(kind, *args, **how):
            if reason := kind.missing():
                pytest.skip(reason)
            server = kind(tmp_path_factory.mktemp(kind.NAME), *args, **how)
            stack.enter_context(server)
            running.append(server)
            return server

        yield start
        running.clear()


@pytest.fixture(scope="session")
def browser(pytestconfig, tmp_path_factory):
    """A web browser."""
    if reason := servers.Chromium.missing():
        pytest.skip(reason)
    found = servers.Chromium(tmp_path_factory.mktemp("chromium"))
    pytestconfig.stash.setdefault(_RUNNING, []).append(found)
    return found


TEN = bytes((i * 7 + i // 251) & 0xFF for i in range(10_000))
"""10 KB that repeat at no power of two, so that a lost or doubled block shows."""


@pytest.fixture(scope="session")
def nginx(serve):
    """A web server with a few files."""
    files = {
        "ten": TEN,
        "long": TEN * 10,
        "data.json": b'{"list": [1, 2, {"deep": "\xc3\xa4"}], "none": null}',
        "short.html": b"<p>short</p>",
    }
    return serve(servers.Nginx, files)


@pytest.fixture(scope="session")
def broker(serve):
    """An MQTT broker that all tests share."""
    return serve(servers.Mosquitto)


@pytest.fixture(scope="session")
def clock(serve):
    """A time server."""
    return serve(servers.Chrony)


def other_names(clock):
    """Hosts of a network: the time servers that modules ask unless they are told others."""
    names = ("cn.ntp.org.cn", "ntp.sjtu.edu.cn", "us.pool.ntp.org")
    return dict.fromkeys(names, ("127.0.0.1", {123: clock.port}))


# ---- boards -----------------------------------------------------------------------------------


class Board:
    """A board with an emulated module on its UART, joined: `radio`, `pool`, and the `module`."""

    def __init__(self, module, **radio):
        self.module = module
        self.radio = espat.Radio(module.uart(), **{"rx_size": 2048, **radio})
        self.radio.connect("espat", "correct horse")
        self.pool = espat.SocketPool(self.radio)

    def said(self, word):
        """How many command lines hold a word."""
        return sum(word in line for line in self.module.commands)

    @contextlib.contextmanager
    def counted(self, **most):
        """In the block no more reads and writes: `reads=` and `writes=`; the counts that were."""
        words = {"reads": b"+CIPRECVDATA=", "writes": b"+CIPSEND="}
        before = {name: self.said(word) for name, word in words.items()}
        counts = {}
        yield counts
        counts.update({name: self.said(words[name]) - before[name] for name in words})
        for name, bound in most.items():
            assert counts[name] <= bound, counts

    @property
    def server_port(self):
        """The real port that the module's server listens on."""
        return self.module.core.links.listener.port


HANGS = 90  # seconds after which a test is taken to hang


@pytest.fixture(autouse=True)
def no_hanging():
    """A library that turns in circles ends its test, and not the run."""

    def hung(*_):
        raise Hang(f"no end after {HANGS} s")

    if hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread():
        before = signal.signal(signal.SIGALRM, hung)
        signal.alarm(HANGS)
        yield
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    else:
        yield


@pytest.fixture
def make_board():
    """Makes a `Board`; its module is closed at the end.

    `line` is how its serial line is, in the emulator's words; without any it takes no time.
    """
    with contextlib.ExitStack() as stack:

        def make(family, hosts=None, server_ports=None, line=None, **radio):
            network = SocketNetwork(hosts, server_ports=server_ports)
            timing = {"join": 0.01, "boot": 0.01}
            module = Module(family, network=network, timing=timing, **(line or {}))
            return Board(stack.enter_context(module), **radio)

        yield make


@pytest.fixture
def site_of():
    """Makes a `Site` of a board and a folder; it is stopped at the end."""
    if not servers.program("curl"):
        pytest.skip("no curl here: it is in Debian's package curl")
    sites = []

    def make(board, root):
        sites.append(Site(board, root))
        return sites[-1]

    yield make
    for site in sites:
        if not site.server.stopped:
            site.server.stop()


@pytest.fixture(params=BOTH)
def family(request):
    """The family of the module."""
    return request.param


SLOW = {"paced": True, "baud": 115200, "rx_size": 1024}
"""The serial line that boards begin with, and a receive buffer that overruns; the radio is told of
half of it, since this machine may be away for long.
"""


def each_family(test):
    """Mark a test to be run with a module of every family."""
    return pytest.mark.parametrize("family", sorted(PROFILES))(test)
