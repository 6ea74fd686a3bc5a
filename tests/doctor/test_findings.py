"""Each fault is told from the others, by what comes over the wire."""

import re

import pytest

from espat_tools.doctor import signs
from espat_tools.doctor.examine import examine
from espat_tools.doctor.faults import BAD, FAULTS, at_pins
from espat_tools.emulator import PROFILES
from tests.doctor.onboard.script import modem
from tests.doctor.places import (
    CASES,
    PASSTHROUGH,
    PAYLOAD,
    TO_ECHO,
    Full,
    emulated,
    examined,
    scripted,
)


def names(done):
    return [each.name for each in done.findings]


@pytest.mark.parametrize("case", CASES)
def test_each_fault_is_found(case):
    wanted, _ = CASES[case]
    done, seconds = examined(case)
    assert seconds < 60
    assert names(done) == wanted, done.heard
    assert done.well == (wanted[0] == "well")


def test_every_fault_has_a_case():
    assert {name for wanted, _ in CASES.values() for name in wanted} == set(FAULTS)


BY_FIRMWARE = {
    "passthrough": (["well", "data_mode"], PASSTHROUGH),
    "passthrough to who sends it back": (["well", "data_mode"], TO_ECHO),
    "a payload": (["well", "data_mode"], PAYLOAD),
    "another rate": (["well", "other_rate"], {"module_baud": 460800}),
    "a weak supply": (["boot_loop"], {"faults": ["brown-out 40 times 400ms apart"]}),
    "busy": (["busy"], {"faults": ["busy to all but AT+RST"]}),
    "RTS/CTS": (["half_flow"], {"rtscts": True}),
    "echo off": (["well"], {"echo": False}),
}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("fault", BY_FIRMWARE)
def test_each_fault_on_every_firmware(fault, profile):
    wanted, how = BY_FIRMWARE[fault]
    found = names(examine(emulated(profile, **how)))
    assert [name for name in found if name != "active_only"] == wanted


@pytest.mark.parametrize("profile", PROFILES)
def test_every_firmware_is_well(profile):
    done = examine(emulated(profile))
    assert done.well
    assert done.rate == 115200
    assert done.firmware
    assert done.version
    assert done.measured.echo.damaged == done.measured.replies.damaged == 0
    assert set(names(done)) <= {"well", "active_only"}


# ---- what a finding says ------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_all_facts_are_filled_in(case):
    for finding in examined(case)[0].findings:
        text = " ".join([finding.says, *finding.causes, *finding.do])
        assert not re.search(r"[{}]|None", text), text
        assert finding.level != BAD or finding.do


def test_silence_lists_what_it_may_be_and_the_pins_by_chip():
    (finding,) = examine(scripted()).findings
    assert len(finding.causes) == 5
    steps = " / ".join(finding.do)
    for chip, pin in (("ESP32-C3", "GPIO7"), ("NodeMCU", "GPIO15"), ("ESP32-MINI-1", "GPIO22")):
        assert re.search(f"{chip}[^/]*{pin}", steps)


def test_a_boot_log_names_its_chip_and_its_pins():
    (finding,) = examined("the log UART of an ESP32-C3")[0].findings
    assert "the log UART of an ESP32-C3" in finding.says
    assert finding.do == ["Take the pins of the AT UART: GPIO7 (TX) and GPIO6 (RX)."]
    (finding,) = examined("the log UART of an ESP8266")[0].findings
    assert "GPIO15 (TX) and GPIO13 (RX)" in finding.do[0]


def test_pins_where_a_chip_has_several_builds():
    assert at_pins("ESP32").count("GPIO") == 4
    assert "GPIO22 (TX) and GPIO19 (RX) on ESP32-MINI-1" in at_pins("ESP32")
    assert at_pins(None).count("GPIO") >= 14


def test_the_pin_that_chose_the_loader():
    assert "GPIO0 was low" in examined("GPIO0 is low, ESP8266")[0].findings[0].says


@pytest.mark.parametrize("way", ["here", "there"])
def test_which_way_bytes_are_lost(way):
    done = examined(f"bytes are lost on the way {way}")[0]
    assert ("from" if way == "here" else "to") + " the module" in done.findings[0].says
    assert re.search(r"\d+ of (40 replies|20 lines) came damaged", done.findings[0].says)


