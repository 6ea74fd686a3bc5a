"""The example sessions of Espressif's documents as data, in this project's own form.

They are from espressif/esp-at, the pages of TCP/IP examples and commands at v2.4.0.0, v3.3.0.0,
v4.1.1.0 and v5.0.1.0, which agree except for :attr:`Session.since`. Only commands and replies are
here.

A reply is what the document shows, line by line; ``|`` separates lines. Empty lines, the echo and
the CRLF after a payload are not part of it, because documents omit them. Names in braces stand for
example values of a document: they are values of the world in which a session is played or, in
replies, kinds of values (:data:`.play.KINDS`).
"""

from dataclasses import dataclass, field

_JOINED = "WIFI CONNECTED|WIFI GOT IP|OK"
_SENT = "Recv 4 bytes|SEND OK"


@dataclass(frozen=True)
class Say:
    """The host sends a line; the module answers with ``reply`` within so many seconds."""

    line: str
    reply: str
    within: float = 5


@dataclass(frozen=True)
class Data:
    """The host sends the payload after a prompt, and the peer gets it."""

    data: str
    reply: str


@dataclass(frozen=True)
class Comes:
    """The peer sends something, and what the module prints then."""

    data: str
    reply: str


@dataclass(frozen=True)
class Connects:
    """A peer connects to the module's server, and what the module prints. ``how``: TCP or SSL."""

    port: int
    reply: str
    how: str = "TCP"
    host: str = ""


@dataclass(frozen=True)
class Through:
    """In passthrough: data from the host to the peer, and the same data back."""

    data: str


@dataclass(frozen=True)
class Leave:
    """``+++`` alone, to which there is no answer, and a second of silence."""


@dataclass(frozen=True)
class Session:
    """One session. ``needs`` are features that a world may lack: see :mod:`.world`."""

    name: str
    title: str
    steps: tuple
    since: tuple = (2, 4)
    needs: frozenset = field(default_factory=frozenset)
    before: tuple = ()
    """Lines to send first, whose answers do not matter: a document assumes that this was done."""


def _needs(*what):
    return frozenset(what)


_MODE = Say("AT+CWMODE=1", "OK")
_JOIN = Say('AT+CWJAP="{ssid}","{password}"', _JOINED, 20)
_STATION = Say(
    "AT+CIPSTA?",
    '+CIPSTA:ip:"{ip}"|+CIPSTA:gateway:"{ip}"|+CIPSTA:netmask:"{ip}"|OK',
)
JOIN = (_MODE, _JOIN, _STATION)

_SOFTAP = Say('AT+CWSAP="ESP32_softAP","1234567890",5,3', "OK")
AP = (
    Say("AT+CWMODE=2", "OK"),
    Say("AT+CIPMUX=1", "OK"),
    _SOFTAP,
    Say(
        "AT+CIPAP?",
        '+CIPAP:ip:"192.168.4.1"|+CIPAP:gateway:"192.168.4.1"|+CIPAP:netmask:"255.255.255.0"|OK',
    ),
)

_MANY = Say("AT+CIPMUX=1", "OK")
_TALK = (
    Say("AT+CIPSEND=4", "OK|>"),
    Data("test", _SENT),
    Comes("test", "+IPD,4:test"),
)
_TALK_0 = (
    Say("AT+CIPSEND=0,4", "OK|>"),
    Data("test", _SENT),
    Comes("test", "+IPD,0,4:test"),
    Say("AT+CIPCLOSE=0", "0,CLOSED|OK"),
)
_PASS = (
    Say("AT+CIPMODE=1", "OK"),
    Say("AT+CIPSEND", "OK|>"),
    Through("test"),
    Leave(),
    Say("AT+CIPMODE=0", "OK"),
    Say("AT+CIPCLOSE", "CLOSED|OK"),
)

