"""Conversations with secrets in them: what was said, what must not be found, what must be left."""

from dataclasses import dataclass

H, M = "->", "<-"
OK = b"\r\nOK\r\n"
PEM = (
    b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINnJ7xIpVgKzDtHTuXRlQe8dbAiC8fWJkFvPqEyX\n"
    b"aG9yc2ViYXR0ZXJ5c3RhcGxl\n-----END PRIVATE KEY-----\n"
)
DER = bytes((i * 83 + 7) & 0xFF for i in range(300))


@dataclass(frozen=True)
class Talk:
    """`secrets` are hidden wherever they stand; `shown` stands there as it was said."""

    said: list
    secrets: list
    shown: list


def echo(command, end=b"\n"):
    """A command, and the module's echo of it."""
    return [(H, command + b"\r\n"), (M, command + b"\r" + end)]


def join(name, ssid, raw, plain, rest=b""):
    command = b'AT+%s="%s","%s"%s' % (name, ssid, raw, rest)
    said = [*echo(command), (M, b"WIFI CONNECTED\r\n"), (M, b"WIFI GOT IP\r\n"), (M, OK)]
    return Talk(said, [raw, plain], [b'AT+%s="%s","' % (name, ssid), b"WIFI GOT IP\r\n\r\nOK\r\n"])


def write(command, key, prompt=b"\r\nOK\r\n\r\n>"):
    said = [*echo(command), (M, prompt), (H, key), (M, OK), *echo(b"AT+GMR"), (M, b"AT version:1")]
    return Talk(said, lines(key), [command, prompt, b"AT+GMR\r\n", b"AT version:1"])


def lines(key):
    """What of a key must not be found: each line, or the whole."""
    found = [line for line in key.split(b"\n") if line[:5] not in (b"", b"-----")]
    return found if key.startswith(b"---") else [key[i : i + 16] for i in range(0, len(key), 16)]


