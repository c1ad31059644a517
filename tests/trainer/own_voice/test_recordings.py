"""A corpus that a person adds to, an utterance at a time."""

import numpy as np
import pytest
import soundfile

from engine.errors import NotWritable
from trainer.corpus.transcripts import read_transcripts
from trainer.errors import CorpusError, UtteranceUnusable
from trainer.own_voice.recordings import add_utterance, remove_utterance

RATE_HZ = 16_000
TONE = np.sin(np.arange(RATE_HZ // 2, dtype=np.float32) / 5)


def test_what_was_added_is_a_corpus_that_the_trainer_reads(tmp_path):
    folder = tmp_path / "мой голос"

    one = add_utterance(folder, TONE, RATE_HZ, "Добрый\tдень,\nМир!")
    two = add_utterance(folder, TONE[:100], 8_000, "пока")

    rows = read_transcripts(folder)
    assert [(row.path, row.speaker, row.text) for row in rows] == [(one, "me", "добрый день мир"), (two, "me", "пока")]
    samples, rate_hz = soundfile.read(one, dtype="float32")
    assert rate_hz == RATE_HZ
    assert np.abs(samples - TONE).max() < 1e-4
    assert soundfile.info(two).samplerate == 8_000
    assert len(list(folder.iterdir())) == 3


def test_what_others_wrote_there_stays(tmp_path):
    kept = "text\tgender\tfile\nпривет\tmale\ta.wav\n"
    (tmp_path / "transcripts.tsv").write_text("\ufeff" + kept, encoding="utf-8")

    added = add_utterance(tmp_path, TONE, RATE_HZ, "пока")

    assert (tmp_path / "transcripts.tsv").read_text(encoding="utf-8") == f"{kept}пока\t\t{added.name}\n"


def test_an_utterance_is_taken_out_again(tmp_path):
    one, two = (add_utterance(tmp_path, TONE, RATE_HZ, text) for text in ("раз", "два"))

    remove_utterance(tmp_path, one.name)

    assert [row.path for row in read_transcripts(tmp_path)] == [two]
    assert not one.exists()


@pytest.mark.parametrize(
    ("samples", "text", "reason"),
    [(TONE[:0], "да", "no sound"), (TONE, " ,", "no words"), (TONE, "ему 12", "only Russian letters")],
)
def test_nothing_to_learn_from_is_refused(tmp_path, samples, text, reason):
    with pytest.raises(UtteranceUnusable, match=reason):
        add_utterance(tmp_path / "new", samples, RATE_HZ, text)

    assert not (tmp_path / "new").exists()


def test_another_file_of_that_name_is_left_alone(tmp_path):
    (tmp_path / "transcripts.tsv").write_text("мои заметки\n", encoding="utf-8")

    with pytest.raises(CorpusError, match="needs the columns"):
        add_utterance(tmp_path, TONE, RATE_HZ, "да")

    assert [path.name for path in tmp_path.iterdir()] == ["transcripts.tsv"]


def test_where_nothing_can_be_written_nothing_is_left(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(NotWritable):
        add_utterance(tmp_path / "file", TONE, RATE_HZ, "да")

    assert [path.name for path in tmp_path.iterdir()] == ["file"]
