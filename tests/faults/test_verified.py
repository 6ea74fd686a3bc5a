"""What verification rests on is read back: a bent setting never connects to another's server.

`AT+CIPSSLCSNI=4,"tls.test"` arrives as `=0,...` and is confirmed: link 4 has no name to check.
"""

import pytest

from tests.driver.secure import ESPAT, blind, connected, echoes, serve, trusting
from tests.faults.rig import Spoiled, once, tried

# Named by CIPSTART's host from 5.0 on: there is nothing to bend.
NAMED = tuple(family for family in ESPAT if family != "esp32c6-5.0.1")

NAME = b'+CIPSSLCSNI=4,"tls'
BENDS = {
    "the link of CIPSSLCSNI": (NAME, once(b"=4,", b"=0,")),
    "the link of CIPSSLCSNI, to one that is none": (NAME, once(b"=4,", b"=6,")),
    "a letter of CIPSSLCSNI": (NAME, once(b"tls.test", b"tlr.test")),
    "the name of CIPSSLCSNI": (NAME, once(b"tls.test", b"other.test")),
    "an empty CIPSSLCSNI": (NAME, once(b"tls.test", b"")),
    "CIPSSLCSNI as another command": (NAME, once(b"CIPSSLCSNI", b"CIPSSLCCN")),
    "the link of a CIPSSLCSNI that clears": (b'+CIPSSLCSNI=4,""', once(b"=4,", b"=0,")),
    "the link of a CIPSSLCCN that clears": (b'+CIPSSLCCN=4,""', once(b"=4,", b"=0,")),
    "the link of CIPSSLCCONF": (b"+CIPSSLCCONF=4", once(b"=4,", b"=0,")),
    "the kind of CIPSSLCCONF": (b"+CIPSSLCCONF=4,2", once(b"=4,2", b"=4,0")),
    "the CA of CIPSSLCCONF": (b"+CIPSSLCCONF=4,2", lambda line: line[:-3] + b"0\r\n"),
    "CIPSSLCCONF as another command": (b"+CIPSSLCCONF=4", once(b"CIPSSLCCONF", b"CIPSSLCCOOF")),
}


def dialled(desk, how, context, host="tls.test", **names):
    """(the socket or None, the OSError or None)."""
    word, change = BENDS[how]
    desk.line.ask(word, change)
    return tried(connected, desk, context, host=host, **names)


@pytest.mark.parametrize("how", BENDS)
@pytest.mark.parametrize("family", ESPAT)
def test_a_bent_setting_never_reaches_anothers_server(make_desk, family, how):
    """The name leads to a server with the certificate of other.test, by the right CA."""
    desk = make_desk(family, line=Spoiled).join()
    server = serve(desk, "name")
    sock, error = dialled(desk, how, trusting())
    assert desk.line.hits or family not in NAMED or "clears" in how
    assert error and not sock, "connected, to a server that is certified for other.test"
    assert not server.data
    desk.works()


@pytest.mark.parametrize("how", BENDS)
@pytest.mark.parametrize("family", ESPAT)
def test_a_bent_setting_never_reaches_a_strangers_server(make_desk, family, how):
    """The certificate is for tls.test, and of a CA that nobody trusts."""
    desk = make_desk(family, line=Spoiled).join()
    server = serve(desk, "stranger")
    sock, error = dialled(desk, how, trusting())
    assert error and not sock
    assert not server.data
    desk.works()


@pytest.mark.parametrize("how", BENDS)
@pytest.mark.parametrize("family", NAMED)
def test_it_is_set_again_and_the_right_server_is_reached(make_desk, family, how):
    """Read back, found wrong, set once more: the connection that was wanted comes about."""
    desk = make_desk(family, line=Spoiled).join()
    serve(desk)
    sock, error = dialled(desk, how, trusting())
    if desk.line.hits:
        for _ in range(2):
            if not error:
                break
            sock, error = tried(connected, desk, trusting())
    assert not error, error
    assert echoes(sock)


@pytest.mark.parametrize("word", [b"AT+CIPSSLCSNI=", b"AT+CIPSSLCCN=", b"AT+CIPSSLCCONF="])
@pytest.mark.parametrize("family", NAMED)
def test_an_ok_that_was_not_seen_is_not_taken_for_one(make_desk, family, word):
    r"""`\r\nK\r\n`: set again, or ETIMEDOUT; other.test's server is not reached, tls.test's is."""
    desk = make_desk(family, line=Spoiled).join()
    serve(desk, "name", host="bad.test")
    serve(desk)
    desk.line.answer(word, once(b"\r\nOK\r\n", b"\r\nK\r\n"))
    sock, error = tried(connected, desk, trusting(), host="bad.test")
    assert error and not sock
    for _ in range(2):
        sock, error = tried(connected, desk, trusting())
        if not error:
            break
    assert not error, error
    assert echoes(sock)


@pytest.mark.parametrize("family", NAMED)
def test_a_name_that_was_left_behind_is_not_checked_for_the_next(make_desk, family):
    """CIPSSLCSNI of link 4 goes to link 0: an unverified connection does not tell another name."""
    desk = make_desk(family, line=Spoiled).join()
    served = serve(desk)
    with connected(desk, trusting()) as sock:
        assert echoes(sock)
    desk.line.ask(b"+CIPSSLCSNI=4", once(b"=4,", b"=0,"))
    context = blind()
    sock, error = tried(connected, desk, context)
    if not error:
        assert echoes(sock)
        assert served.context.names[-1] in ("tls.test", None)
