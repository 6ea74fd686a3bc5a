"""`record://` and `replay://`: ports of pyserial's like any other."""

import threading
import time

import pytest
import serial

import espat_tools  # noqa: F401 - makes pyserial know the URLs
from espat import Radio
from espat_tools.emulator import Module
from espat_tools.transcripts import HOST, MODULE, SETTING, Event, Source, Transcript, load
from tests.transcripts import steps

HEADER = "espat transcript 1\nfirmware: none\nsource: wire format\ndate: 2026-11-30\n\n"


@pytest.fixture
def file(tmp_path):
    """Makes a transcript of some lines; its path."""

    def make(*lines, header=HEADER):
        path = tmp_path / "talk.txt"
        path.write_text(header + "".join(f"{line}\n" for line in lines))
        return path

    return make


def play(path, timeout=1.0, **options):
    query = "&".join(f"{name}={value}" for name, value in options.items())
    return serial.serial_for_url(f"replay://{path}?{query}", baudrate=115200, timeout=timeout)


TALK = ["0.000 -> b'AT\\r\\n'", "0.010 <- b'\\r\\nOK\\r\\n'", "0.020 -> b'ATE0\\r\\n'"]


# ---- replay -------------------------------------------------------------------------------------


def test_replay(file):
    with play(file(*TALK)) as port:
        assert not port.in_waiting
        assert port.write(b"AT\r") == 3
        assert not port.in_waiting
        port.write(b"\n")
        assert port.in_waiting == 6
        assert port.read(2) == b"\r\n"
        assert port.read_until(b"\r\n") == b"OK\r\n"
        assert port.missing == r"line 8: the host has not said b'ATE0\r\n'"
        assert not port.over
        port.write(b"ATE0\r\n")
        assert port.over
        assert port.missing == ""


def test_a_departure_is_told_at_the_very_write(file):
    path = file(*TALK)
    with play(path) as port:
        port.write(b"AT\r\n")
        port.read(6)
        port.write(b"AT")
        with pytest.raises(serial.SerialException) as caught:
            port.write(b"+GMR\r\n")
    assert str(caught.value) == (
        f"{path}, line 8: expected b'E0\\r\\n', got b'+GMR\\r\\n', behind b'AT'"
    )


def test_a_host_that_says_too_much(file):
    with play(file(*TALK[:1])) as port, pytest.raises(serial.SerialException, match="all was said"):
        port.write(b"AT\r\nAT\r\n")


PROMPT = [
    "0.000 -> b'AT+CIPSEND=0,2\\r\\n'",
    "0.010 <- b'\\r\\nOK\\r\\n'",
    "0.020 <- b'0,CLOSED\\r\\n'",
    "0.020 <- b'\\r\\n>'",
    "0.030 -> b'hi'",
    "0.030 <- b'\\r\\nRecv 2 bytes\\r\\n\\r\\nSEND FAIL\\r\\n'",
    "0.040 <- b'\\r\\nSEND OK\\r\\n'",
    "0.040 -> b'AT\\r\\n'",
]


def test_a_host_that_does_not_wait(file):
    """A payload before its prompt, a command before the result; a notice may be read later."""
    path = file(*PROMPT)
    with play(path) as port:
        port.write(b"AT+CIPSEND=0,2\r\n")
        port.read(6)
        with pytest.raises(serial.SerialException, match="before it had read"):
            port.write(b"hi")
    with play(path) as port:
        port.write(b"AT+CIPSEND=0,2\r\n")
        port.read(19)
        port.write(b"hi")
        with pytest.raises(serial.SerialException, match="before it had read"):
            port.write(b"AT\r\n")
    with play(path) as port:
        port.write(b"AT+CIPSEND=0,2\r\n")
        port.read(19)
        port.write(b"hi")
        port.read_until(b"FAIL\r\n")
        port.write(b"AT\r\n")  # the late verdict is not waited for
        assert port.read(20) == b"\r\nSEND OK\r\n"
        assert port.over


def test_the_end(file):
    """With a time-out a silent port; without one there is no use in waiting."""
    with play(file("0.000 <- b'ready'"), timeout=0) as port:
        assert port.read(10) == b"ready"
        assert port.read(10) == b""
        port.timeout = None
        with pytest.raises(serial.SerialException, match="nothing more will come"):
            port.read(1)


@pytest.mark.parametrize("timeout", [0, 0.05])
def test_a_module_that_waits_for_the_host(file, timeout):
    with play(file(*TALK), timeout=timeout) as port:
        start = time.monotonic()
        assert port.read(5) == b""
        assert time.monotonic() - start >= timeout


