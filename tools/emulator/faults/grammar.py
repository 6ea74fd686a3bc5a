"""The grammar of faults: templates that match a text, or say what they expected instead.

A template is written as users read it: ``drop [COUNT] byte|bytes [WAY]``. A word in small letters
stands for itself, ``a|b`` for either of two, brackets for what may be omitted, and a word in
capitals for a value of :data:`SLOTS`.
"""

import difflib
import re
from typing import NamedTuple

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s"]\S*)')
_ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_ESCAPED = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"0": b"\0", b"\\": b"\\", b'"': b'"'}


_NO_MORE = "nothing more"


class BadFault(ValueError):
    """A text is not a fault; the message says what was expected, and where."""


class Word(NamedTuple):
    """One word of a fault's text; a quoted one never counts as a word of the grammar."""

    text: str
    quoted: bool = False

    @property
    def bytes(self):
        """The word as bytes; the escapes of a quoted word are resolved."""
        raw = self.text.encode()
        return _ESCAPE.sub(_resolve, raw) if self.quoted else raw


def _resolve(match):
    code = match[1]
    if code[:1] == b"x" and len(code) == 3:
        return bytes([int(code[1:], 16)])
    if code not in _ESCAPED:
        known = ", ".join(sorted("\\" + key.decode() for key in _ESCAPED))
        raise BadFault(f"\\{code.decode('latin-1')} is no escape: there are {known} and \\x1b")
    return _ESCAPED[code]


def words_of(text):
    """Split ``text`` into words; what is between double quotes is one word."""
    words, at = [], 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        match = _WORD.match(text, at)
        if not match:
            raise BadFault(f"the quote opened in {text[at:]!r} is not closed")
        quoted = match[1] is not None
        words.append(Word(match[1] if quoted else match[2], quoted))
        at = match.end()
    return words


# -- values ------------------------------------------------------------------------------------

_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
_TIME = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|min|h)")
_NTH = re.compile(r"([1-9]\d*)(?:st|nd|rd|th)")


def _count(word):
    return int(word.text) if re.fullmatch(r"\d{1,12}", word.text) else None


def _seconds(word):
    match = _TIME.fullmatch(word.text)
    return match and float(match[1]) * _UNITS[match[2]]


def _nth(word):
    match = _NTH.fullmatch(word.text.lower())
    return match and int(match[1])


def _chance(word):
    match = re.fullmatch(r"(\d+(?:\.\d+)?(?:e-?\d+)?)(%?)", word.text)
    value = match and float(match[1]) / (100 if match[2] else 1)
    return value if match and value <= 1 else None


def _command(word):
    whole = word.quoted or "*" in word.text or word.text[:2].upper() == "AT"
    return word.text if whole else None


def _link(word):
    return {"all": 5}.get(word.text, int(word.text) if re.fullmatch("[0-4]", word.text) else None)


SLOTS = {
    "COUNT": (_count, "a whole number"),
    "TIME": (_seconds, "a time such as 250ms, 1.5s or 2min"),
    "DURATION": (_seconds, "a time such as 250ms, 1.5s or 2min"),
    "NTH": (_nth, "1st, 2nd, 3rd …"),
    "CHANCE": (_chance, "a probability such as 0.01 or 1%"),
    "COMMAND": (_command, "the beginning of a command such as AT+CIPSEND, or all of it with *"),
    "LINK": (_link, "a link from 0 to 4, or all"),
    "BIT": (lambda word: int(word.text) if re.fullmatch("[0-7]", word.text) else None, "0 to 7"),
    "WAY": (lambda word: {"in": "in", "out": "out"}.get(word.text.lower()), "in or out"),
}
"""Kinds of values: (function that reads one from a word, or returns None; its description)."""


# -- templates ---------------------------------------------------------------------------------

_PIECE = re.compile(r"\[|\]|[^\s\[\]]+")


class Slot(NamedTuple):
    """A place for a value; TEXT takes all remaining words."""

    name: str


