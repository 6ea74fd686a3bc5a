"""What the tests of `espat ca` share: the command, modules, certificates, and servers with TLS."""

import datetime
import functools
import os
import socket
import socketserver
import ssl
import subprocess
import sys
import threading

import pytest
import trustme
from click.testing import CliRunner

from espat_tools.ca.cli import ca
from espat_tools.emulator import Module, pki
from tests.e2e.test_tls import Clock
from tests.peers import end

PATIENCE = 60  # seconds after which a command is taken to hang
SITE = "site.test"
JOIN = {"ESPAT_PASSWORD": "correct horse"}
NONE = ("nonos-1.3", "nonos-1.7.4", "wizfi360")
"""Families that certificates cannot be put into."""

KINDS = ("esp8266-2.2.1", "esp32-2.4", "esp32c3-3.3", "esp32c6-5.0.1")
"""Partitions of 4 KB and of 8 KB, and NVS, on firmware that tells nothing and that tells why."""

WRITES = (b"AT+SYSFLASH=0", b"AT+SYSFLASH=1", b"AT+SYSMFG=0", b"AT+SYSMFG=2")
MARK = b"# espat ca\n"

RSA = trustme.KeyType.RSA
NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


class Ran:
    """A command that has ended: its status and what it said; `words` has line breaks as spaces."""

    def __init__(self, status, out, err):
        self.status = status
        self.out = out
        self.err = err
        self.words = " ".join(out.split())
        self.sentence = " ".join(err.split())

    def fine(self):
        """Itself, if all went well."""
        assert self.status == 0, self.out + self.err
        assert "Traceback" not in self.err
        return self

    def failed(self):
        """What it said on stderr, if it failed in a sentence."""
        assert self.status == 1, self.out + self.err
        assert "Traceback" not in self.out + self.err
        assert self.sentence.startswith("Error: "), self.err
        return self.sentence.removeprefix("Error: ")


def run(*arguments, **variables):
    """`espat ca` with these arguments."""
    environment = {"ESPAT_PASSWORD": None, "COLUMNS": None, "TERM": None, **variables}
    done = CliRunner().invoke(ca, [str(each) for each in arguments], env=environment)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


def start(*arguments):
    """The same in a process of its own, which is not waited for."""
    return subprocess.Popen(
        [sys.executable, "-m", "espat_tools.cli", "ca", *map(str, arguments)],
        env={name: value for name, value in os.environ.items() if name != "COLUMNS"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Bench:
    """A module on a pseudo-terminal."""

    def __init__(self, profile, **options):
        self.profile = profile
        self.module = Module(profile, **options)
        self.port = self.module.open_pty()

    def run(self, command, *arguments, **variables):
        """`espat ca COMMAND` for this module."""
        return run(command, "--port", self.port, *arguments, **variables)

    def item(self, number, name="client_ca"):
        """A file in the flash."""
        return self.module.core.store.item(name, number)

    def put(self, *files):
        """Have these, by their numbers, as client_ca."""
        store = self.module.core.store
        if "client_ca" in store.partitions:
            part = store.partitions["client_ca"]
            part.data[:] = pki.pack("ca", files).ljust(part.size, b"\xff")
        else:
            pairs = {f"client_ca.{number}": (8, data) for number, data in enumerate(files)}
            store.spaces["client_ca"] = pairs

    @property
    def roots(self):
        """What is marked as espat's own, without the mark; None if nothing is."""
        found = [self.item(number) for number in range(8)]
        marked = [data for data in found if data and data.startswith(MARK)]
        assert len(marked) < 2
        return marked[0].removeprefix(MARK) if marked else None

    def said(self, *words):
        """The command lines that begin with one of these."""
        return [line for line in self.module.commands if line.startswith(words)]


@pytest.fixture
def make_bench():
    """Makes a `Bench`."""
    made = []

    def make(profile, **options):
        made.append(Bench(profile, **options))
        return made[-1]

    yield make
    for each in made:
        each.module.close()


@pytest.fixture(params=KINDS)
def bench(request, make_bench):
    """A module of each kind that keeps certificates."""
    return make_bench(request.param)


# ---- certificates -------------------------------------------------------------------------------


@functools.cache
def root(name="ours", key=trustme.KeyType.ECDSA):
    """A CA."""
    return trustme.CA(organization_name=f"CA {name}", key_type=key)


def pem(*cas):
    """Their certificates."""
    return b"".join(each.cert_pem.bytes() for each in cas)


@pytest.fixture
def file(tmp_path):
    """Writes a file: its path."""
    count = iter(range(100))

    def write(data):
        path = tmp_path / f"file{next(count)}.pem"
        path.write_bytes(data)
        return path

    return write


# ---- servers ------------------------------------------------------------------------------------


def shows(authority, *names, dates=(NOW - 9 * DAY, NOW + 9 * DAY)):
    """The context of a server with a certificate, and all between it and its root."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.versions = []
    made = authority.issue_cert(*names, not_before=dates[0], not_after=dates[1], key_type=RSA)
    made.configure_cert(context)
    return context


class Site(threading.Thread):
    """Shakes hands with whoever comes, notes the version of TLS, then closes."""

    def __init__(self, context):
        super().__init__(daemon=True)
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.versions = getattr(context, "versions", [])
        self.start()

    def run(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            plain.settimeout(PATIENCE)
            try:
                with self.context.wrap_socket(plain, server_side=True) as sock:
                    self.versions.append(sock.version())
                    sock.recv(100)
            except OSError:
                pass


@pytest.fixture
def serve():
    """Starts a `Site`: its port."""
    made = []

    def begin(context):
        made.append(Site(context))
        return made[-1].port

    yield begin
    for site in made:
        end(site.listener, site)


@pytest.fixture(scope="session")
def clock():
    """Hosts: a time server where modules ask first."""
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Clock) as server:
        # A socket that was said to be readable may have nothing: its read must end, or shutdown()
        # waits for ever.
        server.socket.settimeout(1)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"cn.ntp.org.cn": ("127.0.0.1", {123: server.server_address[1]})}
        server.shutdown()
