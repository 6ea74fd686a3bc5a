# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Each way that programs call `socket`, `ssl` and `tls`, and what a Pico W does: argv[2] is an
echo's port, argv[3] that of one who says three lines and closes, argv[4] an echo of datagrams,
argv[5:7] two free ports.

What is not as expected is printed, with what came instead; at the end how many were tried.
"""

import errno
import io
import select
import socket
import sys

from espat import names

names.put("ssl", "ssl_micropython")
names.put("tls", "tls")

ECHO, LINES, DATAGRAMS, ONE, TWO = [int(word) for word in sys.argv[2:7]]
tried = []


def outcome(function):
    """What a call gives; of an error its class and number."""
    try:
        return function()
    except OSError as e:
        return "OSError", e.errno
    except Exception as e:
        return type(e).__name__


def check(name, wanted, function):
    tried.append(name)
    got = outcome(function)
    if got != wanted:
        print(name, "gave", repr(got)[:200], "where wanted was", repr(wanted)[:200])


def error(number):
    return "OSError", number


def connected(port=ECHO):
    sock = socket.socket()
    sock.settimeout(20)
    sock.connect(socket.getaddrinfo("echo.test", port)[0][-1])
    return sock


def told(sock, wanted=select.POLLIN):
    """Wait until poll tells it."""
    poller = select.poll()
    poller.register(sock, wanted)
    return [event for _, event in poller.poll(20000)]


# -- making one
check("socket()", True, lambda: isinstance(socket.socket(), io.IOBase))
for args in ((2,), (2, 1), (2, 1, 0), (2, 1, 6), (2, 2), (2, 2, 0), (2, 2, 17)):
    check("socket%s" % (args,), True, lambda: isinstance(socket.socket(*args), io.IOBase))  # noqa: B023, UP031
check("af=, type=", True, lambda: bool(socket.socket(af=socket.AF_INET, type=socket.SOCK_DGRAM)))
check("raw", True, lambda: outcome(lambda: socket.socket(2, 3))[0] == "OSError")

# -- getaddrinfo
info = socket.getaddrinfo("192.0.2.7", 80)
check("literal", [(2, 1, 0, "", ("192.0.2.7", 80))], lambda: info)
check("kind", (2, 2), lambda: socket.getaddrinfo("192.0.2.7", 80, 0, socket.SOCK_DGRAM)[0][:2])
check("any", ("0.0.0.0", 80), lambda: socket.getaddrinfo("0.0.0.0", 80)[0][-1])
check("empty", ("0.0.0.0", 80), lambda: socket.getaddrinfo("", 80)[0][-1])
check("name", ("198.51.100.2", 7), lambda: socket.getaddrinfo("echo.test", 7)[0][-1])
check("name, af", ("198.51.100.2", 7), lambda: socket.getaddrinfo("echo.test", 7, 2)[0][-1])
check("five", 5, lambda: len(socket.getaddrinfo("echo.test", 7, 0, socket.SOCK_STREAM)[0]))
check("a number", "TypeError", lambda: socket.getaddrinfo(5, 7))
check("no such name", error(-2), lambda: socket.getaddrinfo("no.test", 80))

# -- connecting
sock = socket.socket()
sock.settimeout(20)
check(
    "port of letters",
    True,
    lambda: outcome(lambda: sock.connect(("192.0.2.7", "80"))) in ("TypeError", "ValueError"),
)
check("list", None, lambda: sock.connect(["198.51.100.2", ECHO]))
sock.close()
sock = socket.socket()
check("name in connect", None, lambda: sock.connect(("echo.test", ECHO)))
check("connect again", True, lambda: outcome(lambda: sock.connect(("echo.test", ECHO)))[1] in (
    106, 114, 127))  # fmt: skip
check("fileno", True, lambda: not hasattr(sock, "fileno") or sock.fileno() is not None)
sock.close()
check("refused", error(errno.ECONNREFUSED), lambda: socket.socket().connect(("echo.test", 9999)))

# -- writing and reading
sock = connected()
check("write", 4, lambda: sock.write(b"text"))
check("write str", 4, lambda: sock.write("text"))
check("write bytearray", 3, lambda: sock.write(bytearray(b"abc")))
check("write memoryview", 2, lambda: sock.write(memoryview(b"abc")[1:]))
check("write part", 2, lambda: sock.write(b"abcdef", 2))
check("write middle", 3, lambda: sock.write(b"abcdef", 1, 3))
check("write all", 3, lambda: sock.write(b"xyz", -1))
check("write nothing", 0, lambda: sock.write(b""))
check("send", 2, lambda: sock.send("ok"))
check("send flags", 2, lambda: sock.send(b"ok", 0))
check("sendall", None, lambda: sock.sendall(b"all"))
check("sendall str", None, lambda: sock.sendall("str"))
check("sendto", 2, lambda: sock.sendto(b"to", ("198.51.100.2", ECHO)))
check("print", None, lambda: print("line", 5, file=sock))
check("read", b"texttext", lambda: sock.read(8))
check("readinto", 5, lambda: sock.readinto(bytearray(5)))
check("readinto part", 2, lambda: sock.readinto(bytearray(5), 2))
check("recv", b"bcd", lambda: sock.recv(3))
check("recvfrom", (b"xyz", ("198.51.100.2", ECHO)), lambda: sock.recvfrom(3))
check("recv flags", b"o", lambda: sock.recv(1, 0))
check("readline part", b"kok", lambda: sock.readline(3))
check("readline", b"allstrtoline 5\n", sock.readline)
check("read 0", b"", lambda: sock.read(0))
check("recv 0", b"", lambda: sock.recv(0))
check("recv -1", "ValueError", lambda: sock.recv(-1))
check("recv of a str", "TypeError", lambda: sock.recv("5"))
sock.write(b"1\n2\n3")
file = sock.makefile("rwb", 0)
check("makefile", [b"1\n", b"2\n"], lambda: [file.readline(), file.readline()])
check("makefile()", b"3", lambda: sock.makefile().read(1))
check("makefile write", 1, lambda: sock.makefile("wb").write(b"x"))
check("its bytes", b"x", lambda: sock.recv(100))

# -- time-outs
sock.settimeout(0.1)
for name in ("read", "recv", "recvfrom"):
    check(name, error(errno.ETIMEDOUT), lambda: getattr(sock, name)(5))  # noqa: B023
check("readinto", error(errno.ETIMEDOUT), lambda: sock.readinto(bytearray(5)))
check("readline", error(errno.ETIMEDOUT), sock.readline)
sock.settimeout(0)
check("read, 0", None, lambda: sock.read(5))
check("read(), 0", None, sock.read)
check("readinto, 0", None, lambda: sock.readinto(bytearray(5)))
check("readline, 0", None, sock.readline)
check("recv, 0", error(errno.EAGAIN), lambda: sock.recv(5))
check("recvfrom, 0", error(errno.EAGAIN), lambda: sock.recvfrom(5))
check("peek, 0", error(errno.EAGAIN), lambda: sock.recv(5, socket.MSG_PEEK))
sock.settimeout(20)
check("dontwait", error(errno.EAGAIN), lambda: sock.recv(5, socket.MSG_DONTWAIT))
check("dontwait", error(errno.EAGAIN), lambda: sock.recvfrom(5, socket.MSG_DONTWAIT))
check("write", 6, lambda: sock.write(b"peeked"))
check("peek", b"pee", lambda: sock.recv(3, socket.MSG_PEEK))
check("peek", b"p", lambda: sock.recvfrom(1, socket.MSG_PEEK)[0])
check("both", b"peeked", lambda: sock.recv(100, socket.MSG_PEEK | socket.MSG_DONTWAIT))
check("another", error(95), lambda: sock.recv(100, 64))
check("it stayed", b"peeked", lambda: sock.read(6))
check("write", 2, lambda: sock.write(b"ok"))
told(sock)
check("dontwait", b"ok", lambda: sock.recv(5, socket.MSG_DONTWAIT))
sock.setblocking(True)
sock.settimeout(None)
check("write again", 5, lambda: sock.write(b"again"))
check("read again", b"again", lambda: sock.read(5))
sock.settimeout(5.5)

# -- options
for option in (socket.SO_REUSEADDR, socket.SO_BROADCAST, socket.SO_KEEPALIVE, 20):
    check("option", None, lambda: sock.setsockopt(socket.SOL_SOCKET, option, 1))  # noqa: B023
check("nodelay", None, lambda: sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1))

# -- ioctl
check("poll", True, lambda: sock.ioctl(3, 4) == 4)
check("fileno", True, lambda: sock.ioctl(10, 0) < 0)
check("flush", True, lambda: sock.ioctl(1, 0) < 0)

# -- closing
check("with", "inside", lambda: sock.__enter__() is sock and "inside")
check("close", None, sock.close)
check("close twice", None, sock.close)
for name, args in (("read", (1,)), ("recv", (1,)), ("write", (b"x",)), ("send", (b"x",)),
                   ("readline", ()), ("sendall", (b"x",))):  # fmt: skip
    check("closed " + name, error(errno.EBADF), lambda: getattr(sock, name)(*args))  # noqa: B023
check("closed poll", 32, lambda: sock.ioctl(3, 1))
check("unconnected", error(errno.ENOTCONN), lambda: socket.socket().read(1))
check("unconnected", error(errno.ENOTCONN), lambda: socket.socket().send(b"x"))

# -- the end of the stream, for ever
sock = connected(LINES)
sock.write(b"x")
check("to the end", b"first\nsecond\nrest", sock.read)
for _ in range(2):
    check("end read", b"", sock.read)
    check("end read 5", b"", lambda: sock.read(5))
    check("end recv", b"", lambda: sock.recv(5))
    check("end recvfrom", b"", lambda: sock.recvfrom(5)[0])
    check("end readinto", 0, lambda: sock.readinto(bytearray(5)))
    check("end readline", b"", sock.readline)
    check("end peek", b"", lambda: sock.recv(5, socket.MSG_PEEK))
    check("end poll", 1, lambda: sock.ioctl(3, 1) & 1)
    sock.setblocking(False)
check("end write", error(errno.ECONNRESET), lambda: sock.write(b"x"))
sock.close()
sock = connected(LINES)
sock.write(b"x")
check("too much", b"first\nsecond\nrest", lambda: sock.read(100))
sock.close()

# -- without a wait
sock = socket.socket()
sock.setblocking(False)
check("begun", error(errno.EINPROGRESS), lambda: sock.connect(("198.51.100.2", ECHO)))
check("meanwhile", True, lambda: sock.write(b"x") in (None, 1))
check("stands", [4], lambda: told(sock, select.POLLOUT))
check("again", True, lambda: outcome(lambda: sock.connect(("198.51.100.2", ECHO)))[0] == "OSError")
check("written", 5, lambda: sock.write(b"hello"))
check("readable", [1], lambda: told(sock))
check("sendall", None, lambda: sock.sendall(b" you"))
check("close", None, sock.close)
sock = socket.socket()
sock.setblocking(False)
check("begun", error(errno.EINPROGRESS), lambda: sock.connect(("198.51.100.2", 9999)))
check("refused", True, lambda: bool(told(sock, select.POLLOUT)[0] & (8 | 16)))
check("why", error(errno.ECONNREFUSED), lambda: sock.write(b"x"))
sock.close()

# -- serving
server = socket.socket()
check("reuse", None, lambda: server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1))
check("bind", None, lambda: server.bind(("", 8080)))
check("listen()", None, server.listen)
server.setblocking(False)
check("accept, 0", error(errno.EAGAIN), server.accept)
server.settimeout(0.1)
check("accept", error(errno.ETIMEDOUT), server.accept)
check("read", True, lambda: outcome(lambda: server.read(1))[0] == "OSError")
print("serving")
check("client", [1], lambda: told(server))
pair = server.accept()
check("pair", (tuple, 2, tuple, str, int), lambda: (
    type(pair), len(pair), type(pair[1]), type(pair[1][0]), type(pair[1][1])))  # fmt: skip
check("it waits", b"hello\n", pair[0].readline)
check("answer", 6, lambda: pair[0].write(b"hello\n"))
check("close", None, pair[0].close)
server.close()
server = socket.socket()
check("by getaddrinfo", None, lambda: server.bind(socket.getaddrinfo("0.0.0.0", 8081)[0][-1]))
check("listen(0)", None, lambda: server.listen(0))
server.close()

# -- UDP
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.settimeout(10)
    place = socket.getaddrinfo("echo.test", DATAGRAMS)[0][-1]
    check("sendto", 3, lambda: sock.sendto(b"one", place))
    check("recvfrom", (b"one", place), lambda: sock.recvfrom(100))
    check("sendto str", 3, lambda: sock.sendto("two", place))
    check("recv", b"tw", lambda: sock.recv(2))
    check("sendto", 5, lambda: sock.sendto(b"three", place))
    check("peek", (b"th", place), lambda: sock.recvfrom(2, socket.MSG_PEEK))
    check("peek", b"three", lambda: sock.recv(9, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    check("it stayed", b"three", lambda: sock.recv(9, socket.MSG_DONTWAIT))
    check("dontwait", error(errno.EAGAIN), lambda: sock.recv(9, socket.MSG_DONTWAIT))
    check("another", error(95), lambda: sock.recv(9, 4))
    check("recv -1", "ValueError", lambda: sock.recv(-1))
    check("recvfrom -1", "ValueError", lambda: sock.recvfrom(-1))
    check("by name", 3, lambda: sock.sendto(bytearray(b"ten"), ("echo.test", DATAGRAMS)))
    check("read", b"ten", lambda: sock.read(48))
    sock.settimeout(0.1)
    check("nothing", error(errno.ETIMEDOUT), lambda: sock.recv(5))
    sock.setblocking(False)
    check("nothing", error(errno.EAGAIN), lambda: sock.recvfrom(5))
    check("nothing", None, lambda: sock.read(5))
    check("connect", None, lambda: sock.connect(place))
    check("readable", 4, lambda: sock.ioctl(3, 5))
    check("broadcast", None, lambda: sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1))
    sock.settimeout(10)
    check("send", 4, lambda: sock.send("four"))
    check("readinto", 4, lambda: sock.readinto(bytearray(20)))
    check("sendall", None, lambda: sock.sendall(b"five"))
    check("its bytes", b"five", lambda: sock.recv(20))
check("closed", error(errno.EBADF), lambda: sock.sendto(b"x", place))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    check("bind", None, lambda: sock.bind(("", ONE)))
    check("bind 2", None, lambda: socket.socket(socket.AF_INET, 2).bind(("0.0.0.0", TWO)))

# -- TLS: what can be asked for
import ssl  # noqa: E402

import tls  # noqa: E402

for module in (ssl, tls):
    for name in ("CERT_NONE", "CERT_OPTIONAL", "CERT_REQUIRED", "PROTOCOL_TLS_CLIENT", "SSLContext",
                 "PROTOCOL_TLS_SERVER"):  # fmt: skip
        check(name, True, lambda: hasattr(module, name))  # noqa: B023
    check("numbers", (0, 1), lambda: (module.PROTOCOL_TLS_CLIENT, module.PROTOCOL_TLS_SERVER))  # noqa: B023
check("verifies", tls.CERT_REQUIRED, lambda: tls.SSLContext(tls.PROTOCOL_TLS_CLIENT).verify_mode)
check("does not", ssl.CERT_NONE, lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).verify_mode)
check("server", tls.CERT_NONE, lambda: tls.SSLContext(tls.PROTOCOL_TLS_SERVER).verify_mode)
check("no protocol", True, lambda: outcome(ssl.SSLContext) in ("TypeError",))
sock = connected()
sock.write(b"used")
check("after bytes", error(95), lambda: ssl.wrap_socket(sock))
sock.close()
print("tried", len(tried) > 150)
