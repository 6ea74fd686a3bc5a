"""Scenario files: what they say, what is wrong with them, and the driver living through them."""

import collections
import errno

import pytest

from espat_tools.emulator import (
    BadScenario,
    MemoryNetwork,
    SimClock,
    SocketNetwork,
    load_scenario,
)
from espat_tools.emulator.scenario import parse_scenario, shipped
from tests.driver.desk import PASSWORD, SSID, Desk, SimPort, pattern, read_exactly

WHOLE = """\
description = "All that a file can say."
profile = "nonos-1.7.4"
seed = 7
network = "loopback"
baud = 9600
paced = true
rx_size = 256
module_rx_size = 64
joined = false
echo = false
boot = true

[timing]
boot = 1.5
join = 2

[hosts]
"web.test" = "127.0.0.1:8080"
"api.test:443" = "127.0.0.1:8443"
"plain.test" = "127.0.0.5"

[[ap]]
name = "home"
password = "se,c:ret"
channel = 6
rssi = -70
security = "wpa2/wpa3"
hidden = true
dhcp = false
ip = "10.0.0.9"

[[ap]]
name = "open"

[[fault]]
do = "drop 3 bytes"
when = "after 1000"

[[fault]]
do = "busy"
"""


def test_a_file_is_a_whole_set_up():
    scenario = parse_scenario(WHOLE)
    assert scenario.description == "All that a file can say."
    assert scenario.network == "loopback"
    assert scenario.hosts == {
        "web.test": ("127.0.0.1", 8080),
        "api.test": ("127.0.0.1", {443: 8443}),
        "plain.test": "127.0.0.5",
    }
    options = dict(scenario.options)
    home, unsecured = options.pop("access_points")
    assert (home.ssid, home.password, home.channel, home.rssi) == (b"home", b"se,c:ret", 6, -70)
    assert (home.security, home.hidden, home.dhcp, home.gateway) == (7, True, False, "10.0.0.1")
    assert (unsecured.ssid, unsecured.security) == (b"open", 0)
    assert options == {
        "profile": "nonos-1.7.4",
        "seed": 7,
        "baud": 9600,
        "paced": True,
        "rx_size": 256,
        "module_rx_size": 64,
        "joined": False,
        "echo": False,
        "boot": True,
        "timing": {"boot": 1.5, "join": 2},
        "faults": [("drop 3 bytes", "after 1000"), ("busy", "")],
    }


def test_a_module_of_it():
    clock = SimClock()
    with parse_scenario(WHOLE).module(clock=clock) as module:
        assert isinstance(module.network, SocketNetwork)
        address = module.network.lookup("web.test").value
        assert module.network.real(address, 80) == ("127.0.0.1", 8080)
        assert module.network.real(address, 81) == ("127.0.0.1", 8080)
        address = module.network.lookup("api.test").value
        assert module.network.real(address, 443) == ("127.0.0.1", 8443)
        assert module.network.real(address, 80) == ("127.0.0.1", 80)
        assert [fault.text for fault in module.faults.faults] == ["drop 3 bytes after 1000", "busy"]
        assert (module.seed, module.core.baud, module.core.timing.boot) == (7, 9600, 1.5)
        uart = module.uart()
        clock.advance(5)
        assert uart.read().endswith(b"\r\nready\r\n")


def test_more_goes_before_what_the_file_says():
    network = MemoryNetwork()
    more = {"profile": "esp32-2.4", "faults": ["refuse at AT"], "hosts": {"a.test": "127.0.0.1"}}
    with parse_scenario(WHOLE).module(clock=SimClock(), **more) as module:
        assert module.core.profile.id == "esp32-2.4"
        assert [fault.text for fault in module.faults.faults][2] == "refuse at AT"
        assert module.network.lookup("a.test").value == "127.0.0.1"
        assert module.network.lookup("plain.test").value == "127.0.0.5"
    with parse_scenario(WHOLE).module(clock=SimClock(), network=network) as module:
        assert module.network is network


