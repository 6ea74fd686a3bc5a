"""A module to be asked and changed: opened, and what its flash holds of certificates.

Private keys are never read: that they are there is all that is told of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import espat
from espat.at import flash
from espat.calls import wait
from espat.tls import certificates
from espat_tools.ca.certificates import Certificate, parse
from espat_tools.ca.rows import row
from espat_tools.demo.counting import CountingUART
from espat_tools.demo.place import open_port
from espat_tools.demo.wanted import Unwanted

_RX_SIZE = 2048
_PIECE = 1024  # bytes read at a time

_WAYS_IN = {
    "NonOS AT": (
        "takes no certificates over its UART, and looks at neither names nor dates. ESP-AT (2.2 or "
        "newer, on the same chip) does; or flash one CA with esptool, into the sector at 0xfb000 "
        "(0x7b000 on 512 KB), and let the program say context.use_stored(ca=0)"
    ),
    "WizFi360": (
        "takes no certificates in a way that is known here: see what its maker offers, and let the "
        "program say context.use_stored(ca=0)"
    ),
}


@dataclass
class Place:
    """One numbered file in the flash: of `space` (client_ca, ...) the one with this `number`.

    `number` None: there is one only. `problem`: why it could not be read.
    """

    space: str
    number: int | None
    data: bytes
    certificates: list[Certificate] = field(default_factory=list)
    problem: str = ""

    @property
    def name(self) -> str:
        """As AT+SYSMFG writes it, and for people where that is not there."""
        return self.space if self.number is None else f"{self.space}.{self.number}"

    @property
    def marked(self) -> bool:
        """Whether it is what contexts without a CA use."""
        return self.space == "client_ca" and self.data.startswith(certificates.MARK)


@dataclass
class Holding:
    """What a module holds."""

    firmware: str
    storage: str
    places: list[Place]
    keys: list[str]


@contextmanager
def opened(port: str, baud: int, trace: object = None) -> Iterator[espat.Radio]:
    """A radio on the module behind a port, which takes certificates. Raises Unwanted."""
    device = CountingUART(open_port(port, baud), told=_trying)
    with espat.Radio(device, rx_size=_RX_SIZE, debug=trace) as radio:
        _takes_certificates(radio)
        yield radio


def _trying(rate: int) -> None:
    row("", f"nothing answers; trying {rate} baud", err=True)


def _takes_certificates(radio: espat.Radio) -> None:
    modem = radio.up()
    if not modem.has("SYSFLASH"):
        name = radio.firmware
        way = next(way for family, way in _WAYS_IN.items() if name.startswith(family))
        raise Unwanted(f"{name} {way}.")


def holding(radio: espat.Radio) -> Holding:
    """All certificates in the module, and the names of its keys."""
    place = wait(radio.modem, certificates.opened(radio.modem, "client_ca"))
    partitions = isinstance(place, certificates.Partitions)
    entries = list((_in_partitions if partitions else _in_nvs)(radio.modem, place))
    entries.sort(key=lambda entry: entry[0] != "client_ca")  # what clients trust comes first
    return Holding(
        radio.firmware,
        "partitions (AT+SYSFLASH)" if partitions else "NVS (AT+SYSMFG)",
        [_read(*entry) for entry in entries if entry[2] is not None],
        [Place(*entry[:2], b"").name for entry in entries if entry[2] is None],
    )


def standing(radio: espat.Radio, number: int) -> Place | None:
    """What client_ca has under a number; None: nothing."""
    data = _all(
        wait(radio.modem, certificates.opened(radio.modem, "client_ca")), "client_ca", number
    )
    return _read("client_ca", number, data) if data else None


def looks_at_dates(radio: espat.Radio) -> bool:
    """Whether the firmware refuses certificates that are out of date."""
    return radio.modem.has("DATES")


def _wanted(space: str) -> bool | None:
    """Whether a space holds certificates; None: keys."""
    kind = space.rpartition("_")[2]
    return None if kind == "key" else kind in ("ca", "cert")


def _in_partitions(modem: object, place: object) -> Iterator[tuple]:
    """(space, number, bytes) of each file; None for the bytes of a key."""
    for space in place.sizes:
        wanted = _wanted(space)
        if wanted is not False:
            kept = sorted(wait(place.modem, place.files(space)))
            for number in kept:
                yield space, number, wanted and _all(place, space, number)
            if wanted and not kept:
                yield space, None, b""  # erased, or no container


def _all(place: object, space: str, number: int) -> bytes:
    data = b""
    while piece := wait(place.modem, place.read(space, number, len(data), _PIECE)):
        data += piece
    return data


def _in_nvs(modem: object, _place: object) -> Iterator[tuple]:
    for space in flash.sysmfg_query(modem):
        wanted = _wanted(space)
        if wanted is not False:
            for key, kind in flash.sysmfg_keys(modem, space):
                digits = key.removeprefix(space + ".")
                number = int(digits) if digits.isdecimal() else None
                if kind in (7, 8):
                    yield space, number, wanted and flash.sysmfg_read(modem, space, key)[1]


def _read(space: str, number: int | None, data: bytes) -> Place:
    place = Place(space, number, data)
    try:
        place.certificates = parse(data, place.name)
    except Unwanted as error:
        place.problem = str(error).removeprefix(f"{place.name}: ") if data else "empty"
    return place
