"""Every action of a fault, by the bytes at the serial port, or by what a peer gets.

What is done to answers is in test_faults_answers.py.
"""

import pytest

from espat_tools.emulator import PROFILES, AccessPoint
from espat_tools.emulator.faults import ACTIONS
from espat_tools.emulator.profiles import ROM_NOISE
from tests.emulator.linked import JOIN, OK, READY, RECV, SEND_OK, START, WEB, linked, say


def test_every_action_of_the_grammar_has_its_test():
    """A new row needs a line here, and a test below."""
    assert [row.usage for row in ACTIONS] == [
        "notice TEXT",
        "insert TEXT",
        "drop [COUNT] byte|bytes [WAY]",
        "flip bit [BIT] [WAY]",
        "flip byte [WAY]",
        "duplicate [COUNT] byte|bytes [WAY]",
        "delay TIME",
        "fragment COUNT byte|bytes TIME apart [for DURATION]",
        "busy",
        "busy p",
        "busy s",
        "busy but done",
        "busy for DURATION",
        "busy to all but COMMAND [for DURATION]",
        "refuse",
        "ignore",
        "deaf TIME from each result [for DURATION]",
        "early rate",
        "no reply",
        "no ok",
        "no prompt",
        "no recv",
        "no verdict",
        "late verdict TIME",
        "double verdict",
        "peer closes [LINK]",
        "peer resets [LINK]",
        "reset",
        "reset with noise",
        "reset without noise",
        "brown-out COUNT times TIME apart",
        "wifi lost [for DURATION]",
        "wifi back",
        "dhcp timeout [for DURATION]",
        "dns failure [for DURATION]",
        "slow network COUNT bytes/s [for DURATION]",
        "stalled network [for DURATION]",
    ]


# -- notices and bytes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("WIFI DISCONNECT", b"WIFI DISCONNECT\r\n"),
        ("wifi got ip", b"WIFI GOT IP\r\n"),
        ("ready", READY),
        ("busy p...", b"\r\nbusy p...\r\n"),
        ("0,CLOSED", b"0,CLOSED\r\n"),
        ("+IPD,0,4", b"+IPD,0,4\r\n"),
        (r'"\r\n+IPD,0,4:data"', b"\r\n+IPD,0,4:data\r\n"),
        (r'"at \"3s\"\x00\n"', b'at "3s"\x00\n'),
    ],
)
def test_notice(desk, text, line):
    desk(faults=[f"notice {text} after 3"]).talk((b"AT\r\n", b"\r\nO" + line + b"K\r\n"))


def test_a_notice_of_another_dialect(desk):
    """SEND FAIL has no line end before it on NonOS, and one on ESP-AT."""
    assert desk("nonos-1.7.4", faults=["notice send fail"]).wait() == b"SEND FAIL\r\n"
    assert desk("esp32-2.4", faults=["notice send fail"]).wait() == b"\r\nSEND FAIL\r\n"


@pytest.mark.parametrize("profile", PROFILES)
def test_a_notice_waits_for_the_end_of_a_payload(desk, profile):
    at = linked(desk, "notice ready after 20", profile)
    at.peer.send(b"0123456789abcdef")
    assert at.wait(1) in [
        b"\r\n+IPD,0,16:0123456789abcdef" + READY,
        b"\r\n+IPD,0,16:0123456789abcdef\r\n" + READY,
    ]


def test_a_notice_waits_for_the_end_of_a_read(desk):
    at = linked(desk, "notice ready after 40")
    at.send(b"AT+CIPRECVMODE=1\r\n")
    at.peer.send(b"0123456789abcdef")
    assert at.wait(1) == b"\r\n+IPD,0,16\r\n"
    said = at.send(b"AT+CIPRECVDATA=0,16\r\n")
    assert said == b"+CIPRECVDATA:16,0123456789abcdef" + READY + OK


def test_a_passive_notice_is_no_payload(desk):
    at = linked(desk, "notice ready after 10")
    at.send(b"AT+CIPRECVMODE=1\r\n")
    at.peer.send(b"0123456789abcdef")
    assert at.wait(1) == b"\r\n+I" + READY + b"PD,0,16\r\n"


