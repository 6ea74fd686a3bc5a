"""Sockets as streams: `ioctl`, `select.poll`, several that connect at once."""

import pytest

from tests.peers import Peer, closed_port, echo, three_lines


@pytest.fixture
def peers():
    """An echo, and one who says three lines."""
    with Peer(echo) as one, Peer(three_lines) as other:
        yield one, other


def test_several_connect_at_once(make_pico, peers):
    ports = {7: peers[0].port, 8: closed_port(), 9: peers[0].port, 10: peers[0].port}
    pico = make_pico({"echo.test": ("127.0.0.1", ports)})
    assert pico.run("poll_many", 7, 8, 9, 10) == [
        "7 from 7",
        "8 refused 111",
        "9 from 9",
        "10 from 10",
    ]
    assert len(pico.commands(b"+CIPSTART=")) == 4
    assert pico.sent() == len("from 7from 9from 10")


@pytest.mark.parametrize(
    ("family", "receives"), [("esp32c3-3.3", "passive"), ("nonos-1.3", "active")]
)
def test_the_stream_protocol(make_pico, peers, family, receives):
    ports = {7: peers[0].port, 8: peers[1].port}
    pico = make_pico({"echo.test": ("127.0.0.1", ports)}, family)
    assert pico.run("contract", 7, 8, receives) == [
        "ioctl True True True",
        "write 4 3 3",
        "read b'text' b'cutthe'",
        "send 4 b'allmore'",
        "nothing None None None None",
        "nothing True",
        "ready 0 4 4",
        "allocated 0",
        "taken 8",
        "partial b'given' b' up' None",
        "row 3 3 5",
        "row b'onetwothree'",
        *(["full [2048, 2048] True True"] if receives == "passive" else []),
        "put off None",
        "others True",
        "others 5",
        "closed 32 True",
        r"lines b'first\n' b'seco' b'nd\n' b'rest' b''",
        "end b'' b'' b'' 0",
        "end b'' b'' b'' 1",
        r"all b'first\nsecond\nrest'",
        "locked 0 32",
        "b'done'",
        "new True 20",
        "new 1",
    ]
    full = 2 * 2048 + 6144 if receives == "passive" else 0
    assert pico.sent() >= 4 + 3 + 3 + 3 + 4 + 8 + 11 + full + 3 + 1 + 1 + 4
    assert len(pico.commands(b"+CIPCLOSE=")) >= 1
