"""The objects around the core: what they refuse, and how they end."""

import threading
import time

import pytest

from espat_tools.emulator import (
    PROFILES,
    AccessPoint,
    MemoryNetwork,
    Module,
    SimClock,
    SocketNetwork,
)
from espat_tools.emulator.params import Refused, split
from espat_tools.emulator.schedule import Scheduler, Until


def test_eight_profiles():
    assert sorted(PROFILES) == [
        "esp32-2.4",
        "esp32c3-3.3",
        "esp32c6-4.1",
        "esp32c6-5.0.1",
        "esp8266-2.2.1",
        "nonos-1.3",
        "nonos-1.7.4",
        "wizfi360",
    ]


def test_an_unknown_profile_names_the_known():
    with pytest.raises(ValueError, match=r"no profile 'esp99'; there are esp32-2\.4, "):
        Module("esp99")


def test_hosts_belong_to_the_network():
    with pytest.raises(ValueError, match="hosts belong to the network"):
        Module(network=MemoryNetwork(), hosts={"a": "127.0.0.1"})


def test_links_need_a_server():
    network = MemoryNetwork()
    with pytest.raises(ConnectionError, match="no server at nobody port 80"):
        Module(clock=SimClock(), network=network, links=[("nobody", 80)])


def test_unknown_options_are_refused():
    with pytest.raises(TypeError, match="passthru"):
        Module(clock=SimClock(), network=MemoryNetwork(), passthru=True)


def test_time_does_not_run_backwards():
    with pytest.raises(ValueError, match="backwards"):
        SimClock().advance(-1)


def test_durations_can_be_set():
    clock = SimClock()
    module = Module(clock=clock, network=MemoryNetwork(), timing={"boot": 7, "command": 1})
    uart = module.uart()
    uart.write(b"AT\r\n")
    assert uart.read() == b"AT\r\n"
    clock.advance(1)
    assert uart.read() == b"\r\nOK\r\n"
    with pytest.raises(ValueError, match="no 'lunch'; there are boot, command, join"):
        Module(clock=clock, network=MemoryNetwork(), timing={"lunch": 1})


def test_a_boot_that_is_seen():
    clock = SimClock()
    module = Module("nonos-1.7.4", clock=clock, network=MemoryNetwork(), boot=True)
    uart = module.uart()
    noise = uart.read()
    assert b"\x00" in noise
    clock.advance(1)
    assert uart.read() == b"\r\nready\r\n"


def test_flash_goes_from_one_module_to_the_next():
    clock = SimClock()
    first = Module(clock=clock, network=MemoryNetwork())
    first.uart().write(b'AT+CWJAP="espat","correct horse"\r\n')
    second = Module(clock=clock, network=MemoryNetwork(), flash=first.core.flash, boot=True)
    uart = second.uart()
    clock.advance(1)
    uart.any()
    clock.advance(1)
    assert uart.read().endswith(b"\r\nready\r\nWIFI CONNECTED\r\nWIFI GOT IP\r\n")


def test_the_face_of_a_uart():
    module = Module(clock=SimClock(), network=MemoryNetwork(), echo=False)
    with module.uart() as uart:
        buffer = bytearray(8)
        assert (uart.in_waiting, uart.any(), uart.readinto(buffer), uart.read()) == (
            0,
            0,
            None,
            None,
        )
        assert uart.write(b"AT\r\n") == 4
        assert (uart.in_waiting, uart.any()) == (6, 6)
        assert uart.readinto(buffer, 2) == 2 and buffer[:2] == b"\r\n"
        assert uart.readinto(memoryview(buffer)[2:]) == 4 and buffer[:6] == b"\r\nOK\r\n"
        uart.write(memoryview(b"AT\r\n"))
        assert uart.read(3) == b"\r\nO"
        uart.reset_input_buffer()
        assert uart.read() is None
        uart.flush()
        uart.reset_output_buffer()
    uart.deinit()


def test_a_read_with_a_time_out():
    with Module(echo=False, joined=True) as module:
        uart = module.uart()
        uart.timeout = 0.05
        start = time.monotonic()
        assert uart.read() is None
        assert time.monotonic() - start >= 0.05
        uart.timeout = 5
        uart.write(b"AT+CWLAP\r\n")
        assert uart.read().startswith(b'+CWLAP:(3,"espat"')
        assert time.monotonic() - start < 5


