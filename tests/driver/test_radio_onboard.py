"""The radio's API in real MicroPythons: the same calls, the same bytes, the same values.

What CPython and the emulated module said to each other is played to the driver in MicroPython: it
must say the same, byte for byte, and see the same.
"""

from pathlib import Path

import pytest

from espat_tools.emulator import AccessPoint
from tests.driver import onboard_radio
from tests.driver.desk import PASSWORD, SSID, Line

PROGRAM = """
import espat
from onboard_radio import run

TALK = {talk!r} + [("", b"")]


class Uart:
    "Says what is laid down, once all that must come before it was written to it."

    baudrate = 115200

    def __init__(self):
        self.at = self.done = 0

    def _due(self):
        kind, data = TALK[self.at]
        if kind == "w" and self.done == len(data):
            self.at += 1
            self.done = 0
            kind, data = TALK[self.at]
        return data if kind == "r" else b""

    def any(self):
        return len(self._due()) - (self.done if self._due() else 0)

    def readinto(self, view, n=None):
        due = self._due()[self.done :] if self._due() else b""
        n = min(len(due), len(view) if n is None else n)
        view[:n] = due[:n]
        self.done += n
        if n and self.done == len(self._due()):
            self.at += 1
            self.done = 0
        return n or None

    def write(self, view):
        data = bytes(view)
        self._due()
        kind, wanted = TALK[self.at]
        rest = wanted[self.done :]
        if kind != "w" or rest[: len(data)] != data:
            raise AssertionError("said %r, not %r" % (data, rest))
        self.done += len(data)
        return len(data)


uart = Uart()
run(espat.Radio(uart), {old!r})
uart._due()
print("all of it", uart.at == len(TALK) - 1)
"""


ADDRESS = """
import sys
for name in "device scan softap ipconfig kept wifi wlan services basic asking".split():
    if "espat." + name in sys.modules:
        print(name, "is still there")
from espat.ipconfig import address
print(type(address("10.0.0.1")))
"""


class Recorded(Line):
    """A line that keeps what is said: ("w" or "r", bytes), joined where nothing was between."""

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        self.talk = []

    def _note(self, kind, data):
        if self.talk and self.talk[-1][0] == kind:
            self.talk[-1] = (kind, self.talk[-1][1] + data)
        elif data:
            self.talk.append((kind, data))

    def take(self, view):
        n = self.uart.readinto(view)
        self._note("r", bytes(view[: n or 0]))
        return n

    def put(self, view):
        n = self.uart.write(view)
        self._note("w", bytes(view[:n]))
        return n


@pytest.fixture(params=["esp32c3-3.3", "nonos-1.7.4"])
def conversation(request, make_desk, capsys):
    """(what was said, what was printed, whether it is NonOS), on CPython."""
    points = [
        AccessPoint(SSID, PASSWORD, channel=6, rssi=-61),
        AccessPoint("Bücher", security=0, channel=11, bssid="02:00:00:00:00:02"),
        AccessPoint("far", PASSWORD, channel=13, bssid="02:00:00:00:00:03"),
    ]
    desk = make_desk(request.param, line=Recorded, access_points=points)
    old = request.param.startswith("nonos")
    onboard_radio.run(desk.radio, old)
    return desk.line.talk, capsys.readouterr().out, old


def test_on_cpython(conversation):
    _, printed, old = conversation
    lines = printed.splitlines()
    assert lines[0] == "False None () None"
    assert lines[1].startswith("espat b'\\x02")
    assert "True 192.168.1.50 192.168.1.1 255.255.255.0" in lines
    again = next(line for line in lines if line.startswith("None ") and "AT" in line)
    assert again.endswith("192.168.1.50 True"), "after the restart"
    assert "('192.168.1.50',) True ('10.1.1.1',) late-1.lan b'\\x02\\x00\\x00\\x00\\x00w'" in lines
    assert ("enabled NotImplementedError" in lines) == old
    assert lines[-1] == "7"


def test_in_micropython(conversation, any_micropython):
    talk, printed, old = conversation
    program = PROGRAM.format(talk=talk, old=old)
    modules = {"onboard_radio": Path(onboard_radio.__file__)}
    said = any_micropython(program, lib=True, modules=modules).check()
    assert said == f"{printed}all of it True\n"


def test_without_lib_addresses_are_str(conversation, micropython):
    """The same is said and seen; there is no module `ipaddress` to have a type of."""
    talk, printed, old = conversation
    modules = {"onboard_radio": Path(onboard_radio.__file__)}
    program = PROGRAM.format(talk=talk, old=old) + ADDRESS
    said = micropython(program, modules=modules).check()
    assert said == f"{printed}all of it True\n<class 'str'>\n"


def test_another_conversation_is_seen(conversation, micropython):
    """The comparison's own proof: one byte of one command."""
    talk, _, old = conversation
    other = [(kind, data.replace(b"late-1", b"late-2")) for kind, data in talk]
    assert other != talk
    modules = {"onboard_radio": Path(onboard_radio.__file__)}
    program = PROGRAM.format(talk=other, old=old)
    ran = micropython(program, lib=True, modules=modules)
    assert ran.returncode == 1
    assert "late-1" in ran.stdout + ran.stderr


WITHOUT_SETATTR = """
from espat import properties, station

log = []
station.put = lambda radio, name, value: log.append((name, value))
station.use = lambda radio, name: "told " + name


class Plain:
    "As CircuitPython sees a Radio: __setattr__ of a class is not called."


early = Plain()
early.hostname = "a"
early.tx_power = 7
early.other = 1
properties.lend(early)
print(sorted(log), early.hostname, sorted(early.__dict__))
del log[:]
early.hostname = "b"
early.enabled = False
late = Plain()
properties.lend(late)
late.dns = ()
print(log, late.dns, early.other)
"""


def test_properties_stand_in_for_setattr(any_micropython):
    printed = any_micropython(WITHOUT_SETATTR).check()
    assert printed.splitlines() == [
        "[('hostname', 'a'), ('tx_power', 7)] told hostname ['other']",
        "[('hostname', 'b'), ('enabled', False), ('dns', ())] told dns 1",
    ]