def test_insert_comes_into_a_payload_too(desk):
    at = linked(desk, r'insert "\xff#" after 18')
    at.peer.send(b"0123456789abcdef")
    assert at.wait(1) == b"\r\n+IPD,0,16:012345\xff#6789abcdef\r\n"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("drop byte after 2", b"\r\nK\r\n"),
        ("drop 1 byte after 2", b"\r\nK\r\n"),
        ("drop 3 bytes after 1", b"\r\r\n"),
        ("drop 0 bytes after 1", OK),
        ("flip bit 0 after 2", b"\r\nNK\r\n"),
        ("flip bit 5 after 2", b"\r\noK\r\n"),
        ("flip bit 7 after 5", b"\r\nOK\r\x8a"),
        ("flip byte after 2", b"\r\n\xb0K\r\n"),
        ("duplicate byte after 2", b"\r\nOOK\r\n"),
        ("duplicate 2 bytes after 2", b"\r\nOKOK\r\n"),
        ("duplicate 3 bytes at AT", b"\r\nO\r\nOK\r\n"),
        ("duplicate 0 bytes at AT", b"\r\nOK\r\n"),
    ],
)
def test_bytes_to_the_host(desk, fault, said):
    at = desk(faults=[fault])
    at.talk((b"AT\r\n", said), (b"AT\r\n", OK))


def test_any_bit_is_one_of_eight(desk):
    seen = set()
    for seed in range(100):
        said = desk(faults=["flip bit after 2"], seed=seed).send(b"AT\r\n")
        assert said[:2] + said[3:] == b"\r\nK\r\n"
        seen.add(said[2] ^ b"O"[0])
    assert seen == {1 << bit for bit in range(8)}


@pytest.mark.parametrize(
    ("fault", "echoed"),
    [
        ("drop 2 bytes after 2 in", b"ATMR\r\n"),
        ("drop byte in at 0s", b"T+GMR\r\n"),
        ("flip bit 5 after 3 in", b"AT+gMR\r\n"),
        ("flip byte after 3 in", b"AT+\xb8MR\r\n"),
        ("flip byte in now", b"\xbeT+GMR\r\n"),
        ("duplicate 3 bytes after 2 in", b"AT+GM+GMR\r\n"),
        ("duplicate byte in at 0s", b"AAT+GMR\r\n"),
    ],
)
def test_bytes_to_the_module(desk, fault, echoed):
    at = desk(faults=[fault], echo=True)
    at.wait()
    said = at.send(b"AT+GMR\r\n")
    assert said[: len(echoed)] == echoed
    assert at.send(b"ATE0\r\n") == b"ATE0\r\n" + OK


def test_changes_in_both_directions_at_once(desk):
    at = desk(faults=["drop byte out at AT", "drop byte in after 4 in"], echo=False)
    at.talk((b"AT\r\n", b"\nOK\r\n"), (b"AAT\r\n", OK))


def test_delay(desk):
    at = desk(faults=["delay 2s after 3"])
    assert at.send(b"AT\r\n", 0.0) == b"\r\nO"
    assert at.send(b"AT\r\n", 1.9) == b""
    assert at.wait(0.2) == b"K\r\n" + OK
    at.talk((b"AT\r\n", OK))


def test_fragment(desk):
    at = desk(faults=["fragment 4 bytes 100ms apart"])
    assert at.send(b"AT\r\n", 0.0) == b"\r\nOK"
    assert at.wait(0.09) == b""
    assert at.wait(0.02) == b"\r\n"
    at.uart.write(b"AT+CIPMUX?\r\n")
    pieces = []
    for _ in range(8):
        at.clock.advance(0.1)
        pieces.append(at.uart.read() or b"")
    assert pieces == [b"+CIP", b"MUX:", b"0\r\n\r", b"\nOK\r", b"\n", b"", b"", b""]


def test_fragment_for_a_while(desk):
    at = desk(faults=["fragment 1 byte 1s apart for 10s"])
    assert at.send(b"AT\r\n", 0) == b"\r"
    assert at.wait(5) == b"\nOK\r\n"
    assert at.wait(6) == b""
    at.uart.write(b"AT\r\n")
    assert at.uart.read() == OK


def test_what_is_kept_back_counts_as_not_read(desk):
    """The peer is held off: a fault does not make the module hold any amount."""
    at = linked(desk, "delay 1min")
    at.peer.send(bytes(100_000))
    at.wait(30)
    assert len(at.peer.unread) > 90_000
    assert at.wait(40).count(0) > 2000


