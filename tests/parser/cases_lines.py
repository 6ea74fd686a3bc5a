"""Results, notices, prompt, echo, noise, long lines. Runs on MicroPython too.

Sources: dialect table sections 0 (results, echo), 1 (CIPSEND, CIPSTART), 2 (notices and how they
interleave), and the format strings of the releases.
"""

try:
    from tests.parser.case import Case
    from tests.parser.tell import (
        BUSY,
        CANCELED,
        DHCP_TIMEOUT,
        ERROR,
        FAIL,
        GOT_IP,
        OK,
        PROMPT,
        QUIT,
        READY,
        RESTART,
        SEND_FAIL,
        SEND_OK,
        TIME,
        WIFI_CONNECTED,
        WIFI_DISCONNECT,
        broken,
        closed,
        code,
        connect,
        connect_fail,
        line,
        notice,
        recv,
        station,
        waiting,
    )
except ImportError:
    from case import Case
    from tell import (
        BUSY,
        CANCELED,
        DHCP_TIMEOUT,
        ERROR,
        FAIL,
        GOT_IP,
        OK,
        PROMPT,
        QUIT,
        READY,
        RESTART,
        SEND_FAIL,
        SEND_OK,
        TIME,
        WIFI_CONNECTED,
        WIFI_DISCONNECT,
        broken,
        closed,
        code,
        connect,
        connect_fail,
        line,
        notice,
        recv,
        station,
        waiting,
    )

RESULTS = (
    (b"\r\nOK\r\n", OK),
    (b"\r\nERROR\r\n", ERROR),
    (b"\r\nFAIL\r\n", FAIL),
    (b"\r\nSEND OK\r\n", SEND_OK),
    (b"\r\nSEND FAIL\r\n", SEND_FAIL),
    (b"SEND FAIL\r\n", SEND_FAIL),  # NonOS
    (b"\r\nSEND Canceled\r\n", CANCELED),
    (b"\r\nSEND CANCELLED\r\n", CANCELED),  # CIPSENDL
    (b"\r\nbusy p...\r\n", BUSY),
    (b"\r\nbusy s...\r\n", BUSY),  # NonOS
    (b"\r\nbusy now ...\r\n", BUSY),  # 0.9
    (b"\r\nRecv 1 bytes\r\n", recv(1)),
    (b"\r\nRecv 2048 bytes\r\n", recv(2048)),
    (b"\r\nRecv 8192 bytes\r\n", recv(8192)),
)

MAC = b'"02:00:5e:10:00:07"'

# Printed without a CRLF of their own: they can be stuck to whatever stands on the line.
BARE_NOTICES = (
    (b"WIFI CONNECTED\r\n", WIFI_CONNECTED),
    (b"WIFI GOT IP\r\n", GOT_IP),
    (b"WIFI DISCONNECT\r\n", WIFI_DISCONNECT),
    (b"WIFI GOT IPv6 LL\r\n", notice(b"WIFI GOT IPv6 LL")),
    (b"WIFI GOT IPv6 GL\r\n", notice(b"WIFI GOT IPv6 GL")),
    (b"DHCP TIMEOUT\r\n", DHCP_TIMEOUT),
    (b"0,CONNECT\r\n", connect(0)),
    (b"4,CONNECT\r\n", connect(4)),
    (b"1,CLOSED\r\n", closed(1)),
    (b"4,CLOSED\r\n", closed(4)),
    (b"3,CONNECT FAIL\r\n", connect_fail(3)),
    (b'+LINK_CONN:0,2,"TCP",1,"192.168.7.21",50123,80\r\n', connect(2)),
    (b'+LINK_CONN:0,4,"SSL",0,"2001:db8::9:1",443,50124\r\n', connect(4)),
    (b'+LINK_CONN:1,3,"UDP",0,"192.168.7.22",53,50125\r\n', connect_fail(3)),
    (b"+STA_CONNECTED:" + MAC + b"\r\n", station(b"+STA_CONNECTED:" + MAC)),
    (b"+STA_DISCONNECTED:" + MAC + b"\r\n", station(b"+STA_DISCONNECTED:" + MAC)),
    (
        b"+DIST_STA_IP:" + MAC + b',"192.168.4.9"\r\n',
        station(b"+DIST_STA_IP:" + MAC + b',"192.168.4.9"'),
    ),
    (b"+TIME_UPDATED\r\n", TIME),
    (b"+ETH_CONNECTED\r\n", notice(b"+ETH_CONNECTED")),
    (b"+ETH_DISCONNECTED\r\n", notice(b"+ETH_DISCONNECTED")),
    (b"+ETH_GOT_IP:10.9.8.7\r\n", notice(b"+ETH_GOT_IP:10.9.8.7")),
    (b"+ERRNO:0x1b\r\n", code(b"+ERRNO:0x1b")),
)

