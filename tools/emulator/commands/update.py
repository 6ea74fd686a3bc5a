"""Updates over the network: AT+CIUPDATE and AT+CIPFWVER."""

import logging
import re

from ..families import ESPAT, OLD, SINCE_33, WIZ
from ..ota import HOST, Place, version_in, version_of
from ..params import Refused
from .basic import restart

_LOG = logging.getLogger("espat_tools.emulator")
_NO_IMAGE = "this is no image of firmware that the emulator knows: see espat_tools.emulator.ota"

#: The numbers of +CIPUPDATE; FAILED is printed only in non-blocking mode.
FOUND, CONNECTED, VERSION, UPDATED = 1, 2, 3, 4
FAILED = -1

_URL = re.compile(rb"http://([^/:]+)(?::(\d{1,5}))?/(\S+)")


def query_server(call):
    """AT+CIPFWVER?: the latest version on the server"""
    place = Place(call.core)
    _online(call.core)
    if not (yield from place.found()):
        raise Refused
    version = yield from place.fetch("version")
    if not version or not version_of(version):
        raise Refused
    call.say("cipfwver", version.strip())


def query(call):
    """AT+CIUPDATE?: how far the last update came, 0 before the first"""
    call.say("cipupdate", call.core.session.update)


def update(call):
    """AT+CIUPDATE: update to the latest version"""
    _online(call.core)
    return _wait_for(call.core, _latest(call.core, Place(call.core), "", "ota"))


def set_update(call):
    """AT+CIUPDATE=<0 HTTP, 1 HTTPS>[,<version>[,<file>[,<1 in the background>]]]"""
    core, args = call.core, call.args
    args.count(1, 4)
    kind = ("TCP", "SSL")[args.integer(0, 0, 1)]
    version = args.text(1, 32, default=b"").decode("latin-1")
    name = args.text(2, 32, default=b"ota").decode("latin-1") or "ota"
    behind = args.integer(3, 0, 1, default=0)
    _online(core)
    steps = _latest(core, Place(core, HOST, kind), version, name)
    if not behind:
        return _wait_for(core, steps)
    core.session.updating = True
    core.afterwards.append(lambda: core.scheduler.start(steps, lambda done: _ended(core, done)))
    return None


def update_from(call):
    """AT+CIUPDATE="http://host[:port]/path" of WizFi360"""
    call.args.count(1, 1)
    match = _URL.fullmatch(call.args.text(0, 128))
    if not match:
        raise call.args.wrong(0)
    _online(call.core)
    host, port, path = match.groups()
    place = Place(call.core, host.decode("latin-1"), port=int(port or 80))
    return _wait_for(call.core, _from(call.core, place, path.decode("latin-1")))


def _online(core):
    if not core.station.joined or core.session.updating:
        raise Refused


def _tell(core, state):
    core.session.update = state
    core.say("cipupdate", state)


def _wait_for(core, steps):
    """A task: update while other commands are answered with busy, then restart."""
    if not (yield from steps):
        raise Refused
    return (yield from restart(core, tells=core.profile.id != WIZ))


def _ended(core, done):
    """End an update in the background: the host must restart the module to use the update."""
    core.session.updating = False
    if not done:
        _tell(core, FAILED)


# -- the steps ---------------------------------------------------------------------------------


def _latest(core, place, version, name):
    """A task: fetch ``name`` of a version (default: the latest) and store it; returns success."""
    if not (yield from place.found()):
        return False
    _tell(core, FOUND)
    if version:
        told = [CONNECTED, VERSION]
    else:
        latest = yield from place.fetch("version", lambda: _tell(core, CONNECTED))
        if not latest or not version_of(latest):
            return False
        _tell(core, VERSION)
        version, told = latest.decode().strip(), []
    return (yield from _store(core, place, f"{version}/{name}", name, told))


def _from(core, place, path):
    """A task: fetch an image by its path and store it; returns success."""
    if not (yield from place.found()):
        return False
    _tell(core, FOUND)
    return (yield from _store(core, place, path, "ota", [CONNECTED, VERSION]))


def _store(core, place, path, name, told):
    """A task: fetch a file and store it; returns success.

    ``told`` are the steps that must still be printed.
    """

    def begun():
        if VERSION in told:
            _tell(core, VERSION)
        if core.profile.old:
            _tell(core, UPDATED)

    def connected():
        if CONNECTED in told:
            _tell(core, CONNECTED)

    data = yield from place.fetch(path, connected, begun)
    if data is None:
        return False
    yield core.timing.flash
    if not _keep(core, name, data):
        return False
    if not core.profile.old:
        _tell(core, UPDATED)
    return True


def _keep(core, name, data):
    """Write a file to its place in flash; returns whether there is one."""
    if name == "ota":
        version = version_in(data)
        if version is None:
            _LOG.warning(_NO_IMAGE)
            return False
        core.flash.firmware = version
        return True
    if core.store.item(name, 0) is None:
        return False
    core.store.burn(name, data)
    return True


# fmt: off
COMMANDS = (
    # name         families         query         set          execute
    ("+CIUPDATE",  ESPAT,           query,        set_update,  update),
    ("+CIUPDATE",  OLD - {WIZ},     None,         None,        update),
    ("+CIUPDATE",  frozenset({WIZ}), None,        update_from, update),
    ("+CIPFWVER",  SINCE_33,        query_server, None,        None),
)
# fmt: on
