"""A megabyte each way through passthrough, on any runtime.

Arguments: the terminal, host, port, how many bytes. Prints how many came, and their SHA-256.
"""

import binascii
import hashlib
import sys

from pty_uart import PtyUART

import espat

radio = espat.Radio(PtyUART(sys.argv[1]), rx_size=2048)
radio.connect("espat", "correct horse")
count = int(sys.argv[4])
digest = hashlib.sha256()
piece = bytes(range(256)) * 4
buffer = bytearray(2048)
sent = got = 0
with radio.passthrough(sys.argv[2], int(sys.argv[3])) as stream:
    while sent < count or got < count:
        stream.settimeout(0 if sent < count else 60)
        if sent < count:
            sent += stream.write(memoryview(piece)[sent % 1024 :]) or 0
        if got < count:
            # No more: the OK may come with the last of them.
            n = stream.readinto(buffer, min(len(buffer), count - got)) or 0
            digest.update(memoryview(buffer)[:n])
            got += n
    stream.settimeout(60)
    print(stream.read(3))  # the peer has got all
print(got, str(binascii.hexlify(digest.digest()), "ascii"))
with espat.SocketPool(radio).socket() as sock:
    sock.connect((sys.argv[2], int(sys.argv[3]) + 1))
    print("a socket works again")
