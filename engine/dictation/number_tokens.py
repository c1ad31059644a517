"""Words of one breath as tokens: plain words, cardinals, ordinals; and how each of them is written."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.dictation.numerals import CARDINALS, NOMINATIVE, ONE, ORDINALS, SCALE_OF, UPRIGHT, Ordinal
from engine.text_marks import NO_BREAK, fold_yo

_GROUPED_FROM = 10_000  # Milchin: four digits are not parted
_AMBIGUOUS = frozenset(("сорока",))  # a bird
_MANY = frozenset(("тысяч", "миллионов", "миллиардов"))  # «тысяч пять» is about five thousand
_AFTER_ONE = {"один": ("миллион", "миллиард"), "одна": ("тысяча",), "одну": ("тысячу",)}


@dataclass(frozen=True)
class Token:
    """said: the words that it stands for. value: of a number, None for others.

    ordinal: its last word, for an ordinal. scale: of the last word, 1 where that is no «тысяча» or more.
    sign, tail: what is put before and behind the digits («−», «,5»). digits: whether it is written so, None: not
    decided yet. text: what is written in any case.
    """

    said: tuple[str, ...]
    value: int | None = None
    ordinal: Ordinal | None = None
    scale: int = 1
    sign: str = ""
    tail: str = ""
    digits: bool | None = None
    text: str | None = None

    @property
    def word(self) -> str:
        """The word of a token that is no number; else nothing."""
        return fold_yo(self.said[0]) if self.value is None and len(self.said) == 1 else ""

    @property
    def is_number(self) -> bool:
        """Whether it is a cardinal."""
        return self.value is not None and self.ordinal is None

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
        """Whether it may be something else than a number, taken alone."""
        return self.is_number and len(self.said) == 1 and (self.is_lone_scale or fold_yo(self.said[0]) in _AMBIGUOUS)

    @property
    def numeral(self) -> str:
        """The number in digits, grouped in threes where it is long."""
        grouped = str(self.value) if self.value < _GROUPED_FROM else f"{self.value:,}".replace(",", NO_BREAK)
        return f"{self.sign}{grouped}{self.tail}"

    @property
    def _keeps_scale(self) -> bool:
        """«2 миллиона» is easier to read than 2 000 000."""
        is_round = self.value == self.value // self.scale * self.scale < 1000 * self.scale
        return self.scale >= 10**6 and len(self.said) > 1 and is_round

    def pieces(self) -> Iterator[tuple[int, str]]:
        """How many of the words said, and what is written for them."""
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


def merged(tokens: Iterable[Token], **fields: object) -> Token:
    """One token for several; fields: those of the new one."""
    return Token(tuple(word for token in tokens for word in token.said), **fields)


Match = tuple[int, Sequence[Token]]  # how many tokens, and what takes their place


def rewritten(tokens: Sequence[Token], rule: Callable[[Sequence[Token], int], Match | None]) -> list[Token]:
    """The tokens with a rule applied from left to right; it gets all of them as they were and a place."""
    result: list[Token] = []
    at = 0
    while at < len(tokens):
        n, put = rule(tokens, at) or (1, tokens[at : at + 1])
        result += put
        at += n
    return result


def word_at(tokens: Sequence[Token], at: int) -> str:
    """The plain word there; nothing for a number, and outside."""
    return tokens[at].word if 0 <= at < len(tokens) else ""


def number_at(tokens: Sequence[Token], at: int) -> Token | None:
    """The cardinal there, if it is one."""
    return tokens[at] if 0 <= at < len(tokens) and tokens[at].is_number else None


def ordinal_at(tokens: Sequence[Token], at: int) -> Token | None:
    """The ordinal there, if it is one."""
    return tokens[at] if 0 <= at < len(tokens) and tokens[at].ordinal is not None else None


def tokens_of(words: Sequence[str], plain: frozenset[int] = frozenset()) -> list[Token]:
    """words: lower case; plain: the places of those that are no numbers whatever they look like."""
    tokens, at = [], 0
    while at < len(words):
        token = Token((words[at],)) if at in plain else _number(words, at, plain) or Token((words[at],))
        tokens.append(token)
        at += len(token.said)
    return tokens


def _number(words: Sequence[str], first: int, plain: frozenset[int]) -> Token | None:
    """The longest number that begins at `first`; hundreds, tens and units must come in that order."""
    total, group, least, scale, last_scale = 0, 0, 1000, 1, 10**12
    at, ordinal = first, None
    while at < len(words) and at not in plain:
        word = fold_yo(words[at])
        if at > first and not _goes_with(fold_yo(words[at - 1]), word, is_second=at == first + 1):
            break
        if word in SCALE_OF:
            if SCALE_OF[word] >= last_scale or (group == 0 and at > first):
                break
            last_scale = scale = SCALE_OF[word]
            total += max(group, 1) * scale
            group, least = 0, 1000
        elif word in CARDINALS:
            value = CARDINALS[word]
            rank = _rank(value)
            if rank >= least or (value == 0 and at > first):
                break
            group, scale = group + value, 1
            least = 0 if value < 20 else rank  # after «пятнадцать» nothing but a scale may follow
        else:
            ordinal = _last(words[first:at], word, total, least)
            group += ordinal.value if ordinal else 0
            at += 1 if ordinal else 0
            break
        at += 1
    return Token(tuple(words[first:at]), total + group, ordinal, 1 if ordinal else scale) if at > first else None


def _rank(value: int) -> int:
    return 100 if value >= 100 else 10 if value >= 10 else 1


def _last(before: Sequence[str], word: str, total: int, least: int) -> Ordinal | None:
    """The ordinal that ends a number, «пятого» in «двадцать пятого»; the words before it are in the nominative."""
    ordinal = ORDINALS.get(word)
    if ordinal is None or not before:
        return ordinal
    fits = 0 < ordinal.value < 1000 and _rank(ordinal.value) < least
    is_decade = ordinal.value % 10 == 0 and total >= 1000  # «тысяча девятьсот девяностые», not «двадцать первых»
    is_upright = all(fold_yo(said) in UPRIGHT for said in before)
    return ordinal if fits and is_upright and (is_decade or not ordinal.is_plural) else None


def _goes_with(one: str, other: str, is_second: bool) -> bool:
    """Whether a number goes on so: «сорока пяти», not «сорока пять».

    «Семью», «трём», «сорока» may be no numbers at all, so nothing in the nominative goes with them.
    """
    if is_second and one in _MANY:
        return False
    value = CARDINALS.get(one, 1000)
    if is_second and (one in _AMBIGUOUS or one in ONE or (value < 10 and one not in NOMINATIVE)):
        return other not in NOMINATIVE or other in _AFTER_ONE.get(one, ())
    is_tens = 10 <= value < 100 and one not in NOMINATIVE
    return not is_tens or other not in NOMINATIVE or other not in CARDINALS  # «без двадцати семь»
