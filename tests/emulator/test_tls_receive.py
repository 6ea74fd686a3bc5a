"""Data over TLS: lengths as each release counts them, large amounts, ends of every kind."""

import hashlib

import pytest

from espat_tools.emulator.families import E22, E24, E33, E41, E50, ESPAT, N17, OLD, WIZ
from espat_tools.emulator.tls_peer import tls_server
from tests.emulator import tls_material as material
from tests.emulator.tls_material import Web

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"

#: Those that count what is encrypted, and those that see the record at hand.
CIPHERTEXT = pytest.mark.parametrize("family", [E22, E24])
RECORD = pytest.mark.parametrize("family", [E33, E41, E50])
MODERN = pytest.mark.parametrize("family", sorted(ESPAT))

#: What AES-GCM adds to a record: head, nonce and tag.
MORE = 5 + 8 + 16

#: A warning: close_notify, as a record.
GOODBYE = 5 + 8 + 2 + 16


class Silent(Web):
    """A server that keeps what it hears."""

    def received(self, peer, data):
        """Somebody said something."""


@pytest.fixture
def linked(desk, tmp_path):
    """Makes a desk with an open TLS link 0, in passive mode unless told otherwise."""

    def make(family, passive=True, mux=1):
        bench = desk(family, joined=True, mux=mux)
        bench.web = Silent()
        context = material.context(tmp_path, old=family in OLD)
        bench.network.listen("web.test", 443, tls_server(context, bench.web))
        bench.send(b'AT+CIPSTART=%s"SSL","web.test",443\r\n' % (b"0," * mux))
        if passive:
            bench.send(b"AT+CIPRECVMODE=1\r\n")
        return bench

    return make


def lengths(first):
    """The reply to AT+CIPRECVLEN? with one open link."""
    return b"+CIPRECVLEN:%d,-1,-1,-1,-1\r\n" % first + OK


def data(text):
    """The reply to AT+CIPRECVDATA."""
    return b"+CIPRECVDATA:%d,%s" % (len(text), text) + OK


# -- passive -----------------------------------------------------------------------------------


@CIPHERTEXT
def test_lengths_count_what_is_encrypted(linked, family):
    bench = linked(family)
    bench.web.peer.send(b"x" * 421)
    # esp-at issue 655: announced 450, read 421, and nothing left.
    assert bench.wait() == b"\r\n+IPD,0,450\r\n"
    bench.talk(
        (b"AT+CIPRECVLEN?\r\n", lengths(450)),
        (b"AT+CIPRECVDATA=0,450\r\n", data(b"x" * 421)),
        (b"AT+CIPRECVDATA=0,29\r\n", ERROR),
        (b"AT+CIPRECVLEN?\r\n", lengths(0)),
    )


@RECORD
def test_lengths_are_those_of_the_record_at_hand(linked, family):
    bench = linked(family)
    bench.web.peer.send(b"x" * 300)
    bench.web.peer.send(b"y" * 200)
    assert bench.wait() == b"\r\n+IPD,0,300\r\n"
    bench.talk(
        (b"AT+CIPRECVLEN?\r\n", lengths(300)),
        (b"AT+CIPRECVDATA=0,500\r\n", data(b"x" * 300) + b"\r\n+IPD,0,200\r\n"),
        (b"AT+CIPRECVLEN?\r\n", lengths(200)),
        (b"AT+CIPRECVDATA=0,2048\r\n", data(b"y" * 200)),
        (b"AT+CIPRECVLEN?\r\n", lengths(0)),
        (b"AT+CIPRECVDATA=0,1\r\n", ERROR),
    )


@CIPHERTEXT
def test_a_record_read_in_parts(linked, family):
    bench = linked(family)
    bench.web.peer.send(b"x" * 100)
    bench.web.peer.send(b"y" * 50)
    total = 100 + 50 + 2 * MORE
    assert bench.wait() == b"\r\n+IPD,0,%d\r\n" % total
    left = 60 + 50 + MORE
    again = b"\r\n+IPD,0,%d\r\n"
    bench.talk(
        (b"AT+CIPRECVDATA=0,40\r\n", data(b"x" * 40) + again % left),
        (b"AT+CIPRECVLEN?\r\n", lengths(left)),
        (b"AT+CIPRECVDATA=0,%d\r\n" % left, data(b"x" * 60) + again % (50 + MORE)),
        (b"AT+CIPRECVDATA=0,2048\r\n", data(b"y" * 50)),
    )


@CIPHERTEXT
def test_the_end_is_told_as_data(linked, family):
    bench = linked(family)
    bench.web.peer.close()
    # esp-at issue 729.
    bench.talk(
        (b"AT+CIPRECVLEN?\r\n", b"\r\n+IPD,0,%d\r\n" % GOODBYE + lengths(GOODBYE)),
        (b"AT+CIPRECVDATA=0,31\r\n", ERROR + b"0,CLOSED\r\n"),
        (b"AT+CIPRECVLEN?\r\n", b"+CIPRECVLEN:-1,-1,-1,-1,-1\r\n" + OK),
    )


