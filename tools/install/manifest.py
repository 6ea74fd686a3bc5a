"""The manifest that an installation writes on a board: its files and their digests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

PATH = "lib/espat.json"
"""The path of the manifest on the board. circup looks only at .py and .mpy files."""


@dataclass(frozen=True)
class Manifest:
    """`files` are digests by path. `finished` False: interrupted, so that digests may be wrong."""

    version: str
    files: Mapping[str, str] = field(default_factory=dict)
    board: str | None = None
    packages: tuple[str, ...] = ()
    finished: bool = True

    def owns(self, path: str, digest: str) -> bool:
        """Whether this file is as the installation left it."""
        known = self.files.get(path)
        return known is not None and (known == digest or not self.finished)

    def data(self) -> bytes:
        """The manifest as bytes of its file."""
        said = {
            "espat": self.version,
            "board": self.board,
            "packages": list(self.packages),
            "finished": self.finished,
            "files": dict(self.files),
        }
        return json.dumps(said, separators=(",", ":")).encode() + b"\n"


def parsed(data: bytes | None) -> Manifest | None:
    """Read a manifest; returns None if there is none, or if it is damaged."""
    if data is None:
        return None
    try:
        said = json.loads(data)
        return Manifest(
            str(said["espat"]),
            {str(path): str(digest) for path, digest in said["files"].items()},
            said["board"],
            tuple(said["packages"]),
            bool(said["finished"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
