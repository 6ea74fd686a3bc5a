"""What goes wrong with `espat ca`: one sentence each, and nothing half written."""

import errno
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import serial

from espat_tools.ca import change, cli, module
from espat_tools.emulator import SimClock
from tests.ca.conftest import KINDS, PATIENCE, WRITES, pem, root, run, start
from tests.driver.desk import SimPort

ONE, TWO = root("one"), root("two")
PARTITIONS, NVS = "esp32-2.4", "esp32c3-3.3"

# The port


class Dead:
    """A UART that nobody is at the other end of."""

    baudrate = 115200
    timeout = 0

    def readinto(self, _view):
        return None

    def write(self, view):
        return len(view)

    def deinit(self):
        """Nothing to put away."""


@pytest.mark.parametrize("command", ["list", "remove", "check"])
def test_a_module_that_is_silent(monkeypatch, command):
    monkeypatch.setattr(module, "open_port", lambda *_: SimPort(Dead(), SimClock()))
    said = run(command, "--port", "the port").failed()
    assert said == (
        "the module does not answer: check power (300 mA), TX to RX, the baud rate, and that no "
        "other program has the port"
    )


class Other(Dead):
    """Something else that speaks: a receiver of satellites, once a second."""

    def __init__(self, clock):
        self.clock = clock
        self.next = 0

    def readinto(self, view):
        if self.clock.now() < self.next:
            return None
        self.next = self.clock.now() + 1
        line = b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n"
        view[: len(line)] = line
        return len(line)


def test_a_port_with_something_else(monkeypatch):
    clock = SimClock()
    monkeypatch.setattr(module, "open_port", lambda *_: SimPort(Other(clock), clock))
    assert "the module does not answer" in run("list", "--port", "the port").failed()


def test_a_port_that_is_not_there(tmp_path):
    assert (
        "There is no port /dev/no-such-port" in run("list", "--port", "/dev/no-such-port").failed()
    )
    path = tmp_path / "file"
    path.write_bytes(b"")
    assert f"{path} is not a serial port" in run("list", "--port", path).failed()
    said = run("list", "--port", "espat://?profile=no-such-module").failed()
    assert "no-such-module" in said


def test_a_port_that_is_in_use(make_bench):
    bench = make_bench(NVS)
    with serial.Serial(bench.port, exclusive=True):
        assert f"Another program has {bench.port} open" in bench.run("list").failed()
    bench.run("list").fine()


def test_nothing_is_asked_for():
    assert run("add", "--port", "x").failed().startswith("Which roots? Give a FILE")
    assert run("add", "--root", "x").status == 2  # click's: no --port


# The module


@pytest.mark.parametrize(
    ("profile", "fault"),
    [
        *((PARTITIONS, f"reset at AT+SYSFLASH=1 {nth}") for nth in ("1st", "2nd", "3rd")),
        (PARTITIONS, "reset at AT+SYSFLASH=0"),
        (NVS, "reset at AT+SYSMFG=2"),
        (NVS, "busy at AT+SYSMFG=2"),
    ],
)
def test_a_module_that_restarts_once(make_bench, file, profile, fault):
    bench = make_bench(profile)
    shipped = bench.item(0)
    bench.module.fault(fault)
    bench.run("add", file(pem(ONE, TWO))).fine()
    assert bench.roots == pem(ONE, TWO) and bench.item(0) == shipped
    assert bench.module.faults is not None


def test_a_module_that_restarts_whenever_it_is_written_to(make_bench, file):
    """What stood in the partition cannot be saved; it is not lost."""
    bench = make_bench(PARTITIONS)
    bench.run("add", file(pem(ONE))).fine()
    for nth in ("1st", "2nd", "3rd"):
        bench.module.fault(f"reset at AT+SYSFLASH=1 {nth}")
    said = bench.run("add", file(pem(TWO))).failed()
    assert "It holds no roots now" in said and "espat ca add --port PORT " in said
    path = Path(said.rpartition(" ")[2])
    try:
        assert path.read_bytes() == pem(ONE, TWO)
        bench.run("add", path).fine()
    finally:
        path.unlink()
    assert bench.roots == pem(ONE, TWO)


@pytest.mark.parametrize("fault", ["reset at AT+SYSMFG=2 each", "refuse at AT+SYSMFG=2"])
def test_entries_of_nvs_stand_until_they_are_written(make_bench, file, fault):
    bench = make_bench(NVS)
    bench.run("add", file(pem(ONE))).fine()
    bench.module.fault(fault)
    said = bench.run("add", file(pem(TWO))).failed()
    assert said.startswith("Not written, and what was there stands: ")
    assert bench.roots == pem(ONE)


