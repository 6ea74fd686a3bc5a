"""A notice at every gap of every transcript: nothing that the host says, or comes to, changes.

What is about the link, the network or the command under way changes much: `test_outcomes.py`.
"""

import itertools
from zlib import crc32

import pytest

from espat_tools.transcripts import HOST, load
from tests.transcripts.corpus import CASES
from tests.transcripts.counting import count
from tests.transcripts.gaps import gaps, inject
from tests.transcripts.replaying import Replay

# Dialects, section 2: about nothing of ours.
NOTICES = [
    b"WIFI GOT IPv6 LL\r\n",
    b'+STA_CONNECTED:"aa:bb:cc:dd:ee:ff"\r\n',
    b'+DIST_STA_IP:"aa:bb:cc:dd:ee:ff","192.168.4.2"\r\n',
    b'+STA_DISCONNECTED:"aa:bb:cc:dd:ee:ff"\r\n',
    b"ERR CODE:0x010b0000\r\n",
    b"+ERRNO:0x50\r\n",
    b"+TIME_UPDATED\r\n",
    b"\r\n+QUITT\r\n",
    b"+ETH_GOT_IP:192.168.2.2\r\n",
    b"smartconfig type:ESPTOUCH\r\n",
]
# About a link that is not in use; where there is a server these would be its clients. Payload that
# comes unasked is not among them: the driver asks for the modes then, which no transcript has.
# (tests/faults/test_beliefs.py has that.)
OTHERS = [
    b"0,CONNECT\r\n",
    b"0,CLOSED\r\n",
    b"1,CONNECT FAIL\r\n",
    b'+LINK_CONN:0,1,"TCP",1,"192.168.1.9",50000,80\r\n',
    b"\r\n+IPD,0,9\r\n",
]


def notices(case, transcript):
    """All that fit, over and over, beginning at another one for each transcript."""
    serves = b"AT+CIPSERVER=1" in transcript.said(HOST)
    fit = NOTICES if serves else NOTICES + OTHERS
    start = crc32(str(case).encode()) % len(fit)
    return itertools.islice(itertools.cycle(fit), start, None)


def decides(transcript, gap):
    """Behind a payload of active receive that has no line end, and before the noise of a boot:
    glued together they cost the socket its connection at once, with a notice between them only at
    `ready`. What comes of a restart is in `test_outcomes.py`. Behind a time stamp, which has no
    line end: a notice there is a part of it, and it is asked for again.
    """
    events = transcript.events
    before, after = events[gap[0] - 1], events[min(gap[0], len(events) - 1)]
    if not gap[0] or gap[1]:
        return False
    if before.what.startswith(b"+SYSTIMESTAMP:"):
        return True
    return b"+IPD," in before.what and ":" in str(before) and after.what[:1] == b"\0"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_notice_in_every_gap(case):
    transcript = load(case.path)
    fit = [gap for gap in gaps(transcript) if not decides(transcript, gap)]
    assert len(fit) >= len(list(gaps(transcript))) - 3
    cases = list(zip(fit, notices(case, transcript), strict=False))
    for gap, notice in cases:
        if (
            notice.startswith(b"smartconfig")
            and transcript.events[gap[0] - 1].what[:8] == b"+CIPSSLC"
        ):
            continue  # a reply with a line in it that nobody knows is not believed: it is set anew
        replay = Replay(inject(transcript, gap, notice))
        try:
            assert case.program(replay.radio) == case.expected
            replay.all_said()
        except Exception as error:
            error.add_note(f"{case}: {notice!r} in gap {gap}")
            raise
    count("gaps with a notice in them", len(cases))
