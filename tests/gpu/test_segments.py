import numpy as np
import pytest

from scripts.gpu.segments import (
    CONSONANT,
    EDGE,
    LETTERS,
    SILENCE,
    UNKNOWN,
    Durations,
    Segments,
    aligned,
    joined,
    text_stresses,
    word_stresses,
)

TEXT = "мама дома"


def said(segments: Segments) -> str:
    return "".join(LETTERS[symbol] for symbol in segments.symbols if symbol < SILENCE)


def evenly(text: str, each: int, n_frames: int) -> Segments:
    return aligned(text, np.arange(len(text)) * each, n_frames, {"мама": 0, "дома": 0})


def test_vowels_are_told_apart_by_how_far_they_are_from_the_stress():
    assert word_stresses("корова", 1) == [CONSONANT, 1, CONSONANT, 2, CONSONANT, 3]
    assert word_stresses("переподготовка", 4)[1] == 0, "never more than two syllables away"


def test_yo_is_always_stressed_and_an_unknown_word_has_no_stress():
    assert word_stresses("берёза", None) == [CONSONANT, 1, CONSONANT, 2, CONSONANT, 3]
    assert word_stresses("дом", None) == [CONSONANT, UNKNOWN, CONSONANT]


def test_a_text_has_one_stress_a_letter():
    assert text_stresses(TEXT, {"мама": 0}) == [
        CONSONANT, 2, CONSONANT, 3, CONSONANT, CONSONANT, UNKNOWN, CONSONANT, UNKNOWN,
    ]  # fmt: skip


def test_segments_cover_a_recording_and_say_its_text():
    made = evenly(TEXT, 7, 70)

    assert made.frames.sum() == 70
    assert said(made) == TEXT
    assert (made.frames > 0).all()


def test_silence_is_what_lies_far_from_any_letter():
    starts = np.array([40, 48, 120, 128])

    made = aligned("мама", starts, 200, {})

    assert made.symbols.tolist() == [SILENCE, 13, 0, SILENCE, 13, 0, SILENCE]
    assert made.frames.sum() == 200
    assert made.frames[0] == 40 - 9
    assert made.frames[-1] == 200 - 128 - 15


def test_drawn_durations_say_the_text_and_keep_to_the_rate():
    durations = Durations([evenly(TEXT, 8, 72), evenly("дама мода", 8, 72)])
    text = "дома мама"

    rng = np.random.default_rng(0)
    slow, fast = (durations.draw(text, {}, rate, rng) for rate in (16, 5))

    assert said(slow) == said(fast) == text
    assert fast.frames.min() >= 2
    assert Durations.rate(slow) == pytest.approx(16, rel=0.15)
    assert Durations.rate(fast) == pytest.approx(5, rel=0.25)


def test_equal_seeds_draw_equal_durations_and_unheard_letters_last_as_long_as_the_mean():
    durations = Durations([evenly(TEXT, 8, 72)])

    first, second = (durations.draw("жук", {}, 10, np.random.default_rng(3)) for _ in range(2))

    assert first.frames.tolist() == second.frames.tolist()
    letters = first.frames[first.symbols < SILENCE]
    assert set(letters.tolist()) <= {10, 11}


def test_joined_utterances_do_not_see_each_other():
    one, other = evenly("мама", 8, 40), evenly("дом", 8, 30)

    symbols, stresses, frames, firsts = joined([one, other], margin=3)

    assert len(symbols) == len(stresses) == len(frames)
    for first, made in zip(firsts, (one, other), strict=True):
        assert symbols[first : first + len(made.symbols)].tolist() == made.symbols.tolist()
        assert (symbols[first - 3 : first] == EDGE).all()
    assert (symbols[-3:] == EDGE).all()
    assert frames.sum() == 70
