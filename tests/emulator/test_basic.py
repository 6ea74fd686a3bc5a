"""Basic commands, echo, line rules, reset, baud rate: literal bytes of two families."""

import pytest

from espat_tools.emulator import MemoryNetwork, Module, SimClock
from espat_tools.emulator.families import ALL, SINCE_24

C3, N17 = "esp32c3-3.3", "nonos-1.7.4"
BOTH = pytest.mark.parametrize("family", [C3, N17])


# -- echo --------------------------------------------------------------------------------------


def test_echo_of_esp_at_is_the_line(desk):
    # Capture 03, exact.
    assert desk(C3, echo=True).send(b"AT\r\n") == b"AT\r\n\r\nOK\r\n"


def test_echo_of_nonos_repeats_the_cr(desk):
    # at_port.c v0.20: CR is echoed as typed, LF as CR LF.
    assert desk(N17, echo=True).send(b"AT\r\n") == b"AT\r\r\n\r\nOK\r\n"


def test_ate0_is_echoed_itself_and_then_nothing(desk):
    bench = desk(C3, echo=True)
    bench.talk((b"ATE0\r\n", b"ATE0\r\n\r\nOK\r\n"), (b"AT\r\n", b"\r\nOK\r\n"))
    bench.talk((b"ATE1\r\n", b"\r\nOK\r\n"), (b"AT\r\n", b"AT\r\n\r\nOK\r\n"))


def test_characters_are_echoed_as_they_come(desk):
    bench = desk(C3, echo=True)
    assert bench.send(b"AT+C") == b"AT+C"
    bench.module.inject(b"WIFI DISCONNECT\r\n")
    assert bench.send(b"IPMUX?\r\n") == b"WIFI DISCONNECT\r\nIPMUX?\r\n+CIPMUX:0\r\n\r\nOK\r\n"


def test_payload_is_not_echoed(desk):
    bench = desk(C3, echo=True, links=[("echo.test", 7)])
    bench.send(b"AT+CIPSEND=0,2\r\n")
    assert bench.send(b"hi").startswith(b"\r\nRecv 2 bytes\r\n")


# -- lines -------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    "line",
    [
        b"\r\n",
        b"AT+NOSUCH\r\n",
        b"AT+CIPMUX = 1\r\n",
        b"AT+CIPMUX=1 \r\n",
        b"AT+CIPMUX=2\r\n",
        b"AT+CIPMUX=\r\n",
        b"AT+CIPMUX\r\n",
        b"AT+CIPMUX=1,1\r\n",
        b'AT+CIPMUX="1"\r\n',
        b"AT\n",
    ],
)
def test_bad_lines_are_errors(desk, family, line):
    assert desk(family).send(line) == b"\r\nERROR\r\n"


def test_esp_at_takes_any_case(desk):
    # Capture 06.
    assert desk(C3).send(b"at+cipmux?\r\n") == b"+CIPMUX:0\r\n\r\nOK\r\n"


def test_nonos_takes_a_lower_case_head_only(desk):
    bench = desk(N17)
    assert bench.send(b"at+CIPMUX?\r\n") == b"+CIPMUX:0\r\n\r\nOK\r\n"
    assert bench.send(b"at+cipmux?\r\n") == b"\r\nERROR\r\n"


def test_noise_before_a_command(desk):
    # Capture 27 (ESP-AT); at_port.c v0.20 looks for "AT" wherever it is.
    assert desk(C3).send(b"@AT\r\n") == b"\r\nERROR\r\n"
    assert desk(N17).send(b"\xfe@AT\r\n") == b"\r\nOK\r\n"


@BOTH
def test_a_line_of_256_bytes_passes_and_one_more_does_not(desk, family):
    bench = desk(family)
    fits = b'AT+CIPDOMAIN="' + b"a" * 239 + b'"\r\n'
    assert len(fits) == 256
    bench.send(fits)
    assert bench.module.commands == [fits[:-2]]
    assert bench.send(fits[:-4] + b'a"\r\n') == b"\r\nERROR\r\n"
    assert bench.send(b"AT\r\n") == b"\r\nOK\r\n"


def test_lines_come_one_at_a_time_however_they_are_cut(desk):
    whole, cut = desk(C3, echo=True), desk(C3, echo=True)
    line = b"AT+CIPMUX=1\r\nAT+CIPMUX?\r\n"
    said = whole.send(line)
    assert b"".join(cut.send(bytes([byte])) for byte in line) == said
    assert said.endswith(b"+CIPMUX:1\r\n\r\nOK\r\n")


# -- busy --------------------------------------------------------------------------------------


