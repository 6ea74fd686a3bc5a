"""What the programs of the transcripts do, with the driver alone. CPython and MicroPython alike.

Each takes a radio and returns what came of it: a list of plain values.
"""

import errno

import espat

SSID, PASSWORD = "espat", "correct horse"
WRONG = "wrong battery"
HOST = "web.test"
PORT = 80
TLS_PORT = 443
SERVER_PORT = 8080
UDP_PORT = 4000
UDP_PEERS = ((5001, b"to the first"), (5002, b"to the second"))
GET = b"GET / HTTP/1.1\r\nHost: web.test\r\nConnection: close\r\n\r\n"


def boot(radio):
    """Initialise a module that has just started."""
    return [radio.firmware]


def number(call, *args):
    """The errno that a call raises; 0 if it raises nothing."""
    try:
        call(*args)
    except OSError as error:
        return error.errno
    return 0


def join(radio):
    """Join the network."""
    radio.connect(SSID, PASSWORD)
    return [str(radio.ipv4_address)]


def join_wrong(radio):
    """The wrong password."""
    return [number(radio.connect, SSID, WRONG) == errno.EACCES]


def join_nobody(radio):
    """No access point of that name."""
    return [number(radio.connect, "nowhere", PASSWORD) == errno.ENODEV]


def join_no_address(radio):
    """An access point without DHCP."""
    return [number(radio.connect, "no dhcp", PASSWORD) == errno.ETIMEDOUT]


def resolve(radio):
    """A name that is known."""
    radio.connect(SSID, PASSWORD)
    return [espat.SocketPool(radio).getaddrinfo(HOST, PORT)[0][4][0]]


def resolve_nobody(radio):
    """A name that nobody has."""
    radio.connect(SSID, PASSWORD)
    return [number(espat.SocketPool(radio).getaddrinfo, "nowhere.test", PORT)]


def everything(sock):
    """What comes until the other end closes."""
    got = b""
    buffer = bytearray(700)
    while True:
        n = sock.recv_into(buffer)
        if not n:
            return got
        got += bytes(buffer[:n])


def visit(radio, timeout=10):
    """A request, and the whole answer."""
    sock = espat.SocketPool(radio).socket()
    try:
        sock.settimeout(timeout)
        sock.connect((HOST, PORT))
        sock.send(GET)
        return everything(sock)
    finally:
        sock.close()


def fetch(radio):
    """A page, by the module's own receive mode: passive where it has that."""
    radio.connect(SSID, PASSWORD)
    return [visit(radio)]


def fetch_active(radio):
    """A page that the module pushes."""
    radio.connect(SSID, PASSWORD)
    if radio.modem.passive:
        radio.command("AT+CIPRECVMODE=0")
        radio.modem.passive = False
    return [visit(radio)]


def exactly(sock, count):
    """So many bytes; fewer if the other end closes before."""
    got = b""
    while len(got) < count:
        piece = sock.recv(count - len(got))
        if not piece:
            break
        got += piece
    return got


def secured(radio, context):
    """A request over TLS, and the whole answer."""
    radio.connect(SSID, PASSWORD)
    sock = context.wrap_socket(espat.SocketPool(radio).socket(), server_hostname=HOST)
    try:
        sock.settimeout(10)
        sock.connect((HOST, TLS_PORT))
        sock.send(GET)
        return everything(sock)
    finally:
        sock.close()


def fetch_secured(radio):
    """A page over TLS that nobody verifies, with the server's name where the firmware tells it."""
    from espat.tls import CERT_NONE, SSLContext

    context = SSLContext()
    context.verify_mode = CERT_NONE
    context.sni = radio.firmware[:3] == "ESP"
    return [secured(radio, context)]


def secured_by_a_stranger(radio):
    """A server whose certificate is not from the CA in the module."""
    from espat.tls import SSLContext

    context = SSLContext()
    context.use_stored(ca=0)
    return [number(secured, radio, context) == errno.ECONNABORTED]


def serve(radio):
    """A server with two clients at a time: each asks, each is answered, the later one first."""
    radio.connect(SSID, PASSWORD)
    opened = [espat.SocketPool(radio).socket()]
    asked = []
    try:
        opened[0].settimeout(10)
        opened[0].bind(("", SERVER_PORT))
        opened[0].listen(2)
        for _ in range(2):
            opened.append(opened[0].accept()[0])
            opened[-1].settimeout(10)
        for client in opened[1:]:
            asked.append(exactly(client, 6))
        for i in (2, 1):
            opened[i].send(b"answer to " + asked[i - 1])
    finally:
        for sock in opened[1:] + opened[:1]:
            sock.close()
    return asked


def datagrams(radio):
    """Two peers send to one port, and each is answered."""
    radio.connect(SSID, PASSWORD)
    pool = espat.SocketPool(radio)
    got = []
    sock = pool.socket(pool.AF_INET, pool.SOCK_DGRAM)
    try:
        sock.settimeout(10)
        sock.bind(("", UDP_PORT))
        buffer = bytearray(100)
        for port, answer in UDP_PEERS:
            n, sender = sock.recvfrom_into(buffer)
            got.append((bytes(buffer[:n]), sender[1] == port))
            sock.sendto(answer, sender)
    finally:
        sock.close()
    return got


def ping(radio):
    """A host that answers."""
    from espat.at.services import ping

    radio.connect(SSID, PASSWORD)
    return [ping(radio.up(), HOST)]


def ping_nobody(radio):
    """A host that does not."""
    from espat.at.services import ping

    radio.connect(SSID, PASSWORD)
    return [number(ping, radio.up(), "198.51.100.99") == errno.ETIMEDOUT]


def restart(radio):
    """The module restarts in the middle of an answer: the socket says so, the next one works."""
    radio.connect(SSID, PASSWORD)
    try:
        lost = visit(radio)
    except OSError as error:
        lost = error.errno == errno.ECONNRESET
    return [lost, visit(radio)]
