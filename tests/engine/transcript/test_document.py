"""The edited transcript: its words keep their moments through any edit, and it reads back as it was written."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import TranscriptDamaged
from engine.events import Segment, Word
from engine.transcript.document import Document
from tests.conftest import ROOT

unhurried = settings(deadline=None)


def spoken(*words):
    return tuple(Word(text, start_s, end_s, 0.5, ("или",)) for text, start_s, end_s in words)


FIRST = Segment(0.9, 3.1, spoken(("добрый", 1.0, 1.4), ("день", 1.5, 1.9), ("на", 2.0, 2.2), ("пример", 2.4, 3.0)))
SECOND = Segment(9.8, 11.2, spoken(("непойму", 10.0, 10.7), ("вас", 10.7, 11.0)))
SAID = Document.of([FIRST, Segment(5, 6, ()), SECOND], "голос.wav", 20.0, "checkpoint1")
TEXT = "добрый день на пример\nнепойму вас"


def times(document):
    return {word.text: (word.start_s, word.end_s) for word in document.words}


def test_what_was_recognised_stands_a_segment_a_line():
    assert SAID.text == TEXT
    assert SAID.segments == (FIRST, SECOND)
    assert not SAID.is_edited


def test_a_mended_word_takes_the_time_of_the_old_one_and_is_no_longer_doubtful():
    mended = SAID.edited(TEXT.replace("день", "Пень,"))

    assert mended.words[1] == Word("Пень,", 1.5, 1.9, 1.0)
    assert [word for i, word in enumerate(mended.words) if i != 1] == [
        word for i, word in enumerate(SAID.words) if i != 1
    ]
    assert mended.is_edited


def test_a_segment_that_was_not_touched_keeps_its_pauses():
    assert SAID.edited(TEXT.replace("вас", "нас")).segments[0] == FIRST


def test_two_words_joined_take_the_time_of_both():
    assert times(SAID.edited(TEXT.replace("на пример", "например")))["например"] == (2.0, 3.0)


def test_a_word_parted_gives_each_part_the_time_of_its_letters():
    parted = times(SAID.edited(TEXT.replace("непойму", "не пойму")))

    assert parted["не"] == pytest.approx((10.0, 10.2))
    assert parted["пойму"] == pytest.approx((10.2, 10.7))


def test_a_word_put_in_shares_the_gap_of_its_neighbours():
    put_in = times(SAID.edited(TEXT.replace("на пример", "на х пример")))

    assert put_in["х"] == (2.2, pytest.approx(2.35))  # 0.15 s a letter at most


def test_words_put_in_share_the_gap_by_their_letters():
    put_in = times(SAID.edited(TEXT.replace("день на", "день аб абвг на")))

    assert put_in["аб"] == pytest.approx((1.9, 1.933), abs=0.001)
    assert put_in["абвг"] == pytest.approx((1.933, 2.0), abs=0.001)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT.replace("\n", " так\n"), (3.0, 3.45)),  # at the end of the first line
        (TEXT.replace("\n", "\nтак "), (9.55, 10.0)),  # at the start of the second
        (TEXT + " так", (11.0, 11.45)),
        ("так " + TEXT, (0.55, 1.0)),
    ],
)
def test_a_word_put_in_at_a_pause_stays_with_its_line(text, expected):
    assert times(SAID.edited(text))["так"] == pytest.approx(expected)


def test_a_word_rewritten_as_two_others_shares_its_time():
    shared = times(SAID.edited(TEXT.replace("вас", "очень густо")))

    assert shared["очень"] == pytest.approx((10.7, 10.85))
    assert shared["густо"] == pytest.approx((10.85, 11.0))


def test_lines_may_be_joined_and_parted():
    joined = SAID.edited(TEXT.replace("\n", " "))
    parted = SAID.edited(TEXT.replace("день ", "день\n\n"))

    assert [segment.text for segment in joined.segments] == [TEXT.replace("\n", " ")]
    assert [segment.text for segment in parted.segments] == ["добрый день", "на пример", "непойму вас"]
    assert joined.words == parted.words == SAID.words


def test_undone_edits_leave_no_trace():
    assert SAID.edited("").edited(TEXT) == SAID
    assert SAID.edited("всё другое").edited(TEXT).words == SAID.words


def test_all_may_be_deleted():
    empty = SAID.edited(" \n")

    assert empty.segments == ()
    assert empty.words == ()
    assert empty.is_edited


def test_text_without_any_speech_stays_within_the_recording():
    written = Document.of([], "a.wav", 0.3, "m").edited("сам написал")

    assert [(word.start_s, word.end_s) for word in written.words] == [(0.0, 0.09), (0.09, 0.3)]


def test_a_confirmed_word_is_doubtful_no_more():
    confirmed = SAID.edited(TEXT + " так").confirmed(SAID.words[1])

    assert [word.confidence for word in confirmed.words] == [0.5, 1.0, 0.5, 0.5, 0.5, 0.5, 1.0]
    assert confirmed.words[1].alternatives == ()
    assert (confirmed.words[1].start_s, confirmed.words[1].end_s) == (1.5, 1.9)


def test_places_of_the_words_in_the_text():
    edited = SAID.edited("  добрый\n\n день,  на")

    assert [edited.text[first:end] for first, end in edited.places] == [word.text for word in edited.words]


def test_json_tells_what_the_format_page_says():
    told = json.loads(SAID.edited("добрый пень").to_json())

    assert {name: told[name] for name in ("format", "version", "source", "duration_s", "model", "text")} == {
        "format": "diktovka-transcript",
        "version": 2,
        "source": "голос.wav",
        "duration_s": 20.0,
        "model": "checkpoint1",
        "text": "добрый пень",
    }
    assert told["segments"] == [
        {
            "start_s": 1.0,
            "end_s": told["segments"][0]["words"][1]["end_s"],
            "text": "добрый пень",
            "words": [
                {"text": "добрый", "start_s": 1.0, "end_s": 1.4, "confidence": 0.5, "alternatives": ["или"]},
                told["segments"][0]["words"][1],
            ],
        }
    ]
    assert told["segments"][0]["words"][1].keys() == {"text", "start_s", "end_s", "confidence"}
    assert [segment["text"] for segment in told["heard"]] == ["добрый день на пример", "непойму вас"]
    assert "heard" not in json.loads(SAID.to_json())


def test_the_example_of_the_format_page_is_true():
    page = (ROOT / "docs" / "transcript-format.md").read_text("utf-8")
    example = page.split("```json\n")[1].split("```")[0]

    assert json.loads(Document.from_json(example).to_json()) == json.loads(example)


def test_json_without_a_kept_text_can_be_read():
    """As version 0.1.0 wrote it."""
    told = json.loads(SAID.to_json())
    old = {name: told[name] for name in ("source", "duration_s", "model", "segments")}

    assert Document.from_json(json.dumps(old)) == SAID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"segments": 5}',
        SAID.to_json()[:-20],
        SAID.to_json().replace("20.0", "NaN"),
        SAID.to_json().replace('"голос.wav"', "7"),
        SAID.to_json().replace('"version": 2', '"version": 3'),
        SAID.to_json().replace("diktovka-transcript", "other"),
    ],
)
def test_damaged_json_is_told_in_one_sentence(text):
    with pytest.raises(TranscriptDamaged, match="cannot be read"):
        Document.from_json(text)


def test_the_name_of_a_file_that_is_no_unicode_can_be_kept():
    name = b"\xe3.wav".decode("utf-8", "surrogateescape")

    assert Document.from_json(Document.of([], name).to_json()).source == r"\udce3.wav"


letters = st.text("абв", min_size=1, max_size=5)


@st.composite
def documents(draw):
    """Words one after the other, with or without gaps, in a few segments."""
    clock, segments = 0, []
    for _ in range(draw(st.integers(0, 4))):
        words = []
        for text in draw(st.lists(letters, min_size=1, max_size=6)):
            start = clock + draw(st.integers(0, 900))
            clock = start + draw(st.integers(0, 900))
            words.append(Word(text, start / 1000, clock / 1000, draw(st.sampled_from([0.25, 1.0]))))
        segments.append(Segment(words[0].start_s, words[-1].end_s, tuple(words)))
    return Document.of(segments, "a.wav", clock / 1000 + draw(st.integers(0, 2)), "m")


texts = st.text("абв \n", max_size=60)


@st.composite
def edits(draw):
    """A document and a text that has something in common with it."""
    document = draw(documents())
    text = document.text
    for _ in range(draw(st.integers(0, 3))):
        first = draw(st.integers(0, len(text)))
        text = text[:first] + draw(st.text("абв \n", max_size=8)) + text[first + draw(st.integers(0, 6)) :]
    return document, draw(st.one_of(st.just(text), texts))


@unhurried
@given(edits())
def test_times_never_run_backwards_and_stay_within_the_recording(edit):
    document, text = edit
    edited = document.edited(text)

    assert [word.text for word in edited.words] == text.split()
    assert [text[first:end] for first, end in edited.places] == text.split()
    assert all(0 <= word.start_s <= word.end_s <= document.duration_s for word in edited.words)
    assert all(one.end_s <= two.start_s for one, two in pairwise(edited.words))
    assert [segment.text for segment in edited.segments] == [
        " ".join(line.split()) for line in text.split("\n") if line.split()
    ]


@unhurried
@given(edits())
def test_a_dictation_is_edited_the_same_way_whatever_its_lines(edit):
    document, text = edit
    dictation = Document.of(document.heard, "a.wav", document.duration_s, "m", is_dictation=True)
    edited = dictation.edited(text)

    assert [word.text for word in edited.words] == text.split()
    assert all(0 <= word.start_s <= word.end_s <= document.duration_s for word in edited.words)
    assert all(one.end_s <= two.start_s for one, two in pairwise(edited.words))
    assert len(edited.segments) <= max(1, len(dictation.heard))
    again = Document.from_json(edited.to_json())
    assert (again.text, again.words, again.is_dictation) == (text, edited.words, True)


@unhurried
@given(edits())
def test_any_document_reads_back(edit):
    document, text = edit
    edited = document.edited(text)

    again = Document.from_json(edited.to_json())

    assert again == edited
    assert again.segments == edited.segments
