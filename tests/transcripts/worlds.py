"""What is at the module's other end while a transcript is recorded: access points, peers, events.

Every one is a function of a `Recording`, which it gives peers to.
"""

from espat_tools.emulator import AccessPoint
from espat_tools.emulator.tls_peer import tls_server
from tests.driver import secure
from tests.transcripts.steps import (
    GET,
    HOST,
    PASSWORD,
    PORT,
    SERVER_PORT,
    SSID,
    TLS_PORT,
    UDP_PEERS,
    UDP_PORT,
)

PAGE = b"OK\r\n> +IPD,0,5:CLOSED\r\n\0\xff" + bytes(range(256)) + b"\r\nSEND OK\r\nready\r\n"
"""Spells the protocol, and holds every byte."""
LONG = bytes((i * 7 + i // 251) & 0xFF for i in range(2600))
"""More than one +IPD may carry."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
ANSWER = HEAD % len(PAGE) + PAGE
LONG_ANSWER = HEAD % len(LONG) + LONG


def points():
    """The access points in range."""
    return [AccessPoint(SSID, PASSWORD), AccessPoint("no dhcp", PASSWORD, dhcp=False)]


class Web:
    """Answers a request, and closes."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = b""

    def received(self, peer, data):
        self.asked += data
        if self.asked.endswith(GET):
            peer.send(self.answer)
            peer.close()


def alone(recording):
    """Nobody else."""


def web(recording):
    """A web server."""
    recording.network.listen(HOST, PORT, lambda: Web(ANSWER))


def long_web(recording):
    """A web server with more to say."""
    recording.network.listen(HOST, PORT, lambda: Web(LONG_ANSWER))


def secured_web(recording):
    """A web server over TLS, with a certificate that no module knows; and the time."""
    page = tls_server(secure.server_context(), Web(ANSWER))
    recording.network.listen(HOST, TLS_PORT, page)
    recording.network.serve_time(secure.FIRST, int(secure.NOW.timestamp()))


def both_webs(recording):
    """The same page, with TLS and without."""
    web(recording)
    secured_web(recording)


def callers(recording):
    """Two clients of the module's server, one event after the other: the second comes when the
    first is known, and they ask when both are.
    """
    network, module, clock = recording.network, recording.module, recording.clock
    peers = []

    def dial():
        peers.append(network.dial(SERVER_PORT, address=f"192.168.1.{71 + len(peers)}"))

    def asked_for_links():
        return sum(line.startswith(b"AT+CIPSTAT") for line in module.commands)

    events = [
        (lambda: SERVER_PORT in network.listeners, dial),
        (lambda: asked_for_links() == 1, dial),
        (lambda: asked_for_links() == 2, lambda: peers[0].send(b"call 1")),
        (lambda: True, lambda: peers[1].send(b"call 2")),
    ]
    latest = [clock.now()]

    def go_on():
        if events and events[0][0]() and clock.now() > latest[0] + 0.03:
            events.pop(0)[1]()
            latest[0] = clock.now()

    recording.at_each_pause(go_on)


def datagram_peers(recording):
    """The first peer sends as soon as it can be heard, the second when the first is answered."""
    network = recording.network
    places = ["one.test", "two.test"]
    peers = [network.udp(h, p) for h, (p, _) in zip(places, UDP_PEERS, strict=True)]
    sent = []

    def send():
        for i, peer in enumerate(peers):
            before = i == 0 or peers[i - 1].inbox
            if network._datagram_ends and before and i not in sent:
                sent.append(i)
                peer.send(b"from %d" % i, ("192.168.1.50", UDP_PORT))

    recording.at_each_pause(send)


def restarting_web(recording):
    """A web server whose first answer the module does not live to pass on."""
    done = []

    class Short(Web):
        def received(self, peer, data):
            self.asked += data
            if self.asked == GET:
                peer.send(self.answer[:300] if not done else self.answer)
                if done:
                    peer.close()
                else:
                    done.append(recording.clock.now())

    recording.network.listen(HOST, PORT, lambda: Short(LONG_ANSWER))

    def reset():
        if done and done[0] is not None and recording.clock.now() > done[0] + 0.05:
            done[0] = None
            recording.module.reset()

    recording.at_each_pause(reset)