def test_two_modules_of_one_scenario_share_nothing():
    scenario = parse_scenario(WHOLE)
    one = scenario.module(clock=SimClock(), network=MemoryNetwork())
    two = scenario.module(clock=SimClock(), network=MemoryNetwork())
    one.wifi_lost()
    assert not one.core.access_points[0].present
    assert two.core.access_points[0].present


def test_an_empty_file_is_an_ordinary_module():
    with parse_scenario("").module(clock=SimClock(), network=MemoryNetwork()) as module:
        assert module.core.profile.id == "esp32c3-3.3"
        assert module.faults is None
        assert module.core.access_points[0].ssid == b"espat"


BAD = {
    'pofile = "esp32-2.4"': "line 1: 'pofile' is not known here; did you mean profile? there are ",
    '\nprofile = "esp32"': "line 2: 'esp32': did you mean esp32-2.4? there are nonos-1.3, ",
    'profile = "pico"': "line 1: 'pico': there are nonos-1.3, nonos-1.7.4, ",
    'network = "mars"': "line 1: 'mars': there are loopback, host",
    'seed = "a"': "line 1: seed is 'a', and a whole number is meant",
    "seed = true": "line 1: seed is True, and a whole number is meant",
    "joined = 1": "line 1: joined is 1, and true or false is meant",
    "ap = 3": "line 1: ap is 3, and tables in double brackets is meant",
    'fault = ["drop byte"]': "line 1: tables in double brackets is meant: [[fault]]",
    '[[ap]]\npassword = "x"': "line 1: [[ap]] number 1: name is missing",
    '[[ap]]\nname = "x"\nrsi = -3': "line 3: [[ap]] number 1: 'rsi' is not known here; did "
    "you mean rssi? there are name, password,",
    '[[ap]]\nname = "x"\nsecurity = "wpa9"': "number 1: 'wpa9' is no security; there are open, ",
    '[hosts]\n"a.b" = "b"': "line 2: [hosts]: 'a.b=b' is no host: name=127.0.0.1:8080 is meant",
    '[hosts]\n"a.b" = 3': "line 2: [hosts]: a text in quotes is meant, such as 127.0.0.1:8080",
    "[timing]\njion = 3": "line 2: [timing]: 'jion' is not known here; did you mean join? ",
    '[timing]\njoin = "3"': "line 2: [timing]: join is '3', and seconds from 0 to 86400 are meant",
    "[timing]\nboot = 1\njoin = -5": "line 3: [timing]: join is -5, and seconds from 0 to",
    "[timing]\njoin = nan": "line 2: [timing]: join is nan, and seconds from 0 to 86400 are",
    "[timing]\njoin = inf": "line 2: [timing]: join is inf, and seconds from 0 to 86400 are",
    "[timing]\njoin = true": "line 2: [timing]: join is True, and a number or a text in quotes",
    '[timing]\nscan = "2 days"': "line 2: [timing]: scan is '2 days', and seconds from 0 to",
    '[timing]\nscan = "-2 ms"': "line 2: [timing]: scan is '-2 ms', and seconds from 0 to",
    "baud = 0": "line 1: baud is 0, and a whole number from 80 to 5000000 baud is meant",
    "\nbaud = -9600": "line 2: baud is -9600, and a whole number from 80 to 5000000 baud is",
    "baud = 9600.5": "line 1: baud is 9600.5, and a whole number is meant",
    "rx_size = 0": "line 1: rx_size is 0, and a whole number from 1 to 2147483647 bytes",
    "module_rx_size = -1": "line 1: module_rx_size is -1, and a whole number from 1 to",
    "seed = 18446744073709551616": "line 1: seed is 18446744073709551616, and a whole number",
    '[[ap]]\nname = ""': "[[ap]] number 1: the name has 0 bytes, and 1 to 32 are meant",
    f'[[ap]]\nname = "{"x" * 33}"': "the name has 33 bytes, and 1 to 32 are meant",
    f'[[ap]]\nname = "x"\npassword = "{"x" * 65}"': "the password has 65 bytes, and 0 to 64",
    '[[ap]]\nname = "x"\nchannel = 0': "channel is 0, and a whole number from 1 to 14 is meant",
    '[[ap]]\nname = "x"\nrssi = 40': "rssi is 40, and a whole number from -127 to 0 dBm is",
    '[[ap]]\nname = "x"\nip = "10.0.0"': "ip is '10.0.0', and an address such as 192.168.1.50",
    '[[ap]]\nname = "x"\ngateway = "a.b"': "gateway is 'a.b', and an address such as",
    '[[ap]]\nname = "x"\nbssid = "2:0"': "bssid is '2:0', and one such as 02:00:00:00:00:01",
    '[hosts]\n"a.b" = "127.0.0.1:8_0"': "line 2: [hosts]: '8_0' is no port of a host",
    '[hosts]\n"a.b" = "127.0.0.1:70000"': "line 2: [hosts]: '70000' is no port of a host",
    '[[fault]]\nwhen = "now"': "line 1: [[fault]] number 1: do is missing",
    '[[fault]]\ndo = "drop byte"\n\n[[fault]]\nwen = "now"\ndo = "busy"': "line 5: [[fault]] "
    "number 2: 'wen' is not known here; did you mean when? there are do, when",
    '[[fault]]\ndo = "bisy"': "line 2: [[fault]] number 1: in 'bisy': 'bisy' is not known; "
    "did you mean busy?",
    '[[fault]]\ndo = "busy"\nwhen = "at 3x"': "line 3: [[fault]] number 1: in 'busy at 3x': '3x' "
    "is not known after 'at'; expected a time such as",
    "a = [": "no TOML: ",
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_is_said_with_its_line_and_what_is_allowed(text):
    with pytest.raises(BadScenario) as caught:
        parse_scenario(text, "mine.toml")
    assert str(caught.value).startswith("mine.toml")
    assert BAD[text] in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadScenario, match=r"did you mean noisy-uart\? with espat come the"):
        load_scenario("noisy-urt")
    with pytest.raises(BadScenario, match="there is no file"):
        load_scenario(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'description = "\xe9"')
    with pytest.raises(BadScenario, match="not UTF-8"):
        load_scenario(tmp_path / "latin.toml")


