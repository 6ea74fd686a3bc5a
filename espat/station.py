# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What ``Radio`` can do beside carrying sockets, by name. Loaded for each use."""

METHODS = ("reset", "command", "deinit")
PROPERTIES = ("connected", "ipv4_address", "firmware")


def use(radio, name):
    """``radio.<name>``: the value of a property, or what to call."""
    if name in PROPERTIES:
        return globals()[name](radio)
    if name in METHODS:
        method = globals()[name]
        return lambda *args, **names: method(radio, *args, **names)
    raise AttributeError(name)


def connected(radio):
    """Whether the module is joined and has an address, as far as its notices tell."""
    radio.modem.step()
    return radio.modem.wifi == 2


def ipv4_address(radio):
    """The module's address on the network (str), None if it has none."""
    if not connected(radio):
        return None
    modem = radio.up()
    from .wifi import cipsta_query

    return cipsta_query(modem)[0]


def firmware(radio):
    """The module's family and version: "ESP32 ESP-AT 3.3"."""
    modem = radio.up()
    from .firmware import name

    return name(modem.firmware)


def reset(radio):
    """Restart the module: by its pin if there is one, else by ``AT+RST``."""
    from .search import restart

    restart(radio)


def deinit(radio):
    """Give the UART back. The module goes on as it is: it may stay joined."""
    radio.modem.up = False
    uart = radio.modem.port.uart
    (getattr(uart, "deinit", None) or uart.close)()


def command(radio, line, timeout=5):
    """Any command, whole: ``radio.command("AT+CIPSTATUS")``.

    :param str line: ASCII, beginning with AT, without CRLF, quoted and escaped by you
    :param timeout: seconds
    :returns: the reply lines, bytes
    :raises ATError: the module refused it
    :raises ValueError: a line break, NUL, or not a command
    """
    name = line.encode()
    if name[:2] != b"AT" or b"\r" in name or b"\n" in name or b"\0" in name:
        raise ValueError("not one AT command")
    from .command import run

    return run(radio.up(), name[2:], (), None, int(timeout * 1000))
