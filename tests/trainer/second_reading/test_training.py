"""From texts to the network in a language model's folder."""

from contextlib import closing

import numpy as np
import pytest

from engine.decode.language_model import load_language_model
from engine.decode.rescorer import load_rescorer
from engine.system.npz import read_arrays
from tests.helpers.language import language_model
from trainer.errors import CorpusError, TrainingError
from trainer.second_reading.sentences import Sentences, read_texts
from trainer.second_reading.training import SecondReadingConfig, Trained, train
from trainer.training.run import STATE, TEXT

LINES = ["Мама мыла раму.", "Рома мыл маму.", "Дома стоят рамы."]
CONFIG = SecondReadingConfig(steps=30, words=120, seed=2, report_every=1, learning_rate=0.01)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "modern.txt"
    path.write_text("\n".join(LINES * 40), "utf-8")
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return language_model(tmp_path_factory.mktemp("lm") / "model", *LINES).folder


@pytest.fixture(scope="module")
def run(text, model, tmp_path_factory):
    """Stopped after its second step, and gone on with."""
    folder = tmp_path_factory.mktemp("run")
    with closing(_steps(text, folder, model)) as events:
        first = [next(events), next(events)]
    return folder, first, list(_steps(text, folder, model))


def _steps(text, folder, model):
    with closing(train([text], folder, model, CONFIG, [])) as events:
        yield from (event for event in events if isinstance(event, Trained))


def test_a_run_that_was_stopped_goes_on_where_it_was(run):
    _folder, first, rest = run
    assert [event.step for event in first + rest] == list(range(1, 31))
    assert rest[-1].loss < first[0].loss


def test_what_was_read_is_likelier_in_its_order(run, model):
    rescorer = load_rescorer(load_language_model(model))
    as_read, turned = rescorer.log_probs([["мама", "мыла", "раму"], ["раму", "мыла", "мама"]])
    assert as_read > turned


def test_a_damaged_state_is_told_in_a_sentence(text, run, model, tmp_path):
    folder, *_ = run
    (tmp_path / TEXT).write_bytes((folder / TEXT).read_bytes())
    (tmp_path / STATE).write_bytes(b"nothing")
    with pytest.raises(TrainingError, match="is damaged"):
        next(_steps(text, tmp_path, model))


def test_no_sentence_of_a_test_is_learned(text, tmp_path):
    held_out = tmp_path / "recordings"
    held_out.mkdir()
    (held_out / "transcripts.tsv").write_text("file\ttext\n1.wav\tРома мыл маму.\n", "utf-8")
    for _words in read_texts([text], tmp_path / TEXT, [held_out]):
        pass
    arrays = read_arrays(tmp_path / TEXT)
    words = arrays["words"].tobytes().decode().split("\n")
    assert words.index("рома") not in arrays["modern"]
    assert words.index("мама") in arrays["modern"]


def test_two_texts_of_one_name_are_both_read(text, tmp_path):
    other = tmp_path / text.name
    other.write_text("Папа пил чай.\n", "utf-8")
    for _words in read_texts([text, other], tmp_path / TEXT, []):
        pass
    arrays = read_arrays(tmp_path / TEXT)
    words = arrays["words"].tobytes().decode().split("\n")
    assert {words.index("мама"), words.index("папа")} <= set(arrays["modern"].tolist())


def test_a_text_without_words_is_told(tmp_path):
    (tmp_path / "empty.txt").write_text("\n", "utf-8")
    with pytest.raises(CorpusError, match="holds no words"):
        list(read_texts([tmp_path / "empty.txt"], tmp_path / TEXT, []))


def test_each_word_follows_the_one_before_it(run, model):
    folder, *_ = run
    arrays = read_arrays(folder / TEXT)
    sentences = Sentences(arrays, load_language_model(model), 5)
    batch = next(sentences.batches(0, 120))
    assert batch.before.shape == batch.after.shape == batch.counts.shape
    np.testing.assert_array_equal(batch.before[1:][batch.counts[1:] > 0], batch.after[:-1][batch.counts[1:] > 0])
    assert batch.counts.sum() <= 120
    again = next(Sentences(arrays, load_language_model(model), 5).batches(0, 120))
    np.testing.assert_array_equal(batch.vocabulary, again.vocabulary)
