"""AT+SYSFLASH and AT+SYSMFG, byte for byte, and what the stores hold."""

import datetime
import struct

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from espat_tools.emulator import pki
from espat_tools.emulator.families import E22, E24, E33, E41, E50, ESPAT, N17, OLD
from tests.emulator import tls_material as material

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"
PARTED = pytest.mark.parametrize("family", [E22, E24])
SPACED = pytest.mark.parametrize("family", [E33, E41, E50])


def failed(detail):
    """What AT+SYSLOG=1 makes of a failure."""
    return b"ERR CODE:0x010a%04x\r\n" % detail + ERROR


# -- containers --------------------------------------------------------------------------------


def test_a_container():
    made = pki.pack("ca", [b"-----A", b"-----BB\n"])
    assert made == bytes.fromhex(
        "f1f1 0200 18000000 0100 0600 2d2d2d2d2d41 ffff 0101 0800 2d2d2d2d2d42420a"
    )
    assert pki.unpack(made) == [b"-----A", b"-----BB\n"]


@pytest.mark.parametrize(
    "data, items",
    [
        (b"\xff" * 64, None),
        (struct.pack("<HHI", 0xF1F1, 1, 100) + bytes(64), None),
        (struct.pack("<HHI", 0xF1F1, 0, 0) + bytes(64), []),
        (struct.pack("<HHI", 0xF1F1, 3, 8) + b"\x01\0\4\0abcd" + bytes(64), [b"abcd"]),
        # Types and numbers are not looked at.
        (struct.pack("<HHIBBH", 0xF1F1, 1, 8, 9, 9, 4) + b"abcd", [b"abcd"]),
    ],
)
def test_containers_as_the_firmware_sees_them(data, items):
    assert pki.unpack(data) == items


# -- what a module ships with ------------------------------------------------------------------


def _certificate(store, name, number=0):
    return x509.load_pem_x509_certificate(store.item(name, number))


def _name(certificate):
    return certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value


@pytest.mark.parametrize("family", [E24, E33, E41, E50])
def test_demonstration_certificates(desk, family):
    store = desk(family).module.core.store
    ca, server = _certificate(store, "client_ca"), _certificate(store, "server_cert")
    assert _name(ca) == "ESP Root CA S1"
    assert _name(server) == "ESP Root CA S2"
    server.verify_directly_issued_by(ca)
    _certificate(store, "client_cert").verify_directly_issued_by(_certificate(store, "server_ca"))
    assert _name(_certificate(store, "server_ca")) == "ESP Root CA C1"
    assert _name(_certificate(store, "mqtt_ca")) == "Root CA"
    until = ca.not_valid_after_utc.replace(tzinfo=None)
    assert until == datetime.datetime(2029, 6, 18)
    with pytest.raises(x509.ExtensionNotFound):
        server.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert store.item("client_ca", 1) not in (None, store.item("client_ca", 0))
    assert store.item("client_ca", 2) is store.item("server_cert", 1) is None
    for number in (0, 1):
        key = serialization.load_pem_private_key(store.item("client_key", number), None)
        own = _certificate(store, "client_cert", number).public_key()
        assert key.public_key() == own and key.key_size == 2048


def test_the_small_esp8266_has_no_server_files(desk):
    store = desk(E22).module.core.store
    assert store.item("server_cert", 0) is None
    assert store.item("client_cert", 1) is not None


@pytest.mark.parametrize("family", sorted(OLD))
def test_nonos_has_nothing_until_it_is_flashed(desk, family):
    bench = desk(family)
    store = bench.module.core.store
    assert store.item("client_ca", 0) is None
    store.burn("client_ca", b"from a programmer")
    assert store.item("client_ca", 0) == b"from a programmer"
    assert store.item("client_ca", 1) is None
    assert bench.send(b"AT+SYSFLASH?\r\n") == ERROR


