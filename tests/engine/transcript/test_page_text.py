"""Edited text keeps its times."""

import pytest

from engine.events import Segment, Word
from engine.transcript.page_text import HEADING, NO_SEGMENT, Page, Run, Source, retimed, timed_segments
from tests.helpers.fake_engine import segment

HEARD = segment("мама мыла раму", start_s=10, word_s=1)


def times(edited: Segment) -> list[tuple[str, float, float]]:
    return [(word.text, word.start_s, word.end_s) for word in edited.words]


def test_unchanged_text_is_the_segment_itself():
    assert retimed(HEARD, " мама  мыла раму ") == HEARD


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("мама мыла Раму", [("мама", 10, 11), ("мыла", 11, 12), ("Раму", 12, 13)]),
        ("мама раму", [("мама", 10, 11), ("раму", 12, 13)]),
        ("мама мы ла раму", [("мама", 10, 11), ("мы", 11, 11.5), ("ла", 11.5, 12), ("раму", 12, 13)]),
        ("и мама мыла раму", [("и", 10, 10), ("мама", 10, 11), ("мыла", 11, 12), ("раму", 12, 13)]),
        ("мама мыла раму вчера", [("мама", 10, 11), ("мыла", 11, 12), ("раму", 12, 13), ("вчера", 13, 13)]),
        ("совсем другое", [("совсем", 10, 11.5), ("другое", 11.5, 13)]),
    ],
)
def test_edited_words(text, expected):
    assert times(retimed(HEARD, text)) == expected


def test_a_word_put_into_a_long_pause_stays_with_its_neighbour():
    heard = Segment(0, 9, (Word("раз", 0, 1, 0.5), Word("три", 8, 9, 0.5)))
    edited = retimed(heard, "раз два три")
    assert times(edited) == [("раз", 0, 1), ("два", 1, pytest.approx(1.45)), ("три", 8, 9)]
    assert [word.confidence for word in edited.words] == [0.5, 1.0, 0.5]


def test_no_words_left():
    assert retimed(HEARD, "  ") is None


@pytest.mark.parametrize("text", ["а б в", "раму мыла мама", "x", "мама мама мама", "мыла"])
def test_times_never_run_backwards(text):
    edited = retimed(HEARD, text)
    edges = [edge for word in edited.words for edge in (word.start_s, word.end_s)]
    assert edges == sorted(edges)
    assert [word.text for word in edited.words] == text.split()


SOURCES = {1: Source(7, segment("раз два")), 2: Source(7, segment("три", start_s=5)), 3: Source(8, segment("пять"))}
DURATIONS = {7: 20.0, 8: 10.0}


def test_recordings_are_laid_end_to_end():
    paragraphs = [
        [Run(HEADING, "первая.wav")],
        [Run(1, "раз два"), Run(2, " три")],
        [Run(HEADING, "вторая.wav")],
        [Run(3, "пять")],
    ]
    segments = timed_segments(paragraphs, SOURCES, DURATIONS)
    assert [(one.text, one.start_s) for one in segments] == [("раз два", 0), ("три", 5), ("пять", 20)]
    assert segments[2].words[0].start_s == 20


def test_added_text_goes_with_the_segment_beside_it():
    paragraphs = [
        [Run(NO_SEGMENT, "ну "), Run(1, "раз два"), Run(NO_SEGMENT, " вот"), Run(2, " три")],
        [Run(NO_SEGMENT, "заметка без времени")],
        [],
    ]
    segments = timed_segments(paragraphs, SOURCES, DURATIONS)
    assert [one.text for one in segments] == ["ну раз два вот", "три"]


def test_a_segment_cut_by_a_new_paragraph_stays_one():
    segments = timed_segments([[Run(1, "раз")], [Run(1, "два")]], SOURCES, DURATIONS)
    assert [one.text for one in segments] == ["раз два"]


def test_segments_that_were_moved_come_in_the_order_of_their_times():
    segments = timed_segments([[Run(2, "три ")], [Run(1, "раз два")]], SOURCES, DURATIONS)
    assert [one.text for one in segments] == ["раз два", "три"]


def test_the_lines_of_a_page():
    paragraphs = [
        [Run(HEADING, "первая.wav")],
        [Run(1, "раз два ")],
        [],
        [Run(2, " три"), Run(NO_SEGMENT, " вот")],
        [Run(NO_SEGMENT, "заметка без времени")],
        [],
        [Run(HEADING, "вторая.wav")],
        [Run(3, "пять")],
        [],
    ]
    page = Page("", paragraphs, SOURCES, {})
    assert page.text_of() == "раз два\n\nтри вот\nпять"
    assert page.texts_of_jobs() == {7: "раз два\n\nтри вот", 8: "пять"}


def test_the_texts_of_a_thousand_recordings_are_found_in_one_go():
    class Counted(list):
        n_read = 0

        def __iter__(self):
            Counted.n_read += len(self)
            return super().__iter__()

    sources = {n: Source(n, segment("раз")) for n in range(1, 1001)}
    paragraphs = Counted([Run(n, f"раз {n}")] for n in sources)
    page = Page("", paragraphs, sources, {})
    assert page.texts_of_jobs() == {n: f"раз {n}" for n in sources}
    assert Counted.n_read == 1000


def test_an_empty_page():
    assert timed_segments([[]], {}, {}) == ()
