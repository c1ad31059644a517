"""What a model is sure of becomes a corpus; the rest does not."""

import argparse

import numpy as np
import pytest

from engine.config import CLASSIC, VOXFORGE, ModelConfig
from engine.decode.greedy import GreedyDecoder, TimedWord
from engine.errors import ConfigError
from engine.model.checkpoint import save_checkpoint
from engine.model.recogniser import recogniser
from tests.helpers.models import random_checkpoint, write_cache
from trainer.cli.self_training import add_self_label_options, self_label
from trainer.corpus.cache import FeatureCache
from trainer.corpus.events import CacheReady, Extracting
from trainer.dataset.training_data import material
from trainer.errors import CorpusError
from trainer.made_speech.match_readings import Library
from trainer.made_speech.self_training import Books, Sure, edges, labelled, sure_stretches, write_labelled
from trainer.settings import TrainConfig
from trainer.training.loop import Training


def word(text, first, confidence=0.9):
    return TimedWord(text, first, first + len(text), confidence)


def test_what_is_read_between_two_pauses_is_judged_as_a_whole():
    doubtful = [word("сегодня", 0), word("утром", 10), word("дж", 18, 0.2), word("пришла", 24), word("почта", 33)]
    vague = [word("сегодня", 80, 0.4), word("утром", 90, 0.4)]
    assert sure_stretches(doubtful + vague, Sure()) == [doubtful]
    assert sure_stretches(doubtful + vague, Sure(confidence=0.3)) == [doubtful, vague]
    assert sure_stretches(doubtful, Sure(of_word=0.3)) == []


def test_a_long_pause_parts_two_stretches_and_short_ones_are_left_out():
    words = [word("сегодня", 0), word("утром", 10), word("он", 90), word("тут", 94)]
    assert sure_stretches(words, Sure()) == [words[:2]]
    assert sure_stretches(words, Sure(letters=4)) == [words[:2], words[2:]]
    assert sure_stretches([], Sure()) == []


def test_no_stretch_gets_longer_than_a_sentence():
    words = [word("слово", 8 * i) for i in range(30)]
    assert [len(run) for run in sure_stretches(words, Sure())] == [14, 14, 2]
    breaths = [word("слово", 13 * i) for i in range(18)]
    assert [len(run) for run in sure_stretches(breaths, Sure())] == [6, 6, 6]