# With a CRLF before them, or known from the start of a line only.
OTHER_NOTICES = (
    (b"\r\nready\r\n", READY),
    (b"\r\nWill force to restart!!!\r\n", RESTART),
    (b"\r\n+QUITT\r\n", QUIT),
    (b"+QUITT\r\n", QUIT),  # NonOS
    (b"CONNECT\r\n", connect(-1)),
    (b"CLOSED\r\n", closed(-1)),
    (b"CONNECT FAIL\r\n", connect_fail(-1)),
    (b"Linked\r\n", connect(-1)),
    (b"Unlink\r\n", closed(-1)),
    (b"ERR CODE:0x01090000\r\n", code(b"ERR CODE:0x01090000")),
    (b"ERR CODE:0x010b0000\r\n", code(b"ERR CODE:0x010b0000")),
    (b"smartconfig type:ESPTOUCH\r\n", notice(b"smartconfig type:ESPTOUCH")),
    (b"smartconfig type:AIRKISS\r\n", notice(b"smartconfig type:AIRKISS")),
    (b"smartconfig type:UNKNOWN\r\n", notice(b"smartconfig type:UNKNOWN")),
    (b"Smart get wifi info\r\n", notice(b"Smart get wifi info")),
    (b"ssid:attic\r\n", notice(b"ssid:attic")),
    (b"password:0,CLOSED\r\n", notice(b"password:0,CLOSED")),
    (b"smartconfig connected wifi\r\n", notice(b"smartconfig connected wifi")),
    (b"+SCRD:0,1\r\n", notice(b"+SCRD:0,1")),
    (b"\r\n+IPD,31\r\n", waiting(-1, 31)),
    (b"\r\n+IPD,0,1\r\n", waiting(0, 1)),
    (b"\r\n+IPD,4,5760\r\n", waiting(4, 5760)),
    (b"\r\n+IPD,1,100000\r\n", waiting(1, 100000)),  # more than an active +IPD may bring
)
NOTICES = BARE_NOTICES + OTHER_NOTICES

# Neither results nor notices, however much they look like it.
PLAIN = (
    b"OKAY",
    b"NK",
    b"OL",
    b"O",
    b"K",
    b"ok",
    b"NOT OK",
    b"OK.",
    b"ERRORS",
    b"0,OK",
    b"1,SEND OK",
    b"1,3,SEND OK",  # CIPSENDBUF
    b"busy",
    b"busy p..",
    b"Recv bytes",
    b"Recv x bytes",
    b"Recv -1 bytes",
    b"5,CLOSED",
    b"9,CONNECT",
    b"0, Connect",
    b"0,",
    b",",
    b":",
    b"x",
    b"CONNECTED",
    b"ALREADY CONNECTED",
    b"ALREAY CONNECT",
    b"SERVER CLOSED",
    b"CLOSE LINK:0",
    b"UNLINK",
    b"READY",
    b"already",
    b"readyx",
    b"0,ready",
    b"WIFI",
    b"WIFI GOT IPv6",
    b"no ip",
    b"DNS Fail",
    b"ID ERROR",
    b"Link type ERROR",
    b"link is not valid",
    b"link is builded",
    b"no change",
    b"too long",
    b"Have 2 Connections",
    b"NO CERT FOUND",
    b"to read 75 bytes",
    b"local port:2390",
    b"change type:2",
    b"discard 12 data",
    b"wifi disconnected, rc:8",
    b"+LINK_CONN:",
    b"+LINK_CONN:0,9",
    b"+CIPUPDATE:-1",
    b"+CIPRECVLEN:100,0,0,-1,-1",
    b"+CIPRECVDATA:5,hello",  # nobody asked
    b"+CIPRECVMODE:1",
    b"+CWJAP:2",
    b"+CIPSENDL:2048,1460",
    b"+timeout",
    b"+24",
    b"STATUS:5",
    b"192.168.4.1",
    b"[Vendor:www.example.org Version:0.9.2.4]",
    b"AT version:2.3.0.0(0aa11bb - ESP8266 - Oct  3 2021 01:02:03)",
    b"+IPD",
    b"+IPD:",
    b"\xff\xfe\x00\x80\x7f",
)


