"""The possible findings in plain words: what it is, what may cause it, and what to do next."""

from dataclasses import dataclass, field

from espat_tools.boards.modules import MODULES, log_uarts

GOOD, NOTE, BAD = "good", "note", "bad"
LEVELS = (BAD, GOOD, NOTE)
"""In the order in which they are shown."""


@dataclass(frozen=True)
class Fault:
    """A kind of finding. Its texts contain names of facts in braces."""

    level: str
    says: str
    causes: tuple[str, ...] = ()
    do: tuple[str, ...] = ()


def _pins() -> tuple[str, ...]:
    return tuple(f"{names}: not {log}, but {at}" for names, log, at in log_uarts())


_SUPPLY = (
    "Give it a supply of its own, 3.3 V and 500 mA or more, with the grounds joined.",
    "Put 100 µF or more between its VCC and GND, close to it, and use short wires.",
)
_WIRES = (
    "Join the grounds of both, and shorten the wires.",
    "Try a lower rate: AT+UART_CUR=57600,8,1,0,0 until the next restart.",
)

FAULTS = {
    "well": Fault(GOOD, "All is well: the module answers, and no byte was lost or bent."),
    "bridged": Fault(
        BAD,
        "What is sent comes straight back, and nothing else: TX and RX are joined.",
        (
            "TX and RX of this end touch, or are wired to each other",
            "the adapter is in a loop-back plug or mode",
        ),
        ("Take the module off: if it goes on, the bridge is on this side.",),
    ),
    "silent": Fault(
        BAD,
        "Nothing comes back, at any of {rates} rates.",
        (
            "a wire is open, or TX and RX are swapped: TX goes to RX, both ways",
            "the module has no power, or its EN (CH_PD) is not high",
            "the wires are on a UART that takes no commands (see the pins below)",
            "it waits for CTS, since it was once told to use RTS and CTS",
            "it is in data mode at a rate that is seldom used (--baud N, if you know it)",
        ),
        (
            "Measure 3.3 V at its VCC and at its EN, against GND.",
            "Swap TX and RX once.",
            "Take the pins of the AT UART:",
            *(f"  {row}" for row in _pins()),
            "Press its reset while espat doctor --listen 10 runs: a boot log tells which chip it "
            "is, and that it lives.",
        ),
    ),
    "low": Fault(
        BAD,
        "Only zeros come: RX of this end is held low.",
        (
            "RX is wired to GND, or to a pin that is low",
            "the module is off, and pulls the wire down",
            "a level shifter without power",
        ),
        (
            "Measure RX against GND: it rests at 3.3 V.",
            "Take the wire off: if the zeros stop, the other end holds it.",
        ),
    ),
    "log": Fault(
        BAD,
        "A boot log, and no answer: this is the log UART of {chip}, which takes no commands.",
        (),
        ("Take the pins of the AT UART: {pins}.",),
    ),
    "loader": Fault(
        BAD,
        "The chip waits for new firmware: {boot} was low when it started.",
        ("{boot} is wired to GND, or to a button that is pressed",),
        ("Leave {boot} open, or pull it up to 3.3 V, and restart the module.",),
    ),
    "garbage": Fault(
        BAD,
        "Bytes come, and make no sense at any of {rates} rates.",
        (
            "the grounds are not joined",
            "the module has a rate that was not tried",
            "5 V and 3.3 V meet, or RS-232 levels do",
            "the wires are long, or run beside a motor",
        ),
        (
            "Join the grounds.",
            "Give the rate that it was set to: --baud N.",
            "Back to what it was made with: hold EN low for a second; if the rate was stored, "
            "flash the firmware again (erase first).",
        ),
    ),
    "deaf": Fault(
        BAD,
        "It is heard starting, and does not hear this end.",
        ("the wire from TX of this end to its RX is open, or on another pin",),
        (
            "Check that wire. Of an ESP8266 with ESP-AT 2.x RX is GPIO13, of an ESP32-C3 GPIO6.",
            "Measure it: at rest it has 3.3 V.",
        ),
    ),
    "boot_noise": Fault(
        BAD,
        "Garbage came by itself, once, and nothing answers.",
        (
            "the boot log of an ESP8266, at 74880 baud: these are not the pins of AT, or the wire "
            "to its RX is open",
            "noise, as the module was switched on, and its rate is another",
        ),
        (
            "Run espat doctor --baud 74880 --listen 10, and press its reset meanwhile.",
            "Take the pins of the AT UART: GPIO15 (TX) and GPIO13 (RX) with ESP-AT 2.x, or GPIO1 "
            "(TX) and GPIO3 (RX).",
        ),
    ),
    "data_mode": Fault(
        NOTE,
        "It was in data mode (passthrough), or waited for the rest of a payload: ended with +++.",
        ("a program ended in the middle", "AT+SAVETRANSLINK makes it start like this"),
        (
            "Nothing, for one time: espat does the same when it starts.",
            "If it comes back after each restart: AT+SAVETRANSLINK=0.",
        ),
    ),
    "boot_loop": Fault(
        BAD,
        "It restarts by itself: {boots} times while we looked.",
        (
            "the supply breaks down when the radio starts",
            "a watchdog, or a loose EN or RST wire",
            "its reset was pressed more than once meanwhile",
        ),
        (*_SUPPLY, "Pull EN and RST up with 10 kΩ."),
    ),
    "not_at": Fault(
        BAD,
        "It talks, but not AT: {seen}.",
        (
            "it runs other firmware: MicroPython, NodeMCU, Arduino, ESPHome",
            "this is another device's port",
            "lines such as “I (345) wifi: ...” come from the log UART of AT firmware as well",
        ),
        (
            "Flash AT firmware for its chip.",
            "Or, if it has that, take the pins of its AT UART: boards/README.md.",
        ),
    ),
    "busy": Fault(
        BAD,
        "It says busy to everything.",
        ("it hangs in a command, such as a connection that never ends",),
        ("Restart it: by its RST or EN pin, or with AT+RST, which it may still take.",),
    ),
    "old": Fault(
        BAD,
        "Its firmware is too old for espat: {firmware}.",
        ("it is from 2014 or 2015, as many ESP-01 are",),
        ("Flash ESP-AT 2.2 or newer, or NonOS AT 1.7.4 where the flash has 1 MB.",),
    ),
    "active_only": Fault(
        NOTE,
        "{firmware} pushes what arrives, however fast the program reads.",
        (),
        ("For downloads larger than a few KB flash NonOS AT 1.7.4, or ESP-AT 2.2 or newer.",),
    ),
    "unknown": Fault(
        NOTE,
        "It answers AT, and its firmware is none that espat knows: {seen}.",
        ("a modem for something else", "a build that names itself otherwise"),
        ("Run examples/espat_selftest.py: it tells what works.",),
    ),
    "other_rate": Fault(
        NOTE,
        "It answers at {rate} baud, not at {wanted}.",
        ("a program raised the rate, and the module was not restarted", "AT+UART_DEF stored it"),
        (
            "espat finds it by itself, but later: pass this rate, or restart the module.",
            "Store another: AT+UART_DEF=115200,8,1,0,0.",
        ),
    ),
    "half_flow": Fault(
        BAD,
        "RTS/CTS is on at {who} end only: {why}.",
        ("AT+UART_DEF stored it, or this end was told to use it",),
        (
            "Wire its RTS to this end's CTS and its CTS to this end's RTS, and turn it on at both.",
            "Or turn it off at both: AT+UART_CUR={rate},8,1,0,0; AT+UART_DEF stores it.",
        ),
    ),
    "lossy": Fault(
        BAD,
        "Bytes are lost or bent on the way {way}: {figures}.",
        (
            "no common ground, long wires, or a rate too high for them",
            "what receives is too slow, or its buffer too small",
        ),
        (*_WIRES, "Wire RTS and CTS, and turn them on at both ends."),
    ),
    "falls_silent": Fault(
        BAD,
        "It answered, and then no more.",
        ("a loose wire", "it hangs, or restarts", "its supply is weak"),
        ("Run this again, and move the wires one by one.", *_SUPPLY),
    ),
}
"""By name. The output of --json contains these names."""