def test_no_two_processes_have_the_same_keys():
    import subprocess
    import sys

    code = "from espat_tools.emulator.pki_demo import demo; print(demo('client_ca').decode())"
    other = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert other.stdout.strip() != pki.demo("client_ca").strip()
    assert b"BEGIN CERTIFICATE" in other.stdout


# -- AT+SYSFLASH -------------------------------------------------------------------------------


def test_the_partitions_of_the_small_esp8266(desk):
    assert desk(E22).send(b"AT+SYSFLASH?\r\n") == (
        b'+SYSFLASH:"factory_param",64,8,0x19000,0x1000\r\n'
        b'+SYSFLASH:"client_cert",64,5,0x1a000,0x1000\r\n'
        b'+SYSFLASH:"client_key",64,6,0x1b000,0x1000\r\n'
        b'+SYSFLASH:"client_ca",64,7,0x1c000,0x1000\r\n'
        b'+SYSFLASH:"mqtt_cert",64,11,0x1d000,0x1000\r\n'
        b'+SYSFLASH:"mqtt_key",64,12,0x1e000,0x1000\r\n'
        b'+SYSFLASH:"mqtt_ca",64,13,0x1f000,0x1000\r\n' + OK
    )


def test_the_partitions_of_an_esp32(desk):
    said = desk(E24).send(b"AT+SYSFLASH?\r\n")
    assert b'+SYSFLASH:"client_ca",64,7,0x2e000,0x2000\r\n' in said
    names = [row.split(b'"')[1].decode() for row in said.split(b"\r\n") if b'"' in row]
    kinds = ("cert", "key", "ca")
    owners = ("server", "client", "wpa2", "mqtt")
    assert set(names) == {"ble_data", "factory_param", "fatfs"} | {
        f"{owner}_{kind}" for owner in owners for kind in kinds
    }


@SPACED
def test_the_partitions_since_3_1(desk, family):
    said = desk(family).send(b"AT+SYSFLASH?\r\n")
    assert said.startswith(b'+SYSFLASH:"mfg_nvs",1,2,0x1f000,0x1f000\r\n+SYSFLASH:"fatfs",1,129,')
    assert b"client_ca" not in said


@PARTED
def test_erase_write_and_read(desk, family):
    bench = desk(family)
    store = bench.module.core.store
    size = store.partitions["client_ca"].size
    container = pki.pack("ca", [material.pem(), material.pem("theirs")])
    at = b'"client_ca",0,%d' % len(container)
    bench.talk(
        (b'AT+SYSFLASH=0,"client_ca"\r\n', OK),
        (b'AT+SYSFLASH=2,"client_ca",0,%d\r\n' % size, _read(b"\xff" * size)),
        (b"AT+SYSFLASH=1," + at + b"\r\n", b">"),
        (container, OK),
        (b"AT+SYSFLASH=2," + at + b"\r\n", _read(container)),
        (b'AT+SYSFLASH=2,"client_ca",4,4\r\n', _read(container[4:8])),
    )
    assert store.item("client_ca", 0) == material.pem()
    assert store.item("client_ca", 1) == material.pem("theirs")
    bench.send(b"AT+RST\r\n")
    bench.send(b"ATE0\r\nAT+RESTORE\r\n", 2)
    assert store.item("client_ca", 1) == material.pem("theirs")


def _read(data):
    return b"+SYSFLASH:%d," % len(data) + data + OK


@PARTED
def test_bits_come_back_only_by_erasing(desk, family):
    bench = desk(family)
    bench.talk(
        (b'AT+SYSFLASH=0,"client_ca",0,4096\r\n', OK),
        (b'AT+SYSFLASH=1,"client_ca",0,4\r\n', b">"),
        (b"\xf0\xff\x00\x55", OK),
        (b'AT+SYSFLASH=1,"client_ca",0,4\r\n', b">"),
        (b"\x0f\xaa\xff\xaa", OK),
        (b'AT+SYSFLASH=2,"client_ca",0,4\r\n', _read(b"\x00\xaa\x00\x00")),
    )


