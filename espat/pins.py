# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Creates the UART and pins from a board's names for them. Loaded once, then forgotten."""


def _board():
    """Return CircuitPython's ``board``; None in MicroPython."""
    try:
        import board
    except ImportError:
        return None
    return board


def uart(wiring, baudrate, flow):
    """See ``Wiring.uart()``."""
    board = _board()
    wires = [("tx", wiring.tx), ("rx", wiring.rx)]
    if flow:
        wires += [("rts", wiring.rts), ("cts", wiring.cts)]
        if not wiring.rts:
            raise ValueError("flow control: RTS and CTS are not wired to the module")
    pins = {"baudrate": baudrate}
    for wire, names in wires:
        pins[wire] = _pin(board, names)
    if board:
        from busio import UART

        return UART(timeout=0, receiver_buffer_size=wiring.RX_BUFFER, **pins)
    from machine import UART

    if flow:
        pins["flow"] = UART.RTS | UART.CTS
    return UART(wiring.number, rxbuf=wiring.RX_BUFFER, **pins)


def high(pins):
    """Make each of these pins an output that is high. Returns them in this order; None for None."""
    board = _board()
    return [pin and _high(board, _pin(board, pin)) for pin in pins]


def _high(board, pin):
    if not board:
        pin.init(pin.OUT, value=1)
        return pin
    from digitalio import DigitalInOut

    found = DigitalInOut(pin)
    found.switch_to_output(True)
    return found


def _pin(board, names):
    name = names[0 if board else 1]
    if name is None:
        raise RuntimeError("espat_board: not known for this runtime: make the UART yourself")
    if board:
        return getattr(board, name)
    from machine import Pin

    return Pin(name)
