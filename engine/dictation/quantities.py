"""Quantities: fractions, signs, per cent, degrees, units, money, ranges, house numbers."""

import re
from collections.abc import Sequence
from dataclasses import replace

from engine.dictation.counted_words import CELSIUS, DEGREES, PER_CENT, is_counted, is_measure
from engine.dictation.number_tokens import Match, Token, merged, number_at, ordinal_at, word_at
from engine.dictation.numerals import listed
from engine.text_marks import NO_BREAK

_WHOLE = frozenset(listed("целая целых целой целую целыми целым"))
_DENOMINATORS = {10: 1, 100: 2, 1000: 3}  # decimals
_SELDOM_ONE = listed(
    "номер номера ряд место билет вопрос урок задача задание"
)  # «вопрос один» more often counts questions
_LABELS = frozenset(
    listed(
        "дом доме дому домом квартира квартиры квартире квартиру корпус корпуса корпусе строение подъезд "
        "подъезде офис офисе кабинет кабинете страница страницы странице страницу глава главы главе "
        "главу пункт пункта пункте статья статьи статье статью том тома томе раздел раздела разделе рисунок "
        "рисунке таблица таблице параграф параграфе вагон вагоне версия версии этаж аудитория аудитории зал зале рейс "
        "рейса маршрут платформа платформе приложение приложении серия сезон упражнение вариант"
    )
) | set(_SELDOM_ONE)
_FUNCTION_WORDS = frozenset(
    listed("и или а но на в во по к ко с со у от до из за о об для при это что где как не то же мы вы он она они я ты")
)
_MINUS, _PLUS = "\N{MINUS SIGN}", "+"
_FEVER = range(34, 43)  # «температура тридцать шесть и шесть»
_EN_DASH = "\N{EN DASH}"
_WEATHER_BEFORE = frozenset(listed("до от днем ночью улице сейчас сегодня завтра"))
_WEATHER_AFTER = frozenset(listed("тепла днем ночью"))
_SCORE = re.compile("счет(а|у|ом|е)?")
_PLAYED = re.compile(
    "(выигр|проигр|побед|обыгр|сыгр|уступ)[а-я]*|(законч|заверш)[а-я]*(ся|сь)|вед(ет|ут|ем)|(по)?вел(а|и)?"
)


def after_nought(tokens: Sequence[Token], index: int) -> Match | None:
    """«Ноль пять литра» is 0,5, «ноль пять копеек» 05."""
    nought, parts = number_at(tokens, index), number_at(tokens, index + 1)
    if nought is None or nought.value != 0 or parts is None or not is_measure(tokens, index + 2):
        return None
    if word_at(tokens, index + 2).startswith("копе"):
        return 2, [merged([nought, parts], text=f"{parts.value:02}")]
    return 2, [merged([nought, parts], value=0, tail=f",{parts.value}", digits=True)]


def fractions(tokens: Sequence[Token], index: int) -> Match | None:
    """«Две целых пять десятых» is 2,5; «пять десятых процента» 0,5; «два с половиной миллиона» 2,5."""
    integer = number_at(tokens, index)
    if integer is None:
        return None
    if word_at(tokens, index + 1) in _WHOLE:
        first = index + (3 if word_at(tokens, index + 2) == "и" else 2)
        decimals = _decimals(tokens, first)
        if decimals is None:
            return None
        n = first + 2 - index
        return n, [merged(tokens[index : index + n], value=integer.value, tail=f",{decimals}", digits=True)]
    decimals = _decimals(tokens, index + 2) if word_at(tokens, index + 1) == "и" else None
    if decimals is not None:  # «два и пять десятых»
        return 4, [merged(tokens[index : index + 4], value=integer.value, tail=f",{decimals}", digits=True)]
    decimals = _decimals(tokens, index)
    if decimals is not None and is_measure(tokens, index + 2):
        return 2, [merged(tokens[index : index + 2], value=0, tail=f",{decimals}", digits=True)]
    tenths = number_at(tokens, index + 2)
    if (
        word_at(tokens, index + 1) == "и"
        and integer.value in _FEVER
        and tenths
        and tenths.is_small
        and _is_temperature(tokens, index)
    ):
        return 3, [merged(tokens[index : index + 3], value=integer.value, tail=f",{tenths.value}", digits=True)]
    has_half = (
        word_at(tokens, index + 1) == "с" and word_at(tokens, index + 2) == "половиной" and not integer.is_doubtful
    )
    if has_half and _takes_half(integer, tokens, index + 3):
        return 3, [merged(tokens[index : index + 3], value=integer.value, tail=",5", digits=True)]
    return None


