"""Number words and digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dictation.numbers import with_digits
from engine.text_marks import NO_BREAK

# A speller of its own, nominative, so that the table under test is not held against itself.
UNITS = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]
TEENS = [
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
]
TENS = ["двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"]
HUNDREDS = ["сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот"]


def below_a_thousand(n: int) -> list[str]:
    said = [HUNDREDS[n // 100 - 1]] if n >= 100 else []
    n %= 100
    if 10 <= n < 20:
        return [*said, TEENS[n - 10]]
    said += [TENS[n // 10 - 2]] if n >= 20 else []
    return [*said, UNITS[n % 10]] if n % 10 else said


def spelled(n: int) -> str:
    said = []
    for scale, word in ((1_000_000, "миллионов"), (1000, "тысяч")):
        if n >= scale:
            said += [*below_a_thousand(n // scale), word]
            n %= scale
    return " ".join([*said, *below_a_thousand(n)])


def grouped(n: int) -> str:
    return str(n) if n < 10_000 else f"{n:,}".replace(",", NO_BREAK)


def digits(text: str) -> str:
    return " ".join(word for _n, word in with_digits(text.split()))


@given(st.integers(10, 999_999_999).filter(lambda n: n % 1_000_000))
def test_every_number_as_it_is_said(n):
    assert digits(spelled(n)) == grouped(n)


@given(st.lists(st.integers(10, 99_999), min_size=1, max_size=4))
def test_words_between_numbers_stay(numbers):
    assert digits(" и ".join(map(spelled, numbers))) == " и ".join(map(grouped, numbers))


OTHERS = ["тысяч", "миллион", "дом", "пятый", "сорока", "двадцатого", "мая", "года", "часов", "минут", "в", "до", "с"]
OTHERS += ["процентов", "рублей", "минус", "целых", "десятых", "половиной", "дробь", "градусов", "цельсия", "без"]


@given(st.lists(st.sampled_from([*UNITS, *TENS, *HUNDREDS, *OTHERS]), max_size=12))
def test_no_word_is_lost_and_what_is_no_number_stays(words):
    made = with_digits(words)
    assert sum(n for n, _text in made) == len(words)
    at = 0
    for n, text in made:
        assert text
        assert not {" ", "\n"} & set(text)
        assert (n == 1 and text == words[at]) or any(letter.isdigit() for letter in text)
        at += n


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("двадцать пять", "25"),
        ("из двадцати пяти человек", "из 25 человек"),
        ("пятьюдесятью шестью", "56"),
        ("восемью стами", "восемью стами"),
        ("двухсот трёх", "203"),
        ("тысяча девятьсот сорок пять", "1945"),
        ("два миллиона", "2 миллиона"),
        ("полтора миллиона", "полтора миллиона"),
        ("двадцать пятнадцать", "20 15"),
        ("десять двадцать", "10 20"),
        ("восемь девять ноль пять", "8 9 0 5"),
        ("двадцать три", "23"),
        ("сто рублей", "100 рублей"),
        ("сто сорок", "140"),
        ("двадцать один", "21"),
        ("двадцать одну тысячу", "21\N{NO-BREAK SPACE}000"),
        ("один миллион", "1 миллион"),
        ("одна тысяча двести", "1200"),
        ("одну тысячу рублей", "1000 рублей"),
        ("семью тысячами", "7000"),
        ("двадцатью семью", "27"),
        ("около сорока пяти", "около 45"),
        ("из сорока тысяч", "из 40\N{NO-BREAK SPACE}000"),
        ("ста сорока", "140"),
        ("поезд в три двадцать", "поезд в 3:20"),
        ("восемь один два", "8 1 2"),
        ("один два три четыре", "1 2 3 4"),
        ("двенадцать ноль один", "12 01"),
    ],
)
def test_said_and_written(said, written):
    assert digits(said) == written


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("он кормил семью двадцать лет", "он кормил семью 20 лет"),
        ("мы жили семью сто лет", "мы жили семью 100 лет"),
        ("кормил семью двадцать тридцать лет", "кормил семью 20 30 лет"),
        ("он один двадцать лет живёт", "он один 20 лет живёт"),
        ("он один двадцать тридцать лет живёт", "он один 20 30 лет живёт"),
        ("одна двести рублей стоит", "одна 200 рублей стоит"),
        ("знал одного двадцать лет", "знал одного 20 лет"),
        ("в двенадцать один человек ушёл", "в 12 один человек ушёл"),
        ("сорока двести раз прилетала", "сорока 200 раз прилетала"),
        ("мы трём двадцать минут", "мы трём 20 минут"),
        ("после пяти сто человек", "после пяти 100 человек"),
    ],
)
def test_what_may_be_something_else_stays_a_word_beside_a_number(said, written):
    assert digits(said) == written


@pytest.mark.parametrize(
    "said",
    [
        "он кормил семью тысячу лет",
        "он один тысячу лет живёт",
        "она одна миллион раз говорила",
        "видел одного тысячу раз",
        "сорока одна сидела",
        "сорока пять раз прилетала",
        "к двум трём пяти",
        "один друг",
        "семью",
        "сорока",
        "тысяча извинений",
        "",
    ],
)
def test_what_stays_as_it_is_said(said):
    assert digits(said) == said