@RECORD
def test_the_end_waits_for_the_data(linked, family):
    bench = linked(family)
    bench.web.peer.send(b"last")
    bench.web.peer.close()
    assert bench.wait() == b"\r\n+IPD,0,4\r\n"
    assert bench.send(b"AT+CIPRECVDATA=0,99\r\n") == data(b"last") + b"0,CLOSED\r\n"


@MODERN
def test_an_abrupt_end_while_data_wait(linked, family):
    bench = linked(family)
    bench.web.peer.send(b"last")
    bench.web.peer.close(notify=False)
    bench.wait()
    assert bench.send(b"AT+CIPRECVDATA=0,99\r\n") == data(b"last") + b"0,CLOSED\r\n"


@MODERN
def test_an_end_in_the_middle_of_a_record(linked, family):
    bench = linked(family)
    raw = bench.web.peer.raw
    raw.send(b"\x17\x03\x03\x00\x40half a record")
    raw.close()
    said = bench.wait()
    if family in (E22, E24):
        assert said == b"\r\n+IPD,0,18\r\n"
        assert bench.send(b"AT+CIPRECVDATA=0,18\r\n") == ERROR + b"0,CLOSED\r\n"
    else:
        assert said == b"0,CLOSED\r\n"


@MODERN
def test_a_record_that_was_tampered_with(linked, family):
    bench = linked(family)
    bench.web.peer.send(b"secret")
    bench.web.peer.raw.unread[-1] ^= 1
    said = bench.wait()
    if family in (E22, E24):
        said += bench.send(b"AT+CIPRECVDATA=0,99\r\n")
    assert said.endswith(b"0,CLOSED\r\n")
    assert b"secret" not in said


@CIPHERTEXT
def test_reading_waits_for_the_rest_of_a_record(linked, family):
    bench = linked(family)
    raw = bench.web.peer.raw
    bench.web.peer.send(b"x" * 50)
    whole = bytes(raw.unread)
    del raw.unread[20:]
    assert bench.wait() == b"\r\n+IPD,0,20\r\n"
    assert bench.send(b"AT+CIPRECVDATA=0,20\r\n", 3) == b""
    raw.send(whole[20:])
    assert bench.wait() == data(b"x" * 20) + b"\r\n+IPD,0,30\r\n"


@CIPHERTEXT
def test_reading_gives_up_on_the_rest_of_a_record(linked, family):
    bench = linked(family)
    bench.web.peer.raw.send(b"\x17\x03\x03\x01\x00")
    assert bench.wait() == b"\r\n+IPD,0,5\r\n"
    assert bench.send(b"AT+CIPRECVDATA=0,5\r\n", 9.9) == b""
    assert bench.wait(0.2) == ERROR + b"\r\n+IPD,0,5\r\n"
    assert 0 in bench.module.core.links.open


@CIPHERTEXT
def test_the_window_holds_ciphertext(linked, family):
    bench = linked(family)
    bench.web.peer.send(b"x" * 16384)
    window = bench.module.core.profile.window
    assert bench.wait() == b"\r\n+IPD,0,%d\r\n" % window
    assert len(bench.web.peer.unread) == 16384 + MORE - window
    said = bench.send(b"AT+CIPRECVDATA=0,16384\r\n")
    assert said == data(b"x" * 16384)


@RECORD
def test_a_whole_record_is_at_hand(linked, family):
    bench = linked(family)
    bench.web.peer.send(b"x" * 36384)
    assert bench.wait() == b"\r\n+IPD,0,16384\r\n"
    assert bench.web.peer.unread
    said = bench.send(b"AT+CIPRECVDATA=0,16384\r\n")
    assert said == data(b"x" * 16384) + b"\r\n+IPD,0,16384\r\n"


@MODERN
def test_without_numbers(linked, family):
    bench = linked(family, mux=0)
    bench.web.peer.send(b"hello")
    length = 5 + MORE if family in (E22, E24) else 5
    bench.talk(
        (b"AT+CIPRECVLEN?\r\n", b"\r\n+IPD,%d\r\n+CIPRECVLEN:%d\r\n" % (length, length) + OK),
        (b"AT+CIPRECVDATA=%d\r\n" % length, data(b"hello")),
    )


@MODERN
def test_from_passive_to_active(linked, family):
    bench = linked(family)
    bench.web.peer.send(b"hello")
    bench.wait()
    assert bench.send(b"AT+CIPRECVMODE=0\r\n") == OK + b"\r\n+IPD,0,5:hello\r\n"


