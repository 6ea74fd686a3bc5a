"""The lines that firmware prints with no CRLF before them, and lines that it does not print."""

import ast
import re
from pathlib import Path

import pytest

from espat.words import is_word

SHARED = Path(__file__).resolve().parents[3] / "shared"

#: Written from the format strings of the NonOS library, all releases, and dialects.md 1 and 2.
WORDS = """
DNS Fail|no ip|IP ERROR|IP1 ERROR|IP2 invalid|ID ERROR|ENTRY ERROR|Link type ERROR|UNLINK|MUX=0
ALREADY CONNECTED|link is not valid|link is builded|link has changed|no change|too long|IPMODE=1
CIPSERVER must be 0|CIPMUX and CIPSERVER must be 0|Server has started|Have 3 Connections|+timeout
local port:2390|change type:2|to read 41 bytes|remote port:80|STATUS:3|link_state=-1|+12|+1204
disconnect cb:1,-12,3|data send fail|data send fail -7|malloc 1024 byte fail|pespconn 0x3fff1234
S conect C: 3ffe8a10|[2]some text|1,SEND OK|1,22,SEND FAIL|CONNECT|3,CLOSED|192.168.4.2
192.168.4.2,02:00:00:0a:00:01|02:00:00:0a:00:01|+CIPSTA_CUR:ip:"192.168.1.50"|+CWJAP:2
AT version:1.7.4.0(May 11 2020 19:13:04)|ssid:a name|No AP|wps success,connecting ap ...
NO CA FOUND|unknown host: no.test|wifi disconnected, rc:201|+STA_CONNECTED:"02:00"
"""

#: What may be left of a payload.
RESTS = """
1|7|12|1,2|5.3|+|1.2.3|a|ok|<html>|DNS Fai|NS Fail|no ip!|+cipsta:1|+:1|02:00:00:0a:00
02:00:00:0g:00:01|#|local port:|STATUS:|to read bytes|# , OK|CONNECTED|,CLOSED|x,CLOSED|#,CLOSED
"""


@pytest.mark.parametrize("word", WORDS.replace("\n", "|").strip("|").split("|"))
def test_a_word(word):
    assert is_word(word.encode())


@pytest.mark.parametrize("rest", RESTS.replace("\n", "|").strip("|").split("|"))
def test_no_word(rest):
    assert not is_word(rest.encode())


def test_no_word_has_another_byte_before_it():
    for word in WORDS.replace("\n", "|").strip("|").split("|"):
        if word[0] not in "0123456789+[":
            assert not is_word(b"x" + word.encode())
        assert not is_word(b"\x00" + word.encode())


@pytest.mark.parametrize("empty", [b"", b"\n", b" ", b"\r"])
def test_nothing_is_no_word(empty):
    assert not is_word(empty)


@pytest.mark.outside_material
def test_every_line_of_nonos():
    """All of the library's strings, but for parts of lines and bare numbers."""
    strings = SHARED / "nonos-format-strings.txt"
    if not strings.is_file():
        pytest.skip("the format strings are not beside this checkout: ../shared")
    count = 0
    for row in strings.read_text("utf-8").split("##### at_cmd")[0].splitlines():
        found = re.match(r"[X.]{5} (['\"].*)$", row)
        text = ast.literal_eval(found[1]) if found else ""
        if not text.endswith("\r\n") or text.startswith(("\r\n", '"', ",")) or text == "AT+RST\r\n":
            continue
        if re.fullmatch(r"(%[du],?)+(%s)?\r\n", text) and text.count("%") < 5:
            continue
        text = text.replace("%02x:%02x:%02x:%02x:%02x:%02x", "02:00:00:0a:00:01")
        text = (
            re.sub(r"^%s:", "+CIPSTA_CUR:", text).replace("%p", "0x3fff1234").replace("%s", "a,b")
        )
        line = re.sub(r"%[du]", "12", text).strip("\r\n").encode()
        assert is_word(line), line
        count += 1
    assert count > 140
