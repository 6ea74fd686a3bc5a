"""The console without a terminal: reads one command per line, and prints the conversation.

The next line is read when the command before has ended, so a file of commands is a script.
"""

import sys
import threading
import time
from typing import TextIO

from espat_tools.transcripts import talk

from . import reference
from .acting import Actions
from .session import Session, Unfit
from .showing import Shower


class Plain:
    """Reads commands from a stream, writes the conversation to another."""

    def __init__(self, lines: TextIO, out: TextIO, timeout: float, linger: float, whole: bool):
        self._lines = lines
        self._out = out
        self._timeout = timeout
        self._linger = linger
        self._shower = Shower(whole)
        self._session: Session | None = None
        self._lock = threading.Lock()
        self.failures = 0
        """Commands that were refused or not answered, and lines that could not be sent."""

    def show(self, item) -> None:
        """Print a piece of the conversation, including what the host sent."""
        if item.kind == talk.COMMAND:
            self.line("command", f"> {item.text.decode('utf-8', 'replace')}")
        if item.kind == talk.BUSY or (item.kind == talk.RESULT and _is_bad(item.text)):
            self.failures += 1
        family = self._session.family if self._session else reference.ANY
        for style, text in self._shower.lines(item, family):
            self.line(style, text)

    def line(self, _style: str, text: str) -> None:
        """Print a line."""
        with self._lock:
            self._out.write(f"{text}\n")
            self._out.flush()

    def changed(self) -> None:
        """Do nothing: there is no prompt to update."""

    def run(self, session: Session, actions: Actions, ask: bool) -> None:
        """Run until the lines end. Raises OSError when the port is lost."""
        self._session = session
        if ask:
            session.command("AT+GMR")
            self._wait()
        for line in self._lines:
            try:
                if not actions.act(line.rstrip("\r\n")):
                    break
            except Unfit as error:
                self.failures += 1
                print(error, file=sys.stderr)
                continue
            self._wait()
        end = time.monotonic() + self._linger
        while time.monotonic() < end:
            session.receive()
        session.close()

    def _wait(self):
        """Wait until the command has ended, or the module waits for its payload."""
        session = self._session
        end = time.monotonic() + session.patience(self._timeout)
        while not session.settled:
            if not session.receive() and time.monotonic() > end:
                self.failures += 1
                print(f"{session.waiting}: no answer", file=sys.stderr)
                session.give_up()
                return


def _is_bad(text):
    return text not in (b"OK", b"SEND OK")