def test_one_page_of_two_is_erased(desk):
    bench = desk(E24)
    before = bytes(bench.module.core.store.partitions["client_ca"].data[:4096])
    bench.send(b'AT+SYSFLASH=0,"client_ca",4096,4096\r\n')
    data = bench.module.core.store.partitions["client_ca"].data
    assert data[:4096] == before and data[4096:] == b"\xff" * 4096


@pytest.mark.parametrize(
    "parameters, detail",
    [
        (b'0,"no_such"', 0),
        (b'2,"no_such",0,4', 0),
        (b'1,"no_such",0,4', 0),
        (b'0,"client_ca",1,4096', 1),
        (b'0,"client_ca",0,4095', 1),
        (b'0,"client_ca",0,16384', 1),
        (b'0,"client_ca",16384,4096', 1),
        (b'2,"client_ca",0,16384', 1),
        (b'2,"client_ca",16384,4', 1),
        (b'2,"client_ca",0,0', 1),
        (b'1,"client_ca",0,0', 1),
    ],
)
@PARTED
def test_codes_of_failures(desk, family, parameters, detail):
    bench = desk(family)
    bench.send(b"AT+SYSLOG=1\r\n")
    before = bytes(bench.module.core.store.partitions["client_ca"].data)
    assert bench.send(b"AT+SYSFLASH=" + parameters + b"\r\n") == failed(detail)
    assert bench.module.core.store.partitions["client_ca"].data == before


@pytest.mark.parametrize(
    "parameters",
    [
        b"",
        b"0",
        b'3,"client_ca",0,4',
        b'0,"client_ca",0',
        b'1,"client_ca"',
        b'1,"client_ca",0',
        b"2,1",
    ],
)
@PARTED
def test_forms_that_make_no_sense(desk, family, parameters):
    assert desk(family).send(b"AT+SYSFLASH=" + parameters + b"\r\n") == ERROR


@pytest.mark.parametrize("offset, length", [(0x7FFC, 8), (0, 3)])
@PARTED
def test_a_write_that_cannot_be_still_prompts(desk, family, offset, length):
    bench = desk(family)
    before = bytes(bench.module.core.store.partitions["client_ca"].data)
    bench.send(b"AT+SYSLOG=1\r\n")
    bench.talk(
        (b'AT+SYSFLASH=1,"client_ca",%d,%d\r\n' % (offset, length), b">"),
        (b"x" * length, failed(1)),
    )
    assert bench.module.core.store.partitions["client_ca"].data == before


@PARTED
def test_more_than_was_announced(desk, family):
    bench = desk(family)
    bench.send(b'AT+SYSFLASH=0,"client_ca"\r\n')
    assert bench.send(b'AT+SYSFLASH=1,"client_ca",0,4\r\n') == b">"
    assert bench.send(b"four and more\r\n") == b"\r\nbusy p...\r\n" + OK
    assert bench.module.core.store.partitions["client_ca"].data[:8] == b"four\xff\xff\xff\xff"


@PARTED
def test_a_write_that_is_called_off(desk, family):
    bench = desk(family)
    bench.send(b'AT+SYSFLASH=1,"client_ca",0,8\r\n')
    assert bench.send(b"+++") == ERROR
    assert bench.send(b"AT\r\n") == OK


@SPACED
def test_the_pairs_are_no_image(desk, family):
    bench = desk(family)
    bench.send(b"AT+SYSLOG=1\r\n")
    bench.talk(
        (b'AT+SYSFLASH=2,"mfg_nvs",0,16\r\n', failed(3)),
        (b'AT+SYSFLASH=1,"mfg_nvs",0,4\r\n', b">"),
        (b"\0\0\0\0", failed(3)),
        (b'AT+SYSFLASH=0,"mfg_nvs"\r\n', OK),
        (b"AT+SYSMFG?\r\n", OK),
        (b'AT+SYSFLASH=2,"fatfs",0,4\r\n', _read(b"\xff" * 4)),
    )


# -- AT+SYSMFG ---------------------------------------------------------------------------------


