"""Every trigger of a fault, by what it does to the bytes at the serial port."""

import pytest

from espat_tools.emulator import MemoryNetwork, Module, SimClock
from espat_tools.emulator.faults import TRIGGERS

OK = b"\r\nOK\r\n"
MARK = b"#"


def marked(desk, trigger, **options):
    """A desk whose module puts a # between its bytes where the trigger says."""
    return desk(faults=[f"insert {MARK.decode()} {trigger}"], **options)


def test_without_a_trigger_and_now_are_at_once(desk):
    assert desk(faults=["insert #"]).wait() == MARK
    assert marked(desk, "now").wait() == MARK


@pytest.mark.parametrize("words", ["after 3", "after 3 bytes", "after 3 bytes out", "after 3 out"])
def test_after_bytes_out(desk, words):
    at = marked(desk, words)
    at.talk((b"AT\r\n", b"\r\nO#K\r\n"), (b"AT\r\n", OK))


def test_after_no_bytes(desk):
    marked(desk, "after 0").talk((b"", MARK), (b"AT\r\n", OK))


def test_after_all_bytes_of_a_reply_does_not_wait_for_the_next(desk):
    marked(desk, "after 6").talk((b"AT\r\n", OK + MARK), (b"AT\r\n", OK))


def test_after_bytes_in(desk):
    at = marked(desk, "after 3 bytes in", echo=True)
    assert at.send(b"AT\r\n") == b"AT\r#\n" + OK
    one = desk(faults=["notice ready after 1 byte in"], echo=True)
    assert one.send(b"AT\r\n") == b"A\r\nready\r\nT\r\n" + OK


def test_every_so_many_bytes(desk):
    at = marked(desk, "every 4 bytes")
    at.talk((b"AT\r\n", b"\r\nOK#\r\n"), (b"AT\r\n", b"\r\n#OK\r\n#"))
    inwards = marked(desk, "every 1 byte in")
    inwards.talk((b"AT\r\n", b"###" + OK + MARK))


def test_at_a_time(desk):
    at = marked(desk, "at 2.5s")
    assert at.wait(2.4) == b""
    assert at.wait(0.2) == MARK
    assert at.wait(100) == b""


def test_at_a_time_in_order_with_what_the_module_does_itself(desk):
    """However late anybody looks: the boot takes 0.2 s, the fault comes at 0.1 s and 0.3 s."""
    faults = ["insert a at 100ms", "insert b at 0.3s"]
    at = desk("esp32-2.4", boot=True, faults=faults)
    assert at.wait(10) == b"a\r\nready\r\nb"


def test_every_so_much_time(desk):
    at = marked(desk, "every 2min")
    assert at.wait(119) == b""
    assert at.wait(2) == MARK
    assert at.wait(3 * 120) == MARK * 3


def test_times_outlive_a_reset(desk):
    at = marked(desk, "every 10s")
    assert at.send(b"AT+RST\r\n", 5) == OK + b"\r\nready\r\n"
    assert at.wait(20) == MARK * 2


def test_at_a_command(desk):
    at = marked(desk, "at AT+CIPMUX")
    at.talk(
        (b"AT\r\n", OK),
        (b"AT+CIPMUX=1\r\n", MARK + OK),
        (b"AT+CIPMUX=0\r\n", OK),
    )


def test_at_the_nth_command(desk):
    at = marked(desk, "at AT+CIPMUX 2nd")
    at.talk(
        (b"AT+CIPMUX=1\r\n", OK),
        (b"AT\r\n", OK),
        (b"AT+CIPMUX=0\r\n", MARK + OK),
        (b"AT+CIPMUX=1\r\n", OK),
    )


def test_at_each_command(desk):
    at = marked(desk, "at AT+CIPMUX each")
    at.talk((b"AT+CIPMUX=1\r\n", MARK + OK), (b"AT+CIPMUX=0\r\n", MARK + OK), (b"AT\r\n", OK))


@pytest.mark.parametrize(
    ("pattern", "command", "hit"),
    [
        ("AT+CIPM", b"AT+CIPMUX=1", True),
        ("at+cipmux", b"AT+CIPMUX=1", True),
        ("AT+CIPMUX?", b"AT+CIPMUX?", True),
        ("AT+CIPMUX?", b"AT+CIPMUX=1", False),
        ("AT+CIPMUX=1", b"AT+CIPMUX=0", False),
        ("*MUX*", b"AT+CIPMUX=1", True),
        ("*MUX", b"AT+CIPMUX=1", False),
        ("AT+*=1", b"AT+CIPMUX=1", True),
        ("*", b"AT", True),
        ('"AT+CIPMUX=1"', b"AT+CIPMUX=1", True),
    ],
)
def test_commands_by_their_beginning_or_whole_with_stars(desk, pattern, command, hit):
    reply = marked(desk, f"at {pattern}").send(command + b"\r\n")
    assert (MARK in reply) is hit


