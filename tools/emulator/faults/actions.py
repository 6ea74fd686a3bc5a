"""The actions of faults: a table of templates and functions.

Each function is called with the layer, the fault and the values from its template.
"""

from functools import partial
from typing import NamedTuple

from ..profiles import ROM_NOISE
from .grammar import Template, choose
from .triggers import FIRST, matcher
from .wire import Drop, Duplicate, Flip

#: The least time in seconds between two restarts. Without it, a module whose boot output triggers
#: the next restart would restart for ever at the same moment of the clock.
RESPITE = 0.05


class Row(NamedTuple):
    """One kind of action."""

    usage: str
    function: object
    meaning: str
    #: Whether it waits for the end of a payload, as the module's own notices do.
    polite: bool = False
    #: Whether it changes the core's state; then it is never done while the core is printing.
    upheaval: bool = False
    #: Whether it restarts the module; then there is no output from that byte on.
    deadly: bool = False


class Action(NamedTuple):
    """A row with its values filled in."""

    row: Row
    values: dict

    polite = property(lambda self: self.row.polite)
    upheaval = property(lambda self: self.row.upheaval)
    deadly = property(lambda self: self.row.deadly)

    def do(self, layer, fault):
        """Do the action."""
        self.row.function(layer, fault, **self.values)


# -- bytes -------------------------------------------------------------------------------------

#: Names of lines whose form depends on the family, by the text in a fault.
_NAMED = {
    b"WIFI CONNECTED": "wifi connected",
    b"WIFI GOT IP": "wifi got ip",
    b"WIFI DISCONNECT": "wifi disconnect",
    b"READY": "ready",
    b"BUSY P...": "busy p",
    b"BUSY S...": "busy s",
    b"OK": "ok",
    b"ERROR": "error",
    b"FAIL": "fail",
    b"SEND OK": "send ok",
    b"SEND FAIL": "send fail",
}


def _notice(layer, fault, text):
    layer.insert(_line(layer.core.profile.lines, text))


def _line(lines, text):
    """The text in the form in which the family prints it; any other text with a line end."""
    name = _NAMED.get(text.upper())
    if name in lines:
        return lines[name].render()
    return text if text.endswith(b"\n") else text + b"\r\n"


def _insert(layer, fault, text):
    layer.insert(text)


def _change(layer, fault, change, way=None):
    """Change bytes in the stream ``way``; default: the trigger's stream, else that to the host."""
    way = way or fault.trigger.way or "out"
    layer.wires[way].change(change)


def _drop(layer, fault, count=1, way=None):
    _change(layer, fault, Drop(count), way)


def _flip_bit(layer, fault, bit=None, way=None):
    bit = fault.random.randrange(8) if bit is None else bit
    _change(layer, fault, Flip(1 << bit), way)


def _flip_byte(layer, fault, way=None):
    _change(layer, fault, Flip(0xFF), way)


def _duplicate(layer, fault, count=1, way=None):
    """Repeat bytes; not during another such change, because each would repeat the other's."""
    changes = layer.wires[way or fault.trigger.way or "out"].changes
    if not any(isinstance(change, Duplicate) for change in changes):
        _change(layer, fault, Duplicate(count), way)


def _delay(layer, fault, time):
    layer.gate.shut(time)


def _fragment(layer, fault, count, time, duration=None):
    layer.gate.cut(max(1, count), time, duration)


# -- answers -----------------------------------------------------------------------------------


def _answer(layer, fault, line):
    layer.armed.put("answer", line, fault.spot)


def _busy_for(layer, fault, duration, line="busy p"):
    layer.busy = (layer.core.scheduler.now + duration, line)


def _busy_but(layer, fault, command, duration=None):
    layer.busy_but = (matcher(command), _end(layer, duration))


def _deaf(layer, fault, time, duration=None):
    layer.deafness = (time, _end(layer, duration))


def _end(layer, duration):
    """When something ends, in the clock's seconds; without a duration, never."""
    return float("inf") if duration is None else layer.core.scheduler.now + duration


def _arm(layer, fault, name):
    """Arm an effect for the next command, prompt or verdict that it applies to."""
    layer.armed.put(name, True, fault.spot)


def _verdict(layer, fault, delays=(), time=None):
    """Print the verdict once after each of these delays (seconds); with none, not at all."""
    layer.armed.put("verdict", delays if time is None else (time,), fault.spot)


# -- the module, its Wi-Fi and its network -----------------------------------------------------


def _reset(layer, fault, noise=None):
    layer.dying = False
    layer.revived = layer.core.scheduler.now
    layer.core.reboot(noise)


def _brown_out(layer, fault, count, time):
    layer.dying = False
    now = layer.core.scheduler.now
    if not count or now < layer.browned_out:
        return
    time = max(time, RESPITE)
    layer.browned_out = now + (count - 1) * time
    for number in range(1, count):
        layer.later(number * time, lambda: _reset(layer, fault, ROM_NOISE))
    _reset(layer, fault, ROM_NOISE)


def _wifi_lost(layer, fault, duration=None):
    _in_range(layer, False)
    layer.core.station.lost()
    if duration is not None:
        layer.later(duration, lambda: _in_range(layer, True))


