"""Descriptions of the commands for users: a line for each, its parameters, and their meaning.

A row is the name, the group of families that have it, its forms (``x`` bare, ``?`` query, ``=``
set), what NonOS adds to the name, a line of text, and the parameters in order. A parameter is a
line too:

    mode? [espat]: 0 off; 1 station      name, ``?`` if it may be left out, who has it, values
    "ssid" - name of the network         quotes: it is sent in quotes; text where values are free

A form or a value may have a group in brackets too. Sources: the command reference for the purpose
and values of a command, `dialects.md` and the lists by release for the families that have it.
"""

from .words_ip import MORE, TCP
from .words_module import BASIC
from .words_wifi import WIFI

ROOMS = {"the module": BASIC, "Wi-Fi": WIFI, "TCP/IP": TCP, "HTTP and MQTT": MORE}
