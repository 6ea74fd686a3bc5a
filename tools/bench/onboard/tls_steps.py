# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
# Measures what a verified TLS connection takes beyond a plain one that has sent and received. Run
# in cells (see tools/runtimes.py). The module is a fake, which has roots of `espat ca`.
import gc

import fake_uart
from measure import mark, take_names

fake_uart._REPLIES += (
    (b"AT+CIPSSLCCONF?", b"+CIPSSLCCONF:4,2,0,1\r\n+CIPSSLCCONF:3,2,0,1\r\n\r\nOK\r\n"),
    (b"AT+CIPSSLCSNI?", b"+CIPSSLCSNI:4,tls.test\r\n+CIPSSLCSNI:3,tls.test\r\n\r\nOK\r\n"),
    (b"AT+SYSTIMESTAMP?", b"+SYSTIMESTAMP:1795000000\r\n\r\nOK\r\n"),
    (
        b'AT+SYSMFG=1,"client_ca"\r',
        b'+SYSMFG:"client_ca","client_ca.0",8\r\n+SYSMFG:"client_ca","client_ca.1",8\r\n\r\nOK\r\n',
    ),
    (
        b'AT+SYSMFG=1,"client_ca","client_ca.0"',
        b'+SYSMFG:"client_ca","client_ca.0",8,11,-----BEGIN \r\n\r\nOK\r\n',
    ),
    (
        b'AT+SYSMFG=1,"client_ca","client_ca.1"',
        b'+SYSMFG:"client_ca","client_ca.1",8,11,# espat ca\n\r\n\r\nOK\r\n',
    ),
)
driver = radio = pool = context = one = other = None
large = bytearray(600)
take_names(200)
gc.collect()
# %%
driver = __import__("espat")
radio = driver.Radio(fake_uart.FakeUart())
pool = driver.SocketPool(radio)
radio.connect("espat", "correct horse")
one = pool.socket()
one.settimeout(10)
one.connect(("192.168.4.1", 80))
one.send(b"hello")
one.recv_into(large)
gc.collect()
# %%
mark(0)
one.close()
one = None
gc.collect()
# %%
context = __import__("espat.tls").tls.create_default_context()
one = context.wrap_socket(pool.socket(), server_hostname="tls.test")
one.settimeout(10)
one.connect(("192.168.4.1", 443))
one.send(b"hello")
one.recv_into(large)
gc.collect()
# %%
mark(1)
other = context.wrap_socket(pool.socket(), server_hostname="tls.test")
other.settimeout(10)
other.connect(("192.168.4.1", 443))
gc.collect()
# %%
mark(2)