def _takes_half(integer: Token, tokens: Sequence[Token], index: int) -> bool:
    """Whether the counted word has the same form after a decimal: «2,5 метра», but «5 с половиной метров»."""
    if PER_CENT.fullmatch(word_at(tokens, index)):
        return True
    governs_alike = integer.is_upright and integer.value % 10 in (2, 3, 4) and integer.value % 100 not in (12, 13, 14)
    scale = number_at(tokens, index)
    return governs_alike and (is_measure(tokens, index) or bool(scale and scale.is_lone_scale))


def _is_temperature(tokens: Sequence[Token], index: int) -> bool:
    return any(word_at(tokens, place).startswith("температур") for place in range(max(0, index - 3), index))


def _decimals(tokens: Sequence[Token], index: int) -> str | None:
    """«Пять сотых»: 05."""
    parts, denominator = number_at(tokens, index), ordinal_at(tokens, index + 1)
    if parts is None or denominator is None or denominator.value not in _DENOMINATORS or len(denominator.said) > 1:
        return None
    is_fraction = denominator.form.is_plural or denominator.form.is_feminine or denominator.said[0].endswith("ой")
    return (
        f"{parts.value:0{_DENOMINATORS[denominator.value]}}"
        if is_fraction and parts.value < denominator.value
        else None
    )


def signs(tokens: Sequence[Token], index: int) -> Match | None:
    """«Минус двадцать» is −20; before degrees «плюс» is a sign too. Between two numbers they are words."""
    sign, number = word_at(tokens, index), number_at(tokens, index + 1)
    if sign not in ("минус", "плюс") or number is None or number.is_lone_scale:
        return None
    if number_at(tokens, index - 1) and word_at(tokens, index - 2) not in ("минус", "плюс"):  # «десять минус пять»
        return None
    measured_at = index + 2
    if word_at(tokens, index + 2) in ("до", "и", "или"):  # «от минус пяти до плюс десяти градусов»
        measured_at += 3 if word_at(tokens, index + 3) in ("минус", "плюс") else 2
    elif word_at(tokens, index + 2) in ("минус", "плюс"):  # «минус пять минус семь градусов»
        measured_at += 2
    measured_at = measured_at if number_at(tokens, measured_at - 1) else index + 2
    has_degrees = bool(DEGREES.fullmatch(word_at(tokens, measured_at)))
    is_last = index + 2 >= len(tokens)
    is_sure = (
        number.value >= 10 or bool(number.tail) or is_measure(tokens, measured_at) or (is_last and not number.is_one)
    )
    is_warm = has_degrees or _is_weather(tokens, index)
    if not (is_warm if sign == "плюс" else is_sure):
        return None
    signed = replace(number, said=tokens[index].said + number.said, digits=True)
    return 2, [replace(signed, sign=_MINUS if sign == "минус" else _PLUS)]


def _is_weather(tokens: Sequence[Token], index: int) -> bool:
    """Whether a temperature is meant: «днём плюс пять», «плюс тридцать в тени»; no counted word follows."""
    is_shade = word_at(tokens, index + 2) == "в" and word_at(tokens, index + 3) == "тени"
    following = word_at(tokens, index + 2)
    is_forecast = word_at(tokens, index - 1) in _WEATHER_BEFORE and not is_counted(tokens, index + 2)
    return is_shade or following in _WEATHER_AFTER or (is_forecast and (not following or following in _FUNCTION_WORDS))


def scores(tokens: Sequence[Token], index: int) -> Match | None:
    """«Со счётом пять один», «выиграли три ноль»: 5:1, 3:0."""
    first, second, before = number_at(tokens, index), number_at(tokens, index + 1), word_at(tokens, index - 1)
    goes_on = index + 2 < len(tokens) and word_at(tokens, index + 2) not in _FUNCTION_WORDS  # «ведём два три дела»
    if first is None or second is None or goes_on:
        return None
    are_small = all(token.is_upright and token.value < 30 and not token.tail for token in (first, second))
    is_score = _SCORE.fullmatch(before) or (_PLAYED.fullmatch(before) and first.is_small and second.is_small)
    return (2, [merged([first, second], text=f"{first.value}:{second.value}")]) if are_small and is_score else None


