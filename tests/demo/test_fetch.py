"""HTTP as the demo speaks it: whole replies and broken ones, cut into pieces of every size."""

from pathlib import Path

import pytest

from espat_tools.demo.fetch import FetchError, Reply, Stream, fetch

FETCH = Path(__file__).resolve().parents[2] / "tools" / "demo" / "fetch.py"
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

GOOD = {
    "counted": (OK + b"Content-Length: 5\r\n\r\nhello", b"hello", 5),
    "empty": (OK + b"Content-Length: 0\r\n\r\n", b"", 0),
    "spaces": (OK + b"content-length:   5  \r\n\r\nhello", b"hello", 5),
    "bare line feeds": (b"HTTP/1.0 200 OK\nContent-Length: 5\n\nhello", b"hello", 5),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", b"hello", 5),
    "till it closes": (OK + b"\r\nhello\r\n\r\nworld", b"hello\r\n\r\nworld", None),
    "closes at once": (OK + b"\r\n", b"", None),
    "chunked": (CHUNKED + b"3\r\nhel\r\n2;name=value\r\nlo\r\n0\r\n\r\n", b"hello", None),
    "trailers": (CHUNKED + b"A\r\n0123456789\r\n0\r\nX: y\r\n\r\n", b"0123456789", None),
    "chunked counts": (
        OK + b"Content-Length: 99\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        b"x",
        None,
    ),
    "a large head": (OK + b"X: %s\r\nContent-Length: 1\r\n\r\nx" % (b"y" * 8000), b"x", 1),
}

BAD = {
    "not found": (
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        "the server answered 404 Not Found for host/page",
    ),
    "moved": (
        b"HTTP/1.1 301 Moved\r\nLocation: http://else/\x1b\r\n\r\n",
        "the server answered 301 Moved for host/page: it is now at http://else/?",
    ),
    "short": (
        OK + b"Content-Length: 9\r\n\r\nhello",
        "the server promised 9 bytes and closed after 5",
    ),
    "long": (OK + b"Content-Length: 4\r\n\r\nhello", "the server promised 4 bytes and sent more"),
    "no number": (OK + b"Content-Length: -1\r\n\r\n", "the server promises a length of -1"),
    "too long a number": (
        OK + b"Content-Length: 1234567890123\r\n\r\n",
        "the server promises a length of 1234567890123",
    ),
    "not http": (b"SSH-2.0-x\r\n", "the server does not speak HTTP: it began with SSH-2.0-x"),
    "binary": (b"\x15\x03\x01\x00\n", "the server does not speak HTTP: it began with ????"),
    "nothing": (b"", "the server closed the connection before it said anything"),
    "head cut": (OK + b"X: y\r\n", "the server closed the connection inside the head of its reply"),
    "endless line": (b"x" * 9000, "the server sent a line of more than 8192 bytes"),
    "endless head": (OK + b"X: y\r\n" * 1500, "the server sent a line of more than "),
    "gzip": (
        OK + b"Transfer-Encoding: gzip\r\n\r\n",
        "the server sends the page as gzip: not known here",
    ),
    "chunk cut": (CHUNKED + b"5\r\nhel", "the server closed the connection inside a chunk"),
    "chunk too long": (
        CHUNKED + b"3\r\nhello\r\n0\r\n\r\n",
        "the server sent a chunk longer than it had said",
    ),
    "last chunk missing": (
        CHUNKED + b"5\r\nhello\r\n",
        "the server ended a chunked page without its last chunk",
    ),
    "no chunk": (
        CHUNKED + b"xyz\r\n",
        "the server ended a chunked page without its last chunk",
    ),
}


class FakeSocket:
    """Gives a reply in pieces of at most `most` bytes, then the end, once, as the driver does."""

    def __init__(self, reply, most):
        self.left = reply
        self.most = most
        self.sent = b""
        self.ended = False

    def settimeout(self, _seconds):
        """Nothing waits here."""

    def sendall(self, data):
        """Remember what was asked."""
        self.sent += data

    def recv_into(self, view):
        """The next piece."""
        assert not self.ended, "read past the end of the stream"
        piece = self.left[: min(self.most, len(view))]
        self.left = self.left[len(piece) :]
        view[: len(piece)] = piece
        self.ended = not piece
        return len(piece)


@pytest.fixture(params=[1, 2, 3, 7, 64, 5000])
def most(request):
    """How large the pieces are that come from the socket."""
    return request.param


@pytest.mark.parametrize("name", GOOD)
def test_a_page(name, most):
    reply, wanted, promised = GOOD[name]
    sock, body, lengths = FakeSocket(reply, most), bytearray(), []
    assert fetch(sock, "host", "/page", body.extend, lengths.append) == len(wanted)
    assert bytes(body) == wanted
    assert lengths == [promised]
    assert sock.sent == (
        b"GET /page HTTP/1.1\r\nHost: host\r\nUser-Agent: espat\r\nConnection: close\r\n\r\n"
    )


@pytest.mark.parametrize("name", BAD)
def test_no_page(name, most):
    reply, sentence = BAD[name]
    with pytest.raises(FetchError) as caught:
        fetch(FakeSocket(reply, most), "host", "/page", len, lambda length: None)
    assert str(caught.value).startswith(sentence)


def test_a_server_that_stays_after_the_whole_page_is_no_error():
    class Stays(FakeSocket):
        def recv_into(self, view):
            if not self.left:
                raise OSError(110, "timed out")
            return super().recv_into(view)

    sock, body = Stays(GOOD["counted"][0], 99), bytearray()
    assert fetch(sock, "host", "/", body.extend, lambda length: None) == 5
    assert body == b"hello"


def test_an_error_of_the_socket_in_the_page_is_passed_on():
    class Breaks(FakeSocket):
        def recv_into(self, view):
            if not self.left:
                raise OSError(104, "reset")
            return super().recv_into(view)

    with pytest.raises(OSError, match="reset"):
        fetch(Breaks(BAD["short"][0], 99), "host", "/", len, lambda length: None)


def test_a_field_is_found_whatever_its_case():
    reply = Reply(Stream(FakeSocket(b"HTTP/1.1 200 OK\r\nX-Y: a:b \r\n\r\n", 99)))
    assert (reply.status, reply.reason) == (200, "OK")
    assert reply.field(b"x-y") == b"a:b"
    assert reply.field(b"y") is None


PROGRAM = """
import sys
from fetch_ import fetch, FetchError

class Fake:
    def __init__(self, reply):
        self.left = reply
    def settimeout(self, seconds):
        pass
    def sendall(self, data):
        pass
    def recv_into(self, view):
        piece = self.left[:3]
        self.left = self.left[3:]
        view[:len(piece)] = piece
        return len(piece)

for line in sys.argv[1:]:
    body = bytearray()
    try:
        n = fetch(Fake(bytes([int(line[i:i + 2], 16) for i in range(0, len(line), 2)])),
                  "host", "/page", body.extend, lambda length: None)
        print(n, bytes(body))
    except FetchError as error:
        print(error)
"""


def test_boards_see_the_same(any_micropython):
    cases = [*GOOD.values(), *((reply, sentence, None) for reply, sentence in BAD.values())]
    cases = [case for case in cases if len(case[0]) < 1000]
    arguments = [case[0].hex() for case in cases]
    printed = any_micropython(PROGRAM, arguments, modules={"fetch_": FETCH}).check()
    lines = printed.splitlines()
    for line, (_, wanted, _length) in zip(lines, cases, strict=True):
        assert line == (wanted if isinstance(wanted, str) else f"{len(wanted)} {wanted}")
