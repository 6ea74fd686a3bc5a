"""Real servers on loopback, each on a free port of its own, in a folder of its own.

Each is a context manager: inside it the server listens; `port` is where, `log()` what it said.
`missing()` tells which Debian package is to be installed, where one is.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE = 60  # seconds that a server may take to listen, and to end
_ADMIN = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


def program(name):
    """Where a program is, also one that only administrators have on their path; None: nowhere."""
    return shutil.which(name, path=_ADMIN)


def free_port(kind=socket.SOCK_STREAM):
    """A port of loopback that nobody uses."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    """Whether somebody listens on a TCP port of loopback."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def listening():
    """The port of somebody who listens and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def until(what, why, patience=PATIENCE):
    """Wait until `what()` is true; what it gave. `why` is a function that tells what went wrong."""
    end = time.monotonic() + patience
    while not (found := what()):
        if time.monotonic() > end:
            raise AssertionError(why())
        time.sleep(0.01)
    return found


class Server:
    """A server program. A kind of server has `NAME`, `PACKAGE`, `command()` and, if TCP is not
    what it speaks, `ready()`.
    """

    NAME = PACKAGE = ""

    def __init__(self, folder, port=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self._said = self.folder / "said.log"
        self._process = None

    @classmethod
    def missing(cls):
        """What to do where the program is not installed, else None."""
        if program(cls.NAME):
            return None
        return f"no {cls.NAME} here: it is in Debian's package {cls.PACKAGE}"

    def command(self):
        """The command line, after whatever it reads was written."""
        raise NotImplementedError

    def ready(self):
        """Whether it serves."""
        return answers(self.port)

    def start(self):
        """Start it, and wait until it serves."""
        with self._said.open("ab") as said:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
        try:
            until(lambda: self._process.poll() is not None or self.ready(), self._never)
            if self._process.poll() is not None:
                raise AssertionError(self._never())
        except BaseException:
            self.stop()
            raise
        return self

    def _never(self):
        return f"{self.NAME} did not begin to serve:\n{self.log()}"

    def stop(self):
        """End it, and wait until it has ended."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(PATIENCE)
            self._process = None

    def log(self):
        """All that it said since it was made."""
        return self._said.read_text("utf-8", "replace") if self._said.exists() else ""

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


NGINX_HEAD = """
daemon off;
master_process off;
user {user};
pid {folder}/nginx.pid;
error_log stderr info;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
"""
"""How every nginx of the tests begins: in the foreground, all it writes in its own folder."""

_NGINX = (
    NGINX_HEAD
    + """
    client_body_buffer_size 64k;
    default_type application/octet-stream;
    types {{ text/html html; application/json json; }}
    log_format taken escape=none "$request_method $request_body";
    access_log off;
    root {folder}/files;
    {servers}
}}
"""
)
_SITE = """
    absolute_redirect off;
    # The number of the connection, and of the request on it.
    location = /which { return 200 "$connection $connection_requests"; }
    location = /asked { return 200 "$request_method $http_user_agent $http_x_mark"; }
    location = /nothing { return 204; }
    location = /missing { return 404 "not here"; }
    location = /here/moved { return 302 /which; }
    location = /here/far { return 301 http://web.test/asked; }
    location = /here/near { return 307 $scheme://$host/here/nearer; }
    location = /here/nearer { add_header Location which; return 302; }
    location = /here/which { return 200 "by a relative path"; }
    # nginx takes a body only for somebody behind it.
    location = /take { access_log FOLDER/taken.log taken; proxy_pass http://127.0.0.1:PORT/took; }
    location = /took { return 200 "took $http_content_length"; }
    location = /json {
        proxy_set_header X-Body $request_body;
        proxy_pass http://127.0.0.1:PORT/back;
    }
    # As httpbin.org has it.
    location = /post {
        proxy_set_header X-Body $request_body;
        proxy_pass http://127.0.0.1:PORT/wrapped;
    }
    location = /wrapped { return 200 '{"json": $http_x_body}'; }
    location = /testwifi/index.html { return 200 "This is a test of Wi-Fi!"; }
    location = /back { default_type application/json; return 200 $http_x_body; }
    # Its length is not known before: it comes in chunks.
    location /chunked/ { ssi on; ssi_types *; alias FOLDER/files/; }
    location /closed/ { keepalive_timeout 0; alias FOLDER/files/; }
    location /old/ { chunked_transfer_encoding off; ssi on; ssi_types *; alias FOLDER/files/; }
    location = /silent { proxy_pass http://127.0.0.1:SILENT; }
    location /slow/ { limit_rate 40k; limit_rate_after 4k; alias FOLDER/files/; }
"""


