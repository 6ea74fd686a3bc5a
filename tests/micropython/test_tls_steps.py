"""A TLS connect of a socket that must not wait is done in steps, between those of other sockets;
whatever happens at any of them, it ends as that of a socket that may wait.
"""

import re
import ssl

import pytest
import trustme

from tests.peers import Peer, echo
from tests.programs.conftest import other_names
from tests.programs.servers import until

CA = trustme.CA(key_type=trustme.KeyType.RSA)
FAMILIES = ["esp32c3-3.3", "esp32-2.4"]
"""Certificates are in NVS, and in partitions."""

OTHERS = ("AT+CIPSEND", "AT+CIPRECVDATA", "AT+CIPRECVLEN")
"""Commands of the socket that sends and receives meanwhile."""

TOLD = re.compile(r"(\d+) commands, (\d+) turns, (\d+) echoes, (-?\d+) links: (.*)")


class Steps:
    """The program onboard/secure_steps.py, and the module it runs on."""

    def __init__(self, pico, program):
        self.pico = pico
        self.program = program

    def told(self, line):
        """(commands, turns waited, echoes of the other, links in use, what it came to)."""
        before = len(self.program.lines)
        self.program.say(line)
        until(
            lambda: len(self.program.lines) > before or self.program.process.poll() is not None,
            lambda: "\n".join(self.program.lines),
            90,
        )
        *numbers, came = TOLD.match(self.program.lines[before]).groups()
        return (*map(int, numbers), came)

    def names(self):
        """The commands of a connect, one after another, without those of the other socket."""
        before = len(self.pico.module.commands)
        assert self.told("connect")[-1] == "open hello"
        lines = self.pico.module.commands[before:]
        names = [re.match(rb"AT\+\w+", line)[0].decode() for line in lines]
        names = [name for name in names if name not in OTHERS]
        return names[: names.index("AT+CIPSTART") + 1]


@pytest.fixture
def steps(make_pico, clock, tmp_path, request):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CA.issue_cert("echo.test", key_type=trustme.KeyType.RSA).configure_cert(context)
    CA.cert_pem.write_to_path(tmp_path / "ca")

    def handler(client):
        with context.wrap_socket(client, server_side=True) as wrapped:
            echo(wrapped)

    with Peer(handler) as secure, Peer(echo) as peer:
        hosts = {"echo.test": ("127.0.0.1", {7: peer.port, 10: secure.port})}
        pico = make_pico({**hosts, **other_names(clock)}, request.param)
        with pico.started("secure_steps", tmp_path / "ca") as program:
            program.wait_for("begun")
            yield Steps(pico, program)


of_families = pytest.mark.parametrize("steps", FAMILIES, indirect=True)


@of_families
def test_others_go_on(steps):
    """From the first, for which the certificate is written to the flash, to those after it."""
    for _ in range(3):
        commands, turns, echoes, links, came = steps.told("connect")
        assert came == "open hello"
        assert turns == links == 0
        assert commands > 20
        assert echoes > 1
    assert steps.told("blocking")[-1] == "open hello"


@of_families
@pytest.mark.parametrize("how", ["close", "drop"])
def test_cut_at_each_step(steps, how):
    """Its link is free again, and the next connect works."""
    steps.names()
    count = len(steps.names())
    for i in range(count + 1):
        commands, turns, _, links, came = steps.told(f"{how} {i}")
        assert came in ("cut", "closed")
        assert turns == links == 0, (i, commands)
    assert steps.told("connect")[-1] == "open hello"


@of_families
def test_a_restart_at_each_step(steps):
    """Once the connection is begun once more, by itself; but not if it was begun already."""
    steps.names()
    for name, nth in numbered(steps.names()):
        steps.pico.module.fault(f"reset at {name} {nth}")
        *_, links, came = steps.told("connect")
        assert links == 0
        if name != "AT+CIPSTART":
            assert came == "open hello", (name, nth)
        else:
            assert came == "open hello" or came.startswith("OSError 104"), came


@of_families
def test_a_refusal_at_each_step(steps):
    """It comes to the same as for a socket that may wait, with the same words."""
    steps.names()
    for name, nth in numbered(steps.names()):
        came = []
        for line in ("connect", "blocking"):
            steps.pico.module.fault(f"refuse at {name} {nth}")
            _, turns, _, links, what = steps.told(line)
            came.append(what.partition("clock says")[0])
            assert links == 0
            assert line == "blocking" or not turns, (name, nth)
            # The module forgets settings when a link closes: without this one step less would do.
            assert steps.told("connect")[-1] == "open hello"
        assert came[0] == came[1], (name, nth)


def numbered(names):
    """Each command, and how often it has come by then, as faults say it."""
    for i, name in enumerate(names):
        yield name, f"{names[: i + 1].count(name)}th"
