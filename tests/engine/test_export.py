"""Text, subtitles and JSON: hand-written examples, and properties that hold for any recording."""

import json
import re
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.export import cues, to_json, to_srt, to_txt, to_vtt
from engine.results import Segment, Word

# A busy machine is slow, which says nothing of the cues.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CLOCK = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d)[,.](\d{3})")


def segment(*words):
    """A segment of (text, start_s, end_s)."""
    spoken = tuple(Word(text, start_s, end_s, 0.5) for text, start_s, end_s in words)
    return Segment(words[0][1], words[-1][2], spoken)


def evenly(text, start_s=0.0, word_s=0.3):
    """A segment in which every word takes as long, without pauses."""
    return segment(*((word, start_s + i * word_s, start_s + (i + 1) * word_s) for i, word in enumerate(text.split())))


GREETING = segment(("добрый", 1.0, 1.4), ("день", 1.5, 1.9))
FAREWELL = segment(("пока", 3661.25, 3661.5))
EMPTY = Segment(5.0, 6.0, ())


def test_txt_has_a_segment_a_line():
    assert to_txt([GREETING, EMPTY, FAREWELL]) == "добрый день\nпока\n"


def test_srt():
    assert to_srt([GREETING, EMPTY, FAREWELL]) == (
        "1\n00:00:01,000 --> 00:00:02,400\nдобрый день\n\n2\n01:01:01,250 --> 01:01:02,000\nпока\n"
    )


def test_vtt():
    assert to_vtt([GREETING, EMPTY, FAREWELL]) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.400\nдобрый день\n\n01:01:01.250 --> 01:01:02.000\nпока\n"
    )


def test_vtt_has_no_markup_of_the_words():
    assert "a&lt;b&gt; &amp; --&gt;\n" in to_vtt([segment(("a<b>", 0, 1), ("&", 1, 2), ("-->", 2, 3))])


def test_json():
    told = json.loads(to_json([GREETING, EMPTY], "голос.wav", 6.00049, "checkpoint1"))

    assert told == {
        "source": "голос.wav",
        "duration_s": 6.0,
        "model": "checkpoint1",
        "segments": [
            {
                "start_s": 1.0,
                "end_s": 1.9,
                "text": "добрый день",
                "words": [
                    {"text": "добрый", "start_s": 1.0, "end_s": 1.4, "confidence": 0.5},
                    {"text": "день", "start_s": 1.5, "end_s": 1.9, "confidence": 0.5},
                ],
            },
            {"start_s": 5.0, "end_s": 6.0, "text": "", "words": []},
        ],
    }


def test_json_is_readable_russian_and_rounded_to_the_millisecond():
    text = to_json([segment(("да", 0.123456, 1.0))], "a", 2.0, "m")

    assert '"text": "да"' in text
    assert '"start_s": 0.123,' in text


def test_json_of_a_file_whose_name_is_no_unicode_can_be_written():
    name = b"\xe3\xee\xeb\xee\xf1.wav".decode("utf-8", "surrogateescape")

    told = json.loads(to_json([], name, 0.0, "m").encode("utf-8"))

    assert told["source"] == r"\udce3\udcee\udceb\udcee\udcf1.wav"


def test_no_words_make_no_cues():
    assert to_txt([EMPTY]) == ""
    assert to_srt([EMPTY]) == ""
    assert to_vtt([]) == "WEBVTT\n"
    assert json.loads(to_json([], "a", 0.0, "m"))["segments"] == []


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
any_texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=100)
times = st.floats(-10, 100_000)
any_words = st.builds(Word, any_texts, times, times, st.floats(0, 1))
any_segments = st.lists(st.builds(Segment, times, times, st.lists(any_words, max_size=12).map(tuple)), max_size=6)


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
        assert cue.end_ms <= heard[-1][1] + 500
        assert all(two[0] - one[1] <= 1_000 for one, two in pairwise(heard))


@pytest.mark.parametrize(("write", "mark"), [(to_srt, ","), (to_vtt, ".")])
@unhurried
@given(segments=any_segments)
def test_subtitles_read_back_as_the_cues(write, mark, segments):
    text = write(segments).removeprefix("WEBVTT\n\n").removeprefix("WEBVTT\n")
    made = cues(segments)

    blocks = text.removesuffix("\n").split("\n\n") if text else []
    assert len(blocks) == len(made)
    for number, (block, cue) in enumerate(zip(blocks, made, strict=True), start=1):
        lines = block.split("\n")
        if write is to_srt:
            assert lines.pop(0) == str(number)
        start_ms, end_ms = (
            ((int(h) * 60 + int(m)) * 60 + int(s)) * 1000 + int(ms) for h, m, s, ms in CLOCK.findall(lines[0])
        )
        assert mark in lines[0]
        assert (start_ms, end_ms) == (cue.start_ms, cue.end_ms)
        shown = tuple(lines[1:] if write is to_srt else map(unescape, lines[1:]))
        assert shown == cue.lines


@unhurried
@given(any_segments)
def test_any_json_reads_back(segments):
    told = json.loads(to_json(segments, "a.wav", 1.5, "m"))

    assert [[word["text"] for word in one["words"]] for one in told["segments"]] == [
        [word.text for word in one.words] for one in segments
    ]
