"""The ring against a model: a bytes object."""

from hypothesis import given, settings
from hypothesis import strategies as st

from espat.parser import Ring
from tests.parser.counting import count

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "take", "look"]), st.integers(0, 300), st.binary(max_size=300)
    ),
    max_size=60,
)


def _held(ring):
    return ring.w - ring.r


@settings(max_examples=500, deadline=None)
@given(st.integers(1, 300), STEPS)
def test_what_goes_in_comes_out_in_order(size, steps):
    count("examples: ring against its model")
    ring, model = Ring(size), b""
    for step, n, data in steps:
        room = ring.space()
        assert (len(room) > 0) == (len(model) < size)
        assert len(room) <= size - len(model)
        if step == "put":
            put = data[: len(room)]
            room[: len(put)] = put
            ring.fill(len(put))
            model += put
        elif step == "take":
            into = bytearray(b"\xa5" * (n + 1))
            taken = ring.take(memoryview(into)[:n])
            assert taken == min(n, len(model))
            assert into == model[:taken] + b"\xa5" * (n + 1 - taken)
            model = model[taken:]
        assert _held(ring) == len(model)
    into = bytearray(size)
    assert ring.take(memoryview(into)) == len(model)
    assert into[: len(model)] == model


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 100), st.binary(min_size=1, max_size=2000), st.integers(1, 50))
def test_a_stream_through_a_small_ring(size, data, portion):
    count("examples: a stream through a ring")
    ring, out, i = Ring(size), b"", 0
    into = bytearray(portion)
    while len(out) < len(data):
        room = ring.space()
        n = min(len(room), len(data) - i)
        room[:n] = data[i : i + n]
        ring.fill(n)
        i += n
        taken = ring.take(memoryview(into))
        assert taken > 0
        out += into[:taken]
    assert out == data


def test_an_empty_ring_is_free_whole():
    ring = Ring(64)
    for _ in range(10):
        room = ring.space()
        assert len(room) == 64
        room[:] = b"x" * 64
        ring.fill(64)
        assert len(ring.space()) == 0
        assert ring.take(memoryview(bytearray(100))) == 64
        assert _held(ring) == 0
