"""Roots put into a module and taken out: worked out first, written then, and read back.

What is written is what `espat.tls.certificates` writes on a board, to the same place.
"""

import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import espat
from espat.tls import certificates
from espat_tools.ca.certificates import Certificate, joined, once, parse
from espat_tools.ca.module import Place, standing
from espat_tools.demo.visit import words
from espat_tools.demo.wanted import Unwanted

_TRIES = 3


@dataclass(frozen=True)
class Plan:
    """From what is there to what is wanted. `room`: bytes; `number`: the place in client_ca."""

    before: list[Certificate]
    after: list[Certificate]
    number: int
    room: int
    same: bool
    """Whether just these bytes are there."""
    over: Place | None
    """What else stands in the place, and is written over."""

    @property
    def added(self) -> list[Certificate]:
        """What is there only afterwards."""
        return _without(self.after, self.before)

    @property
    def removed(self) -> list[Certificate]:
        """What is there only now."""
        return _without(self.before, self.after)

    @property
    def size(self) -> int:
        """Bytes that are wanted."""
        return len(joined(self.after))

    def check(self) -> None:
        """Raise Unwanted for more than there is room for."""
        if self.size > self.room:
            raise Unwanted(
                f"That is {self.size:,} bytes of roots, and client_ca has room for {self.room:,}: "
                "nothing was written. Put in fewer (--replace takes out what is there), or those "
                "with elliptic curves, which are smaller."
            )


def _without(these: list[Certificate], those: list[Certificate]) -> list[Certificate]:
    known = {each.fingerprint for each in those}
    return [each for each in these if each.fingerprint not in known]


def plan(
    radio: espat.Radio, wanted: Callable[[list[Certificate]], list[Certificate]], force: bool
) -> Plan:
    """What is to be done; `wanted` makes what shall be there of what is there.

    Raises Unwanted where the module's own cannot be read, but with `force`: then they count as
    none.
    """
    found = certificates.installed_roots(radio)
    number, room = certificates.place_of_roots(radio)
    before = _understood(found, force)
    after = once(wanted(before))
    over = standing(radio, number) if found is None and after else None
    return Plan(before, after, number, room, found == (joined(after) or None), over)


def _understood(found: bytes | None, force: bool) -> list[Certificate]:
    if not found:
        return []
    try:
        return parse(found, "the module's own roots")
    except Unwanted as error:
        if force:
            return []
        raise Unwanted(f"{error} --replace, or remove, puts an end to them.") from None


def carry_out(radio: espat.Radio, plan: Plan) -> None:
    """Write what is wanted, and read it back. Raises Unwanted.

    A module that restarts meanwhile is written to again.
    """
    with undisturbed():
        for left in reversed(range(_TRIES)):
            try:
                _write(radio, joined(plan.after))
                break
            except (OSError, espat.ATError) as error:
                if not left or isinstance(error, espat.ATError):
                    raise Unwanted(_failed(radio, plan, error)) from None
    _compare(radio, joined(plan.after))


def _write(radio: espat.Radio, wanted: bytes) -> None:
    if wanted:
        certificates.install_roots(radio, wanted)
    else:
        certificates.remove_roots(radio)


def _compare(radio: espat.Radio, wanted: bytes) -> None:
    if (certificates.installed_roots(radio) or b"") != wanted:
        raise Unwanted("What was written reads back otherwise: the module's flash may be worn.")


def _failed(radio: espat.Radio, plan: Plan, error: Exception) -> str:
    """What to say; where a partition was erased, what should stand there is kept in a file."""
    if radio.modem.unwritten is None:
        full = " (is its flash full?)" if isinstance(error, espat.ATError) else ""
        return f"Not written, and what was there stands: {words(error)}{full}."
    said = f"The module failed while it was written to: {words(error)}. It holds no roots now"
    if not plan.after:
        return f"{said}."
    with tempfile.NamedTemporaryFile(prefix="espat-roots-", suffix=".pem", delete=False) as file:
        file.write(joined(plan.after))
    return f"{said}, and verifies nothing. Try again: espat ca add --port PORT {file.name}"


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl-C, and being told to end, wait for the end of the block: then KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught = []
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {
        name: signal.signal(getattr(signal, name), lambda *args: caught.append(args))
        for name in names
    }
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
    if caught:
        raise KeyboardInterrupt("Stopped, after the module was written to and read back.")
