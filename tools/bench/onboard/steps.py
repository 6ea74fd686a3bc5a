# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
# Measures the heap from the import to a page that was read and to five open sockets. Run in cells
# (see tools/runtimes.py): each step collects at its end and is measured in the next. Arguments:
# a terminal device, the host and port to connect to; without them the module is a fake.
# What the steps themselves need is made first.
import gc
import sys

from measure import buffers, mark, modules, take_names

if len(sys.argv) > 3:
    from pty_uart import PtyUART

    uart = PtyUART(sys.argv[1])
    place = (sys.argv[2], int(sys.argv[3]))
else:
    from fake_uart import FakeUart

    uart = FakeUart()
    place = ("192.168.4.1", 80)
driver = radio = pool = None
sockets = [None] * 5
sock = None
got = 0
large = bytearray(600)
LENGTH = 20 * 1024  # of the page: half is read by recv_into, half by readline
modules()
take_names()
gc.collect()
# %%
mark(0)
# %%
driver = __import__("espat")
gc.collect()
# %%
mark(1)
modules()
# %%
radio = driver.Radio(uart)
pool = driver.SocketPool(radio)
gc.collect()
# %%
mark(2)
modules()
# %%
radio.up()
gc.collect()
# %%
mark(3)
modules()
# %%
radio.connect("espat", "correct horse")
gc.collect()
# %%
mark(4)
modules()
# %%
sockets[0] = pool.socket()
sockets[0].settimeout(10)
sockets[0].connect(place)
gc.collect()
# %%
mark(5)
modules()
# %%
sockets[0].send(b"30000\n")
while got < 1200:
    got += sockets[0].recv_into(large)
gc.collect()
# %%
mark(6)
modules()
# %%
while got < LENGTH // 2:
    got += sockets[0].recv_into(large)
while got < LENGTH:
    got += len(sockets[0].readline())
gc.collect()
# %%
mark(7)
modules()
# %%
for number in range(1, 5):
    sockets[number] = pool.socket()
    sockets[number].settimeout(10)
    sockets[number].connect(place)
gc.collect()
# %%
mark(8)
modules()
buffers("radio", radio, [])
buffers("socket", sockets[0], [id(radio), id(radio.modem)])
for sock in sockets:
    sock.close()