TALKS = {
    "CWJAP": join(b"CWJAP", b"attic", b"correct horse", b"correct horse"),
    "CWJAP_CUR": join(b"CWJAP_CUR", b"attic", b"correct horse", b"correct horse"),
    "CWJAP_DEF": join(b"CWJAP_DEF", b"attic", b"correct horse", b"correct horse"),
    "escaped": join(b"CWJAP", b'a\\"\\,\\\\b', b'co\\"rr\\,ect\\\\ horse', b'co"rr,ect\\ horse'),
    "ends in a backslash": join(b"CWJAP", b"attic", b"horses four\\\\", b"horses four\\"),
    "like a command": join(b"CWJAP", b"attic", b"AT+RSTAT+RST", b"AT+RSTAT+RST"),
    "like a result": join(b"CWJAP", b"attic", b"OKERROROKERROR", b"OKERROROKERROR"),
    "short": join(b"CWJAP", b"attic", b"wep12", b"wep12"),
    "with an access point": join(
        b"CWJAP", b"attic", b"correct horse", b"correct horse", b',"02:00:00:00:00:01",0,1'
    ),
    "lower case": Talk([(H, b'at+cwjap="attic","correct horse"\r\n'), (M, OK)], [b"horse"], [OK]),
    "behind noise": Talk(
        [(H, b'\xff\x00xAT+CWJAP_CUR="attic","correct horse"\r\n'), (M, OK)], [b"correct"], [OK]
    ),
    "not escaped": Talk(
        [(H, b'AT+CWJAP="a","b","correct horse"\r\n'), (M, b"\r\nERROR\r\n")],
        [b"correct"],
        [b'"a"'],
    ),
    "a backslash too few": Talk(
        [(H, b'AT+CWJAP="attic\\","correct horse"\r\n'), (M, b"\r\nERROR\r\n")],
        [b"correct horse"],
        [b'"attic\\"'],
    ),
    "without quotes": Talk(
        [(H, b"AT+CWJAP=attic,correct horse\r\n"), (M, b"\r\nERROR\r\n")], [b"correct"], [b"ERROR"]
    ),
    "CWSAP": Talk(
        [
            *echo(b'AT+CWSAP="cellar","open sesame",5,3'),
            (M, OK),
            *echo(b"AT+CWSAP?"),
            (M, b'+CWSAP:"cellar","open sesame",5,3,4,0\r\n'),
            (M, OK),
        ],
        [b"open sesame"],
        [b'AT+CWSAP="cellar","***********",5,3', b'+CWSAP:"cellar","***********",5,3,4,0\r\n'],
    ),
    "CWSAP? alone": Talk(
        [(H, b"AT+CWSAP_DEF?\r\n"), (M, b'+CWSAP_DEF:"cellar","sesame88",5,3,4,0\r\n'), (M, OK)],
        [b"sesame88"],
        [b'+CWSAP_DEF:"cellar","********",5,3,4,0\r\n'],
    ),
    "CWJAP?": Talk(
        [(H, b"AT+CWJAP?\r\n"), (M, b'+CWJAP:"attic","02:00:00:00:00:01",6,-50,0\r\n'), (M, OK)],
        [],
        [b'+CWJAP:"attic","02:00:00:00:00:01",6,-50,0\r\n'],
    ),
    "test form": Talk([(H, b"AT+CWJAP=?\r\n"), (M, OK)], [], [b"AT+CWJAP=?\r\n"]),
    "CIPSSLCPSK": Talk(
        [
            *echo(b'AT+CIPSSLCPSK=0,"open sesame","the hint"'),
            (M, OK),
            *echo(b"AT+CIPSSLCPSK?"),
            (M, b"+CIPSSLCPSK:0,open sesame,the hint\r\n+CIPSSLCPSK:1,,\r\n"),
            (M, OK),
        ],
        [b"open sesame", b"the hint"],
        [b"AT+CIPSSLCPSK=0,", b"+CIPSSLCPSK:0,", b"+CIPSSLCPSK:1,"],
    ),
    "CIPSSLCPSK, one link": Talk(
        [*echo(b'AT+CIPSSLCPSK="open sesame","the hint"'), (M, OK)], [b"open", b"hint"], [OK]
    ),
    "CIPSSLCPSKHEX": Talk(
        [*echo(b'AT+CIPSSLCPSKHEX=0,"0badcafe0badf00d","id"'), (M, OK)], [b"0badcafe"], [b"=0,"]
    ),
    "CWJEAP": Talk(
        [*echo(b'AT+CWJEAP="attic",1,"who","user77","correct horse",3'), (M, OK)],
        [b"correct horse", b"user77"],
        [b'"attic",1,"'],
    ),
    "MQTTUSERCFG": Talk(
        [*echo(b'AT+MQTTUSERCFG=0,1,"id","user77","correct horse",0,0,""'), (M, OK)],
        [b"correct horse", b"user77"],
        [b'=0,1,"id","'],
    ),
    "MQTTLONGPASSWORD": Talk(
        [
            *echo(b"AT+MQTTLONGPASSWORD=0,13"),
            (M, b"\r\nOK\r\n\r\n>"),
            (H, b"correct horse"),
            (M, OK),
        ],
        [b"correct horse"],
        [b"=0,13\r\n", b">"],
    ),
    "SYSMFG": write(b'AT+SYSMFG=2,"client_key","client_key.0",8,%d' % len(PEM), PEM),
    "SYSMFG, DER": write(b'AT+SYSMFG=2,"server_key","server_key",8,%d' % len(DER), DER),
    "SYSMFG, mqtt": write(b'AT+SYSMFG=2,"mqtt_key","mqtt_key",7,%d' % len(PEM), PEM),
    "SYSFLASH": write(b'AT+SYSFLASH=1,"client_key",0,%d' % len(PEM), PEM, b">"),
    "SYSFLASH, wpa2": write(b'AT+SYSFLASH=1,"wpa2_key",4096,%d' % len(DER), DER, b">"),
    "SYSMFG, read": Talk(
        [
            *echo(b'AT+SYSMFG=1,"client_key","client_key.0"'),
            (M, b'+SYSMFG:"client_key","client_key.0",8,%d,%s\r\n' % (len(PEM), PEM)),
            (M, OK),
        ],
        lines(PEM),
        [b'+SYSMFG:"client_key","client_key.0",8,%d,' % len(PEM), b"\r\n\r\nOK\r\n"],
    ),
    "SYSFLASH, read": Talk(
        [
            *echo(b'AT+SYSFLASH=2,"client_key",0,%d' % len(DER)),
            (M, b"+SYSFLASH:%d,%s" % (len(DER), DER)),
            (M, OK),
        ],
        lines(DER),
        [b"+SYSFLASH:%d," % len(DER)],
    ),
    "a certificate": Talk(
        [
            *echo(b'AT+SYSMFG=2,"client_ca","client_ca.0",8,20'),
            (M, b"\r\nOK\r\n\r\n>"),
            (H, b"nothing secret there"),
            (M, OK),
        ],
        [],
        [b"nothing secret there"],
    ),
    "a key that is refused": Talk(
        [
            *echo(b'AT+SYSMFG=2,"client_key","client_key.0",8,40'),
            (M, b"\r\nERROR\r\n"),
            *echo(b"AT+GMR"),
        ],
        [],
        [b"ERROR", b"AT+GMR\r\n"],
    ),
    "a request": Talk(
        [
            (H, b"AT+CIPSEND=0,70\r\n"),
            (M, b"\r\nOK\r\n\r\n>"),
            (H, b"GET / HTTP/1.1\r\nAuthorization: Basic aG9yc2U6YmF0dA==\r\nHost: a\r\n\r\n"),
        ],
        [b"Basic", b"aG9yc2U6YmF0dA"],
        [b"GET / HTTP/1.1\r\nAuthorization: ", b"\r\nHost: a\r\n\r\n"],
    ),
    "HTTPCGET": Talk(
        [*echo(b'AT+HTTPCGET="http://user77:correct-horse@web.test/a"'), (M, OK)],
        [b"user77", b"correct-horse"],
        [b'AT+HTTPCGET="http://', b'@web.test/a"'],
    ),
    "a query": Talk(
        [*echo(b'AT+HTTPCGET="http://web.test/a?q=1&token=correct-horse"'), (M, OK)],
        [b"token", b"correct-horse"],
        [b'AT+HTTPCGET="http://web.test/a?', b'"\r\n'],
    ),
    "a query in a payload": Talk(
        [
            (H, b"AT+CIPSEND=0,70\r\n"),
            (M, b"\r\nOK\r\n\r\n>"),
            (H, b"GET http://web.test/a?key=correct-horse#b HTTP/1.1\r\n\r\n"),
        ],
        [b"correct-horse"],
        [b"GET http://web.test/a?", b"#b HTTP/1.1"],
    ),
    "the query of a request": Talk(
        [
            (H, b"AT+CIPSEND=0,70\r\n"),
            (M, b"\r\nOK\r\n\r\n>"),
            (H, b"OPTIONS /a?key=correct-horse HTTP/1.1\r\nHost: a\r\n\r\n"),
            (M, b"\r\n+IPD,0,48:GET /b/c?token=battery-staple&d HTTP/1.0\r\n\r\n"),
        ],
        [b"correct-horse", b"battery-staple"],
        [b"OPTIONS /a?", b" HTTP/1.1\r\nHost: a", b"48:GET /b/c?", b" HTTP/1.0\r\n"],
    ),
    "HTTPCLIENT": Talk(
        [*echo(b'AT+HTTPCLIENT=2,0,"http://a",,,1,"Authorization: Basic aG9yc2U6"'), (M, OK)],
        [b"Basic", b"aG9yc2U6"],
        [b'AT+HTTPCLIENT=2,0,"http://a",,,1,"Authorization: ', b'"\r\n'],
    ),
    "a URL in a payload": Talk(
        [
            (H, b"AT+CIPSEND=0,70\r\n"),
            (M, b"\r\nOK\r\n\r\n>"),
            (H, b"GET http://user77:correct-horse@web.test/ HTTP/1.1\r\n\r\n"),
        ],
        [b"user77", b"correct-horse"],
        [b"GET http://", b"@web.test/ HTTP/1.1"],
    ),
    "a URL without a password": Talk(
        [*echo(b'AT+HTTPCGET="http://web.test:8080/@a"'), (M, b"http://web.te"), (M, OK)],
        [],
        [b'AT+HTTPCGET="http://web.test:8080/@a"', b"http://web.te"],
    ),
    "SmartConfig": Talk(
        [(M, b"smartconfig type:ESPTOUCH\r\nssid:attic\r\npassword:correct horse\r\n")],
        [b"correct horse"],
        [b"ssid:attic\r\npassword:"],
    ),
    "said again": Talk(
        [
            *echo(b'AT+CWJAP="attic","correct\\, horse"'),
            (M, OK),
            (M, b"log: trying correct, horse!\r\n"),
            (H, b"AT+CIPSEND=0,20\r\n"),
            (M, b"\r\nOK\r\n\r\n>"),
            (H, b"key=correct, horse&x"),
        ],
        [b"correct, horse", b"correct\\, horse"],
        [b"log: trying **************!\r\n", b"key=**************&x"],
    ),
}