# -- peers -------------------------------------------------------------------------------------


def test_peer_closes(desk):
    at = linked(desk, "peer closes at 5s")
    at.peer.send(b"last words")
    assert at.wait(4) == b"\r\n+IPD,0,10:last words\r\n"
    assert at.wait(2) == b"0,CLOSED\r\n"
    assert at.peer.closed
    assert say(at, 0) == b"0,CONNECT\r\n" + OK


def test_peer_closes_after_what_it_sent(desk):
    at = linked(desk, "peer closes 0 at AT+CIPRECVLEN")
    at.send(b"AT+CIPRECVMODE=1\r\n")
    at.peer.send(b"last words")
    assert at.wait(1) == b"\r\n+IPD,0,10\r\n"
    assert at.send(b"AT+CIPRECVLEN?\r\n") == b"+CIPRECVLEN:10,-1,-1,-1,-1\r\n" + OK
    assert (
        at.send(b"AT+CIPRECVDATA=0,99\r\n") == b"+CIPRECVDATA:10,last words" + OK + b"0,CLOSED\r\n"
    )


def test_peer_resets(desk):
    at = linked(desk, "peer resets 0 at AT+CIPSEND")
    assert say(at, 1, "echo.test", 7) == b"1,CONNECT\r\n" + OK
    at.talk(
        (b"AT+CIPSEND=0,2\r\n", OK + b"\r\n>0,CLOSED\r\n"), (b"hi", RECV + b"\r\nSEND FAIL\r\n")
    )
    at.talk((b"AT+CIPSEND=0,2\r\n", b"\r\nERROR\r\n"))
    assert at.requests == []


def test_peer_resets_in_the_middle_of_what_it_sends(desk):
    at = linked(desk, "peer resets after 3000")
    at.peer.send(bytes(50_000))
    said = at.wait(1)
    assert said.count(0) == 2920 * 2
    assert said.endswith(b"0,CLOSED\r\n")


def test_all_peers_close(desk):
    at = linked(desk, "peer closes all at 2s")
    say(at, 1, "echo.test", 7)
    assert at.wait(2) == b"0,CLOSED\r\n1,CLOSED\r\n"


# -- restarts ----------------------------------------------------------------------------------


def test_reset(desk):
    at = linked(desk, "reset at AT+CIPSEND")
    at.talk(
        (b"AT+CIPSEND=0,2\r\n", READY), (b"AT+CIPMUX?\r\n", b"AT+CIPMUX?\r\n+CIPMUX:0\r\n" + OK)
    )
    assert at.peer.closed


def test_reset_in_the_midst_of_a_reply(desk):
    """Nothing more comes after that byte but what the boot says."""
    at = linked(desk, "reset after 10")
    assert at.send(b"AT+GMR\r\n") == b"AT version" + READY


def test_reset_in_the_midst_of_a_payload(desk):
    at = linked(desk, "reset after 18")
    at.peer.send(b"0123456789abcdef")
    assert at.wait(1) == b"\r\n+IPD,0,16:012345"
    assert at.wait(1) == READY


def test_reset_has_the_noise_of_its_family(desk):
    assert desk("nonos-1.7.4", faults=["reset"]).wait(1) == ROM_NOISE + READY
    assert desk("esp32-2.4", faults=["reset"]).wait(1) == READY
    assert desk("esp32-2.4", faults=["reset with noise"]).wait(1) == ROM_NOISE + READY
    assert desk("nonos-1.7.4", faults=["reset without noise"]).wait(1) == READY


def test_a_module_whose_own_noise_restarts_it(desk):
    """Time goes on: it restarts again and again, and works once that is over."""
    at = desk("nonos-1.7.4", faults=["brown-out 3 times 0s apart every 10 bytes"])
    at.send(b"AT+GMR\r\n", 1)
    assert 5 <= at.module.faults.faults[0].hits <= 40
    at.module.faults.faults[0].cancel()
    at.wait(1)
    at.wait(1)
    assert at.send(b"ATE0\r\n") == b"ATE0\r\r\n\r\nOK\r\n"


