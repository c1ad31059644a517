"""Subtitles: hand-written examples, and properties that hold for any words."""

from itertools import pairwise, zip_longest

from hypothesis import given
from hypothesis import strategies as st

from engine.events import Segment, Word
from engine.transcript.subtitles import cues
from tests.helpers.speech import any_segments, evenly, segment, unhurried


def test_a_long_text_is_two_lines_of_about_the_same_length():
    (cue,) = cues([evenly("не было никакого сомнения что дождь пойдёт к вечеру снова", word_s=0.5)])

    assert cue.lines == ("не было никакого сомнения что", "дождь пойдёт к вечеру снова")


def test_a_segment_is_split_at_its_pause():
    words = [(f"слово{i}", i * 0.5, i * 0.5 + 0.4) for i in range(15)]
    later = [(text, start_s + (0.9 if i >= 9 else 0), end_s + (0.9 if i >= 9 else 0))
             for i, (text, start_s, end_s) in enumerate(words)]  # fmt: skip

    one, two = cues([segment(*later)])

    assert "".join(one.lines).endswith("слово8")
    assert "".join(two.lines).startswith("слово9")


def test_a_cue_shows_no_text_in_a_pause():
    one, two = cues([segment(("раз", 0.0, 0.4), ("два", 1.6, 2.0))])

    assert (one.start_ms, one.end_ms) == (0, 900)
    assert (two.start_ms, two.end_ms) == (1_600, 2_500)


def test_a_cue_stays_until_it_is_read():
    """34 letters take two seconds to read."""
    (fast,) = cues([segment(("ж" * 34, 0.0, 1.2))])
    (faster,) = cues([segment(("ж" * 34, 0.0, 0.5))])

    assert fast.end_ms == 2_000
    assert faster.end_ms == 1_500  # a second after the last word it is silent


def test_a_cue_ends_with_a_sentence_where_words_have_marks():
    words = " ".join([*["слово"] * 6, "конец.", *["снова"] * 10])

    one, two = cues([evenly(words, word_s=0.5)])

    assert one.lines[-1].endswith("конец.")
    assert two.lines[0].startswith("снова")


def test_a_line_ends_with_a_sentence_or_clause_that_ends_near_the_middle():
    for text, lines in (
        (
            "Он открыл окно и долго смотрел на улицу. В городе было темно и тихо.",
            ("Он открыл окно и долго смотрел на улицу.", "В городе было темно и тихо."),
        ),
        (
            "Когда мы вернулись домой, было уже совсем темно и холодно",
            ("Когда мы вернулись домой,", "было уже совсем темно и холодно"),
        ),
        ("Да. Он открыл окно и долго смотрел на улицу", ("Да. Он открыл окно и", "долго смотрел на улицу")),
    ):
        (cue,) = cues([evenly(text)])
        assert cue.lines == lines


def test_a_cue_ends_where_the_next_one_starts():
    one, two = cues([segment(("раз", 0.0, 0.4)), segment(("два", 0.7, 1.0))])

    assert one.end_ms == two.start_ms == 700


def test_a_word_longer_than_a_line_is_broken():
    (cue,) = cues([segment(("а" * 42 + "б" * 10, 0.0, 1.0))])
    assert cue.lines == ("а" * 42, "б" * 10)

    three = cues([segment(("в" * 43 * 4, 0.0, 4.0))])
    assert "".join("".join(cue.lines) for cue in three) == "в" * 43 * 4


def test_times_that_run_backwards_do_not_in_the_cues():
    made = cues([segment(("раз", 5.0, 4.0)), segment(("два", 1.0, 2.0)), segment(("три", -1.0, -0.5))])

    assert [cue.lines for cue in made] == [("раз",), ("два",), ("три",)]
    assert_in_order(made)


def test_an_hour_of_one_segment_is_split():
    made = cues([evenly("слово " * 9_000, word_s=0.4)])

    assert sum(line.count("слово") for cue in made for line in cue.lines) == 9_000
    assert_small(made)


def assert_in_order(made):
    times = [time for cue in made for time in (cue.start_ms, cue.end_ms)]
    assert times == sorted(times)
    assert all(0 <= cue.start_ms < cue.end_ms for cue in made)


def assert_small(made):
    for cue in made:
        assert 1 <= len(cue.lines) <= 2
        assert all(1 <= len(line) <= 42 and line == line.strip() for line in cue.lines)
        assert cue.end_ms - cue.start_ms <= 7_000


def letters(text):
    return "".join(text.split())


texts = st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюя-", min_size=1, max_size=100)


@st.composite
def spoken_segments(draw):
    """Words one after another, as a decoder gives them: of 20 ms at least, with pauses of all lengths."""
    made, now_ms = [], 0
    for _ in range(draw(st.integers(0, 5))):
        words = []
        for text in draw(st.lists(texts, min_size=1, max_size=30)):
            start_ms = now_ms + draw(st.sampled_from([0, 20, 100, 400, 900, 1_001, 5_000]))
            now_ms = start_ms + draw(st.sampled_from([20, 100, 500, 2_000, 9_000]))
            words.append(Word(text, start_ms / 1000, now_ms / 1000, 0.9))
        made.append(Segment(words[0].start_s, words[-1].end_s, tuple(words)))
    return made


@unhurried
@given(any_segments)
def test_any_cues_are_small_and_in_order(segments):
    made = cues(segments)

    assert_in_order(made)
    assert_small(made)
    shown = "".join(line for cue in made for line in cue.lines)
    assert letters(shown) == letters("".join(word.text for one in segments for word in one.words))


@unhurried
@given(spoken_segments())
def test_cues_of_speech_show_each_word_when_it_is_said(segments):
    words = [word for one in segments for word in one.words]
    made = cues(segments)

    assert_in_order(made)
    assert_small(made)
    remaining = iter(words)
    rest = ""
    for cue in made:
        spoken = []
        shown = letters("".join(cue.lines))
        while len(rest) < len(shown):
            spoken.append(next(remaining))
            rest += letters(spoken[-1].text)
        assert rest.startswith(shown)
        rest = rest[len(shown) :]
        for word in spoken:  # those that begin in this cue
            assert cue.start_ms <= round(word.start_s * 1000) < cue.end_ms
    assert rest == ""


@unhurried
@given(spoken_segments())
def test_no_text_is_shown_in_silence(segments):
    spoken = [(round(word.start_s * 1000), round(word.end_s * 1000)) for one in segments for word in one.words]

    for cue in cues(segments):
        heard = [(start, end) for start, end in spoken if start < cue.end_ms and end > cue.start_ms]
        assert cue.start_ms >= heard[0][0]
        assert cue.end_ms <= heard[-1][1] + 1_000
        assert cue.end_ms <= max(heard[-1][1] + 500, cue.start_ms + cue.reading_ms)
        assert all(two[0] - one[1] <= 1_000 for one, two in pairwise(heard))


@unhurried
@given(spoken_segments())
def test_cues_can_be_read_where_the_audio_allows_it(segments):
    """17 letters a second, or else the cue ends as late as it may."""
    made = cues(segments)
    words = [word for one in segments for word in one.words]

    for cue, following in zip_longest(made, made[1:]):
        n_letters = sum(len(line) for line in cue.lines)
        if n_letters <= 17 * (cue.end_ms - cue.start_ms) / 1000 + 1e-6:
            continue
        spoken = [round(word.end_s * 1000) for word in words if round(word.start_s * 1000) < cue.end_ms]
        last_ms = max(spoken)
        full = cue.end_ms - cue.start_ms == 7_000
        assert full or cue.end_ms >= last_ms + 1_000 or (following and following.start_ms == cue.end_ms)
