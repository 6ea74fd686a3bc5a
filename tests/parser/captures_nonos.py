"""The captures of NonOS firmware, of its forerunners and of WizFi360. See ``cases_captures``."""

try:
    from tests.parser.tell import (
        BUSY,
        ERROR,
        GOT_IP,
        OK,
        PROMPT,
        READY,
        SEND_FAIL,
        SEND_OK,
        WIFI_CONNECTED,
        WIFI_DISCONNECT,
        closed,
        connect,
        line,
        partial,
        payload,
        recv,
    )
except ImportError:
    from tell import (
        BUSY,
        ERROR,
        GOT_IP,
        OK,
        PROMPT,
        READY,
        SEND_FAIL,
        SEND_OK,
        WIFI_CONNECTED,
        WIFI_DISCONNECT,
        closed,
        connect,
        line,
        partial,
        payload,
        recv,
    )

ENDED = b"\r\nOK\r\n"
FAILED = b"\r\nERROR\r\n"
AWAITED = {"prompt": True}
PAGE = b"GET /a.js HTTP/1.1\r\nHost: 192.168.7.30\r\nAccept: */*\r\n\r\n"
STYLE = b"GET /b.css HTTP/1.1\r\nHost: 192.168.7.30\r\n\r\n"
BOOT = b" ets Feb 30 2019,rst cause:1, boot mode:(3,6)\r\n"
BOOTED = line(b"ets Feb 30 2019,rst cause:1, boot mode:(3,6)")
GMR = b"AT version:1.7.0.0(Feb 30 2018 01:02:03)\r\nSDK version:3.0.0(0c0ffee)\r\n"
SAID = [line(b"AT version:1.7.0.0(Feb 30 2018 01:02:03)"), line(b"SDK version:3.0.0(0c0ffee)")]

