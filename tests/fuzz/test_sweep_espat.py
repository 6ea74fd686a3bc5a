"""A sample of all that can befall a line, on ESP-AT: see `espat reliability sweep`."""

import pytest

from tests.fuzz.sweeping import nothing_is_lost_in_silence


@pytest.mark.parametrize("profile", ["esp32-2.4", "esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1"])
def test_nothing_is_lost_in_silence(profile):
    nothing_is_lost_in_silence([profile])
