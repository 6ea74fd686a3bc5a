"""The servers that these tests start: what is said where one is missing, and that CI has them."""

from pathlib import Path

import pytest

from tests.programs import servers
from tests.programs.servers import Chromium, Chrony, Mosquitto, Nginx, Server

KINDS = (Nginx, Mosquitto, Chrony, Chromium)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.NAME)
def test_ci_installs_it(kind):
    text = (Path(__file__).resolve().parents[2] / ".ci" / "run").read_text("utf-8")
    assert f"\n{kind.NAME} {kind.PACKAGE}\n" in text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.NAME)
def test_what_is_missing_is_named_with_its_package(kind, monkeypatch):
    monkeypatch.setattr(servers, "program", lambda _name: None)
    assert kind.missing() == f"no {kind.NAME} here: it is in Debian's package {kind.PACKAGE}"


class Dies(Server):
    NAME = "false"

    def command(self):
        return ["sh", "-c", "echo what is wrong; exit 3"]


class Mute(Dies):
    def command(self):
        return ["sh", "-c", "echo not yet; exec sleep 60"]


def test_a_server_that_ends_at_once_says_why(tmp_path):
    with pytest.raises(AssertionError, match="what is wrong"), Dies(tmp_path):
        pass


def test_a_server_that_never_listens_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(servers.until, "__defaults__", (0.2,))
    server = Mute(tmp_path)
    with pytest.raises(AssertionError, match="not yet"):
        server.start()
    assert server._process is None


def test_a_server_is_stopped(tmp_path):
    if reason := Nginx.missing():
        pytest.skip(reason)
    with Nginx(tmp_path, {}) as server:
        assert servers.answers(server.port)
    assert not servers.answers(server.port)
