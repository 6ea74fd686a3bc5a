"""Options that no module can have are refused with a sentence, wherever they are said."""

import pytest
from click.testing import CliRunner

from espat_tools.emulate.cli import emulate
from espat_tools.emulator import AccessPoint, MemoryNetwork, Module, SimClock, SocketNetwork, words

#: Options of Module, and what the sentence says of them.
REFUSED = [
    ({"timing": {"join": -5}}, "join is -5, and seconds from 0 to 86400 are meant"),
    ({"timing": {"join": float("nan")}}, "join is nan, and seconds from 0"),
    ({"timing": {"boot": float("inf")}}, "boot is inf, and seconds from 0"),
    ({"timing": {"boot": 1e9}}, "boot is 1000000000.0, and seconds from 0"),
    ({"timing": {"boot": True}}, "boot is True, and seconds from 0"),
    ({"timing": {"boot": None}}, "boot is None, and seconds from 0"),
    ({"timing": {"boot": "1"}}, "boot is '1', and seconds from 0"),
    ({"timing": {"boot": "٣ s"}}, "boot is '٣ s', and seconds from 0"),
    ({"timing": {"bot": 1}}, "timing has no 'bot'; there are boot, command, join"),
    ({"baud": 0}, "baud is 0, and a whole number from 80 to 5000000 baud is meant"),
    ({"baud": -1}, "baud is -1, and a whole number"),
    ({"baud": 79}, "baud is 79, and a whole number"),
    ({"baud": 5_000_001}, "baud is 5000001, and a whole number"),
    ({"baud": 9600.0}, "baud is 9600.0, and a whole number"),
    ({"baud": float("nan")}, "baud is nan, and a whole number"),
    ({"baud": None}, "baud is None, and a whole number"),
    ({"baud": True}, "baud is True, and a whole number"),
    ({"module_baud": 0}, "module_baud is 0, and a whole number"),
    ({"rx_size": 0}, "rx_size is 0, and a whole number from 1 to"),
    ({"rx_size": -7}, "rx_size is -7, and"),
    ({"module_rx_size": 0}, "module_rx_size is 0, and"),
    ({"keep": -1}, "keep is -1, and a whole number from 0 to"),
    ({"seed": "x"}, "seed is 'x', and a whole number"),
    ({"seed": 0.5}, "seed is 0.5, and a whole number"),
    ({"server": 0}, "server is 0, and a whole number from 1 to 65535 is meant"),
    ({"server": 65536}, "server is 65536, and a whole number"),
    ({"mux": 2}, "mux is 2, and a whole number from 0 to 1 is meant"),
    ({"awaiting": -3}, "awaiting is -3, and a whole number"),
    ({"profile": None}, "no profile None; there are"),
    ({"profile": 33}, "no profile 33; there are"),
]


@pytest.mark.parametrize(("options", "said"), REFUSED, ids=str)
def test_options_of_a_module(options, said):
    with pytest.raises(ValueError) as caught:
        Module(clock=SimClock(), network=MemoryNetwork(), **options)
    assert said in str(caught.value)


