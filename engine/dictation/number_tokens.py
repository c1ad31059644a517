"""Words of one breath as tokens (plain words, cardinals, ordinals), and how each is written."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.dictation.numerals import CARDINALS, NOMINATIVE, ONE, ORDINALS, SCALE_OF, UPRIGHT, Ordinal
from engine.text_marks import NO_BREAK, fold_yo

_GROUPED_FROM = 10_000  # Milchin: four digits are not grouped
_AMBIGUOUS = frozenset(("сорока",))  # also the genitive of «сорока», a magpie
_MANY = frozenset(("тысяч", "миллионов", "миллиардов"))  # «тысяч пять» is about five thousand
_AFTER_ONE = {"один": ("миллион", "миллиард"), "одна": ("тысяча",), "одну": ("тысячу",)}


NO_VALUE = -1  # of a token that is not a number
_NO_FORM = Ordinal(NO_VALUE, "", is_plural=False, is_feminine=False, in_dates=False)


@dataclass(frozen=True)
class Token:
    """said: the spoken words. value: of a number, NO_VALUE for other words.

    ordinal: the last word of an ordinal. scale: of the last word, 1 unless it is «тысяча» or more. sign, tail: put
    before and after the digits («−», «,5»). digits: whether it is written as digits, None if undecided. text: if given,
    is written instead.
    """

    said: tuple[str, ...]
    value: int = NO_VALUE
    ordinal: Ordinal | None = None
    scale: int = 1
    sign: str = ""
    tail: str = ""
    digits: bool | None = None
    text: str | None = None

    @property
    def form(self) -> Ordinal:
        """The last word of an ordinal; for other tokens without an ending."""
        return self.ordinal or _NO_FORM

    @property
    def word(self) -> str:
        """The word of a token that is not a number; else empty."""
        return fold_yo(self.said[0]) if self.value == NO_VALUE and len(self.said) == 1 else ""

    @property
    def is_number(self) -> bool:
        """Whether it is a cardinal."""
        return self.value != NO_VALUE and self.ordinal is None

    @property
    def is_small(self) -> bool:
        """Whether it is a cardinal below ten."""
        return self.is_number and self.value < 10 and not self.tail

    @property
    def is_one(self) -> bool:
        """Whether it is «один» alone."""
        return self.is_number and self.value == 1 and len(self.said) == 1 and not self.tail

    @property
    def is_lone_scale(self) -> bool:
        """Whether it is «тысяча» or another scale alone."""
        return self.is_number and len(self.said) == 1 and self.scale > 1

    @property
    def is_upright(self) -> bool:
        """Whether every word of it is in the nominative."""
        return self.is_number and all(fold_yo(word) in UPRIGHT for word in self.said)

    @property
    def is_doubtful(self) -> bool:
        """Whether it may not be a number, if it stands alone."""
        return self.is_number and len(self.said) == 1 and (self.is_lone_scale or fold_yo(self.said[0]) in _AMBIGUOUS)

    @property
    def numeral(self) -> str:
        """The number in digits, grouped in threes if it is long."""
        grouped = str(self.value) if self.value < _GROUPED_FROM else f"{self.value:,}".replace(",", NO_BREAK)
        return f"{self.sign}{grouped}{self.tail}"

    @property
    def _keeps_scale(self) -> bool:
        """«2 миллиона» is easier to read than 2 000 000."""
        is_round = self.value == self.value // self.scale * self.scale < 1000 * self.scale
        return self.scale >= 10**6 and len(self.said) > 1 and is_round

    def pieces(self) -> Iterator[tuple[int, str]]:
        """Numbers of spoken words, and the text for them."""
        if self.text is not None:
            yield len(self.said), self.text
        elif not self.digits:
            yield from ((1, word) for word in self.said)
        elif self.ordinal is not None:
            yield len(self.said), f"{self.numeral}-{self.ordinal.ending}"
        elif self._keeps_scale:
            yield len(self.said) - 1, replace(self, value=self.value // self.scale).numeral
            yield 1, self.said[-1]
        else:
            yield len(self.said), self.numeral


def merged(tokens: Iterable[Token], **fields: Any) -> Token:
    """One token for several; fields: of the new token."""
    return Token(tuple(word for token in tokens for word in token.said), **fields)


Match = tuple[int, Sequence[Token]]  # number of tokens, and their replacement


def rewritten(tokens: Sequence[Token], rule: Callable[[Sequence[Token], int], Match | None]) -> list[Token]:
    """The tokens with a rule applied from left to right; the rule gets the original tokens and an index."""
    result: list[Token] = []
    index = 0
    while index < len(tokens):
        n, replacement = rule(tokens, index) or (1, tokens[index : index + 1])
        result += replacement
        index += n
    return result


def word_at(tokens: Sequence[Token], index: int) -> str:
    """The plain word at index; empty for a number, and outside the tokens."""
    return tokens[index].word if 0 <= index < len(tokens) else ""


def number_at(tokens: Sequence[Token], index: int) -> Token | None:
    """The cardinal at index, if it is one."""
    return tokens[index] if 0 <= index < len(tokens) and tokens[index].is_number else None


def ordinal_at(tokens: Sequence[Token], index: int) -> Token | None:
    """The ordinal at index, if it is one."""
    return tokens[index] if 0 <= index < len(tokens) and tokens[index].ordinal is not None else None


def tokens_of(words: Sequence[str], plain: frozenset[int] = frozenset()) -> list[Token]:
    """words: lower case; plain: indices of words that are not numbers, whatever they look like."""
    tokens, index = [], 0
    while index < len(words):
        token = Token((words[index],)) if index in plain else _number(words, index, plain) or Token((words[index],))
        tokens.append(token)
        index += len(token.said)
    return tokens


def _number(words: Sequence[str], first: int, plain: frozenset[int]) -> Token | None:
    """The longest number that begins at `first`; hundreds, tens and units must come in that order."""
    total, group, least, scale, last_scale = 0, 0, 1000, 1, 10**12
    index, ordinal = first, None
    while index < len(words) and index not in plain:
        word = fold_yo(words[index])
        if index > first and not _goes_with(fold_yo(words[index - 1]), word, is_second=index == first + 1):
            break
        if word in SCALE_OF:
            if SCALE_OF[word] >= last_scale or (group == 0 and index > first):
                break
            last_scale = scale = SCALE_OF[word]
            total += max(group, 1) * scale
            group, least = 0, 1000
        elif word in CARDINALS:
            value = CARDINALS[word]
            rank = _rank(value)
            if rank >= least or (value == 0 and index > first):
                break
            group, scale = group + value, 1
            least = 0 if value < 20 else rank  # after «пятнадцать» nothing but a scale may follow
        else:
            ordinal = _last(words[first:index], word, total, least)
            group += ordinal.value if ordinal else 0
            index += 1 if ordinal else 0
            break
        index += 1
    return Token(tuple(words[first:index]), total + group, ordinal, 1 if ordinal else scale) if index > first else None


def _rank(value: int) -> int:
    return 100 if value >= 100 else 10 if value >= 10 else 1


def _last(words_before: Sequence[str], word: str, total: int, least: int) -> Ordinal | None:
    """The ordinal that ends a number, «пятого» in «двадцать пятого»; the words before it are in the nominative."""
    ordinal = ORDINALS.get(word)
    if ordinal is None or not words_before:
        return ordinal
    fits = 0 < ordinal.value < 1000 and _rank(ordinal.value) < least
    is_decade = ordinal.value % 10 == 0 and total >= 1000  # «тысяча девятьсот девяностые», not «двадцать первых»
    is_upright = all(fold_yo(number_word) in UPRIGHT for number_word in words_before)
    return ordinal if fits and is_upright and (is_decade or not ordinal.is_plural) else None


def _goes_with(word: str, next_word: str, is_second: bool) -> bool:
    """Whether the second word can continue a number: «сорока пяти», not «сорока пять».

    «Семью», «трём», «сорока» may not be numbers at all, so no nominative follows them.
    """
    if is_second and word in _MANY:
        return False
    value = CARDINALS.get(word, 1000)
    if is_second and (word in _AMBIGUOUS or word in ONE or (value < 10 and word not in NOMINATIVE)):
        return next_word not in NOMINATIVE or next_word in _AFTER_ONE.get(word, ())
    is_tens = 10 <= value < 100 and word not in NOMINATIVE
    return not is_tens or next_word not in NOMINATIVE or next_word not in CARDINALS  # «без двадцати семь»
