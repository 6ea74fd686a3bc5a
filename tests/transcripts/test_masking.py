"""No secret is written down, wherever what was said is cut, and whatever tears its echo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espat_tools.transcripts import HOST, MODULE, Masker, Recorder, load
from tests.driver.desk import examples
from tests.transcripts.counting import count
from tests.transcripts.secrets import TALKS

GRAM = 4
"""So many bytes of a secret in a row are too many, where its echo is torn."""
NOTICES = (b"0,CONNECT\r\n", b"\r\n+IPD,0,5:QQQQQ", b"WIFI DISCONNECT\r\n", b"\r\nbusy p...\r\n")


def masked(said):
    """What is written down of it: (way, bytes)."""
    masker = Masker()
    pieces = [p for way, data in said for p in masker.add(0.0, way, data)] + masker.flush()
    assert [(p.way, len(p.what)) for p in pieces] == [(way, len(data)) for way, data in said]
    return [(p.way, p.what) for p in pieces]


def stream(said, way):
    return b"".join(data for each, data in said if each == way)


def check(talk, said):
    """No secret is there, and the rest is as it was."""
    out = masked(said)
    for way in (HOST, MODULE):
        text = stream(out, way)
        for secret in talk.secrets:
            assert secret not in text, (way, said)
        for old, new in zip(stream(said, way), text, strict=True):
            assert new in (old, 0x2A)
    return out


def cuts(said):
    """Yield what was said with one of its pieces cut in two, at every place; and all to bytes."""
    for i, (way, data) in enumerate(said):
        for at in range(1, len(data)):
            yield [*said[:i], (way, data[:at]), (way, data[at:]), *said[i + 1 :]]
    yield [(way, data[at : at + 1]) for way, data in said for at in range(len(data))]


def typed(said):
    """A command, and its echo byte by byte beside it, as a terminal has it."""
    out = []
    for i, (way, data) in enumerate(said):
        before = said[i - 1] if i else (None, b"")
        if way == MODULE and before[0] == HOST and data[:2] == b"AT" == before[1][:2]:
            out.pop()
            for a, b in zip(before[1], data, strict=False):
                out += [(HOST, bytes([a])), (MODULE, bytes([b]))]
            if len(data) > len(before[1]):
                out.append((MODULE, data[len(before[1]) :]))
        else:
            out.append((way, data))
    return out


@pytest.mark.parametrize("name", TALKS)
def test_at_every_cut(name):
    talk = TALKS[name]
    whole = check(talk, talk.said)
    for shown in talk.shown:
        assert shown in stream(whole, HOST) or shown in stream(whole, MODULE), shown
    tried = 0
    for said in [*cuts(talk.said), typed(talk.said)]:
        out = check(talk, said)
        for way in (HOST, MODULE):
            assert stream(out, way) == stream(whole, way), "a cut changes what is hidden"
        tried += 1
    count("cuts through what holds a secret", tried)


def grams(secrets):
    return {s[i : i + GRAM] for s in secrets for i in range(max(1, len(s) - GRAM + 1))}


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize("name", [name for name, talk in TALKS.items() if talk.secrets])
def test_with_a_notice_in_the_echo(name, notice):
    """At every byte; and with a second notice three bytes on."""
    talk = TALKS[name]
    tried = 0
    for i, (way, data) in enumerate(talk.said):
        if way != MODULE or data[:2] != b"AT":
            continue
        for at in range(1, len(data) - 1):
            for more in (b"", notice):
                torn = data[:at] + notice + data[at : at + 3] + more + data[at + 3 :]
                out = masked([*talk.said[:i], (way, torn), *talk.said[i + 1 :]])
                text = stream(out, MODULE)
                for gram in grams(talk.secrets) - grams([notice, b"\r\nOK\r\n", b"ERROR"]):
                    assert gram not in text or gram in _innocent(talk), (at, gram, text)
                tried += 1
    count("echoes of secrets torn by a notice", tried)


def _innocent(talk):
    """What the module says though it is no secret there."""
    return stream(masked(talk.said), MODULE)


def test_a_notice_in_a_torn_echo_can_still_be_read():
    said = [(HOST, b'AT+CWJAP="attic","correct horse"\r\n')]
    said += [
        (MODULE, b'AT+CWJAP="attic","corr0,CONNECT\r\nect horse"\r\n'),
        (MODULE, b"\r\nOK\r\n"),
    ]
    assert masked(said)[1][1] == b'AT+CWJAP="attic","****0,CONNECT\r\n*********"\r\n'


@pytest.mark.parametrize("name", TALKS)
@pytest.mark.parametrize("cut", [1, 7, 10_000])
def test_the_file(name, cut, tmp_path):
    """What a recorder writes, read as a file by someone who looks for secrets."""
    talk = TALKS[name]
    texts = {}
    for mask in (True, False):
        path = tmp_path / f"{mask}.txt"
        with Recorder(path, mask=mask) as recorder:
            for way, data in talk.said:
                for at in range(0, len(data), cut):
                    (recorder.host if way == HOST else recorder.module)(data[at : at + cut])
        transcript = load(path)
        assert transcript.masked is mask
        texts[mask] = transcript.said(HOST) + b"\0" + transcript.said(MODULE)
        raw = path.read_bytes()
        if mask:
            for secret in talk.secrets:
                assert secret not in raw
                assert repr(secret)[2:-1].encode() not in raw
    found = [secret for secret in talk.secrets if secret in texts[False]]
    assert found or not talk.secrets, "they were there to be found"
    assert not [secret for secret in talk.secrets if secret in texts[True]]
    assert len(texts[True]) == len(texts[False])


PLAIN = st.lists(
    st.tuples(
        st.sampled_from([HOST, MODULE]),
        st.one_of(
            # Without "+": it would be the name of a command that carries secrets, now and then.
            st.binary(min_size=1, max_size=20).map(lambda data: data.replace(b"+", b".")),
            st.sampled_from([b"AT+CIPSEND=0,5\r\n", b"\r\nOK\r\n", b"+IPD,0,3:abc", b"AT+GMR\r\n"]),
        ),
    ),
    max_size=15,
)


@examples
@given(PLAIN)
def test_what_holds_no_secret_is_written_as_it_is_and_at_once(said):
    masker = Masker()
    for way, data in said:
        assert [(p.way, p.what) for p in masker.add(0.0, way, data)] == [(way, data)]
    assert masker.flush() == []


@examples
@given(st.sampled_from(list(TALKS)), PLAIN, st.integers(0, 20), st.randoms(use_true_random=False))
def test_between_anything(name, noise, at, random):
    """Whatever was said before, in any pieces: no secret is written, nothing is lost."""
    talk = TALKS[name]
    before = [(way, data.replace(b"=", b"") + b"\r\n") for way, data in noise[:at]]
    said = []
    for way, data in before + talk.said + before:
        while data:
            n = random.randint(1, len(data))
            said.append((way, data[:n]))
            data = data[n:]  # noqa: PLW2901
    check(talk, said)


def test_masking_what_is_masked_changes_nothing():
    for talk in TALKS.values():
        once = masked(talk.said)
        assert masked(once) == once


def test_what_may_be_the_beginning_of_a_secret_waits():
    masker = Masker()
    masker.add(0.0, HOST, b'AT+CWJAP="attic","correct horse"\r\n')
    masker.add(0.1, MODULE, b"\r\nOK\r\n")
    assert masker.add(0.2, MODULE, b"log: corr") == []
    assert masker.add(0.3, HOST, b"AT\r\n") == []  # in order
    assert [p.what for p in masker.add(0.4, MODULE, b"ectly\r\n")] == [
        b"log: corr",
        b"AT\r\n",
        b"ectly\r\n",
    ]
    masker.add(0.5, MODULE, b"log: correct hors")
    assert [p.what for p in masker.flush()] == [b"log: ************"]


ASKED = {
    b"AT+CWSAP?": b'+CWSAP:"mine","hunter2hunter2",5,3,4,0',
    b"AT+CIPSSLCPSK?": b"+CIPSSLCPSK:0,hunter2hunter2,id",
    b'AT+SYSFLASH=2,"client_key",0,14': b"+SYSFLASH:14,hunter2hunter2",
    b'AT+SYSMFG=1,"client_key","client_key.0"': (
        b'+SYSMFG:"client_key","client_key.0",8,14,hunter2hunter2'
    ),
}
"""Commands whose reply has a secret."""


@pytest.mark.parametrize("cut", [False, True], ids=["whole", "by bytes"])
@pytest.mark.parametrize("bend", [b"", b"##"], ids=["lost", "another"])
@pytest.mark.parametrize("asked", ASKED, ids=repr)
def test_a_damaged_reply_is_hidden(asked, bend, cut):
    """Any byte of its head lost on the line, or doubled into others; what follows is not hidden."""
    reply = ASKED[asked]
    for at in range(reply.index(b"hunter2")):
        line = reply[:at] + bend + reply[at + 1 :] + b"\r\n"
        said = [(HOST, asked + b"\r\n"), (MODULE, line + b"\r\nOK\r\n"), (MODULE, b"0,CONNECT\r\n")]
        if cut:
            said = [(way, data[i : i + 1]) for way, data in said for i in range(len(data))]
        out = masked(said)
        text = stream(out, MODULE)
        assert b"hunter2hunter2" not in text, line
        assert text.endswith(b"\r\nOK\r\n0,CONNECT\r\n")