@dataclass(frozen=True)
class Finding:
    """A fault that was found, with its facts."""

    name: str
    facts: dict = field(default_factory=dict)

    @property
    def level(self) -> str:
        """GOOD, NOTE or BAD."""
        return FAULTS[self.name].level

    @property
    def says(self) -> str:
        """What it is, in a sentence."""
        return FAULTS[self.name].says.format(**self.facts)

    @property
    def causes(self) -> list[str]:
        """The possible causes, all of which may lead to the same bytes."""
        return [each.format(**self.facts) for each in FAULTS[self.name].causes]

    @property
    def do(self) -> list[str]:
        """What to do next, in this order; an indented line belongs to the line above."""
        return [each.format(**self.facts) for each in FAULTS[self.name].do]


def at_pins(chip: str | None) -> str:
    """The pins on which a chip takes commands; those of all chips if it is not known."""
    rows = [each for each in MODULES.values() if each.chip == chip and each.log]
    rows = rows or [each for each in MODULES.values() if each.log]
    alone = len({each.chip for each in rows}) == 1
    parts = []
    for each in rows:
        pins = f"{each.tx.name} (TX) and {each.rx.name} (RX)"
        name = each.name.partition(":")[0] if alone else each.chip
        parts.append(pins if len(rows) == 1 else f"{pins} on {name}")
    return "; ".join(parts)


BOOT_PINS = dict.fromkeys(("ESP8266", "ESP32", "ESP32-S2"), "GPIO0") | dict.fromkeys(
    ("ESP32-C2", "ESP32-C3", "ESP32-C6"), "GPIO9"
)
"""The pin whose level at the start selects firmware or boot loader."""


def boot_pin(chip: str | None) -> str:
    """The name of the pin that must be high at the start."""
    return BOOT_PINS.get(chip, "its boot pin (GPIO0 or GPIO9)")