@SPACED
def test_name_spaces(desk, family):
    bench = desk(family)
    spaces = b"".join(
        b'+SYSMFG:"%s_%s"\r\n' % (owner, kind)
        for owner in (b"client", b"server", b"mqtt", b"wpa2", b"https", b"wss")
        for kind in (b"cert", b"key", b"ca")
    )
    keys = b'+SYSMFG:"%s","%s",8\r\n'
    bench.talk(
        (b"AT+SYSMFG?\r\n", spaces + OK),
        (b"AT+SYSMFG=1\r\n", spaces + OK),
        (
            b'AT+SYSMFG=1,"client_ca"\r\n',
            keys % (b"client_ca", b"client_ca.0") + keys % (b"client_ca", b"client_ca.1") + OK,
        ),
        (b'AT+SYSMFG=1,"server_ca"\r\n', keys % (b"server_ca", b"server_ca") + OK),
    )


def _pair(space, key, kind, data):
    return b'+SYSMFG:"%s","%s",%d,%d,' % (space, key, kind, len(data)) + data + b"\r\n" + OK


@SPACED
def test_a_file_is_read_and_written(desk, family):
    bench = desk(family)
    old = bench.module.core.store.item("client_ca", 1)
    new = material.pem()
    bench.talk(
        (
            b'AT+SYSMFG=1,"client_ca","client_ca.1"\r\n',
            _pair(b"client_ca", b"client_ca.1", 8, old),
        ),
        (b'AT+SYSMFG=2,"client_ca","client_ca.1",8,%d\r\n' % len(new), b"\r\nOK\r\n\r\n>"),
        (new, OK),
        (
            b'AT+SYSMFG=1,"client_ca","client_ca.1"\r\n',
            _pair(b"client_ca", b"client_ca.1", 8, new),
        ),
        (
            b'AT+SYSMFG=1,"client_ca","client_ca.1",5,7\r\n',
            _pair(b"client_ca", b"client_ca.1", 8, new[5:12]),
        ),
    )
    assert bench.module.core.store.item("client_ca", 1) == new
    bench.send(b"AT+RESTORE\r\nATE0\r\n", 2)
    assert bench.module.core.store.item("client_ca", 1) == new


@pytest.mark.parametrize(
    "kind, value, text",
    [
        (1, b"255", b"255"),
        (2, b"-128", b"-128"),
        (3, b"65535", b"65535"),
        (4, b"-32768", b"-32768"),
        (5, b"4294967295", b"4294967295"),
        (6, b"-2147483648", b"-2147483648"),
    ],
)
@SPACED
def test_numbers(desk, family, kind, value, text):
    bench = desk(family)
    bench.talk(
        (b'AT+SYSMFG=2,"mine","number",%d,%s\r\n' % (kind, value), OK),
        (b'AT+SYSMFG=1,"mine"\r\n', b'+SYSMFG:"mine","number",%d\r\n' % kind + OK),
        (b'AT+SYSMFG=1,"mine","number"\r\n', _pair(b"mine", b"number", kind, text)),
    )


@SPACED
def test_strings_and_files_of_ones_own(desk, family):
    bench = desk(family)
    payload = b'\r\nOK\r\n+++\x00\xff"'
    bench.talk(
        (b'AT+SYSMFG=2,"fifteen-letters","fifteen-letters",7,5\r\n', b"\r\nOK\r\n\r\n>"),
        (b"hello", OK),
        (b'AT+SYSMFG=2,"mine","file",8,%d\r\n' % len(payload), b"\r\nOK\r\n\r\n>"),
        (payload, OK),
        (b'AT+SYSMFG=1,"mine","file"\r\n', _pair(b"mine", b"file", 8, payload)),
        (
            b'AT+SYSMFG=1,"fifteen-letters","fifteen-letters"\r\n',
            _pair(b"fifteen-letters", b"fifteen-letters", 7, b"hello"),
        ),
    )


