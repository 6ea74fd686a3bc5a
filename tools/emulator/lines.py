"""Every line the emulator can print, in one table.

A row names a line, the families that print it, its printf form, the command name that fills the
form's first ``%s`` (``@`` for the command as the host spelled it) and the evidence for it:

- a file of the firmware (``at_ipCmd``, ``at_port`` …): that release of the firmware contains this
  format string, and next to it the command name. If a form has several pieces, the firmware
  prints them one by one, and each piece is a string of its own. ``after`` and the name of
  another line: this piece continues that line, and would prove nothing alone;
- ``source:`` the published source of a firmware;
- ``capture:`` a capture from a real module;
- ``disassembly:`` the machine code of the releases named, as read by others;
- ``driver:`` the source of another driver, which proves nothing about a firmware;
- ``reference:`` documentation alone, which proves nothing about the wire.

The format strings of WizFi360 are not known. All its lines come from drivers, whatever their
rows say, except those with a capture of their own.
"""

from typing import NamedTuple

from .families import ALL, ESPAT, OLD, OLD_17, WIZ
from .lines_basic import ROWS as BASIC
from .lines_net import ROWS as NET
from .lines_tcp import ROWS as TCP
from .lines_tls import ROWS as TLS
from .lines_wifi import ROWS as WIFI

#: Evidence that does not come from a firmware: lines with only this are listed as unproven.
UNPROVEN = ("driver:", "reference:")

_CORE = (
    ("ok", ESPAT, "\r\nOK\r\n", None, "at_port"),
    ("ok", OLD, "\r\nOK\r\n", None, "at_cmd"),
    ("error", ALL, "\r\nERROR\r\n", None, "at_port"),
    ("fail", OLD, "\r\nFAIL\r\n", None, "at_wifiCmd"),
    ("busy p", ALL, "\r\nbusy p...\r\n", None, "at_port"),
    ("busy s", OLD, "\r\nbusy s...\r\n", None, "at_port"),
    ("ready", ALL, "\r\nready\r\n", None, "capture:13,45"),
    ("prompt", ESPAT, ("\r\nOK\r\n", "\r\n>"), None, "at_port,at_ipCmd"),
    ("prompt", OLD, ("\r\nOK\r\n", "> "), None, "capture:08"),
    ("passthrough prompt", ESPAT, ("\r\nOK\r\n", "\r\n>"), None, "at_port,at_ipCmd"),
    ("passthrough prompt", OLD, ("\r\nOK\r\n", "\r\n>"), None, "reference:NonOS AT manual 2.2"),
    ("boot prompt", ALL, "\r\n>", None, "reference:AT+SAVETRANSLINK"),
    ("recv", ALL, "\r\nRecv %d bytes\r\n", None, "at_ipCmd"),
    ("send ok", ESPAT, "\r\nSEND OK\r\n", None, "at_port"),
    ("send ok", OLD, "\r\nSEND OK\r\n", None, "at_ipCmd"),
    ("send fail", ESPAT, "\r\nSEND FAIL\r\n", None, "at_port"),
    ("send fail", OLD, "SEND FAIL\r\n", None, "at_ipCmd"),
    ("send canceled", ALL, "\r\nSEND Canceled\r\n", None, "at_port"),
    ("force restart", ALL, "\r\nWill force to restart!!!\r\n", None, "at_port"),
    ("quit", ESPAT, "\r\n+QUITT\r\n", None, "at_port"),
    ("quit", OLD_17, "+QUITT\r\n", None, "at_ipCmd"),
    ("error code", ESPAT, "ERR CODE:0x%08x\r\n", None, "at_commom"),
)


class Line(NamedTuple):
    """One printable line of one family."""

    name: str
    pieces: tuple
    tag: str | None
    source: str

    @property
    def form(self):
        """The whole printf form."""
        return "".join(self.pieces)

    def render(self, *args, tag=None):
        """The bytes on the wire; ``tag`` is the command as the host spelled it."""
        if self.tag:
            args = (tag if self.tag == "@" else self.tag, *args)
        return self.form.encode() % tuple(
            value.encode() if isinstance(value, str) else value for value in args
        )


ROWS = _CORE + BASIC + WIFI + TCP + NET + TLS


def table(family):
    """The lines of one family, by name."""
    lines = {}
    for name, families, form, tag, source in ROWS:
        if family not in families:
            continue
        if name in lines:
            raise ValueError(f"{family} has two lines {name!r}")
        pieces = (form,) if isinstance(form, str) else form
        lines[name] = Line(name, pieces, tag, evidence(family, source))
    return lines


def evidence(family, source):
    """The evidence of a row as it counts for one family."""
    if family == WIZ and not source.startswith(("capture:11", "driver:", "reference:")):
        return "driver:NonOS dialect, by its drivers"
    return source


def unproven(family):
    """Names of the lines of ``family`` that neither a firmware nor a capture proves."""
    return sorted(name for name, line in table(family).items() if line.source.startswith(UNPROVEN))