def _results():
    for stream, event in RESULTS:
        name = str(stream)
        yield Case("result " + name, stream, [event])
        yield Case("twice " + name, stream + stream, [event, event])
        yield Case("blank lines around " + name, b"\r\n\r\n" + stream + b"\r\n\r\n", [event])
    for i in range(len(RESULTS)):
        for j in range(len(RESULTS)):
            if i != j:
                name = f"results {i} and {j}"
                yield Case(name, RESULTS[i][0] + RESULTS[j][0], [RESULTS[i][1], RESULTS[j][1]])


def _notices():
    for stream, event in NOTICES:
        name = str(stream)
        yield Case("notice " + name, stream, [event])
        yield Case("before a result: " + name, stream + b"\r\nOK\r\n", [event, OK])
        yield Case("behind a result: " + name, b"\r\nOK\r\n" + stream, [OK, event])
        reply = b"STATUS:2\r\n" + stream + b"+CIFSR:STAIP,"
        rest = b'"192.168.7.30"\r\n\r\nOK\r\n'
        told = [line(b"STATUS:2"), event, line(b'+CIFSR:STAIP,"192.168.7.30"'), OK]
        yield Case("between replies: " + name, reply + rest, told)
    for stream, event in BARE_NOTICES:
        yield Case("CRLF before " + str(stream), b"\r\n" + stream, [event])


def _plain():
    for text in PLAIN:
        name = f"plain {text}"
        yield Case(name, text + b"\r\n\r\nOK\r\n", [line(text), OK])
        yield Case("LF alone, " + name, text + b"\n\nOK\n", [line(text), OK])


def _echo():
    echo = b"AT+CIPSEND=0,98\r\n"
    for text in (b"AT", b"ATE0", b"AT+GMR", b"AT+CIPSEND=0,98", b'AT+CWJAP="attic","pw"'):
        yield Case(f"echo {text}", text + b"\r\n\r\nOK\r\n", [OK])
    yield Case("echo lost", b"\r\nOK\r\n", [OK])
    yield Case("echo and reply", b"AT+CWMODE?\r\n+CWMODE:1\r\n\r\nOK\r\n", [line(b"+CWMODE:1"), OK])
    yield Case("echo garbled", b"AT+CIPRECVDAT,=0,75\r\n\r\nERROR\r\n", [ERROR])
    yield Case("echo cut short", b"AT+CIPMU\r\n\r\nERROR\r\n", [ERROR])
    escaped = b'AT+CWJAP="+IPD\\,0\\,9:","0\\,CLOSED"\r\n\r\nOK\r\n'
    yield Case("echo of a hostile SSID, escaped", escaped, [OK])
    for stream, event in BARE_NOTICES:
        for k in range(len(echo) - 1):
            rest = echo[k:-2] if k else b""
            told = [event, line(rest), OK] if rest else [event, OK]
            name = f"in the echo at {k}: {stream}"
            yield Case(name, echo[:k] + stream + echo[k:] + b"\r\nOK\r\n", told)
    for stream, event in OTHER_NOTICES:
        if not stream.startswith(b"\r\n"):
            continue
        for k in range(2, len(echo) - 2):
            name = f"in the echo at {k}: {stream}"
            told = [event, line(echo[k:-2]), OK]
            yield Case(name, echo[:k] + stream + echo[k:] + b"\r\nOK\r\n", told)


AWAITED = {"prompt": True}


