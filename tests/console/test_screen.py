"""The console on a terminal: with prompt_toolkit's own pipe for keys, and once in a real pty."""

import contextlib
import io
import os
import select
import signal
import sys
import threading
import time

import pyte
import pytest
import serial
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.validation import ValidationError

from espat_tools.console.acting import Actions
from espat_tools.console.completing import Words, below, folded
from espat_tools.console.screen import Fits, Remembered, Screen
from espat_tools.console.session import Session
from espat_tools.transcripts import Recorder, load

PATIENCE = 30
ROWS, COLUMNS = 60, 100


class Glass:
    """What a terminal shows of what it is sent."""

    def __init__(self):
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.Stream(self._screen)

    def feed(self, text):
        self._stream.feed(text)

    def read(self):
        """All its lines."""
        return "\n".join(line.rstrip() for line in self._screen.display)


class Person:
    """Types on a console with an emulated module, and reads what it shows."""

    def __init__(self, keys, out, url, history):
        self._keys, self._out = keys, out
        self._glass, self._fed = Glass(), 0
        self.port = serial.serial_for_url(url, 115200, timeout=0.05)
        self.screen = Screen(history=history)
        self.session = Session(self.port, self.screen.show, changed=self.screen.changed)
        actions = Actions(self.session, self.screen.line, Recorder)
        self._actions = actions

    def go(self):
        """The console itself, in this thread."""
        self.screen.run(self.session, self._actions, True)

    def read(self):
        """What the terminal shows."""
        text = self._out.getvalue()
        self._glass.feed(text[self._fed :])
        self._fed = len(text)
        return self._glass.read()

    def see(self, text):
        """Wait until it shows this."""
        end = time.monotonic() + PATIENCE
        while text not in self.read():
            assert time.monotonic() < end, self.read()[-2000:]
            time.sleep(0.01)

    def type(self, text):
        """Press these keys."""
        self._keys.send_text(text)


@contextlib.contextmanager
def person(script, url="espat://?joined=1", history=None):
    """A console whose person follows a script (a function), in a thread; yields who it was."""
    out, failed = io.StringIO(), []
    with create_pipe_input() as keys:
        output = Vt100_Output(out, lambda: Size(rows=ROWS, columns=COLUMNS), enable_cpr=False)
        with create_app_session(input=keys, output=output):
            who = Person(keys, out, url, history)

            def follow():
                try:
                    script(who)
                except BaseException as error:
                    failed.append(error)
                finally:
                    who.type("\x03\x04")  # clear what is typed, however many lines; the end

            hand = threading.Thread(target=follow)
            hand.start()
            who.go()
            hand.join()
    who.port.close()
    if failed:
        raise failed[0]
    yield who


def test_a_person_types_and_reads(tmp_path):
    def script(who):
        who.see("AT version:3.3.0.0")
        who.type("at+cipmu\t")
        who.see("> AT+CIPMUX")
        who.type("?\r")
        who.see("+CIPMUX:0")
        who.type('AT+CWJAP="espat","correct horse"\r')
        who.see("! WIFI GOT IP")
        who.type("AT+CIPMUX=9\r")
        who.see("on: 9 is none of 0, 1")
        who.type("/nothing\r")
        who.see("there is no /nothing")
        who.type("/help AT+CWMODE\r")
        who.see("access point, both, or neither")

    history = tmp_path / "history"
    with person(script, history=history) as who:
        shown = who.read()
    assert "correct horse" not in shown
    assert "*************" in shown
    kept = history.read_text("utf-8")
    assert '+AT+CWJAP="espat","*************"' in kept
    assert "+AT+CIPMUX?" in kept


PASTE = "\x1b[200~{}\x1b[201~"
"""What a terminal makes of a text that is pasted."""


def test_lines_that_are_pasted_go_out_one_after_the_other(tmp_path, echo_server):
    """Each when the one before has ended; a line may be the payload that was asked for."""
    lines = ['AT+CWJAP="espat","correct horse"', 'AT+CIPSTART="TCP","echo.test",80']
    lines += ["AT+CIPSEND=4", "ab\\r\\n", "AT+CIPMUX?"]

    def script(who):
        who.see("OK")
        who.type(PASTE.format("\r\n".join(lines) + "\r\n"))
        who.see("AT+CIPMUX?")
        who.type("\r")
        who.see("+CIPMUX:0")
        who.see("< 4 bytes")

    history = tmp_path / "history"
    url = f"espat://?host=echo.test=127.0.0.1:{echo_server}"
    with person(script, url, history) as who:
        shown = who.read()
    assert "busy" not in shown
    assert "correct horse" not in shown + history.read_text("utf-8")
    at = [shown.index(text) for text in ("WIFI GOT IP", "! CONNECT", "SEND OK", "+CIPMUX:0")]
    assert at == sorted(at)
    assert "+AT+CIPMUX?" in history.read_text("utf-8").splitlines()


