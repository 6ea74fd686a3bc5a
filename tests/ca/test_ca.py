"""`espat ca` on modules of each kind: listed, put in, taken out, tried."""

import json
import re

import pytest

from espat_tools.ca.certificates import parse
from tests.ca.conftest import JOIN, MARK, NONE, SITE, WRITES, pem, root, run, shows

ONE, TWO, THREE = root("one"), root("two"), root("three")


def places(bench):
    """What `list --json` says, by place."""
    told = json.loads(bench.run("list", "--json").fine().out)
    return {place["place"]: place for place in told["places"]}, told


def _name(ca):
    """What it is called."""
    return parse(pem(ca), "")[0].name


def test_what_a_module_ships_with_is_named(bench):
    held, told = places(bench)
    assert told["port"] == bench.port
    assert ("SYSMFG" in told["storage"]) == bool(bench.module.core.store.spaces)
    shipped = held["client_ca.0"]
    assert shipped["certificates"][0]["name"] == "ESP Root CA S1"
    assert shipped["certificates"][0]["demo"] and not shipped["espat"]
    assert shipped["certificates"][0]["not_after"].startswith("2029-06-18")
    assert shipped["size"] == len(bench.item(0))
    assert all(each["demo"] for place in held.values() for each in place["certificates"])
    ran = bench.run("list").fine()
    assert "ESP Root CA S1" in ran.words and "2029-06-18" in ran.words
    assert "demo: all modules ship with it" in ran.words
    assert "No roots of espat ca" in ran.words
    assert ran.err.startswith("Warning: certificates that modules ship with vouch for nobody")


def test_private_keys_are_not_read(bench):
    _, told = places(bench)
    assert "client_key.0" in told["keys"]
    bench.run("list").fine()
    named = [line for line in bench.said(b"AT+SYSFLASH=2", b"AT+SYSMFG=1") if b"_key" in line]
    for line in named:  # of a container its head alone, of a name space the names
        assert line == b'AT+SYSMFG=1,"' + line.split(b'"')[1] + b'"' or line.endswith(
            (b",8", b",4")
        )
    secret = bench.item(0, "client_key").split(b"\n")[1]
    assert secret not in b"".join(data for _, way, data in bench.module.log if way == ">")


@pytest.mark.parametrize("rubbish", [b"", b"\xf1\xf1\x01\0\xff\xff\0\0", bytes(8)])
def test_a_partition_with_nothing_in_it(make_bench, file, rubbish):
    """Erased, or no container: that is said, and roots go in all the same."""
    bench = make_bench("esp32-2.4")
    part = bench.module.core.store.partitions["client_ca"]
    part.data[:] = rubbish.ljust(part.size, b"\xff")
    held, _ = places(bench)
    assert held["client_ca"]["problem"] == "empty" and held["client_ca"]["size"] == 0
    assert re.search(r"client_ca +empty +0 bytes", bench.run("list").fine().out)
    bench.run("add", file(pem(ONE))).fine()
    assert bench.roots == pem(ONE)
    assert places(bench)[0]["client_ca.0"]["espat"]


def test_something_else_where_a_certificate_should_be(make_bench):
    bench = make_bench("esp32c3-3.3")
    bench.module.core.store.spaces["client_ca"]["client_ca.1"] = (8, b"x" * 99)
    bench.module.core.store.spaces["client_ca"]["client_ca.2"] = (5, 7)
    held, _ = places(bench)
    assert held["client_ca.1"]["problem"] == "no certificate in it: PEM or DER is wanted."
    assert "client_ca.2" not in held
    assert "99 bytes" in bench.run("list").fine().out


def test_a_module_at_another_rate(make_bench):
    bench = make_bench("esp32c3-3.3", baud=9600)
    bench.run("list", "--baud", "9600").fine()
    assert bench.module.core.baud == 9600
    assert b"".join(data for _, way, data in bench.module.log if way == "<").startswith(b"AT")


def test_put_in_added_to_and_taken_out(bench, file):
    shipped = bench.item(0)
    key = bench.item(0, "client_key")
    ran = bench.run("add", file(pem(ONE))).fine()
    assert "has no roots" in ran.words and "puts in Testing CA" in ran.words
    assert "every byte is the same" in ran.words
    assert bench.roots == pem(ONE) and bench.item(1) == MARK + pem(ONE)
    held, _ = places(bench)
    assert [place for place in held if held[place]["espat"]] == ["client_ca.1"]
    assert held["client_ca.1"]["certificates"][0]["problems"] == []
    assert "trusted by contexts without a CA" in bench.run("list").fine().words
    # More of them; one is there already.
    bench.run("add", file(pem(TWO) + pem(ONE)), file(pem(TWO))).fine()
    assert bench.roots == pem(ONE, TWO)
    # The same again: nothing is written.
    count = len(bench.said(*WRITES))
    assert "there is nothing to write" in bench.run("add", file(pem(TWO))).fine().words
    assert len(bench.said(*WRITES)) == count
    # Others in their place.
    assert "takes out" in bench.run("add", "--replace", file(pem(THREE))).fine().out
    assert bench.roots == pem(THREE)
    assert _name(THREE) in bench.run("check").fine().words
    bench.run("remove").fine()
    assert bench.roots is None and not bench.item(1)
    assert "nothing to write" in bench.run("remove").fine().words
    assert bench.item(0) == shipped and bench.item(0, "client_key") == key
    assert "The module has no roots" in bench.run("check").failed()


