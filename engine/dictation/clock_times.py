"""Times of the day: «в пять часов тридцать минут» is в 5:30.

Times relative to the next hour stay words, as in print: «без десяти шесть», «двадцать минут шестого».
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeGuard

from engine.dictation.counted_words import HOURS, MINUTES, SECONDS, is_counted
from engine.dictation.number_tokens import NO_VALUE, Match, Token, merged, number_at, ordinal_at, word_at
from engine.dictation.numerals import listed

_WITH_NOMINATIVE = frozenset(listed("в во на"))
_WITH_OTHERS = frozenset(listed("к ко с со до после около"))
_EXACT = frozenset(listed("в во к ко с со"))  # before «пять часов тридцать минут»: after others it may be a duration
_AT = frozenset(listed("в во к ко"))
_NOW = frozenset(listed("ровно сейчас время"))
_OF_DAY = frozenset(listed("утра вечера ночи дня"))
_DAY_PARTS = frozenset(listed("утра вечера ночи"))  # «в три дня» may be three days


def spoken_clock(tokens: Sequence[Token], index: int) -> Match | None:
    """Times that stay words: minutes to an hour, and minutes past one."""
    first, after = number_at(tokens, index), index + 1
    if word_at(tokens, index) == "без" and (minutes := number_at(tokens, after)) and minutes.value < 30:
        hour = after + (2 if word_at(tokens, after + 1) in MINUTES else 1)
        if not minutes.is_upright and _is_hour(number_at(tokens, hour)) and tokens[hour].is_upright:
            return hour + 1 - index, [_in_words(token) for token in tokens[index : hour + 1]]
    is_of = (first and word_at(tokens, after) in MINUTES) or word_at(tokens, index) in (
        "четверть",
        "половина",
        "половине",
    )
    of_hour = ordinal_at(tokens, after + 1 if first else after)
    if is_of and of_hour and of_hour.form.ending == "го" and 1 <= of_hour.value <= 12:
        n = 3 if first else 2
        return n, [_in_words(token) for token in tokens[index : index + n]]
    return None


def _in_words(token: Token) -> Token:
    return merged([token], text=" ".join(token.said)) if token.value != NO_VALUE else token


def _is_hour(token: Token | None) -> TypeGuard[Token]:
    return token is not None and token.value <= 24 and not token.tail


def clock_times(tokens: Sequence[Token], index: int) -> Match | None:
    """A time of hours and minutes that begins at index."""
    before = word_at(tokens, index - 1)
    match = _with_units(tokens, index, before) or _bare(tokens, index, before)
    if match is None:
        return None
    hour, minute, n = match
    return n, [merged(tokens[index : index + n], text=f"{hour}:{minute:02}")]


def _with_units(tokens: Sequence[Token], index: int, before: str) -> tuple[int, int, int] | None:
    """Hour, minute and number of tokens of «пять часов тридцать минут»."""
    hour = number_at(tokens, index)
    if not _is_hour(hour) or word_at(tokens, index + 1) not in HOURS:
        return None
    minute, n = _minute(tokens, index + 2, least=0)
    if minute is None or word_at(tokens, index + 2 + n) not in MINUTES:
        return None
    is_clock = before in _EXACT or word_at(tokens, index + 3 + n) in _OF_DAY
    return (hour.value, minute, 3 + n) if is_clock else None


def _bare(tokens: Sequence[Token], index: int, before: str) -> tuple[int, int, int] | None:
    """The same for «семь тридцать» after a preposition or before «утра»."""
    hour, is_one = number_at(tokens, index), word_at(tokens, index) == "час"
    if is_one:
        value, upright = 1, True
    elif _is_hour(hour):
        value, upright = hour.value, hour.is_upright
    else:
        return None
    minute, n = _minute(tokens, index + 1, least=10)
    following = index + 1 + n
    if minute is None or is_counted(tokens, following) or number_at(tokens, following):
        return None
    agree = tokens[index + 1].value == 0 or upright == tokens[index + 1].is_upright
    is_introduced = before in (_WITH_NOMINATIVE if upright else _WITH_OTHERS) or (before in _NOW and not is_one)
    if not agree or not (is_introduced or word_at(tokens, following) in _OF_DAY):
        return None
    return value, minute, 1 + n


def _minute(tokens: Sequence[Token], index: int, least: int) -> tuple[int | None, int]:
    """Minutes and their number of tokens; «ноль пять» has two."""
    first, second = number_at(tokens, index), number_at(tokens, index + 1)
    if first is None or first.value >= 60 or first.tail:
        return None, 0
    if first.value == 0 and second is not None and second.value < 10:
        return second.value, 2
    return (first.value, 1) if first.value >= least else (None, 0)


def hours_in_digits(tokens: Sequence[Token], index: int) -> Match | None:
    """Small numbers that are a time or part of a duration: «в 5 часов», «к 7 вечера», «2 часа 20 минут»."""
    token, unit, before = number_at(tokens, index), word_at(tokens, index + 1), word_at(tokens, index - 1)
    if token is None or token.is_doubtful or not _is_hour(token):
        return _of_duration(tokens, index)
    is_hour = unit in HOURS and (before in _AT or word_at(tokens, index + 2) in _OF_DAY or _ends_range(tokens, index))
    is_part = unit in _DAY_PARTS and before in _WITH_OTHERS | {"в"}
    return (1, [replace(token, digits=True)]) if is_hour or is_part else _of_duration(tokens, index)


def _ends_range(tokens: Sequence[Token], index: int) -> bool:
    """«С пяти до семи часов»."""
    is_range = word_at(tokens, index - 1) == "до" and number_at(tokens, index - 2)
    return bool(is_range) and word_at(tokens, index - 3) in ("с", "со")


def _of_duration(tokens: Sequence[Token], index: int) -> Match | None:
    """«Два часа двадцать минут»: both in digits."""
    for larger, smaller in ((HOURS, MINUTES), (MINUTES, SECONDS)):
        first, second = number_at(tokens, index), number_at(tokens, index + 2)
        if first and second and word_at(tokens, index + 1) in larger and word_at(tokens, index + 3) in smaller:
            return 3, [replace(first, digits=True), tokens[index + 1], replace(second, digits=True)]
    return None
