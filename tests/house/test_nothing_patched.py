"""No room assigns what is another's, replaces a method, or looks into an object that is not its."""

import pytest

from tests.house.driver import SOURCES
from tests.house.patching import classes_of, patches

PLANTED = {
    "another's private name": "def f(modem):\n    modem._line = b''\n",
    "that of a part": "class A:\n    def f(self):\n        self.parser._token = None\n",
    "that of a room": "from . import parser\nparser._WORDS = b''\n",
    "in a tuple": "def f(a, b):\n    a.x, b._y = 1, 2\n",
    "added to": "def f(modem):\n    modem._n += 1\n",
    "with annotations": "def f(modem):\n    modem._n: int = 1\n",
    "in a loop": "def f(modem):\n    for modem._n in range(3):\n        pass\n",
    "in a with": "def f(modem):\n    with open('x') as modem._file:\n        pass\n",
    "deleted": "def f(modem):\n    del modem.line\n",
    "read": "def f(modem):\n    return modem._received\n",
    "called": "def f(modem):\n    modem._notice(3)\n",
    "imported": "from .modem import _Turn\n",
    "setattr": "def f(cls, method):\n    setattr(cls, 'bind', method)\n",
    "delattr": "def f(modem):\n    delattr(modem, 'kept')\n",
    "past __setattr__": "def f(radio):\n    object.__setattr__(radio, 'modem', None)\n",
    "a class's attribute": "class A:\n    @classmethod\n    def f(cls, g):\n        cls.bind = g\n",
    "by the class's name": "class A:\n    pass\n\ndef f(g):\n    A.bind = g\n",
    "an imported class's": "from .sockets import Socket\n\ndef f(g):\n    Socket.bind = g\n",
    "a method of an object": "def f(sock, g):\n    sock.close = g\n",
    "a method of its own": "class A:\n    def close(self, g):\n        self.close = g\n",
    "one that it inherits": "from .sockets import Socket\nclass A(Socket):\n"
    "    def f(self, g):\n        self.close = g\n",
    "a function of the room": "def g():\n    pass\n\ndef f(sock):\n    sock.ended = g\n",
    "a function within": "def f(sock):\n    def g():\n        pass\n    sock.ended = g\n",
    "a lambda": "def f(sock):\n    sock.ended = lambda: 0\n",
    "one of two": "def g():\n    pass\n\ndef f(sock, h):\n    sock.ended = h or g\n",
    "one in a tuple": "def g():\n    pass\n\ndef f(sock):\n    sock.ended, n = g, 1\n",
    "on oneself": "def g():\n    pass\n\nclass A:\n    def f(self):\n        self.ended = g\n",
    "__dict__": "def f(radio):\n    return radio.__dict__\n",
    "vars": "def f(radio):\n    return vars(radio)\n",
    "__class__": "def f(sock, cls):\n    sock.__class__ = cls\n",
    "globals": "def f(name):\n    globals()[name] = 1\n",
    "exec": "exec('x = 1')\n",
    "sys.modules": "import sys\n\ndef f(name):\n    del sys.modules[name]\n",
    "modules of sys": "from sys import modules\n",
    "a room that is None": "tls = None\n\ndef f():\n    global tls\n    from . import tls\n",
    "None again": "tls = 1\n\ndef f():\n    global tls\n    tls = None\n",
}
ALLOWED = {
    "its own": "class A:\n    def f(self):\n        self._n = self._m\n        self._n += 1\n",
    "a public field": "def f(modem):\n    modem.up = True\n    modem.links[0] = 1\n",
    "what is handed in": "class A:\n    def __init__(self, idle):\n        self.idle = idle\n",
    "print": "class A:\n    def __init__(self, show):\n        self.show = show or print\n",
    "its class": "class A:\n    _all = ()\n    def f(self):\n        return A._all\n",
    "its base": "from .modem import Modem\nclass A(Modem):\n    def f(self):\n"
    "        Modem._notice(self, 1)\n        super()._notice(1)\n",
    "a method in its class": "class A:\n    def f(self):\n        pass\n    read = f\n",
    "its own door": "class A:\n    def __setattr__(self, name, value):\n"
    "        object.__setattr__(self, name, value)\n",
    "a handler": "def g(event):\n    pass\n\ndef f(modem):\n    modem.handlers[3] = g\n",
    "an item": "def f(kept, name):\n    del kept[name]\n",
    "a number of the room": "n = 0\n\ndef f():\n    global n\n    n += 1\n",
    "another's field that is a method elsewhere": "def f(link, g):\n    link.state = g\n",
    "a field of its own": "class A:\n    def f(self):\n        self.close = 1\n",
    "a parameter called as a function": "def g():\n    pass\n\nclass A:\n"
    "    def f(self, g):\n        self.g = g\n",
    "whether a module is loaded": "import sys\n\ndef f():\n    return 'wifi' in sys.modules\n",
    "a dunder": "def f(e):\n    return e.__name__\n",
}
PACKAGE = [
    "class Socket:\n    def close(self):\n        pass\n    def state(self):\n        pass\n",
    "class Link:\n    def __init__(self):\n        self.state = 0\n",
]


CLASSES = classes_of(SOURCES.values())


def planted(source):
    return patches(source, classes_of([*PACKAGE, source]))


@pytest.mark.parametrize("name", SOURCES)
def test_a_room_patches_nothing(name):
    assert patches(SOURCES[name], CLASSES, room=name) == []


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(name):
    assert len(planted(PLANTED[name])) >= 1


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_as_it_should_be_passes(name):
    assert planted(ALLOWED[name]) == []


def test_lazy_alone_may_forget_rooms():
    source = "import sys\ndel sys.modules['x']\ndelattr(sys, 'x')\n"
    assert patches(source, {}, room="lazy") == []
    assert len(patches(source, {}, room="modem")) == 2


def test_names_may_put_modules_there_and_take_none_apart():
    assert patches("import sys\nsys.modules['wifi'] = 1\n", {}, room="names") == []
    assert len(patches("import sys\ndelattr(sys, 'x')\n", {}, room="names")) == 1


def test_what_is_known_of_classes():
    (name, found), *others = classes_of(
        ["class A(B):\n    x = 1\n    def g(self):\n        self.y = 1\n"]
        + ["class A:\n    @property\n    def z(self):\n        pass\n"]
    ).items()
    assert (name, found.bases, found.methods, found.fields, others) == (
        *("A", ["B"], {"g"}, {"y"}, []),
    )
