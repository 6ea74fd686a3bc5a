"""What the options of `espat emulate` say, as a module, its network and who watches."""

import ipaddress
import os
import shutil
import sys

import click
from rich.console import Console

from espat_tools import troubles
from espat_tools.emulate.run import Broken, run
from espat_tools.emulate.show import Json, Lines, Quiet, Screen
from espat_tools.emulator import Module, Scenario, load_scenario, words
from espat_tools.emulator.access_point import AccessPoint
from espat_tools.emulator.faults import ACTIONS, SLOTS, TRIGGERS
from espat_tools.emulator.limits import REACHES
from espat_tools.emulator.scenario import shipped

_KEPT = 1 << 20
"""Bytes of the conversation that are kept: nobody looks at them here."""
_TEXT = ("TEXT", r'what stands before the when; in double quotes anything, "\r\n\x1b" too')


def _bad(error: Exception, name: str) -> click.BadParameter:
    return click.BadParameter(str(error), param_hint=f"--{name}")


def _tcp(text: str | None) -> tuple[str, int] | None:
    """(host, port) of ``[HOST:]PORT``."""
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise click.BadParameter(f"{text!r} is no [HOST:]PORT", param_hint="--tcp")
    return host.strip("[]") or "127.0.0.1", int(port)


def _access_points(texts: tuple[str, ...]) -> list[AccessPoint]:
    try:
        points = [words.access_point(text) for text in texts]
    except ValueError as error:
        raise _bad(error, "ap") from None
    for number, point in enumerate(points[1:], 2):
        if point.bssid == points[0].bssid:
            point.bssid = f"02:00:00:00:00:{number & 0xFF:02x}"
    return points


def _hosts(texts: tuple[str, ...]) -> dict:
    hosts: dict = {}
    try:
        for text in texts:
            words.add_host(hosts, text)
    except ValueError as error:
        raise _bad(error, "host") from None
    return hosts


def _scenario(source: str | None, network: str | None) -> Scenario:
    try:
        scenario = load_scenario(source) if source else Scenario("the command line")
    except (ValueError, OSError) as error:
        raise _bad(error, "scenario") from None
    scenario.network = network or scenario.network
    return scenario


def _more(options: dict) -> dict:
    """What the command line says of the module; what it does not say is left to the scenario."""
    more = {name: options[name] for name in ("profile", "seed", "rx_size", "flash")}
    more = {name: value for name, value in more.items() if value is not None}
    more |= {name: True for name in ("boot", "joined", "rtscts") if options[name]}
    if options["baud"]:
        more |= {"baud": options["baud"], "paced": True}
    if options["ap"]:
        more["access_points"] = _access_points(options["ap"])
    return more | {"hosts": _hosts(options["host"]), "faults": options["fault"], "keep": _KEPT}


def _timing(texts: tuple[str, ...]) -> dict:
    """{name: time} of ``NAME=TIME`` texts; without a unit it is seconds."""
    times: dict = {}
    for text in texts:
        name, _, time = text.partition("=")
        times[name] = f"{time} s" if time[-1:].isdigit() else time
    return times


def _module(scenario: Scenario, options: dict) -> Module:
    settings = scenario.settings(**_more(options))
    settings["timing"] = {**settings.get("timing", {}), **_timing(options["timing"])}
    try:
        return Module(**settings)
    except (ValueError, OSError) as error:
        settings["network"].close()
        raise click.ClickException(_said(error)) from None
    except StopIteration:
        settings["network"].close()
        raise click.ClickException("--joined needs an access point with DHCP.") from None


def _said(error: Exception) -> str:
    """An error in words, with the file that it is about in front."""
    return troubles.told(error) if isinstance(error, OSError) else f"{error}"


def _about(module: Module, scenario: Scenario) -> dict:
    return {
        "profile": module.core.profile.id,
        "baud": module.core.baud,
        "paced": module.line.paced,
        "seed": module.seed,
        "network": scenario.network,
        "access_points": [
            point.ssid.decode("utf-8", "backslashreplace") for point in module.core.access_points
        ],
        "pid": os.getpid(),
    }


def _warn(scenario: Scenario, tcp: tuple[str, int] | None) -> None:
    """What leaving this machine means, for who does it."""
    if REACHES[scenario.network] == "any":
        text = (
            "The network is not confined: programs on this module reach whatever this machine "
            "reaches, the internet too, in its name and from behind its firewall. Servers of the "
            "module still listen on this machine alone."
        )
        click.echo(click.wrap_text(text, shutil.get_terminal_size().columns - 1), err=True)
    if tcp and not _is_loopback(tcp[0]):
        click.echo(
            f"The TCP port is open to whoever reaches {tcp[0]}, without a password.", err=True
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _view(quiet: bool, as_json: bool) -> Quiet:
    if as_json:
        return Json(sys.stdout)
    if quiet:
        return Quiet(sys.stdout)
    console = Console()
    return Screen(console) if console.is_terminal else Lines(sys.stdout)


def _tell_faults() -> None:
    """The grammar, from the tables it is made of."""
    tables = (
        ("What happens", [(row.usage, row.meaning) for row in ACTIONS]),
        ("When", [(usage, meaning) for usage, _, meaning in TRIGGERS]),
        ("Values", [*((name, meaning) for name, (_, meaning) in SLOTS.items()), _TEXT]),
    )
    formatter = click.HelpFormatter(max_width=100)
    formatter.write_text("A fault is what happens, and when: drop 3 bytes after 1000")
    for title, table in tables:
        with formatter.section(title):
            formatter.write_dl(table)
    click.echo(formatter.getvalue(), nl=False)


def _tell_scenarios() -> None:
    formatter = click.HelpFormatter(max_width=100)
    formatter.write_dl([(name, load_scenario(name).description) for name in shipped()])
    click.echo(formatter.getvalue(), nl=False)


def go(  # noqa: PLR0917 - as click has them
    link: str | None, tcp: str | None, pty: bool, quiet: bool, as_json: bool, options: dict
) -> None:
    """Until Ctrl-C. Raises ClickException."""
    if "help" in options["fault"]:
        _tell_faults()
        return
    if options["scenario"] == "help":
        _tell_scenarios()
        return
    place = _tcp(tcp)
    scenario = _scenario(options["scenario"], options["network"])
    module = _module(scenario, options)
    _warn(scenario, place)
    ports = {"pty": pty or bool(link) or not place, "link": link, "tcp": place}
    try:
        with module:
            run(module, ports, _view(quiet, as_json), _about(module, scenario))
    except (Broken, RuntimeError) as error:
        raise click.ClickException(str(error)) from None
    except ImportError:
        raise click.ClickException(
            "This system has no pseudo-terminals: use --tcp, or espat:// with pyserial."
        ) from None
    except OSError as error:
        raise click.ClickException(_said(error)) from None