def test_what_is_written_over_is_named(bench, file):
    """A program's own CA, or what the module came with: never silently."""
    ran = bench.run("add", "--dry-run", file(pem(ONE))).fine()
    assert "over ESP Root CA S1 (modules ship with it, and nothing uses it" in ran.words
    bench.put(bench.item(0), pem(TWO))
    ran = bench.run("add", file(pem(ONE))).fine()
    assert f"over {_name(TWO)} (a program's own" in ran.words
    assert bench.roots == pem(ONE)
    assert "over " not in bench.run("add", file(pem(THREE))).fine().words
    assert "over " not in bench.run("remove").fine().words


def test_what_firmware_does_not_look_at_is_said(bench, file):
    bench.run("add", file(pem(ONE))).fine()
    said = "does not look at the dates" in bench.run("check").fine().words
    assert said == (bench.profile == "esp8266-2.2.1")


def test_one_of_several_is_taken_out(bench, file):
    bench.run("add", file(pem(ONE, TWO, THREE))).fine()
    assert "may be any of these in the module" in bench.run("remove", "--root", "CA").failed()
    assert bench.roots == pem(ONE, TWO, THREE)
    bench.run("remove", "--root", "CA two").fine()
    assert bench.roots == pem(ONE, THREE)


def test_a_dry_run_does_nothing(bench, file):
    ran = bench.run("add", "--dry-run", file(pem(ONE))).fine()
    assert "puts in" in ran.out and "this was a dry run" in ran.words
    assert f"{len(pem(ONE)):,} bytes of" in ran.words
    assert bench.roots is None and bench.said(*WRITES) == []
    bench.run("add", file(pem(ONE))).fine()
    bench.run("remove", "--dry-run").fine()
    assert bench.roots == pem(ONE)


def test_too_much_is_not_begun(bench, file):
    many = file(pem(*[root(str(n)) for n in range(14)]))
    bench.run("add", file(pem(ONE))).fine()
    before = [bench.item(number) for number in range(4)]
    count = len(bench.said(*WRITES))
    said = bench.run("add", many).failed()
    assert "bytes of roots, and client_ca has room for" in said and "nothing was written" in said
    assert [bench.item(number) for number in range(4)] == before
    assert len(bench.said(*WRITES)) == count


def test_from_certifi_by_name(bench):
    ran = bench.run("add", "--root", "isrg root x2", "--root", "GTS Root R4").fine()
    assert "ISRG Root X2, until 20" in ran.words and "GTS Root R4" in ran.words
    held, _ = places(bench)
    names = [each["name"] for each in held["client_ca.1"]["certificates"]]
    assert names == ["ISRG Root X2", "GTS Root R4"]


@pytest.mark.parametrize("profile", NONE)
@pytest.mark.parametrize("command", ["list", "add", "remove", "check"])
def test_where_there_is_no_way_in(make_bench, file, profile, command):
    bench = make_bench(profile)
    arguments = [file(pem(ONE))] if command == "add" else []
    said = bench.run(command, *arguments).failed()
    assert "takes no certificates" in said and "context.use_stored(ca=0)" in said
    assert ("esptool" in said) == (profile != "wizfi360")
    assert not bench.said(b"AT+SYSFLASH", b"AT+SYSMFG")


def test_any_url_of_pyserial():
    ran = run("add", "--root", "ISRG Root X2", "--port", "espat://?profile=esp32-2.4").fine()
    assert "espat://?profile=esp32-2.4" in ran.words and "every byte is the same" in ran.words


def test_the_conversation_is_shown(bench, file):
    ran = bench.run("add", "--trace", file(pem(ONE))).fine()
    assert "-> AT+SYSFLASH?" in ran.err


# Tried on hosts


@pytest.fixture
def site(serve):
    """The port of a server whose chain has a certificate in the middle."""
    return serve(shows(ONE.create_child_ca(), SITE, "localhost"))


@pytest.fixture(params=["esp32-2.4", "esp32c6-5.0.1"])
def online(request, make_bench, site, clock):
    """A module that reaches it."""
    return make_bench(request.param, hosts={SITE: ("127.0.0.1", {443: site}), **clock})


def test_what_a_host_needs_is_put_in_and_does(online, site, file):
    """From nothing to a verified connection, and back."""
    hosts = ["--host", SITE, "--ssid", "espat"]
    online.run("add", "--bundle", file(pem(TWO, ONE)), "--for", f"localhost:{site}").fine()
    assert online.roots == pem(ONE)
    assert "in no network: say which" in online.run("check", "--host", SITE).failed()
    ran = online.run("check", *hosts, **JOIN).fine()
    assert f"verified {SITE}:443, in " in ran.words
    # It is in the network now.
    assert "verified" in online.run("check", "--host", SITE).fine().out
    online.run("add", "--replace", file(pem(TWO))).fine()
    ran = online.run("check", *hosts, **JOIN)
    assert ran.status == 1 and f"failed {SITE}:443: " in ran.words
    assert f"espat ca add --for {SITE}:443" in ran.words
    if online.profile == "esp32c6-5.0.1":
        assert "certificate is not from a CA that was given" in ran.words


def test_a_wrong_password(online, file):
    online.run("add", file(pem(ONE))).fine()
    said = online.run("check", "--host", SITE, "--ssid", "espat", ESPAT_PASSWORD="wrong").failed()
    assert "wrong password" in said


def test_one_host_of_two_fails(online, file):
    online.run("add", file(pem(ONE))).fine()
    ran = online.run("check", "--host", "no.test", "--host", SITE, "--ssid", "espat", **JOIN)
    assert ran.status == 1 and "failed no.test:443" in ran.words
    assert f"verified {SITE}:443" in ran.words
