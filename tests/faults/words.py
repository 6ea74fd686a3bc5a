"""What NonOS firmware prints on the AT port without a CRLF of its own before it.

The words are facts of the wire: the format strings of the AT library in the ESP8266 NonOS SDK,
releases 2.0.0 to 3.0.6 (dialects.md, [N]), with their fields filled in as a module would.
"""

REASONS = """\
ALREADY CONNECTED|BUFFER FULL|CIPMUX and CIPSERVER must be 0|CIPSERVER must be 0
Connection exists|DNS Fail|ENTRY ERROR|ID ERROR|IP ERROR|IP1 ERROR|IP1 invalid|IP2 ERROR|IP2 invalid
IPMODE must be 0|IPMODE=1|Link type ERROR|MUX=0|MUX=1|Miss param|Not set TCP keep alive|QUEUE FULL
Server has started|TcpServer Failure|UNLINK|backlog link fail|backup fail|con EN? 1|data send fail
data send fail -4|disconnect|espconn_recv fail|espconn_sent fail|get hostname fail when mdns
get servername fail when mdns|hostname error when mdns|ip error|ip invalid when mdns
link has changed|link is builded|link is not valid|malloc 1460 byte fail|malloc 2920 fail
must close ssl link|no change|no ip|no port|no tail|not TCP|opmode mismatch when mdns
para error when disable mdns|para error when mdns|port error|port range error|send mode error
servername error when mdns|ssl must on TCP|ssl not supported|ssl reach max|tcp client connect
too long|we must restart|No AP|QAP fail|connect station fail|flag error|get mask error
opmode mismatch when wps|scan fail|set station config fail|smart find channel|smart wait
smartconfig connect fail|smartconfig set config fail|wps command error|wps ebable fail|wps fail
wps set fail|wps start fail|wps stop fail|clear wpa2 resource...|+timeout|link_state=2
link_state is AT_LINK_DISCONNECTED|local port:1234|remote port:80|change type:1
S conect C: 0x3fff1230|pespconn 0x3fff1230|disconnect cb:0,4,2|at_transparent_exit
get tcpClient:|Traning recon|ca name:ca len:1024|cert name:client len:900
pk name:client len:1190"""
REASONS = REASONS.replace("\n", "|").split("|")
"""Why a command failed, or what it was about to do."""

NOTICES = """\
WIFI CONNECTED|WIFI GOT IP|DHCP TIMEOUT|0,CONNECT|0,CLOSED|1,CONNECT FAIL|SEND FAIL
+STA_CONNECTED:"02:00:00:00:00:99"|+STA_DISCONNECTED:"02:00:00:00:00:99"|+QUITT
+DIST_STA_IP:"02:00:00:00:00:99","192.168.4.2"|+LINK_CONN:0,0,"TCP",1,"192.168.4.2",50000,80
+LINK_CONN:1,0,"TCP",1,"192.168.4.2",50000,80|Smart get wifi info|ssid:home|password:secret12
smartconfig type:ESPTOUCH|smartconfig type:AIRKISS|smartconfig type:UNKNOWN
smartconfig connected wifi|wps started|wps stoped|wps success,connecting ap ...
0,7,SEND OK|0,7,SEND FAIL"""
NOTICES = NOTICES.replace("\n", "|").split("|")
"""What it says unasked."""

REPLIES = {
    "AT+CIPSTATUS": ["STATUS:3", '+CIPSTATUS:4,"TCP","10.0.0.1",80,50000,0'],
    "AT+CIFSR": ['+CIFSR:STAIP,"192.168.1.50"', '+CIFSR:STAMAC,"02:00:00:00:00:10"'],
    "AT+CIPSTA_CUR?": ['+CIPSTA_CUR:ip:"192.168.1.50"', '+CIPSTA_CUR:netmask:"255.255.255.0"'],
    "AT+CIPAP_CUR?": ['+CIPAP_CUR:ip:"192.168.4.1"', '+CIPAP_CUR:gateway:"192.168.4.1"'],
    "AT+CWJAP_CUR?": ['+CWJAP_CUR:"home","02:00:00:00:00:01",6,-50,0', "No AP"],
    "AT+CWLAP": ['+CWLAP:(3,"home",-50,"02:00:00:00:00:01",6,-4,0)'],
    "AT+CWMODE_CUR?": ["+CWMODE_CUR:1"],
    "AT+CIPMUX?": ["+CIPMUX:1"],
    "AT+CIPSTO?": ["+CIPSTO:180"],
    "AT+CIPDNS_CUR?": ["+CIPDNS_CUR:208.67.222.222"],
    'AT+CIPDOMAIN="a.test"': ["+CIPDOMAIN:10.0.0.9", "DNS Fail"],
    "AT+CIPSNTPTIME?": ["+CIPSNTPTIME:Thu Jan 01 00:02:08 1970"],
    "AT+CIPSNTPCFG?": ["+CIPSNTPCFG:0"],
    "AT+CIPDINFO?": ["+CIPDINFO:FALSE"],
    "AT+CIPSSLSIZE?": ["+CIPSSLSIZE:2048"],
    "AT+CIPRECVMODE?": ["+CIPRECVMODE:0"],
    'AT+PING="10.0.0.1"': ["+23", "+timeout"],
    "AT+SYSRAM?": ["+SYSRAM:31200"],
    "AT+UART_CUR?": ["+UART_CUR:115200,8,1,0,0"],
    "AT+SLEEP?": ["+SLEEP:0"],
    "AT+GSLP=10": ["10"],
    "AT+CWLIF": ["192.168.4.2,02:00:00:00:00:99"],
    "AT+CWSAP_CUR?": ['+CWSAP_CUR:"mine","password1",6,3,4,0'],
    "AT+CWDHCP_CUR?": ["+CWDHCP_CUR:3"],
    "AT+CIPSTAMAC_CUR?": ['+CIPSTAMAC_CUR:"02:00:00:00:00:10"'],
    "AT+GMR": ["AT version:1.3.0.0(Jul 14 2016 18:54:01)", "SDK version:2.0.0(5a875ba)"],
    "AT+CIPBUFSTATUS": ["0,0,0,2048,2"],
}
"""The first lines of replies, by the command."""