def test_a_module_that_refuses_after_the_erasing(make_bench, file):
    bench = make_bench(PARTITIONS)
    bench.module.fault("refuse at AT+SYSFLASH=1 2nd")
    said = bench.run("add", file(pem(ONE, TWO))).failed()
    assert "failed while it was written to" in said
    path = Path(said.rpartition(" ")[2])
    bench.run("add", path).fine()
    path.unlink()
    assert bench.roots == pem(ONE, TWO)


def test_roots_that_were_damaged(make_bench, file):
    bench = make_bench(NVS)
    bench.run("add", file(pem(ONE))).fine()
    space = bench.module.core.store.spaces["client_ca"]
    kind, data = space["client_ca.1"]
    space["client_ca.1"] = (kind, data[:-40])
    for command, *rest in (["check"], ["add", file(pem(TWO))], ["remove", "--root", "CA"]):
        said = bench.run(command, *rest).failed()
        assert "the module's own roots: bad PEM" in said and "--replace, or remove" in said
    assert "bad PEM" in bench.run("list").fine().out
    bench.run("add", "--replace", file(pem(TWO))).fine()
    assert bench.roots == pem(TWO)
    space["client_ca.1"] = (kind, data[:-40])
    bench.run("remove").fine()
    assert bench.roots is None


def test_what_reads_back_otherwise(make_bench, file, monkeypatch):
    bench = make_bench(NVS)
    plain = change._write
    monkeypatch.setattr(change, "_write", lambda radio, wanted: plain(radio, pem(TWO)))
    assert "reads back otherwise" in bench.run("add", file(pem(ONE))).failed()


# Being stopped


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("profile", KINDS)
def test_stopped_while_it_writes(make_bench, file, monkeypatch, profile, name):
    """Whatever the signal: what was begun is done first."""
    bench = make_bench(profile)
    before = signal.getsignal(getattr(signal, name))
    plain = change._write

    def write(radio, wanted):
        signal.raise_signal(getattr(signal, name))
        plain(radio, wanted)

    monkeypatch.setattr(change, "_write", write)
    ran = bench.run("add", file(pem(ONE)))
    assert ran.status == cli.STOPPED
    assert ran.sentence == "Stopped, after the module was written to and read back."
    assert bench.roots == pem(ONE)
    assert signal.getsignal(getattr(signal, name)) == before


def test_in_a_thread(make_bench, file):
    """Where signals cannot be put off, they do not come."""
    bench = make_bench(NVS)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(bench.run, "add", file(pem(ONE))).result().fine()
    assert bench.roots == pem(ONE)


def test_ctrl_c_on_a_real_wire(make_bench, file):
    """In the middle of 6 KB at the speed of a wire."""
    roots = pem(*[root(str(number)) for number in range(9)])
    bench = make_bench(PARTITIONS, paced=True)
    with start("add", "--port", bench.port, file(roots)) as command:
        try:
            _until(lambda: bench.said(b"AT+SYSFLASH=1"), command)
            command.send_signal(signal.SIGINT)
            _, said = command.communicate(timeout=PATIENCE)
        finally:
            command.kill()
    assert command.returncode == cli.STOPPED and said.startswith("Stopped, after the module")
    assert bench.roots == roots


def _until(happens, command):
    end = time.monotonic() + PATIENCE
    while not happens():
        assert command.poll() is None and time.monotonic() < end
        time.sleep(0.005)


def test_ctrl_c_before_anything_is_written(make_bench, file, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    bench = make_bench(NVS)
    monkeypatch.setattr(cli, "plan", stop)
    ran = bench.run("add", file(pem(ONE)))
    assert (ran.status, ran.err) == (cli.STOPPED, "Stopped.\n")
    assert bench.said(*WRITES) == []


def test_an_adapter_that_is_pulled(make_bench, file, monkeypatch):
    bench = make_bench(PARTITIONS)
    bench.run("add", file(pem(ONE))).fine()
    plain = serial.Serial.write

    def write(port, data):
        if bytes(data).startswith(b"AT+SYSFLASH=1"):
            raise serial.SerialException("write failed: [Errno 5] Input/output error")
        return plain(port, data)

    monkeypatch.setattr(serial.Serial, "write", write)
    said = bench.run("add", file(pem(TWO))).failed()
    monkeypatch.undo()
    assert "is the adapter still plugged in?" in said
    path = Path(re.search(r"\S+\.pem", said).group())
    bench.run("add", path).fine()
    path.unlink()
    assert bench.roots == pem(ONE, TWO)


def test_a_pager_that_was_left(monkeypatch):
    """What reads our output may leave: that is click's to deal with, as for every command."""

    def leave(*_):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(module, "open_port", leave)
    assert "Error" not in run("list", "--port", "x").err