def _prompt():
    for ok_and_prompt in (b"\r\nOK\r\n> ", b"\r\nOK\r\n\r\n>", b"\r\nOK\r\n\r\n> ", b"\r\nOK\r\n>"):
        name = f"prompt as {ok_and_prompt}: "
        sent = b"\r\nRecv 8 bytes\r\n\r\nSEND OK\r\n"
        told = [OK, PROMPT, recv(8), SEND_OK]
        yield Case(name + "sent", ok_and_prompt + sent, told, settings=AWAITED)
        echoed = b"AT+CIPSEND=0,8\r\n" + ok_and_prompt + sent
        yield Case(name + "with echo", echoed, told, settings=AWAITED)
        canceled = ok_and_prompt + b"\r\nSEND Canceled\r\n"
        yield Case(name + "canceled", canceled, [OK, PROMPT, CANCELED], settings=AWAITED)
        gone = ok_and_prompt + b"0,CLOSED\r\n" + b"\r\nSEND FAIL\r\n"
        told = [OK, PROMPT, closed(0), SEND_FAIL]
        yield Case(name + "closed at the prompt", gone, told, settings=AWAITED)
        forced = ok_and_prompt + b"\r\nWill force to restart!!!\r\n\r\nready\r\n"
        yield Case(name + "restart", forced, [OK, PROMPT, RESTART, READY], settings=AWAITED)
        again = ok_and_prompt + b">\r\n"
        yield Case(name + "once only", again, [OK, PROMPT, line(b">")], settings=AWAITED)
    yield Case("prompt alone (0.9)", b"> ", [PROMPT], settings=AWAITED)
    yield Case("prompt not awaited", b"\r\n>\r\n\r\nOK\r\n", [line(b">"), OK])
    yield Case("> inside a line is none", b"a>b\r\n>", [line(b"a>b"), PROMPT], settings=AWAITED)
    for stream, event in NOTICES:
        name = "between OK and prompt: " + str(stream)
        both = b"\r\nOK\r\n" + stream + b"\r\n>"
        yield Case(name, both, [OK, event, PROMPT], settings=AWAITED)
        name = "between prompt and Recv: " + str(stream)
        both = b"> " + stream + b"\r\nRecv 5 bytes\r\n"
        yield Case(name, both, [PROMPT, event, recv(5)], settings=AWAITED)
        name = "between Recv and SEND OK: " + str(stream)
        both = b"\r\nRecv 5 bytes\r\n" + stream + b"\r\nSEND OK\r\n"
        yield Case(name, both, [recv(5), event, SEND_OK])


NOISE = b"\x1fR\x00n>\xf2\r\n\x8c~>\x00\x9e\r\n"
ROM = b" ets Feb 30 2019,rst cause:2, boot mode:(3,6)\r\n\r\nload 0x40100000, len 4444, room 16\r\n"


def _noise():
    told = [line(b"\x1fR\x00n>\xf2"), line(b"\x8c~>\x00\x9e"), READY]
    yield Case("ROM noise", NOISE + b"\r\nready\r\n", told)
    rom = [line(ROM[1:45]), line(b"load 0x40100000, len 4444, room 16"), READY]
    yield Case("ROM text", ROM + b"\r\nready\r\n", rom)
    for stuck in (b"\x9c", b"\x00", b"\x02l\xfe\x9e", b"ab\xff"):
        name = f"stuck to noise {stuck}: "
        yield Case(name + "ready", stuck + b"ready\r\n", [READY])
        yield Case(name + "Wi-Fi", stuck + b"WIFI DISCONNECT\r\n", [WIFI_DISCONNECT])
        yield Case(name + "CLOSED", stuck + b"2,CLOSED\r\n", [closed(2)])
    told = [line(b"busy p/.."), OK, line(b"WIFI FIS\xa8\xca"), OK]
    yield Case("flipped bits", b"\r\nbusy p/..\r\n\r\nOK\r\nWIFI FIS\xa8\xca\r\n\r\nOK\r\n", told)
    told = [line(b"Recv 8 b\x19tes"), SEND_OK]
    flipped = b"\r\nRecv 8 b\x19tes\r\n\r\nSEND OK\r\n"
    yield Case("flipped bits in Recv", flipped, told)
    told = [line(b"Recv 10 byte"), SEND_OK]
    yield Case("a byte of Recv lost", b"\r\nRecv 10 byte\r\n\r\nSEND OK\r\n", told)
    told = [line(b"Recv OK bytes"), SEND_OK]
    yield Case("Recv and a word", b"\r\nRecv OK bytes\r\n\r\nSEND OK\r\n", told)
    # Words of the parser's table that go on, or break off: in the table a word's event follows it.
    for text in (b"OK\x82", b"ready\x96\x96", b"+QUITT\x9d", b"SEND", b"CONNECT F", b"WIFI GOT"):
        yield Case(f"nearly a word: {text}", text + b"\r\n" + b"\r\nOK\r\n", [line(text), OK])
    # A line of one byte: the events of the table are bytes too.
    for byte in range(256):
        char = bytes([byte])
        if char in b"\r\n ":
            continue
        told = [line(char), OK]
        yield Case(f"a line of byte {byte} alone", char + b"\r\n\r\nOK\r\n", told)