# number, title, stream, events
FOLLOWS = (
    (
        4,
        "ping of NonOS and of ESP32 1.x",
        b"\r\nOK\r\nSTATUS:2\r\n\r\nOK\r\n+31\r\n\r\nOK\r\n\r\nOK\r\n+PING:42\r\n\r\nOK\r\n",
        [OK, line(b"STATUS:2"), OK, line(b"+31"), OK, OK, line(b"+PING:42"), OK],
    ),
    (
        8,
        "two links send, a payload that ends in CR",
        (
            AWAITED,
            b"\r\nOK\r\n> \r\nRecv 30 bytes\r\n\r\nSEND OK\r\n",
            AWAITED,
            b"\r\nOK\r\n> \r\nRecv 40 bytes\r\n\r\nSEND OK\r\n\r\n+IPD,1,16:{'ask':'state'}\r",
            AWAITED,
            b"\r\nOK\r\n",
        ),
        [OK, PROMPT, recv(30), SEND_OK, OK, PROMPT, recv(40), SEND_OK]
        + [payload(1, b"{'ask':'state'}\r"), OK],
    ),
    (
        10,
        "0.9, a bare address",
        b"AT+CIFSR\r\n192.168.4.1\r\n" + ENDED,
        [line(b"192.168.4.1"), OK],
    ),
    (
        11,
        "WizFi360, GMR and the station's addresses",
        b"AT+GMR\r\nAT version:1.1.1.7(Feb 30 2021 15:14:59)\r\nSDK version:3.2.0(0c0ffee)\r\n"
        b"compile time:Feb 30 2021 15:14:59\r\n\r\nOK\r\n"
        b'+CIPSTAMAC_CUR:"02:00:5e:10:00:09"\r\n\r\nOK\r\n'
        b'+CIPSTA_CUR:ip:"192.168.7.31"\r\n+CIPSTA_CUR:gateway:"192.168.7.1"\r\n\r\nOK\r\n',
        [line(b"AT version:1.1.1.7(Feb 30 2021 15:14:59)"), line(b"SDK version:3.2.0(0c0ffee)")]
        + [line(b"compile time:Feb 30 2021 15:14:59"), OK]
        + [line(b'+CIPSTAMAC_CUR:"02:00:5e:10:00:09"'), OK]
        + [line(b'+CIPSTA_CUR:ip:"192.168.7.31"'), line(b'+CIPSTA_CUR:gateway:"192.168.7.1"'), OK],
    ),
    (
        13,
        "the boot loader's text, then 0.9.2.4 starts",
        b"\r\n" + BOOT + b"\r\nload 0x40100000, len 1111, room 16 \r\ntail 12\r\nchksum 0x0a\r\n"
        b"csum 0x0a\r\n\r\n[Vendor:www.example.org Version:0.9.2.4]\r\n\r\nready\r\n",
        [BOOTED, line(b"load 0x40100000, len 1111, room 16 "), line(b"tail 12")]
        + [line(b"chksum 0x0a"), line(b"csum 0x0a")]
        + [line(b"[Vendor:www.example.org Version:0.9.2.4]"), READY],
    ),
    (
        14,
        "1.5, a notice inside an echo, +IPD between prompt and Recv",
        (
            b"0,CONNECT\r\n\r\n+IPD,0,%d,192.168.7.9,5001:%s" % (len(PAGE), PAGE),
            AWAITED,
            b"AT+CIPSEND=0,1,CONNECT\r\n55\r\n\r\nOK\r\n> "
            b"\r\n+IPD,1,%d,192.168.7.9,5002:%s" % (len(STYLE), STYLE),
            b"\r\nRecv 55 bytes\r\n\r\nSEND OK\r\n",
            b"AT+CIPCLOSE=0\r\n0,CLOSED\r\n\r\nOK\r\n1,CLOSED\r\n",
        ),
        [connect(0), payload(0, PAGE, b"192.168.7.9", 5001), connect(1), line(b"55"), OK, PROMPT]
        + [payload(1, STYLE, b"192.168.7.9", 5002), recv(55), SEND_OK, closed(0), OK, closed(1)],
    ),
    (
        15,
        "1.5, SEND FAIL and then SEND OK",
        (
            AWAITED,
            b"AT+CIPSEND=0,12\r\n\r\nOK\r\n> \r\nRecv 12 bytes\r\nSEND FAIL\r\n\r\nSEND OK\r\n",
            GMR + b"Bin version(Wroom 02):9.9\r\nOK\r\n",
        ),
        [OK, PROMPT, recv(12), SEND_FAIL, SEND_OK]
        + SAID
        + [line(b"Bin version(Wroom 02):9.9"), OK],
    ),
    (
        17,
        "1.3, from the first AT to a browser's request",
        b"AT\r\n\r\nOK\r\nAT+GMR\r\n" + GMR + b"OK\r\nAT+CWMODE=3\r\n\r\nOK\r\n"
        b'AT+CIPSTAMAC_CUR?\r\n+CIPSTAMAC_CUR:"02:00:5e:10:00:0a"\r\n\r\nOK\r\n'
        b'AT+CWSAP_CUR?\r\n+CWSAP_CUR:"ESPAT_10000A","",1,0,4,0\r\n\r\nOK\r\n'
        b"AT+CIPSERVER=0\r\nno change\r\n\r\nOK\r\nAT+CIPSERVER=1,80\r\n\r\nOK\r\n"
        b"0,CONNECT\r\n1,CONNECT\r\n\r\n+IPD,0,400:" + PAGE,
        [OK]
        + SAID
        + [OK, OK, line(b'+CIPSTAMAC_CUR:"02:00:5e:10:00:0a"'), OK]
        + [line(b'+CWSAP_CUR:"ESPAT_10000A","",1,0,4,0'), OK]
        + [line(b"no change"), OK, OK, connect(0), connect(1), partial(0, 400, PAGE)],
    ),
    (
        18,
        "0.9, the payload echoed behind the prompt, and busy s",
        (
            b"AT+RST\r\n\r\nOK\r\nL(\xfe\xfe\x8cZN\xf2bZS\x82\r\n"
            b"[Vendor:www.example.org Version:0.9.2.4]\r\n\r\nready\r\n"
            b"AT+CWMODE=1\r\nno change\r\nAT+CIPMUX=1\r\n\r\nOK\r\n",
            AWAITED,
            b'AT+CIPSEND=2,20\r\n> {"beacon":"attic 1"}\r\n\r\nbusy s...\r\n\r\nSEND OK\r\n',
        ),
        [OK, line(b"L(\xfe\xfe\x8cZN\xf2bZS\x82")]
        + [
            line(b"[Vendor:www.example.org Version:0.9.2.4]"),
            READY,
            line(b"no change"),
            OK,
            PROMPT,
            line(b'{"beacon":"attic 1"}'),
            BUSY,
            SEND_OK,
        ],
    ),
    (
        21,
        "busy around a reset, and noise before ready",
        b"AT+RST\r\n\r\nbusy p...\r\n\r\nOK\r\nWIFI DISCONNECT\r\n\xfcL\xfe\x95=)\x8c\xff\r\n"
        b"\r\nready\r\nWIFI CONNECTED\r\nWIFI GOT IP\r\nAT+CIPAP_CUR?\r\n\r\nbusy p...\r\n"
        b'+CIPAP_CUR:ip:"192.168.9.1"\r\n+CIPAP_CUR:gateway:"192.168.9.1"\r\n\r\nOK\r\n',
        [BUSY, OK, WIFI_DISCONNECT, line(b"\xfcL\xfe\x95=)\x8c\xff"), READY, WIFI_CONNECTED]
        + [
            GOT_IP,
            BUSY,
            line(b'+CIPAP_CUR:ip:"192.168.9.1"'),
            line(b'+CIPAP_CUR:gateway:"192.168.9.1"'),
        ]
        + [OK],
    ),
    (
        22,
        "0.51 refuses SSL, 1.5.2 restarts over it",
        b'AT+CIPSTART="SSL","h.example",443\r\n\r\nbusy p...\r\nLink type ERROR\r\n'
        + FAILED
        + b'AT+CIPSSLSIZE=4096\r\n\r\nOK\r\nAT+CIPSTART="SSL","h.example",443\r\n\r\n'
        + BOOT
        + b"\r\nwdt\r\n",
        [BUSY, line(b"Link type ERROR"), ERROR, OK, BOOTED, line(b"wdt")],
    ),
    (
        24,
        "1.7, SSL commands refused, CLOSED behind ERROR",
        b"AT+CIPSSLSIZE=4096\r\n\r\nOK\r\nAT+CIPSTATUS\r\nSTATUS:4\r\n\r\nOK\r\n"
        b'AT+CIFSR\r\n+CIFSR:STAIP,"192.168.7.31"\r\n+CIFSR:STAMAC,"02:00:5e:10:00:0b"\r\n\r\nOK\r\n'
        b"AT+CIPSNTPCFG=1,8\r\n\r\nERROR\r\nAT+CIPSSLCCONF=2\r\n\r\nERROR\r\n"
        b'AT+CIPSTART=0,"SSL","h.example",443\r\n\r\nERROR\r\n0,CLOSED\r\n',
        [OK, line(b"STATUS:4"), OK, line(b'+CIFSR:STAIP,"192.168.7.31"')]
        + [line(b'+CIFSR:STAMAC,"02:00:5e:10:00:0b"'), OK, ERROR, ERROR, ERROR, closed(0)],
    ),
    (
        25,
        "a name that is not found, after much busy",
        b"\r\nbusy p...\r\n" * 11 + b"DNS Fail\r\n" + FAILED,
        [BUSY] * 11 + [line(b"DNS Fail"), ERROR],
    ),
    (
        30,
        "1.7, the time before it is known, and then",
        b"\r\nOK\r\n+CIPSNTPTIME:Thu Jan 01 00:00:07 1970\r\nOK\r\n"
        b"+CIPSNTPTIME:Mon Feb 30 01:02:03 2026\r\nOK\r\n",
        [OK, line(b"+CIPSNTPTIME:Thu Jan 01 00:00:07 1970"), OK]
        + [line(b"+CIPSNTPTIME:Mon Feb 30 01:02:03 2026"), OK],
    ),
    (
        51,
        "1.7.0, a whole start: boot text, noise, ready",
        b"AT+RST\r\n\r\nOK\r\n\r\n" + BOOT + b"load 0x40100000, len 1111, room 16 \r\ntail 0\r\n"
        b"2nd boot version : 1.7(0c0ffee)\r\nSPI Flash Size & Map: 16Mbit(512KB+512KB)\r\n"
        b"jump to run user1 @ 1000\r\n\r\n\xfc\x8c\x852\xb10x1fc000\xfc\x8c\xe2\x9cready\r\n"
        b"AT\r\n\r\nOK\r\nATE0\r\n\r\nOK\r\n" + GMR + b"Bin version(Wroom 02):v9.9\r\nOK\r\n",
        [OK, BOOTED, line(b"load 0x40100000, len 1111, room 16 "), line(b"tail 0")]
        + [line(b"2nd boot version : 1.7(0c0ffee)")]
        + [line(b"SPI Flash Size & Map: 16Mbit(512KB+512KB)"), line(b"jump to run user1 @ 1000")]
        + [READY, OK, OK]
        + SAID
        + [line(b"Bin version(Wroom 02):v9.9"), OK],
    ),
    (
        53,
        "1.7, SEND OK is late and every command in between gets busy",
        (
            AWAITED,
            b"AT+CIPSEND=0,500\r\n\r\nOK\r\n> \r\nRecv 500 bytes\r\n",
            b"\r\nbusy s...\r\n" * 3 + b"\r\nSEND OK\r\n",
        ),
        [OK, PROMPT, recv(500), BUSY, BUSY, BUSY, SEND_OK],
    ),
    (54, "1.7, a ping whose OK is slow", b"+131\r\n" + ENDED, [line(b"+131"), OK]),
    (
        55,
        "1.x, a datagram for a link that is not there",
        b'AT+CIPSEND=3,15,"192.168.7.9",514\r\nlink is not valid\r\n' + FAILED,
        [line(b"link is not valid"), ERROR],
    ),
    (
        59,
        "bit errors in lines and in the boot text",
        b"AT\r\n\r\nbusy p/..\r\n\r\nOK\r\nb]\xae^\x82\xb9rr\r\n\r\nOK\r\n"
        b"WIFI FIS\xa8\xca\xaaQ5\r\n"
        b"ets Feb 2019.rst \xae \xbd\r\nload 0x40100800, len 13\xb9;, ro\xdfm 16\r\ntaiv 4\r\n",
        [line(b"busy p/.."), OK, line(b"b]\xae^\x82\xb9rr"), OK, line(b"WIFI FIS\xa8\xca\xaaQ5")]
        + [line(b"ets Feb 2019.rst \xae \xbd"), line(b"load 0x40100800, len 13\xb9;, ro\xdfm 16")]
        + [line(b"taiv 4")],
    ),
    (
        70,
        "WizFi360 1.1.2, replies with and without a blank line before OK",
        (
            b"AT version:1.1.2.0(Feb 30 2023 01:02:03)\r\nSDK version:3.2.0(0c0ffee)\r\n"
            b"compile time:Feb 30 2023 01:02:03\r\n\r\nOK\r\n"
            b'+CIFSR:STAIP,"192.168.7.30"\r\n+CIFSR:STAMAC,"02:00:5e:10:00:09"\r\n\r\nOK\r\n'
            b"+UART_CUR:115200,8,1,0,0\r\nOK\r\n+CWMODE_DEF:1\r\n\r\nOK\r\n"
            b"+CWDHCP_DEF:3\r\nOK\r\n+CIPMUX:0\r\n\r\nOK\r\n+CIPMODE:0\r\n\r\nOK\r\nERROR\r\n"
            b"ready\r\nWIFI CONNECTED\r\nWIFI GOT IP\r\n",
            AWAITED,
            b"\r\nOK\r\n> \r\nRecv 5 bytes\r\n\r\nSEND OK\r\n\r\n+IPD,0,5:hello"
            b'AT+CIPSTATUS\r\nSTATUS:3\r\n+CIPSTATUS:0,"TCP","h.example",80,5000,0\r\n' + ENDED,
        ),
        [line(b"AT version:1.1.2.0(Feb 30 2023 01:02:03)"), line(b"SDK version:3.2.0(0c0ffee)")]
        + [line(b"compile time:Feb 30 2023 01:02:03"), OK]
        + [line(b'+CIFSR:STAIP,"192.168.7.30"')]
        + [line(b'+CIFSR:STAMAC,"02:00:5e:10:00:09"'), OK]
        + [line(b"+UART_CUR:115200,8,1,0,0"), OK, line(b"+CWMODE_DEF:1"), OK]
        + [line(b"+CWDHCP_DEF:3"), OK, line(b"+CIPMUX:0"), OK, line(b"+CIPMODE:0"), OK, ERROR]
        + [READY, WIFI_CONNECTED, GOT_IP, OK, PROMPT, recv(5), SEND_OK, payload(0, b"hello")]
        + [line(b"STATUS:3"), line(b'+CIPSTATUS:0,"TCP","h.example",80,5000,0'), OK],
    ),
)
