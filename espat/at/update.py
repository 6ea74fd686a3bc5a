# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""New firmware for the module, over Wi-Fi.

Each function is named after its command and takes the modem first. Each raises ``ATError`` if the
module refuses the command or the update fails: its ``words`` are the last step that was reported,
and the old firmware stays. ``OSError``: ETIMEDOUT (no answer), ECONNRESET (the module restarted
before it was done), EOPNOTSUPP (the firmware lacks it), EIO (a reply that cannot be read);
arguments out of range raise ``ValueError``.

The steps are those of +CIPUPDATE: 1 the server was found, 2 connected, 3 its version is known, 4
updating. A module that loses power while it writes may have to be flashed by cable. Espressif
advises ``system.restore()`` after an update. Source: reference, CIUPDATE; dialects.md 1, row 17.
"""

from ..parser import const
from ..rates import wait
from .args import ask, fields, need, number, shortest
from .essential import garbled, text
from .system import gone

_WHOLE_MS = const(200000)  # the firmware itself gives up after 180 s
_RESTART_MS = const(10000)
_OK = const(2)
_READY = const(22)
_WIZFI360 = const(3)
_LAST = const(4)  # after this step only the restart follows


def ciupdate(modem, tls=None, version=None, name=None, background=False, progress=None):
    """``AT+CIUPDATE``, or ``AT+CIUPDATE=<tls>[,"<version>"[,"<name>"[,1]]]``: update, and restart.

    It takes up to three minutes, during which the idle hook is called. Afterwards all connections
    are lost, and the radio sets the module up again at its next use.

    :param int tls: 0: without TLS; 1: with it; None: the firmware's own choice. ESP-AT
    :param str version: ``"v2.2.0.0"``, 1 to 32 bytes; None: the latest. ESP-AT
    :param str name: what to update, ``"ota"``, ``"mqtt_ca"``...: 1 to 32 bytes. ESP-AT
    :param bool background: return at once; ``ciupdate_query()`` tells the progress, and a restart
        of the module (``system.rst()``) ends the update. ESP-AT 2.2
    :param progress: called with the number of each step that the module reports
    :returns: whether the module said ``ready`` within 10 s after its restart
    NonOS, ESP-AT, WizFi360 (where only ``ciupdate_url()`` works).
    """
    args = ()
    if tls is not None:
        args = (number("tls", tls, 0, 1),)
        args += (None if version is None else text("version", version, 1, 32),)
        args += (None if name is None else text("name", name, 1, 32),)
        args = shortest(args + (1 if background else None,))
        need(modem, b"\xff\x22\x22\xff" if background else b"\xff\x20\x10\xff", b"+CIUPDATE=")
    elif version is not None or name is not None or background:
        raise ValueError("tls: wanted with version, name or background")
    return _update(modem, args, progress, background)


def ciupdate_url(modem, url, progress=None):
    """``AT+CIUPDATE="<url>"``: update from a URL, and restart. WizFi360, not ESP-AT or NonOS.

    :param str url: ``"http://host[:port]/path"``, 1 to 128 bytes
    :param progress: as for ``ciupdate()``
    :returns: as ``ciupdate()``. If the module restarts too early, that looks the same as a finished
        update: check ``system.gmr()``
    """
    if not text("url", url, 1, 128).startswith("http://"):
        raise ValueError("url: http://host/path is wanted")
    need(modem, b"\xff\xff\xff\x10", "AT+CIUPDATE by URL")
    return _update(modem, (url,), progress, False)


def _update(modem, args, progress, background):
    name = b"+CIUPDATE=" if args else b"+CIUPDATE"
    up = modem.up
    step = 0
    modem.turn()
    modem.begin(name, args, b"+CIPUPDATE:", _WHOLE_MS)
    while True:
        while modem.lines:
            digits = modem.lines.pop(0)[11:]
            if digits.isdigit():
                step = int(digits)
                modem.words = b"+CIPUPDATE:" + digits
                if progress:
                    progress(step)
        if not modem.state:
            break
        modem.rest()
    restarted = modem.code == _READY and step == _LAST and modem.firmware[0] == _WIZFI360
    if not restarted:  # WizFi360 restarts without an OK
        modem.ended(up, name, _OK, _WHOLE_MS)
    if background:
        return False
    gone(modem)
    return wait(modem, _RESTART_MS, modem.restarts - restarted)


def ciupdate_query(modem):
    """``AT+CIUPDATE?``: the last step of an update; 0: there was none; -1: it failed. ESP-AT."""
    need(modem, b"\xff\x20\x10\xff", b"+CIUPDATE?")
    for line in modem.run(b"+CIUPDATE?", (), b"+CIPUPDATE:"):
        return fields(b"+CIUPDATE", line, "d")[0]
    raise garbled(b"+CIUPDATE", b"")


def cipfwver_query(modem):
    """``AT+CIPFWVER?``: the version that the server has, a str such as ``"v3.4.0.0"``.

    ESP-AT 3.2, not ESP8266. Source: dialects.md 1, row 17; unproven.
    """
    need(modem, b"\xff\xff\x32\xff", b"+CIPFWVER")
    return ask(modem, b"+CIPFWVER", "s", timeout=30000)[0]
