"""An import points to a lower floor of docs/architecture.md: those in functions, and rooms that are
handed to `lazy`, too.
"""

import subprocess
import sys

import pytest

from espat_tools.house import floors
from espat_tools.house.imports import Import, all_imports, imports_of, rooms
from tests.house.driver import HOUSE

PAGE = """
| floor | rooms | what |
|---|---|---|
| ground | `parser` < `port` | bytes |
| engine | `lazy` < `errors`, `firmware` < `modem` | commands |
| acts | `at.args` < `at.wifi` | by name |
| faces | `radio` < `__init__` | the radio |

| other | rooms |
|---|---|
| x | `board` |
"""
LAZY = "def call(room, function, *args):\n    return __import__('espat.' + room)\n"


@pytest.fixture(scope="module")
def places():
    return floors.floors(floors.PAGE.read_text("utf-8"))


def test_every_import_leads_down(places):
    assert floors.astray(all_imports(HOUSE), places) == []


def test_the_page_lists_each_room_and_no_other(places):
    assert floors.unlisted(rooms(HOUSE), places) == []


def test_there_are_no_circles():
    assert floors.circles(all_imports(HOUSE)) == []


def test_what_is_counted(places):
    """The figures that `python -m espat_tools.house` prints."""
    found = floors.counts(HOUSE, places)
    assert (found.circles, found.upward) == (0, 0)
    assert 1 < found.floors < found.rooms
    assert found.rooms == len(places)


def test_the_command_prints_the_figures():
    command = [sys.executable, "-m", "espat_tools.house", str(HOUSE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 circles\n" in done.stdout


# ---- the reader of the page ---------------------------------------------------------------------


def test_the_page_is_read_from_the_ground_up():
    places = floors.floors(PAGE)
    assert sorted(places, key=places.get) == [
        *("parser", "port", "lazy", "errors", "firmware", "modem"),
        *("at.args", "at.wifi", "radio", ""),
    ]
    assert places["errors"] == places["firmware"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("| floor |", "| flor |"), ("`errors`, ", "`parser`, "), ("`at.args` <", "<")],
)
def test_a_page_that_cannot_be_read_is_refused(old, new):
    assert old in PAGE
    with pytest.raises(ValueError, match=r"page|twice|no room"):
        floors.floors(PAGE.replace(old, new))


# ---- planted faults -----------------------------------------------------------------------------

UPWARD = {
    "at the top": {"port": "from .modem import Modem\n"},
    "the room itself": {"port": "from . import modem\n"},
    "by its whole name": {"port": "import espat.modem\n"},
    "from its whole name": {"port": "from espat.modem import Modem\n"},
    "in a function": {"port": "def f():\n    from . import modem\n"},
    "in a method": {"port": "class A:\n    def f(self):\n        from .modem import Modem\n"},
    "in a try": {"port": "try:\n    from .modem import Modem\nexcept ImportError:\n    pass\n"},
    "side by side": {"errors": "from .firmware import name\n"},
    "out of a folder": {"at.args": "from ..radio import Radio\n"},
    "in its folder": {"at.args": "from .wifi import cwjap\n"},
    "a folder from below": {"modem": "from .at import wifi\n"},
    "a folder's room from below": {"modem": "from .at.wifi import cwjap\n"},
    "handed to lazy": {"modem": "from . import lazy\nlazy.call('at.wifi', 'cwjap')\n"},
    "handed to lazy by its function": {
        "modem": "from .lazy import call as load\ndef f():\n    load('radio', 'up')\n"
    },
    "handed to lazy from a table": {
        "modem": "from . import lazy\nT = {'join': 'at.wifi'}\n"
        "def f(name):\n    lazy.call(T[name], name)\n"
    },
    "handed to lazy from a list": {
        "modem": "from . import lazy\nROOMS = ['at.wifi']\n"
        "def f(name):\n    for room in ROOMS:\n        lazy.call(room, name)\n"
    },
    "appended to a list of rooms": {
        "modem": "from .errors import TEXTS\nTEXTS.append('at.wifi')\n",
        "errors": "TEXTS = []\n",
    },
    "handed to lazy by halves": {
        "modem": "from . import lazy\nT = {'join': 'wifi'}\n"
        "def f(name):\n    lazy.call('at.' + T[name], name)\n"
    },
}


def whole(stand_in, files):
    """A stand-in with every room of PAGE."""
    names = "parser port errors firmware modem at.args at.wifi radio"
    return stand_in({**dict.fromkeys(names.split(), ""), "lazy": LAZY, **files})


@pytest.mark.parametrize("name", UPWARD)
def test_an_import_that_leads_up_is_found(stand_in, name):
    package = whole(stand_in, UPWARD[name])
    found = floors.astray(all_imports(package), floors.floors(PAGE))
    assert len(found) == 1, found


DOWNWARD = {
    "down": {"radio": "from .modem import Modem\nfrom .at import wifi\nimport sys\n"},
    "within a folder": {"at.wifi": "from .args import text\nfrom ..errors import fail\n"},
    "lazily": {"radio": "from . import lazy\nlazy.call('at.wifi', 'cwjap')\n"},
    "the package": {"__init__": "from .radio import Radio as Radio\n"},
    "another's call": {"port": "def f(phone):\n    phone.call('radio')\n"},
    "another package": {"port": "from time import sleep\nimport os.path\n"},
}


@pytest.mark.parametrize("name", DOWNWARD)
def test_what_leads_down_passes(stand_in, name):
    package = whole(stand_in, DOWNWARD[name])
    assert floors.astray(all_imports(package), floors.floors(PAGE)) == []


LOST = {
    "no such room": "from .modme import Modem\n",
    "no such room to lazy": "from . import lazy\nlazy.call('at.wfi', 'cwjap')\n",
    "no room that is named": "from . import lazy\ndef f(room):\n    lazy.call(room, 'up')\n",
    "above the package": "from ...other import thing\n",
}


@pytest.mark.parametrize("name", LOST)
def test_what_cannot_be_followed_is_an_error(stand_in, name):
    package = whole(stand_in, {"radio": LOST[name]})
    with pytest.raises(ValueError, match="radio, line"):
        imports_of("radio", rooms(package))


def test_a_circle_is_found_though_each_import_is_in_a_function(stand_in):
    package = whole(
        stand_in,
        {
            "errors": "def f():\n    from . import modem\n",
            "modem": "from .firmware import name\n",
            "firmware": "from . import lazy\nlazy.call('errors', 'fail')\n",
        },
    )
    assert floors.circles(all_imports(package)) == [["errors", "firmware", "modem"]]


def test_a_room_that_the_page_forgets_or_invents_is_found(stand_in):
    package = whole(stand_in, {"board": ""})
    (package / "port.py").unlink()
    assert floors.unlisted(rooms(package), floors.floors(PAGE)) == ["board", "port"]


def test_the_figures(stand_in):
    package = whole(
        stand_in,
        {
            "port": "def f():\n    from . import modem\n",
            "modem": "from . import lazy, port\nlazy.call('parser', 'Parser')\n",
        },
    )
    found = floors.counts(package, floors.floors(PAGE))
    assert found == floors.Counts(rooms=10, floors=2, circles=1, upward=1, late=1, lazily=1)


def test_what_an_import_tells(stand_in):
    source = "from . import lazy\n\ndef f():\n    lazy.call('port', 'x')\n"
    package = whole(stand_in, {"modem": source})
    assert imports_of("modem", rooms(package)) == [
        Import("modem", "lazy", 1),
        Import("modem", "port", 4, late=True, lazily=True),
    ]
