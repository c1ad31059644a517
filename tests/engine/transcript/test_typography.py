"""No-break spaces where a line must not end."""

import pytest

from engine.dictation.apply_commands import Dictation
from engine.dictation.spoken_commands import Spoken
from engine.events import Segment, Word
from engine.text_marks import words_of
from engine.transcript.document import Document
from engine.transcript.export import rendered
from engine.transcript.typography import typeset


def shown(text: str, **wanted) -> str:
    return typeset(text, **wanted).replace("\N{NO-BREAK SPACE}", "~")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Москва — столица", "Москва~— столица"),
        ("— Да, — сказал он. —", "—~Да,~— сказал он.~—"),
        ("раз\n— два", "раз\n—~два"),
        ("кто-то из-за 5–10 лет", "кто-то из-за 5–10 лет"),
        ("в доме и у реки", "в доме и у реки"),
        ("a -- b - c", "a -- b - c"),
    ],
)
def test_a_line_does_not_begin_with_a_dash(text, written):
    assert shown(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("в доме и у реки", "в~доме и~у~реки"),
        ("В доме, а с ней", "В~доме, а~с~ней"),
        ("«О любви» (к ней)", "«О~любви» (к~ней)"),
        ("на два и\nтри", "на два и\nтри"),
        ("кв доме — в", "кв доме~— в"),
    ],
)
def test_nor_does_it_end_with_a_short_word_where_that_is_wanted(text, written):
    assert shown(text, binds_short_words=True) == written


def test_only_blanks_change():
    text = "— Я в 10 часов — у дома, а он о чём-то… — и к ней."
    for wanted in (False, True):
        assert typeset(text, wanted).replace("\N{NO-BREAK SPACE}", " ") == text


def test_words_of_a_typeset_text_are_the_same_but_for_those_that_were_bound():
    assert words_of(typeset("Москва — столица, — да")) == ["Москва", "—", "столица,", "—", "да"]
    assert words_of("10\N{NO-BREAK SPACE}000 рублей") == ["10\N{NO-BREAK SPACE}000", "рублей"]


def test_every_format_for_reading_is_typeset_and_json_is_not():
    made = Dictation(Spoken())
    words = ["москва", "тире", "столица", "и", "город", "в", "россии"]
    made.add(Segment(0.0, 7.0, tuple(Word(word, i, i + 0.9, 0.9) for i, word in enumerate(words))))
    document = Document.of(made.segments, "a.wav", 7.0, "m", is_dictation=True)
    for form in ("txt", "srt", "vtt"):
        assert "москва\N{NO-BREAK SPACE}— столица и город" in rendered(form, document).decode()
        assert (
            "и\N{NO-BREAK SPACE}город в\N{NO-BREAK SPACE}россии"
            in rendered(form, document, binds_short_words=True).decode()
        )
    assert "\N{NO-BREAK SPACE}" not in rendered("json", document, binds_short_words=True).decode()