SESSIONS = (
    Session(
        "A",
        "TCP client, one link",
        (*JOIN, Say('AT+CIPSTART="TCP","{peer}",{tcp}', "CONNECT|OK"), *_TALK),
    ),
    Session(
        "B",
        "TCP server, soft-AP",
        (*AP, Say("AT+CIPSERVER=1", "OK"), Connects(333, "0,CONNECT"), *_TALK_0),
        needs=_needs("softap"),
    ),
    Session(
        "C",
        "UDP, remote end fixed",
        (
            *JOIN,
            _MANY,
            Say('AT+CIPSTART=4,"UDP","{peer}",{udp},1112,0', "4,CONNECT|OK"),
            Say("AT+CIPSEND=4,7", "OK|>"),
            Data("abcdefg", "Recv 7 bytes|SEND OK"),
            Comes("test", "+IPD,4,4:test"),
            Say("AT+CIPCLOSE=4", "4,CLOSED|OK"),
        ),
    ),
    Session(
        "D",
        "UDP, remote end changing",
        (
            *JOIN,
            Say("AT+CIPMUX=0", "OK"),
            Say('AT+CIPSTART="UDP","{peer}",{udp},1112,2', "CONNECT|OK"),
            Say("AT+CIPSEND=4", "OK|>"),
            Data("test", _SENT),
            Say('AT+CIPSEND=4,"{peer}",{udp2}', "OK|>"),
            Data("test", _SENT),
            Comes("test", "+IPD,4:test"),
            Say("AT+CIPCLOSE", "CLOSED|OK"),
        ),
    ),
    Session(
        "E",
        "SSL client, nothing verified",
        (*JOIN, Say('AT+CIPSTART="SSL","{peer}",{ssl}', "CONNECT|OK", 30), *_TALK),
        needs=_needs("tls"),
    ),
    Session(
        "F",
        "SSL server, soft-AP",
        (
            *AP,
            Say('AT+CIPSERVER=1,8070,"SSL"', "OK"),
            Connects(8070, "0,CONNECT", "SSL"),  # the document wrongly has CONNECT; H is right
            *_TALK_0,
        ),
        needs=_needs("softap", "tls"),
    ),
    Session(
        "G",
        "SSL client, both ends verified",
        (
            _MODE,
            _JOIN,
            Say('AT+CIPSNTPCFG=1,8,"{ntp}","ntp.sjtu.edu.cn"', "OK"),
            Say("AT+CIPSNTPTIME?", "+CIPSNTPTIME:{now}|OK", 15),
            _STATION,
            Say("AT+CIPSSLCCONF=3,0,0", "OK"),
            Say('AT+CIPSTART="SSL","{peer}",{mutual}', "CONNECT|OK", 30),
            *_TALK,
        ),
        needs=_needs("tls", "certificates", "time"),
    ),
    Session(
        "H",
        "SSL server, both ends verified",
        (
            *JOIN,
            _MANY,
            Say('AT+CIPSERVER=1,8070,"SSL",1', "OK"),
            Connects(8070, "0,CONNECT", "SSL"),
            *_TALK_0,
            Say("AT+CIPSERVER=0", "OK"),
        ),
        needs=_needs("tls", "certificates"),
        before=("AT+SYSTIMESTAMP={unix}",),  # in 1970 no certificate is valid yet
    ),
    Session(
        "I",
        "Passthrough, TCP client",
        (*JOIN, Say('AT+CIPSTART="TCP","{peer}",{tcp}', "CONNECT|OK"), *_PASS),
    ),
    Session(
        "J",
        "Passthrough, TCP server",
        (
            _MODE,
            _JOIN,
            _MANY,
            Say("AT+CIPSERVERMAXCONN=1", "OK"),
            Say("AT+CIPSERVER=1,8080", "OK"),
            _STATION,
            Connects(8080, "0,CONNECT"),
            *_PASS,
        ),
    ),
    Session(
        "K",
        "Passthrough, UDP, soft-AP",
        (
            Say("AT+CWMODE=2", "OK"),
            _SOFTAP,
            Say('AT+CIPSTART="UDP","{peer}",{udp},2233,0', "CONNECT|OK"),
            *_PASS,
        ),
        needs=_needs("softap"),
    ),
    Session(
        "L",
        "Passive receive",
        (
            *JOIN,
            Say('AT+CIPSTART="TCP","{peer}",{tcp}', "CONNECT|OK"),
            Say("AT+CIPRECVTYPE=1", "OK"),
            Comes("test", "+IPD,4"),
            Say("AT+CIPRECVLEN?", "+CIPRECVLEN:4|OK"),
            Say("AT+CIPRECVDATA=4", "+CIPRECVDATA:4,test|OK"),
        ),
        since=(3, 3),
    ),
    Session(
        "M",
        "A name by mDNS",
        (
            _MODE,
            _JOIN,
            Say(
                'AT+MDNS=1,"espressif","_printer",35,"my_instance","_tcp",2,"product",'
                '"my_printer","firmware_version","AT-V3.4.1.0"',
                "OK",
            ),
            _MANY,
            Say("AT+CIPSERVER=1,35", "OK"),
            Connects(35, "0,CONNECT", host="espressif.local"),
            Say("AT+MDNS=0", "OK"),
        ),
        since=(4, 1),
        needs=_needs("mdns"),
    ),
    Session(
        "N",
        "The time, in two zones",
        (
            _MODE,
            _JOIN,
            Say('AT+CIPSNTPCFG=1,8,"{ntp}","ntp.sjtu.edu.cn"', "OK"),
            Say("AT+CIPSNTPTIME?", "+CIPSNTPTIME:{now}|OK", 15),
            Say("AT+CIPSNTPCFG=1,530", "OK"),
            Say("AT+CIPSNTPTIME?", "+CIPSNTPTIME:{now}|OK", 15),
            Say("AT+CIPSNTPINTV=3600", "OK"),
        ),
        needs=_needs("time"),
    ),
    Session(
        "O",
        "UDP with a local port and a mode",
        (*JOIN, Say('AT+CIPSTART="UDP","{peer}",{udp},1002,2', "CONNECT|OK")),
    ),
    Session(
        "P",
        "Ping of the gateway",
        (*JOIN, Say('AT+PING="{gateway}"', "+PING:{ms}|OK", 10)),
    ),
    Session(
        "Q1",
        "TCP with a keep-alive",
        (*JOIN, Say('AT+CIPSTART="TCP","{peer}",{tcp},60', "CONNECT|OK")),
    ),
    Session(
        "Q2",
        "TCP with a time-out",
        (*JOIN, Say('AT+CIPSTART="TCP","{peer}",{tcp},,,5000', "CONNECT|OK")),
        since=(4, 1),
    ),
    Session(
        "Q3",
        "Name servers by hand",
        (
            _MODE,
            _JOIN,
            Say('AT+CIPDNS=1,"208.67.222.222","114.114.114.114","8.8.8.8"', "OK"),
        ),
    ),
    Session(
        "Q4",
        "Cipher suites and a PSK of a link",
        (
            Say("AT+CIPSSLCCIPHER=2,0xC023,0xC0AD", "OK"),
            Say('AT+CIPSSLCPSKHEX="70736b","myhint"', "OK"),
        ),
        since=(4, 1),
    ),
    Session(
        "S",
        "Modem sleep",
        (_MODE, _JOIN, Say("AT+SLEEP=1", "OK"), Say("AT+SLEEP=0", "OK")),
    ),
)
