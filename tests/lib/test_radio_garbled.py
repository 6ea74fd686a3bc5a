"""The radio's members where a byte of a reply is lost or flipped: an answer, or an `OSError`."""

import pytest

from espat.members.types import Network, PowerManagement
from tests.driver.desk import PASSWORD, SSID, Line

CLIENT = "02:00:00:00:00:99"
MEMBERS = {
    "connected": lambda radio: radio.connected,
    "firmware": lambda radio: radio.firmware,
    "enabled": lambda radio: radio.enabled,
    "hostname": lambda radio: radio.hostname,
    "hostname =": lambda radio: setattr(radio, "hostname", "kitchen"),
    "mac_address": lambda radio: radio.mac_address,
    "mac_address_ap": lambda radio: radio.mac_address_ap,
    "power_management": lambda radio: radio.power_management,
    "power_management =": lambda radio: setattr(radio, "power_management", PowerManagement.NONE),
    "ap_info": lambda radio: radio.ap_info,
    "authmode": lambda radio: Network(SSID, CLIENT, -50, 6, None, radio.modem).authmode,
    "scan": lambda radio: list(radio.start_scanning_networks()),
    "ap_active": lambda radio: radio.ap_active,
    "stations_ap": lambda radio: radio.stations_ap,
    "start_ap": lambda radio: radio.start_ap("own", PASSWORD),
    "addresses": lambda radio: radio.addresses,
    "addresses_ap": lambda radio: radio.addresses_ap,
    "ipv4_gateway": lambda radio: radio.ipv4_gateway,
    "dns": lambda radio: radio.dns,
    "ping": lambda radio: radio.ping("192.168.1.1"),
    "connect": lambda radio: radio.connect(SSID, PASSWORD),
}


class Faulty(Line):
    """A line on which one byte to come, counted from `arm()`, is lost or flipped."""

    left = -1
    came = 0
    flip = 0

    def arm(self, at, flip):
        """Byte `at` from here: XORed with `flip`, lost if that is 0. -1: none."""
        self.left, self.came, self.flip = at, 0, flip

    def take(self, view):
        n = self.uart.readinto(view) or 0
        self.came += n
        if 0 <= self.left < n:
            if self.flip:
                view[self.left] ^= self.flip
            else:
                view[self.left : n - 1] = bytes(view[self.left + 1 : n])
                n -= 1
            self.left = -1
        elif self.left >= n:
            self.left -= n
        return n or None


@pytest.mark.parametrize("name", MEMBERS)
def test_a_reply_with_one_wrong_byte(make_desk, profile, name):
    desk = make_desk(profile, line=Faulty).join()
    desk.radio.start_ap("own", PASSWORD)
    desk.module.ap_client_joins(CLIENT)
    desk.let(0.1)
    desk.line.arm(-1, 0)
    desk.radio.looked = -1
    MEMBERS[name](desk.radio)
    count = desk.line.came
    told = 0
    for at in range(count):
        desk.radio.looked = -1
        desk.line.arm(at, (0, 1, 0x10, 0x20)[at % 4])
        try:
            MEMBERS[name](desk.radio)
        except OSError as e:
            assert str(e)
            told += 1
        desk.let(0.05)
    print(f"{count} bytes, {told} errors")
    desk.line.arm(-1, 0)
    desk.join().works()
