"""Packages from MicroPython's index, which a Pico W has frozen but a plain Pico does not.

They are fetched at installation and not shipped with espat, so that a user gets current versions
from their authors.
"""

import hashlib
import json
import urllib.error
import urllib.request

from espat_tools.demo.wanted import Unwanted

INDEX = "https://micropython.org/pi/v2"
"""MicroPython's own index."""

PACKAGES = ("requests", "ntptime", "mip")
"""What a Pico W has frozen besides the modules that `espat.names` provides."""

_TIMEOUT = 20
"""How many seconds the index may be silent."""


class NotFetched(Unwanted):
    """The index does not answer, or has no such package."""


def fetch(name: str, index: str = INDEX, mpy: int | None = None) -> dict[str, bytes]:
    """Fetch a package and its dependencies: {path below lib/: bytes}. Raises NotFetched.

    `mpy` is the version of .mpy files that the board loads; None: fetch the sources.
    """
    files: dict[str, bytes] = {}
    _fetch((name, "latest"), index.rstrip("/"), "py" if mpy is None else str(mpy), files, set())
    return files


def _fetch(package: tuple[str, str], index: str, form: str, files: dict, seen: set) -> None:
    if package in seen:
        return
    seen.add(package)
    name, version = package
    url = f"{index}/package/{form}/{name}/{version}.json"
    hashes, needs = _parsed(_get(url), url)
    for path, short in hashes:
        data = _get(f"{index}/file/{short[:2]}/{short}")
        if not hashlib.sha256(data).hexdigest().startswith(short):
            raise NotFetched(f"{index} sends something else than {path} of {name}.")
        files[_checked(path, name)] = data
    for needed, its_version in needs:
        _fetch((needed, its_version), index, form, files, seen)


def _parsed(data: bytes, url: str) -> list[list[tuple[str, str]]]:
    """(path, digest) of its files, and (name, version) of its dependencies; all are str."""
    try:
        said = json.loads(data)
        parts = [[(str(a), str(b)) for a, b in said.get(key, ())] for key in ("hashes", "deps")]
    except (ValueError, TypeError, AttributeError):
        raise NotFetched(
            f"{url} is no package: is it an index of MicroPython's, and does this network want a "
            "login first?"
        ) from None
    return parts


def _checked(path: str, name: str) -> str:
    """Return a path from the index; raises NotFetched if it does not stay below lib/."""
    if path.startswith("/") or ".." in path.split("/") or "\\" in path:
        raise NotFetched(f"{name} has a file {path!r}, which is no path below lib/.")
    return path


def _get(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        raise NotFetched(f"{url}: {error.code} {error.reason}.") from None
    except (OSError, ValueError) as error:
        raise NotFetched(f"{url}: {getattr(error, 'reason', error)}.") from None