def test_a_file_from_its_path(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(WHOLE, "utf-8")
    assert load_scenario(path).options["seed"] == load_scenario(str(path)).options["seed"] == 7


@pytest.mark.parametrize("name", shipped())
def test_what_comes_along_can_be_read_and_says_what_it_is(name):
    scenario = load_scenario(name)
    assert scenario.description.endswith(".")
    assert scenario.options["faults"]
    assert scenario.options["seed"]


# -- the driver in them ------------------------------------------------------------------------

PAGE = pattern(3000)
MINUTES = 3


class Patient(SimPort):
    """Looks every 5 ms of simulated time."""

    def __init__(self, uart, clock):
        super().__init__(uart, clock, tick=0.005)


LOST_LINKS = {errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE, errno.ENOTCONN}

#: What getaddrinfo says of a name that is not found.
NO_NAME = -2


class Life:
    """The driver at work in a scenario: joins where it must, sends a page and reads it back."""

    def __init__(self, scenario, minutes=MINUTES):
        options = scenario.settings(network=MemoryNetwork())
        del options["network"]
        self.desk = Desk(**options, port=Patient)
        self.desk.port.patience = minutes * 60 + 300
        self.told = collections.Counter()
        self.errors = []
        while self.desk.clock.now() < minutes * 60:
            self._once()
            self.desk.let(1)

    def _once(self):
        """One exchange. Only OSError may come of what goes wrong, and always with a number."""
        try:
            if not self.desk.radio.connected:
                self.desk.radio.connect(SSID, PASSWORD)
                self.told["joined"] += 1
            with self.desk.socket(timeout=20) as sock:
                sock.sendall(PAGE)
                got = read_exactly(sock, len(PAGE))
            self.told["whole" if got == PAGE else "wrong"] += 1
        except OSError as error:
            self.told["failed"] += 1
            self.errors.append(error)

    @property
    def reasons(self):
        """The numbers of the errors."""
        return {error.errno for error in self.errors}

    def ends_well(self):
        """With nothing more going wrong the same radio works on."""
        for fault in self.desk.module.faults.faults:
            fault.cancel()
        self.desk.let(15)
        if not self.desk.radio.connected:
            self.desk.radio.connect(SSID, PASSWORD)
        self.desk.works()
        self.desk.module.close()


def test_noisy_uart():
    """Payload that was hit is wrong, as on any wire; what is lost is never lost silently."""
    life = Life(load_scenario("noisy-uart"))
    assert len(life.desk.module.faults.hits) > 50
    assert life.told["whole"] > 50
    assert life.reasons <= LOST_LINKS | {errno.ETIMEDOUT, errno.ECONNREFUSED, errno.EIO}
    assert all(str(error) for error in life.errors)
    life.ends_well()


def test_flaky_wifi():
    """Each loss costs the exchange it hits; the rest arrives whole. The first join fails."""
    life = Life(load_scenario("flaky-wifi"))
    assert "no DHCP" in str(life.errors[0]) or "address" in str(life.errors[0])
    assert life.told["whole"] > 100
    assert life.told["wrong"] == 0
    assert life.reasons <= LOST_LINKS | {
        errno.ETIMEDOUT,
        errno.ECONNREFUSED,
        errno.EHOSTUNREACH,
        errno.ENODEV,
        errno.ENETUNREACH,
    }
    life.ends_well()


def test_brown_out():
    """The join is cut off by restarts and succeeds when tried again; a restart is ECONNRESET."""
    life = Life(load_scenario("brown-out"))
    assert life.told["joined"] >= 1
    assert life.told["whole"] > 100
    assert life.told["wrong"] == 0
    assert life.told["failed"] <= 4
    assert life.reasons <= LOST_LINKS
    life.ends_well()


def test_slow_network():
    """Slow, and not a byte wrong: the time-outs of the program are long enough."""
    life = Life(load_scenario("slow-network"))
    assert life.told["whole"] > 20
    assert life.told["wrong"] == life.told["failed"] == 0
    life.ends_well()


def test_busy_module():
    """A command that was refused is sent again; a payload whose fate is unknown is an error."""
    life = Life(load_scenario("busy-module"))
    assert life.told["whole"] > 50
    assert life.told["wrong"] == 0
    assert 0 < life.told["failed"] <= 4
    assert life.reasons <= LOST_LINKS | {errno.ETIMEDOUT}
    life.ends_well()


def test_rude_peers():
    """What peers break off is an error, and never mistaken for the end of a page."""
    life = Life(load_scenario("rude-peers"))
    assert life.told["whole"] > 80
    assert life.told["wrong"] == 0
    assert life.told["failed"] > 5
    assert life.reasons <= LOST_LINKS
    life.ends_well()


ONE_BY_ONE = {
    # What goes wrong: (how many exchanges may fail, with which errors).
    ("notice ready", "at AT+CIPSEND 3rd"): (1, LOST_LINKS),
    ("notice WIFI DISCONNECT", "at AT+CIPSEND 3rd"): (1, LOST_LINKS),
    ("notice 3,CLOSED", "every 500 bytes"): (0, set()),
    # A lie: the command that is said not to have been taken was.
    ("notice busy p...", "every 3333 bytes"): (
        None,
        LOST_LINKS | {errno.ETIMEDOUT, errno.ECONNREFUSED},
    ),
    ("delay 2s", "every 3000 bytes"): (0, set()),
    ("fragment 7 bytes 2ms apart", ""): (0, set()),
    ("busy", "at AT+CIPSTART each"): (
        None,
        LOST_LINKS | {errno.ETIMEDOUT, errno.EBUSY, errno.EAGAIN},
    ),
    ("busy", "chance 30% per command"): (0, set()),
    ("busy s", "at AT+CIPSEND 2nd"): (0, set()),
    ("refuse", "at AT+CIPSEND 2nd"): (1, LOST_LINKS),
    ("ignore", "at AT+CIPSTART 2nd"): (2, LOST_LINKS | {errno.ETIMEDOUT}),
    ("no reply", "at AT+CIPCLOSE each"): (None, LOST_LINKS | {errno.ETIMEDOUT}),
    ("no prompt", "at AT+CIPSEND 3rd"): (1, LOST_LINKS | {errno.ETIMEDOUT}),
    ("no verdict", "at AT+CIPSEND 3rd"): (1, LOST_LINKS | {errno.ETIMEDOUT}),
    ("late verdict 30s", "at AT+CIPSEND 3rd"): (2, LOST_LINKS | {errno.ETIMEDOUT}),
    ("double verdict", "at AT+CIPSEND each"): (0, set()),
    ("peer closes 0", "at AT+CIPSEND 3rd"): (1, LOST_LINKS),
    ("peer resets 0", "at AT+CIPRECVDATA 3rd"): (1, LOST_LINKS),
    ("reset with noise", "every 20000 bytes"): (None, LOST_LINKS),
    ("wifi lost for 5s", "at AT+CIPSEND 3rd"): (
        6,
        LOST_LINKS | {errno.ECONNREFUSED, errno.ENODEV, errno.ETIMEDOUT, errno.ENETUNREACH},
    ),
    # The module gives up a connection after 2 s, and a name after 1 s.
    ("stalled network for 8s", "every 30s"): (4, {errno.ECONNREFUSED, NO_NAME, errno.ETIMEDOUT}),
}


@pytest.mark.parametrize("fault", ONE_BY_ONE, ids=" ".join)
@pytest.mark.parametrize("profile", ["esp32c3-3.3", "nonos-1.7.4"])
def test_the_driver_with_one_fault(profile, fault):
    """Not a byte wrong; the exchanges that fail are as few as the fault has hits on them."""
    do, when = fault
    life = Life(
        parse_scenario(f'profile = "{profile}"\n[[fault]]\ndo = "{do}"\nwhen = "{when}"'), 1
    )
    most, reasons = ONE_BY_ONE[fault]
    assert life.desk.module.faults.hits
    assert life.told["wrong"] == 0
    assert life.reasons <= reasons, life.errors
    if most is not None:
        assert life.told["failed"] <= most, life.errors
        assert life.told["whole"] > 1
    life.ends_well()


def test_a_scenario_is_the_same_every_time():
    def run():
        life = Life(load_scenario("noisy-uart"), 1)
        log = [(seconds, way, bytes(data)) for seconds, way, data in life.desk.module.log]
        life.desk.module.close()
        return log

    first = run()
    assert len(first) > 100
    assert run() == first


def test_ten_minutes_of_a_scenario_by_the_simulated_clock():
    """Nothing here looks at a real clock: all that passes is simulated time."""
    clock = SimClock()
    with load_scenario("flaky-wifi").module(clock=clock, network=MemoryNetwork()) as module:
        uart = module.uart()
        uart.write(b'ATE0\r\nAT+CWJAP="espat","correct horse"\r\n')
        clock.advance(600)
        said = uart.read()
        assert clock.now() == 600
        assert said.count(b"WIFI DISCONNECT") >= 1
        times = [round(seconds) for seconds, text in module.faults.hits if "every 60s" in text]
        assert times == [60 * minute for minute in range(1, 11)]
