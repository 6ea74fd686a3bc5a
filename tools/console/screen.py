"""The console on a terminal: a prompt, and the conversation above it."""

import contextlib
import contextvars
import functools
import os
import sys
import textwrap
import threading
import time
from pathlib import Path

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.buffer import CompletionState
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.layout.processors import Processor, Transformation
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.styles import Style
from prompt_toolkit.validation import ValidationError, Validator

from . import reference
from .acting import Actions
from .completing import Words, below, folded
from .session import Session, Unfit, hide, payload
from .showing import STYLES, Shower

_STYLE = Style.from_dict(
    {
        **{name: style for name, style in STYLES.items() if style},
        "bottom-toolbar": "noreverse bg:#303030 #d0d0d0",
        "dim": "#a0a0a0",
        "rprompt": "ansibrightblack",
        "prompt": "bold",
    }
)
_PATIENCE = 2.0
"""How many seconds the first answer may take before a hint is printed."""
_USUAL = 10.0
"""How many seconds a usual command may take before the next pasted line is sent."""
_LOOK = 0.02
_SILENT = (
    "No answer yet. Is the rate right (/baud N)? Do TX and RX cross, and is there ground between? "
    "Is it in passthrough still: +++ ?"
)


def _thread(kind, **names):
    """Make a thread that prints on the same terminal as this one."""
    what = next(name for name in ("target", "function") if name in names)
    names[what] = functools.partial(contextvars.copy_context().run, names[what])
    made = kind(**names)
    made.daemon = True
    return made