def _hostile():
    """Quoted strings of a reply that spell the protocol: all of them just lines."""
    spelled = (b"+IPD,0,9:", b"+IPD,9:", b"0,CLOSED", b"OK", b"> ", b"ready", b"WIFI DISCONNECT")
    spelled += (b'x"+IPD,0,9:', b'"0,CLOSED', b"\xff+IPD,1,2:", b"+CIPRECVDATA:5,")
    spelled += (b"+CIPRECVDATA,5:", b"+CIPRECVDATA,1,5:")
    for ssid in spelled:
        texts = (
            b'+CWLAP:(3,"%s",-61,"02:00:5e:10:00:01",6)' % ssid,
            b'+CWJAP:"%s","02:00:5e:10:00:01",6,-61,0,1,3,0,1' % ssid,
            b'+CWSTATE:2,"%s"' % ssid,
            b'"%s"' % ssid,
            b'+CWSAP:"%s","+IPD,0,9:",1,0,4,0' % ssid,
        )
        for text in texts:
            stream = text + b"\r\n\r\nOK\r\n"
            settings = {"prompt": True, "asked": 512}
            yield Case(f"{text}", stream, [line(text), OK], settings=settings)


def _split_reply():
    """Notices inside a reply that is printed in pieces."""
    stream = b"+CIPRECVLEN:\r\n+IPD,1,40\r\n0,40,-1,-1,-1\r\n\r\nOK\r\n"
    told = [line(b"+CIPRECVLEN:"), waiting(1, 40), line(b"0,40,-1,-1,-1"), OK]
    yield Case("+IPD inside a CIPRECVLEN reply", stream, told)
    for stream, event in BARE_NOTICES:
        name = "stuck to a piece of a reply: " + str(stream)
        both = b"+CIFSR:" + stream + b'STAIP,"192.168.7.30"\r\n\r\nOK\r\n'
        told = [event, line(b'STAIP,"192.168.7.30"'), OK]
        yield Case(name, both, told)
    no_blank = b"+CIPSNTPTIME:Mon Feb 30 12:34:56 2026\r\nOK\r\n"
    told = [line(b"+CIPSNTPTIME:Mon Feb 30 12:34:56 2026"), OK]
    yield Case("OK's CRLF ends the reply", no_blank, told)
    extra = b"+CIPSNTPTIME:Thu Jan 01 00:00:00 1970\n\r\n\r\nOK\r\n"
    yield Case("an extra LF", extra, [line(b"+CIPSNTPTIME:Thu Jan 01 00:00:00 1970"), OK])


OVER = broken(-1)  # a line that no ring holds: it may be a payload that lost its header


def _long():
    for ring in (64, 128, 256):
        fits = b"x" * (ring - 2)
        yield Case(
            f"fills a ring of {ring}", fits + b"\r\n\r\nOK\r\n", [line(fits), OK], rings=(ring,)
        )
        for extra in (1, 2, 13, ring, 5 * ring):
            name = f"{extra} over a ring of {ring}"
            stream = fits + b"y" * extra + b"\r\n"
            yield Case(name, stream + b"\r\nOK\r\n", [OVER, OK], (1, 0, 0), (ring,))
            told = [OVER, closed(3), line(b"next"), OK]
            more = b"3,CLOSED\r\nnext\r\n\r\nOK\r\n"
            yield Case(name + ", lines behind", stream + more, told, (1, 0, 0), (ring,))
            yield Case(
                name + ", twice", stream * 2 + b"\r\nOK\r\n", [OVER, OVER, OK], (2, 0, 0), (ring,)
            )
        told = [OVER, line(b"a"), OK]
        yield Case(
            f"long, short, ring of {ring}",
            b"z" * 999 + b"\r\na\r\n\r\nOK\r\n",
            told,
            (1, 0, 0),
            (ring,),
        )
    for filler in (b" ", b"\r", b">"):
        name = f"over-long, with {filler} in it"
        settings = {"prompt": True}
        stream = b"x" + filler * 150 + b"\r\n\r\nOK\r\n"
        yield Case(name, stream, [OVER, OK], (1, 0, 0), (64,), settings=settings)
    text = b"x" + b"lorem ipsum " * 20
    for n in range(120, 132):
        stream = text[:n] + b"\r\n\r\nOK\r\n"
        yield Case(f"over-long text of {n}", stream, [OVER, OK], (1, 0, 0), (64,))


CASES = []
for _part in (_results, _notices, _plain, _echo, _prompt, _noise, _hostile, _split_reply, _long):
    CASES.extend(_part())
