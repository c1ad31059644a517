"""Words that numbers count: units of measure, money, per cent, and other countable things."""

import re
from collections.abc import Sequence

from engine.dictation.number_tokens import Token, number_at, word_at
from engine.dictation.numerals import listed

HOURS = frozenset(listed("час часа часов часу часам часом часами часе часах"))
MINUTES = frozenset(listed("минута минуты минут минуте минутам минуту минутой минутами минутах"))
SECONDS = frozenset(listed("секунда секунды секунд секунде секундам секунду секундой секундами секундах"))
PER_CENT = re.compile("процент(а|ов|у|ам|ом|ами|е|ах)?")
DEGREES = re.compile("градус(а|ов|у|ам|ом|ами|е|ах)?")
CELSIUS = "цельсия"
_MEASURES = re.compile(
    "((санти|милли|деци|кило|микро|нано)?метр|(милли|кило)?грамм|центнер|(милли|деци|гекто)?литр|гектар|карат|балл|дюйм|"
    "фут|фунт|ярд|децибел|(кило|мега|гига)?(герц|ватт|вольт|бит|байт)|терабайт|(милли)?ампер|(кило)?джоуль|паскал|"
    "кубометр|пиксел|доллар|цент)(а|я|ов|ей|у|ю|ам|ям|ом|ем|ами|ями|е|ах|ях|ь)?"
    "|(килокалори|кал?ори)(я|и|й|ю|ей|ям|ями|ях)|(мил|тонн|сотк)(я|а|и|ы|ю|у|е|ей|ой|ям|ам|ями|ами|ях|ах)|миль|тонн|соток"
    "|рубл(ь|я|ю|ем|е|и|ей|ям|ями|ях)|копе(ек|йк(а|и|е|у|ой|ам|ами|ах))|евро|гривн(а|ы|е|у|ой|ам|ами|ах)?|гривен|тенге"
    "|юан(ь|я|ю|ем|е|и|ей|ям|ями|ях)|иен(а|ы|е|у|ой|ам|ами|ах)?|промилле"
)
_BEFORE_MEASURES = re.compile(
    "(квадратн|кубическ|погонн|морск|американск|российск)(ый|ий|ая|ое|ого|ому|ым|им|ом|ую|ой|ые|ие|ых|их|ыми)"
)
_COUNTED = re.compile(
    "человека?|лет|год(а|у|ам|ами|ах)?|раза?|дн(я|ей|ям|ями|ях)|сут(ки|ок|кам|ками|ках)|недел(я|и|ь|ю|ям|ями|ях)|"
    "месяц(а|ев|у|ам|ами|ах)?|штук(а|и|у)?|страниц(а|ы|у)?|этаж(а|ей)?"
)


def is_measure(tokens: Sequence[Token], index: int) -> bool:
    """Whether a unit, money, degrees or per cent are at index, perhaps after an adjective: «квадратных метров»."""
    word = word_at(tokens, index)
    if _BEFORE_MEASURES.fullmatch(word):
        word = word_at(tokens, index + 1)
    return any(kind.fullmatch(word) for kind in (_MEASURES, PER_CENT, DEGREES))


def is_counted(tokens: Sequence[Token], index: int) -> bool:
    """Whether the word at index is counted by the number before it, as far as its form shows."""
    word = word_at(tokens, index)
    scale = number_at(tokens, index)
    is_time = word in HOURS or word in MINUTES or word in SECONDS
    return is_time or bool(_COUNTED.fullmatch(word)) or is_measure(tokens, index) or bool(scale and scale.is_lone_scale)
