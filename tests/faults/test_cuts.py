r"""What the parser says does not depend on how the bytes came in pieces.

A garbled header, then `\r\nOK\r\n`: the OK is told, whole or byte by byte, cut at each place; and
whether a payload is broken is told always, or never.
"""

import pytest

from tests.parser.tell import SKIP, WHOLE, tell

# As printed (dialects.md 1, rows 19 and 27): settings, a header, what stands behind its payload.
STREAMS = {
    "passive, ESP-AT": ({"asked": 64, "trailer": True}, b"+CIPRECVDATA:12,", b"\r\nOK\r\n"),
    "passive, NonOS": ({"asked": 64}, b"\r\n+CIPRECVDATA,12:", b"\r\nOK\r\n"),
    "passive, remote": (
        {"asked": 64, "trailer": True, "remote": True},
        b'+CIPRECVDATA:12,"10.0.0.1",80,',
        b"\r\nOK\r\n",
    ),
    "active, ESP-AT": ({"trailer": True}, b"\r\n+IPD,4,12:", b"\r\n\r\nOK\r\n"),
    "active, remote": ({"trailer": True}, b'\r\n+IPD,4,12,"10.0.0.1",80:', b"\r\n\r\nOK\r\n"),
    "active, NonOS": ({}, b"\r\n+IPD,4,12:", b"\r\nOK\r\n"),
    "active, NonOS, remote": ({}, b"\r\n+IPD,4,12,10.0.0.1,80:", b"\r\nOK\r\n"),
}
each_stream = pytest.mark.parametrize("name", STREAMS)
PAYLOAD = bytes(range(0xB0, 0xBC))
BEHIND = b"4,CLOSED\r\n\r\n+IPD,3,9\r\nWIFI GOT IP\r\n\r\nOK\r\n"

CHANGES = {
    "dropped": lambda data, at: data[:at] + data[at + 1 :],
    "two dropped": lambda data, at: data[:at] + data[at + 2 :],
    "five dropped": lambda data, at: data[:at] + data[at + 5 :],
    "doubled": lambda data, at: data[: at + 1] + data[at:],
    "bit 0": lambda data, at: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :],
    "bit 4": lambda data, at: data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :],
    "bit 6": lambda data, at: data[:at] + bytes([data[at] ^ 64]) + data[at + 1 :],
    "a notice": lambda data, at: data[:at] + b"WIFI GOT IP\r\n" + data[at:],
}


def differences(stream, settings, sinks=WHOLE):
    """What is told in pieces that is not told whole."""
    whole = tell(stream, settings, sinks=sinks)
    found = []
    for step in (1, 3, 7):
        told = tell(stream, settings, step=step, sinks=sinks)
        if told != whole:
            found.append((f"{step} at a time", told[0], whole[0]))
    for cut in range(1, len(stream)):
        told = tell(stream, settings, cut=cut, sinks=sinks)
        if told != whole:
            found.append((f"cut at {cut}", told[0], whole[0]))
    return found


@each_stream
@pytest.mark.parametrize("how", CHANGES)
def test_no_cut_changes_what_is_told(name, how):
    """Each byte around two payloads changed, then cut at each place."""
    settings, header, end = STREAMS[name]
    stream = b"\r\nOK\r\n" + header + PAYLOAD + end + header + PAYLOAD + end + BEHIND
    wrong = []
    for at in range(6, 6 + 2 * len(header) + len(PAYLOAD) + len(end)):
        changed = CHANGES[how](stream, at)
        found = differences(changed, settings)
        if found:
            wrong.append((stream[at - 4 : at], *found[0]))
    assert not wrong, f"{len(wrong)}: {wrong[0]}"


@each_stream
@pytest.mark.parametrize("how", CHANGES)
def test_nor_where_nobody_takes_the_payload(name, how):
    """The same with nowhere to put it."""
    settings, header, end = STREAMS[name]
    stream = header + PAYLOAD + end + BEHIND
    for at in range(len(stream) - len(BEHIND)):
        found = differences(CHANGES[how](stream, at), settings, SKIP)
        assert not found, (stream[:at], found[0])


@each_stream
@pytest.mark.parametrize("how", ["dropped", "two dropped", "bit 0", "bit 4", "bit 6"])
def test_the_ok_behind_a_garbled_header_is_told(name, how):
    r"""`+CIPRECVDAA:12,` (...) `\r\nOK\r\n`: the end of the command is not swallowed.

    But where the length itself says that it belongs to the payload.
    """
    settings, header, end = STREAMS[name]
    first = header.index(b"+")
    digits = header.index(b"12")
    for at in range(first, len(header)):
        if at in (digits, digits + 1) or (at < digits < at + 5 and "dropped" in how):
            continue
        changed = CHANGES[how](header + PAYLOAD + end, at)
        for step in (1, 5, 1 << 20):
            events, _ = tell(changed + BEHIND, settings, step=step)
            assert [e for e in events if e[0] == "OK"][-1:] == [("OK",)], (header[:at], events)
            assert ("CLOSED", 4) in events, (header[:at], events)


GARBLED = [
    b"+IPD,4,:",
    b"+IPD,x,12:",
    b"+IPD,4,12",
    b"+IPD,4;12:",
    b"+IPD,9,12:",
    b'+IPD,4,12,"10.0.0.1:',
    b"+CIPRECVDATA:,",
    b"+CIPRECVDATA:1x,",
    b"+CIPRECVDATA,:",
    b'+CIPRECVDATA:12,"10.0.0.1\r',
    b"+CIPRECVDATA:12",
]


@pytest.mark.parametrize("garbled", GARBLED, ids=repr)
@pytest.mark.parametrize("behind", [False, True], ids=["first", "behind a payload"])
@each_stream
def test_a_garbled_header_behind_other_text_hides_nothing(name, behind, garbled):
    r"""Text of which the header was lost, and a garbled one on the same line: OK is told behind."""
    settings, header, _ = STREAMS[name]
    for length in (0, 1, 2, 9, 14, 15, 40):
        text = bytes(97 + i % 26 for i in range(length))
        stream = text + garbled + b"\r\n\r\nOK\r\n" + BEHIND
        if behind:
            stream = header + PAYLOAD + stream
        found = differences(stream, settings)
        assert not found, (length, found[0])
        assert ("CLOSED", 4) in tell(stream, settings, step=1)[0]


@pytest.mark.parametrize("surplus", [b"x", b"xy", b"\x80", b"O", b"\r"])
@each_stream
def test_surplus_behind_a_payload_is_told_the_same_in_each_cut(name, surplus):
    """A doubled byte: BROKEN is told, or the line is `glued`, whatever the pieces."""
    settings, header, end = STREAMS[name]
    stream = header + PAYLOAD + surplus + end + BEHIND
    assert not differences(stream, settings)
    events = tell(stream, settings)[0]
    told = [e for e in events if e[0] == "BROKEN" or (e[0] == "LINE" and e[2])]
    assert told or surplus == b"\r", events
