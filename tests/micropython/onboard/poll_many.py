# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Several sockets that connect at once, by select.poll: argv[2:] are ports of echo.test."""

import errno
import select
import socket
import sys
import time

poller = select.poll()
names = {}
for port in sys.argv[2:]:
    sock = socket.socket()
    sock.setblocking(False)
    try:
        sock.connect(socket.getaddrinfo("echo.test", int(port), 0, socket.SOCK_STREAM)[0][-1])
        print("connected at once")
    except OSError as e:
        if e.errno != errno.EINPROGRESS:
            raise
    poller.register(sock, select.POLLOUT)
    names[id(sock)] = port

end = time.ticks_add(time.ticks_ms(), 20000)
told = {}
sent = []
while len(told) < len(names) and time.ticks_diff(end, time.ticks_ms()) > 0:
    for sock, event in poller.poll(1000):
        name = names[id(sock)]
        if event & (select.POLLERR | select.POLLHUP):
            poller.unregister(sock)
            try:
                sock.write(b"x")
            except OSError as e:
                told[name] = f"refused {e.errno}"
            sock.close()
        elif event & select.POLLOUT and name not in sent:
            sock.send(b"from " + name.encode())
            sent.append(name)
            poller.modify(sock, select.POLLIN)
        elif event & select.POLLIN:
            told[name] = sock.recv(100).decode()
            poller.unregister(sock)
            sock.close()
for name in sys.argv[2:]:
    print(name, told.get(name))
