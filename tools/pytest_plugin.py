"""The pytest plug-in: the fixture `esp_module`, for the tests of any project.

pytest loads this file in every run of an environment that has espat: it imports nothing but
pytest until a test asks for the fixture.
"""

from collections.abc import Iterator

import pytest

_MARKER = (
    "esp_module(**options): what the fixture esp_module emulates: profile, hosts, access_points, "
    "faults, seed, scenario, and whatever else espat_tools.emulator.Module takes"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, for --strict-markers and --markers."""
    config.addinivalue_line("markers", _MARKER)


def _options(request: pytest.FixtureRequest) -> dict:
    """What the markers say, those of the test before those of its class and module."""
    options: dict = {}
    for marker in reversed(list(request.node.iter_markers("esp_module"))):
        if marker.args:
            raise TypeError("esp_module takes options by their names alone")
        options |= marker.kwargs
    return options | getattr(request, "param", {})


def _hosts(given: dict) -> dict:
    """Hosts as SocketNetwork takes them, where texts such as "127.0.0.1:8080" were given."""
    from espat_tools.emulator import words  # noqa: PLC0415

    hosts: dict = {}
    for name, place in given.items():
        if isinstance(place, str):
            words.add_host(hosts, f"{name}={place}")
        else:
            hosts[name] = place
    return hosts


def _module(options: dict):
    from espat_tools.emulator import Scenario, load_scenario, words  # noqa: PLC0415

    source = options.pop("scenario", None)
    scenario = load_scenario(source) if source else Scenario("the marker esp_module")
    if isinstance(options.get("network"), str):
        scenario.network = options.pop("network")
    if "hosts" in options:
        options["hosts"] = _hosts(options["hosts"])
    if "access_points" in options:
        options["access_points"] = [
            words.access_point(point) if isinstance(point, str) else point
            for point in options["access_points"]
        ]
    return scenario.module(**options)


@pytest.fixture
def esp_module(request: pytest.FixtureRequest) -> Iterator:
    """An emulated ESP-AT module for this test: an espat_tools.emulator.Module.

    `esp_module.pty` is the path of its serial port, for any program; `esp_module.uart()` is its
    end in this process; `commands`, `log`, `fault("...")`, `wifi_lost()` are for the test. The
    marker `esp_module` says what it is; network and access points end at this machine.
    """
    try:
        made = _module(_options(request))
    except (TypeError, ValueError, OSError) as error:
        pytest.fail(f"esp_module cannot be made as the marker says: {error}", pytrace=False)
    with made as module:
        yield module
