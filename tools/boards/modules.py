"""The pins of modules: where AT commands go in, and where the log comes out.

One row a build of firmware, since it is the build that chooses the pins. Sources: the table
`factory_param_data.csv` and the page "Hardware Connection" of Espressif's esp-at, releases 2.1
(ESP8266) to 5.0; WIZnet's documentation; Seeed's wiki.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pin:
    """A pin of a module. `label`: what is printed beside it, where that says something else."""

    name: str
    label: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.label})" if self.label else self.name


@dataclass(frozen=True)
class Module:
    """A module with one build of firmware; pins as the module sees them.

    `log`: TX of the UART that prints the boot log and takes no commands, and its RX; None where
    there is none, or none is known. `mistaken`: the pins that are taken for those of AT, if they
    are others than the log's.
    """

    id: str
    name: str
    chip: str
    tx: Pin
    rx: Pin
    rts: Pin | None = None
    cts: Pin | None = None
    log: tuple[Pin, Pin | None] | None = None
    mistaken: tuple[Pin, Pin] | None = None
    note: str = ""


def _gpio(tx: int, rx: int, rts: int | None = None, cts: int | None = None) -> dict:
    pins = {"tx": tx, "rx": rx, "rts": rts, "cts": cts}
    return {name: Pin(f"GPIO{n}") for name, n in pins.items() if n is not None}


def _log(tx: int, rx: int) -> tuple[Pin, Pin]:
    return Pin(f"GPIO{tx}", "TX"), Pin(f"GPIO{rx}", "RX")


_BOOT = "its boot log comes out of GPIO1 at 74880 baud"

MODULES = {
    module.id: module
    for module in (
        Module(
            "esp8266-1-3",
            "ESP-01, ESP8266 boards: NonOS AT, or the WROOM-02-N build of ESP-AT 2.x",
            "ESP8266",
            tx=Pin("GPIO1", "TX"),
            rx=Pin("GPIO3", "RX"),
            note="what most ESP-01 come with; " + _BOOT,
        ),
        Module(
            "esp8266-15-13",
            "ESP-12, NodeMCU, D1 mini, WROOM-02: the usual build of ESP-AT 2.x",
            "ESP8266",
            tx=Pin("GPIO15", "D8"),
            rx=Pin("GPIO13", "D7"),
            rts=Pin("GPIO1", "TX"),
            cts=Pin("GPIO3", "RX"),
            log=(Pin("GPIO2", "D4"), None),
            mistaken=(Pin("GPIO1"), Pin("GPIO3")),
            note="not the pins marked TX and RX, nor USB; " + _BOOT,
        ),
        Module(
            "esp32-17-16",
            "ESP32-WROOM-32, ESP32-SOLO-1",
            "ESP32",
            **_gpio(17, 16, 14, 15),
            log=_log(1, 3),
        ),
        Module(
            "esp32-22-19",
            "ESP32-MINI-1, ESP32-PICO-D4, ESP32-WROVER",
            "ESP32",
            **_gpio(22, 19, 14, 15),
            log=_log(1, 3),
        ),
        Module("esp32-c2", "ESP32-C2 (ESP8684)", "ESP32-C2", **_gpio(7, 6, 4, 5), log=_log(20, 19)),
        Module("esp32-c3", "ESP32-C3", "ESP32-C3", **_gpio(7, 6, 4, 5), log=_log(21, 20)),
        Module("esp32-c5", "ESP32-C5", "ESP32-C5", **_gpio(23, 24, 26, 25), log=_log(11, 12)),
        Module("esp32-c6", "ESP32-C6", "ESP32-C6", **_gpio(7, 6, 4, 5), log=_log(16, 17)),
        Module("esp32-c61", "ESP32-C61", "ESP32-C61", **_gpio(7, 6)),
        Module("esp32-s2", "ESP32-S2", "ESP32-S2", **_gpio(17, 21, 19, 20), log=_log(43, 44)),
        Module(
            "wizfi360",
            "WizFi360",
            "WizFi360",
            tx=Pin("UART1_TXD"),
            rx=Pin("UART1_RXD"),
            rts=Pin("UART1_RTS"),
            cts=Pin("UART1_CTS"),
        ),
        Module(
            "grove-uart-wifi-v2",
            "Seeed Grove UART WiFi V2",
            "ESP8285",
            tx=Pin("TX"),
            rx=Pin("RX"),
            note="on any Grove UART; comes with AT firmware as old as SDK 1.1.0",
        ),
    )
}


def log_uarts() -> list[tuple[str, str, str]]:
    """For each module that has a wrong UART to take: (its name, those pins, the right ones)."""
    rows: dict[tuple[str, str], list[str]] = {}
    for module in MODULES.values():
        if wrong := module.mistaken or module.log:
            wrongly = " and ".join(pin.name for pin in wrong if pin)
            rightly = f"{module.tx.name} (TX) and {module.rx.name} (RX)"
            rows.setdefault((wrongly, rightly), []).append(module.name.partition(":")[0])
    return [(", ".join(names), *pins) for pins, names in rows.items()]
