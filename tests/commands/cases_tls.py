"""TLS: links, the server, and what lies in flash. The reference, `tls-facts.md` 1, 2 and 4."""

import ssl
import struct

import trustme

from espat.at import flash, links, tls
from espat_tools.commands.forms import ESPAT, OLD
from espat_tools.emulator.tls_peer import tls_client, tls_server
from tests.commands.case import Case, Like, Per
from tests.driver.desk import Server

CA = trustme.CA(key_type=trustme.KeyType.RSA)
SITE = CA.issue_cert("tls.test", key_type=trustme.KeyType.RSA)
PEER = "198.51.100.3"
"""The address of tls.test: the network's third name."""


def secure(desk):
    """A server that says what it hears, over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    SITE.configure_cert(context)
    desk.tls = Server(answer=bytes)
    desk.network.listen("tls.test", 443, tls_server(context, desk.tls))


def single(desk):
    secure(desk)
    links.cipmux(desk.modem, 0)


def start(link, **named):
    def call(desk):
        links.cipstart(desk.modem, link, "SSL", "tls.test", 443, **named)
        desk.let(0.1)
        return [peer.tls.version() for peer in desk.tls.peers]

    return call


def startex(desk):
    link = links.cipstartex(desk.modem, "SSL", "tls.test", 443)
    rows = links.cipstatus(desk.modem)[1]
    return [row[:4] for row in rows] == [(link, "SSL", PEER, 443)] and len(desk.tls.peers)


def listen(ca):
    """A TLS server and a client of it: the subject of the certificate that the client is shown."""

    def call(desk):
        links.cipserver(desk.modem, 1, 8443, kind="SSL", ca=ca)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        client = Server()
        desk.network.dial(8443, tls_client(context, client))
        desk.let(0.5)
        return [peer.tls.version() for peer in client.peers]

    return call


def conf(auth, *numbers):
    """The form of the family: NonOS has no link, and no numbers."""

    def call(desk):
        if desk.module.core.profile.id in OLD:
            return tls.cipsslcconf(desk.modem, None, auth)
        return tls.cipsslcconf(desk.modem, 2, auth, *numbers)

    return call


def named(function, link=2):
    """A name set by a function."""
    return lambda desk: function(desk.modem, link, "a.test")


def flashed(desk):
    """What NonOS wants in its flash before it takes the setting, as esptool writes it."""
    if desk.module.core.profile.id in OLD:
        for name in ("client_ca", "client_cert", "client_key"):
            desk.module.core.store.burn(name, b"anything")


def alone(desk):
    links.cipmux(desk.modem, 0)


LINKS = (
    Case(
        "AT+CIPSTART",
        "SSL",
        start(2),
        b'AT+CIPSTART=2,"SSL","tls.test",443',
        ["TLSv1.2"],
        before=secure,
    ),
    Case(
        "AT+CIPSTART",
        "SSL, single",
        start(None),
        b'AT+CIPSTART="SSL","tls.test",443',
        ["TLSv1.2"],
        before=single,
    ),
    Case(
        "AT+CIPSTART",
        "SSL, keep-alive",
        start(2, keep_alive=60),
        b'AT+CIPSTART=2,"SSL","tls.test",443,60',
        ["TLSv1.2"],
        before=secure,
    ),
    Case(
        "AT+CIPSTART",
        "SSL, local address",
        start(2, local="192.168.1.50"),
        b'AT+CIPSTART=2,"SSL","tls.test",443,,"192.168.1.50"',
        ["TLSv1.2"],
        before=secure,
    ),
    Case(
        "AT+CIPSTARTEX",
        "SSL",
        startex,
        [b'AT+CIPSTARTEX="SSL","tls.test",443', b"AT+CIPSTATUS"],
        1,
        before=secure,
    ),
    Case(
        "AT+CIPSERVER",
        "on, SSL",
        listen(None),
        b'AT+CIPSERVER=1,8443,"SSL"',
        ["TLSv1.2"],
    ),
    Case(
        "AT+CIPSERVER",
        "on, SSL, CA",
        listen(1),
        b'AT+CIPSERVER=1,8443,"SSL",1',
        [],  # the client has no certificate
    ),
)

SETTINGS = (
    Case(
        "AT+CIPSSLCCONF",
        "set",
        conf(0),
        Per((OLD, b"AT+CIPSSLCCONF=0"), (ESPAT, b"AT+CIPSSLCCONF=2,0")),
    ),
    Case(
        "AT+CIPSSLCCONF",
        "set, verify",
        conf(3, 1, 0),
        Per((OLD, b"AT+CIPSSLCCONF=3"), (ESPAT, b"AT+CIPSSLCCONF=2,3,1,0")),
        before=flashed,
    ),
    Case(
        "AT+CIPSSLCCONF",
        "set, single",
        lambda d: tls.cipsslcconf(d.modem, None, 2, 0, 1),
        Per((OLD, b"AT+CIPSSLCCONF=2"), (ESPAT, b"AT+CIPSSLCCONF=2,0,1")),
        before=lambda d: (flashed(d), alone(d)),
    ),
    Case(
        "AT+CIPSSLCCONF",
        "query",
        lambda d: tls.cipsslcconf_query(d.modem),
        b"AT+CIPSSLCCONF?",
        Per(
            (OLD, [(None, 0, None, None)]),
            (ESPAT, [(n, *((3, 1, 0) if n == 2 else (0, 0, 0))) for n in range(5)]),
        ),
        before=lambda d: conf(0 if d.module.core.profile.id in OLD else 3, 1, 0)(d),
    ),
    Case("AT+CIPSSLCCN", "set", named(tls.cipsslccn), b'AT+CIPSSLCCN=2,"a.test"'),
    Case(
        "AT+CIPSSLCCN",
        "set, single",
        named(tls.cipsslccn, None),
        b'AT+CIPSSLCCN="a.test"',
        before=alone,
    ),
    Case(
        "AT+CIPSSLCCN",
        "query",
        lambda d: tls.cipsslccn_query(d.modem)[2],
        b"AT+CIPSSLCCN?",
        (2, "a.test"),
        before=named(tls.cipsslccn),
    ),
    Case("AT+CIPSSLCSNI", "set", named(tls.cipsslcsni), b'AT+CIPSSLCSNI=2,"a.test"'),
    Case(
        "AT+CIPSSLCSNI",
        "set, single",
        named(tls.cipsslcsni, None),
        b'AT+CIPSSLCSNI="a.test"',
        before=alone,
    ),
    Case(
        "AT+CIPSSLCSNI",
        "set, all, none",
        lambda d: (
            tls.cipsslcsni(d.modem, 5, "a,b"),
            tls.cipsslcsni_query(d.modem),
            tls.cipsslcsni(d.modem, 5, ""),
            tls.cipsslcsni_query(d.modem)[4],
        ),
        [
            b'AT+CIPSSLCSNI=5,"a\\,b"',
            b"AT+CIPSSLCSNI?",
            b'AT+CIPSSLCSNI=5,""',
            b"AT+CIPSSLCSNI?",
        ],
        (None, [(n, "a,b") for n in range(5)], None, (4, "")),
    ),
    Case(
        "AT+CIPSSLCSNI",
        "query",
        lambda d: tls.cipsslcsni_query(d.modem)[2],
        b"AT+CIPSSLCSNI?",
        (2, "a.test"),
        before=named(tls.cipsslcsni),
    ),
    Case(
        "AT+CIPSSLCALPN",
        "set",
        lambda d: tls.cipsslcalpn(d.modem, 2, "h2", "http/1.1"),
        b'AT+CIPSSLCALPN=2,2,"h2","http/1.1"',
    ),
    Case(
        "AT+CIPSSLCALPN",
        "set, single",
        lambda d: tls.cipsslcalpn(d.modem, None, "h2"),
        b'AT+CIPSSLCALPN=1,"h2"',
        before=alone,
    ),
    Case(
        "AT+CIPSSLCALPN",
        "set, none",
        lambda d: tls.cipsslcalpn(d.modem, 2),
        b"AT+CIPSSLCALPN=2,0",
    ),
    Case(
        "AT+CIPSSLCALPN",
        "query",
        lambda d: tls.cipsslcalpn_query(d.modem)[1:3],
        b"AT+CIPSSLCALPN?",
        [(1, ()), (2, ("h2", "http/1.1"))],
        before=lambda d: tls.cipsslcalpn(d.modem, 2, "h2", "http/1.1"),
    ),
    Case(
        "AT+CIPSSLCPSK",
        "set",
        lambda d: tls.cipsslcpsk(d.modem, 2, "key", "who"),
        b'AT+CIPSSLCPSK=2,"key","who"',
    ),
    Case(
        "AT+CIPSSLCPSK",
        "set, single",
        lambda d: tls.cipsslcpsk(d.modem, None, "key", "who"),
        b'AT+CIPSSLCPSK="key","who"',
        before=alone,
    ),
    Case(
        "AT+CIPSSLCPSK",
        "query",
        lambda d: tls.cipsslcpsk_query(d.modem)[2],
        b"AT+CIPSSLCPSK?",
        (2, "k,ey", "who"),
        before=lambda d: tls.cipsslcpsk(d.modem, 2, "k,ey", "who"),
    ),
    Case(
        "AT+CIPSSLCPSKHEX",
        "set",
        lambda d: tls.cipsslcpskhex(d.modem, 2, b"\0\xffkey", "who"),
        b'AT+CIPSSLCPSKHEX=2,"00ff6b6579","who"',
    ),
    Case(
        "AT+CIPSSLCPSKHEX",
        "query",
        lambda d: tls.cipsslcpskhex_query(d.modem)[2],
        b"AT+CIPSSLCPSKHEX?",
        (2, b"\0\xffkey", "who"),
        before=lambda d: tls.cipsslcpskhex(d.modem, 2, b"\0\xffkey", "who"),
    ),
    Case(
        "AT+CIPSSLCCIPHER",
        "query",
        lambda d: tls.cipsslccipher_query(d.modem),
        b"AT+CIPSSLCCIPHER?",
        [(2, 0xC02F)],
        before=lambda d: d.radio.command("AT+CIPSSLCCIPHER=2,1,0xC02F"),
    ),
    Case(
        "AT+CIPSSLSIZE",
        "set",
        lambda d: tls.cipsslsize(d.modem, 4096),
        b"AT+CIPSSLSIZE=4096",
    ),
)

DATA = bytes(range(256)) * 4
ITEM = struct.pack("<BBH", 1, 0, len(DATA)) + DATA
IMAGE = struct.pack("<HHI", 0xF1F1, 1, len(ITEM)) + ITEM


def partition(desk):
    """One that there is, as it stands in the module; None where a family has none."""
    parts = getattr(desk.module.core.store, "partitions", {})
    name = "client_ca" if "client_ca" in parts else "fatfs"
    return name, parts.get(name)


def write(desk):
    """What then stands there, as the module itself has it."""
    name, part = partition(desk)
    flash.sysflash_write(desk.modem, name, 1024, DATA)
    return bytes(part.data[1024:2048]) == DATA


def named_partition(*sent):
    """The same commands for both kinds of store."""
    return Like(
        lambda v: v in [[line % name for line in sent] for name in (b"client_ca", b"fatfs")]
    )


PIECES = range(0, len(DATA), 256)
"""Where what was written is read back: in pieces that every UART buffer holds."""


def erased(desk):
    name, part = partition(desk)
    if part:
        part.data[:] = bytes(part.size)
    return name, part


def erase_all(desk):
    name, part = erased(desk)
    flash.sysflash_erase(desk.modem, name)
    return set(part.data)


def erase_some(desk):
    name, part = erased(desk)
    flash.sysflash_erase(desk.modem, name, 0, 4096)
    return set(part.data[:4096]), set(part.data[4096:8192])


def read(desk):
    name, part = partition(desk)
    if part:
        part.data[100 : 100 + len(DATA)] = DATA
    return flash.sysflash_read(desk.modem, name, 100, len(DATA)) == DATA


def space(desk):
    return desk.module.core.store.spaces


def entry(desk):
    flash.sysmfg_write(desk.modem, "ours", "text", 8, DATA)


STORES = (
    Case(
        "AT+SYSFLASH",
        "query",
        lambda d: (
            flash.sysflash_query(d.modem)
            == [
                (name, part.kind, part.subtype, part.offset, part.size)
                for name, part in d.module.core.store.partitions.items()
            ]
        ),
        b"AT+SYSFLASH?",
        True,
    ),
    Case(
        "AT+SYSFLASH",
        "erase",
        erase_all,
        named_partition(b'AT+SYSFLASH=0,"%s"'),
        {0xFF},
    ),
    Case(
        "AT+SYSFLASH",
        "erase, some",
        erase_some,
        named_partition(b'AT+SYSFLASH=0,"%s",0,4096'),
        Like(lambda v: v[0] == {0xFF} and v[1] <= {0}),
    ),
    Case(
        "AT+SYSFLASH",
        "write",
        write,
        named_partition(
            b'AT+SYSFLASH=1,"%s",1024,1024',
            *(b'AT+SYSFLASH=2,"%%s",%d,256' % (1024 + at) for at in PIECES),
        ),
        True,
        before=lambda d: flash.sysflash_erase(d.modem, partition(d)[0]),
    ),
    Case(
        "AT+SYSFLASH",
        "read",
        read,
        named_partition(b'AT+SYSFLASH=2,"%s",100,1024'),
        True,
    ),
    Case(
        "AT+SYSMFG",
        "query",
        lambda d: flash.sysmfg_query(d.modem) == list(space(d)),
        b"AT+SYSMFG?",
        True,
    ),
    Case(
        "AT+SYSMFG",
        "keys",
        lambda d: flash.sysmfg_keys(d.modem, "client_ca"),
        b'AT+SYSMFG=1,"client_ca"',
        [("client_ca.0", 8), ("client_ca.1", 8)],
    ),
    Case(
        "AT+SYSMFG",
        "read",
        lambda d: flash.sysmfg_read(d.modem, "ours", "text"),
        b'AT+SYSMFG=1,"ours","text"',
        (8, DATA),
        before=entry,
    ),
    Case(
        "AT+SYSMFG",
        "read, some",
        lambda d: flash.sysmfg_read(d.modem, "ours", "text", 10, 20),
        b'AT+SYSMFG=1,"ours","text",10,20',
        (8, DATA[10:30]),
        before=entry,
    ),
    Case(
        "AT+SYSMFG",
        "write",
        lambda d: (entry(d), space(d)["ours"]["text"])[1],
        [
            b'AT+SYSMFG=2,"ours","text",8,1024',
            *(b'AT+SYSMFG=1,"ours","text",%d,256' % at for at in PIECES),
        ],
        (8, DATA),
    ),
    Case(
        "AT+SYSMFG",
        "write, number",
        lambda d: (
            flash.sysmfg_write(d.modem, "ours", "n", 6, -70000),
            space(d)["ours"]["n"],
        ),
        [b'AT+SYSMFG=2,"ours","n",6,-70000', b'AT+SYSMFG=1,"ours","n"'],
        (None, (6, -70000)),
    ),
    Case(
        "AT+SYSMFG",
        "erase",
        lambda d: (
            (flash.sysmfg_erase(d.modem, "client_ca", "client_ca.1"), space(d)["client_ca"])[
                1
            ].keys()
            == {"client_ca.0"}
        ),
        b'AT+SYSMFG=0,"client_ca","client_ca.1"',
        True,
    ),
    Case(
        "AT+SYSMFG",
        "erase, all",
        lambda d: (flash.sysmfg_erase(d.modem, "ours"), "ours" in space(d))[1],
        b'AT+SYSMFG=0,"ours"',
        False,
        before=entry,
    ),
)

CASES = LINKS + SETTINGS + STORES
