"""The radio's API in real MicroPythons: the same calls, the same bytes, the same values.

What CPython and the emulated module said to each other is played to the driver in MicroPython: it
must say the same, byte for byte, and see the same.
"""

from pathlib import Path

import pytest

from espat_tools.emulator import AccessPoint
from tests.driver import onboard_radio
from tests.driver.desk import PASSWORD, SSID, Line
from tests.runtimes import like_circuitpython

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
for name in sys.modules:
    if name.startswith("espat.members.") and not name.endswith(".types"):
        print(name, "is still there")
from espat.members.addresses import address
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
import espat
from espat import lazy

log = []
real = lazy.call


def call(room, function, *args):
    if room == "members.table":
        return real(room, function, *args)
    log.append((function,) + args[1:])
    return "told"


class Uart:
    def any(self):
        return 0

    def write(self, view):
        return len(view)


one, other = espat.Radio(Uart()), espat.Radio(Uart())
lazy.call = call
one.hostname = "a"
other.hostname = "b"
for name in ("connected", "ipv4_gateway", "stations_ap"):
    try:
        setattr(one, name, 1)
    except AttributeError as e:
        print(e)
try:
    one.rx_power
except AttributeError as e:
    print("no", e)
print(log)
print(one.hostname, other.connected, one.ping("x"), sorted(one.__dict__))
"""


@pytest.mark.parametrize("runtime", ["micropython_floor", "micropython_32bit"])
def test_descriptors_stand_in_for_setattr(request, runtime):
    """As in CircuitPython, where no class's `__setattr__` is called."""
    run = request.getfixturevalue(runtime)
    ran = run(WITHOUT_SETATTR, modules=like_circuitpython.without_setattr())
    fields = ["looked", "modem", "network", "reset_pin", "rx_size"]
    assert ran.check().splitlines() == [
        "connected cannot be set",
        "ipv4_gateway cannot be set",
        "stations_ap cannot be set",
        "no rx_power",
        "[('put_hostname', 'a'), ('put_hostname', 'b')]",
        f"told told told {fields}",
    ]