@BOTH
def test_busy_while_a_command_runs(desk, family):
    # Captures 34 and 25: each line is answered, discarded, and the command goes on.
    bench = desk(family)
    assert bench.send(b"AT+CWMODE=1\r\n") == b"\r\nOK\r\n"
    assert bench.send(b'AT+CWJAP="espat","correct horse"\r\n', 0) == b""
    assert bench.send(b"AT+GMR\r\n", 0) == b"\r\nbusy p...\r\n"
    assert bench.send(b"\r\n", 0) == b"\r\nbusy p...\r\n"
    assert bench.wait(1) == b"WIFI CONNECTED\r\nWIFI GOT IP\r\n\r\nOK\r\n"
    assert bench.module.commands[-1].startswith(b"AT+CWJAP")


# -- GMR ---------------------------------------------------------------------------------------


def test_version_of_esp_at(desk):
    lines = desk(C3).send(b"AT+GMR\r\n").split(b"\r\n")
    assert lines[0].startswith(b"AT version:3.3.0.0(") and b" - ESP32C3 - " in lines[0]
    assert lines[1].startswith(b"SDK version:v") and lines[2].startswith(b"compile time(")
    assert lines[3].startswith(b"Bin version:")
    assert lines[4:] == [b"", b"OK", b""]


def test_version_of_nonos_ends_without_a_blank_line(desk):
    # Captures 17, 51.
    said = desk(N17).send(b"AT+GMR\r\n")
    assert said.startswith(b"AT version:1.7.4.0(May 11 2020 19:13:04)\r\nSDK version:3.0.4(")
    assert said.endswith(b"\r\nBin version(Wroom 02):1.7.4\r\nOK\r\n")


# -- settings ----------------------------------------------------------------------------------


def test_settings_of_esp_at(desk):
    desk(C3).talk(
        (b"AT+SYSSTORE?\r\n", b"+SYSSTORE:1\r\n\r\nOK\r\n"),
        (b"AT+SYSSTORE=0\r\n", b"\r\nOK\r\n"),
        (b"AT+SYSSTORE?\r\n", b"+SYSSTORE:0\r\n\r\nOK\r\n"),
        (b"AT+SYSMSG=3\r\n", b"\r\nOK\r\n"),
        (b"AT+SYSMSG?\r\n", b"+SYSMSG:3\r\nOK\r\n"),
        (b"AT+SYSMSG=8\r\n", b"\r\nERROR\r\n"),
        (b"AT+SYSMSG_CUR=1\r\n", b"\r\nERROR\r\n"),
        (b"AT+CWMODE_CUR=1\r\n", b"\r\nERROR\r\n"),
        (b"AT+UART_CUR?\r\n", b"+UART_CUR:115200,8,1,0,0\r\n\r\nOK\r\n"),
        (b"AT+UART_CUR=115200,8,1,0\r\n", b"\r\nERROR\r\n"),
        (b"AT+UART_CUR=79,8,1,0,0\r\n", b"\r\nERROR\r\n"),
    )


def test_settings_of_nonos(desk):
    desk(N17).talk(
        (b"AT+SYSSTORE=0\r\n", b"\r\nERROR\r\n"),
        (b"AT+SYSMSG_CUR=3\r\n", b"\r\nOK\r\n"),
        (b"AT+UART_CUR?\r\n", b"+UART_CUR:115200,8,1,0,0\r\nOK\r\n"),
        (b"AT+CMD?\r\n", b"\r\nERROR\r\n"),
    )


def test_list_of_commands_says_what_is_there(desk):
    bench = desk(C3)
    said = bench.send(b"AT+CMD?\r\n")
    assert said.startswith(b'+CMD:0,"AT",0,0,0,1\r\n+CMD:1,"ATE0",0,0,0,1\r\n')
    assert b',"AT+CIPMUX",0,1,1,0\r\n' in said
    assert b',"AT+CIPRECVTYPE",0,1,1,0\r\n' in said
    assert said.endswith(b"\r\n\r\nOK\r\n")


# -- reset -------------------------------------------------------------------------------------


def test_reset_of_esp_at(desk):
    bench = desk(C3, joined=True)
    # Capture 28: OK, then the lost network, then ready.
    assert bench.send(b"AT+RST\r\n", 0.1) == b"\r\nOK\r\nWIFI DISCONNECT\r\n"
    assert bench.send(b"AT\r\n", 0) == b""
    assert bench.wait(1) == b"\r\nready\r\n"
    assert bench.send(b"AT\r\n") == b"AT\r\n\r\nOK\r\n"


def test_reset_of_nonos_makes_noise_first(desk):
    bench = desk(N17)
    said = bench.send(b"AT+RST\r\n")
    assert said.startswith(b"\r\nOK\r\n") and said.endswith(b"\r\nready\r\n")
    noise = said[6:-9]
    assert b"\x00" in noise and b"\r\n" in noise and b">" in noise
    assert not noise.isascii()


