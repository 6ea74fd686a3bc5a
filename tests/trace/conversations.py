"""Conversations to draw: a short one with a bit of everything, and long ones."""

from espat_tools.transcripts import HOST, MODULE, SETTING, Event, Source, Transcript

SHORT = (
    (0.000, SETTING, ("baud", 115200)),
    (0.000, HOST, b"AT+GMR\r\n"),
    (0.010, MODULE, b"AT+GMR\r\r\nAT version:1.7.4.0(x)\r\n\r\nOK\r\n"),
    (0.100, HOST, b'AT+CWJAP="home","secret pass"\r\n'),
    (2.000, MODULE, b"WIFI CONNECTED\r\n"),
    (2.500, MODULE, b"WIFI GOT IP\r\n\r\nOK\r\n"),
    (12.500, HOST, b"AT+CIPMUX=7\r\n"),
    (12.510, MODULE, b"\r\nERROR\r\n"),
    (12.600, HOST, b'AT+CIPSTART=0,"TCP","192.0.2.1",80\r\n'),
    (12.700, MODULE, b"0,CONNECT\r\n\r\nOK\r\n"),
    (12.800, HOST, b"AT+CIPSEND=0,9\r\n"),
    (12.810, MODULE, b"\r\nOK\r\n\r\n>"),
    (12.820, HOST, b"</script>"),
    (12.830, MODULE, b"\r\nRecv 9 bytes\r\n\r\nSEND OK\r\n"),
    (12.900, MODULE, b"\r\n+IPD,0,5:<b>&\x00"),
    (13.000, HOST, b"AT+CWLAP\r\n"),
    (13.100, HOST, b"AT\r\n"),
    (13.110, MODULE, b"\r\nbusy p...\r\n"),
    (14.000, MODULE, b"\r\nOK\r\n0,CLOSED\r\n"),
    (15.000, HOST, b"AT+PING\r\n"),
    (15.500, MODULE, b"\xe0\xfe\x81\r\n\r\nready\r\n"),
)


def transcript(events=SHORT, **names):
    """A transcript of (time, way, what) events."""
    names = {"firmware": "AT version:1.7.4.0(x)", "source": Source("unstated"), **names}
    body = [Event(*event) for event in events]
    return Transcript(date="2026-11-30", title="a <short> one", masked=False, body=body, **names)


def long(count=10_000):
    """So many events: fetches, a refused one now and then."""
    events, time = [], 0.0
    for number in range(count // 2):
        time = round(time + 0.050, 3)
        events.append((time, HOST, b"AT+CIPRECVDATA=0,200\r\n"))
        time = round(time + 0.040, 3)
        data = bytes((number + at) % 256 for at in range(200))
        reply = b"\r\n+CIPRECVDATA:200," + data + b"\r\nOK\r\n"
        events.append((time, MODULE, reply if number % 50 else b"\r\nERROR\r\n"))
    return transcript(events)
