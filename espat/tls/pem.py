# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Certificates and keys in the form written to a module: PEM, in lines of 64 characters.

The same certificate always gives the same bytes, whatever it was read from, so that it can be
compared with what is in the module. Loaded while one is read, and forgotten.
"""

from binascii import a2b_base64, b2a_base64

from ..errors import const, fail

_PEM_MOST = const(8172)  # bytes of PEM: a partition of 8 KB without its head and an entry's head
_FILE = const(65536)  # bytes: longer files are refused
_BEGIN = b"-----BEGIN "
_DASHES = b"-----"


def certificates(what):
    """All certificates of a file, or of the data themselves, as PEM (bytes).

    :param what: str: the path of a PEM or DER file of up to 64 KB; bytes, or str with PEM: the
        data themselves
    :raises ValueError: no certificate in it, a bad one, or over 8172 bytes of PEM
    :raises TypeError: neither str nor bytes
    :raises OSError: the file cannot be read
    """
    found = [_text(b"CERTIFICATE", der) for label, der in _blocks(what) if label == b"CERTIFICATE"]
    if not found:
        raise ValueError("no certificate in it: PEM or DER is wanted")
    return _fits("the certificates", b"".join(found))


def given(cafile, capath, cadata):
    """See ``SSLContext.load_verify_locations()``: returns PEM (bytes), or None for no CAs."""
    if capath:
        raise fail("capath")
    data = cafile if cadata is None else cadata
    if data is None:
        raise ValueError("cafile or cadata is wanted")
    return certificates(data) if data else None


def pair(cert, key=None):
    """A certificate with its chain, and its key: ``(PEM, PEM)``.

    :param cert: as for ``certificates()``; the key belongs to the first certificate
    :param key: a file, or the data themselves, with one private key: PKCS 8, PKCS 1 or SEC 1;
        None: it is in ``cert``, too
    :raises ValueError: as ``certificates()``; or no key, two keys, an encrypted key, or the key of
        another certificate, which is checked for RSA and elliptic curves
    """
    chain = certificates(cert)
    keys = [
        block
        for block in _blocks(cert if key is None else key)
        if block[0].endswith(b"PRIVATE KEY")
    ]
    if not keys:
        raise ValueError("no private key in it (PEM or DER)")
    if len(keys) > 1:
        raise ValueError("more than one private key in it")
    label, der = keys[0]
    if label.startswith(b"ENCRYPTED"):
        raise ValueError("the private key is encrypted: decrypt it first")
    public = _public(der)
    leaf = _blocks(chain)[0][1]
    if public and leaf.find(public) < 0:
        raise ValueError("the private key is not that of the (first) certificate")
    return chain, _fits("the private key", _text(label, der))


def _fits(what, pem):
    if len(pem) > _PEM_MOST:
        raise ValueError(
            "%s: %d bytes, and a module takes %d: 'espat ca' picks roots"
            % (what, len(pem), _PEM_MOST)
        )
    return pem


def _read(what):
    """Bytes of a file, or the data themselves."""
    if isinstance(what, str):
        if _BEGIN.decode() in what:
            return what.encode()
        with open(what, "rb") as file:
            size = file.seek(0, 2)
            if size > _FILE:
                raise ValueError("%s: over %d bytes: 'espat ca' picks roots" % (what, _FILE))
            file.seek(0)
            return file.read(size)  # CircuitPython allocates what is asked for, so ask for no more
    return bytes(memoryview(what))  # of an int, bytes() would make zeros


def _blocks(what):
    """``[(label, DER)]`` of PEM, or of DER, whose label is found by its structure."""
    data = _read(what)
    at = data.find(_BEGIN)
    if at < 0:
        return [(_label(data), _whole(data))] if data[:1] == b"\x30" else []
    found = []
    while at >= 0:
        stop = data.find(_DASHES, at + 11)
        label = data[at + 11 : stop]
        end = data.find(b"-----END " + label + _DASHES, stop)
        if stop < 0 or end < 0:
            raise ValueError("bad PEM: a BEGIN without its END")
        body = data[stop + 5 : end]
        if b":" in body:  # Proc-Type: 4,ENCRYPTED
            found.append((b"ENCRYPTED " + label, b""))
        elif label == b"CERTIFICATE" or label.endswith(b"PRIVATE KEY"):
            try:
                der = a2b_base64(b"".join(body.split()))
            except MemoryError:
                raise
            except Exception:  # ValueError, except in micropython-lib's binascii
                raise ValueError("bad PEM: no base64 in %s" % label.decode())
            found.append((label, _whole(der)))
        at = data.find(_BEGIN, end)
    return found


def _whole(der):
    """Return DER if it has the length that it declares, else raise ValueError."""
    try:
        _, _, stop = _item(der, 0)
    except IndexError:
        stop = -1
    if der[:1] != b"\x30" or stop != len(der):
        raise ValueError("a bad certificate or key: it is cut short, or no DER")
    return der


def _text(label, der):
    lines = [_BEGIN + label + _DASHES + b"\n"]
    for i in range(0, len(der), 48):
        lines.append(b2a_base64(der[i : i + 48]))
    lines.append(b"-----END " + label + _DASHES + b"\n")
    return b"".join(lines)


# DER


def _item(der, at):
    """``(tag, where its content begins, where it ends)`` of the item at a position."""
    length = der[at + 1]
    start = at + 2
    if length & 0x80:
        n = length & 0x7F
        length = 0
        for byte in der[start : start + n]:
            length = length << 8 | byte
        start += n
    return der[at], start, start + length


def _inside(der):
    """The items in the sequence that DER is, and the tags of all."""
    _, at, stop = _item(der, 0)
    found = []
    tags = b""
    while at < stop:
        item = _item(der, at)
        found.append(item)
        tags += bytes(item[:1])
        at = item[2]
    return found, tags


def _label(der):
    """The PEM label of DER: certificate, or which kind of private key."""
    try:
        tags = _inside(_whole(der))[1]
    except IndexError:
        tags = b""
    if tags[:3] == b"\x02\x30\x04":
        return b"PRIVATE KEY"
    if tags[:2] == b"\x02\x04":
        return b"EC PRIVATE KEY"
    if tags[:3] == b"\x02\x02\x02":
        return b"RSA PRIVATE KEY"
    if tags == b"\x30\x04":
        return b"ENCRYPTED PRIVATE KEY"
    return b"CERTIFICATE"


def _public(der):
    """The public part of a private key, which its certificate must contain; None if unknown."""
    try:
        items, tags = _inside(der)
        if tags[:3] == b"\x02\x30\x04":  # PKCS 8: the key in an OCTET STRING
            der = der[items[2][1] : items[2][2]]
            items, tags = _inside(der)
        if tags[:3] == b"\x02\x02\x02":  # RSA: the modulus
            return der[items[1][1] : items[1][2]]
        for item in items:
            if item[0] == 0xA1:  # EC: the point, in a BIT STRING
                _, start, stop = _item(der, item[1])
                return der[start + 1 : stop]
    except IndexError:
        pass
    return None