def test_what_was_pasted_behind_a_command_without_an_answer_stays(monkeypatch):
    monkeypatch.setattr("espat_tools.console.screen._USUAL", 0.3)

    def script(who):
        who.see("OK")
        who.type(PASTE.format("AT+CIPMUX?\nAT+CWMODE=3"))
        who.see("AT+CWMODE=3")
        who.type("\r")
        who.see("AT+CIPMUX?: no answer. What was pasted behind it was not sent")

    with person(script, "espat://?fault=ignore at AT%2BCIPMUX") as who:
        shown = who.read()
    assert "> AT+CIPMUX?" in shown
    assert "> AT+CWMODE=3" not in shown


def test_payload_is_asked_for_and_not_remembered(tmp_path, echo_server):
    def script(who):
        who.see("OK")
        who.type('AT+CIPSTART="TCP","echo.test",80\r')
        who.see("! CONNECT")
        who.type("AT+CIPSEND=6\r")
        who.see("6 bytes> ")
        who.type("to\\r\r")
        who.see("3 bytes> ")
        who.type("more!")
        who.type("\r")
        who.see("5 bytes are more than the 3")
        who.type("\x15ken\r")
        who.see("SEND OK")
        who.see("< 6 bytes")
        who.see("  ken")

    history = tmp_path / "history"
    url = f"espat://?joined=1&host=echo.test=127.0.0.1:{echo_server}"
    with person(script, url, history):
        assert "ken" not in history.read_text("utf-8")


def test_a_lost_port_ends_it(monkeypatch):
    def script(who):
        who.see("OK")

        def lose(_size=1):
            raise serial.SerialException("unplugged")

        monkeypatch.setattr(who.port, "read", lose)
        end = time.monotonic() + PATIENCE
        while not who.screen._lost:
            assert time.monotonic() < end
            time.sleep(0.01)

    with pytest.raises(OSError, match="unplugged"), person(script):
        pass


def test_a_silent_module_gets_a_hint(monkeypatch):
    monkeypatch.setattr("espat_tools.console.screen._PATIENCE", 0.1)

    def script(who):
        who.see("No answer yet. Is the rate right")

    with person(script, "espat://?fault=ignore at AT%2BGMR"):
        pass


# ---- what is offered ----------------------------------------------------------------------------


def offered(session, text):
    """What completion offers: {text: meaning}."""
    found = Words(session).get_completions(Document(text), CompleteEvent())
    return {each.text: each.display_meta_text for each in found}


def test_completion_by_family(talking):
    session = talking().session
    assert "AT+CIPSTATE" in offered(session, "cipsta")
    session.family = "nonos-1.7.4"
    assert "AT+CIPSTATE" not in offered(session, "cipsta")
    assert offered(session, "AT+CWMODE_C") == {
        "AT+CWMODE_CUR": "station, access point, both, or neither: until a restart"
    }
    assert list(offered(session, "AT+CWMODE_CUR=")) == ["1", "2", "3"]
    session.family = "esp32c3-3.3"
    assert offered(session, "AT+CWMODE=")["0"] == "off"
    assert offered(session, "AT+CIPMUX")["?"] == "what it is set to"
    assert offered(session, "AT+CIPMUX")["="] == "AT+CIPMUX=<on>"
    assert list(offered(session, 'AT+CIPSTART=0,"S')) == ['"SSL"']
    assert list(offered(session, "AT+CIPSTART=0,")) == ['"TCP"', '"UDP"', '"SSL"']
    assert "/record" in offered(session, "/")
    assert "AT+CWJAP" in offered(session, "/help AT+CWJ")
    session.learned["AT+NEWEST"] = "? ="
    assert offered(session, "newe") == {"AT+NEWEST": "as AT+CMD? told: ? ="}


@pytest.mark.parametrize(
    ("line", "family", "text"),
    [
        ("", "", "Tab completes"),
        ("AT+CIPMUX", "", "AT+CIPMUX  one link, or five with numbers"),
        ("AT+CIPMUX=", "", "on: 0 one link; 1 five links"),
        ("AT+CIPMUX=1,", "", "nothing more is taken"),
        ("AT+CIPSTATE?", "nonos-1.7.4", "NonOS 1.7.4 does not have it: links and their ends"),
        ("/baud", "", "/baud N"),
    ],
)
def test_the_line_below(talking, line, family, text):
    session = talking().session
    session.family = family
    assert text in "".join(part for _, part in below(line, session))


