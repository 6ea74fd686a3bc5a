"""Files are read piece by piece: no read asks for more than the file has.

`file.read(65537)` makes CircuitPython allocate all of it, however short the file is.
"""

import builtins
import os
import tracemalloc

import pytest

from espat import tls
from espat.faces.stream import Stream
from tests.driver.desk import pattern
from tests.driver.secure import CA, ROOT, client
from tests.faults.rig import tried

PADDING = b"# a comment line of a bundle of roots, as they are published\n" * 30


class Watched:
    """A file that notes how much each read asked for, and how much was there."""

    def __init__(self, file, reads):
        self.file, self.reads = file, reads

    def read(self, n=-1):
        left = os.fstat(self.file.fileno()).st_size - self.file.tell()
        self.reads.append((n, left))
        return self.file.read(n)

    def readinto(self, view):
        self.reads.append((0, 0))
        return self.file.readinto(view)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def __getattr__(self, name):
        return getattr(self.file, name)


@pytest.fixture
def reads(monkeypatch):
    """(asked for, left) of each read of a file."""
    found = []
    plain = builtins.open
    monkeypatch.setattr(builtins, "open", lambda *a, **k: Watched(plain(*a, **k), found))
    return found


def modest(reads):
    """No read asks for more than is left, or than a small piece."""
    for asked, left in reads:
        assert 0 <= asked <= max(left, 1024), (asked, left)


def der():
    import ssl

    return ssl.PEM_cert_to_DER_cert(ROOT.decode())


FILES = {"PEM": ROOT, "PEM in a bundle": PADDING + ROOT, "two of them": ROOT + CA.cert_pem.bytes()}


@pytest.mark.parametrize("what", FILES)
def test_a_ca_is_read_piece_by_piece(tmp_path, reads, what):
    """load_verify_locations(cafile=path)."""
    path = tmp_path / "ca.pem"
    path.write_bytes(FILES[what])
    wanted = tls.create_default_context(cadata=FILES[what]).ca
    context = tls.create_default_context()
    context.load_verify_locations(cafile=str(path))
    modest(reads)
    assert context.ca == wanted


def test_a_ca_in_der_is_read_piece_by_piece(tmp_path, reads):
    """The same, DER."""
    path = tmp_path / "ca.der"
    path.write_bytes(der())
    context = tls.create_default_context(cafile=str(path))
    modest(reads)
    assert context.ca == tls.create_default_context(cadata=ROOT).ca


def test_a_certificate_and_its_key_are_read_piece_by_piece(tmp_path, reads):
    """load_cert_chain(certfile, keyfile)."""
    chain, key = client()
    (tmp_path / "cert.pem").write_bytes(chain)
    (tmp_path / "key.pem").write_bytes(key)
    context = tls.create_default_context()
    context.load_cert_chain(str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))
    modest(reads)
    wanted = tls.create_default_context()
    wanted.load_cert_chain(chain, key)
    assert context.pki == wanted.pki


@pytest.mark.parametrize("size", [0, 1, 70_000, 1_000_000])
def test_a_file_that_is_none_is_refused_without_reading_it_all(tmp_path, reads, size):
    """Empty, or far over what a module takes: ValueError, and no more than 66 KB were read."""
    path = tmp_path / "big.pem"
    path.write_bytes(b"x" * size)
    context = tls.create_default_context()
    with pytest.raises(ValueError):
        context.load_verify_locations(cafile=str(path))
    modest(reads)
    assert sum(min(n, left) for n, left in reads) <= 68_000


def test_a_file_that_is_not_there_says_so(tmp_path):
    """OSError, as open() has it."""
    with pytest.raises(OSError):
        tls.create_default_context(cafile=str(tmp_path / "none.pem"))


PROGRAM = """
import gc
from espat import tls

class File:
    "As CircuitPython's: read(n) takes n bytes of heap, whatever the file has."

    def __init__(self, data):
        self.data = data
        self.at = 0

    def read(self, n=-1):
        if n < 0:
            n = len(self.data) - self.at
        piece = bytearray(n)
        made = self.data[self.at : self.at + n]
        self.at += len(made)
        del piece
        return made

    def readinto(self, view):
        n = min(len(view), len(self.data) - self.at)
        view[:n] = self.data[self.at : self.at + n]
        self.at += n
        return n

    def seek(self, at, whence=0):
        self.at = at if whence == 0 else (self.at if whence == 1 else len(self.data)) + at
        return self.at

    def tell(self):
        return self.at

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

import builtins
builtins.open = lambda path, mode="r", *_: File(ROOT)
context = tls.create_default_context()
gc.collect()
blocks = [bytearray(1024)]
try:
    while True:
        blocks.append(bytearray(1024))
except MemoryError:
    pass
del blocks[-14:]
gc.collect()
context.load_verify_locations(cafile="/ca.pem")
print(len(context.ca) > 0)
"""


def test_in_14_kb_of_a_micropythons_heap(micropython):
    """A root of 1 KB in a heap that has 14 KB left: no MemoryError."""
    said = micropython(f"ROOT = {ROOT!r}\n{PROGRAM}", heapsize=200_000).check()
    assert said == "True\n"


# -- reads of sockets ----------------------------------------------------------------------------


def most(call, *args):
    """(what a call returns, the most bytes of heap that were taken meanwhile)."""
    tracemalloc.start()
    try:
        return call(*args), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", [70_000, 1 << 20, 1 << 40])
@pytest.mark.parametrize("timeout", [0, 5])
@pytest.mark.parametrize("name", ["read", "recv", "recvfrom", "readline"])
def test_a_read_takes_no_heap_for_bytes_that_are_not_there(make_desk, profile, name, timeout, size):
    """read(1048576) of five bytes and their end: no megabyte is taken, and no MemoryError comes."""
    desk = make_desk(profile).join()
    desk.listen("hello.test", 80, greeting=b"hello", close=True)
    for _ in range(2):  # the first loads rooms
        sock = Stream(desk.radio)
        sock.settimeout(5)
        sock.connect(("hello.test", 80))
        desk.let(0.5)
        sock.settimeout(timeout)
        got = b""
        for _ in range(20):
            came, taken = most(tried, getattr(sock, name), size)
            got += (came[0] or (b"",))[0] if name == "recvfrom" else came[0] or b""
            if got == b"hello":
                break
            desk.let(0.05)
        sock.close()
    assert got == b"hello"
    assert taken < 60_000


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 4096, 4097, 9000, 20_000])
def test_a_large_read_is_whole(make_desk, profile, size):
    """Whatever it asks for it gets, up to the end of the stream, and no byte more."""
    desk = make_desk(profile).join()
    desk.listen("long.test", 80, greeting=pattern(9000), close=True)
    sock = Stream(desk.radio)
    sock.settimeout(5)
    sock.connect(("long.test", 80))
    assert sock.read(size) == pattern(9000)[:size]
    assert sock.read() == pattern(9000)[size:]
    sock.close()


@pytest.mark.parametrize("size", [70_000, 1 << 40])
def test_nor_does_a_read_in_passthrough(make_desk, profile, size):
    """stream.read(1 << 40) gives what is there."""
    desk = make_desk(profile).join()
    with desk.radio.passthrough("echo.test", 7, timeout=5) as stream:
        stream.write(b"hello")
        got, taken = most(stream.read, size)
    assert got == b"hello"
    assert taken < 60_000
