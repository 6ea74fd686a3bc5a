"""A board to which files are written: the common base of the two ways to access one."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Progress = Callable[[int], None]
"""A function that is called with the number of bytes written since the last call."""


def digest(data: bytes) -> str:
    """The digest by which files are compared: the first 16 hex digits of their SHA-256."""
    return hashlib.sha256(data).hexdigest()[:16]


@dataclass(frozen=True)
class Found:
    """A file on a board."""

    size: int
    digest: str


class Target(ABC):
    """A board; paths on it are relative to its root and use forward slashes."""

    place: str
    """Where it is, as given by the user: a folder or a port."""
    runtime: str
    """`circuitpython` or `micropython`."""
    version: tuple[int, int]
    board: str
    """The board's own name."""
    board_id: str
    """The same as one word, such as `raspberry_pi_pico`."""

    @property
    def what(self) -> str:
        """The board and its runtime, as a text for people."""
        name = {"circuitpython": "CircuitPython", "micropython": "MicroPython"}[self.runtime]
        return f"{self.board} with {name} {self.version[0]}.{self.version[1]}, on {self.place}"

    def __enter__(self) -> "Target":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:  # noqa: B027 - a drive has nothing to release
        """Release the board."""

    @abstractmethod
    def builtin(self, names: Iterable[str]) -> set[str] | None:
        """Which of these modules are built in or frozen; None if that is not known."""

    @abstractmethod
    def scan(self, paths: Iterable[str]) -> dict[str, Found]:
        """The files at these paths, and for folders the files below them."""

    @abstractmethod
    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None if it does not exist."""

    @abstractmethod
    def write(self, path: str, data: bytes, progress: Progress = lambda _n: None) -> None:
        """Write a file, and the folders that it needs."""

    @abstractmethod
    def remove(self, path: str) -> None:
        """Remove a file, and folders that are empty then."""

    @abstractmethod
    def space(self) -> tuple[int, int]:
        """(free bytes, size in bytes of the smallest file)."""