@pytest.mark.parametrize("width", [40, 60, 100, 200])
def test_the_line_below_is_whole_on_a_narrow_terminal(talking, width):
    parts = below('AT+CIPSTART=0,"TCP","example.com",80,', talking().session)
    text = "".join(part for _, part in folded(parts, width))
    assert all(len(line.rstrip()) <= width for line in text.split("\n"))
    assert text.replace("\n", "") == "".join(part for _, part in parts)
    assert ("\n" in text) == (width < 200)


def test_what_does_not_fit_is_not_sent(talking, monkeypatch):
    session = talking().session
    Fits(session).validate(Document("AT+CIPSEND=5"))
    session._talk.wanted = 3
    Fits(session).validate(Document("\\x1bab"))
    Fits(session).validate(Document("+++"))
    for text in ("abcd", "\\q"):
        with pytest.raises(ValidationError):
            Fits(session).validate(Document(text))


def test_only_its_owner_reads_the_history(tmp_path, monkeypatch, talking):
    from espat_tools.console import cli

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    path = cli._history_file(None)
    assert path == tmp_path / "espat" / "console"
    assert os.name != "posix" or path.stat().st_mode & 0o077 == 0
    assert cli._history_file("") is None
    Remembered(path, talking().session).store_string('AT+CWJAP="a","password"')
    assert "password" not in path.read_text("utf-8")


# ---- a real terminal ----------------------------------------------------------------------------


class Terminal:
    """`espat console` in a pseudo-terminal."""

    def __init__(self, *options, columns=COLUMNS):
        import pty

        command = [sys.executable, "-m", "espat_tools.cli", "console", *options]
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm"
            os.execv(command[0], command)
        self.resize(columns)
        self.said = b""
        self._glass = Glass()

    def resize(self, columns):
        """Make it so wide."""
        import termios

        termios.tcsetwinsize(self._fd, (ROWS, columns))

    def see(self, text):
        """Wait until it is there, behind what was seen before."""
        end = time.monotonic() + PATIENCE
        while text not in self._glass.read():
            left = max(0, end - time.monotonic())
            assert select.select([self._fd], [], [], left)[0], self._glass.read()
            data = os.read(self._fd, 4096)
            if b"\x1b[6n" in data:
                os.write(self._fd, b"\x1b[1;1R")  # where the cursor is
            self.said += data
            self._glass.feed(data.decode("utf-8", "replace"))

    def type(self, text):
        """Press these keys."""
        os.write(self._fd, text.encode())

    def end(self):
        """Its exit status, however it ends."""
        end = time.monotonic() + PATIENCE
        with contextlib.suppress(OSError):  # EIO: it has ended
            while select.select([self._fd], [], [], max(0, end - time.monotonic()))[0]:
                if not os.read(self._fd, 4096):
                    break
            else:
                os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        os.close(self._fd)
        return os.waitstatus_to_exitcode(status)


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_in_a_real_terminal(tmp_path):
    path = tmp_path / "session.txt"
    terminal = Terminal("--port", "espat://", "-o", str(path), "--history", "")
    terminal.see("AT version:3.3.0.0")
    terminal.see("OK")
    terminal.type('AT+CWJAP="espat","correct horse"\r')
    terminal.see("! WIFI GOT IP")
    terminal.type("at+cifs\t")
    terminal.see("> AT+CIFSR")
    terminal.type("\r")
    terminal.see('+CIFSR:STAIP,"192.168.1.50"')
    terminal.type("\x04")
    assert terminal.end() == 0
    assert b"correct horse" not in terminal.said
    assert b'AT+CWJAP="espat","*************"\r\n' in load(path).said("->")


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_in_a_window_of_60_columns_that_grows(tmp_path):
    terminal = Terminal("--port", "espat://", "--history", "", columns=60)
    terminal.see("OK")
    terminal.type('AT+CIPSTART=0,"TCP","example.com",80,')
    terminal.see("be left out")  # the line below goes on in a second one
    terminal.see('[,"local address"]')
    terminal.type("\x15AT+NOSUCH\r")
    terminal.see("AT+CMD? asks newer\n  firmware for all")
    terminal.type('AT+CIPSTART=0,"TCP","example.com",80,')
    terminal.resize(COLUMNS)
    terminal.see("UDP: local port; may be left out")
    terminal.type("\x15\x04")
    assert terminal.end() == 0
