"""lib/wifi.py: `wifi.radio`, made by espat_board.py or by settings.toml."""

import sys
from types import SimpleNamespace

import pytest

import espat
from espat import board
from tests.driver.desk import PASSWORD, SSID
from tests.lib import aliases

BOARD = """
RX_BUFFER = 1024
made = []
def uart(baudrate=115200):
    made.append(baudrate)
    return UART(baudrate)
def reset():
    return RESET
"""


@pytest.fixture
def wifi(monkeypatch):
    """`import wifi` in a new program, on a board with no name of its own for anything."""
    for name in ("TX", "RX", "RESET", "BAUDRATE", "RX_BUFFER"):
        monkeypatch.delenv("ESPAT_" + name, raising=False)
    for name in ("espat_board", "board", "busio", "digitalio"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(board.held, "radio", None)
    return aliases.fresh("wifi")


@pytest.fixture
def board_file(make_desk, profile, monkeypatch):
    """An espat_board.py whose UART is that of an emulated module."""
    desk = make_desk(profile)
    module = SimpleNamespace(UART=lambda baudrate: desk.port, RESET=object())
    exec(BOARD, vars(module))
    monkeypatch.setitem(sys.modules, "espat_board", module)
    module.desk = desk
    return module


def test_the_radio_by_a_board_file(wifi, board_file, monkeypatch, prove):
    monkeypatch.setitem(sys.modules, "espat_board", board_file)
    radio = wifi.radio
    assert type(radio) is wifi.Radio is espat.Radio
    assert type(radio).__name__ == "Radio", "adafruit_connection_manager goes by the name"
    assert wifi.radio is radio
    assert radio.rx_size == 1024
    assert radio.reset_pin is board_file.RESET
    assert board_file.made == [115200]
    assert not board_file.desk.module.commands, "nothing is sent before it is needed"
    radio.connect(SSID, PASSWORD)
    assert radio.connected
    prove("wifi.radio", "wifi.Radio")


def test_the_radio_is_shared(wifi, board_file, monkeypatch):
    monkeypatch.setitem(sys.modules, "espat_board", board_file)
    radio = board.shared()
    assert type(radio) is espat.Radio
    assert board.shared() is radio is wifi.radio
    assert board_file.made == [115200]


def test_another_rate(wifi, board_file, monkeypatch):
    monkeypatch.setitem(sys.modules, "espat_board", board_file)
    monkeypatch.setenv("ESPAT_BAUDRATE", "9600")
    assert wifi.radio
    assert board_file.made == [9600]


class Pins:
    """CircuitPython's `board`, `busio` and `digitalio`, as far as they are wanted."""

    GP4, GP5, GP6 = "four", "five", "six"

    def __init__(self, port):
        self.port = port
        self.uart = None
        self.pin = None

    def UART(self, tx, rx, **how):
        self.uart = (tx, rx, how)
        return self.port

    def set_out(self, value):
        self.out = value

    def DigitalInOut(self, pin):
        self.pin = SimpleNamespace(pin=pin, switch_to_output=self.set_out)
        return self.pin


@pytest.fixture
def pins(make_desk, profile, monkeypatch):
    found = Pins(make_desk(profile).port)
    monkeypatch.setattr(found, "desk", None, raising=False)
    return found


def _with(pins, monkeypatch, **settings):
    for name in ("board", "busio", "digitalio"):
        monkeypatch.setitem(sys.modules, name, pins)
    for name, value in settings.items():
        monkeypatch.setenv("ESPAT_" + name, value)


def test_the_radio_by_settings(wifi, pins, monkeypatch):
    _with(pins, monkeypatch, TX="GP4", RX="GP5")
    wifi.radio.connect(SSID, PASSWORD)
    tx, rx, how = pins.uart
    assert (tx, rx) == ("four", "five")
    assert how == {"baudrate": 115200, "timeout": 0, "receiver_buffer_size": 2048}
    assert wifi.radio.rx_size == 2048
    assert wifi.radio.reset_pin is None


def test_more_settings(wifi, pins, monkeypatch):
    more = {"RESET": "GP6", "BAUDRATE": "57600", "RX_BUFFER": "512"}
    _with(pins, monkeypatch, TX="GP4", RX="GP5", **more)
    assert wifi.radio.reset_pin is pins.pin
    assert pins.pin.pin == "six"
    assert pins.out is True, "low would hold the module in reset"
    assert pins.uart[2] == {"baudrate": 57600, "timeout": 0, "receiver_buffer_size": 512}
    assert wifi.radio.rx_size == 512


def test_a_radio_is_made_once_and_by_either_import(wifi, pins, monkeypatch):
    _with(pins, monkeypatch, TX="GP4", RX="GP5")
    with aliases.installed("wifi"):
        sys.modules["wifi"] = wifi
        from wifi import radio
    assert radio is wifi.radio


@pytest.mark.parametrize("settings", [{}, {"TX": "GP4"}, {"RX": "GP5"}])
def test_nothing_says_where_the_module_is(wifi, pins, monkeypatch, settings):
    _with(pins, monkeypatch, **settings)
    with pytest.raises(ImportError, match=r"espat_board\.py.*ESPAT_TX and ESPAT_RX"):
        _ = wifi.radio
    monkeypatch.setenv("ESPAT_TX", "GP4")
    monkeypatch.setenv("ESPAT_RX", "GP5")
    assert wifi.radio


def test_an_error_in_the_board_file_is_told(wifi, monkeypatch, tmp_path):
    (tmp_path / "espat_board.py").write_text("import no_such_module")
    monkeypatch.delitem(sys.modules, "espat_board")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ImportError, match="no_such_module"):
        _ = wifi.radio


