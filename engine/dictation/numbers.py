"""Russian number words -> digits: «двадцать первого мая» -> 21 мая, «сто двадцать пять тысяч» -> 125 000.

The style is that of Milchin's handbook: no-break spaces from 10 000 on, millions in words (2 миллиона), per cent as a
sign. Numbers below ten stay words unless they measure (units, money, per cent, dates, times) or stand with larger ones
(«от 5 до 10»). Ambiguous words stay as spoken: «один из них», «семью», «сорока», «первый раз».

Of what PyPI has, damga 1.0.5 (Apache-2.0, first released in October 2026, 126 MB) is the best: of the first 341 pairs
of tests/engine/dictation/written_numbers.tsv it writes 223 so; it drops words («он один тысячу лет») and does not say
which words a number stands for. ru-word2number (MIT, 2021) knows cardinals only; NeMo text processing needs pynini.
"""

from collections.abc import Sequence
from dataclasses import replace

from engine.dictation.clock_times import clock_times, hours_in_digits, spoken_clock
from engine.dictation.counted_words import is_counted
from engine.dictation.dates import dates, decades, kings, year_after_month
from engine.dictation.number_tokens import NO_VALUE, Match, Token, number_at, ordinal_at, rewritten, tokens_of, word_at
from engine.dictation.numerals import is_numeral, listed
from engine.dictation.phone_numbers import phone_numbers
from engine.dictation.quantities import after_nought, fractions, labelled, measured, ranges, scores, signs
from engine.text_marks import fold_yo

_IDIOMS = tuple(
    tuple(idiom.split())
    for idiom in (
        "тысяча и одна ночь",
        "тысячи и одной ночи",
        "на все сто",
        "сорок сороков",
        "тридцать три несчастья",
        "двадцать два несчастья",
        "сто лет в обед",
        "во сто крат",
        "сто пудов",
        "через пятое на десятое",
        "пятое десятое",
        "десятое дело",
        "сто раз",
        "сто лет не",
        "сто лет тебя не",
        "сто лет вас не",
        "сто лет его не",
        "сто лет ее не",
        "сто рублей а имей сто друзей",
        "сто очков вперед",
        "сто к одному",
        "сто лет одиночества",
        "десять раз подумай",
        "десять заповедей",
        "тридцать лет и три года",
        "тридцать три богатыря",
        "тридцать три коровы",
        "двенадцать стульев",
        "двенадцать апостолов",
        "семнадцать мгновений весны",
        "сорок разбойников",
        "двадцать лет спустя",
        "десять негритят",
    )
)
_JOIN_ALIKE = frozenset(listed("и или на по плюс минус"))  # they join numbers in the same case
_JOIN_OTHERS = frozenset(listed("до из"))  # they join numbers in different cases
_PARTS = frozenset(listed("часть части частью частей доля доли долю долей"))
_TIMES = frozenset(listed("раз раза разу разом"))
_EACH = frozenset(listed("каждый каждая каждое каждого каждому каждым каждом каждую каждой"))
_BEFORE_OBLIQUE = frozenset(
    listed("от до около из без более менее больше меньше свыше к после с у для о в на при за примерно порядка")
)
_LONG_RUN = 3
_RULES = (
    spoken_clock,
    clock_times,
    phone_numbers,
    dates,
    year_after_month,
    kings,
    after_nought,
    fractions,
    signs,
    scores,
    ranges,
    measured,
    hours_in_digits,
    labelled,
    decades,
)


def with_digits(words: Sequence[str], plain: frozenset[int] = frozenset()) -> list[tuple[int, str]]:
    """words: lower case; plain: indices of words that are not numbers.

    Returns for each word of the result the number of words that it stands for, and its text, which may hold no-break
    spaces but no others.
    """
    if not any(is_numeral(word) for word in words):
        return [(1, word) for word in words]
    tokens = tokens_of(words, plain | _idioms(words))
    for rule in _RULES:
        tokens = rewritten(tokens, rule)
    tokens = _in_company(_side_by_side([_by_itself(tokens, index) for index in range(len(tokens))]))
    return [piece for token in tokens for piece in token.pieces()]


