"""Any faults together, any commands, any family: the module never fails, and comes to rest."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from espat_tools.emulator import PROFILES, MemoryNetwork, Module, SimClock
from espat_tools.emulator.faults import ACTIONS, TRIGGERS

COMMANDS = (
    b"AT\r\n",
    b"AT+GMR\r\n",
    b"AT+CWMODE=1\r\n",
    b'AT+CWJAP="espat","correct horse"\r\n',
    b"AT+CWQAP\r\n",
    b"AT+CIPMUX=1\r\n",
    b"AT+CIPRECVMODE=1\r\n",
    b'AT+CIPSTART=0,"TCP","echo.test",7\r\n',
    b'AT+CIPSTART="TCP","echo.test",7\r\n',
    b'AT+CIPSTART=1,"UDP","time.test",123,1123,2\r\n',
    b"AT+CIPSEND=0,5\r\n",
    b"AT+CIPSEND=5\r\n",
    b"AT+CIPSEND\r\n",
    b"AT+CIPMODE=1\r\n",
    b"hello",
    b"+++",
    b"AT+CIPRECVDATA=0,1000\r\n",
    b"AT+CIPCLOSE=5\r\n",
    b"AT+CIPSERVER=1,80\r\n",
    b'AT+CIPDOMAIN="echo.test"\r\n',
    b'AT+PING="echo.test"\r\n',
    b"AT+RST\r\n",
    b"AT+RESTORE\r\n",
    b"AT+UART_CUR=9600,8,1,0,0\r\n",
    b"\xff\x00AT",
)
VALUES = {
    "COUNT": ["0", "1", "7"],
    "TIME": ["0s", "3ms", "400ms", "3s"],
    "DURATION": ["0s", "50ms", "2s"],
    "NTH": ["1st", "2nd"],
    "CHANCE": ["0", "2%", "0.4", "1"],
    "COMMAND": ["AT+CIPSEND", "AT+CWJAP", "*", "*=*"],
    "LINK": ["0", "1", "all"],
    "BIT": ["0", "7"],
    "WAY": ["in", "out"],
    "TEXT": ["ready", "WIFI DISCONNECT", "0,CLOSED", r'"\r\n+IPD,0,3:x"', '""'],
}


@st.composite
def said(draw, usages):
    """A text of one of the templates, its slots filled in."""
    usage = draw(st.sampled_from(usages))
    words, skipping = [], False
    for word in usage.replace("[", "[ ").replace("]", " ]").split():
        if word == "[":
            skipping = draw(st.booleans())
        elif word == "]":
            skipping = False
        elif not skipping:
            words.append(draw(st.sampled_from(VALUES.get(word, word.split("|")))))
    return " ".join(words)


ACTION = said([row.usage for row in ACTIONS])
TRIGGER = said([usage for usage, _, _ in TRIGGERS]).filter(lambda when: when != "every 0s")
FAULT = st.tuples(ACTION, TRIGGER)


class Echo:
    """Sends back what comes."""

    def received(self, peer, data):
        peer.send(data)


#: What goes on after its fault is canceled.
ENDLESS = ("stalled", "slow", "fragment", "busy to")


def answers(module, uart, clock):
    """Once what was begun is over, and what waits for a command or a byte has had it."""
    for _ in range(5):
        clock.advance(30)
        uart.baudrate = module.core.baud
        uart.write(b"+++")
        clock.advance(3)
        uart.write(b"\r\n" * 60)
        clock.advance(30)
        uart.read()
        uart.write(b"AT\r\n")
        clock.advance(3)
        if b"OK\r\n" in (uart.read() or b""):
            return True
    return False


@settings(
    deadline=None,
    max_examples=100,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    st.sampled_from(sorted(PROFILES)),
    st.lists(FAULT, min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(COMMANDS), st.sampled_from([0.0, 0.05, 1.0])), max_size=25),
    st.booleans(),
    st.integers(0, 3),
)
def test_any_faults_and_any_commands(profile, faults, commands, paced, seed):
    clock, network = SimClock(), MemoryNetwork()
    network.listen("echo.test", 7, Echo)
    network.udp("time.test", 123)
    options = {"clock": clock, "network": network, "joined": True, "paced": paced, "seed": seed}
    with Module(profile, faults=faults, **options) as module:
        uart = module.uart()
        for command, seconds in commands:
            uart.write(command)
            clock.advance(seconds)
            uart.read()
        for fault in module.faults.faults:
            fault.cancel()
        if not any(do.startswith(ENDLESS) for do, _ in faults):
            assert answers(module, uart, clock)
