"""What the tests of `network` share: a desk whose radio `network.WLAN` finds, on CPython."""

import importlib

import pytest

from espat import held
from tests.driver import fixtures

family = fixtures.family
make_desk = fixtures.make_desk
profile = fixtures.profile


@pytest.fixture
def make_board(make_desk, monkeypatch):
    """Makes a desk, with `network` on it: a program that has just started."""

    def make(profile, **options):
        desk = make_desk(profile, **options)
        restart(desk)
        return desk

    def restart(desk, **radio):
        """A soft reboot: the program begins anew, the module does not."""
        if hasattr(desk, "network_"):
            desk.again(**radio)
        monkeypatch.setattr(held, "radio", desk.radio)
        monkeypatch.setattr(held, "station", None)
        desk.network_ = importlib.reload(importlib.import_module("espat.faces.network"))
        desk.wlan = desk.network_.WLAN(desk.network_.STA_IF)

    make.restart = restart
    return make


@pytest.fixture
def board(make_board, profile):
    """A board of each of the two dialects."""
    return make_board(profile)
