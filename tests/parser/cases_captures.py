"""What modules were captured printing, retold. Runs on MicroPython too.

One fixture follows each capture of the project's collection: number and title name it. The bytes
are our own, made from the format strings with our own names, addresses and payloads; where a
capture does not show line ends, the format strings give them.
"""

try:
    from tests.parser.captures_nonos import FOLLOWS as NONOS
    from tests.parser.case import Case
    from tests.parser.tell import (
        BUSY,
        ERROR,
        GOT_IP,
        OK,
        PROMPT,
        READY,
        SEND_OK,
        WIFI_CONNECTED,
        WIFI_DISCONNECT,
        closed,
        code,
        connect,
        line,
        payload,
        recv,
        station,
        waiting,
    )
except ImportError:
    from captures_nonos import FOLLOWS as NONOS
    from case import Case
    from tell import (
        BUSY,
        ERROR,
        GOT_IP,
        OK,
        PROMPT,
        READY,
        SEND_OK,
        WIFI_CONNECTED,
        WIFI_DISCONNECT,
        closed,
        code,
        connect,
        line,
        payload,
        recv,
        station,
        waiting,
    )

ENDED = b"\r\nOK\r\n"
FAILED = b"\r\nERROR\r\n"
AWAITED = {"prompt": True}
TRAILER = {"trailer": True}
JOINED = b"WIFI CONNECTED\r\nWIFI GOT IP\r\n" + ENDED
JOIN = [WIFI_CONNECTED, GOT_IP, OK]
IDLE = b"+CIPRECVLEN:-1,-1,-1,-1,-1"
REQUEST = b"GET /lamp HTTP/1.1\r\nHost: 192.168.4.1\r\nAccept: */*\r\n\r\n"

