# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Roots kept by a board: argv is the device, a file of roots, and a host that needs them."""

import errno
import sys

from pty_uart import PtyUART

import espat
from espat import tls
from espat.tls import certificates


def visit(radio, host):
    """A verified connection, by a context that has no CA of its own."""
    sock = tls.create_default_context().wrap_socket(
        espat.SocketPool(radio).socket(), server_hostname=host
    )
    sock.settimeout(20)
    try:
        sock.connect((host, 443))
    except OSError as e:
        return "EINVAL" if e.errno == errno.EINVAL else str(e)
    finally:
        sock.close()
    return "verified"


device, path, host = sys.argv[1:4]
radio = espat.Radio(PtyUART(device), rx_size=2048)
print("found", (certificates.installed_roots(radio) or b"").count(b"BEGIN"))
print("removed", certificates.remove_roots(radio), certificates.remove_roots(radio))
radio.connect("espat", "correct horse")
print(visit(radio, host))
number, room = certificates.place_of_roots(radio)
print("number", number, room > 1000)
print("installed", certificates.install_roots(radio, path))
with open(path, "rb") as file:
    print("same", certificates.installed_roots(radio) == file.read())
try:
    certificates.install_roots(radio, b"no roots")
except ValueError as e:
    print("no:", e)
print(visit(radio, host))
print("kept", [name for name in ("espat.tls.pem", "espat.tls.prepare") if name in sys.modules])