def test_rates_and_a_pause(wifi, board_file, monkeypatch):
    monkeypatch.setitem(sys.modules, "espat_board", board_file)
    board_file.RATES = (250_000,)
    monkeypatch.setenv("ESPAT_BAUDRATE", "31250")
    monkeypatch.setenv("ESPAT_PAUSE", "50")
    assert wifi.radio.modem.rates == (31250, 250_000)
    assert wifi.radio.modem.gap == 50


def test_other_names(wifi):
    assert not hasattr(wifi, "Monitor")
    with pytest.raises(AttributeError):
        _ = wifi.no_such_thing


def test_a_board_with_modules_of_its_own_is_told_so(monkeypatch, capsys):
    built_in = type(sys)("socketpool")
    monkeypatch.setitem(sys.modules, "socketpool", built_in)
    aliases.fresh("wifi")
    said = capsys.readouterr().err
    assert "wifi: this board has a socketpool of its own" in said
    assert "lib/wifi.py is for boards without" in said


def test_boards_without_hear_nothing(wifi, capsys):
    board.note("wifi", "socketpool", "network", "json")
    assert capsys.readouterr().err == ""


IN_MICROPYTHON = """
import sys
sys.path.insert(0, "/nowhere")
import wifi
print(wifi.Radio.__name__, wifi.AuthMode.WPA2)
try:
    wifi.radio
except ImportError as e:
    print("ImportError", "espat_board.py" in str(e))
class espat_board:
    RX_BUFFER = 2048
    def uart(rate):
        return Uart()
    def reset():
        return None
class Uart:
    baudrate = 115200
    def any(self):
        return 0
    def readinto(self, buf):
        return None
    def write(self, buf):
        return len(buf)
sys.modules["espat_board"] = espat_board
radio = wifi.radio
print(radio is wifi.radio, radio.rx_size, type(radio).__name__)
from wifi import radio as again
print(again is radio)
try:
    radio.ipv4_address = 1
except AttributeError as e:
    print("AttributeError", e)
print(radio.rx_size, "espat.board" in sys.modules)
"""


def test_in_micropython(any_micropython):
    printed = any_micropython(IN_MICROPYTHON, lib=True).check()
    assert printed.splitlines() == [
        "Radio wifi.AuthMode.WPA2",
        "ImportError True",
        "True 2048 Radio",
        "True",
        "AttributeError ipv4_address cannot be set",
        "2048 False",
    ]


SSL_IN_MICROPYTHON = """
import ssl
context = ssl.create_default_context()
print(type(context) is ssl.SSLContext, context.check_hostname, context.verify_mode)
"""


def test_ssl_in_micropython(micropython):
    """This one has TLS of its own: the file says so, and works."""
    ran = micropython(SSL_IN_MICROPYTHON, lib=True)
    assert ran.check().splitlines()[0] == "True True 2"
    assert "ssl: this board has a tls of its own" in ran.stderr


def test_ssl_here():
    ssl = aliases.load("ssl")
    assert ssl.create_default_context().check_hostname is True
    with aliases.installed("ssl"):
        import ssl as named

        assert named is ssl
    import ssl as standard

    assert standard.SSLContext.__module__ == "ssl"
