"""Each name that is raised has a text, with as many places as it is given; each text is raised."""

import pytest

from tests.house.driver import SOURCES
from tests.house.errors import raised, texts, wrong

TABLES = ("texts", "tls.texts")
SPECIAL = {"join", "lost"}
"""Names that texts.error() itself knows, besides the table: one text for each code of `+CWJAP`, one
for each way in which a link is lost.
"""


def test_names_and_texts_agree():
    found = wrong(SOURCES, "errors", *TABLES)
    assert [what for what in found if not any(f": {name} has" in what for name in SPECIAL)] == []


def test_many_are_raised():
    assert sum(len(list(raised(*each))) for each in SOURCES.items()) >= 100
    assert len(texts(SOURCES["texts"])) >= 40


@pytest.mark.parametrize("table", TABLES)
def test_an_argument_for_each_place_makes_a_sentence(table):
    for name, text in texts(SOURCES[table]).items():
        assert text.strip() == text, name
        assert name == name.lower(), name


# ---- planted faults -----------------------------------------------------------------------------

ERRORS = "def fail(name, *args):\n    if name == 'waiting':\n        return OSError(11, args[0])\n"
TEXTS = "_TEXTS = {'silent': (110, 'no answer'), 'refused': (111, 'no connection to %s:' '%d')}\n"
WHOLE = {
    "errors": ERRORS,
    "texts": TEXTS,
    "modem": "from .errors import fail\n\ndef f():\n    raise fail('silent')\n",
    "sock.base": "from ..errors import fail as f\nf('refused', 'h', 80)\nf('waiting', 'bytes')\n",
}
PLANTED = {
    "a name without a text": {
        "modem": "from .errors import fail\nfail('silent'), fail('silnet')\n"
    },
    "under another name": {"modem": "from .errors import fail as f\nf('silent'), f('silnet')\n"},
    "through the room": {
        "modem": "from . import errors\nerrors.fail('silent'), errors.fail('silnet')\n"
    },
    "never raised": {"modem": "from .errors import fail\n"},
    "in a table that is not asked": {
        "modem": "from .errors import fail\nfrom .links import LOST\nfail(T[0])\n",
        "links": "LOST = ('silent',)\n",
    },
    "raised of another room": {"modem": "from .tls.errors import fail\nfail('silent')\n"},
    "too little given": {"modem": "from .errors import fail\nfail('silent')\nfail('refused', 1)\n"},
    "too much given": {"modem": "from .errors import fail\nfail('silent', 1)\n"},
    "what fail() knows is not raised": {
        "sock.base": "from ..errors import fail\nfail('refused', 'h', 80)\n"
    },
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_does_not_fit_is_found(name):
    assert len(wrong({**WHOLE, **PLANTED[name]}, "errors", "texts")) == 1


def test_a_name_with_two_texts_is_found():
    sources = {**WHOLE, "tls.texts": "_TEXTS = ('EIO\\nsilent: no answer',)\n"}
    assert wrong(sources, "errors", "texts", "tls.texts") == ["1 names have two texts"]


FITTING = {
    "as it is": {},
    "from a table": {
        "modem": "from .errors import fail\nT = ('silent',)\n\ndef f(n):\n    raise fail(T[n])\n"
    },
    "from another's table": {
        "modem": "from .errors import fail\nfrom .links import LOST as T\nfail(T[0])\n",
        "links": "LOST = ('silent',)\n",
    },
    "arguments from elsewhere": {
        "modem": "from .errors import fail\nfail('silent')\n\ndef f(a):\n    fail('refused', *a)\n"
    },
    "another's fail": {
        "modem": "from .errors import fail\nfail('silent')\n\ndef f(test):\n    test.fail('x')\n"
    },
}


@pytest.mark.parametrize("name", FITTING)
def test_what_fits_passes(name):
    assert wrong({**WHOLE, **FITTING[name]}, "errors", "texts") == []