def _idioms(words: Sequence[str]) -> frozenset[int]:
    """The indices of words that belong to an idiom."""
    folded = tuple(fold_yo(word) for word in words)
    places: set[int] = set()
    for idiom in _IDIOMS:
        for index in range(len(folded) - len(idiom) + 1):
            if folded[index : index + len(idiom)] == idiom:
                places.update(range(index, index + len(idiom)))
    return frozenset(places)


def _by_itself(tokens: Sequence[Token], index: int) -> Token:
    """The decision on a number that no other rule applies to."""
    token = tokens[index]
    if token.value == NO_VALUE or token.digits is not None:
        return token
    if token.ordinal is not None:
        return replace(token, digits=_is_written_ordinal(tokens, index))
    following = ordinal_at(tokens, index + 1)
    is_beside = (
        following is not None and following.value < 10 and (following.form.is_plural or following.form.is_feminine)
    )
    is_forty = token.value == 40 and (word_at(tokens, index - 1) in _BEFORE_OBLIQUE or is_counted(tokens, index + 1))
    stays = (token.is_doubtful and not is_forty) or is_beside  # «двадцать первых учеников»
    return replace(token, digits=not stays) if stays or token.value >= 10 else token


def _is_written_ordinal(tokens: Sequence[Token], index: int) -> bool:
    """Whether an ordinal is written as digits: from ten on, except «сотый раз», «десятая часть» and the like."""
    token = tokens[index]
    if token.value < 10 or (len(token.said) == 1 and token.value in (100, 1000, 10**6)):
        return False
    if len(token.said) > 1:
        return True
    following = word_at(tokens, index + 1)
    if following in ("часу", "час") or word_at(tokens, index - 2) == "часу":  # «часу в одиннадцатом»
        return False
    is_fraction = following in _PARTS or number_at(tokens, index - 1) is not None
    return (
        not is_fraction
        and following not in _TIMES
        and word_at(tokens, index - 1) not in _EACH
        and not (token.value == 10 and token.form.is_plural)
    )


def _side_by_side(tokens: Sequence[Token]) -> list[Token]:
    """Small numbers next to larger ones: «три двадцать» is 3 20, but not in «в семь тридцать человек пришли»."""

    def rule(tokens: Sequence[Token], index: int) -> Match | None:
        end = index
        while number_at(tokens, end):
            end += 1
        run = tokens[index:end]
        if len(run) < 2 or not any(token.digits and token.value >= 10 for token in run) or is_counted(tokens, end):
            return (len(run), run) if run else None
        is_long = len(run) >= _LONG_RUN
        return len(run), [_beside(token, i, run, is_long) for i, token in enumerate(run)]

    return rewritten(tokens, rule)


def _beside(token: Token, i: int, run: Sequence[Token], is_long: bool) -> Token:
    may_be_one = is_long and (i > 0 or run[1].value < 10)  # «восемь один двадцать», but not «он один двадцать тридцать»
    in_digits = token.digits is None and token.is_upright and not token.is_doubtful and (may_be_one or not token.is_one)
    return replace(token, digits=True) if in_digits else token


def _in_company(tokens: Sequence[Token]) -> list[Token]:
    """Two joined numbers are both written as digits, or neither: «от 5 до 10», «10 или 12»."""
    result = list(tokens)
    places = range(len(result) - 2)
    for index in (*places, *reversed(places)):
        first, second = number_at(result, index), number_at(result, index + 2)
        if first and second and _are_joined(result, index) and bool(first.digits) != bool(second.digits):
            small = index + 2 if first.digits else index
            is_range = word_at(result, index + 1) == "до" and word_at(result, index - 1) in ("от", "с", "со")
            if not result[small].is_doubtful and (is_range or not result[small].is_one) and "%" not in first.tail:
                result[small] = replace(result[small], digits=True)
    return result


def _are_joined(tokens: Sequence[Token], index: int) -> bool:
    """Whether a joining word is between the number at index and the next one."""
    word, first, second = word_at(tokens, index + 1), tokens[index], tokens[index + 2]
    if word in _JOIN_OTHERS:
        return not second.is_upright
    return word in _JOIN_ALIKE and first.is_upright == second.is_upright
