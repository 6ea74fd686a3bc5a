"""`espat demo` at work: what its options say, done."""

from pathlib import Path

from espat.tls import pem
from espat_tools import asking, runtimes
from espat_tools.demo.drawing import drawn
from espat_tools.demo.page import Differs
from espat_tools.demo.place import place
from espat_tools.demo.report import Report
from espat_tools.demo.runners import RUNNERS, Failed
from espat_tools.demo.wanted import (
    DEFAULT_PROFILE,
    EMULATED_PASSWORD,
    EMULATED_SSID,
    OWN_PAGE,
    Unwanted,
    Url,
    Wanted,
    parse_url,
)

CLEAR = (Unwanted, Failed, Differs, runtimes.Missing, runtimes.CompileError)
"""What may go wrong; each says so in a sentence."""


def _password(given: str | None, emulated: bool) -> str:
    """The password given, or of the emulator, or asked for."""
    return EMULATED_PASSWORD if given is None and emulated else asking.password(given)


def _check(port: str | None, ssid: str | None, url: str | None, emulator_only: bool) -> None:
    """Raise Unwanted for options that do not fit together."""
    if port and not url:
        raise Unwanted(
            "A real module cannot reach the page that this program serves on loopback: "
            "say which page it shall fetch, with --url http://host/page."
        )
    if port and ssid is None:
        raise Unwanted("Which network shall the module join? Give its name with --ssid.")
    if port and emulator_only:
        raise Unwanted("--profile and --paced are the emulator's, and --port is a real module.")


def _roots(ca: Path | None, url: Url, emulated: bool) -> str | None:
    """The PEM of the CA that is given; None: the module's roots. Raises Unwanted."""
    if ca is None:
        if url.tls and emulated:
            raise Unwanted(
                "The emulated module starts without roots, so it could verify nobody: give the CA "
                "that the server's certificate comes from, with --ca FILE."
            )
        return None
    if not url.tls:
        raise Unwanted("--ca is for pages of https.")
    try:
        return pem.certificates(str(ca)).decode()
    except OSError as error:
        raise Unwanted(f"{ca}: {error.strerror}.") from None
    except ValueError as error:
        raise Unwanted(f"{ca}: {error}.") from None


def go(port: str | None, profile: str | None, **rest: object) -> None:
    """Fetch the page by what the options say. Raises one of CLEAR."""
    url, ssid = rest.pop("url"), rest.pop("ssid")
    _check(port, ssid, url, emulator_only=bool(profile or rest["paced"]))
    page = parse_url(url) if url else OWN_PAGE
    wanted = Wanted(
        ssid=EMULATED_SSID if ssid is None else ssid,
        url=page,
        ca=_roots(rest.pop("ca"), page, emulated=not port),
        password=_password(rest.pop("password"), emulated=not port),
        own_page=not url,
        port=port,
        profile=profile or DEFAULT_PROFILE,
        **rest,
    )
    with place(wanted) as there, drawn(there, wanted) as where, Report(where, wanted) as report:
        RUNNERS[wanted.runtime](where, wanted, report.tell)
        report.summary()
