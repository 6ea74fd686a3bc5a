"""`espat console` without a terminal: a script of commands, a line each."""

import os
import subprocess
import sys

import pytest

from espat_tools.transcripts import load


def run(commands, *options, port="espat://?joined=1"):
    """The command with these lines on its standard input."""
    command = [sys.executable, "-m", "espat_tools.cli", "console", "--port", port, *options]
    return subprocess.run(
        command, input=commands, capture_output=True, encoding="utf-8", timeout=120, check=False
    )


def test_a_script(echo_server):
    url = f"espat://?joined=1&host=echo.test=127.0.0.1:{echo_server}"
    lines = ["AT+CIPMUX=1", 'AT+CIPSTART=0,"TCP","echo.test",80', "AT+CIPSEND=0,4", "ab\\r\\n"]
    done = run("\n".join(lines) + "\n", "--no-ask", port=url)
    assert done.returncode == 0, done.stderr
    said = [line.partition("  ")[0] for line in done.stdout.splitlines()]
    assert said[:9] == [
        "> AT+CIPMUX=1",
        "OK",
        '> AT+CIPSTART=0,"TCP","echo.test",80',
        "! 0,CONNECT",
        "OK",
        "> AT+CIPSEND=0,4",
        "OK",
        "Recv 4 bytes",
        "SEND OK",
    ]
    assert done.stdout.splitlines()[9:] == ["< 4 bytes, link 0", "  ab␍␊"]


def test_what_is_refused_is_told_by_the_exit_status():
    done = run("AT+CWMODE=7\nAT+GMR?\nAT\n")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "> AT+GMR"
    assert "mode: 7 is none of 0, 1, 2, 3" in done.stdout
    assert "it is typed AT+GMR" in done.stdout
    assert done.stdout.splitlines()[-2:] == ["> AT", "OK"]


def test_what_is_not_answered_is_told():
    done = run(
        "AT+CIPMUX?\nAT\n",
        "--no-ask",
        "--timeout",
        "0.5",
        port="espat://?fault=ignore at AT%2BCIPMUX",
    )
    assert (done.returncode, done.stderr) == (1, "AT+CIPMUX?: no answer\n")
    assert done.stdout.splitlines() == ["> AT+CIPMUX?", "> AT", "OK"]


def test_secrets_are_hidden_and_can_be_shown(tmp_path):
    line = 'AT+CWJAP="espat","correct horse"\n'
    path = tmp_path / "session.txt"
    done = run(line, "--no-ask", "-o", str(path))
    assert '> AT+CWJAP="espat","*************"' in done.stdout
    assert "correct" not in done.stdout + path.read_text("utf-8")
    assert load(path).masked
    done = run(line, "--no-ask", "--unmasked")
    assert "correct horse" in done.stdout


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--family", "pico"), "one of nonos-1.3"),
        (("-o", "/nowhere/session.txt"), "/nowhere/session.txt: No such file or directory"),
    ],
)
def test_options_that_cannot_be(options, text):
    done = run("", *options)
    assert done.returncode in (1, 2)
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_not_there():
    done = run("", port="/dev/not-there")
    assert done.returncode == 1
    assert "There is no port /dev/not-there" in done.stderr


def test_what_people_type_first():
    done = run("help\nQUIT\nAT\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "/record FILE" in done.stdout
    assert "AT+CWJAP" in done.stdout
    assert "> help" not in done.stdout, "it is nothing for the module"
    assert "> AT" not in done.stdout.splitlines()


@pytest.mark.parametrize(
    ("commands", "options", "hint"),
    [
        ("AT+NOSUCH", (), "not in the list that /help shows"),
        ("hello", (), "commands begin with AT"),
        ('AT+CWJAP="espat', (), 'a " is missing'),
        ('AT+CWJAP="nobody","password"', (), "no access point of that name"),
        ('AT+CWJAP="espat","another one"', (), "wrong password"),
        ("AT+CIPSERVER=1,80", (), "it wants AT+CIPMUX=1 before"),
        ("AT+CIPSEND=5", (), "is the link open?"),
        ('AT+CWJAP_CUR="espat","x"', ("--family", "nonos-1.7.4"), "is it a station?"),
    ],
)
def test_an_error_is_explained(commands, options, hint):
    profile = options[1] if options else "esp32c3-3.3"
    done = run(f"{commands}\n", "--no-ask", *options, port=f"espat://?profile={profile}")
    hints = [line for line in done.stdout.splitlines() if line.startswith("  ")]
    assert len(hints) == 1
    assert hint in hints[0]


def test_lines_that_are_no_utf_8_go_out_as_they_are(tmp_path):
    path = tmp_path / "session.txt"
    command = [sys.executable, "-m", "espat_tools.cli", "console", "--port", "espat://", "--no-ask"]
    done = subprocess.run(
        [*command, "-o", str(path)],
        input=b'AT+CWLAP="\xff\xfe"\nAT\n',
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1", "LC_ALL": "C"},
    )
    assert b"codec" not in done.stderr
    assert done.stdout.splitlines()[-2:] == [b"> AT", b"OK"]
    assert load(path).said("->") == b'AT+CWLAP="\xff\xfe"\r\nAT\r\n'


@pytest.mark.skipif(os.name != "posix", reason="a pipe that ends with head")
def test_who_reads_it_may_end_first():
    """As `espat console ... | head -1` does: no word of a lost port."""
    command = [sys.executable, "-m", "espat_tools.cli", "console", "--port", "espat://"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout.readline() == b"> AT+GMR\n"
    process.stdout.close()
    process.stdin.write(b"AT+GMR\n" * 20)
    process.stdin.close()
    assert process.wait(60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()
