"""TLS however the bytes are cut, and whatever comes instead of them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from espat_tools.emulator.families import E22, E33, ESPAT, N17
from espat_tools.emulator.memory import MemoryChannel
from espat_tools.emulator.tls_peer import tls_server
from tests.emulator import tls_material as material
from tests.emulator.tls_material import Web

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"


@pytest.fixture
def make(desk, tmp_path):
    """Makes a desk with a TLS server that echoes."""

    def made(family, **options):
        bench = desk(family, joined=True, **options)
        bench.web = Web()
        context = material.context(tmp_path, old=family == N17)
        bench.network.listen("web.test", 443, tls_server(context, bench.web))
        return bench

    return made


@pytest.mark.parametrize("most", [1, 2, 5, 6, 100])
@pytest.mark.parametrize("family", [N17, E22, E33])
def test_bytes_come_a_few_at_a_time(make, monkeypatch, family, most):
    whole = MemoryChannel.receive
    monkeypatch.setattr(MemoryChannel, "receive", lambda self, n: whole(self, min(n, most)))
    bench = make(family)
    assert bench.send(b'AT+CIPSTART="SSL","web.test",443\r\n') == b"CONNECT\r\n" + OK
    bench.send(b"AT+CIPSEND=1000\r\n")
    said = bench.send(b"x" * 1000)
    tail = b"\r\n" * (family in ESPAT)
    assert said.endswith(b"SEND OK\r\n\r\n+IPD,1000:" + b"x" * 1000 + tail)
    bench.web.peer.close()
    assert bench.wait() == b"CLOSED\r\n"


@pytest.mark.parametrize("family", [N17, E22, E33])
def test_bytes_leave_a_few_at_a_time(make, monkeypatch, family):
    whole = MemoryChannel.send
    monkeypatch.setattr(
        MemoryChannel, "send", lambda self, data, target=None: whole(self, data[:7], target)
    )
    bench = make(family)
    assert bench.send(b'AT+CIPSTART="SSL","web.test",443\r\n') == b"CONNECT\r\n" + OK
    bench.send(b"AT+CIPSEND=100\r\n")
    assert b"+IPD,100:" + b"x" * 100 in bench.send(b"x" * 100)


class Babbling:
    """A server that says whatever it is given, at the first word or once a link stands."""

    def __init__(self, said):
        self.said = said

    def received(self, peer, data):
        """Somebody said hello."""
        if self.said:
            peer.send(self.said.pop(0))
        else:
            peer.close()


_RECORDS = st.builds(
    lambda kind, body: bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body,
    st.integers(20, 24),
    st.binary(max_size=64),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=st.lists(st.binary(max_size=80) | _RECORDS, max_size=4))
@pytest.mark.parametrize("family", [N17, E22, E33])
def test_nonsense_ends_in_an_error(make, family, said):
    bench = make(family)
    bench.network.listen("babble.test", 443, Babbling([each for each in said if each]))
    answer = bench.send(b'AT+CIPSTART="SSL","babble.test",443\r\n')
    answer += bench.wait(11) + bench.wait(11)
    assert answer == ERROR + b"CLOSED\r\n"
    assert bench.send(b"AT\r\n") == OK


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=st.lists(st.binary(min_size=1, max_size=80) | _RECORDS, max_size=4))
@pytest.mark.parametrize("passive", [0, 1])
@pytest.mark.parametrize("family", [E22, E33])
def test_nonsense_on_a_link_ends_it(make, family, passive, said):
    bench = make(family)
    bench.send(b"AT+CIPRECVMODE=%d\r\n" % passive)
    assert bench.send(b'AT+CIPSTART="SSL","web.test",443\r\n') == b"CONNECT\r\n" + OK
    for each in said:
        bench.web.peer.raw.send(each)
    bench.web.peer.raw.close()
    heard = bench.wait()
    for _ in range(2 * len(said) + 2):
        if b"CLOSED" not in heard:
            heard += bench.send(b"AT+CIPRECVDATA=2048\r\n") + bench.wait(11)
    assert heard.endswith(b"CLOSED\r\n")
    assert b"+CIPRECVDATA" not in heard.replace(b"AT+CIPRECVDATA", b"")
    assert not bench.module.core.links.open
