"""The first step: any text becomes plain lower-case words, with text-speak and contractions written out."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from service.segments import plain

LONGEST = 1600  # Twilio's longest message; longer ones are cut here and answered all the same.
TOKEN = re.compile(r"[a-z]*\d+(?:[.,/:]\d+)*[a-z]*|[a-z]+\d*|[*#]|[.!?;,\n()\"-]")
SPELLED_OUT = re.compile(r"\b[a-z](?:[. -][a-z]\b){2,}\.?")
MARKS = frozenset('.!?;,\n()"-')
APOSTROPHES = (
    (re.compile(r"\b(let|it|that|what|she|he|there|who|where|how|here|when)'s\b"), r"\1 is"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"'d\b"), " would"),
    (re.compile(r"'s\b|'(?=[a-z])|'"), ""),
)
# f***ing, 38'5, 101 .3, 12x: signs in a word or a number that would take it apart.
SLIPS = (
    (re.compile(r"(?<=[a-z])\*+(?=[a-z])|(?<=[a-z])\*{2,}"), ""),
    (re.compile(r"(?<=\d)'(?=\d)"), "."),
    (re.compile(r"\b(\d{2,3}) \.(?=\d\b)"), r"\1."),
    (re.compile(r"\b(\d{1,2})x\b"), r"\1 times"),
)
THUMB_UP, THANKS = "thumbsup", "thanks"
SIGNS = {
    "👍": f" {THUMB_UP} ",
    "🙏": f" {THANKS} ",
    "❤": f" {THANKS} ",
    "°": " ",
    "º": " ",
    "¿": " ",
    "¡": " ",
    "½": ".5",
    "w/o": "without",
    "w/": "with ",
}


@dataclass(frozen=True)
class Words:
    """A message as plain words. `breaks` holds the index of every word after which a mark of punctuation stood."""

    raw: str
    words: tuple[str, ...]
    breaks: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The words with a space before and after each."""
        return f" {' '.join(self.words)} "

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 1
        for word in self.words:
            starts.append(at)
            at += len(word) + 1
        return starts

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Indexes of the first word, and of the one after the last, between two places in `text`."""
        return max(bisect_right(self._starts, max(start, 1)) - 1, 0), bisect_right(self._starts, end - 1)

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The words from `start` to `end`, made longer to the sentence's own first and last."""
        first, last = start, end
        while first > 0 and self.breaks.get(first - 1, "") not in SENTENCE_ENDS:
            first -= 1
        while last < len(self.words) and self.breaks.get(last - 1, "") not in SENTENCE_ENDS:
            last += 1
        return first, last

    def part(self, start: int, end: int) -> Words:
        """Some of the words, as a message of their own."""
        breaks = {i - start: mark for i, mark in self.breaks.items() if start <= i < end}
        return Words(self.raw, self.words[start:end], breaks)

    def with_words(self, words: tuple[str, ...]) -> Words:
        """The same message with as many, but better spelled words."""
        return Words(self.raw, words, self.breaks)


SENTENCE_ENDS = frozenset(".!?;\n")


class Normaliser:
    """Makes words of any text. `expand` maps text-speak to words; `known` decides how far `sooo` is squeezed."""

    def __init__(self, expand: Mapping[str, str], known: Collection[str] = ()) -> None:
        self._known = known
        self._expand = dict(expand)
        longest_first = sorted(self._expand, key=len, reverse=True)
        self._expandable = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(map(re.escape, longest_first))})(?![a-z0-9])")

    def words(self, text: str) -> Words:
        """The words of `text`: any text at all, none is refused."""
        raw = text[:LONGEST].strip()
        line = self._expandable.sub(lambda found: self._expand[found[0]], plain_line(raw))
        words: list[str] = []
        breaks: dict[int, str] = {}
        for token in TOKEN.findall(SPELLED_OUT.sub(_join_letters, line)):
            if token not in MARKS:
                words.append(self._squeeze(token))
            elif words and (breaks.get(len(words) - 1, ",") not in SENTENCE_ENDS or token == "?"):
                breaks[len(words) - 1] = token
        return Words(raw, tuple(words), breaks)

    def _squeeze(self, word: str) -> str:
        """`sooo` is `so`, and `feeever` is `fever`, but `feeel` is `feel`."""
        if word.isdigit() or not re.search(r"(.)\1\1", word):
            return word
        doubled = re.sub(r"(.)\1{2,}", r"\1\1", word)
        return doubled if doubled in self._known else re.sub(r"(.)\1{2,}", r"\1", word)


def plain_line(text: str) -> str:
    """`text` in lower case without accents, invisible signs and curly quotes; apostrophes are resolved."""
    for sign, words in SIGNS.items():
        if sign in text:
            text = text.replace(sign, words)
    text = unicodedata.normalize("NFKD", plain(text)).casefold()
    text = "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Me", "Cf", "Cc") or c == "\n")
    text = plain(text)
    for slip, right in SLIPS:
        text = slip.sub(right, text)
    text = re.sub(r"(?<=[a-z0-9])\+(?=[\s,.;!?)]|$)", " positive", text)  # er+, her2+
    text = re.sub(r"\b(er|pr|hr|her2|her 2)-(?=[\s,.;!?)]|$)", r"\1 negative", text)
    for pattern, words in APOSTROPHES if "'" in text or "`" in text else ():
        text = pattern.sub(words, text.replace("`", "'"))
    return text


def _join_letters(found: re.Match[str]) -> str:
    """S.T.O.P. and s-t-o-p and m b c are words spelled letter by letter."""
    return re.sub(r"[. -]", "", found[0])
