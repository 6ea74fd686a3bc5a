"""Commands about TLS clients: AT+CIPSSLC..., and AT+CIPSSLSIZE of NonOS."""

from dataclasses import replace

from ..families import ESPAT, OLD, OLD_17, SINCE_33, SINCE_41
from ..links import COUNT
from ..params import LENGTH, Refused
from ..tls_client import CHECK, SHOW, known_suites

#: The most protocols of AT+CIPSSLCALPN, and the most suites of AT+CIPSSLCCIPHER.
_PROTOCOLS, _SUITES = 5, 32

#: Longest key and identity of AT+CIPSSLCPSK, in bytes.
_KEY = 32


def _links(call):
    """The links that a command is for, and the parameters after the number; 5 means all links."""
    core, args = call.core, call.args
    if not core.session.mux:
        return [0], args
    number = args.integer(0, 0, COUNT)
    return (range(COUNT) if number == COUNT else [number]), args.rest(1)


# -- certificates ------------------------------------------------------------------------------


def query_conf(call):
    """AT+CIPSSLCCONF?"""
    if call.core.profile.old:
        call.say("sslcconf", call.core.settings.tls_conf[0][0])
        return
    for number, settings in enumerate(call.core.settings.tls_conf):
        call.say("sslcconf", number, *settings)


def set_conf(call):
    """AT+CIPSSLCCONF=[<link>,]<auth>[,<pki>,<ca>]: the last two with auth 1 to 3, not with 0.

    Without AT+CIPMUX=1 all five links are set. A missing file is reported, but the setting is
    made all the same.
    """
    core = call.core
    numbers, args = _links(call)
    auth = args.integer(0, 0, 3)
    args.count(*((3, 3) if auth else (1, 1)))
    pki, ca = args.integer(1, 0, 255, default=0), args.integer(2, 0, 255, default=0)
    for line in _missing(core.store, auth, pki, ca):
        core.say(line)
    numbers = numbers if core.session.mux else range(COUNT)
    _set_conf(call, numbers, (auth, pki, ca))


def _missing(store, auth, pki, ca):
    if auth & SHOW and store.item("client_cert", pki) is None:
        yield "no cert"
    if auth & SHOW and store.item("client_key", pki) is None:
        yield "no key"
    if auth & CHECK and store.item("client_ca", ca) is None:
        yield "no ca"


def _set_conf(call, numbers, values):
    now = call.core.settings.tls_conf
    call.set(tls_conf=tuple(values if n in numbers else old for n, old in enumerate(now)))


def set_single_conf(call):
    """AT+CIPSSLCCONF=<0 to 3> of NonOS; refused where a file is missing (capture 24)"""
    call.args.count(1, 1)
    auth = call.args.integer(0, 0, 3)
    if any(_missing(call.core.store, auth, 0, 0)):
        raise Refused
    _set_conf(call, range(COUNT), (auth, 0, 0))


def set_size(call):
    """AT+CIPSSLSIZE=<2048 to 4096>: the longest record"""
    call.args.count(1, 1)
    call.core.session.tls_size = call.args.integer(0, 2048, 4096)


# -- names, protocols, keys: forgotten when the link closes ------------------------------------


def _change(call, numbers, **values):
    """Change settings for the next connection of links; refused while one is connected."""
    core = call.core
    if any(number in core.links.open for number in numbers):
        raise Refused
    for number in numbers:
        core.session.tls[number] = replace(core.session.tls[number], **values)


def _show_name(attribute, line):
    def query(call):
        for number, settings in enumerate(call.core.session.tls):
            call.say(line, number, getattr(settings, attribute))

    return query


def _take_name(attribute):
    def take(call):
        numbers, args = _links(call)
        args.count(1, 1)
        _change(call, numbers, **{attribute: args.text(0, 255)})

    return take


