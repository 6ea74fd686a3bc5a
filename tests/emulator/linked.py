"""A desk whose module has a link, and a fault: what the tests of faults stand on."""

RECV = b"\r\nRecv 2 bytes\r\n"
SEND_OK = b"\r\nSEND OK\r\n"
OK = b"\r\nOK\r\n"
READY = b"\r\nready\r\n"
JOIN = b'AT+CWJAP="espat","correct horse"\r\n'
START = b'AT+CIPSTART="TCP","%s",%d\r\n'
WEB = START % (b"web.test", 80)


def say(desk, number, host="web.test", port=80):
    """Open a link in a module that has many."""
    return desk.send(b'AT+CIPSTART=%d,"TCP","%s",%d\r\n' % (number, host.encode(), port))


def linked(desk, fault, profile="esp32c3-3.3", **options):
    """A desk with link 0 to web.test; the fault is added last."""
    at = desk(profile, joined=True, **options)
    at.send(b"AT+CIPMUX=1\r\n")
    assert say(at, 0) == b"0,CONNECT\r\n" + OK
    at.fault = at.module.fault(fault)
    return at


def sent(at):
    """Send "hi"; what the module says after the prompt, at once and later."""
    assert at.send(b"AT+CIPSEND=0,2\r\n") == OK + b"\r\n>"
    return at.send(b"hi", 0.1)
