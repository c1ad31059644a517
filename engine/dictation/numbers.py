"""Russian number words -> digits: «сто двадцать пять тысяч» -> 125000.

Cardinals in every case; ordinals and what they are the end of («двадцать пятый») stay words, and so do numbers that
may be something else: «один» ... «девять» and «тысяча» alone, «сорока». «Семью», «один» and others stay words before
another number, too, where the two are none together: «кормил семью двадцать лет», «он один тысячу лет живёт».
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from engine.text_marks import fold_yo

_UNITS = (
    "ноль нуль ноля нуля нулю нулем ноле нуле",
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
_TEENS = "один две три четыр пят шест сем восем девят"  # each before «надцать»
_TENS = {40: "сорок сорока", 90: "девяносто девяноста"}
_SCALES = {
    10**3: "тысяча тысячи тысяч тысяче тысячам тысячей тысячью тысячами тысячах тысячу",
    10**6: "миллион миллиона миллионов миллиону миллионам миллионом миллионами миллионе миллионах",
    10**9: "миллиард миллиарда миллиардов миллиарду миллиардам миллиардом миллиардами миллиарде миллиардах",
}
_AMBIGUOUS = frozenset(("сорока",))  # a bird
_CALLED = frozenset(forms.split()[0] for forms in _UNITS if "один" not in forms) | {"нуль", "две"}  # as one counts
_UPRIGHT = _CALLED | {"один", "одна", "одно", "одну", "тысяча", "тысячу", "миллион", "миллиард"}
_UPRIGHT_AFTER = {"один": ("миллион", "миллиард"), "одна": ("тысяча",), "одну": ("тысячу",)}
_LONG_RUN = 3  # digits said one by one, as of a telephone number
_ORDINAL = re.compile(
    "(нулев|перв|втор|четверт|пят|шест|седьм|восьм|девят|десят|"
    "(один|две|три|четыр|пят|шест|сем|восем|девят)надцат|(два|три)дцат|сороков|(пяти|шести|семи|восьми)десят|девяност|"
    ".{0,9}сот|.*(тысячн|миллионн|миллиардн))"
    "(ый|ой|ая|ое|ого|ому|ым|ом|ую|ые|ых|ыми)|трет(ий|ья|ье|ьего|ьему|ьим|ьем|ьей|ью|ьи|ьих|ьими)"
)


def _cardinals() -> dict[str, int]:
    """Every form of every word that stands for a number below a thousand."""
    values = {form: value for value, forms in enumerate(_UNITS) for form in forms.split()}
    for value, stem in enumerate(_TEENS.split(), start=11):
        values |= {f"{stem}надцат{end}": value for end in ("ь", "и", "ью")}
    for value, stem in ((10, "десят"), (20, "двадцат"), (30, "тридцат")):
        values |= {f"{stem}{end}": value for end in ("ь", "и", "ью")}
    for value, forms in _TENS.items():
        values |= dict.fromkeys(forms.split(), value)
    for value, forms in enumerate(_HUNDREDS, start=1):
        values |= dict.fromkeys(forms.split(), 100 * value)
    for n, (one, of, by) in enumerate(map(str.split, _FROM_FIVE), start=5):
        if n < 9:
            values |= dict.fromkeys((f"{one}десят", f"{of}десяти", f"{by}десятью"), 10 * n)
        values |= dict.fromkeys((f"{one}сот", f"{of}сот", f"{of}стам", f"{by}стами", f"{of}стах"), 100 * n)
    return values


_CARDINALS = _cardinals()
_SCALE_OF = {form: scale for scale, forms in _SCALES.items() for form in forms.split()}


@dataclass(frozen=True)
class _Number:
    """first, n: the words that it is said with; scale: of its last word, 1 where that is none."""

    value: int
    first: int
    n: int
    scale: int


def with_digits(words: Sequence[str]) -> list[tuple[int, str]]:
    """words: lower case. For each word of the result, how many of the given ones it stands for, and its text."""
    result, at = [], 0
    while at < len(words):
        end = at
        while end < len(words) and _is_number(words[end]):
            end += 1
        if end == at:
            result.append((1, words[at]))
            at += 1
            continue
        is_ordinal = end < len(words) and _ORDINAL.fullmatch(fold_yo(words[end]))
        result += [(1, word) for word in words[at:end]] if is_ordinal else _run(words, at, end)
        at = end
    return result


def _is_number(word: str) -> bool:
    word = fold_yo(word)
    return word in _CARDINALS or word in _SCALE_OF


def _run(words: Sequence[str], at: int, end: int) -> list[tuple[int, str]]:
    """Words that are numbers, one or several side by side."""
    numbers = []
    while at < end:
        numbers.append(_number(words, at, end))
        at += numbers[-1].n
    is_long = len(numbers) >= _LONG_RUN
    has_company = is_long or any(number.value >= 10 for number in numbers if not _is_doubtful(words, number))
    written = []
    for number, after in zip_longest(numbers, numbers[1:]):
        digits = _CALLED if has_company else frozenset()
        if is_long and (number is not numbers[0] or after.value < 10):
            digits |= {"один"}  # «восемь один два», but not «он один двадцать тридцать лет живёт»
        written += _written(words, number, digits)
    return written


def _is_doubtful(words: Sequence[str], number: _Number) -> bool:
    """Whether one word, taken alone, is better left as it is."""
    word = fold_yo(words[number.first])
    return number.n == 1 and (number.value < 10 or word in _SCALE_OF or word in _AMBIGUOUS)


def _written(words: Sequence[str], number: _Number, digits: Collection[str]) -> list[tuple[int, str]]:
    """digits: words that are digits in that company, though they are better left as they are alone."""
    said = words[number.first : number.first + number.n]
    lone_scale = number.n == 1 and number.scale > 1
    if lone_scale or (_is_doubtful(words, number) and fold_yo(said[0]) not in digits):
        return [(1, word) for word in said]
    if number.scale >= 10**6:  # «два миллиона» is easier to read so: 2 миллиона
        return [(number.n - 1, str(number.value // number.scale)), (1, said[-1])]
    return [(number.n, str(number.value))]


def _goes_with(one: str, other: str) -> bool:
    """Whether the second word may go on with the number that the first one begins: «сорока пяти», not «сорока пять»."""
    is_oblique = one in _AMBIGUOUS or (_CARDINALS.get(one, 10) < 10 and one not in _CALLED)
    return not is_oblique or other not in _UPRIGHT or other in _UPRIGHT_AFTER.get(one, ())


def _number(words: Sequence[str], first: int, end: int) -> _Number:
    """The longest number that begins at `first`; hundreds, tens and units must come in that order."""
    total, group, least, scale, last_scale = 0, 0, 1000, 1, 10**12
    at = first
    while at < end:
        word = fold_yo(words[at])
        if at == first + 1 and not _goes_with(fold_yo(words[first]), word):
            break
        if word in _SCALE_OF:
            if _SCALE_OF[word] >= last_scale or (group == 0 and at > first):
                break
            last_scale = scale = _SCALE_OF[word]
            total += max(group, 1) * scale
            group, least = 0, 1000
        else:
            value = _CARDINALS[word]
            rank = 100 if value >= 100 else 10 if value >= 10 else 1
            if rank >= least or (value == 0 and at > first):
                break
            group, scale = group + value, 1
            least = 0 if value < 20 else rank  # after «пятнадцать» nothing but a scale may follow
        at += 1
    return _Number(total + group, first, at - first, scale)