def _compile(pieces):
    """Turn pieces into a list of words (tuples of alternatives), slots, and optional lists."""
    items = []
    for piece in pieces:
        if piece == "]":
            break
        if piece == "[":
            items.append(_compile(pieces))
        else:
            items.append(Slot(piece) if piece.isupper() else tuple(piece.split("|")))
    return items


class _Attempt:
    """One attempt to match; remembers the furthest position that was reached."""

    def __init__(self, words):
        self.words = words
        self.reached = 0
        self.expected = []

    def expect(self, at, what):
        """Note that ``what`` was expected at word ``at``."""
        if at > self.reached:
            self.reached, self.expected = at, []
        if at == self.reached and what not in self.expected:
            self.expected.append(what)

    def ways(self, items, at, values):
        """Yield every way to match the template: (words used, values)."""
        if not items:
            yield at, values
            return
        head, rest = items[0], items[1:]
        if isinstance(head, list):
            for after, found in self.ways(head, at, values):
                yield from self.ways(rest, after, found)
            yield from self.ways(rest, at, values)
            return
        for after, found in self._one(head, at, values):
            yield from self.ways(rest, after, found)

    def _one(self, item, at, values):
        word = self.words[at] if at < len(self.words) else None
        if isinstance(item, Slot):
            yield from self._value(item.name, word, at, values)
        elif word and not word.quoted and word.text.lower() in item:
            yield at + 1, values
        else:
            for each in item:
                self.expect(at, each)

    def _value(self, name, word, at, values):
        if name == "TEXT":
            if word:
                text = b" ".join(each.bytes for each in self.words[at:])
                yield len(self.words), values | {"text": text}
            else:
                self.expect(at, "a text")
            return
        read, called = SLOTS[name]
        value = read(word) if word else None
        if value is None:
            self.expect(at, called)
        else:
            yield at + 1, values | {name.lower(): value}


class Template:
    """One line of the grammar."""

    def __init__(self, usage):
        self.usage = usage
        self._items = _compile(iter(_PIECE.findall(usage)))

    def match(self, words):
        """Returns (values by their names in small letters, None), or (None, the attempt)."""
        attempt = _Attempt(words)
        for used, values in attempt.ways(self._items, 0, {}):
            if used == len(words):
                return values, None
            attempt.expect(used, _NO_MORE)
        return None, attempt


def choose(templates, words, whole, then=()):
    """The template that ``words`` match, and the values in them.

    ``whole`` is the text as the user gave it, for the error message; ``then`` are the words that
    may begin the next part of the text. Raises :class:`BadFault` if no template matches.
    """
    best = None
    for template in templates:
        values, attempt = template.match(words)
        if values is not None:
            return template, values
        if best is None or attempt.reached > best.reached:
            best = attempt
        elif attempt.reached == best.reached:
            best.expected += [each for each in attempt.expected if each not in best.expected]
    if _NO_MORE in best.expected and then:
        best.expected = [each for each in best.expected if each != _NO_MORE] + sorted(then)
    raise BadFault(_complaint(best, words, whole))


def _complaint(attempt, words, whole):
    at = attempt.reached
    wrong = words[at].text if at < len(words) else ""
    before = " ".join(word.text for word in words[:at])
    place = f"{wrong!r} is not known" if wrong else "the text ends"
    if before:
        place += f" after {before!r}"
    near = did_you_mean(wrong, attempt.expected)
    return f"in {whole!r}: {place}; {near}expected {_either(attempt.expected)}"


def did_you_mean(wrong, known):
    """The text ``did you mean …? ``, or an empty one if no known word is similar."""
    near = difflib.get_close_matches(wrong.lower(), [word.lower() for word in known], 1, 0.7)
    return f"did you mean {near[0]}? " if near else ""


def _either(words):
    return ", ".join(words[:-1]) + " or " + words[-1] if len(words) > 1 else words[0]
