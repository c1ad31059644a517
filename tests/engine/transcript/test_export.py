"""Text, subtitles, JSON and Word: hand-written examples, and properties that hold for any recording."""

import io
import json
import re
from html import unescape

import docx
import pytest
from hypothesis import given, settings

from engine.errors import NoTimes, NotWritable
from engine.events import Segment
from engine.transcript.document import Document
from engine.transcript.export import FORMATS, rendered, to_docx, to_srt, to_vtt, write
from engine.transcript.subtitles import cues
from tests.helpers.speech import any_segments, any_texts, segment, unhurried

CLOCK = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d)[,.](\d{3})")
GREETING = segment(("добрый", 1.0, 1.4), ("день", 1.5, 1.9))
FAREWELL = segment(("пока", 3661.25, 3661.5))
EMPTY = Segment(5.0, 6.0, ())
SAID = Document.of([GREETING, EMPTY, FAREWELL], "голос.wav", 3700.0, "checkpoint1")


def paragraphs(content):
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]


def test_txt_has_a_segment_a_line():
    assert rendered("txt", SAID).decode() == "добрый день\nпока\n"


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


def test_json_is_the_document():
    written = rendered("json", SAID).decode()

    assert Document.from_json(written) == SAID
    assert '"text": "добрый день"' in written


def test_docx_has_a_paragraph_a_line():
    content = rendered("docx", SAID.edited("Добрый день.\n\nПока!"))

    assert paragraphs(content) == ["Добрый день.", "Пока!"]
    assert docx.Document(io.BytesIO(content)).core_properties.title == "голос.wav"


def test_edits_are_what_is_written():
    edited = SAID.edited("Добрый вечер!\n\nПока.")

    assert rendered("txt", edited).decode() == "Добрый вечер!\n\nПока.\n"
    assert rendered("srt", edited).decode() == (
        "1\n00:00:01,000 --> 00:00:02,400\nДобрый вечер!\n\n2\n01:01:01,250 --> 01:01:02,000\nПока.\n"
    )
    assert "Добрый вечер!" in rendered("vtt", edited).decode()
    told = json.loads(rendered("json", edited))
    assert [word["text"] for one in told["segments"] for word in one["words"]] == ["Добрый", "вечер!", "Пока."]


def test_more_text_than_was_said_stands_in_text_and_word_alone():
    more = "голос.wav\nдобрый день\nпока"

    assert rendered("txt", SAID, more).decode() == f"{more}\n"
    assert paragraphs(rendered("docx", SAID, more)) == more.split("\n")
    assert rendered("srt", SAID, more) == rendered("srt", SAID)
    assert rendered("json", SAID, more) == rendered("json", SAID)


@pytest.mark.parametrize("form", FORMATS)
def test_the_ending_tells_the_format(form, tmp_path):
    write(tmp_path / "новая" / f"мой файл.{form.upper()}", SAID)

    (written,) = (tmp_path / "новая").iterdir()
    if form == "docx":
        assert paragraphs(written.read_bytes()) == ["добрый день", "пока"]
    else:
        assert written.read_bytes() == rendered(form, SAID)


def test_an_unknown_ending_means_text(tmp_path):
    write(tmp_path / "a.doc", SAID)

    assert (tmp_path / "a.doc").read_text("utf-8") == "добрый день\nпока\n"


def test_where_nothing_can_be_written_nothing_is_left(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(NotWritable):
        write(tmp_path / "file" / "a.docx", SAID)

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_no_words_make_empty_files():
    nothing = Document.of([EMPTY])

    assert [rendered(form, nothing) for form in ("txt", "srt", "vtt")] == [b"", b"", b"WEBVTT\n"]
    assert json.loads(rendered("json", nothing))["segments"] == []
    assert paragraphs(rendered("docx", nothing)) == []


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
def test_any_recording_can_be_written_in_every_format(segments):
    document = Document.of(segments, "a.wav", 1.5, "m")

    assert all(isinstance(rendered(form, document), bytes) for form in FORMATS if form != "docx")
    assert Document.from_json(rendered("json", document).decode()) == document


@settings(unhurried, max_examples=20)
@given(any_texts)
def test_any_text_can_be_a_word_document(text):
    shown = paragraphs(to_docx(text, text))

    assert len(shown) == sum(bool(line.strip()) for line in text.split("\n"))


@pytest.mark.parametrize("form", ["srt", "vtt", "json"])
def test_a_text_without_times_is_refused_where_they_are_wanted(tmp_path, form):
    untimed = Document.of([]).edited("написано")
    with pytest.raises(NoTimes, match="has no times, so a"):
        write(tmp_path / "a.any", untimed, form=form)
    assert list(tmp_path.iterdir()) == []
