# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Cells of the TLS matrix, one after the other. CPython and MicroPython run the same lines."""


class Unset:
    """The clock of a board that was never set, in place of the module `time`."""

    def time(self):
        return 0

    def gmtime(self, _):
        return (1970,)


def context_of(tls, cell, files):
    """The context that a cell asks for."""
    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    if not cell["checks"]:
        context.verify_mode = tls.CERT_NONE
    elif cell["vouched"]:
        context.use_stored(ca=0)
    elif not cell["no_ca"]:
        context.load_verify_locations(cadata=files["ca"])
    if cell["checks"] and not cell["named"]:
        context.check_hostname = False
    context.sni = cell["named"]
    if cell["shows"]:
        context.load_cert_chain(files["chain"], files["key"])
    if cell["alpn"]:
        context.set_alpn_protocols(cell["alpn"])
    if cell["psk"]:
        context.set_psk(cell["psk"][0], cell["psk"][1].encode())
    return context


def connected(pool, context, cell):
    sock = pool.socket()
    sock.settimeout(60)
    sock = context.wrap_socket(sock, server_hostname="tls.test")
    try:
        sock.connect(("tls.test", cell["port"]))
    except BaseException:
        sock.close()
        raise
    return sock


def page(sock, path):
    """The body that a web server has for a path; the connection stands."""
    sock.sendall(b"GET %s HTTP/1.1\r\nHost: tls.test\r\n\r\n" % path.encode())
    length = 0
    while True:
        line = sock.readline().strip()
        if not line:
            break
        if line[:15].lower() == b"content-length:":
            length = int(line[15:])
    body = b""
    while len(body) < length:
        piece = sock.recv(length - len(body))
        if not piece:
            break
        body += piece
    return str(body, "ascii")


def visit(pool, context, cell):
    """Connect, and have the server prove that it is there: what it said."""
    sock = connected(pool, context, cell)
    path = "/cell/" + cell["id"]
    try:
        if cell["swap"]:
            page(sock, "/serve/" + cell["swap"])
            if page(sock, path) != path:
                return "the session did not go on"
            sock.close()
            sock = connected(pool, context, cell)
        if cell["reversed"]:
            sock.sendall(cell["id"].encode() + b"\n")
            said = sock.readline().strip()
            return "".join([chr(said[len(said) - 1 - i]) for i in range(len(said))])
        return page(sock, path)[6:]
    finally:
        sock.close()


def run(radios, cells, files):
    """[id, number of the error or 0, what was said] for each cell."""
    import time

    import espat
    from espat import tls
    from espat.tls import prepare  # it stays, since it was loaded before a connect

    for cell in cells:
        prepare.time = Unset() if cell["unset"] else time
        try:
            pool = espat.SocketPool(radios[cell["device"]])
            said = visit(pool, context_of(tls, cell, files), cell)
            yield [cell["id"], 0, said]
        except OSError as e:
            yield [cell["id"], e.errno, str(e)]
