# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""TLS on a board: verified pages, and what must not be one. CPython and MicroPython alike."""

import errno


def page(sock, host):
    """The body that a server sends, read till it closes."""
    sock.sendall(b"GET /body HTTP/1.0\r\nHost: %s\r\n\r\n" % host.encode())
    while sock.readline().strip():
        pass
    buffer = bytearray(700)
    got = 0
    while True:
        n = sock.readinto(buffer)
        for i in range(n):
            if buffer[i] != (got + i) * 7 + (got + i) // 251 & 255:
                return f"wrong byte at {got + i}"
        got += n
        if n < len(buffer):
            return f"body {got}"


def before(pool, context, host, port):
    """Wrapped before it connects, as CircuitPython's libraries do."""
    sock = pool.socket()
    sock.settimeout(30)
    sock = context.wrap_socket(sock, server_hostname=host)
    sock.connect((host, port))
    return sock


def after(pool, context, host, port):
    """Wrapped after it connected, as MicroPython's programs do."""
    place = pool.getaddrinfo(host, port)[0][-1]
    sock = pool.socket()
    sock.settimeout(30)
    sock.connect(place)
    return context.wrap_socket(sock, server_hostname=host)


def visit(radio, host, ca, chain, key):
    """The lines of a visit to the ports 443 (right), 444 (a stranger), 445 (asks for ours)."""
    import espat
    from espat import tls

    pool = espat.SocketPool(radio)
    context = tls.create_default_context(cadata=ca)
    lines = []

    def attempt(what, how, context, port):
        try:
            sock = how(pool, context, host, port)
            lines.append(f"{what} {page(sock, host)}")
            sock.close()
        except OSError as e:
            lines.append(f"{what} refused {e.errno == errno.ECONNABORTED}")

    attempt("right", before, context, 443)
    attempt("later", after, context, 443)
    attempt("stranger", before, context, 444)
    attempt("asked", before, context, 445)
    context.load_cert_chain(chain, key)
    attempt("shown", before, context, 445)
    blind = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    blind.verify_mode = tls.CERT_NONE
    attempt("blind", before, blind, 444)
    try:
        before(pool, tls.SSLContext(), host, 443)
        lines.append("no CA, and yet")
    except OSError as e:
        lines.append(f"no CA {'espat ca' in str(e)}")
    try:
        context.load_verify_locations(cadata=ca[:200])
    except ValueError:
        lines.append("bad PEM")
    radio.reset()
    attempt("again", before, context, 443)
    return lines
