"""Where words stand while a person types, against the text itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import Segment, Word
from engine.transcript.document import Document
from engine.transcript.word_places import WordPlaces

TEXT = "раз два\nтри"
WORDS = tuple(Word(text, i, i + 0.5, 0.3 if text == "два" else 0.9) for i, text in enumerate(TEXT.split()))
SAID = Document.of([Segment(0, 1.5, WORDS[:2]), Segment(2, 2.5, WORDS[2:])], "a.wav", 3.0)


@pytest.fixture
def places():
    return WordPlaces.of(SAID)


def standing(places, text):
    return [(word.text, text[slice(*places.place(i))]) for i, word in enumerate(places.words)]


@pytest.mark.parametrize(
    ("position", "n_removed", "added", "expected"),
    [
        (0, 0, "да ", ["раз", "два", "три"]),  # before all
        (3, 0, "!", ["раз", "два", "три"]),  # behind a word
        (4, 0, "не", ["раз", "два", "три"]),  # before a word
        (5, 1, "о", ["раз", "дoа".replace("o", "о"), "три"]),  # in a word
        (4, 4, "", ["раз", "три"]),  # a word and the line's end
        (0, 11, "", []),
        (0, 11, "всё", []),
    ],
)
def test_words_move_with_the_text(places, position, n_removed, added, expected):
    text = TEXT[:position] + added + TEXT[position + n_removed :]

    places.change(position, n_removed, len(added))

    assert [letters for _, letters in standing(places, text)] == expected


def test_the_word_at_the_caret(places):
    assert [places.at(position) for position in (0, 3, 4, 7, 8, 11)] == [0, 0, 1, 1, 2, 2]
    assert WordPlaces().at(0) is None
    places.change(3, 0, 3)
    assert places.at(5) is None
    assert places.near(5) == 0


def test_the_word_that_is_being_said(places):
    assert [places.at_time(time_s) for time_s in (-0.1, 0.0, 0.49, 0.8, 0.95, 1.0, 2.6, 3.0)] == [
        None,
        0,
        0,
        0,
        None,
        1,
        2,
        None,
    ]


def test_doubtful_words_come_round(places):
    assert places.doubtful_after(0) == 1
    assert places.doubtful_after(9) == 1
    assert places.doubtful_after(0, backwards=True) == 1
    assert WordPlaces().doubtful_after(0) is None


def test_letters_beyond_the_first_plane_count_twice_as_in_qt():
    places = WordPlaces.of(SAID.edited("😀 раз"))

    assert [places.place(i) for i in range(2)] == [(0, 2), (3, 6)]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 8), st.text("аб \n", max_size=5)),
        max_size=6,
    )
)
def test_places_stay_in_order_within_the_text_through_any_edits(edits):
    places, text = WordPlaces.of(SAID), TEXT
    for position, n_removed, added in edits:
        position = min(position, len(text))
        n_removed = min(n_removed, len(text) - position)
        text = text[:position] + added + text[position + n_removed :]
        places.change(position, n_removed, len(added))

        edges = [edge for i in range(len(places.words)) for edge in places.place(i)]
        assert edges == sorted(edges)
        assert all(0 <= edge <= len(text) for edge in edges)
        assert all(first < end for first, end in zip(edges[::2], edges[1::2], strict=True))
