"""The command functions in real MicroPythons: replies, refusals and bad arguments as on CPython."""

from tests.commands.case import capable
from tests.commands.test_replies import NEW, OLDER, EspAt, NonOs
from tests.driver.desk import ONBOARD_UART

PROGRAM = """
import errno
from espat.modem import Modem
from espat.port import Port
from onboard_uart import Uart


class Module(Uart):
    "It answers each line with what is laid down for it, and OK."

    replies = b""

    def answer(self, line):
        return self.replies


uart = Module()
modem = Modem(Port(uart), None)
modem.contact = 1
modem.firmware = (2, 0x51)


def expect(room, name, capabilities, sent, replies, value):
    modem.capabilities = capabilities
    uart.replies = replies
    uart.said = []
    # CircuitPython and MicroPython know no importlib.
    got = getattr(__import__(room, None, None, (name,)), name)(modem)
    assert got == value, (name, got, value)
    assert uart.said == [sent], (name, uart.said)
"""
END = """
from espat.at.links import cipstart, cipstate_query, cipsto

uart.said = []
for value, error in ((7201, ValueError), (-1, ValueError), ("1", TypeError)):
    try:
        cipsto(modem, value)
    except error as e:
        assert "seconds" in str(e)
    else:
        assert False, value
try:
    cipstart(modem, 2, "TCP", "a\\r\\nAT+RST", 80)
    assert False
except ValueError:
    pass
assert not any(modem.links[:5])
modem.capabilities = " "
modem.firmware = (0, 0x17)
try:
    cipstate_query(modem)
    assert False
except OSError as e:
    assert e.errno == errno.EOPNOTSUPP and "ESP32 ESP-AT 2.3" in str(e)
assert uart.said == []
print("done", errno.EOPNOTSUPP)
"""
NEWEST = {EspAt: capable((2, 0xFE)), NonOs: capable((0, 0xFE))}


def test_in_micropython(any_micropython):
    lines = [
        f"expect({reply.call.__module__!r}, {reply.call.__name__!r}, "
        f"{NEWEST[reply.dialect]!r}, "
        f"{reply.sent!r}, {b''.join(reply.lines)!r}, {reply.value!r})"
        for reply in NEW + OLDER
        if reply.call.__name__ != "<lambda>"
    ]
    assert len(lines) > 40
    program = "\n".join([PROGRAM, *lines, END])
    assert "done" in any_micropython(program, modules=ONBOARD_UART).check()
