"""Numbers as digits -> approximate spoken words for training: cardinals, days and years."""

_UNITS = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]
_TEENS = [
    "десять",
    *(f"{stem}надцать" for stem in ["один", "две", "три", "четыр", "пят", "шест", "сем", "восем", "девят"]),
]
_TENS = ["двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"]
_HUNDREDS = ["сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"]
_ORDINALS = {
    "ноль": "нулев", "один": "перв", "два": "втор", "три": "треть", "четыре": "четверт", "пять": "пят", "шесть": "шест",
    "семь": "седьм", "восемь": "восьм", "девять": "девят", "сорок": "сороков", "пятьдесят": "пятидесят",
    "шестьдесят": "шестидесят", "семьдесят": "семидесят", "восемьдесят": "восьмидесят", "девяносто": "девяност",
    "сто": "сот", "двести": "двухсот", "тысяча": "тысячн", "тысячи": "тысячн",
}  # fmt: skip
_MONTHS = frozenset(
    ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября")
) | {"декабря"}
_YEARS = {"год": "ый", "года": "ого", "году": "ом", "годом": "ым", "годы": "ые", "годов": "ых", "годах": "ых"}
_LONGEST = 6


def spelled(figures: str, following: str = "") -> list[str] | None:
    """The words of an integer, an ordinal before a month or a year; None if it is too long or begins with 0."""
    if len(figures) > _LONGEST or (figures[0] == "0" and len(figures) > 1):
        return None
    words = cardinal(int(figures))
    ending = "ого" if following in _MONTHS else _YEARS.get(following)
    if ending and words[-1] not in ("тысяч",):
        words[-1] = _ordinal(words[-1], ending)
    return words


def _ordinal(word: str, ending: str) -> str:
    stem = _ORDINALS.get(word, word.removesuffix("ь"))
    if stem == "треть":
        return {"ый": "третий", "ого": "третьего", "ом": "третьем", "ым": "третьим"}.get(ending, "третьи")
    return stem + ("ой" if ending == "ый" and stem in ("втор", "шест", "седьм", "сороков") else ending)


def cardinal(number: int) -> list[str]:
    """0 to 999999 in the nominative."""
    if number >= 1000:
        thousands, rest = divmod(number, 1000)
        return _thousands(thousands) + (cardinal(rest) if rest else [])
    words = [_HUNDREDS[number // 100 - 1]] if number >= 100 else []
    rest = number % 100
    if 10 <= rest < 20:
        return [*words, _TEENS[rest - 10]]
    if rest >= 20:
        words.append(_TENS[rest // 10 - 2])
    if rest % 10 or not words:
        words.append(_UNITS[rest % 10])
    return words


def _thousands(number: int) -> list[str]:
    words = cardinal(number) if number > 1 else []
    if words and words[-1] in ("один", "два"):
        words[-1] = {"один": "одна", "два": "две"}[words[-1]]
    few = words[-1:] and words[-1] in ("две", "три", "четыре")
    return [*words, "тысяча" if not words or words[-1] == "одна" else "тысячи" if few else "тысяч"]