query_common_name = _show_name("common_name", "sslccn")
set_common_name = _take_name("common_name")
query_server_name = _show_name("server_name", "sslcsni")
set_server_name = _take_name("server_name")


def query_protocols(call):
    """AT+CIPSSLCALPN?"""
    for number, settings in enumerate(call.core.session.tls):
        call.say("sslcalpn", number)
        for each in settings.protocols:
            call.say("sslcalpn one", each)
        call.say("line end")


def set_protocols(call):
    """AT+CIPSSLCALPN=[<link>,]<count>[,<protocol>…]; a count of 0 clears"""
    numbers, args = _links(call)
    count = args.integer(0, 0, _PROTOCOLS)
    args.count(1 + count, 1 + count)
    protocols = tuple(args.text(n, 255) for n in range(1, 1 + count))
    if b"" in protocols:
        raise args.wrong(1 + protocols.index(b""), LENGTH)
    _change(call, numbers, protocols=protocols)


def query_key(call):
    """AT+CIPSSLCPSK?: the key is printed as a string, which ends at a zero byte"""
    for number, settings in enumerate(call.core.session.tls):
        call.say("sslcpsk", number, settings.key.partition(b"\0")[0], settings.identity)


def query_key_hex(call):
    """AT+CIPSSLCPSKHEX?"""
    for number, settings in enumerate(call.core.session.tls):
        call.say("sslcpskhex", number)
        for byte in settings.key:
            call.say("sslcpskhex byte", byte)
        call.say("sslcpskhex end", settings.identity)


def set_key(call):
    """AT+CIPSSLCPSK=[<link>,]<key>,<identity>; empty strings clear"""
    numbers, args = _links(call)
    args.count(2, 2)
    _change(call, numbers, key=args.text(0, _KEY), identity=args.text(1, _KEY))


def set_key_hex(call):
    """AT+CIPSSLCPSKHEX=[<link>,]<key in hexadecimal digits>,<identity>"""
    numbers, args = _links(call)
    args.count(2, 2)
    try:
        key = bytes.fromhex(args.text(0, 2 * _KEY).decode("latin-1"))
    except ValueError as error:
        raise args.wrong(0) from error
    _change(call, numbers, key=key, identity=args.text(1, _KEY))


def query_suites(call):
    """AT+CIPSSLCCIPHER?: a line for each suite that was set"""
    for number, settings in enumerate(call.core.session.tls):
        for suite in settings.suites:
            call.say("sslccipher", number, suite)


def set_suites(call):
    """AT+CIPSSLCCIPHER=[<link>,]<count>[,<suite>…]; suites are numbers (0xC02F), 0 clears"""
    numbers, args = _links(call)
    count = args.integer(0, 0, _SUITES)
    args.count(1 + count, 1 + count)
    suites = tuple(args.integer(n, 0, 0xFFFF) for n in range(1, 1 + count))
    for index, suite in enumerate(suites, 1):
        if suite not in known_suites():
            raise args.wrong(index)
    _change(call, numbers, suites=suites)


# fmt: off
COMMANDS = (
    # name              families  query              set              execute
    ("+CIPSSLCCONF",    ESPAT,    query_conf,        set_conf,        None),
    ("+CIPSSLCCONF",    OLD_17,   query_conf,        set_single_conf, None),
    ("+CIPSSLSIZE",     OLD,      None,              set_size,        None),
    ("+CIPSSLCCN",      ESPAT,    query_common_name, set_common_name, None),
    ("+CIPSSLCSNI",     ESPAT,    query_server_name, set_server_name, None),
    ("+CIPSSLCALPN",    ESPAT,    query_protocols,   set_protocols,   None),
    ("+CIPSSLCPSK",     ESPAT,    query_key,         set_key,         None),
    ("+CIPSSLCPSKHEX",  SINCE_33, query_key_hex,     set_key_hex,     None),
    ("+CIPSSLCCIPHER",  SINCE_41, query_suites,      set_suites,      None),
)
# fmt: on
