"""The firmware families by name, and the groups that the tables use.

A family is one release of one firmware. A group is a set of families that share a line or a
command; groups are written with the release that a thing appeared in.
"""

N13, N17, WIZ = "nonos-1.3", "nonos-1.7.4", "wizfi360"
E22, E24, E33 = "esp8266-2.2.1", "esp32-2.4", "esp32c3-3.3"
E41, E50 = "esp32c6-4.1", "esp32c6-5.0.1"

NONOS = frozenset({N13, N17})
#: The NonOS dialect: WizFi360 speaks it too, as far as its drivers tell.
OLD = NONOS | {WIZ}
OLD_17 = frozenset({N17, WIZ})
ESPAT = frozenset({E22, E24, E33, E41, E50})
SINCE_24 = ESPAT - {E22}
SINCE_33 = frozenset({E33, E41, E50})
SINCE_41 = frozenset({E41, E50})
ALL = OLD | ESPAT