# number, title, stream, events
ESP_AT = (
    (
        1,
        "ESP32 2.0.0, +IPD between sends",
        (
            TRAILER,
            AWAITED,
            b"AT+CIPSEND=0,6\r\n\r\nOK\r\n\r\n>\r\nRecv 6 bytes\r\n\r\nSEND OK\r\n",
            b"\r\n+IPD,0,7:pong,3,\r\n",
            AWAITED,
            b"AT+CIPSEND=0,6\r\n\r\nOK\r\n\r\n+IPD,0,7:pong,4,\r\n\r\n>\r\nRecv 6 bytes\r\n",
        ),
        [OK, PROMPT, recv(6), SEND_OK, payload(0, b"pong,3,")]
        + [OK, payload(0, b"pong,4,"), PROMPT, recv(6)],
    ),
    (
        3,
        "ESP32 1.3-dev, first commands",
        b"AT\r\n\r\nOK\r\nATE0\r\n\r\nOK\r\n\r\nOK\r\n"
        b"AT version:1.3.0.0-dev(0c0ffee - Mar  3 2019 03:03:03)\r\nSDK version:v3.3-dev-1-gabc\r\n"
        b"compile time:Mar  4 2019 04:04:04\r\n\r\nOK\r\n+CIPMUX:0\r\n\r\nOK\r\n"
        b"ERR CODE:0x01090000\r\n\r\nERROR\r\n"
        b"+CIPSSLCCONF:0,0,0,0\r\n+CIPSSLCCONF:1,0,0,0\r\n\r\nOK\r\n"
        b"STATUS:0\r\n\r\nOK\r\n" + JOINED,
        [OK, OK, OK, line(b"AT version:1.3.0.0-dev(0c0ffee - Mar  3 2019 03:03:03)")]
        + [line(b"SDK version:v3.3-dev-1-gabc"), line(b"compile time:Mar  4 2019 04:04:04"), OK]
        + [line(b"+CIPMUX:0"), OK, code(b"ERR CODE:0x01090000"), ERROR]
        + [line(b"+CIPSSLCCONF:0,0,0,0"), line(b"+CIPSSLCCONF:1,0,0,0"), OK]
        + [line(b"STATUS:0"), OK]
        + JOIN,
    ),
    (
        6,
        "ESP32 1.1.b1, lower-case commands and another board's own",
        b"at+cwmode=1\r\n\r\nOK\r\n" + JOINED + b"WIFI DISCONNECT\r\n\r\nOK\r\n"
        b"at.lan\r\n\r\nLAN OK\r\nWIFI GOT IP\r\n"
        b"AT version:1.1.b1.0(0c0ffee - Mar  3 2018 03:03:03)\r\n",
        [line(b"at+cwmode=1"), OK]
        + JOIN
        + [WIFI_DISCONNECT, OK, line(b"at.lan"), line(b"LAN OK"), GOT_IP]
        + [line(b"AT version:1.1.b1.0(0c0ffee - Mar  3 2018 03:03:03)")],
    ),
    (
        27,
        "ESP-AT 2.x, a join and a connection through noise",
        b"@\r\nAT+RST\r\n\r\nERROR\r\nATE0\r\n\r\nOK\r\n\r\nOK\r\n+CWMODE:3\r\n\r\nOK\r\n"
        b"WIFI DISCONNECT\r\n\r\nbusy p...\r\nWIFI CONNECTED\r\n\r\nbusy p...\r\nWIFI GOT IP\r\n"
        b"\r\nOK\r\nSTATUS:2\r\n\r\nOK\r\n"
        b'+CIPSTA:ip:"192.168.7.30"\r\n+CIPSTA:gateway:"192.168.7.1"\r\n\r\nOK\r\n'
        b"4,CONNECT\r\n\r\nOK\r\n",
        [line(b"@"), ERROR, OK, OK, line(b"+CWMODE:3"), OK]
        + [WIFI_DISCONNECT, BUSY, WIFI_CONNECTED, BUSY, GOT_IP, OK, line(b"STATUS:2"), OK]
        + [line(b'+CIPSTA:ip:"192.168.7.30"'), line(b'+CIPSTA:gateway:"192.168.7.1"'), OK]
        + [connect(4), OK],
    ),
    (
        28,
        "ESP32-C3, commands of NonOS refused, a notice inside CIPSTATUS",
        b"\r\nOK\r\nWIFI DISCONNECT\r\n\r\nready\r\nATE0\r\n\r\nOK\r\n+CWMODE:1\r\n\r\nOK\r\n"
        b"WIFI CONNECTED\r\nSTATUS:0\r\n\r\nOK\r\n\r\nERROR\r\n\r\nERROR\r\n"
        b"WIFI DISCONNECT\r\n\r\nOK\r\n\r\nbusy p...\r\n"
        b'+CWLAP:(3,"attic",-60,"02:00:5e:10:00:01",1)\r\n'
        b'+CWLAP:(3,"[roof] 0,CLOSED",-90,"02:00:5e:10:00:02",11)\r\n\r\nOK\r\n',
        [OK, WIFI_DISCONNECT, READY, OK, line(b"+CWMODE:1"), OK, WIFI_CONNECTED]
        + [line(b"STATUS:0"), OK, ERROR, ERROR, WIFI_DISCONNECT, OK, BUSY]
        + [line(b'+CWLAP:(3,"attic",-60,"02:00:5e:10:00:01",1)')]
        + [line(b'+CWLAP:(3,"[roof] 0,CLOSED",-90,"02:00:5e:10:00:02",11)'), OK],
    ),
    (
        31,
        "ESP32 2.1, the time before it is known",
        b"WIFI DISCONNECT\r\n" + JOINED + ENDED + b"AT+CIPSNTPTIME?\r\n"
        b"+CIPSNTPTIME:Thu Jan  1 00:00:41 1970\r\nOK\r\n",
        [WIFI_DISCONNECT] + JOIN + [OK, line(b"+CIPSNTPTIME:Thu Jan  1 00:00:41 1970"), OK],
    ),
    (
        32,
        "ESP32 1.0, an update that fails",
        b"AT+CIUPDATE\r\n+CIPUPDATE:1\r\n+CIPUPDATE:2\r\n+CIPUPDATE:3\r\n" + FAILED,
        [line(b"+CIPUPDATE:1"), line(b"+CIPUPDATE:2"), line(b"+CIPUPDATE:3"), ERROR],
    ),
    (
        34,
        "ESP-AT 2.x, busy to every line sent during a join",
        b'AT+CWJAP="attic","secret"\r\n'
        + b"\r\nbusy p...\r\n" * 3
        + b"+CWJAP:4\r\n"
        + FAILED
        + b'AT\r\n\r\nOK\r\nAT+CIPSTART=1,"TCP","h.example",80\r\n'
        + b"\r\nbusy p...\r\n" * 2,
        [BUSY, BUSY, BUSY, line(b"+CWJAP:4"), ERROR, OK, BUSY, BUSY],
    ),
    (
        36,
        "ESP32 0.x, a scan with a hidden name, an error without a meaning",
        b"\r\nready\r\nAT+CWLAP\r\n"
        b'+CWLAP:(4,"attic",-45,"02:00:5e:10:00:01",11)\r\n'
        b'+CWLAP:(3,"",-66,"02:00:5e:10:00:02",2)\r\n\r\nOK\r\n'
        b'AT+CWJAP="attic","wrong"\r\n+CWJAP:1\r\n\r\nERROR\r\n+CWJAP:0\r\n\r\nERROR\r\n',
        [READY, line(b'+CWLAP:(4,"attic",-45,"02:00:5e:10:00:01",11)')]
        + [line(b'+CWLAP:(3,"",-66,"02:00:5e:10:00:02",2)'), OK]
        + [line(b"+CWJAP:1"), ERROR, line(b"+CWJAP:0"), ERROR],
    ),
    (
        37,
        "ESP32 1.1, +IPD with the remote end unquoted",
        b'AT+CIPSTART=0,"TCP","192.168.7.9",9000\r\n0,CONNECT\r\n'
        + ENDED
        + b"\r\n+IPD,0,3,192.168.7.9,9000:abc" * 2
        + b"\r\n+IPD,0,6,192.168.7.9,9000:abcdef",
        [connect(0), OK, payload(0, b"abc", b"192.168.7.9", 9000)]
        + [payload(0, b"abc", b"192.168.7.9", 9000), payload(0, b"abcdef", b"192.168.7.9", 9000)],
    ),
    (
        39,
        "ESP32 2.1-dev, a server link read without any +IPD, a garbled echo, a log line",
        (
            {"remote": True},
            b'+LINK_CONN:0,0,"TCP",1,"192.168.4.7",50001,80\r\n'
            b"AT+CIPRECVLEN?\r\n+CIPRECVLEN:%d,-1,-1,-1,-1\r\n\r\nOK\r\n" % len(REQUEST),
            {"asked": len(REQUEST)},
            b"AT+CIPRECVDAT,=0,%d\r\nto read %d bytes\r\n" % (len(REQUEST), len(REQUEST)),
            b'+CIPRECVDATA:%d,"192.168.4.7",50001,%s\r\nOK\r\n' % (len(REQUEST), REQUEST),
        ),
        [connect(0), line(b"+CIPRECVLEN:%d,-1,-1,-1,-1" % len(REQUEST)), OK]
        + [line(b"to read %d bytes" % len(REQUEST))]
        + [payload(-1, REQUEST, b"192.168.4.7", 50001), OK],
    ),
    (
        41,
        "ESP8266 2.1-rc1, log lines in a CIPSTART, a datagram",
        (
            TRAILER,
            JOINED + b'AT+CIPSTART=4,"UDP","0.0.0.0",4000,4000,2\r\n'
            b"local port:4000\r\n\r\nchange type:2\r\n\r\n4,CONNECT\r\n\r\nOK\r\n"
            b"\r\n+IPD,4,33:" + b"0123456789abcdef" * 2 + b"\n\r\n"
            b"AT+CIPSTATUS\r\nSTATUS:4\r\n+CIPS",
        ),
        JOIN
        + [line(b"local port:4000"), line(b"change type:2"), connect(4), OK]
        + [payload(4, b"0123456789abcdef" * 2 + b"\n"), line(b"STATUS:4")],
    ),
    (
        43,
        "ESP-AT 3.x, what was announced cannot be read, and less than announced",
        (
            b"\r\n+IPD,0,31\r\n+CIPRECVLEN:31,-1,-1,-1,-1\r\n\r\nOK\r\n",
            {"asked": 31},
            b"AT+CIPRECVDATA=0,31\r\n\r\nERROR\r\n0,CLOSED\r\n" + IDLE + b"\r\n\r\nOK\r\n",
            {"asked": 60, "remote": True},
            b"\r\n+IPD,0,60\r\nAT+CIPRECVDATA=0,60\r\n"
            b'+CIPRECVDATA:54,"192.168.7.9",443,' + REQUEST[:54] + b"\r\nOK\r\n",
            {"asked": 0},
            b"+CIPRECVLEN:0,-1,-1,-1,-1\r\n\r\nOK\r\n",
        ),
        [waiting(0, 31), line(b"+CIPRECVLEN:31,-1,-1,-1,-1"), OK, ERROR, closed(0)]
        + [line(IDLE), OK, waiting(0, 60), payload(-1, REQUEST[:54], b"192.168.7.9", 443), OK]
        + [line(b"+CIPRECVLEN:0,-1,-1,-1,-1"), OK],
    ),
    (
        45,
        "ESP32-C3 2.4, a server in passthrough",
        (
            b"\r\nready\r\nAT+CWMODE=1\r\n\r\nOK\r\n" + b'AT+CWJAP="attic",""\r\n' + JOINED,
            b"AT+CIPSERVER=1,4000\r\n\r\nOK\r\nAT+CIPMODE=1\r\n\r\nOK\r\n0,CONNECT\r\n",
            AWAITED,
            b"AT+CIPSEND\r\n\r\nOK\r\n\r\n>",
        ),
        [READY, OK] + JOIN + [OK, OK, connect(0), OK, PROMPT],
    ),
    (
        46,
        "ESP8266 2.1, +LINK_CONN and an answer in two parts",
        (
            b'+SYSRAM:45000,39000\r\nOK\r\n+LINK_CONN:0,0,"TCP",1,"192.168.7.20",50002,80\r\n',
            AWAITED,
            b"\r\nOK\r\n\r\n>\r\nRecv 120 bytes\r\n\r\nSEND OK\r\n",
            AWAITED,
            b"\r\nOK\r\n\r\n>\r\nRecv 300 bytes\r\n\r\nSEND OK\r\n0,CLOSED\r\n\r\nOK\r\n",
        ),
        [line(b"+SYSRAM:45000,39000"), OK, connect(0)]
        + [OK, PROMPT, recv(120), SEND_OK, OK, PROMPT, recv(300), SEND_OK, closed(0), OK],
    ),
    (
        47,
        "ESP32 2.x, CIPSTARTEX with SSL and +LINK_CONN",
        (
            b"STATUS:4\r\n\r\nOK\r\n"
            b'+LINK_CONN:0,0,"SSL",0,"203.0.113.5",8443,50003\r\n\r\nOK\r\n'
            b'STATUS:3\r\n+CIPSTATUS:0,"SSL","203.0.113.5",8443,50003,0\r\n\r\nOK\r\n'
            b"+CIPRECVLEN:0,-1,-1,-1,-1\r\n\r\nOK\r\n",
            AWAITED,
            b"\r\nOK\r\n\r\n>\r\nRecv 1000 bytes\r\n\r\nSEND OK\r\n",
        ),
        [line(b"STATUS:4"), OK, connect(0), OK, line(b"STATUS:3")]
        + [line(b'+CIPSTATUS:0,"SSL","203.0.113.5",8443,50003,0'), OK]
        + [line(b"+CIPRECVLEN:0,-1,-1,-1,-1"), OK, OK, PROMPT, recv(1000), SEND_OK],
    ),
    (
        50,
        "ESP32 2.0-dev, a CIPCLOSE answered by a restart",
        b"\r\nOK\r\n\r\nOK\r\n0,CONNECT\r\n\r\nOK\r\nAT+CIPCLOSE=0\r\n\r\nready\r\n",
        [OK, OK, connect(0), OK, READY],
    ),
    (
        57,
        "ESP32, a datagram sent to a name server",
        (AWAITED, b'AT+CIPSEND=0,29,"192.0.2.53",53\r\n\r\nOK\r\n\r\n>'),
        [OK, PROMPT],
    ),
    (
        60,
        "ESP8266 2.x, CIPDNS asked",
        b'AT+CIPDNS?\r\n+CIPDNS:1,"192.0.2.53"\r\n\r\nOK\r\nAT+CIPDNS=0\r\n\r\nOK\r\n'
        b"AT version:2.2.0.0-dev(s-0c0ffee - ESP8266 - Mar  3 2021 03:03:03)\r\n"
        b"Bin version:9.9.9(ATTIC)\r\n\r\nOK\r\n",
        [line(b'+CIPDNS:1,"192.0.2.53"'), OK, OK]
        + [line(b"AT version:2.2.0.0-dev(s-0c0ffee - ESP8266 - Mar  3 2021 03:03:03)")]
        + [line(b"Bin version:9.9.9(ATTIC)"), OK],
    ),
    (
        61,
        "ESP32 2.0, replies counted byte by byte",
        (
            b"+PING:12\r\n\r\nOK\r\n"
            b'STATUS:3\r\n+CIPSTATUS:0,"TCP","192.168.7.9",443,50004,0\r\n\r\nOK\r\n'
            b'+CWJAP:"attic","02:00:5e:10:00:01",11,-40,0,0,0\r\n\r\nOK\r\n',
            AWAITED,
            b"AT+CIPSEND=0,495\r\n\r\nOK\r\n\r\n>",
        ),
        [line(b"+PING:12"), OK, line(b"STATUS:3")]
        + [line(b'+CIPSTATUS:0,"TCP","192.168.7.9",443,50004,0'), OK]
        + [line(b'+CWJAP:"attic","02:00:5e:10:00:01",11,-40,0,0,0'), OK, OK, PROMPT],
    ),
    (
        62,
        "ESP32-C3 2.4, a station comes to the soft-AP",
        ENDED * 4 + b'+STA_CONNECTED:"02:00:5e:10:00:08"\r\n'
        b'+DIST_STA_IP:"02:00:5e:10:00:08","192.168.4.3"\r\n+WEBSERVERRSP:3\r\n',
        [OK] * 4
        + [station(b'+STA_CONNECTED:"02:00:5e:10:00:08"')]
        + [station(b'+DIST_STA_IP:"02:00:5e:10:00:08","192.168.4.3"'), line(b"+WEBSERVERRSP:3")],
    ),
    (
        64,
        "ESP32 3.x, busy to a CIPRECVDATA that is carried out all the same",
        (
            {"remote": True},
            AWAITED,
            b"AT+CIPSEND=0,3000\r\n\r\nOK\r\n\r\n>\r\nRecv 3000 bytes\r\n\r\nSEND OK\r\n"
            b"\r\n+IPD,0,60\r\nAT+CIPRECVLEN?\r\n+CIPRECVLEN:60,-1,-1,-1,-1\r\n\r\nOK\r\n",
            {"asked": 60},
            b"AT+CIPRECVDATA=0,60\r\nERR CODE:0x010b0000\r\n\r\nbusy p...\r\n"
            b'+CIPRECVDATA:50,"192.168.7.9",443,' + REQUEST[:50] + b"\r\nOK\r\n0,CLOSED\r\n",
        ),
        [OK, PROMPT, recv(3000), SEND_OK, waiting(0, 60), line(b"+CIPRECVLEN:60,-1,-1,-1,-1"), OK]
        + [code(b"ERR CODE:0x010b0000"), BUSY]
        + [payload(-1, REQUEST[:50], b"192.168.7.9", 443), OK, closed(0)],
    ),
    (
        66,
        "ESP-AT 2.x, a reset refused, probes during a join",
        b"@\r\nAT+RST\r\n\r\nERROR\r\nATE0\r\n\r\nOK\r\n" + ENDED * 3 + b"+CWMODE:3\r\n\r\nOK\r\n"
        b"WIFI DISCONNECT\r\n\r\nbusy p...\r\nWIFI CONNECTED\r\n\r\nbusy p...\r\nWIFI GOT IP\r\n"
        b"\r\nOK\r\nSTATUS:2\r\n\r\nOK\r\n"
        b'+CIPSTA:ip:"192.168.7.30"\r\n+CIPSTA:gateway:"192.168.7.1"\r\n'
        b'+CIPSTA:netmask:"255.255.252.0"\r\n\r\nOK\r\n4,CONNECT\r\n\r\nOK\r\n',
        [line(b"@"), ERROR, OK, OK, OK, OK, line(b"+CWMODE:3"), OK]
        + [WIFI_DISCONNECT, BUSY, WIFI_CONNECTED, BUSY, GOT_IP, OK, line(b"STATUS:2"), OK]
        + [line(b'+CIPSTA:ip:"192.168.7.30"'), line(b'+CIPSTA:gateway:"192.168.7.1"')]
        + [line(b'+CIPSTA:netmask:"255.255.252.0"'), OK, connect(4), OK],
    ),
    (
        69,
        "ESP32-C6 4.1, a NUL before the first echo",
        b"\x00AT\r\n\r\nOK\r\nAT+GMR\r\n"
        b"AT version:4.1.1.0(0c0ffee - ESP32C6 - Mar  3 2025 03:03:03)\r\n"
        b"SDK version:v5.4.1-9-g0c0ffee\r\ncompile time(0c0ffee):Mar  4 2026 04:04:04\r\n"
        b"Bin version:v4.1.1.0(ATTIC)\r\n\r\nOK\r\n",
        [line(b"\x00AT"), OK]
        + [line(b"AT version:4.1.1.0(0c0ffee - ESP32C6 - Mar  3 2025 03:03:03)")]
        + [line(b"SDK version:v5.4.1-9-g0c0ffee")]
        + [
            line(b"compile time(0c0ffee):Mar  4 2026 04:04:04"),
            line(b"Bin version:v4.1.1.0(ATTIC)"),
        ]
        + [OK],
    ),
    (
        72,
        "ESP-AT with +LINK_CONN, no blank line before OK, one before CLOSED",
        b'+LINK_CONN:0,0,"TCP",0,"192.168.7.9",80,0\r\nOK\r\n'
        b'+LINK_CONN:0,0,"UDP",0,"192.168.7.10",4000,0\r\nOK\r\n\r\n0,CLOSED\r\nOK\r\n',
        [connect(0), OK, connect(0), OK, closed(0), OK],
    ),
    (
        74,
        "ESP32-C3 4.2, a further line in GMR",
        b"AT version:4.2.0.0(0c0ffee - ESP32C3 - Mar  3 2026 03:03:03)\r\n"
        b"SDK version:v5.4.9\r\ncompile time(0c0ffee):Mar  4 2026 04:04:04\r\n"
        b'Bin version:v4.2.0.0(ATTIC)\r\n+SYSROLLBACK:0x240000,"v4.2.0.0",0x70000,"v2.5.0.0"\r\n'
        + ENDED,
        [line(b"AT version:4.2.0.0(0c0ffee - ESP32C3 - Mar  3 2026 03:03:03)")]
        + [line(b"SDK version:v5.4.9"), line(b"compile time(0c0ffee):Mar  4 2026 04:04:04")]
        + [line(b"Bin version:v4.2.0.0(ATTIC)")]
        + [line(b'+SYSROLLBACK:0x240000,"v4.2.0.0",0x70000,"v2.5.0.0"'), OK],
    ),
    (
        76,
        "ESP8266 2.1-rc1, log lines in a CIPSTART and in a CIPRECVDATA without links",
        (
            TRAILER,
            b'AT+CIPSTART=4,"UDP","0.0.0.0",3000,3000,2\r\n'
            b"local port:3000\r\n\r\nchange type:2\r\n\r\n4,CONNECT\r\n\r\nOK\r\n"
            b"\r\n+IPD,4,32:" + b"abcdefgh" * 4 + b"\r\n\r\n+IPD,24\r\n",
            {"asked": 24, "remote": True},
            b"AT+CIPRECVDATA=24\r\nto read 24 bytes\r\n\r\n"
            b'+CIPRECVDATA:24,"192.168.7.9",40001,' + b"ijklmnop" * 3 + b"\r\nOK\r\n",
        ),
        [line(b"local port:3000"), line(b"change type:2"), connect(4), OK]
        + [payload(4, b"abcdefgh" * 4), waiting(-1, 24), line(b"to read 24 bytes")]
        + [payload(-1, b"ijklmnop" * 3, b"192.168.7.9", 40001), OK],
    ),
)

FOLLOWS = ESP_AT + NONOS
CASES = [Case("{} {}".format(*e[:2]), e[2], e[3]) for e in FOLLOWS]
