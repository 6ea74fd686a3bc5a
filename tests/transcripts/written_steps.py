"""What the programs of the transcripts written by hand do. CPython and MicroPython alike."""

import errno

import espat
from tests.transcripts.steps import PASSWORD, SSID, exactly, number

HOST = "srv.example"
ADDRESS = "192.168.7.20"


def connected(radio, host=ADDRESS, port=8080):
    """A socket on a connection; `radio` has joined."""
    sock = espat.SocketPool(radio).socket()
    sock.settimeout(20)
    sock.connect((host, port))
    return sock


def join_with_address(radio):
    """Join, and say who we are."""
    radio.connect(SSID, PASSWORD)
    return [radio.firmware, str(radio.ipv4_address)]


def join_in_vain(radio):
    """The errno of a join that fails, as its name."""
    return [errno.errorcode[number(radio.connect, SSID, PASSWORD)]]


def pinged(radio):
    """A ping."""
    from espat.at.services import ping

    radio.connect(SSID, PASSWORD)
    return [ping(radio.up(), ADDRESS)]


def nobody(radio):
    """A connection to a name that nobody has."""
    radio.connect(SSID, PASSWORD)
    return [number(connected, radio, HOST, 80)]


def to_and_fro(radio):
    """Something sent, something received."""
    radio.connect(SSID, PASSWORD)
    sock = connected(radio)
    sock.sendall(b"test,26,")
    got = exactly(sock, 8)
    sock.close()
    return [got]


def two_links(radio):
    """Two connections, each sends; the other end of the second has a question."""
    radio.connect(SSID, PASSWORD)
    first, second = connected(radio), connected(radio, port=8081)
    second.sendall(b'{"time":220000}\r\n')
    first.sendall(b'{"beacon":{"name":"attic","port":7223}}\r\n')
    got = exactly(second, 17)
    second.close()
    first.close()
    return [got]


def listening(radio, port=80):
    """A socket that listens."""
    sock = espat.SocketPool(radio).socket()
    sock.settimeout(20)
    sock.bind(("", port))
    sock.listen(2)
    return sock


def browser(radio):
    """A server: a browser comes twice at once, and is answered."""
    radio.connect(SSID, PASSWORD)
    listener = listening(radio)
    asked = []
    for _ in range(2):
        client = listener.accept()[0]
        client.settimeout(20)
        line = client.readline()
        asked.append(line)
        while client.readline() != b"\r\n":
            pass
        client.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        client.close()
    listener.close()
    return asked


def sent_or_not(radio):
    """A send that fails and succeeds; the next connection is none the worse."""
    radio.connect(SSID, PASSWORD)
    sock = connected(radio)
    failed = number(sock.sendall, b"0123456789")
    sock.close()
    sock = connected(radio)
    sock.sendall(b"again")
    sock.close()
    return [failed != 0]


def late(radio):
    """A send whose end is long in coming."""
    radio.connect(SSID, PASSWORD)
    sock = connected(radio)
    sock.sendall(b"x" * 642)
    sock.close()
    return ["sent"]


def less_than_told(radio):
    """Read until the other end closes. Bytes that were announced do not come: that raises."""
    radio.connect(SSID, PASSWORD)
    sock = connected(radio)
    got = b""
    reset = False
    while not reset:
        try:
            got += sock.recv(600)
        except OSError as error:
            reset = error.errno == errno.ECONNRESET
    sock.close()
    return [len(got), got == bytes([48 + i % 10 for i in range(len(got))])]


def restarts(radio):
    """Reset the module, and go on."""
    radio.connect(SSID, PASSWORD)
    radio.reset()
    sock = connected(radio)
    sock.sendall(b"again")
    sock.close()
    return ["again"]


def restarts_at_close(radio):
    """A connection whose close restarts the module; the next one stands again."""
    radio.connect(SSID, PASSWORD)
    sock = connected(radio)
    sock.close()
    sock = connected(radio)
    sock.sendall(b"again")
    sock.close()
    return ["again"]


def heard(radio):
    """Datagrams, and who sent them."""
    radio.connect(SSID, PASSWORD)
    pool = espat.SocketPool(radio)
    sock = pool.socket(pool.AF_INET, pool.SOCK_DGRAM)
    sock.settimeout(20)
    sock.bind(("", 2390))
    buffer = bytearray(100)
    got = []
    for _ in range(2):
        n, sender = sock.recvfrom_into(buffer)
        got.append((bytes(buffer[:n]), sender))
    sock.close()
    return got