@SPACED
def test_erasing_pairs(desk, family):
    bench = desk(family)
    bench.talk(
        (b'AT+SYSMFG=0,"client_ca","client_ca.0"\r\n', OK),
        (b'AT+SYSMFG=1,"client_ca"\r\n', b'+SYSMFG:"client_ca","client_ca.1",8\r\n' + OK),
        (b"AT+CIPSSLCCONF=2,0,0\r\n", b"NO CA FOUND\r\n" + OK),
        (b"AT+CIPSSLCCONF=2,0,1\r\n", OK),
        (b'AT+SYSMFG=0,"client_ca"\r\n', OK),
        (b'AT+SYSMFG=1,"client_ca"\r\n', ERROR),
        (b'AT+SYSMFG=0,"client_ca"\r\n', ERROR),
    )


@pytest.mark.parametrize(
    "parameters",
    [
        b"",
        b"3",
        b"0",
        b'0,"no_such"',
        b'0,"client_ca","no_such"',
        b'1,"no_such"',
        b'1,"client_ca","no_such"',
        b'1,"client_ca","client_ca.0",0',
        b'1,"client_ca","client_ca.0",99999,1',
        b'1,"client_ca","client_ca.0",0,0',
        b'2,"mine","number",1',
        b'2,"mine","number",1,256',
        b'2,"mine","number",2,128',
        b'2,"mine","number",5,-1',
        b'2,"mine","number",9,1',
        b'2,"mine","number",0,1',
        b'2,"mine","number",1,"1"',
        b'2,"mine","",1,1',
        b'2,"","number",1,1',
        b'2,"sixteen-letters-","number",1,1',
        b'2,"mine","sixteen-letters-",1,1',
        b'2,"mine","file",8,0',
        b'2,"mine","file",8,200000',
        b'2,"mine","text",7,4000',
    ],
)
@SPACED
def test_pairs_that_make_no_sense(desk, family, parameters):
    bench = desk(family)
    assert bench.send(b"AT+SYSMFG=" + parameters + b"\r\n") == ERROR
    assert "mine" not in bench.module.core.store.spaces


@SPACED
def test_a_store_that_is_full(desk, family):
    bench = desk(family)
    store = bench.module.core.store
    size = store.room - store.used
    bench.send(b'AT+SYSMFG=2,"mine","first",8,%d\r\n' % size)
    assert bench.send(bytes(size)) == OK
    bench.send(b'AT+SYSMFG=2,"mine","second",8,1\r\n')
    assert bench.send(b"x") == ERROR
    assert list(store.spaces["mine"]) == ["first"]
    # What replaces another needs no more room.
    bench.send(b'AT+SYSMFG=2,"mine","first",8,%d\r\n' % size)
    assert bench.send(b"x" * size) == OK


@SPACED
def test_a_pair_that_is_called_off(desk, family):
    bench = desk(family)
    bench.send(b'AT+SYSMFG=2,"mine","file",8,9\r\n')
    assert bench.send(b"+++") == ERROR
    assert "mine" not in bench.module.core.store.spaces


@pytest.mark.parametrize("family", sorted(ESPAT))
def test_a_store_may_be_empty(desk, family):
    bench = desk(family)
    for name in ("client_cert", "client_key", "client_ca"):
        command = b"SYSMFG" if family in (E33, E41, E50) else b"SYSFLASH"
        assert bench.send(b'AT+%s=0,"%s"\r\n' % (command, name.encode())) == OK
    said = bench.send(b"AT+CIPSSLCCONF=3,0,0\r\n")
    assert said == b"NO CERT FOUND\r\nNO PRVT_KEY FOUND\r\nNO CA FOUND\r\n" + OK


def test_keys_are_in_no_log(desk, caplog):
    bench = desk(N17)
    bench.module.core.store.burn("client_key", material.device().key)
    assert "PRIVATE" not in repr(bench.module.core.store) + repr(bench.module.core.flash)
    other = desk(E33)
    other.send(b'AT+CIPSSLCPSK="hush-hush","me"\r\n')
    assert "hush" not in repr(other.module.core.session)
    assert "PRIVATE" not in caplog.text
