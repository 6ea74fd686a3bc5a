"""The commands that read and write a module's flash: AT+SYSFLASH and AT+SYSMFG."""

from ..families import ESPAT, SINCE_33
from ..params import FAILED, LENGTH, Refused
from ..pki import PAGE, SpaceStore

#: The details that AT+SYSLOG=1 prints for failures of AT+SYSFLASH.
_NO_PARTITION, _RANGE, _MEMORY, _IO = range(4)

_BIGGEST = 0x7FFFFFFF

#: The longest name in NVS, and the longest string without its zero byte.
_NAME, _STRING = 15, 3999

#: The range of numbers by their type in AT+SYSMFG.
_NUMBERS = {
    1: (0, 0xFF),
    2: (-0x80, 0x7F),
    3: (0, 0xFFFF),
    4: (-0x8000, 0x7FFF),
    5: (0, 0xFFFFFFFF),
    6: (-0x80000000, 0x7FFFFFFF),
}


# -- AT+SYSFLASH -------------------------------------------------------------------------------


def _failed(detail):
    return Refused(code=FAILED, detail=detail)


def query_flash(call):
    """AT+SYSFLASH?"""
    for name, part in call.core.store.partitions.items():
        call.say("flash part", name, part.kind, part.subtype, part.offset, part.size)


def set_flash(call):
    """AT+SYSFLASH=<0 erase, 1 write, 2 read>,<partition>[,<offset>,<length>]"""
    core, args = call.core, call.args
    operation = args.integer(0, 0, 2)
    name = args.text(1, 16).decode("latin-1")
    whole = operation == 0 and len(args) == 2
    if not whole:
        args.count(4, 4)
    partition = core.store.partitions.get(name)
    if partition is None:
        raise _failed(_NO_PARTITION)
    offset = args.integer(2, 0, _BIGGEST, default=0)
    length = args.integer(3, 0, _BIGGEST, default=partition.size)
    return (_erase, _write, _read)[operation](call, name, partition, offset, length)


def _erase(call, name, partition, offset, length):
    if offset % PAGE or length % PAGE or not partition.holds(offset, length):
        raise _failed(_RANGE)
    partition.erase(offset, length)
    if name == "mfg_nvs" and length == partition.size:
        call.core.store.spaces = {}


def _write(call, name, partition, offset, length):
    """Print a prompt without OK, take the bytes, and only then check their range."""
    if not length:
        raise _failed(_RANGE)
    call.core.say("flash prompt")
    data = yield from call.core.payload(length)
    if data is None:
        raise Refused
    yield call.core.timing.flash
    if not partition.holds(offset, length) or (partition.kind == 64 and length % 4):
        raise _failed(_RANGE)
    _refuse_image(name)
    partition.write(offset, data)


def _read(call, name, partition, offset, length):
    if not length or not partition.holds(offset, length):
        raise _failed(_RANGE)
    _refuse_image(name)
    data = bytes(partition.data[offset : offset + length])
    call.say("flash data", length)
    call.core.emit(data)


def _refuse_image(name):
    """Refuse access to mfg_nvs: the emulator keeps its pairs for AT+SYSMFG, but no image."""
    if name == "mfg_nvs":
        raise _failed(_IO)


# -- AT+SYSMFG ---------------------------------------------------------------------------------


def query_spaces(call):
    """AT+SYSMFG?"""
    for space in call.core.store.spaces:
        call.say("mfg space", space)


def set_spaces(call):
    """AT+SYSMFG=<0 erase, 1 read, 2 write>,…"""
    operation = call.args.integer(0, 0, 2)
    return (_erase_pairs, _read_pairs, _write_pair)[operation](call)


def _text(call, index):
    return call.args.text(index, _NAME, default=b"").decode("latin-1")


def _space(call):
    """(name, pairs) of the name space in the second parameter."""
    name = _text(call, 1)
    pairs = call.core.store.spaces.get(name)
    if pairs is None:
        raise Refused
    return name, pairs


def _erase_pairs(call):
    """``=0,<space>[,<key>]``"""
    call.args.count(2, 3)
    name, pairs = _space(call)
    if len(call.args) == 2:
        del call.core.store.spaces[name]
        return
    if pairs.pop(_text(call, 2), None) is None:
        raise Refused
    if not pairs:
        del call.core.store.spaces[name]


def _read_pairs(call):
    """``=1[,<space>[,<key>[,<offset>,<length>]]]``"""
    args = call.args
    if len(args) == 1:
        query_spaces(call)
        return
    name, pairs = _space(call)
    if len(args) == 2:
        for key, (kind, _) in pairs.items():
            call.say("mfg key", name, key, kind)
        return
    if len(args) not in (3, 5):
        raise args.miscount(5)
    _read_value(call, name, pairs)


def _read_value(call, name, pairs):
    key = _text(call, 2)
    if key not in pairs:
        raise Refused
    kind, value = pairs[key]
    data = value if kind in (SpaceStore.STRING, SpaceStore.BINARY) else b"%d" % value
    offset = call.args.integer(3, 0, _BIGGEST, default=0)
    length = call.args.integer(4, 1, _BIGGEST, default=len(data))
    if offset >= len(data):
        raise Refused
    data = data[offset : offset + length]
    call.say("mfg data", name, key, kind, len(data))
    call.core.emit(data)
    call.say("line end")


def _write_pair(call):
    """``=2,<space>,<key>,<type>,<value>``: strings and binary data come after a prompt"""
    args = call.args
    args.count(5, 5)
    name, key, kind = _text(call, 1), _text(call, 2), args.integer(3, 1, 8)
    if not name or not key:
        raise args.wrong(2 if name else 1, LENGTH)
    if kind in _NUMBERS:
        _put(call, name, key, kind, args.integer(4, *_NUMBERS[kind]))
        return None
    most = _STRING if kind == SpaceStore.STRING else call.core.store.room
    return _write_bytes(call, name, key, kind, args.integer(4, 1, most))


def _write_bytes(call, name, key, kind, length):
    call.core.say("prompt")
    data = yield from call.core.payload(length)
    if data is None:
        raise Refused
    yield call.core.timing.flash
    _put(call, name, key, kind, data)


def _put(call, name, key, kind, value):
    """Store a pair, in place of one with the same key, if it fits."""
    store = call.core.store
    size = len(value) if isinstance(value, bytes) else 0
    old = store.spaces.get(name, {}).get(key, (0, b""))[1]
    kept = len(old) if isinstance(old, bytes) else 0
    if store.used - kept + size > store.room:
        raise call.args.wrong(4)
    store.spaces.setdefault(name, {})[key] = (kind, value)


# fmt: off
COMMANDS = (
    # name        families  query         set         execute
    ("+SYSFLASH", ESPAT,    query_flash,  set_flash,  None),
    ("+SYSMFG",   SINCE_33, query_spaces, set_spaces, None),
)
# fmt: on
