# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The lines that firmware prints with no CRLF before them. Loaded when one must be judged.

Such a line can stand right behind a payload. Any other line there is what is left of a payload
after bytes were lost or doubled on the wire.

Sources: the format strings of the NonOS library, all releases; of ESP-AT those that firmware whose
console is the AT port prints (captures 41 and 76 of it); dialects.md 1, 2 and 4.
"""

# In a line "#" stands for each number, its sign too.
_LINES = b"""
DNS Fail\nno ip\nip error\nIP ERROR\nIP# ERROR\nIP# invalid\nID ERROR\nENTRY ERROR
Link type ERROR\nALREADY CONNECTED\nConnection exists\nlink is not valid\nlink is builded
link has changed\nbacklog link fail\nno port\nport error\nport range error\nremote port:#
local port:#\nlocal port: #\nchange type:#\nchange type: #\nto read # bytes\nUNLINK\nUnlink
Linked\nlink is not\nALREAY CONNECT\nMUX=#\nIPMODE=#\nIPMODE must be #\nCIPSERVER must be #
CIPMUX and CIPSERVER must be #\nno change\nno tail\ntoo long\nMiss param\nBUFFER FULL\nQUEUE FULL
busy now ...\nnot TCP\nNot set TCP keep alive\nTcpServer Failure\nServer has started
Have # Connections\nTraning recon\ntcp client connect\nget tcpClient:\nssl must on TCP
must close ssl link\nssl not supported\nssl reach max\ncon EN? #\ndisconnect\ndisconnect cb:#,#,#
link_state is AT_LINK_DISCONNECTED\nlink_state=#\nsend mode error\ndata send fail
data send fail #\nespconn_sent fail\nespconn_recv fail\nmalloc # byte fail\nmalloc # fail
backup fail\nat_transparent_exit\nwe must restart\nUnexpected -sign!\nVery num str structure?
module = AT\npara error when disable mdns\nopmode mismatch when wps\nSTATUS:#\n#,SEND OK
#,SEND FAIL\n#,#,SEND OK\n#,#,SEND FAIL\n+#\n+timeout\n+QUITT\n#.#.#.#\n#,#,#,#,#\n+TIME_UPDATED
+ETH_CONNECTED\n+ETH_DISCONNECTED\nCONNECT\nCLOSED\nCONNECT FAIL\n#,CONNECT\n#,CLOSED
#,CONNECT FAIL\nSEND FAIL\nWIFI CONNECTED\nWIFI DISCONNECT\nWIFI GOT IP\nDHCP TIMEOUT
WIFI GOT IPv# LL\nWIFI GOT IPv# GL\nNo AP\nFAIL\nQAP fail\nflag error\nget mask error\nscan fail
set station config fail\nconnect station fail\nclear wpa# resource...\nsmart find channel
smart wait\nNO CA FOUND\nNO CERT FOUND\nNO PRVT_KEY FOUND\nNO DATA\nSERVER CLOSED\nCLOSE LINK:#
connect fail,ret=#\nconnect reach max:#\ntrans_client_connect:#\nerrno:#\nerror=#\nsock err:#
socket fail:#\nudp sock=#\ncreate # socket fail\nssl create # socket fail
tcp create # socket fail\nudp create # socket fail\nsend fail, len:# fd:#\nsend fail, s:# r:#
ca_len=#\ncert_len=#\nprvtkey_len=#\ndiscard # data\nat_ip_mode=#,changType=#
s_at_ip_mode=#,udp_change_mode=#\nwifi disconnected, rc:#\nwifi reconnect..(#/#)\nLINGER FAIL
SNDTIMEO FAIL\nTCPNODELAY FAIL\nBROADCAST FAIL\nREUSEADDR FAIL\nKEEPALIVE FAIL\nKEEPCNT FAIL
KEEPIDLE FAIL\nKEEPINTVL FAIL\nIP ADD MEMBERSHIP FAIL\nIPV# ADD MEMBERSHIP FAIL
at_malloc failed: #\nnegotiated phy mode: #
"""

# Lines that begin so end with a name, an address or text.
_BEGINNINGS = b"""\
S conect C: |pespconn |[#]|ssid:|password:|ca name:|cert name:|pk name:|read eap config from flash|\
AT version:|AT commit id :|SDK version:|compile time|Bin version|domain |unknown host: |\
Error:The max PKI|Error num:#|invalid cipher: |write data |shouldn't |# bytes from |\
From |# packets transmitted|ERR CODE:|id:#,Len:#,dp:|fd:# errno:# |Error link_id:#,|\
close() reach to max timeout|smartconfig |Smart |wps """


def is_word(line):
    """Whether firmware prints this line, without its end, with no CRLF before it.

    A number alone does not count as one, though NonOS prints some: it may as well be the rest of a
    payload.
    """
    shape = _shape(line)
    if b"\n" not in shape and len(shape) > 1 and _LINES.find(b"\n" + shape + b"\n") >= 0:
        return True
    if shape.endswith(b" when mdns"):
        return True
    for beginning in _BEGINNINGS.split(b"|"):
        if shape.startswith(beginning):
            return True
    return _is_reply(line) or _is_mac(line)


def _shape(line):
    """The line with a # for each number."""
    shape = bytearray()
    for i in range(len(line)):
        c = line[i]
        if c == 45 and line[i + 1 : i + 2].isdigit():
            continue  # a sign
        if not 48 <= c <= 57:
            shape.append(c if c != 35 else 63)
        elif shape[-1:] != b"#":
            shape.append(35)
    return bytes(shape)


def _is_reply(line):
    """``+CIPSTA_CUR:...``: what a query is answered with, and some notices.

    What is left of a header of payload, ``+IPD,4,344:``, is none.
    """
    end = line.find(b":")
    if line[:1] != b"+" or line[:3] == b"+IP" or end < 4 or 48 <= line[end - 1] <= 57:
        return False
    for c in line[1:end]:
        if not (65 <= c <= 90 or c == 95 or 48 <= c <= 57):
            return False
    return True


def _is_mac(line):
    """``02:00:00:00:00:01``: NonOS prints it alone, or behind an address and a comma."""
    comma = line.find(b",") + 1
    if comma and _shape(line[:comma]) != b"#.#.#.#,":
        return False
    parts = line[comma:].split(b":")
    for part in parts:
        if len(part) != 2 or part.strip(b"0123456789abcdef"):
            return False
    return len(parts) == 6
