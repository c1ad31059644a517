"""Dates, years, decades and centuries: 21 мая 2026 года, с 1941 по 1945 год, 90-е, XIX век.

As in Milchin's handbook: no ending before a month or the word for a year, centuries in Roman numerals.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from engine.dictation.number_tokens import Match, Token, merged, number_at, ordinal_at, word_at
from engine.dictation.numerals import listed

_MONTHS = frozenset(listed("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"))
_YEAR = frozenset(listed("год года году годом годе годов"))
_DECADE = frozenset(listed("годы годов годам годами годах"))
_CENTURY = re.compile("(сто|тысяче)лети(е|я|ю|ем|и)|век(а|у|ом|е|ов|ах)?")
_LINKS = frozenset(listed("и или по до на"))
_KINGS = re.compile(
    "(людовик|генрих|карл|георг|эдуард|филипп|фридрих|рамсес|иоанн|бенедикт|климент)(а|у|ом|е)?|пи(й|я|ю|ем|и)"
)
_FIRST_YEAR, _LAST_YEAR = 1000, 3000
_ROMAN_FROM = 3  # «не первый век» is not a date
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def dates(tokens: Sequence[Token], index: int) -> Match | None:
    """A date that begins with an ordinal: a day, a year, a decade, a century, or several joined."""
    if ordinal_at(tokens, index) is None:
        return None
    numeric = _numeric(tokens, index)
    if numeric is not None:
        return numeric
    chain = [index]
    while ordinal_at(tokens, following := chain[-1] + (2 if word_at(tokens, chain[-1] + 1) in _LINKS else 1)):
        chain.append(following)
    while chain:
        end = chain[-1] + 1
        written = [_written(tokens[place], tokens, end) for place in chain]
        if all(written):
            between = [tokens[place] for place in range(index, end)]
            for place, text in zip(chain, written, strict=True):
                between[place - index] = merged([tokens[place]], text=text)
            return end - index, between
        chain.pop()
    return None


def _written(token: Token, tokens: Sequence[Token], end: int) -> str | None:
    """The ordinal without an ending, if the word at `end` requires it."""
    ordinal, value, following = token.form, token.value, word_at(tokens, end)
    if following in _MONTHS and ordinal.in_dates and 1 <= value <= 31:
        return str(value)
    if following in _YEAR | _DECADE and _is_year(token):
        return str(value)
    if following in _DECADE and ordinal.is_plural and value % 10 == 0 and value:
        return f"{value}-{ordinal.ending}"
    is_century = bool(_CENTURY.fullmatch(following)) and not ordinal.is_plural and value <= 30
    return _roman(value) if is_century and value >= _ROMAN_FROM else None


def _is_year(token: Token) -> bool:
    return token.value >= _FIRST_YEAR and not token.form.is_plural and not token.form.is_feminine


def year_after_month(tokens: Sequence[Token], index: int) -> Match | None:
    """«Двадцать первого мая две тысячи двадцать шестого»: a year without «года»."""
    year = ordinal_at(tokens, index)
    if year is None or word_at(tokens, index - 1) not in _MONTHS or not _is_year(year):
        return None
    return 1, [merged([year], text=str(year.value))]


def _numeric(tokens: Sequence[Token], index: int) -> Match | None:
    """«Двадцать первого ноль пятого две тысячи двадцать шестого» is 21.05.2026."""
    nought = number_at(tokens, index + 1)
    skipped = int(nought is not None and nought.value == 0)
    day, month, year = (ordinal_at(tokens, place) for place in (index, index + 1 + skipped, index + 2 + skipped))
    if (
        day is None
        or month is None
        or year is None
        or not all(token.form.ending == "го" for token in (day, month, year))
    ):
        return None
    if not (1 <= day.value <= 31 and 1 <= month.value <= 12 and _is_year(year)):
        return None
    n = 3 + skipped
    return n, [merged(tokens[index : index + n], text=f"{day.value:02}.{month.value:02}.{year.value}")]


def kings(tokens: Sequence[Token], index: int) -> Match | None:
    """«Людовик четырнадцатый» is Людовик XIV. «Пётр первый» may mean who came first."""
    token = ordinal_at(tokens, index)
    if token is None or not _ROMAN_FROM <= token.value <= 30 or token.form.is_plural:
        return None
    return (1, [merged([token], text=_roman(token.value))]) if _KINGS.fullmatch(word_at(tokens, index - 1)) else None


def decades(tokens: Sequence[Token], index: int) -> Match | None:
    """«В девяностых» without «годах». Tenths, hundredths and thousandths are more often fractions."""
    token = ordinal_at(tokens, index)
    if token is None or not token.form.is_plural:
        return None
    is_decade = 20 <= token.value < 100 and token.value % 10 == 0
    is_whole = _FIRST_YEAR < token.value < _LAST_YEAR and token.value % 10 == 0
    return (1, [replace(token, digits=True)]) if is_decade or is_whole else None


def _roman(value: int) -> str:
    text = ""
    for worth, letters in _ROMAN:
        text += letters * (value // worth)
        value %= worth
    return text