class Nginx(Server):
    """A web server: `files` are served under their names, `taken()` is what was posted to it."""

    NAME = PACKAGE = "nginx"

    def __init__(self, folder, files, certificate=None):
        super().__init__(folder)
        self.secure_port = free_port() if certificate else None
        self._certificate = certificate
        place = self.folder / "files"
        place.mkdir()
        for name, content in files.items():
            (place / name).write_bytes(content)
        # Listens, and never says a word.
        self._silent = socket.create_server(("127.0.0.1", 0))

    def command(self):
        site = _SITE.replace("PORT", str(self.port)).replace("FOLDER", str(self.folder))
        site = site.replace("SILENT", str(self._silent.getsockname()[1]))
        servers = f"server {{ listen 127.0.0.1:{self.port}; keepalive_requests 1000; {site} }}"
        if self.secure_port:
            servers += (
                f"server {{ listen 127.0.0.1:{self.secure_port} ssl;"
                f" ssl_certificate {self._certificate[0]};"
                f" ssl_certificate_key {self._certificate[1]}; {site} }}"
            )
        user = "root" if os.geteuid() == 0 else "nobody"
        text = _NGINX.format(folder=self.folder, servers=servers, user=user)
        path = self.folder / "nginx.conf"
        path.write_text(text, "utf-8")
        return [program(self.NAME), "-p", str(self.folder), "-e", "stderr", "-c", str(path)]

    def __exit__(self, *exc):
        super().__exit__(*exc)
        self._silent.close()

    def taken(self):
        """The requests to /take, as `METHOD body`, oldest first."""
        path = self.folder / "taken.log"
        return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


class Mosquitto(Server):
    """An MQTT broker with a user and a password; with a certificate it speaks TLS too."""

    NAME = PACKAGE = "mosquitto"
    USER, PASSWORD = "tester", "a good secret"

    def __init__(self, folder, certificate=None):
        super().__init__(folder)
        self.secure_port = free_port() if certificate else None
        self._certificate = certificate

    def command(self):
        passwords = self.folder / "passwords"
        if not passwords.exists():
            tool = program("mosquitto_passwd")
            arguments = ["-b", "-c", str(passwords), self.USER, self.PASSWORD]
            subprocess.run([tool, *arguments], check=True, capture_output=True, timeout=PATIENCE)
        lines = [
            "per_listener_settings false",
            "allow_anonymous false",
            f"password_file {passwords}",
            "persistence false",
            f"log_dest file {self.folder}/said.log",
            "log_type all",
            "connection_messages true",
            f"listener {self.port} 127.0.0.1",
        ]
        if os.geteuid() == 0:
            lines.append("user root")
        if self._certificate:
            lines += [
                f"listener {self.secure_port} 127.0.0.1",
                f"certfile {self._certificate[0]}",
                f"keyfile {self._certificate[1]}",
            ]
        path = self.folder / "mosquitto.conf"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return [program(self.NAME), "-c", str(path)]

    def said(self, word, count=1):
        """Wait until the broker's log holds a word so many times."""
        until(lambda: self.log().count(word) >= count, lambda: f"no {word!r} in:\n{self.log()}")


class Chrony(Server):
    """A time server that takes this machine's clock for the truth, and leaves it alone."""

    NAME, PACKAGE = "chronyd", "chrony"

    def __init__(self, folder):
        super().__init__(folder, free_port(socket.SOCK_DGRAM))

    def command(self):
        path = self.folder / "chrony.conf"
        lines = [
            "local stratum 3",
            "allow 127.0.0.1",
            "bindaddress 127.0.0.1",
            f"port {self.port}",
            "cmdport 0",
            "bindcmdaddress /",
            f"pidfile {self.folder}/chronyd.pid",
        ]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        # -x: it does not set the clock; -U: nor needs it the rights for that.
        user = ["-u", "root"] if os.geteuid() == 0 else ["-U"]
        return [program(self.NAME), "-d", "-x", *user, "-f", str(path)]

    def ready(self):
        """Whether it answers a question with a time."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ask:
            ask.settimeout(0.1)
            ask.sendto(b"\x23" + bytes(47), ("127.0.0.1", self.port))
            with contextlib.suppress(OSError):
                return len(ask.recv(100)) >= 48
        return False


class Chromium:
    """A web browser without a window. `opened(url)`: in the block a page is open."""

    NAME = PACKAGE = "chromium"

    # Without these it looks up hosts of its maker at every start.
    _FLAGS = (
        "--headless",
        "--no-sandbox",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
    )

    missing = classmethod(Server.missing.__func__)

    def __init__(self, folder):
        self.folder = Path(folder)

    @contextlib.contextmanager
    def opened(self, url):
        """Open a page; at the end of the block the browser is ended, with all its processes."""
        place = tempfile.mkdtemp(dir=self.folder)
        command = [program(self.NAME), *self._FLAGS, f"--user-data-dir={place}"]
        # It stays until it is ended: DevTools are on, and nobody asks them anything.
        command += ["--remote-debugging-port=0", url]
        with (self.folder / "said.log").open("ab") as said:
            browser = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
        try:
            yield
        finally:
            os.killpg(browser.pid, signal.SIGTERM)
            try:
                browser.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(browser.pid, signal.SIGKILL)
                browser.wait(PATIENCE)

    def log(self):
        """All that it said."""
        path = self.folder / "said.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""