def test_a_stretch_is_cut_midway_to_its_neighbours_and_takes_little_silence():
    words = [word("раз", 40), word("два", 50), word("три", 60)]
    assert edges(words[1:2], words, 200) == ((43 + 50) // 2 + 1, (53 + 60) // 2 + 1)
    assert edges(words, words, 200) == (20, 83)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A corpus whose letters are plain to hear, and a model that has learned them."""
    folder = tmp_path_factory.mktemp("trained")
    corpus = write_cache(folder / "corpus")
    settings = TrainConfig(
        epochs=20, batch_frames=1500, learning_rate=0.02, averaging=0.9, nonspeech=0, warp=0, noise=0
    )
    model = ModelConfig(n_layers=1, n_units=24, n_stacked=2)
    run = Training(folder / "run", material([corpus], [], VOXFORGE), VOXFORGE, model, settings)
    list(run.events())
    return corpus, run.checkpoint()


def write_with(checkpoint, folder, cache):
    decoder = GreedyDecoder(checkpoint.alphabet)
    return write_labelled(folder, cache, checkpoint.description, recogniser(checkpoint), decoder, Sure())


def test_what_is_plain_is_learned_from(tmp_path, trained):
    corpus, checkpoint = trained
    cache = FeatureCache(corpus)
    events = list(write_with(checkpoint, tmp_path / "own", cache))
    assert [e.done for e in events if isinstance(e, Extracting)] == list(range(1, len(cache.utterances) + 1))
    assert isinstance(events[-1], CacheReady)
    made = FeatureCache(tmp_path / "own")
    made.require(VOXFORGE)
    assert {u.split for u in made.utterances} == {"train"}
    said = {u.id: u for u in cache.utterances}
    right = [u.text in said[u.id.rpartition(":")[0]].text for u in made.utterances]
    assert len(right) > 10
    assert np.mean(right) > 0.8
    of = made.utterances[0]
    source, start = of.id.rpartition(":")[0], int(of.id.rpartition(":")[2])
    there = cache.rows(said[source].start + start, of.frames)
    np.testing.assert_allclose(made.rows(of.start, of.frames), there, atol=1.1)
    assert of.speaker == source


def _reading(prefixes=("",)):
    roots, endings = ("дом", "сон", "год", "лес", "мир", "кот"), ("ик", "ами", "ов", "ах", "ом")
    words = [f"{a}{b}{c}" for a in prefixes for b in roots for c in endings]
    heard, at = [], 0
    for i, text in enumerate(words):
        heard.append(word(text if i % 3 else "дж", at, 0.2))
        at += 2 * len(text) + 2
    return words, heard


def test_a_text_at_hand_says_what_was_read_though_the_model_is_unsure(tmp_path):
    words, heard = _reading()
    book = tmp_path / "book.txt"
    book.write_text("Совсем другое. " * 200 + " ".join(words).capitalize() + ". И прочее. " * 200, encoding="utf-8")
    n_steps = heard[-1].last_step + 5
    assert labelled(heard, n_steps, Sure()) == []
    found = labelled(heard, n_steps, Sure(), Books(Library([book])))
    said = " ".join(one.text for one in found)
    assert said in " ".join(words)
    assert len(said.split()) > 20
    held_out = Books(Library([book]), avoided=[one.text for one in found])
    assert labelled(heard, n_steps, Sure(), held_out) == []


def test_what_no_text_tells_is_still_taken_where_the_model_is_sure(tmp_path):
    book = tmp_path / "book.txt"
    book.write_text("Совсем другое дело. " * 50, encoding="utf-8")
    words = [word("сегодня", 0), word("утром", 10), word("пришла", 24), word("почта", 33)]
    books = Books(Library([book]))
    assert [one.text for one in labelled(words, 60, Sure(), books)] == ["сегодня утром пришла почта"]


def test_texts_alone_leave_out_what_the_model_is_merely_sure_of(tmp_path):
    words, heard = _reading(("", "по", "за", "на"))
    book = tmp_path / "book.txt"
    book.write_text("Совсем другое дело. " * 50 + " ".join(words).capitalize() + ".", encoding="utf-8")
    library = Library([book])
    n_steps = heard[-1].last_step + 5
    read = labelled(heard, n_steps, Sure(), Books(library))
    assert len(read) >= 3
    assert labelled(heard, n_steps, Sure(), Books(library, alone=True)) == read
    sure = [word("сегодня", 0), word("утром", 10), word("пришла", 24), word("почта", 33)]
    assert labelled(sure, 60, Sure(), Books(library, alone=True)) == []


def test_a_model_that_is_sure_of_nothing_writes_nothing(tmp_path, trained):
    corpus, _ = trained
    nothing = random_checkpoint()
    with pytest.raises(CorpusError, match="sure of nothing"):
        list(write_with(nothing, tmp_path / "own", FeatureCache(corpus)))
    assert list(tmp_path.iterdir()) == []


def test_another_front_end_is_refused(tmp_path, trained):
    corpus, _ = trained
    other = random_checkpoint(features=CLASSIC)
    with pytest.raises(CorpusError):
        list(write_with(other, tmp_path / "own", FeatureCache(corpus)))


def test_the_verb_reads_with_the_model_that_is_named(tmp_path, trained, capsys):
    corpus, checkpoint = trained
    save_checkpoint(tmp_path / "model", checkpoint)
    parser = argparse.ArgumentParser()
    add_self_label_options(parser)
    options = (corpus, "-o", tmp_path / "own", "-m", tmp_path / "model", "--language-model", "none")
    assert self_label(parser.parse_args([str(option) for option in options])) == 0
    n = len(FeatureCache(tmp_path / "own").utterances)
    assert f"{n} stretches" in capsys.readouterr().err
    (tmp_path / "book.txt").write_text("Да нет дома. " * 30, encoding="utf-8")
    options = (*options, "--texts", tmp_path / "book.txt", "--without", corpus)
    assert self_label(parser.parse_args([str(option) for option in options])) == 0
    assert " stretches" in capsys.readouterr().err
    with pytest.raises(CorpusError, match="found in the texts"):
        self_label(parser.parse_args([str(option) for option in (*options, "--texts-only")]))


def test_texts_alone_need_texts(tmp_path):
    parser = argparse.ArgumentParser()
    add_self_label_options(parser)
    with pytest.raises(ConfigError, match="name some with --texts"):
        self_label(parser.parse_args(["corpus", "-o", str(tmp_path / "own"), "--texts-only"]))