def test_a_read_in_another_thread(file):
    with play(file(*TALK), timeout=None) as port:
        got = []
        reader = threading.Thread(target=lambda: got.append(port.read(6)))
        reader.start()
        port.write(b"AT\r\n")
        reader.join(10)
        assert got == [b"\r\nOK\r\n"]
        port.write(b"A")
        reader = threading.Thread(target=lambda: got.append(port.read(6)))
        reader.start()
        while reader.is_alive():
            port.cancel_read()
            reader.join(0.01)
        assert got[1:] == [b""]


def test_byte_by_byte(file):
    with play(file("0.000 <- b'ready'"), cut=1) as port:
        assert [port.read(100) for _ in range(5)] == [b"r", b"e", b"a", b"d", b"y"]
    with play(file("0.000 <- b'ready'"), cut=2, timeout=None) as port:
        assert port.read(5) == b"ready"


def test_as_slowly_as_it_was(file):
    with play(file("0.000 <- b'1'", "0.200 <- b'2'"), timeout=5, speed=1) as port:
        assert port.read(1) == b"1"
        assert not port.in_waiting
        assert port.read(1) == b"2"


def test_whole(file):
    port = play(file(*TALK), whole="yes")
    port.write(b"AT\r\n")
    with pytest.raises(serial.SerialException, match="the host has not read"):
        port.close()
    assert not port.is_open
    port.close()


def test_a_secret_of_another_length(file):
    line = '0.000 -> b\'AT+CWJAP="attic","********"\\r\\n\''
    with play(file(line)) as port:
        port.write(b'AT+CWJAP="attic","sesame88"\r\n')
        assert port.over
    with play(file(line)) as port, pytest.raises(serial.SerialException, match="as long as"):
        port.write(b'AT+CWJAP="attic","sesame"\r\n')
    with play(file(line)) as port, pytest.raises(serial.SerialException, match="attic"):
        port.write(b'AT+CWJAP="cellar","sesame8"\r\n')
    with play(file("0.000 -> b'key=********&*'")) as port:
        port.write(b"key=sesame88&")
        with pytest.raises(serial.SerialException):
            port.write(b"x")
    unmasked = HEADER.replace("\n\n", "\nmasked: no\n\n")
    with play(file(line, header=unmasked)) as port, pytest.raises(serial.SerialException):
        port.write(b'AT+CWJAP="attic","sesame88"\r\n')