def _wifi_back(layer, fault):
    _in_range(layer, True)


def _in_range(layer, present):
    for point in layer.core.access_points:
        point.present = present


def _dhcp(layer, fault, duration=None):
    layer.network.fail_dhcp(duration)


def _dns(layer, fault, duration=None):
    layer.network.fail_dns(duration)


def _slow(layer, fault, count, duration=None):
    layer.network.slow(max(1, count), duration)


def _stalled(layer, fault, duration=None):
    layer.network.stall(duration)


def _peer(layer, fault, how, link=0):
    layer.network.end(link, how)


# fmt: off
ACTIONS = tuple(Row(*row) if isinstance(row, tuple) else row for row in (
    Row("notice TEXT", _notice, "the module prints this line, after any payload it is printing",
        polite=True),
    ("insert TEXT", _insert, "these bytes come to the host, in a payload too"),
    ("drop [COUNT] byte|bytes [WAY]", _drop, "the next bytes are lost"),
    ("flip bit [BIT] [WAY]", _flip_bit, "a bit of the next byte is turned over: any, or this one"),
    ("flip byte [WAY]", _flip_byte, "all bits of the next byte are turned over"),
    ("duplicate [COUNT] byte|bytes [WAY]", _duplicate, "the next bytes come twice, as a block"),
    ("delay TIME", _delay, "nothing comes to the host for so long; it comes then"),
    ("fragment COUNT byte|bytes TIME apart [for DURATION]", _fragment,
     "what the module says comes in pieces of this size, with pauses"),
    ("busy", partial(_answer, line="busy p"), "the command gets busy p... and is not carried out"),
    ("busy p", partial(_answer, line="busy p"), "the same"),
    ("busy s", partial(_answer, line="busy s"), "the command gets busy s... and is not done"),
    ("busy but done", partial(_arm, name="busy but done"), "the command gets busy p... and is "
     "carried out all the same: its own reply follows"),
    ("busy for DURATION", _busy_for, "every command for so long gets busy p..."),
    ("busy to all but COMMAND [for DURATION]", _busy_but, "every other command gets busy p..., for "
     "so long or until the module restarts"),
    ("refuse", partial(_answer, line="error"), "the command gets ERROR and is not carried out"),
    ("ignore", partial(_answer, line="ignore"), "the command is not heard: no answer"),
    ("deaf TIME from each result [for DURATION]", _deaf, "what the host sends is lost for so long "
     "after each OK, ERROR, FAIL and verdict"),
    ("early rate", partial(_arm, name="early rate"), "AT+UART_CUR changes the rate before its OK"),
    ("no reply", partial(_arm, name="no reply"), "the command is carried out, and not answered"),
    ("no ok", partial(_arm, name="no ok"), "its reply lacks the OK, ERROR or FAIL; the rest comes"),
    ("no prompt", partial(_arm, name="no prompt"), "the > is missing; the module waits for the "
     "payload all the same"),
    ("no recv", partial(_arm, name="no recv"), "the verdict comes without Recv n bytes before it"),
    ("no verdict", _verdict, "SEND OK is missing; the payload was sent"),
    ("late verdict TIME", _verdict, "SEND OK comes so much later; commands are taken before it"),
    ("double verdict", partial(_verdict, delays=(0, 0)), "SEND OK comes twice"),
    Row("peer closes [LINK]", partial(_peer, how="fin"), "the peer closes the link (FIN): link 0, "
        "another, or all", upheaval=True),
    Row("peer resets [LINK]", partial(_peer, how="rst"), "the peer breaks the link (RST), and "
        "what it had sent is lost", upheaval=True),
    Row("reset", _reset, "the module restarts, with the noise of its ROM where the family has any",
        upheaval=True, deadly=True),
    Row("reset with noise", partial(_reset, noise=ROM_NOISE), "with noise on any family",
        upheaval=True, deadly=True),
    Row("reset without noise", partial(_reset, noise=b""), "without", upheaval=True, deadly=True),
    Row("brown-out COUNT times TIME apart", _brown_out, "the supply fails again and again: so "
        "many restarts, each with noise", upheaval=True, deadly=True),
    Row("wifi lost [for DURATION]", _wifi_lost, "the access points are out of range, for so long "
        "or for good; the links are gone", upheaval=True),
    Row("wifi back", _wifi_back, "they are in range again", upheaval=True),
    ("dhcp timeout [for DURATION]", _dhcp, "the next join (or each, for so long) gets no address"),
    ("dns failure [for DURATION]", _dns, "no name is found"),
    ("slow network COUNT bytes/s [for DURATION]", _slow, "so many bytes a second, each way"),
    ("stalled network [for DURATION]", _stalled, "no data, no connections, and no news of them"),
))
"""The grammar of actions."""
# fmt: on

_ROWS = {Template(row.usage): row for row in ACTIONS}


def action_of(words, whole):
    """The action that ``words`` stand for."""
    template, values = choose(_ROWS, words, whole, FIRST)
    return Action(_ROWS[template], values)