def test_chance_per_byte(desk):
    at = marked(desk, "chance 10% per byte", seed=1)
    said = b"".join(at.send(b"AT\r\n") for _ in range(1000))
    assert said.replace(MARK, b"") == OK * 1000
    assert 500 < said.count(MARK) < 700
    assert {said[i - 1 : i] for i in range(1, len(said)) if said[i] == MARK[0]} >= {
        bytes([byte]) for byte in OK
    }


@pytest.mark.parametrize(("chance", "expected"), [("1", b"###"), ("0", b""), ("100%", b"###")])
def test_chance_per_byte_in_certain_and_impossible(desk, chance, expected):
    at = marked(desk, f"chance {chance} per byte in")
    assert at.send(b"AT") + at.send(b"\r") == expected


def test_chance_per_command(desk):
    at = marked(desk, "chance 0.25 per command", seed=2)
    hits = sum(at.send(b"AT\r\n") == MARK + OK for _ in range(400))
    assert 60 < hits < 140


def test_chance_per_one_command(desk):
    at = marked(desk, "chance 50% per AT+CIPMUX")
    said = [at.send(b"AT\r\n") for _ in range(50)]
    assert said == [OK] * 50
    hits = sum(at.send(b"AT+CIPMUX=1\r\n") == MARK + OK for _ in range(100))
    assert 20 < hits < 80


def test_every_trigger_of_the_grammar_has_its_test():
    """A new row needs a line here, and a test above."""
    assert [usage for usage, _, _ in TRIGGERS] == [
        "now",
        "after COUNT [byte|bytes] [WAY]",
        "every COUNT byte|bytes [WAY]",
        "at TIME",
        "every TIME",
        "at COMMAND [NTH]",
        "at COMMAND each",
        "chance CHANCE per byte [WAY]",
        "chance CHANCE per command",
        "chance CHANCE per COMMAND",
    ]


# -- the same again ----------------------------------------------------------------------------

NOISY = (
    "flip bit chance 1% per byte",
    "drop byte chance 0.5% per byte",
    "duplicate 3 bytes chance 0.5% per byte",
    "busy chance 10% per command",
    "drop 1 byte chance 1% per byte in",
    "notice WIFI DISCONNECT chance 0.3% per byte",
    "fragment 5 bytes 3ms apart at 10s",
)


def run(seed, faults=NOISY):
    """What a module says in a long talk."""
    clock = SimClock()
    with Module(clock=clock, network=MemoryNetwork(), faults=faults, seed=seed) as module:
        uart, said = module.uart(), b""
        for number in range(300):
            uart.write(b"AT+GMR\r\n" if number % 3 else b"AT+CIPMUX=1\r\n")
            clock.advance(0.5)
            said += uart.read() or b""
        return said, list(module.faults.hits)


def test_the_same_seed_is_the_same_run():
    assert run(7) == run(7)
    assert len(run(7)[1]) > 300


def test_another_seed_is_another_run():
    assert run(7) != run(8)


def test_a_fault_more_leaves_the_chances_of_the_others_alone():
    def flips(faults):
        _said, hits = run(7, faults)
        return [hit for hit in hits if hit[1] == NOISY[0]]

    assert flips(NOISY[:1]) == flips([NOISY[0], "busy at AT+NEVER"])


def test_ten_minutes_pass_by_the_simulated_clock():
    """Simulated time alone: a scenario of ten minutes, one look at its end."""
    faults = ["wifi lost for 30s at 2min", "reset at 5min", "notice ready every 150s"]
    clock = SimClock()
    with Module(clock=clock, network=MemoryNetwork(), joined=True, faults=faults) as module:
        uart = module.uart()
        clock.advance(600)
        said = uart.read()
        assert [round(seconds) for seconds, _ in module.faults.hits] == [
            120,
            150,
            300,
            300,
            450,
            600,
        ]
        assert clock.now() == 600
    assert said == (
        b"WIFI DISCONNECT\r\n"  # 2 min
        b"\r\nready\r\n"  # 2.5 min, in the middle of the loss
        b"WIFI CONNECTED\r\nWIFI GOT IP\r\n"
        b"\r\nready\r\n"  # 5 min: a notice, and a reset, which prints its own
        b"\r\nready\r\n"
        b"\r\nready\r\n\r\nready\r\n"
    )


def test_paced_input_stops_at_the_byte_a_fault_is_due():
    """The command's last bytes come after the restart that its third byte brought."""
    clock = SimClock()
    faults = ["reset after 3 bytes in"]
    with Module(clock=clock, network=MemoryNetwork(), paced=True, faults=faults) as module:
        uart = module.uart()
        uart.write(b"ATE0\r\n")
        clock.advance(1)
        assert uart.read() == b"ATE\r\nready\r\n"
        assert module.faults.hits == module.faults.hits.__class__(
            [(pytest.approx(30 / 115200), faults[0])]
        )