@contextlib.contextmanager
def _mute(stream):
    """Switch off echo and line mode of the terminal between two prompts too.

    So a password is never shown, and a Ctrl-D is kept for the next prompt.
    """
    if os.name != "posix" or not stream.isatty():
        yield
        return
    import termios  # noqa: PLC0415 - not on Windows

    before = termios.tcgetattr(stream)
    after = [*before]
    after[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(stream, termios.TCSANOW, after)
    try:
        yield
    finally:
        termios.tcsetattr(stream, termios.TCSANOW, before)


def _keys() -> Input | None:
    """An input that does not echo keys while a line is printed above the prompt.

    None: use that of prompt_toolkit.
    """
    if os.name != "posix" or not sys.stdin.isatty():
        return None
    from prompt_toolkit.input.vt100 import Vt100Input  # noqa: PLC0415 - not on Windows

    class Unseen(Vt100Input):
        def cooked_mode(self):
            return self.raw_mode()

    return Unseen(sys.stdin)


def _bindings():
    bindings = KeyBindings()

    @bindings.add("tab")
    def _complete(event):
        """Take the first completion at once, then the next one."""
        buffer = event.current_buffer
        if buffer.complete_state:
            buffer.complete_next()
            return
        # start_completion() would do nothing while the list below the prompt is being made.
        asked = CompleteEvent(completion_requested=True)
        found = list(buffer.completer.get_completions(buffer.document, asked))
        if found:
            buffer.complete_state = CompletionState(buffer.document, found)
            buffer.go_to_completion(0)

    return bindings


class Hidden(Processor):
    """Shows passwords as asterisks while they are typed."""

    def apply_transformation(self, transformation_input):
        """See prompt_toolkit: the fragments of a line; no character may change its place."""
        line = transformation_input.document.lines[transformation_input.lineno]
        shown = hide(line)
        if shown == line or len(shown) != len(line):
            return Transformation(transformation_input.fragments)
        return Transformation([("", shown)])


class Remembered(FileHistory):
    """A file with the commands that were typed; secrets in them are hidden."""

    def __init__(self, path: Path, session: Session):
        super().__init__(str(path))
        self._session = session

    def append_string(self, string: str) -> None:
        """Remember a line, or each of several that were pasted."""
        for line in string.splitlines():
            super().append_string(line)

    def store_string(self, string: str) -> None:
        """Append a line to the file, unless it is sent as payload."""
        if not (self._session.wanted or self._session.passthrough):
            super().store_string(hide(string))


class Fits(Validator):
    """Refuses more payload than the module waits for."""

    def __init__(self, session: Session):
        self._session = session

    def validate(self, document) -> None:
        """See prompt_toolkit."""
        session, text = self._session, document.text
        if session.passthrough or not session.wanted or text.strip() == "+++" or text[:1] == "/":
            return
        try:
            size = len(payload(text, session))
        except Unfit as error:
            raise ValidationError(len(text), str(error)) from None
        if size > session.wanted:
            told = f"{size} bytes are more than the {session.wanted} that the module waits for"
            raise ValidationError(len(text), told)


class Screen:
    """Reads typed lines, and meanwhile shows what comes."""

    def __init__(self, masked: bool = True, whole: bool = False, history: Path | None = None):
        self._shower = Shower(whole)
        self._masked = masked
        self._history = history
        self._session: Session | None = None
        self._prompt: PromptSession | None = None
        self._lost = ""
        self._done = threading.Event()

    # ---- what is shown --------------------------------------------------------------------------

    def show(self, item) -> None:
        """Show a piece of the conversation."""
        family = self._session.family if self._session else reference.ANY
        for style, text in self._shower.lines(item, family):
            self.line(style, text)

    def line(self, style: str, text: str) -> None:
        """Print a line above the prompt; a long hint is broken between words."""
        if style == "hint" and self._prompt:
            columns = self._prompt.output.get_size().columns
            text = textwrap.fill(text, columns, subsequent_indent="  ")
        print_formatted_text(FormattedText([(f"class:{style}", text)]), style=_STYLE)

    def changed(self) -> None:
        """Redraw the prompt, because its text has changed."""
        if self._prompt and self._prompt.app.is_running:
            self._prompt.app.invalidate()

    def _message(self):
        session = self._session
        if session.passthrough:
            return [("class:prompt", "data> ")]
        if session.wanted:
            return [("class:prompt", f"{session.wanted} bytes> ")]
        return [("class:prompt", "> ")]

    def _right(self):
        session = self._session
        if self._prompt.app.is_done:
            return ""
        if session.waiting and not session.wanted:
            return f"{session.waiting[:40]} … {session.waited:.0f} s"
        return reference.FAMILIES.get(session.family, "")

    def _below(self):
        typed = self._prompt.default_buffer.text
        return folded(below(typed, self._session), self._prompt.output.get_size().columns)

    # ---- going on -------------------------------------------------------------------------------

    def run(self, session: Session, actions: Actions, ask: bool) -> None:
        """Run until the user ends it. Raises OSError when the port is lost."""
        self._session = session
        self._prompt = self._make_prompt(session)
        listener = _thread(threading.Thread, target=self._listen)
        with _mute(sys.stdin), patch_stdout(raw=True):
            listener.start()
            if ask:
                self.line("command", "> AT+GMR")
                session.command("AT+GMR")
                _thread(threading.Timer, interval=_PATIENCE, function=self._hint).start()
            try:
                self._read(actions)
            finally:
                self._done.set()
                listener.join()
                session.close()
        if self._lost:
            raise OSError(self._lost)

    def _make_prompt(self, session):
        return PromptSession(
            input=_keys(),
            key_bindings=_bindings(),
            message=self._message,
            completer=Words(session),
            complete_while_typing=True,
            bottom_toolbar=self._below,
            rprompt=self._right,
            history=Remembered(self._history, session) if self._history else InMemoryHistory(),
            input_processors=[Hidden()] if self._masked else [],
            validator=Fits(session),
            validate_while_typing=False,
            refresh_interval=1.0,
            style=_STYLE,
        )

    def _hint(self):
        if not self._session.last_result and not self._done.is_set():
            self.line("hint", _SILENT)

    def _listen(self):
        try:
            while not self._done.is_set():
                self._session.receive()
        except OSError as error:
            self._lost = str(error) or "the port was lost"
            with contextlib.suppress(Exception):
                self._prompt.app.exit(exception=EOFError)

    def _read(self, actions):
        while not self._lost:
            try:
                line = self._prompt.prompt()
            except KeyboardInterrupt:
                self.line("quiet", "Ctrl-D ends it.")
                continue
            except EOFError:
                return
            try:
                if not self._act(actions, line):
                    return
            except Unfit as error:
                self.line("bad", str(error))
            except KeyboardInterrupt:
                self.line("quiet", "stopped")

    def _act(self, actions, text):
        """Execute what was typed; each of several pasted lines when the one before has ended."""
        session = self._session
        lines = [text] if session.wanted else text.splitlines()
        for number, line in enumerate(lines):
            if number:
                self._settle()
            if len(lines) > 1:
                self.line("command", f"> {hide(line) if self._masked else line}")
            if not actions.act(line):
                return False
        return True

    def _settle(self):
        session = self._session
        end = time.monotonic() + session.patience(_USUAL)
        while not (session.settled or self._lost):
            if time.monotonic() > end:
                raise Unfit(f"{session.waiting}: no answer. What was pasted behind it was not sent")
            time.sleep(_LOOK)
