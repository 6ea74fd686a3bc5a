"""What happens to the module reaches the task that waits for it, as an OSError that says what to
do; other tasks live on.
"""

import time

import pytest

from tests.micropython.conftest import ONBOARD
from tests.peers import Peer, echo

AT_RATE = ONBOARD / "board_at_rate.py"
BEAT = {"beat": ONBOARD / "beat.py"}
SILENT = "the module does not answer: check power"


@pytest.fixture
def pico(make_pico):
    with Peer(echo) as peer:
        yield make_pico({"echo.test": ("127.0.0.1", {7: peer.port})})


def trouble(pico, what, fault, after=0, again=20):
    """The line that tells the error, and all lines, when a fault hits an await."""
    with pico.started("trouble", what, again, modules=BEAT) as program:
        program.wait_for("begun")
        time.sleep(after)
        pico.module.fault(fault)
        lines = program.ended(90)
    assert lines[:2] == ["first", "begun"]
    assert "beats True" in lines
    return next(line for line in lines if line.startswith("OSError")), lines


@pytest.mark.parametrize("what", ["listen"])
def test_silence(pico, what, capsys):
    """A module that says nothing any more: found out in seconds, however the task waits."""
    error, lines = trouble(pico, what, "delay 3600s", after=0.3, again=0)
    assert SILENT in error or "the module never confirmed a send" in error
    after = next(line for line in lines if line.startswith("after"))
    with capsys.disabled():
        print(f"\nsilence in a {what}: an error {after} ms; the longest {lines[-1]}")


def test_silence_blocks_nobody(pico):
    """While the driver tries all rates to find the module, no call waits for that."""
    with pico.started("silence", 115200, modules={"espat_board": AT_RATE}) as program:
        program.wait_for("silence")
        pico.module.fault("delay 3600s")
        program.say("")
        lines = program.ended(120)
    errors = [line for line in lines if line.startswith(("error", "status"))]
    assert len(errors) == 4
    for error in errors[1:]:
        assert SILENT in error
    assert lines.count("connect 115") == 2
    assert lines[-1] == "waited 0"


@pytest.mark.parametrize(
    ("what", "fault", "number"),
    [
        ("read", "drop 30 bytes out at AT+CIPRECVDATA", "104"),
        ("read", "reset at AT+CIPSEND 3rd", "104"),
        ("listen", "reset", "104"),
        ("connect", "reset at AT+CIPSTART 2nd", "104"),
    ],
)
def test_half_a_reply_or_a_restart(pico, what, fault, number):
    """And the next connection works."""
    error, lines = trouble(pico, what, fault, after=0.2)
    assert error.startswith(f"OSError {number}")
    assert "line b'again\\n'" in lines