@pytest.mark.parametrize("family", [N17, WIZ])
def test_nonos_stays_active(linked, family):
    bench = linked(family)
    bench.web.peer.send(b"hello")
    assert bench.wait() == b"\r\n+IPD,0,5:hello"
    assert bench.send(b"AT+CIPRECVDATA=0,5\r\n") == ERROR


# -- ends in active mode -----------------------------------------------------------------------


@pytest.mark.parametrize("notify", [True, False])
@pytest.mark.parametrize("family", [N17, E22, E33, E50])
def test_the_server_closes(linked, family, notify):
    bench = linked(family, passive=False)
    bench.web.peer.send(b"bye")
    bench.web.peer.close(notify=notify)
    tail = b"\r\n" * (family in ESPAT)
    assert bench.wait() == b"\r\n+IPD,0,3:bye" + tail + b"0,CLOSED\r\n"


@pytest.mark.parametrize("family", [N17, E33])
def test_the_server_breaks_the_connection(linked, family):
    bench = linked(family, passive=False)
    bench.web.peer.reset()
    assert bench.wait() == b"0,CLOSED\r\n"


def test_sending_to_a_server_that_has_left(linked):
    bench = linked(E33)
    bench.web.peer.send(b"unread")
    bench.web.peer.close()
    bench.wait()
    bench.send(b"AT+CIPSEND=0,5\r\n")
    assert bench.send(b"hello").endswith(b"SEND OK\r\n")
    bench.send(b"AT+CIPSEND=0,5\r\n")
    assert bench.send(b"hello").endswith(b"SEND FAIL\r\n")


def test_the_module_says_no_goodbye(linked):
    bench = linked(E33)
    peer = bench.web.peer
    before = len(peer.raw.data)
    assert bench.send(b"AT+CIPCLOSE=0\r\n") == b"0,CLOSED\r\n" + OK
    assert peer.closed and len(peer.raw.data) == before


# -- large amounts -----------------------------------------------------------------------------

BODY = hashlib.sha256(b"body").digest() * 3200  # 102,400 bytes


def read_active(said):
    """The payload in what was said, a run of +IPD."""
    found = b""
    while said:
        head, _, said = said.partition(b":")
        length = int(head.rpartition(b",")[2])
        found += said[:length]
        said = said[length:].removeprefix(b"\r\n")
        if said.startswith(b"0,CLOSED"):
            break
    return found


@pytest.mark.parametrize("family", [N17, E22, E33, E50])
def test_a_large_body_in_active_mode(linked, family):
    bench = linked(family, passive=False)
    for at in range(0, len(BODY), 2048):  # NonOS takes no larger record
        bench.web.peer.send(BODY[at : at + 2048])
    bench.web.peer.close()
    said = b""
    while not said.endswith(b"0,CLOSED\r\n"):
        piece = bench.wait(0.01)
        assert piece
        said += piece
    assert read_active(said) == BODY


@MODERN
def test_a_large_body_in_passive_mode(linked, family):
    bench = linked(family)
    bench.web.peer.send(BODY)
    bench.web.peer.close()
    found = b""
    while True:
        bench.wait()
        said = bench.send(b"AT+CIPRECVDATA=0,2048\r\n", 0.01)
        head, _, rest = said.partition(b",")
        if not head.startswith(b"+CIPRECVDATA:"):
            break
        length = int(head.partition(b":")[2])
        assert rest[length:].startswith(OK)
        found += rest[:length]
        if b"0,CLOSED" in rest[length:]:
            break
    assert found == BODY
    assert 0 not in bench.module.core.links.open


@pytest.mark.parametrize("family", [N17, E22, E33, E50])
def test_a_large_body_to_the_server(linked, family):
    bench = linked(family, passive=False)
    for at in range(0, len(BODY), 2048):
        bench.send(b"AT+CIPSEND=0,2048\r\n", 0.01)
        assert bench.send(BODY[at : at + 2048], 0.01).endswith(b"SEND OK\r\n")
    assert bytes(bench.web.peer.data) == BODY


def test_records_that_leave_are_small(linked):
    bench = linked(E33, passive=False)
    before = len(bench.web.peer.raw.data)
    bench.send(b"AT+CIPSEND=0,8192\r\n")
    assert bench.send(bytes(8192)).endswith(b"SEND OK\r\n")
    assert len(bench.web.peer.raw.data) - before == 2 * (4096 + MORE)


def test_a_server_that_takes_no_more(linked):
    bench = linked(E33, passive=False)
    bench.web.peer.raw.room = 1000
    bench.send(b"AT+CIPSEND=0,8192\r\n")
    assert bench.send(bytes(8192)) == b"\r\nRecv 8192 bytes\r\n"
    bench.web.peer.raw.room = None
    assert bench.wait(1.0) == b"\r\nSEND OK\r\n"
    assert len(bench.web.peer.data) == 8192
