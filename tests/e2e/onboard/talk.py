# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""One visit to a web server, with what can go wrong on the way. CPython and MicroPython alike."""

import errno
import hashlib


class Hook:
    """An idle hook that is Ctrl-C when `left` has run down."""

    def __init__(self):
        self.calls = 0
        self.left = 0

    def __call__(self):
        self.calls += 1
        if self.left:
            self.left -= 1
            if not self.left:
                raise KeyboardInterrupt


def digest(sha):
    return "".join([hex(256 + b)[3:] for b in sha.digest()])


def ask(sock, host, method, path, body=b""):
    """Send a request in the pieces that libraries send; the length that the answer promises."""
    for piece in (method, b" ", path.encode(), b" HTTP/1.1\r\nHost: ", host.encode(), b"\r\n"):
        sock.send(piece)
    if body:
        sock.send(b"Content-Length: %d\r\n" % len(body))
    sock.send(b"\r\n")
    if body:
        sock.sendall(body)
    length = -1
    while True:
        line = sock.readline().strip()
        if not line:
            return length
        if line.lower().startswith(b"content-length:"):
            length = int(line[15:])


def body(sock, length):
    """(how many bytes came, the SHA-256 of them), fewer than `length` if the other end closes."""
    sha = hashlib.sha256()
    buffer = bytearray(1000)
    view = memoryview(buffer)
    got = 0
    while got < length:
        n = sock.recv_into(buffer, min(len(buffer), length - got))
        if not n:
            break
        sha.update(view[:n])
        got += n
    return got, digest(sha)


def told(what, promised, came):
    return f"{what} {promised} {came[0]} {came[1]}"


def connected(pool, host, port=80):
    sock = pool.socket()
    sock.settimeout(20)
    sock.connect((host, port))
    return sock


def kept_alive(pool, host, sent):
    """Three requests over one connection: a large body, one that we send, an empty one."""
    sock = connected(pool, host)
    lines = []
    for request in ((b"GET", "/body/100000"), (b"POST", "/sum", sent), (b"GET", "/body/0")):
        length = ask(sock, host, *request)
        lines.append(told(request[1], length, body(sock, length)))
    sock.close()
    return lines


def cut_short(pool, host):
    """The server promises 5000 bytes and closes after 600."""
    sock = connected(pool, host)
    length = ask(sock, host, b"GET", "/short/5000/600")
    lines = [told("short", length, body(sock, length))]
    sock.close()
    return lines


def more_than_promised(pool, host):
    """The server sends 60 bytes more than it has promised: they are there to be read."""
    sock = connected(pool, host)
    length = ask(sock, host, b"GET", "/long/300/360")
    lines = [told("long", length, body(sock, length))]
    lines.append(f"more {body(sock, 1000)[0]}")
    sock.close()
    return lines


def nobody(pool, host, closed):
    """A port where nobody listens, and a name that nobody has."""
    lines = []
    for where in ((host, closed), ("nowhere.test", 80)):
        try:
            connected(pool, *where)
        except OSError as e:
            lines.append(f"no {where[0]} {e.errno in (errno.ECONNREFUSED, -2)}")
    return lines


def interrupted(pool, host, hook):
    """Ctrl-C in the middle of a body, and the same socket again: it goes on, or says why not."""
    sock = connected(pool, host)
    length = ask(sock, host, b"GET", "/body/100000")
    buffer = bytearray(700)
    got = 0
    lines = []
    hook.left = 8
    while got < length:
        try:
            n = sock.recv_into(buffer)
            for i in range(n):
                if buffer[i] != (got + i) * 7 + (got + i) // 251 & 255:
                    return lines + [f"wrong byte at {got + i}"]
            got += n
        except KeyboardInterrupt:
            lines.append("interrupted")
        except OSError as e:
            lines.append(f"lost {e.errno == errno.ECONNRESET}")
            break
    sock.close()
    hook.left = 0
    if not lines:
        lines = ["never interrupted"]
    return lines[:1] + ["whole" if got == length or lines[-1] == "lost True" else "broken"]


def talk(radio, hook, host, closed, sent):
    """All of it: what to print."""
    import espat

    pool = espat.SocketPool(radio)
    lines = kept_alive(pool, host, sent)
    lines += cut_short(pool, host)
    lines += more_than_promised(pool, host)
    lines += nobody(pool, host, closed)
    lines += interrupted(pool, host, hook)
    lines += kept_alive(pool, host, sent)[2:]
    radio.reset()
    lines += kept_alive(pool, host, sent)[2:]
    lines.append(f"idle {hook.calls > 100}")
    return lines
