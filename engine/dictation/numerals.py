"""The Russian words for numbers, in every case: cardinals, ordinals, and the words for thousands and more."""

import re
from dataclasses import dataclass

from engine.text_marks import fold_yo


def listed(words: str) -> tuple[str, ...]:
    """Words separated by blanks."""
    return tuple(words.split())


_UNITS = (
    "ноль нуль ноля нуля нолю нулю нолем нулем ноле нуле",
    "один одна одно одного одной одному одну одним одном",
    "два две двух двум двумя",
    "три трех трем тремя",
    "четыре четырех четырем четырьмя",
    "пять пяти пятью",
    "шесть шести шестью",
    "семь семи семью",
    "восемь восьми восемью восьмью",
    "девять девяти девятью",
)
_HUNDREDS = (
    "сто ста",
    "двести двухсот двумстам двумястами двухстах",
    "триста трехсот тремстам тремястами трехстах",
    "четыреста четырехсот четыремстам четырьмястами четырехстах",
)
_FROM_FIVE = (
    "пять пяти пятью",
    "шесть шести шестью",
    "семь семи семью",
    "восемь восьми восемью",
    "девять девяти девятью",
)
_TEENS = listed("один две три четыр пят шест сем восем девят")  # each before «надцать»
_TENS = {40: "сорок сорока", 90: "девяносто девяноста"}
_SCALES = {
    10**3: "тысяча тысячи тысяч тысяче тысячам тысячей тысячью тысячами тысячах тысячу",
    10**6: "миллион миллиона миллионов миллиону миллионам миллионом миллионами миллионе миллионах",
    10**9: "миллиард миллиарда миллиардов миллиарду миллиардам миллиардом миллиардами миллиарде миллиардах",
}
_ORDINAL_STEMS = {
    **dict(enumerate(listed("нулев перв втор трет четверт пят шест седьм восьм девят десят"))),
    **{value: f"{stem}надцат" for value, stem in enumerate(_TEENS, start=11)},
    **{10 * n: stem for n, stem in enumerate(listed("двадцат тридцат сороков"), start=2)},
    **{10 * n: f"{forms.split()[1]}десят" for n, forms in enumerate(_FROM_FIVE[:4], start=5)},
    90: "девяност",
    **{100 * n: stem for n, stem in enumerate(listed("сот двухсот трехсот четырехсот"), start=1)},
    **{100 * n: f"{forms.split()[1]}сот" for n, forms in enumerate(_FROM_FIVE, start=5)},
    1000: "тысячн",
    2000: "двухтысячн",
    10**6: "миллионн",
}
_ORDINAL_ENDS = listed("ый ой ая ое ого ому ым ом ую ые ых ыми")
_THIRD = "третий третья третье третьего третьему третьим третьем третьей третью третьи третьих третьими"
_VOWELS = frozenset("аеиоуыэюяьй")
_IN_DATES = re.compile(".*(ое|ого|ому|ым|ом|тье|ьего|ьему|ьим|ьем)")
_PLURAL = re.compile(".*(ые|ых|ыми|тьи|тьих|тьими)")
_FEMININE = re.compile(".*(ая|ую|тья|тью|тьей)")


@dataclass(frozen=True)
class Ordinal:
    """ending: written after the digits, «го» for «пятого». in_dates: may stand before a month («пятое мая»)."""

    value: int
    ending: str
    is_plural: bool
    is_feminine: bool
    in_dates: bool


def _cardinals() -> dict[str, int]:
    values = {form: value for value, forms in enumerate(_UNITS) for form in forms.split()}
    for value, stem in enumerate(_TEENS, start=11):
        values |= {f"{stem}надцат{end}": value for end in ("ь", "и", "ью")}
    for value, stem in ((10, "десят"), (20, "двадцат"), (30, "тридцат")):
        values |= {f"{stem}{end}": value for end in ("ь", "и", "ью")}
    for value, forms in (*_TENS.items(), *((100 * n, forms) for n, forms in enumerate(_HUNDREDS, start=1))):
        values |= dict.fromkeys(forms.split(), value)
    for n, (nominative, genitive, instrumental) in enumerate(map(str.split, _FROM_FIVE), start=5):
        if n < 9:
            values |= dict.fromkeys((f"{nominative}десят", f"{genitive}десяти", f"{instrumental}десятью"), 10 * n)
        values |= dict.fromkeys(
            (f"{nominative}сот", f"{genitive}сот", f"{genitive}стам", f"{instrumental}стами", f"{genitive}стах"),
            100 * n,
        )
    return {**values, "восьмьюдесятью": 80, "восьмьюстами": 800}


def _ordinals() -> dict[str, Ordinal]:
    forms = [
        (f"{stem}{end}", value) for value, stem in _ORDINAL_STEMS.items() for end in _ORDINAL_ENDS if stem != "трет"
    ]
    return {form: _ordinal(form, value) for form, value in [*forms, *((form, 3) for form in _THIRD.split())]}


def _ordinal(form: str, value: int) -> Ordinal:
    """The ending by Milchin's rule: one letter after a vowel, else two: 5-й, 5-го."""
    ending = form[-1] if form[-2] in _VOWELS else form[-2:]
    is_plural, is_feminine, in_dates = (bool(kind.fullmatch(form)) for kind in (_PLURAL, _FEMININE, _IN_DATES))
    return Ordinal(value, ending, is_plural, is_feminine, in_dates)


CARDINALS = _cardinals()
SCALE_OF = {form: scale for scale, forms in _SCALES.items() for form in forms.split()}
ORDINALS = _ordinals()
ONE = frozenset(_UNITS[1].split())
# The counting forms: the nominative, which is also the accusative.
NOMINATIVE = frozenset(
    [
        *listed("нуль одна одно одну две сорок девяносто сто двести триста четыреста"),
        *listed("тысяча тысячу миллион миллиард"),
        *(forms.split()[0] for forms in _UNITS),
        *(form for form in CARDINALS if form.endswith(("дцать", "десять", "десят", "ьсот"))),
    ]
)
UPRIGHT = NOMINATIVE | set(listed("тысячи тысяч миллиона миллионов миллиарда миллиардов"))  # as in «пять тысяч»


def is_numeral(word: str) -> bool:
    """Whether a lower-case word is a numeral."""
    word = fold_yo(word)
    return word in CARDINALS or word in SCALE_OF or word in ORDINALS
