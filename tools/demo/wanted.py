"""What a run of the demo is to do, worked out from its options."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

HOST = "demo.test"
"""What the emulated network calls the server of our page."""
DEFAULT_PROFILE = "esp32c3-3.3"
EMULATED_SSID = "espat"
EMULATED_PASSWORD = "correct horse"
_PORTS = {"http": 80, "https": 443}


class Unwanted(ValueError):
    """What is asked for cannot be done; the message says why, in a sentence."""


@dataclass(frozen=True)
class Url:
    """Where a page is: a URL taken apart. `host` and `path` are ASCII; `tls`: it is https."""

    host: str
    port: int
    path: str
    tls: bool = False

    @property
    def place(self) -> str:
        """The host, and its port where that is not the usual one: what HTTP's Host field has."""
        usual = self.port == _PORTS[self.scheme]
        return self.host if usual else f"{self.host}:{self.port}"

    @property
    def scheme(self) -> str:
        """What the URL begins with."""
        return "https" if self.tls else "http"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.place}{self.path}"


@dataclass(frozen=True)
class Wanted:
    """Everything that the options decide. `port` None: the emulator; `baud` in bits a second;
    `ca`: PEM, None for the roots that the module has.
    """

    ssid: str
    password: str
    url: Url
    own_page: bool
    baud: int = 115200
    port: str | None = None
    profile: str = "esp32c3-3.3"
    runtime: str = "cpython"
    trace: bool = False
    paced: bool = False
    picture: str | None = None
    ca: str | None = None

    @property
    def pace(self) -> int:
        """Bits a second that reading is held down to; 0 for not at all."""
        return self.baud if self.paced else 0

    def for_visit(self) -> dict[str, object]:
        """What `visit()` wants to know, on whichever runtime."""
        return {
            "ssid": self.ssid,
            "password": self.password,
            "host": self.url.host,
            "port": self.url.port,
            "path": self.url.path,
            "place": self.url.place,
            "tls": self.url.tls,
            "ca": self.ca,
        }


OWN_PAGE = Url(HOST, 80, "/")


def parse_url(text: str) -> Url:
    """Take a URL apart. Raises Unwanted."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:
        raise Unwanted(f"{text} is not a URL: it must look like http://host/page.") from None
    if parts.scheme not in _PORTS or not host:
        raise Unwanted(f"{text} is not a URL of a page: it must look like http://host/page.")
    if parts.username is not None or ":" in host:
        raise Unwanted(f"{text}: names and IPv4 addresses only, without a user name.")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    if parts.query:
        path += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~")
    return Url(host, port or _PORTS[parts.scheme], path, parts.scheme == "https")


def on_loopback(url: Url) -> str:
    """The loopback address of the URL's host. Raises Unwanted where it is not on this machine."""
    try:
        address = socket.gethostbyname(url.host)
    except OSError:
        raise Unwanted(f"No host is called {url.host}.") from None
    if not ipaddress.ip_address(address).is_loopback:
        named = url.host if url.host == address else f"{url.host} ({address})"
        raise Unwanted(
            f"The emulated module's network ends at this machine, and {named} is elsewhere: give "
            "the address of a server on this machine (http://localhost:8000/), or use a real "
            "module with --port."
        )
    return address
