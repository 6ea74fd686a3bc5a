"""Errors of all eight families, byte for byte; and that nothing else is ever said."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from espat_tools.emulator import MemoryNetwork, Module, SimClock, lines
from espat_tools.emulator.commands import commands_of
from espat_tools.emulator.families import ALL, E22, E24, E33, E41, E50, N13, N17, OLD, WIZ

FAMILIES = pytest.mark.parametrize("family", [N13, N17, WIZ, E22, E24, E33, E41, E50])
WEB = [("web.test", 80)]

#: What the module is like, what it is told, and what the NonOS dialect says before ERROR.
CASES = [
    ({"joined": True}, b"AT+CIPMUX=2", b""),
    ({"links": WEB}, b"AT+CIPMUX=0", b"link is builded"),
    ({"links": WEB}, b'AT+CIPSTART=0,"TCP","web.test",80', b"ALREADY CONNECTED"),
    ({"links": WEB, "mux": 0}, b'AT+CIPSTART="TCP","web.test",80', b"ALREADY CONNECTED"),
    ({"joined": True, "mux": 1}, b'AT+CIPSTART=5,"TCP","web.test",80', b"ID ERROR"),
    ({"joined": True, "mux": 1}, b'AT+CIPSTART=-1,"TCP","web.test",80', b"ID ERROR"),
    ({"joined": True}, b'AT+CIPSTART="SCTP","web.test",80', b"Link type ERROR"),
    ({"joined": True}, b'AT+CIPSTART=0,"TCP","web.test",80', b"Link type ERROR"),
    ({"joined": True}, b'AT+CIPSTART="TCP","%s",80' % (b"h" * 65), b"IP ERROR"),
    ({"joined": True}, b'AT+CIPSTART="TCP","web.test",65536', b"ENTRY ERROR"),
    ({"joined": True}, b'AT+CIPSTART="TCP","web.test",0', b"ENTRY ERROR"),
    ({"joined": True}, b'AT+CIPSTART="UDP","web.test",0', b"Miss param"),
    ({"joined": True}, b'AT+CIPSTART="TCP","no.test",80', b"DNS Fail"),
    ({"joined": True}, b'AT+CIPDOMAIN="no.test"', b"DNS Fail"),
    ({"joined": True}, b"AT+CIPDOMAIN=1", b""),
    ({"links": WEB}, b"AT+CIPSEND=1,5", b"link is not valid"),
    ({"links": WEB}, b"AT+CIPSEND=0,8193", b"too long"),
    ({"links": WEB}, b"AT+CIPSEND=0,0", b"too long"),
    ({"links": WEB}, b"AT+CIPSEND=5,5", b""),
    ({"links": WEB}, b"AT+CIPSEND=5", b""),
    ({"links": WEB}, b"AT+CIPSENDEX=0,8193", b"too long"),
    ({"links": WEB}, b"AT+CIPSEND", b""),
    ({"links": WEB}, b"AT+CIPCLOSE=1", b"UNLINK"),
    ({"links": WEB}, b"AT+CIPCLOSE", b"MUX=1"),
    ({"links": WEB}, b"AT+CIPCLOSE=6", b""),
    ({"links": WEB, "mux": 0}, b"AT+CIPCLOSE=0", b"MUX=0"),
    ({"joined": True}, b"AT+CIPCLOSE", b"UNLINK"),
    ({"joined": True, "mux": 1}, b"AT+CIPMODE=1", b"CIPMUX and CIPSERVER must be 0"),
    ({"joined": True}, b"AT+CIPMODE=2", b""),
    ({"joined": True}, b"AT+CIPSERVER=1,80", b""),
    ({"joined": True, "mux": 1}, b"AT+CIPSERVER=2,80", b""),
    ({"joined": True, "mux": 1}, b"AT+CIPSERVER=1,65536", b""),
    ({"server": 80}, b"AT+CIPMUX=0", b"CIPSERVER must be 0"),
    ({"server": 80}, b"AT+CIPSTO=7201", b""),
    ({"server": 80}, b"AT+CIPSTO=-1", b""),
    ({}, b"AT+CIPDINFO=2", b""),
    ({}, b"AT+CIPDINFO", b""),
    ({}, b"AT+CWMODE=4", b""),
    ({}, b'AT+CWJAP="%s","correct horse"' % (b"s" * 33), b""),
    ({}, b'AT+CWJAP="espat","%s"' % (b"p" * 65), b""),
    ({}, b'AT+CIPSTAMAC="nonsense"', b""),
    ({}, b"AT+UART_CUR=115200,9,1,0,0", b""),
    ({}, b"AT+UART_CUR=115200,8,0,0,0", b""),
    ({}, b"AT+UART_CUR=115200,8,1,3,0", b""),
    ({}, b"AT+UART_CUR=115200,8,1,0,4", b""),
    ({}, b"AT+GSLP=-1", b""),
    ({}, b"ATE2", b""),
    ({}, b"AT+", b""),
    ({}, b"AT+CIPMUX?1", b""),
    ({}, b"ATX", b""),
    ({}, b"AT+CIPDOMAIN=" + b"x" * 300, b""),
]


@FAMILIES
@pytest.mark.parametrize("state, line, reason", CASES, ids=lambda value: str(value)[:50])
def test_errors(desk, family, state, line, reason):
    expected = b"\r\nERROR\r\n"
    if reason and family in OLD:
        expected = reason + b"\r\n" + expected
    assert desk(family, **state).send(line + b"\r\n") == expected


@FAMILIES
def test_passthrough_refuses_numbered_sends(desk, family):
    bench = desk(family, links=WEB, mux=0)
    bench.send(b"AT+CIPMODE=1\r\n")
    reason = b"IPMODE=1\r\n" * (family in OLD)
    assert bench.send(b"AT+CIPSEND=5\r\n") == reason + b"\r\nERROR\r\n"
    bench.send(b"AT+CIPCLOSE\r\n")
    reason = b"IPMODE must be 0\r\n" * (family in OLD)
    assert bench.send(b"AT+CIPMUX=1\r\n") == reason + b"\r\nERROR\r\n"


# -- and nothing else --------------------------------------------------------------------------

#: The printf forms, as regular expressions. A string holds no line end.
_FORMS = {"d": rb"-?\d+", "u": rb"\d+", "ld": rb"-?\d+", "s": rb"[^\r\n]*", "x": rb"[0-9a-f]+"}


def _pattern(line, family):
    own = "|".join(re.escape(name) for name in commands_of(family) if name)
    tag = {None: None, "@": f"(?:{own})"}.get(line.tag, re.escape(line.tag or ""))
    parts = re.split(r"%[-0-9.*]*(ld|[dusx])", line.form)
    texts = [re.escape(text.encode()) for text in parts[::2]]
    forms = [_FORMS[kind] for kind in parts[1::2]] + [b""]
    if tag is not None:
        forms[0] = tag.encode()
    return b"".join(text + form for text, form in zip(texts, forms, strict=True))


def _grammar(family):
    """Everything that a family may print while no payload is about."""
    patterns = [_pattern(line, family) for line in lines.table(family).values()]
    return re.compile(b"(?:" + b"|".join(sorted(set(patterns), key=len, reverse=True)) + b")*")


_GRAMMARS = {family: _grammar(family) for family in ALL}


@pytest.mark.parametrize(
    "made_up",
    [
        b"+CIPFOO:1\r\n",
        b"+CIPMUX=1\r\n",
        b"+CIPMUX:x\r\n",
        b"ALREADY CONNECTTED\r\n",
        b"busy q...\r\n",
        b"OK",
        b"+PING:timeout\r\n",
    ],
)
@FAMILIES
def test_the_grammar_refuses_what_is_made_up(family, made_up):
    assert _GRAMMARS[family].fullmatch(b"\r\nOK\r\n+CIPMUX:1\r\n")
    assert not _GRAMMARS[family].fullmatch(b"\r\nOK\r\n" + made_up)
    assert not _GRAMMARS[family].fullmatch(made_up + b"\r\nOK\r\n")


_ARGUMENTS = st.lists(
    st.one_of(
        st.sampled_from([b"", b"0", b"1", b"2", b"5", b"80", b"4000", b'"TCP"', b'"UDP"']),
        st.sampled_from([b'"web.test"', b'"espat"', b'"correct horse"', b'"192.168.1.7"']),
        st.integers(-3, 70000).map(lambda number: b"%d" % number),
    ),
    max_size=6,
).map(b",".join)


@st.composite
def _conversations(draw):
    family = draw(st.sampled_from(sorted(ALL)))
    names = sorted(set(commands_of(family)) - {"", "+CIPSENDL"})
    commands = []
    for _ in range(draw(st.integers(1, 6))):
        name = draw(st.sampled_from(names)).encode()
        form = draw(st.sampled_from([b"", b"?", b"=?", b"="]))
        commands.append(b"AT" + name + form + (draw(_ARGUMENTS) if form == b"=" else b""))
    return family, commands


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(_conversations())
def test_nothing_is_said_that_is_not_in_the_table(conversation):
    family, commands = conversation
    clock, network = SimClock(), MemoryNetwork()
    network.listen("web.test", 80, object())
    module = Module(family, clock=clock, network=network, joined=True, echo=False)
    uart = module.uart()
    for command in commands:
        module.core.session.echo = False
        uart.write(command + b"\r\n")
        said = uart.read() or b""
        for _ in range(3):
            clock.advance(3)
            said += uart.read() or b""
        said = said.replace(module.core.profile.boot_noise or b"\r\n", b"\r\n")
        assert _GRAMMARS[family].fullmatch(said), (command, said)
        uart.baudrate = module.core.baud
