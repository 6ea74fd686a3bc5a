"""Where roots come from: a file, certifi's bundle by name, or what a host's chain ends in."""

import difflib
import ipaddress
import socket
import ssl
from pathlib import Path

from espat_tools.ca.certificates import Certificate, joined, library, parse
from espat_tools.demo.wanted import Unwanted

PATIENCE = 15
"""Seconds that a host has for each of its answers."""

_MOST = 1 << 23  # bytes of a file
_SHOWN = 12
_LEAST_DIGITS = 8

# What OpenSSL says of a chain (X509_V_ERR_...), and what to do.
_UNKNOWN = (18, 19, 20, 21)
_EXPIRED = 10
_EARLY = 9
_NAMES = (62, 64)


def from_file(path: Path) -> list[Certificate]:
    """The certificates of a file. Raises Unwanted."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except OSError as error:
        raise Unwanted(f"{path}: {error.strerror}") from None
    if len(data) > _MOST:
        raise Unwanted(f"{path} is too large to be a file of certificates.")
    return parse(data, str(path))


def bundle_path(given: Path | None) -> Path:
    """The roots to choose from: those of a file, else certifi's, which are Mozilla's."""
    return given or Path(library("certifi").where())


def by_name(text: str, roots: list[Certificate], place: str) -> Certificate:
    """The one root that a name, a part of it, or the beginning of a fingerprint stands for.

    Raises Unwanted, with those that it may stand for.
    """
    wanted = text.strip().casefold()
    digits = wanted.replace(":", "")
    if len(digits) >= _LEAST_DIGITS:
        found = [root for root in roots if root.fingerprint.startswith(digits)]
        if len(found) == 1:
            return found[0]
    for fits in (_is_called, _has_words):
        found = [root for root in roots if fits(root, wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise Unwanted(
                f"“{text}” may be any of these in {place}; say more of its name, or the "
                f"fingerprint:{_lines(found)}"
            )
    raise Unwanted(f"No root in {place} is called “{text}”.{_near(wanted, roots)}")


def _is_called(root: Certificate, wanted: str) -> bool:
    return root.name.casefold() == wanted


def _has_words(root: Certificate, wanted: str) -> bool:
    names = " ".join(root.names).casefold()
    return bool(wanted) and all(word in names for word in wanted.split())


def _near(wanted: str, roots: list[Certificate]) -> str:
    by_name = {name.casefold(): root for root in roots for name in root.names}
    near = difflib.get_close_matches(wanted, by_name, n=5, cutoff=0.5)
    found = list({by_name[name].fingerprint: by_name[name] for name in near}.values())
    return f" Is it one of these?{_lines(found)}" if found else ""


def _lines(roots: list[Certificate]) -> str:
    lines = [f"\n  {root.short}  {', '.join(root.names)}" for root in roots[:_SHOWN]]
    more = len(roots) - _SHOWN
    return "".join(lines) + (f"\n  and {more} more" if more > 0 else "")


# ---- what a host needs --------------------------------------------------------------------------


def host_and_port(text: str, port: int = 443) -> tuple[str, int]:
    """Take HOST[:PORT] apart. Raises Unwanted."""
    host, mark, digits = text.strip().rpartition(":")
    if not mark or digits.endswith("]"):
        host, digits = text.strip(), str(port)
    host = host.strip("[]")
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        host = ""
    if not host or "/" in host or not digits.isdecimal() or not 0 < int(digits) < 65536:
        raise Unwanted(f"“{text}” is no HOST or HOST:PORT.")
    return host, int(digits)


def for_host(text: str, roots: list[Certificate], bundle: str) -> Certificate:
    """The root that a host's chain ends in, after this machine has verified chain and name.

    It speaks TLS 1.2 with the host, as modules do: there a server may show another chain.
    Raises Unwanted.
    """
    openssl = library("OpenSSL.SSL")
    crypto = library("OpenSSL.crypto")
    host, port = host_and_port(text)
    place = f"{host}:{port}"
    _verify(host, port, roots, bundle)
    context = openssl.Context(openssl.TLS_CLIENT_METHOD)
    context.set_max_proto_version(openssl.TLS1_2_VERSION)
    for root in roots:
        known = crypto.load_certificate(crypto.FILETYPE_PEM, root.pem)
        context.get_cert_store().add_cert(known)
    context.set_verify(openssl.VERIFY_PEER)
    connection = openssl.Connection(context)
    connection.set_connect_state()
    if not _is_address(host):
        connection.set_tlsext_host_name(host.encode())
    try:
        with socket.create_connection((host, port), PATIENCE) as plain:
            _shake(openssl, connection, plain)
    except (OSError, openssl.Error) as error:
        raise Unwanted(f"{place}: no TLS connection from this machine: {error}") from None
    root = crypto.dump_certificate(crypto.FILETYPE_PEM, connection.get_verified_chain()[-1])
    return parse(root, place)[0]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _shake(openssl: object, connection: object, plain: socket.socket) -> None:
    """Shake hands, with deadlines: pyOpenSSL's own sockets have none."""
    while True:
        try:
            connection.do_handshake()
            return
        except openssl.WantReadError:
            pass
        try:
            plain.sendall(connection.bio_read(1 << 16))
        except openssl.WantReadError:
            pass
        data = plain.recv(1 << 16)
        if not data:
            raise ConnectionResetError("it closed the connection")
        connection.bio_write(data)


def _verify(host: str, port: int, roots: list[Certificate], bundle: str) -> None:
    """Have this machine verify chain and name. Raises Unwanted."""
    context = ssl.create_default_context(cadata=joined(roots).decode("ascii"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    place = f"{host}:{port}"
    try:
        with (
            socket.create_connection((host, port), PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname=host),
        ):
            return
    except ssl.SSLCertVerificationError as error:
        raise Unwanted(f"{place}: {_verdict(error, bundle)}") from None
    except ssl.SSLError as error:
        raise Unwanted(f"{place}: {_no_handshake(error)}") from None
    except socket.gaierror:
        raise Unwanted(f"{place}: this machine finds no host of that name.") from None
    except TimeoutError:
        raise Unwanted(f"{place}: no answer within {PATIENCE} s.") from None
    except OSError as error:
        raise Unwanted(f"{place}: {error.strerror or error}.") from None


def _verdict(error: ssl.SSLCertVerificationError, bundle: str) -> str:
    if error.verify_code in _UNKNOWN:
        return (
            f"its chain ends in no root of {bundle}, or lacks a certificate in the middle "
            "(every server must send those). If it has a CA of its own, say where that is, with "
            "--bundle FILE, or put it in by its file."
        )
    if error.verify_code in (_EXPIRED, _EARLY):
        return f"a certificate of it is out of date ({error.verify_message}): no root helps there."
    if error.verify_code in _NAMES:
        return f"{error.verify_message.rstrip('.')}: a module would refuse it too."
    return f"this machine does not verify it: {error.verify_message}."


def _no_handshake(error: ssl.SSLError) -> str:
    reason = error.reason or str(error)
    if "VERSION" in reason and "WRONG" not in reason:
        return "it speaks no TLS 1.2, and modules speak nothing newer: none can reach it."
    if "WRONG_VERSION_NUMBER" in reason or "RECORD_LAYER" in reason:
        return "what listens there does not speak TLS: is the port right?"
    return f"no TLS connection from this machine: {reason.replace('_', ' ').lower()}."
