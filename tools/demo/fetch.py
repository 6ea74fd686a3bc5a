# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""One page by HTTP/1.1, over a socket that is given: on the desktop and on boards.

Bodies have a Content-Length, come in chunks, or end where the peer closes. Every piece of the body
goes to the caller as it comes, so that no page is too large.
"""

_HEAD = 8192  # bytes that the head of a reply may have
_LINE = 256  # bytes that a line of a chunked body may have
_PIECE = 2048  # bytes asked of the socket at once
_DIGITS = 12  # of a length: more is a lie


class FetchError(Exception):
    """What is wrong with a reply, as a sentence."""


class Stream:
    """What comes from a socket, in lines and pieces."""

    def __init__(self, sock):
        self.sock = sock
        self._view = memoryview(bytearray(_PIECE))
        self._start = 0  # what has come and was not taken is _view[_start:_end]
        self._end = 0
        self._over = False

    def piece(self, most):
        """Some bytes, at most ``most``, good until the next call; none at the end of the stream."""
        if self._start == self._end and not self._over:
            self._start = 0
            self._end = self.sock.recv_into(self._view)
            self._over = not self._end
        start = self._start
        self._start = min(self._end, start + most)
        return self._view[start : self._start]

    def line(self, most):
        """A line of at most ``most`` bytes without its end; None if the stream ends in it."""
        line = bytearray()
        while len(line) <= most:
            byte = self.piece(1)
            if not len(byte):
                return None
            if byte[0] == 10:
                return bytes(line).rstrip(b"\r")
            line.append(byte[0])
        raise FetchError(f"the server sent a line of more than {most} bytes")


class Reply:
    """The head of a reply: ``status`` (int), ``reason`` (str), and the fields, by ``field()``."""

    def __init__(self, stream):
        left = _HEAD
        first = stream.line(left)
        if first is None:
            raise FetchError("the server closed the connection before it said anything")
        if not first.startswith(b"HTTP/1.") or not first[9:12].isdigit():
            raise FetchError(f"the server does not speak HTTP: it began with {shown(first)}")
        self.status = int(first[9:12])
        self.reason = shown(first[13:])
        self._fields = []
        while True:
            left -= len(first) + 2
            first = stream.line(max(left, 0))
            if first is None:
                raise FetchError("the server closed the connection inside the head of its reply")
            if not first:
                return
            self._fields.append(first)

    def field(self, name):
        """What the field ``name`` (bytes, lower case) holds, None if there is no such field."""
        for line in self._fields:
            colon = line.find(b":")
            if line[:colon].lower() == name:
                return line[colon + 1 :].strip()
        return None

    def length(self):
        """The Content-Length, in bytes; None where none counts."""
        value = self.field(b"content-length")
        if value is None or self.field(b"transfer-encoding") is not None:
            return None
        if not value.isdigit() or len(value) > _DIGITS:
            raise FetchError(f"the server promises a length of {shown(value)}")
        return int(value)


def shown(data):
    """Bytes of the other end's as printable text, at most 60 characters."""
    return "".join([chr(c) if 32 <= c < 127 else "?" for c in bytes(data)[:60]])


def fetch(sock, host, path, sink, begun):
    """GET ``path`` over the connected ``sock``; the number of bytes in the body.

    :param str host: for the Host field, with ``:port`` where that is not the usual one
    :param sink: called with each piece of the body, a memoryview good for that call only
    :param begun: called with the promised length (None: not promised) when the head has come
    :raises FetchError: not status 200, not HTTP, or a body longer or shorter than promised
    :raises OSError: the socket's
    """
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: espat\r\nConnection: close\r\n\r\n"
    )
    sock.sendall(request.encode())
    stream = Stream(sock)
    reply = Reply(stream)
    if reply.status != 200:
        raise FetchError(_refusal(reply, host, path))
    begun(reply.length())
    done = 0
    for piece in _body(reply, stream):
        sink(piece)
        done += len(piece)
    return done


def _refusal(reply, host, path):
    text = f"the server answered {reply.status} {reply.reason} for {host}{path}"
    moved = reply.field(b"location")
    return text if moved is None else f"{text}: it is now at {shown(moved)}"


def _body(reply, stream):
    """The generator of the body's pieces, by how its end is told."""
    coding = reply.field(b"transfer-encoding")
    if coding is not None:
        if coding.lower() != b"chunked":
            raise FetchError(f"the server sends the page as {shown(coding)}: not known here")
        return _chunked(stream)
    length = reply.length()
    return _rest(stream) if length is None else _counted(stream, length)


def _counted(stream, length):
    left = length
    while left:
        piece = stream.piece(left)
        if not len(piece):
            raise FetchError(f"the server promised {length} bytes and closed after {length - left}")
        left -= len(piece)
        yield piece
    if _more(stream):
        raise FetchError(f"the server promised {length} bytes and sent more")


def _more(stream):
    """Whether anything comes before the peer closes; it was asked to, and 2 s are enough for it."""
    stream.sock.settimeout(2)
    try:
        return len(stream.piece(1)) > 0
    except OSError:
        return False


def _rest(stream):
    piece = stream.piece(_PIECE)
    while len(piece):
        yield piece
        piece = stream.piece(_PIECE)


def _chunked(stream):
    while True:
        left = _chunk_size(stream.line(_LINE))
        if not left:
            break
        while left:
            piece = stream.piece(left)
            if not len(piece):
                raise FetchError("the server closed the connection inside a chunk")
            left -= len(piece)
            yield piece
        if stream.line(_LINE) != b"":
            raise FetchError("the server sent a chunk longer than it had said")
    while stream.line(_LINE):  # trailers
        pass


def _chunk_size(line):
    size = b"" if line is None else line.split(b";")[0].strip()
    if not 0 < len(size) <= 8 or size.lower().strip(b"0123456789abcdef"):
        raise FetchError("the server ended a chunked page without its last chunk")
    return int(str(size, "ascii"), 16)
