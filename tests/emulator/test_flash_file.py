"""What a module stores, from one run to the next."""

import json
import os
import stat

import pytest

from espat_tools.emulator import PROFILES, MemoryNetwork, Module, SimClock
from espat_tools.emulator.flash_file import BadFlash, FlashFile

JOIN = b'"espat","correct horse"\r\n'


def run(path, *commands, profile="esp32c3-3.3"):
    """Plug a module in and say something to it; returns what it said, the boot first."""
    clock = SimClock()
    options = {"clock": clock, "network": MemoryNetwork(), "echo": False, "boot": True}
    with Module(profile, flash=path, **options) as module:
        uart, said = module.uart(), []
        clock.advance(5)
        said.append(uart.read())
        for command in commands:
            uart.write(command)
            clock.advance(3)
            said.append(uart.read())
    return said


@pytest.mark.parametrize("profile", PROFILES)
def test_a_module_joins_again_by_what_it_stored(tmp_path, profile):
    path = tmp_path / "flash.json"
    mode = b"AT+CWMODE=1\r\n"
    assert b"WIFI GOT IP" not in run(path, profile=profile)[0]
    run(path, mode, b"AT+CWJAP=" + JOIN, profile=profile)
    assert run(path, profile=profile)[0].endswith(b"ready\r\nWIFI CONNECTED\r\nWIFI GOT IP\r\n")


def test_the_file_can_be_read_by_people_and_by_its_owner_alone(tmp_path):
    path = tmp_path / "flash.json"
    run(path, b"AT+CWMODE=1\r\n", b"AT+CWJAP=" + JOIN)
    content = json.loads(path.read_text("utf-8"))
    assert content["profile"] == "esp32c3-3.3"
    assert content["settings"]["ssid"] == {"text": "espat"}
    assert content["settings"]["ap_ip"] == ["192.168.4.1", "192.168.4.1", "255.255.255.0"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["flash.json"]


def test_every_kind_of_setting_comes_back(tmp_path):
    path = tmp_path / "flash.json"
    commands = (
        b'AT+CIPSTA="10.0.0.7","10.0.0.1","255.0.0.0"\r\n',
        b'AT+CWSAP="\xff\xfe","12345678",3,4\r\n',
        b'AT+SAVETRANSLINK=1,"web.test",80\r\n',
        b"AT+UART_DEF=9600,8,1,0,0\r\n",
    )
    said = run(path, b"AT+CWMODE=3\r\n", *commands)
    assert [each[-4:] for each in said[1:]] == [b"OK\r\n"] * 5
    settings, _ = FlashFile(path, "esp32c3-3.3").load()
    assert (settings.baud, settings.wifi_mode) == (9600, 3)
    assert settings.station_ip == ("10.0.0.7", "10.0.0.1", "255.0.0.0")
    assert settings.ap_ssid == b"\xff\xfe"
    assert settings.saved_link[:3] == ("TCP", "web.test", 80)


def test_certificates_come_back(tmp_path):
    path = tmp_path / "flash.json"
    write = b'AT+SYSMFG=2,"client_ca","client_ca.0",8,3\r\n'
    read = b'AT+SYSMFG=1,"client_ca","client_ca.0"\r\n'
    before = run(path, write, b"\x00\xff!", read)[-1]
    assert b"\x00\xff!" in before
    assert run(path, read)[-1] == before
    erase = b'AT+SYSFLASH=0,"client_ca",0,4096\r\n'
    write = b'AT+SYSFLASH=1,"client_ca",16,4\r\n'
    read = b'AT+SYSFLASH=2,"client_ca",14,8\r\n'
    other = tmp_path / "other.json"
    before = run(other, erase, write, b"abcd", read, profile="esp32-2.4")[-1]
    assert b"\xff\xffabcd\xff\xff" in before
    assert run(other, read, profile="esp32-2.4")[-1] == before


def test_it_is_written_only_when_something_changed(tmp_path):
    path = tmp_path / "flash.json"
    with Module(clock=SimClock(), network=MemoryNetwork()) as module:
        file = FlashFile(path, "esp32c3-3.3")
        assert file.save(module.core.flash)
        assert not file.save(module.core.flash)
        module.core.flash.wifi_mode = 3
        assert file.save(module.core.flash)
        again = FlashFile(path, "esp32c3-3.3")
        again.load()
        assert not again.save(module.core.flash)


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "flash.json"
    with Module(clock=SimClock(), network=MemoryNetwork()) as module:
        file = FlashFile(path, "esp32c3-3.3")
        file.save(module.core.flash)
        old = path.read_bytes()
        module.core.flash.wifi_mode = 2

        def full(fd):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            file.save(module.core.flash)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["flash.json"]


GOOD = '{"espat flash": 1, "profile": "esp32c3-3.3", "settings": {%s}, "store": {}}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no flash of a module"),
        ("[]", "is no flash of a module"),
        ("{}", "'espat flash'"),
        ('{"espat flash": 2}', "its format is 2, and 1 is known"),
        (GOOD.replace("c3-3.3", "-2.4") % "", "it belongs to esp32-2.4, not esp32c3-3.3"),
        (GOOD % '"wify_mode": 1', "no settings wify_mode"),
        (GOOD % '"wifi_mode": "1"', "wifi_mode is '1'"),
        (GOOD % '"ssid": 3', "ssid is 3"),
        (GOOD % '"ssid": {"base64": "!"}', "is no flash of a module"),
    ],
)
def test_a_file_that_is_none(tmp_path, text, said):
    path = tmp_path / "flash.json"
    path.write_text(text, "utf-8")
    with pytest.raises(BadFlash, match=r"flash\.json is no flash of a module") as caught:
        FlashFile(path, "esp32c3-3.3").load()
    assert said in str(caught.value)


def test_a_file_written_by_hand_may_be_short(tmp_path):
    path = tmp_path / "flash.json"
    path.write_text(GOOD % '"ssid": "espat", "password": "correct horse"', "utf-8")
    assert run(path)[0].endswith(b"WIFI GOT IP\r\n")


def test_a_module_can_be_told_to_save(tmp_path):
    path = tmp_path / "flash.json"
    with Module(clock=SimClock(), network=MemoryNetwork(), flash=str(path)) as module:
        assert module.save_flash()
        assert not module.save_flash()
        module.uart().write(b"AT+CWMODE=3\r\n")
        assert module.save_flash()
    with Module(clock=SimClock(), network=MemoryNetwork()) as module:
        assert not module.save_flash()
