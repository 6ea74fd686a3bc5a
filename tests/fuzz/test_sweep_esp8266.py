"""A sample of all that can befall a line, on the other families: see `espat reliability sweep`."""

import itertools

import pytest

from tests.fuzz.sweeping import nothing_is_lost_in_silence

REST = ["esp8266-2.2.1", "nonos-1.3", "nonos-1.7.4", "wizfi360"]


@pytest.mark.parametrize("profile", REST)
def test_nothing_is_lost_in_silence(profile):
    nothing_is_lost_in_silence([profile])


@pytest.mark.soak
def test_for_ever():
    for seed in itertools.count(1):
        nothing_is_lost_in_silence(None, seed, sample=100)