def ranges(tokens: Sequence[Token], index: int) -> Match | None:
    """«Десять пятнадцать минут» is 10–15; small ones only before a unit, otherwise they are «два-три раза»."""
    first, second, before = number_at(tokens, index), number_at(tokens, index + 1), number_at(tokens, index - 1)
    is_behind = (before is not None and before.is_lone_scale) or (
        is_counted(tokens, index - 1)
        and word_at(tokens, index - 1) != "раз"  # «лет десять пятнадцать», but «раз два три»
    )
    if first is None or second is None or (before is not None and not is_behind):
        return None
    if second.scale > 1 and first.scale == 1:
        return _range_of_scale(first, second)
    if not (is_behind or is_counted(tokens, index + 2)):
        return None
    if any(t.is_doubtful or t.is_one or t.sign or t.tail or t.value >= 10**6 for t in (first, second)):
        return None
    is_range = first.value < second.value <= 2 * first.value and first.is_upright == second.is_upright
    is_large = second.value >= 10 or is_measure(tokens, index + 2)
    if not is_range:
        return None
    if not is_large:
        return 2, [merged([first, second], text=f"{' '.join(first.said)}-{' '.join(second.said)}")]
    return 2, [merged([first, second], value=first.value, tail=f"{_EN_DASH}{second.numeral}", digits=True)]


def _range_of_scale(first: Token, second: Token) -> Match | None:
    """«Две три тысячи» is 2–3 тысячи."""
    value, rest = divmod(second.value, second.scale)
    if rest or len(second.said) < 2 or not first.value < value <= 2 * first.value or first.tail:
        return None
    if first.is_doubtful or first.is_one or not (first.is_upright and second.is_upright):
        return None
    first_words = (*first.said, *second.said[:-1])
    joined = Token(first_words, first.value, tail=f"{_EN_DASH}{value}", digits=True)
    return 2, [joined, Token(second.said[-1:])]


def measured(tokens: Sequence[Token], index: int) -> Match | None:
    """A number before a unit, money, degrees or per cent; the last two may become a sign."""
    number = number_at(tokens, index)
    if number is None or not is_measure(tokens, index + 1):
        return None
    if number.is_doubtful and number.value != 40:  # before a unit «сорока» is not the bird
        return None
    unit = word_at(tokens, index + 1)
    is_per_cent = bool(PER_CENT.fullmatch(unit))
    is_strange = number.is_one and not (number.is_upright or is_per_cent)  # «одного рубля» is often «no rouble»
    if is_strange or (number.is_one and word_at(tokens, index - 1) == "ни"):
        return None
    if is_per_cent:
        return 2, [
            merged(
                tokens[index : index + 2],
                value=number.value,
                sign=number.sign,
                tail=f"{number.tail}{NO_BREAK}%",
                digits=True,
            )
        ]
    if DEGREES.fullmatch(unit) and word_at(tokens, index + 2) == CELSIUS:
        return 3, [merged(tokens[index : index + 3], text=f"{number.numeral}{NO_BREAK}°C")]
    return 1, [replace(number, digits=True)]


def labelled(tokens: Sequence[Token], index: int) -> Match | None:
    """«Дом пять», «страница семь»: a number after the name of what it numbers; and «двадцать пять дробь два»."""
    number, label = number_at(tokens, index), word_at(tokens, index - 1)
    if number is None:
        return None
    second = number_at(tokens, index + 2)
    if word_at(tokens, index + 1) == "дробь" and second:
        return 3, [merged(tokens[index : index + 3], text=f"{number.numeral}/{second.numeral}")]
    is_named = label in _LABELS and number.is_upright and not number.is_doubtful
    following = word_at(tokens, index + 1)
    ends = index + 1 >= len(tokens) or following in _FUNCTION_WORDS or following in _LABELS
    if not is_named or not ends or (number.is_one and label in _SELDOM_ONE):
        return None
    return 1, [replace(number, digits=True)]
