# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Find out what is wrong between a board and its module: the checks of `espat doctor` without a PC.

CircuitPython or MicroPython. Put espat/ on the board, and say where the module is: copy a file of
boards/ as espat_board.py, or (CircuitPython) put ESPAT_TX and ESPAT_RX into settings.toml. Then run
this file: as code.py, with `mpremote run`, or by `import espat_doctor`. It takes up to half a
minute, needs no network, and stores nothing in the module. The last line has the names of the
findings; docs/troubleshooting.md explains them.
"""

from espat import firmware, texts
from espat.rates import RATES, set_rate

# Name: what is wrong, and what to do. "%s" is replaced by what was seen.
FINDINGS = {
    "well": ("All is well: the module answers, and no byte was lost or bent.", ""),
    "bridged": (
        "What is sent comes straight back, and nothing else: TX and RX are joined.",
        "Take the module off: if it goes on, the bridge is on the board's side.",
    ),
    "silent": (
        "Nothing comes back, at any rate.",
        "Is 3.3 V at its VCC and its EN? Swap TX and RX once. Does it wait for CTS? Or are these "
        "the pins of its log? Commands go to GPIO13 (RX), GPIO15 (TX) of an ESP8266 with ESP-AT "
        "2.x; 3, 1 with other firmware; 16, 17 or 19, 22 of an ESP32; 6, 7 of a C2, C3, C6; 24, "
        "23 of a C5. Then press its reset while this runs.",
    ),
    "low": (
        "Only zeros come: RX of this end is held low.",
        "Take the wire off RX: if the zeros stop, the other end holds it. Has the module power?",
    ),
    "log": (
        "A boot log, and no answer: this is the log UART, which takes no commands.",
        "Take the pins of the AT UART: GPIO15, 13 of an ESP8266; 17, 16 or 22, 19 of an ESP32; "
        "7, 6 of a C2, C3, C6; 23, 24 of a C5 (TX, RX).",
    ),
    "loader": (
        "The chip waits for new firmware: its boot pin was low when it started.",
        "Leave GPIO0 (GPIO9 on a C3 or C6) open, and restart the module.",
    ),
    "garbage": (
        "Bytes come, and make no sense at any rate.",
        "Join the grounds. Was the module set to a rate of its own? RATES in espat_board.py.",
    ),
    "deaf": (
        "It is heard starting, and does not hear this end.",
        "Check the wire from TX of this board to its RX, and that it is the right pin.",
    ),
    "boot_noise": (
        "Garbage came by itself, once, and nothing answers.",
        "The boot log of an ESP8266, at 74880 baud? Then these are not the pins of AT: GPIO13 (RX) "
        "and GPIO15 (TX) with ESP-AT 2.x, else 3 and 1; or the wire to its RX is open.",
    ),
    "data_mode": (
        "It was in data mode (passthrough), or waited for the rest of a payload: ended with +++.",
        "espat does the same when it starts. If it comes back: AT+SAVETRANSLINK=0.",
    ),
    "boot_loop": (
        "It restarts by itself: %s times while we looked.",
        "Its supply is weak: 500 mA, 100 uF between VCC and GND, short wires. EN and RST to 3.3 V.",
    ),
    "not_at": (
        "It talks, but not AT: %s",
        "Flash AT firmware for its chip. Or, if it has that, these are the pins of its log.",
    ),
    "busy": ("It says busy to everything.", "Restart it: by RST or EN, or with AT+RST."),
    "old": (
        "Its firmware is too old for espat: %s.",
        "Flash ESP-AT 2.2 or newer, or NonOS AT 1.7.4 where the flash has 1 MB.",
    ),
    "active_only": (
        "%s pushes what arrives, however fast the program reads.",
        "For large downloads flash NonOS AT 1.7.4, or ESP-AT 2.2 or newer.",
    ),
    "unknown": (
        "It answers AT, and its firmware is none that espat knows: %s",
        "Run espat_selftest.py: it tells what works.",
    ),
    "other_rate": (
        "It answers at %s baud, not at this board's rate.",
        "espat finds it by itself, but later: ESPAT_BAUDRATE, or restart the module.",
    ),
    "half_flow": (
        "RTS/CTS is on at the module's end only: it waits for CTS before it sends.",
        "AT+UART_CUR=115200,8,1,0,0 turns it off; or wire both, and use uart(flow=True).",
    ),
    "lossy": (
        "Bytes are lost or bent on the way %s.",
        "Join the grounds, shorten the wires, give the UART 2048 bytes, or take a lower rate.",
    ),
    "falls_silent": ("It answered, and then no more.", "A loose wire, or a weak supply?"),
}
GOOD = ("well", "data_mode", "active_only", "unknown", "other_rate")


class Wire:
    """The UART, with counts of what was received on it."""

    def __init__(self, port):
        self.port = port
        self.piece = memoryview(bytearray(64))
        self.boots = self.rate = self.log_rate = 0
        self.booted = None  # when boot messages last came: those of one boot may come in two pieces
        self.log = self.loader = False
        self.zeros = True  # only zeros came
        self.count = 0  # bytes received

    def say(self, data):
        """Write all of the data."""
        view = memoryview(data)
        then = self.port.ticks()
        while view and self.port.since(then) < 2000:
            view = view[self.port.write(view) :]

    def listen(self, ms, early=False):
        """The bytes that come within a number of ms, up to 1 KB; early: stop after a result."""
        port = self.port
        got = bytearray()
        begun = last = port.ticks()
        while port.since(begun) < ms:
            n = port.read(self.piece)
            if n:
                if len(got) < 1024:
                    got += self.piece[:n]
                self.count += n
                last = port.ticks()
            elif early and port.since(last) > 30 and answered(got):
                break
            else:
                port.pause()
        got = bytes(got)
        self._note(got)
        return got

    def ask(self, data, ms=300):
        """Send data, and return what comes back."""
        self.say(data)
        return self.listen(ms, True)

    def tune(self, rate):
        """Set the rate; returns False if this UART cannot."""
        try:
            set_rate(self.port.uart, rate)
        except (OSError, ValueError):
            return False
        self.rate = rate
        self.listen(5)
        return True

    def _note(self, got):
        if got.strip(b"\0"):
            self.zeros = False
        roms = max(got.count(b"ESP-ROM:"), got.count(b"rst:0x"), got.count(b"rst cause:"))
        starts = max(roms, got.count(b"ready\r\n") - got.count(b"already\r\n"))
        if starts:
            self.log_rate = self.rate
            if self.booted is not None and self.port.since(self.booted) < len(got) // 10 + 100:
                starts -= 1
            self.boots += starts
            self.booted = self.port.ticks()
        if b"Brownout detector was triggered" in got:
            self.boots += 2
        self.log = self.log or roms > 0
        if b"waiting for download" in got or b"boot mode:(1," in got:
            self.loader = True


def answered(got):
    """The result in some bytes: ``b"OK"`` or ``b"ER"``; empty if there is none."""
    for word in (b"OK\r\n", b"ERROR\r\n"):
        if got[: len(word)] == word or b"\n" + word in got:
            return word[:2]
    return b""


def plain(data):
    """Data without line ends, since modules change those when they echo."""
    return data.replace(b"\r", b"").replace(b"\n", b"")


def readable(data):
    """Whether bytes are text."""
    return len(data) > 3 and sum([c < 127 and (c > 31 or c in b"\t\r\n\x1b") for c in data]) > (
        len(data) * 9 // 10
    )


class Examination:
    """One examination of a module. ``findings``: (name, what was seen), in order."""

    def __init__(self, port):
        self.wire = Wire(port)
        self.findings = []
        self.busy = self.echo = self.heard = self.replies = False
        self.text = b""  # the text that came; if the module replies, its last reply
        self.echoes = False

    def find(self, name, seen=None):
        self.findings.append((name, seen))

    def run(self, first):
        """Examine all; returns the name of the first bad finding, else "well"."""
        rates = [first] + [rate for rate in RATES if rate != first]
        self.wire.tune(first)
        print("listening")
        self.wire.listen(1000)
        rate = self.search(rates)
        if not rate and not self.busy:
            # Bytes that come straight back may be sent by the peer of a module in data mode.
            rate = self.leave([self.wire.rate] if self.echo else rates[:5])
        if rate:
            self.know(rate, first)
        else:
            self.why_not(first)
        bad = [each for each in self.findings if each[0] not in GOOD] or [("well", None)]
        self.findings = bad + [each for each in self.findings if each[0] in GOOD]
        return bad[0][0]

    def search(self, rates):
        """The rate at which the module answers, or None."""
        for rate in rates:
            print("trying", rate, "baud")
            if self.wire.tune(rate) and self.tries():
                return rate
            if self.busy or self.echo:
                break
        return None

    def tries(self):
        """Whether the module answers at this rate."""
        refused = asked = 0
        port = self.wire.port
        begun = port.ticks()
        while asked < 3 or (self.busy and port.since(begun) < 20000):
            asked += 1
            got = self.wire.ask(b"AT\r\n")
            how = answered(got)
            refused += how == b"ER"
            if how == b"OK" or refused == 3:
                self.echoes = b"AT" in got[: got.find(b"OK")]
                return True
            self.busy = b"busy p" in got or b"busy s" in got
            if not got and not self.wire.boots:
                continue
            self.heard = self.heard or len(got.strip(b"\0")) > 0
            if self.busy:
                pass
            elif got.strip(b"\0") and not plain(got).replace(b"AT", b""):
                self.echo = True
            elif readable(got) and plain(got)[:2] == b"AT":
                self.replies = True
                self.text = got
            elif readable(got) and not self.replies and len(got) > len(self.text):
                self.text = got
            self.wire.listen(300)
        return False

    def leave(self, rates):
        """The same after ``+++``, with a pause of a second before and after it."""
        for rate in rates:
            print("trying to end data mode at", rate, "baud")
            if not self.wire.tune(rate):
                continue
            self.wire.listen(1100)
            self.wire.say(b"+++")
            self.wire.listen(1100)
            if self.tries():
                self.find("data_mode")
                return rate
        return None

    def why_not(self, first):
        """Nothing answers: find the reason in the bytes that came."""
        wire = self.wire
        if self.heard and not (wire.boots or self.text or self.busy or self.echo):
            wire.tune(74880)  # noise may be the boot log of an ESP8266 at this rate
            wire.listen(4000)
        if wire.boots:
            wire.tune(wire.log_rate or first)
            wire.listen(4000)
        if wire.loader:
            self.find("loader")
        elif wire.boots > 1:
            self.find("boot_loop", wire.boots)
        elif self.replies:
            self.find("not_at", plain(self.text)[2:62])
        elif wire.log:
            self.find("log")
        elif self.busy:
            self.find("busy")
        elif self.echo:
            self.find("bridged")
        elif not wire.count:
            self.find("silent")
        elif wire.zeros:
            self.find("low")
        elif not self.heard:
            self.find("deaf" if wire.boots else "boot_noise")
        elif self.text:
            self.find("not_at", plain(self.text)[:60])
        else:
            self.find("garbage")

    def know(self, rate, first):
        """The module answers: find out its firmware, and how good the wire is."""
        wire = self.wire
        if rate != first:
            self.find("other_rate", rate)
        lines = []
        for line in wire.ask(b"AT+GMR\r\n", 2000).replace(b"\r", b"").split(b"\n"):
            if line and line not in (b"AT+GMR", b"OK", b"ERROR"):
                print("  ", str(line, "ascii") if readable(line) else line)
                lines.append(line)
        which = firmware.identify(lines)
        if not which[1]:
            self.find("unknown", lines)
        elif which[0] == 0 and which[1] < 0x10:
            self.find("old", texts.firmware_name(which))
        elif which[1] < texts.since("PASSIVE")[which[0]]:
            self.find("active_only", texts.firmware_name(which))
        fields = wire.ask(b"AT+UART_CUR?\r\n", 1000).split(b"+UART_CUR:")[-1].split(b",")
        if len(fields) == 5 and fields[4][:1] in b"23":
            self.find("half_flow")
        print("measuring the wire")
        self.measure()
        if wire.boots:
            wire.listen(4000)
        if wire.boots > 1:
            self.findings = [each for each in self.findings if each[0] in GOOD]
            self.find("boot_loop", wire.boots)

    def measure(self):
        """Count damaged replies, which test one direction, and echoed lines, which test both."""
        wire = self.wire
        wire.ask(b"ATE1\r\n", 1000)
        bent = echoes = 0
        whole = None
        for n in range(40):
            got = wire.ask(b"AT+GMR\r\n", 2000)
            if not answered(got):
                return self.find("falls_silent")
            body = got[got.find(b"\n") :]
            whole = whole or body
            bent += body != whole
            if n % 2:
                line = b"AT+" + b"0123456789" * 10
                got = wire.ask(line + b"\r\n", 2000)
                echoes += line not in got
        if not self.echoes:
            wire.ask(b"ATE0\r\n", 1000)
        print("   40 replies, %d bent; 20 lines sent and echoed, %d bent" % (bent, echoes))
        if bent or echoes:
            here = "to this board" if bent else "to the module" if echoes > 2 else "there and back"
            self.find("lossy", here)
        return None


def examine(port, first=115200):
    """Examine the module at a port (``radio.modem.port``), print what is found, and return the name
    of the worst finding.
    """
    examination = Examination(port)
    worst = examination.run(first)
    for name, seen in examination.findings:
        says, do = FINDINGS[name]
        print()
        print(says % (seen,) if "%s" in says else says)
        if do:
            print("  ", do)
    print()
    print("espat doctor:", ", ".join([name for name, _ in examination.findings]))
    return worst


def main():
    """Examine the module of this board, which espat_board.py or settings.toml describe."""
    from espat.board import shared
    from espat.rates import rate_of

    port = shared().modem.port
    return examine(port, rate_of(port.uart) or 115200)


if __name__ in ("__main__", "espat_doctor"):
    main()