def test_brown_out(desk):
    at = desk("esp32-2.4", faults=["brown-out 3 times 150ms apart at AT+GMR"])
    assert at.send(b"AT+GMR\r\n", 0.1) == ROM_NOISE
    assert at.wait(0.1) == ROM_NOISE
    assert at.wait(0.2) == ROM_NOISE
    assert at.wait(0.2) == READY
    slow = desk("esp32-2.4", faults=["brown-out 2 times 1s apart"])
    assert slow.wait(10) == (ROM_NOISE + READY) * 2


def test_brown_out_in_the_midst_of_a_reply(desk):
    at = desk("esp32-2.4", faults=["brown-out 2 times 1s apart after 5"])
    assert at.send(b"AT+GMR\r\n", 5) == b"AT ve" + ROM_NOISE + READY + ROM_NOISE + READY


# -- Wi-Fi -------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES)
def test_wifi_lost_and_back(desk, profile):
    at = linked(desk, "wifi lost for 10s", profile)
    assert at.wait(9) == b"WIFI DISCONNECT\r\n"
    assert at.peer.closed
    assert at.wait(5) in [b"WIFI CONNECTED\r\nWIFI GOT IP\r\n", b""]
    assert (profile == "nonos-1.3") or at.module.core.station.joined


def test_wifi_lost_for_good_and_back_by_a_fault(desk):
    at = desk(joined=True, faults=["wifi lost at 1s", "wifi back at 1min"])
    assert at.wait(59) == b"WIFI DISCONNECT\r\n"
    assert at.send(JOIN).endswith(b"+CWJAP:3\r\n\r\nERROR\r\n")
    assert at.wait(1) == b""
    assert at.send(JOIN) == b"WIFI CONNECTED\r\nWIFI GOT IP\r\n" + OK


@pytest.mark.parametrize(
    ("profile", "failure"),
    [
        ("esp32c3-3.3", b"WIFI CONNECTED\r\nWIFI DISCONNECT\r\n+CWJAP:4\r\n\r\nERROR\r\n"),
        (
            "nonos-1.7.4",
            b"WIFI CONNECTED\r\nDHCP TIMEOUT\r\nWIFI DISCONNECT\r\n+CWJAP:4\r\n\r\nFAIL\r\n",
        ),
    ],
)
def test_dhcp_timeout(desk, profile, failure):
    at = desk(profile, faults=["dhcp timeout"])
    at.send(b"AT+CWMODE=1\r\n")
    assert at.send(JOIN, 3) == failure
    assert at.send(JOIN, 3) == b"WIFI CONNECTED\r\nWIFI GOT IP\r\n" + OK


def test_dhcp_timeout_for_a_while(desk):
    points = [AccessPoint("espat", "correct horse"), AccessPoint("other", dhcp=False)]
    at = desk(faults=["dhcp timeout for 5s"], access_points=points)
    for _ in range(2):
        assert at.send(JOIN, 2).endswith(b"ERROR\r\n")
    at.wait(2)
    assert at.send(JOIN, 2).endswith(OK)
    assert at.send(b'AT+CWJAP="other",""\r\n', 3).endswith(b"ERROR\r\n")


def test_dns_failure(desk):
    at = desk(joined=True, faults=["dns failure for 10s at AT+CIPDOMAIN 2nd"])
    found = at.send(b'AT+CIPDOMAIN="web.test"\r\n')
    assert found.endswith(OK)
    assert at.send(b'AT+CIPDOMAIN="web.test"\r\n', 2) == b"\r\nERROR\r\n"
    assert at.send(WEB, 2) == b"\r\nERROR\r\n"
    address = at.network.names.find("web.test").encode()
    assert at.send(START % (address, 80)).endswith(b"CONNECT\r\n" + OK)
    at.wait(10)
    assert at.send(b'AT+CIPDOMAIN="web.test"\r\n') == found


# -- network -----------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 100])
def test_slow_network_to_the_host(desk, steps):
    """However rarely anybody looks, up to what the module holds back for its host (4 KB)."""
    at = linked(desk, "slow network 1000 bytes/s")
    at.peer.send(bytes(50_000))
    at.wait(0)
    said = b"".join(at.wait(3 / steps) for _ in range(steps))
    assert said.count(0) == pytest.approx(3000, abs=100)