def test_any_setting_will_do(file):
    with play(file(*TALK)) as port:
        port.baudrate = 921600
        port.rts = port.dtr = False
        port.send_break(0)
        settings = port.get_settings()
        port.apply_settings({**settings, "timeout": 3})
        assert port.timeout == 3
        assert port.cts
        port.reset_output_buffer()
        port.flush()
        port.write(b"AT\r\n")
        port.reset_input_buffer()
        assert port.in_waiting == 0
    for use in (port.flush, port.read, lambda: port.write(b"x"), lambda: port.in_waiting):
        with pytest.raises(serial.PortNotOpenError):
            use()
    port.open()  # from the beginning
    port.write(b"AT\r\n")
    port.close()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("replay://", "names no file"),
        ("replay:///no/such/file.txt", "could not open /no/such/file.txt: No such file"),
        ("replay:///tmp", "could not open /tmp: Is a directory"),
        ("replay://x?tempo=3", "no option tempo="),
        ("replay://x?speed=fast", "no number"),
        ("replay://x?cut=-1", "no number"),
        ("replay://x?whole=perhaps", "yes or no"),
        ("record://x", "which port"),
        ("record://x?port=", "which port"),
        ("record://?port=loop://", "names no file"),
        ("record://x?mask=maybe&port=loop://", "yes or no"),
        ("record://x?source=a module&port=loop://", "none of real module"),
        ("record://x?colour=red&port=loop://", "no option colour="),
        ("record://x?title=a%0ab&port=loop://", "one line"),
        ("record://x?port=nosuch://y", "nosuch"),
        ("record:///no/such/x?port=loop://", "could not write /no/such/x"),
    ],
)
def test_urls_that_are_wrong(url, reason, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(serial.SerialException, match=reason):
        serial.serial_for_url(url)


def test_a_file_that_is_no_transcript(file):
    with pytest.raises(serial.SerialException, match=r"talk.txt, line 1: no transcript"):
        play(file(header="hello\n"))


# ---- record -------------------------------------------------------------------------------------


def record(path, port, **options):
    query = "".join(f"{name}={value}&" for name, value in options.items())
    return serial.serial_for_url(f"record://{path}?{query}port={port}", baudrate=115200, timeout=1)


def test_record(tmp_path):
    path = tmp_path / "a file.txt"
    with record(path, "loop://", source="emulator, none", firmware="mine", title="a loop") as port:
        assert port.write(b"AT\r\n") == 4
        assert port.in_waiting == 4
        assert port.read(3) == b"AT\r"
        during = load(path)
        port.baudrate = 9600
        port.baudrate = 9600
        port.rts = False
        assert not port.cts, "the other port's"
        assert port.read(1) == b"\n"
        port.timeout = 0
        assert port.read(1) == b""
    after = load(path)
    said = [(event.way, event.what) for event in after.events]
    assert said == [
        (SETTING, ("baud", 115200)),
        (HOST, b"AT\r\n"),
        (MODULE, b"AT\r"),
        (SETTING, ("baud", 9600)),
        (SETTING, ("rts", 0)),
        (MODULE, b"\n"),
    ]
    assert [(event.way, event.what) for event in during.events] == said[:3]
    assert (after.firmware, after.source, after.title) == (
        "mine",
        Source("emulator", "none"),
        "a loop",
    )
    with pytest.raises(serial.PortNotOpenError):
        port.write(b"x")
    port.close()


def test_nothing_emulated_passes_for_real(tmp_path):
    """Nobody says what is at the other end: the file does not, either; of espat:// it is known."""
    path = tmp_path / "talk.txt"
    record(path, "loop://").close()
    assert load(path).source == Source("unstated", "through loop://")
    record(path, "espat://?profile=nonos-1.3&ap=attic:sesame88").close()
    assert load(path).source == Source("emulator", "profile nonos-1.3")
    assert b"sesame88" not in path.read_bytes()
    record(path, "espat://").close()
    assert load(path).source == Source("emulator", "espat://")


def test_masked_unless_asked(tmp_path):
    for mask, word in (("yes", b"********"), ("no", b"sesame88")):
        path = tmp_path / "talk.txt"
        with record(path, "loop://", mask=mask) as port:
            port.write(b'AT+CWJAP="attic","sesame88"\r\n')
        assert load(path).masked is (mask == "yes")
        assert word in load(path).said(HOST)
        path.unlink()


def test_what_is_not_masked_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "talk.txt"
    with record(path, "loop://", mask="no") as port:
        port.write(b"AT version:1.7.4.0\r\n")
        port.read(20)
        assert path.stat().st_mode & 0o077 == 0
    assert load(path).firmware == "AT version:1.7.4.0"
    assert path.stat().st_mode & 0o077 == 0


def test_another_ports_url_may_have_options_of_its_own(tmp_path):
    talk = tmp_path / "talk.txt"
    talk.write_text(HEADER + "0.000 <- b'ready\\r\\n'\n")
    copy = tmp_path / "copy.txt"
    with record(copy, f"replay://{talk}?speed=1&cut=1") as port:
        assert [port.read(9) for _ in range(3)] == [b"r", b"e", b"a"]
    assert load(copy).said(MODULE) == b"rea"


@pytest.mark.parametrize("profile", ["nonos-1.7.4", "esp32c3-3.3"])
def test_record_a_driver_at_work_and_replay_it(profile, tmp_path):
    """Through a pseudo-terminal, in real time; and then to the same driver, in three ways."""
    path = tmp_path / "join.txt"
    with Module(profile) as module:
        port = record(path, module.open_pty(), source=f"emulator, profile {profile}")
        with Radio(port, rx_size=2048) as radio:
            outcome = steps.join(radio)
            firmware = radio.firmware
    assert outcome == ["192.168.1.50"]
    transcript = load(path)
    assert transcript.firmware.startswith("AT version:")
    assert steps.PASSWORD not in path.read_text()
    for options in ({}, {"cut": 1}, {"speed": 3}):
        port = play(path, timeout=0, whole="yes", **options)
        with Radio(port, rx_size=2048) as radio:
            assert steps.join(radio) == outcome
            assert radio.firmware == firmware


def test_the_recording_of_a_replay_says_the_same(tmp_path, file):
    path = file(*PROMPT)
    copy = tmp_path / "copy.txt"
    with record(copy, f"replay://{path}") as port:
        for event in load(path).events:
            if event.way == HOST:
                port.write(event.what)
            else:
                assert port.read(len(event.what)) == event.what
    assert [(e.way, e.what) for e in load(copy).events[1:]] == [
        (e.way, e.what) for e in load(path).events
    ]
    assert isinstance(load(copy), Transcript)
    assert isinstance(load(copy).events[0], Event)