@pytest.mark.parametrize("given", [2, 2.0, "2s", "2 s", "2000ms", "2000 ms", " 2000000us"])
def test_durations_have_a_unit_or_are_seconds(given):
    with Module(clock=SimClock(), network=MemoryNetwork(), timing={"join": given}) as module:
        assert module.core.timing.join == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ssid": ""}, "the name has 0 bytes, and 1 to 32 are meant"),
        ({"ssid": "ü" * 17}, "the name has 34 bytes"),
        ({"password": "p" * 65}, "the password has 65 bytes, and 0 to 64 are meant"),
        ({"channel": 15}, "channel is 15, and a whole number from 1 to 14 is meant"),
        ({"channel": "6"}, "channel is '6', and a whole number"),
        ({"rssi": -128}, "rssi is -128, and a whole number from -127 to 0 dBm is meant"),
        ({"rssi": float("nan")}, "rssi is nan"),
        ({"security": -1, "password": "p"}, "security is -1, and a whole number from 0 to 9"),
        ({"ip": "somewhere"}, "ip is 'somewhere', and an address such as"),
        ({"ip": "1.2.3.256"}, "ip is '1.2.3.256', and an address such as"),
        ({"netmask": 24}, "netmask is 24, and an address such as"),
        ({"bssid": "02-00-00-00-00-01"}, "bssid is '02-00-00-00-00-01', and one such as"),
    ],
    ids=str,
)
def test_access_points(options, said):
    with pytest.raises(ValueError) as caught:
        AccessPoint(**{"ssid": "home", **options})
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"reach": "mars"}, "reach is 'mars', and loopback or any is meant"),
        ({"hosts": {"a": "b.test"}}, "a host is 'b.test', and an address such as"),
        ({"hosts": {"a": ("127.0.0", 80)}}, "a host is '127.0.0', and an address such as"),
        ({"hosts": {"a": ("127.0.0.1", 0)}}, "port of a host is 0, and a whole number from 1 to"),
        ({"hosts": {"a": ("127.0.0.1", {80: 65536})}}, "port of a host is 65536, and a whole"),
        ({"hosts": {"a": ("127.0.0.1", {-1: 80})}}, "port of a host is -1, and a whole number"),
    ],
    ids=str,
)
def test_networks(options, said):
    with pytest.raises(ValueError) as caught:
        SocketNetwork(**options)
    assert said in str(caught.value)


def test_a_password_is_not_repeated():
    with pytest.raises(ValueError) as caught:
        AccessPoint("home", "se" * 50)
    assert "sese" not in str(caught.value)


@pytest.mark.parametrize("text", ["h,rssi=²", "h,rssi=1_0", "h,channel=٣", "h:p,security=²"])
def test_numbers_of_access_points_are_plain(text):
    with pytest.raises(ValueError, match="of an access point"):
        words.access_point(text)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--baud", "0"], "--baud"),
        (["--baud", "-9600"], "--baud"),
        (["--baud", "nan"], "--baud"),
        (["--rx-size", "0"], "--rx-size"),
        (["--rx-size", str(1 << 40)], "rx_size is 1099511627776, and a whole number from 1 to"),
        (["--seed", str(1 << 70)], "seed is 1180591620717411303424, and a whole number"),
        (["--seed", "1.5"], "--seed"),
        (["--timing", "join=-5"], "join is '-5 s', and seconds from 0 to 86400 are meant"),
        (["--timing", "join=nan"], "join is 'nan', and seconds from 0"),
        (["--timing", "join"], "join is '', and seconds from 0"),
        (["--timing", "jion=2s"], "timing has no 'jion'; there are boot, command, join"),
        (["--tcp", "²"], "'²' is no [HOST:]PORT"),
        (["--tcp", "65536"], "'65536' is no [HOST:]PORT"),
        (["--tcp", "-1"], "'-1' is no [HOST:]PORT"),
        (["--ap", "h:p,rssi=50"], "rssi is 50, and a whole number from -127 to 0 dBm is meant"),
        (["--ap", "h:p,channel=0"], "channel is 0, and a whole number from 1 to 14 is meant"),
        (["--ap", "h:p,ip=1.2.3"], "ip is '1.2.3', and an address such as 192.168.1.50"),
        (["--ap", "x" * 33], "the name has 33 bytes, and 1 to 32 are meant"),
        (["--host", "a=127.0.0.1:0"], "'0' is no port of a host"),
        (["--host", "a=127.0.0.1:1_0"], "'1_0' is no port of a host"),
        (["--host", "a=127.0.0.999"], "is no host"),
    ],
)
def test_the_command_line(arguments, said):
    result = CliRunner().invoke(emulate, ["--quiet", *arguments])
    assert result.exit_code != 0
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    assert said in result.output.replace("\n", " ")