def test_slow_network_from_the_host(desk):
    at = linked(desk, "slow network 1000 bytes/s for 10s")
    at.send(b"AT+CIPSEND=0,2000\r\n")
    assert at.send(bytes(2000), 1.5) == b"\r\nRecv 2000 bytes\r\n"
    assert at.send(b"AT\r\n", 0.1) == b"\r\nbusy p...\r\n"
    assert at.wait(0.6) == SEND_OK
    assert sum(map(len, at.requests)) == 2000
    at.wait(10)
    at.send(b"AT+CIPSEND=0,2000\r\n")
    assert at.send(bytes(2000), 0.1).endswith(SEND_OK)


def test_slow_network_keeps_datagrams_whole(desk):
    at = desk(joined=True, faults=["slow network 100 bytes/s"])
    peer = at.network.udp("time.test", 123)
    at.send(b'AT+CIPSTART="UDP","time.test",123,1123,2\r\n')
    for size in (30, 40, 50):
        peer.send(bytes(size), ("192.168.1.50", 1123))
    first = at.wait(0)
    assert first == b"\r\n+IPD,30:" + bytes(30) + b"\r\n"
    assert at.wait(0.35) == b"\r\n+IPD,40:" + bytes(40) + b"\r\n"
    assert at.wait(0.45) == b"\r\n+IPD,50:" + bytes(50) + b"\r\n"


def test_stalled_network(desk):
    at = linked(desk, "stalled network for 10s")
    at.peer.send(b"data")
    assert at.wait(5) == b""
    assert at.send(b"AT+CIPSEND=0,2\r\n") == OK + b"\r\n>"
    assert at.send(b"hi", 3) == RECV
    assert at.requests == []
    said = at.wait(2)
    assert SEND_OK in said
    assert b"\r\n+IPD,0,4:data\r\n" in said
    assert at.requests == [b"hi"]


def test_stalled_network_hears_of_no_connection_and_no_name(desk):
    at = desk(joined=True, faults=["stalled network for 30s"])
    address = at.network.names.find("web.test").encode()
    assert at.send(START % (address, 80), 1.5) == b""
    assert at.wait(1) == b"\r\nERROR\r\nCLOSED\r\n"
    assert at.send(b'AT+CIPDOMAIN="web.test"\r\n', 2) == b"\r\nERROR\r\n"
    assert at.send(b'AT+PING="web.test"\r\n', 2) == b"+PING:TIMEOUT\r\n\r\nERROR\r\n"
    at.wait(30)
    assert at.send(WEB) == b"CONNECT\r\n" + OK


def test_stalled_network_hides_the_end_of_a_link_until_later(desk):
    at = linked(desk, "stalled network for 10s")
    at.peer.close()
    assert at.wait(9) == b""
    assert at.wait(2) == b"0,CLOSED\r\n"


def test_a_server_behind_a_stalled_network(desk):
    at = desk(joined=True, server=80, faults=["stalled network for 10s", "peer closes 0 at 20s"])
    client = at.network.dial(80)
    assert at.wait(9) == b""
    assert at.wait(2) == b"0,CONNECT\r\n"
    client.send(b"hi")
    assert at.wait(1) == b"\r\n+IPD,0,2:hi\r\n"
    assert at.wait(10) == b"0,CLOSED\r\n"


# -- while it runs -----------------------------------------------------------------------------


def test_a_fault_added_counts_from_there(desk):
    at = desk()
    at.talk((b"AT\r\n", OK))
    fault = at.module.fault("drop byte after 2")
    at.talk((b"AT\r\n", b"\r\nK\r\n"))
    assert fault.hits == 1
    assert list(at.module.faults.hits) == [(1.0, "drop byte after 2")]


def test_a_fault_canceled_happens_no_more(desk):
    at = desk()
    fault = at.module.fault("busy at AT each")
    timed = at.module.fault("insert # every 1s")
    at.talk((b"AT\r\n", b"\r\nbusy p...\r\n#"))
    fault.cancel()
    timed.cancel()
    at.talk((b"AT\r\n", OK))
    assert (fault.hits, timed.hits) == (1, 1)


def test_what_happens_is_told(desk):
    at = desk()
    seen = []
    at.module.core.on_event = lambda name, **facts: seen.append((name, facts))
    at.module.fault("reset at AT")
    at.send(b"AT\r\n")
    assert seen == [("fault", {"text": "reset at AT"}), ("reset", {}), ("ready", {})]
