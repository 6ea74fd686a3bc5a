# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The lines that firmware prints without a CRLF before them. Loaded to judge a line.

Such a line can come directly after a payload. Any other line there is the rest of a payload of
which bytes were lost or doubled on the line.

Sources: the format strings in all releases of the NonOS library; those of ESP-AT that firmware
prints if its console is the AT port (captures 41 and 76); dialects.md 1, 2 and 4.
"""

# In a line, "#" stands for a number with its sign.
_LINES = b"""
DNS Fail\nno ip\nip error\nIP# invalid\nALREADY CONNECTED\nConnection exists
link is not valid\nlink is builded\nlink has changed\nno port\nport error\nport range error
remote port:#\nlocal port:#\nlocal port: #\nchange type:#\nchange type: #\nto read # bytes
UNLINK\nUnlink\nLinked\nlink is not\nALREAY CONNECT\nMUX=#\nIPMODE=#\nIPMODE must be #
CIPSERVER must be #\nCIPMUX and CIPSERVER must be #\nno change\nno tail\ntoo long
Miss param\nBUFFER FULL\nQUEUE FULL\nbusy now ...\nnot TCP\nNot set TCP keep alive
TcpServer Failure\nServer has started\nHave # Connections\nTraning recon\ntcp client connect
get tcpClient:\nssl must on TCP\nmust close ssl link\nssl not supported\nssl reach max
con EN? #\ndisconnect\ndisconnect cb:#,#,#\nlink_state is AT_LINK_DISCONNECTED\nlink_state=#
send mode error\ndata send fail #\nat_transparent_exit\nwe must restart\nUnexpected -sign!
Very num str structure?\nmodule = AT\npara error when disable mdns\nopmode mismatch when wps
STATUS:#\n#,SEND OK\n#,#,SEND OK\n+#\n+timeout\n+QUITT\n#.#.#.#\n#,#,#,#,#\n+TIME_UPDATED
+ETH_CONNECTED\n+ETH_DISCONNECTED\nCONNECT\nCLOSED\n#,CONNECT\n#,CLOSED\nWIFI CONNECTED
WIFI DISCONNECT\nWIFI GOT IP\nDHCP TIMEOUT\nWIFI GOT IPv# LL\nWIFI GOT IPv# GL\nNo AP\nFAIL
flag error\nget mask error\nclear wpa# resource...\nsmart find channel\nsmart wait
NO CA FOUND\nNO CERT FOUND\nNO PRVT_KEY FOUND\nNO DATA\nSERVER CLOSED\nCLOSE LINK:#
connect fail,ret=#\nconnect reach max:#\ntrans_client_connect:#\nerrno:#\nerror=#
sock err:#\nsocket fail:#\nudp sock=#\nsend fail, len:# fd:#\nsend fail, s:# r:#\nca_len=#
cert_len=#\nprvtkey_len=#\ndiscard # data\nat_ip_mode=#,changType=#
s_at_ip_mode=#,udp_change_mode=#\nwifi disconnected, rc:#\nwifi reconnect..(#/#)
at_malloc failed: #\nnegotiated phy mode: #
"""

# Lines with a common ending, listed without it.
_ENDS = (
    b" FAIL",
    b"""
#,SEND\n#,#,SEND\nCONNECT\n#,CONNECT\nSEND\nLINGER\nSNDTIMEO\nTCPNODELAY\nBROADCAST
REUSEADDR\nKEEPALIVE\nKEEPCNT\nKEEPIDLE\nKEEPINTVL\nIP ADD MEMBERSHIP\nIPV# ADD MEMBERSHIP
""",
    b" fail",
    b"""
backlog link\ndata send\nespconn_sent\nespconn_recv\nmalloc # byte\nmalloc #\nbackup\nQAP
scan\nset station config\nconnect station\ncreate # socket\nssl create # socket
tcp create # socket\nudp create # socket
""",
    b" ERROR",
    b"""
IP\nIP#\nID\nENTRY\nLink type
""",
)

# Beginnings of lines that end with a name, an address or text.
_BEGINNINGS = b"""\
S conect C: |pespconn |[#]|ssid:|password:|ca name:|cert name:|pk name:|read eap config from flash|\
AT version:|AT commit id :|SDK version:|compile time|Bin version|domain |unknown host: |\
Error:The max PKI|Error num:#|invalid cipher: |write data |shouldn't |# bytes from |\
From |# packets transmitted|ERR CODE:|id:#,Len:#,dp:|fd:# errno:# |Error link_id:#,|\
close() reach to max timeout|smartconfig |Smart |wps """


def is_word(line):
    """Whether firmware prints this line (given without its CRLF) without a CRLF before it.

    A number alone does not count, though NonOS prints some: it might as well be the rest of a
    payload.
    """
    shape = _shape(line)
    words = _LINES
    stem = shape
    for i in (0, 2, 4):
        if shape.endswith(_ENDS[i]):
            words = _ENDS[i + 1]
            stem = shape[: -len(_ENDS[i])]
    if b"\n" not in stem and len(stem) > 1 and words.find(b"\n" + stem + b"\n") >= 0:
        return True
    if shape.endswith(b" when mdns"):
        return True
    for beginning in _BEGINNINGS.split(b"|"):
        if shape.startswith(beginning):
            return True
    return _is_reply(line) or _is_mac(line)


def _shape(line):
    """Return the line with a # for each number."""
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
    """Whether a line is like ``+CIPSTA_CUR:...``: the reply to a query, or one of some notices.

    The rest of a payload's header, ``+IPD,4,344:``, is not.
    """
    end = line.find(b":")
    if line[:1] != b"+" or line[:3] == b"+IP" or end < 4 or 48 <= line[end - 1] <= 57:
        return False
    for c in line[1:end]:
        if not (65 <= c <= 90 or c == 95 or 48 <= c <= 57):
            return False
    return True


def _is_mac(line):
    """Whether a line is a MAC, which NonOS prints alone, or after an IP address and a comma."""
    comma = line.find(b",") + 1
    if comma and _shape(line[:comma]) != b"#.#.#.#,":
        return False
    parts = line[comma:].split(b":")
    for part in parts:
        if len(part) != 2 or part.strip(b"0123456789abcdef"):
            return False
    return len(parts) == 6