def test_the_rate_that_was_found():
    done = examine(emulated(module_baud=921600))
    assert done.rate == 921600
    assert "at 921600 baud, not at 115200" in done.findings[1].says


def test_a_rate_of_its_own_is_tried_first():
    done = examine(emulated(module_baud=101010), 101010)
    assert (done.rate, names(done)) == (101010, ["well"])


def test_flow_control_at_this_end_only():
    done = examine(emulated(), rtscts=True)
    assert names(done) == ["half_flow"]
    assert "on at this end only" in done.findings[0].says


def test_flow_control_at_both_ends_is_well():
    wire = emulated(rtscts=True)
    wire.port.rtscts = True
    assert names(examine(wire, rtscts=True)) == ["well"]


def test_a_port_that_takes_no_bytes_says_so():
    done = examine(scripted(kind=Full))
    assert "nobody lowers its CTS" in done.findings[0].says


# ---- what it leaves behind, and how long it takes -----------------------------------------------


@pytest.mark.parametrize("echo", [True, False])
def test_the_echo_is_left_as_it_was(echo):
    wire = emulated(echo=echo)
    examine(wire)
    wire.say(b"AT\r\n")
    assert (b"AT\r" in wire.listen(0.2)) == echo


def test_nothing_is_stored_or_restarted():
    found = []
    wire = emulated(after=found.append)
    examine(wire)
    said = b" ".join(found[0].commands)
    assert not re.search(rb"_DEF|RST|RESTORE|SYSSTORE|CWJAP|UART_CUR=", said)


def test_data_mode_is_ended_for_good():
    wire = emulated(**PASSTHROUGH)
    examine(wire)
    assert names(examine(wire)) == ["well"]


def test_it_says_what_it_does():
    said = []
    examine(scripted(), tell=said.append)
    assert said[:2] == ["listening", "trying 115200 baud"]
    assert len([line for line in said if line.startswith("trying ")]) >= 15


def test_a_boot_log_at_its_own_rate():
    """What `boot_noise` says to do: the log then names its chip."""
    wire = scripted(
        every=b"\r\n ets Jan  8 2013,rst cause:2, boot mode:(3,7)\r\n", gap=1e9, rate=74880
    )
    (finding,) = examine(wire, 74880, listen=10).findings
    assert finding.name == "log"
    assert "ESP8266" in finding.says


# ---- signs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        (b"", signs.NOTHING),
        (b"\0\0", signs.ZEROS),
        (b"AT\r\n", signs.ECHO),
        (b"AT\r\nAT\r\n", signs.ECHO),
        (b"AT\r\r\n\r\nOK\r\n", signs.ANSWER),
        (b"\0AT\r\n\r\nOK\r\n", signs.ANSWER),
        (b"AT\r\n\r\nERROR\r\n", signs.REFUSAL),
        (b"\r\nbusy p...\r\n", signs.BUSY),
        (b"login: \r\n", signs.TEXT),
        (b"AT\r\n-sh: AT: not found\r\n# ", signs.REPLY),
        (b"\xfe\x80\x1c\xf0\x0c", signs.NOISE),
        (b"BOOK\r\n", signs.TEXT),
    ],
)
def test_signs(got, wanted):
    assert signs.sign(b"AT\r\n", got) == wanted


def test_boots_are_counted_once_each():
    assert signs.boots(b"\r\nready\r\n") == 1
    assert signs.boots(b"\xffready\r\n\x00\r\nready\r\n") == 2
    assert signs.boots(b"already\r\n") == 0
    assert signs.boots(b"ESP-ROM:esp32c3-api1\r\nrst:0x1 (POWERON)\r\n") == 1
    assert signs.boots(2 * b"\r\n ets Jan  8 2013,rst cause:4, boot mode:(3,6)\r\n") == 2


def test_a_modem_that_answers_error_to_everything():
    done = examine(scripted(lambda data: data + b"\r\nERROR\r\n"))
    assert done.rate == 115200
    assert "unknown" in names(done)


def test_gmr_is_shown_as_it_came():
    done = examine(scripted(modem(b"AT version:1.7.4.0(May 11 2020)\r\nSDK version:3.0.4\r\n")))
    assert done.version == ["AT version:1.7.4.0(May 11 2020)", "SDK version:3.0.4"]
    assert done.firmware == "NonOS AT 1.7"
