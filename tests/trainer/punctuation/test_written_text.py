"""Written lines as words, marks and forms."""

import pytest

from engine.punctuation.labels import MARKS, Form
from trainer.punctuation.number_words import cardinal, spelled
from trainer.punctuation.written_text import UNKNOWN, pieces


def shown(line: str) -> list[str]:
    """Each piece as its words with their marks; ^ a capital, ^^ all capitals, ? a form that is not told."""
    signs = {UNKNOWN: "?", Form.LOWER: "", Form.CAPITAL: "^", Form.UPPER: "^^"}
    return [
        " ".join(
            f"{signs[form]}{word}{MARKS[mark] if mark != UNKNOWN else '~'}"
            for word, mark, form in zip(piece.words, piece.marks, piece.forms, strict=True)
        )
        for piece in pieces(line)
    ]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("Он сказал, что Москва — столица.", ["?он сказал, что ^москва— столица."]),
        ("— Нет! — сказал Миша. — Иду...", ["?нет! сказал ^миша. ?иду…"]),
        ("Кто-то пришёл?!", ["?кто- то пришёл?"]),
        ("Потому - то и « нет » .", ["?потому- то и нет."]),
        ("Это США и «Газпром»; ну?", ["?это ^^сша и ^газпром, ну?"]),
        ("мы уже дома.", ["?мы ?уже ?дома."]),
        ("В 2011 году 21 мая.", ["?в две тысячи одиннадцатом году двадцать первого мая."]),
        ("Компания Google тут. Да.", ["?компания", "тут. ?да."]),
        ("А. С. Пушкин и т. д. жил.", ["?пушкин и", "жил."]),
        ("Дом (наш) стоит.", ["?дом~ наш стоит."]),
        ("Заголовок без точки", []),
        ("КРИЧАТЬ НЕ НАДО.", []),
        ("", []),
    ],
)
def test_lines(line, wanted):
    assert shown(line) == wanted


def test_a_piece_says_where_something_was_left_out():
    assert [piece.is_torn for piece in pieces("Компания Google тут.")] == [True, False]


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (0, "ноль"),
        (12, "двенадцать"),
        (40, "сорок"),
        (115, "сто пятнадцать"),
        (1001, "тысяча один"),
        (21345, "двадцать одна тысяча триста сорок пять"),
        (200_000, "двести тысяч"),
    ],
)
def test_cardinals(number, wanted):
    assert " ".join(cardinal(number)) == wanted


@pytest.mark.parametrize(
    ("figures", "following", "wanted"),
    [
        ("1913", "год", ["тысяча", "девятьсот", "тринадцатый"]),
        ("3", "мая", ["третьего"]),
        ("6", "год", ["шестой"]),
        ("007", "", None),
        ("12345678", "", None),
    ],
)
def test_ordinals_and_what_is_no_number(figures, following, wanted):
    assert spelled(figures, following) == wanted