@BOTH
def test_a_reset_loses_what_is_not_in_flash(desk, family):
    bench = desk(family)
    bench.talk((b"AT+CIPMUX=1\r\n", b"\r\nOK\r\n"), (b"AT+CIPDINFO=1\r\n", b"\r\nOK\r\n"))
    bench.send(b"AT+RST\r\n")
    bench.send(b"ATE0\r\n")
    assert bench.send(b"AT+CIPMUX?\r\n") == b"+CIPMUX:0\r\n\r\nOK\r\n"


def test_credentials_survive_a_reset_only_when_stored(desk):
    bench = desk(C3)
    join = b'AT+CWJAP="espat","correct horse"\r\n'
    bench.talk((b"AT+SYSSTORE=0\r\n", b"\r\nOK\r\n"))
    bench.send(join)
    assert bench.send(b"AT+RST\r\n").endswith(b"\r\nready\r\n")
    bench.send(b"ATE0\r\n" + join)
    said = bench.send(b"AT+RST\r\n")
    assert said.endswith(b"\r\nready\r\nWIFI CONNECTED\r\nWIFI GOT IP\r\n")
    assert bench.send(b"AT+RESTORE\r\n").endswith(b"\r\nready\r\n")


def test_no_join_after_boot_when_switched_off(desk):
    bench = desk(C3)
    bench.send(b'AT+CWJAP="espat","correct horse"\r\n')
    bench.talk((b"AT+CWAUTOCONN=0\r\n", b"\r\nOK\r\n"))
    assert bench.send(b"AT+CWAUTOCONN?\r\n") == b"+CWAUTOCONN:0\r\nOK\r\n"
    assert bench.send(b"AT+RST\r\n").endswith(b"\r\nready\r\n")


def test_a_reset_nobody_asked_for(desk):
    bench = desk(C3, links=[("echo.test", 7)], module_baud=115200)
    bench.module.reset(noise=b"ets \xf0\x00")
    assert bench.wait(1) == b"ets \xf0\x00\r\nready\r\n"
    assert bench.send(b"AT+CIPSTATUS\r\n").endswith(b"STATUS:1\r\n\r\nOK\r\n")


# -- baud rate ---------------------------------------------------------------------------------


@BOTH
def test_ok_comes_at_the_old_rate(desk, family):
    bench = desk(family)
    assert bench.send(b"AT+UART_CUR=921600,8,1,0,0\r\n") == b"\r\nOK\r\n"
    garbage = bench.send(b"AT\r\n")
    assert b"OK" not in garbage
    bench.uart.baudrate = 921600
    bench.send(b"\r\n")
    assert bench.send(b"AT\r\n") == b"\r\nOK\r\n"
    bench.send(b"AT+RST\r\n")
    assert bench.module.core.baud == 115200


def test_garbage_both_ways_at_the_wrong_rate(desk):
    bench = desk(C3, module_baud=921600)
    bench.uart.baudrate = 115200
    bench.uart.write(b"AT\r\n")
    assert bench.module.commands == []
    bench.module.inject(b"\r\nOK\r\n")
    said = bench.wait()
    assert len(said) == 6 and min(said) >= 0x80


def test_rates_within_three_percent_agree(desk):
    bench = desk(C3, echo=False)
    bench.uart.baudrate = 117000
    assert bench.send(b"AT\r\n") == b"\r\nOK\r\n"


# -- the object --------------------------------------------------------------------------------


def test_no_password_in_any_repr():
    module = Module(clock=SimClock(), network=MemoryNetwork(), joined=True)
    module.uart().write(b'AT+CWJAP="espat","correct horse"\r\n')
    core = module.core
    shown = [repr(thing) for thing in (module, core, core.flash, core.session, core.station)]
    shown += [repr(point) for point in core.access_points]
    assert not any("correct horse" in text for text in shown)


def test_counters_and_log(desk):
    bench = desk(C3)
    bench.send(b"AT\r\n")
    assert (bench.module.bytes_in, bench.module.bytes_out) == (4, 6)
    assert bench.module.log == [(0.0, "<", b"AT\r\n"), (0.0, ">", b"\r\nOK\r\n")]
    assert bench.module.commands == [b"AT"]


def test_held_back_and_released(desk):
    bench = desk(C3)
    bench.module.hold()
    assert bench.send(b"AT\r\n") == b"" and bench.uart.in_waiting == 0
    bench.module.release()
    assert bench.wait() == b"\r\nOK\r\n"


@pytest.mark.parametrize("family", sorted(ALL))
def test_bluetooth_tells_the_chips_apart(desk, family):
    # No ESP8266 has it; espat asks where the version names no chip.
    there = b"+BLEINIT:0\r\n\r\nOK\r\n" if family in SINCE_24 else b"\r\nERROR\r\n"
    bench = desk(family)
    bench.talk((b"AT+BLEINIT?\r\n", there), (b"AT+BLEINIT=2\r\n", b"\r\nERROR\r\n"))