def test_peers_of_the_memory_network():
    network = MemoryNetwork({"web.test": "10.0.0.1"})
    assert network.listen("web.test", 80, object()) == "10.0.0.1"
    module = Module(clock=SimClock(), network=network, links=[("web.test", 80)], mux=0, echo=False)
    uart = module.uart()
    peer = network.peers[0]
    peer.send(b"lost")
    peer.reset()
    assert uart.read() == b"CLOSED\r\n"
    with pytest.raises(BrokenPipeError):
        peer.send(b"late")
    network.refuse("web.test")
    uart.write(b'AT+CIPSTART="TCP","web.test",80\r\n')
    module.clock.advance(1)
    assert uart.read() == b"\r\nERROR\r\nCLOSED\r\n"
    with pytest.raises(ConnectionRefusedError):
        network.dial(80)


def test_the_control_of_a_pseudo_terminal_module_from_another_thread():
    with Module(echo=False) as module:
        module.open_pty()
        assert module.open_pty() == module.open_pty()
        module.reset(noise=b"boot")
        deadline = time.monotonic() + 5
        while (">", b"\r\nready\r\n") not in [event[1:] for event in module.log]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    module.close()


def test_a_failure_in_the_thread_is_not_lost(caplog):
    class Broken(SocketNetwork):
        failing = False

        def poll(self):
            if self.failing:
                raise ZeroDivisionError
            return super().poll()

    network = Broken()
    module = Module(network=network)
    module.open_pty()
    network.failing = True
    deadline = time.monotonic() + 5
    while any(thread.name == "espat emulator" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    network.failing = False
    with pytest.raises(RuntimeError, match="the emulated module failed"):
        module.close()
    assert "ZeroDivisionError" in caplog.text


def test_an_access_point_without_a_password_is_open():
    assert AccessPoint("a").security == 0
    assert AccessPoint("a", "12345678").security == 3


# -- parts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, values",
    [
        (b"1", [1]),
        (b"-1,+2", [-1, 2]),
        (b"", [None]),
        (b",,3", [None, None, 3]),
        (b'"a","",4', [b"a", b"", 4]),
        (rb'"a\,b\"c\\"', [b'a,b"c\\']),
        (rb'"\x"', [b"x"]),
        (b'"\xc3\xa9 "', [b"\xc3\xa9 "]),
    ],
)
def test_parameters(text, values):
    assert split(text) == values


@pytest.mark.parametrize(
    "text", [b'"a', b'"a"b', b'"a,b"', b"a", b"1 ", b" 1", b"1.5", b"--1", b'"a\\', b"1;2", b"0x1g"]
)
def test_bad_parameters(text):
    with pytest.raises(Refused):
        split(text)


def test_a_chain_of_waits_is_exact_however_rarely_it_runs():
    clock = SimClock()
    scheduler = Scheduler(clock)
    times = []

    def steps():
        for _ in range(5):
            yield 0.3
            times.append(scheduler.now)

    scheduler.start(steps())
    clock.advance(100)
    scheduler.run()
    assert times == pytest.approx([0.3, 0.6, 0.9, 1.2, 1.5])
    assert scheduler.next_due() is None


def test_waiting_for_a_condition_with_a_limit():
    clock = SimClock()
    scheduler = Scheduler(clock)
    held = []

    def steps(condition, limit):
        held.append((yield Until(condition, limit)))

    box = []
    scheduler.start(steps(lambda: box, 1.0))
    scheduler.start(steps(lambda: False, 2.0))
    box.append(1)
    scheduler.run()
    assert held == [True]
    clock.advance(2)
    scheduler.run()
    assert held == [True, False]


def test_what_is_cleared_does_not_happen():
    clock = SimClock()
    scheduler = Scheduler(clock)
    happened = []
    scheduler.after(1, lambda: happened.append("timer"))

    def steps():
        try:
            yield 1
            happened.append("task")
        finally:
            happened.append("closed")

    scheduler.start(steps())
    scheduler.clear()
    clock.advance(2)
    scheduler.run()
    assert happened == ["closed"]
