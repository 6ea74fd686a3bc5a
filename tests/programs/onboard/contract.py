# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What libraries written for CircuitPython's sockets rely on, a line each; each must be True.

The peer is peer.test: port 7 says what it hears, over UDP too, 13 says "the time" and closes, 80
calls back to port 8080 here, says "hello" there, and passes on what it hears. Nobody is on 6.
"""

import errno

HOST = "peer.test"


def raised(call, *args):
    """(number, whether there are words to it) of the OSError that a call raises."""
    try:
        call(*args)
    except OSError as e:
        return e.errno, len(e.args) == 2 and bool(e.args[1])
    return None


def is_error(number, call, *args):
    return raised(call, *args) == (number, True)


def connected(pool, port, timeout=5):
    sock = pool.socket(pool.AF_INET, pool.SOCK_STREAM)
    sock.settimeout(timeout)
    sock.connect((HOST, port))
    return sock


def read(sock, count):
    """So many bytes, by recv_into alone, whatever the time-out."""
    buffer = bytearray(count)
    view = memoryview(buffer)
    got = 0
    while got < count:
        try:
            n = sock.recv_into(view[got:])
        except OSError as e:
            if e.errno not in (errno.EAGAIN, errno.ETIMEDOUT):
                raise
            n = 0
        got += n
    return bytes(buffer)


def pool_lines(pool):
    yield "the pool is hashable", {pool: 1}[pool] == 1
    yield "the pool has no attribute `timeout`", not hasattr(pool, "timeout")
    yield "the pool has no attribute `set_interface`", not hasattr(pool, "set_interface")
    found = pool.getaddrinfo(HOST, 7, 0, pool.SOCK_STREAM)
    yield "getaddrinfo gives CPython's tuples", len(found[0]) == 5 and found[0][1] == 1
    yield "an address is a host and a port", len(found[0][-1]) == 2 and found[0][-1][1] == 7
    yield "the same address again is equal", found[0][4] == pool.getaddrinfo(HOST, 7)[0][4]
    with pool.socket(found[0][0], found[0][1]) as sock:
        sock.settimeout(5)
        sock.connect(found[0][-1])
        yield "an address is good for connect", sock.send(b"x") == 1
    yield "an unknown name is error -2", is_error(-2, pool.getaddrinfo, "nowhere.test", 80)


def socket_lines(pool):
    sock = connected(pool, 7)
    other = connected(pool, 7)
    yield "sockets are hashable, and differ", len({sock, other, sock}) == 2
    yield "sockets have a type", sock.type == pool.SOCK_STREAM
    yield "sockets have recv", hasattr(sock, "recv") and hasattr(sock, "recv_into")
    sock.close()
    sock.close()
    yield "close may be called again", True
    yield "a closed socket: EBADF", is_error(errno.EBADF, sock.recv_into, bytearray(1))
    fresh = pool.socket()
    number = raised(fresh.send, b"x")[0]
    yield "send on no connection: ENOTCONN, or a broken pipe", number == errno.ENOTCONN
    fresh.settimeout(5)
    refused = is_error(errno.ECONNREFUSED, fresh.connect, (HOST, 6))
    yield "nobody there: ECONNREFUSED", refused
    with other:
        pass
    yield "`with` closes", is_error(errno.EBADF, other.send, b"x")


def send_lines(pool):
    sock = connected(pool, 7)
    whole = b"The quick brown fox"
    sent = sock.send(whole), sock.send(bytearray(whole)), sock.send(memoryview(whole)[4:9])
    yield "send gives how many, of any buffer", sent == (19, 19, 5)
    yield "all of it arrived", read(sock, 43) == whole + whole + b"quick"
    yield "sendall gives nothing", sock.sendall(whole) is None
    yield "nothing is nothing", sock.send(b"") == 0
    read(sock, 19)
    sock.setblocking(False)
    long = bytes([i * 7 & 255 for i in range(3000)])
    left = memoryview(long)
    while left:
        try:
            left = left[sock.send(left) :]
        except OSError as e:
            if e.errno != errno.EAGAIN:
                raise
    yield "send alone keeps the UART going", read(sock, 3000) == long
    sock.close()


def read_lines(pool):
    sock = connected(pool, 7)
    sock.send(b"0123456789")
    buffer = bytearray(8)
    yield "recv_into takes as many as it is told", sock.recv_into(buffer, 3) == 3
    yield "and leaves the rest of the buffer", buffer == b"012\0\0\0\0\0"
    yield "0 is as many as there is room for", sock.recv_into(buffer, 0) == 7
    sock.send(b"abc")
    yield "a memoryview is a buffer", sock.recv_into(memoryview(buffer)[5:]) == 3
    yield "and gets it in its place", buffer == b"34567abc"
    try:
        sock.recv_into(buffer, 9)
        yield "more than the buffer holds: ValueError", False
    except ValueError:
        yield "more than the buffer holds: ValueError", True
    sock.settimeout(0.05)
    yield "a time-out: ETIMEDOUT", is_error(errno.ETIMEDOUT, sock.recv_into, buffer)
    sock.settimeout(0)
    yield "no wait: EAGAIN", is_error(errno.EAGAIN, sock.recv_into, buffer)
    sock.setblocking(False)
    yield "setblocking(False): EAGAIN", is_error(errno.EAGAIN, sock.recv_into, buffer)
    yield "recv says the same", is_error(errno.EAGAIN, sock.recv, 1)
    sock.send(b"and then?")
    yield "recv_into alone keeps the UART going", read(sock, 9) == b"and then?"
    sock.settimeout(5)
    sock.send(b"more")
    yield "recv gives bytes", sock.recv(2) + sock.recv(100) == b"more"
    sock.close()


def end_lines(pool):
    sock = connected(pool, 13)
    yield "what came before the end is there after it", read(sock, 8) == b"the time"
    buffer = bytearray(4)
    yield "the end is 0, once", sock.recv_into(buffer) == 0
    yield "then it is ECONNRESET", is_error(errno.ECONNRESET, sock.recv_into, buffer)
    yield "and stays so", is_error(errno.ECONNRESET, sock.recv_into, buffer)
    yield "send: ENOTCONN, or a broken pipe", raised(sock.send, b"x")[0] == errno.ENOTCONN
    sock.close()
    sock = connected(pool, 13)
    yield "recv: the end is b''", sock.recv(99) + sock.recv(99) == b"the time"
    sock.close()
    sock = connected(pool, 13)
    sock.setblocking(False)
    yield "the same where nothing waits", read(sock, 8) == b"the time"
    count = -1
    while count < 0:
        try:
            count = sock.recv_into(buffer)
        except OSError as e:
            if e.errno != errno.EAGAIN:
                raise
    yield "there too: 0, once", count == 0
    yield "and then ECONNRESET", is_error(errno.ECONNRESET, sock.recv_into, buffer)
    sock.close()


def server_lines(pool):
    listener = pool.socket(pool.AF_INET, pool.SOCK_STREAM)
    listener.setsockopt(pool.SOL_SOCKET, pool.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", 8080))
    listener.listen(10)
    listener.setblocking(False)
    yield "nobody comes: EAGAIN", is_error(errno.EAGAIN, listener.accept)
    caller = connected(pool, 80)  # it calls us
    client = None
    while not client:
        try:
            client, address = listener.accept()
        except OSError as e:
            if e.errno != errno.EAGAIN:
                raise
    yield "accept alone keeps the UART going", True
    yield "accept gives an address", len(address) == 2 and address[0].count(".") == 3
    client.settimeout(5)
    client.setsockopt(pool.IPPROTO_TCP, pool.TCP_NODELAY, 1)
    yield "a client's words", read(client, 5) == b"hello"
    yield "and answers to them", client.send(b"good day") == 8
    yield "are heard", read(caller, 8) == b"good day"
    caller.close()
    client.close()
    listener.close()
    yield "a closed listener: EBADF", is_error(errno.EBADF, listener.accept)


def datagram_lines(pool):
    with pool.socket(pool.AF_INET, pool.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        address = pool.getaddrinfo(HOST, 7)[0][4]
        yield "sendto gives how many", sock.sendto(bytearray(b"ping"), address) == 4
        buffer = bytearray(10)
        yield "recv_into gives a datagram", sock.recv_into(buffer) == 4
        sock.sendto(b"pong", (HOST, 7))
        count, source = sock.recvfrom_into(buffer)
        yield "recvfrom_into gives the sender", count == 4 and source == address
        sock.settimeout(0.05)
        yield "a time-out of UDP: ETIMEDOUT", is_error(errno.ETIMEDOUT, sock.recv_into, buffer)


def lines(pool):
    for part in (
        pool_lines,
        socket_lines,
        send_lines,
        read_lines,
        end_lines,
        server_lines,
        datagram_lines,
    ):
        yield from part(pool)
    yield "no link is left in use", not any(pool.radio.modem.links[:5])
