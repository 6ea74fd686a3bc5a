"""The words of faults: what is understood, and what is said of what is not."""

import pytest

from espat_tools.emulator import MemoryNetwork, Module, SimClock
from espat_tools.emulator.faults import ACTIONS, SLOTS, TRIGGERS, BadFault, check
from espat_tools.emulator.faults.grammar import words_of


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "drp 3 bytes",
            "in 'drp 3 bytes': 'drp' is not known; did you mean drop? expected notice,",
        ),
        ("drop x bytes", "'x' is not known after 'drop'; expected a whole number, byte or bytes"),
        ("drop 3 bits", "'bits' is not known after 'drop 3'; expected byte or bytes"),
        (
            "drop 3 bytes afer 3",
            "'afer' is not known after 'drop 3 bytes'; did you mean after? expected in or out, ",
        ),
        ("drop 3 bytes after", "the text ends after 'after'; expected a whole number"),
        ("drop 3 bytes after 1000 bites", "did you mean bytes? expected byte, bytes, in or out"),
        (
            "busy at FOO",
            "such as 250ms, 1.5s or 2min or the beginning of a command such as AT+",
        ),
        ("busy at AT 2", "expected 1st, 2nd, 3rd …, nothing more or each"),
        ("busy at 5", "'5' is not known after 'at'; expected a time such as"),
        ("busy every", "the text ends after 'every'; expected a whole number or a time"),
        ("busy chance 2 per byte", "expected a probability such as 0.01 or 1%"),
        ("busy chance 1% per", "expected byte, command or the beginning of a command"),
        ("notice", "the text ends after 'notice'; expected a text"),
        ('notice "abc', "the quote opened in '\"abc' is not closed"),
        (r'notice "\q"', r"\q is no escape: there are \", \0, \\, \n, \r, \t and \x1b"),
        ("flip bit 9", "'9' is not known after 'flip bit'; expected 0 to 7, in or out"),
        (
            "peer closes 7",
            "'7' is not known after 'peer closes'; expected a link from 0 to 4, or",
        ),
        ("peer", "the text ends after 'peer'; expected closes or resets"),
        ("fragment 3 bytes", "expected a time such as 250ms, 1.5s or 2min"),
        ("busy every 0s", "every needs a time, such as 250ms"),
        ("wifi lst", "did you mean lost? expected lost or back"),
        ("after 3 drop byte", "what happens comes before when it does, as in drop 3 bytes after"),
        ("", "in '': the text ends; expected notice,"),
    ],
)
def test_what_is_no_fault_is_said_with_what_is(text, said):
    with pytest.raises(BadFault) as caught:
        check(text)
    assert said in str(caught.value)


def test_a_module_refuses_it_too():
    with pytest.raises(BadFault, match="did you mean drop"):
        Module(clock=SimClock(), network=MemoryNetwork(), faults=["drp"])
    with Module(clock=SimClock(), network=MemoryNetwork()) as module:
        with pytest.raises(ValueError, match="did you mean busy"):
            module.fault("buzy at AT")
        assert module.faults is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a  b\tc\n", [("a", False), ("b", False), ("c", False)]),
        ('a "b c" d', [("a", False), ("b c", True), ("d", False)]),
        (r'"a\"b"', [(r"a\"b", True)]),
        ('""', [("", True)]),
        ('AT+CWJAP="x"', [('AT+CWJAP="x"', False)]),
    ],
)
def test_words(text, words):
    assert words_of(text) == words


def test_a_pair_is_a_text_too():
    check(("drop 3 bytes", "after 1000"))
    check(("notice x at y", ""))
    with pytest.raises(BadFault, match="'drop' is not known after 'drop 1 byte'"):
        check(("drop 1 byte drop", "now"))


def test_small_and_capital_letters_are_the_same():
    check("DROP 3 Bytes In AFTER 3 OUT")
    check("Busy At AT+GMR Each")


#: A value for each slot, to make a text of every template.
_SAMPLES = {
    "COUNT": "3",
    "TIME": "250ms",
    "DURATION": "2min",
    "NTH": "2nd",
    "CHANCE": "0.5%",
    "COMMAND": "AT+CIPSEND",
    "LINK": "all",
    "BIT": "7",
    "WAY": "in",
    "TEXT": "0,CLOSED",
}


def texts_of(usage, optional):
    """A template with its slots filled in, with or without what is optional."""
    words = []
    for word in usage.replace("[", "[ ").replace("]", " ]").split():
        words.append(_SAMPLES.get(word, word.split("|")[0]))
    text = " ".join(words)
    if optional:
        return text.replace("[ ", "").replace(" ]", "")
    while "[" in text:
        text = text[: text.index("[")] + text[text.index("]") + 1 :]
    return text


@pytest.mark.parametrize("optional", [False, True])
@pytest.mark.parametrize("action", [row.usage for row in ACTIONS])
def test_every_action_with_every_trigger(action, optional):
    do = texts_of(action, optional)
    check(do)
    for usage, _, _ in TRIGGERS:
        when = texts_of(usage, optional)
        check(f"{do} {when}")
        check((do, when))


def test_every_slot_has_a_sample():
    assert set(SLOTS) | {"TEXT"} == set(_SAMPLES)


def test_rows_say_what_they_mean():
    assert all(row.meaning for row in ACTIONS)
    assert all(meaning for _, _, meaning in TRIGGERS)
