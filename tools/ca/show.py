"""What `espat ca` prints: tables for people, JSON for programs."""

import json

import click
from rich.console import Console
from rich.table import Table

from espat_tools.ca.certificates import Certificate
from espat_tools.ca.change import Plan
from espat_tools.ca.module import Holding, Place
from espat_tools.ca.rows import row

_TABLE = 130  # columns that the table needs to be read
_PIPED = 400  # columns where there is no terminal: nothing is folded there

_DEMO = "demo: all modules ship with it"
_MARKED = "espat ca: trusted by contexts without a CA"


def each(name: str, certificates: list[Certificate]) -> None:
    """A row for each certificate."""
    for certificate in certificates:
        row(name, f"{certificate}, {certificate.key}, {certificate.short}")
        name = ""


def warn(text: str) -> None:
    """A warning on stderr."""
    click.echo(f"Warning: {text}", err=True)


# ---- list ---------------------------------------------------------------------------------------


def table(held: Holding, port: str) -> None:
    """All that a module holds."""
    row("module", f"{held.firmware} on {port}; certificates are kept in {held.storage}")
    plain = {"emoji": False, "markup": False, "highlight": False}  # a fingerprint may have ":AB:"
    console = Console(**plain)
    if not console.is_terminal:
        console = Console(width=_PIPED, **plain)
    if console.width < _TABLE:
        for place in held.places:
            _block(place)
        _ends(held)
        return
    shown = Table(box=None, pad_edge=False)
    for title in ("place", "whose", "issuer", "until", "SHA-256"):
        shown.add_column(title, no_wrap=title in ("place", "until", "SHA-256"), overflow="fold")
    shown.add_column("", overflow="fold")
    for place in held.places:
        for cells in _cells(place):
            shown.add_row(*cells)
    console.print(shown)
    _ends(held)


def _block(place: Place) -> None:
    """What the table says of a place, in lines, where it would be too narrow to read."""
    click.echo(click.style(place.name, bold=True))
    for _name, whose, issuer, until, fingerprint, about in _cells(place):
        row("", f"{whose}, {about}" if not until else f"{whose}, until {until}, by {issuer}")
        if until:
            row("", f"SHA-256 {fingerprint}" + (f"; {about}" if about else ""))


def _ends(held: Holding) -> None:
    if held.keys:
        row("keys", f"{', '.join(held.keys)} (there, and not read)")
    _remarks(held)


def _cells(place: Place) -> list[tuple[str, ...]]:
    if place.problem:
        return [(place.name, place.problem, "", "", "", f"{len(place.data)} bytes")]
    rows = []
    name = place.name
    for certificate in place.certificates:
        rows.append(
            (
                name,
                certificate.name,
                _common_name(certificate.issuer),
                f"{certificate.ends:%Y-%m-%d}",
                certificate.short,
                "; ".join(_about(place, certificate)),
            )
        )
        name = ""
    return rows


def _common_name(name: str) -> str:
    """The most telling part of a name as RFC 4514 writes it."""
    parts = dict(part.partition("=")[::2] for part in reversed(name.split(",")))
    return parts.get("CN") or parts.get("OU") or name


def _about(place: Place, certificate: Certificate) -> list[str]:
    found = [_MARKED] if place.marked else []
    if certificate.demo:
        found.append(_DEMO)
    if not place.space.endswith("_cert"):
        found += [text for text in certificate.problems() if not _said(text)]
    elif expired := [text for text in certificate.problems() if "expired" in text]:
        found += expired
    return found


def _said(text: str) -> bool:
    return text.startswith("modules ship")


def _remarks(held: Holding) -> None:
    if any(certificate.demo for place in held.places for certificate in place.certificates):
        warn(
            "certificates that modules ship with vouch for nobody, and everybody may have their "
            "keys; espat never trusts them by default."
        )
    if not any(place.marked for place in held.places):
        row("", "No roots of espat ca: a context without a CA of its own refuses to connect.")


def as_json(held: Holding, port: str) -> None:
    """The same for programs."""
    places = [
        {
            "place": place.name,
            "space": place.space,
            "number": place.number,
            "size": len(place.data),
            "espat": place.marked,
            "problem": place.problem or None,
            "certificates": [_json(certificate) for certificate in place.certificates],
        }
        for place in held.places
    ]
    told = {"port": port, "firmware": held.firmware, "storage": held.storage}
    click.echo(json.dumps({**told, "places": places, "keys": held.keys}, indent=2))


def _json(certificate: Certificate) -> dict:
    return {
        "name": certificate.name,
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "not_before": certificate.begins.isoformat(),
        "not_after": certificate.ends.isoformat(),
        "sha256": certificate.fingerprint,
        "key": certificate.key,
        "ca": certificate.is_ca,
        "demo": certificate.demo,
        "problems": certificate.problems(),
    }


# ---- add, remove --------------------------------------------------------------------------------


def intention(firmware: str, port: str, plan: Plan) -> None:
    """What a module has, and what shall be done."""
    row("module", f"{firmware} on {port}; the roots' place is client_ca.{plan.number}")
    if not plan.before:
        row("has", "no roots")
    each("has", plan.before)
    each("takes out", plan.removed)
    each("puts in", plan.added)
    if plan.over:
        row("over", _written_over(plan.over))
    row("size", f"{plan.size:,} bytes of {plan.room:,}")


def _written_over(place: Place) -> str:
    if any(certificate.demo for certificate in place.certificates):
        why = "modules ship with it, and nothing uses it unless told to"
    else:
        why = "a program's own, which it puts elsewhere when it connects again"
    names = ", ".join(certificate.name for certificate in place.certificates) or place.problem
    return f"{names} ({why})"
