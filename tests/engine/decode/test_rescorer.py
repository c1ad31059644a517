"""The second reading, with networks of random weights and by hand-made ones."""

import json
import math
import sys

import numpy as np
import pytest

from engine.alphabet import Alphabet
from engine.config import DecodeConfig
from engine.decode.beam import BeamDecoder
from engine.decode.language_model import DESCRIPTION, RESCORER, load_language_model
from engine.decode.rescorer import BEGIN, CLOSE, Rescorer, RescorerSettings, add_rescorer, load_rescorer
from engine.errors import LanguageModelDamaged, LanguageModelError
from engine.word_features import N_WORD, word_features
from tests.helpers.language import language_model, spoken
from trainer.second_reading.graph import rescorer_graph
from trainer.second_reading.network import WIDTH, initial_weights

SETTINGS = RescorerSettings(weight=1.0, ngram_weight=0.0, close=-2.0)


@pytest.fixture
def model(tmp_path):
    return language_model(tmp_path / "model", "мама мыла раму", "рома мыл маму", "дома рамы")


def preferring(*words):
    """Weights by which some words are much likelier everywhere than by themselves, and nothing else matters."""
    weights = {name: np.zeros_like(value) for name, value in initial_weights(1).items()}
    weights["output/bias"][0] = 1.0
    for row in word_features(list(words)):
        weights["words"][row[:N_WORD], 0] = 5.0
    return weights


def test_a_reading_is_as_likely_as_its_words_and_what_each_gains_in_its_place(model):
    weights = initial_weights(3)
    rescorer = Rescorer(rescorer_graph(weights), SETTINGS, model)
    reading = ["мама", "мыла", "раму"]

    (found,) = rescorer.log_probs([reading])

    rows = word_features([BEGIN, *reading, CLOSE])
    vectors = weights["words"][rows[:, :N_WORD]].sum(1) + weights["parts"][rows[:, N_WORD:]].sum(1)
    gained = _expected(vectors[:-1], weights) * vectors[1:]
    alone = sum(model.score(word) for word in reading) * math.log(10)
    assert found == pytest.approx(SETTINGS.close + alone + gained.sum(), abs=0.02)


def test_a_stretch_goes_on_with_what_was_said_or_begins_anew(model):
    weights = initial_weights(3)
    weights["output/kernel"] *= 5  # what stands before decides
    rescorer = Rescorer(rescorer_graph(weights), SETTINGS, model)
    said, reading = ["рома", "мыл"], ["маму", "дома"]

    def by_hand(before, after):
        rows = word_features([BEGIN, *before, *after])
        vectors = weights["words"][rows[:, :N_WORD]].sum(1) + weights["parts"][rows[:, N_WORD:]].sum(1)
        gains = (_expected(vectors[:-1], weights) * vectors[1:]).sum(axis=1)
        alone = [SETTINGS.close if word == CLOSE else model.score(word) * math.log(10) for word in after]
        return sum(alone) + gains[len(before) :].sum()

    closed = math.exp(by_hand(said, [CLOSE]))
    anew, going_on = by_hand((), [*reading, CLOSE]), by_hand(said, [*reading, CLOSE])
    (found,) = rescorer.log_probs([reading], said)

    assert abs(anew - going_on) > 0.2
    assert found == pytest.approx(math.log(closed * math.exp(anew) + (1 - closed) * math.exp(going_on)), abs=0.05)
    assert rescorer.log_probs([reading], ["мама"] * 50 + said)[0] != pytest.approx(found, abs=1e-6)
    long_ago = [rescorer.log_probs([reading], [word] * 50 + ["рамы"] * 6 + said)[0] for word in ("мама", "дома")]
    assert long_ago[0] == long_ago[1]


def _expected(vectors, weights):
    """What the network expects after each word, (n, WIDTH); LSTM gates i, c, f, o."""
    n_units = len(weights["lstm/bias"]) // 4
    hidden, cell, rows = np.zeros(n_units), np.zeros(n_units), []
    for vector in vectors:
        gates = np.concatenate([vector, hidden]) @ weights["lstm/kernel"] + weights["lstm/bias"]
        i, c, f, o = np.split(gates, 4)
        cell = _sigmoid(f) * cell + _sigmoid(i) * np.tanh(c)
        hidden = _sigmoid(o) * np.tanh(cell)
        rows.append(hidden)
    return np.array(rows).reshape(-1, n_units) @ weights["output/kernel"] + weights["output/bias"]


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_readings_are_scored_alike_one_by_one_and_together(model):
    rescorer = Rescorer(rescorer_graph(initial_weights(3)), SETTINGS, model)
    readings = [["мама"], ["рома", "мыл", "раму", "дома"], []]
    together = rescorer.log_probs(readings)
    np.testing.assert_allclose(together, [rescorer.log_probs([one])[0] for one in readings], atol=0.02)
    assert together[2] < 0


def test_a_word_that_the_model_does_not_know_gains_nothing(model):
    rescorer = Rescorer(rescorer_graph(preferring("кот")), SETTINGS, model)
    (found,) = rescorer.log_probs([["кот"]])
    assert found == pytest.approx(SETTINGS.close + model.unknown * math.log(10), abs=1e-3)


@pytest.mark.parametrize(("preferred", "heard"), [("маму", "маму"), ("раму", "раму")])
def test_the_search_says_what_the_network_prefers(model, preferred, heard):
    add_rescorer(model.folder, rescorer_graph(preferring(preferred)), SETTINGS)
    decoder = BeamDecoder(Alphabet(), load_language_model(model.folder), DecodeConfig())
    log_probs = spoken("_?_а_м_у_", м=0.45, р=0.45)
    assert [word.text for word in decoder.decode(log_probs)] == [heard]
    assert len(decoder.guess(log_probs)) == 1


def test_a_model_without_a_network_has_none(model):
    assert load_rescorer(model) is None


@pytest.mark.parametrize("damage", ["another file", "a setting too few", "no number", "no network"])
def test_what_is_damaged_is_told(model, damage):
    add_rescorer(model.folder, rescorer_graph(preferring("мама")), SETTINGS)
    described = json.loads((model.folder / DESCRIPTION).read_text("utf-8"))
    if damage == "another file":
        (model.folder / RESCORER).write_bytes(b"something else")
    elif damage == "a setting too few":
        del described["second_reading"]["weight"]
    elif damage == "no number":
        described["second_reading"]["weight"] = "much"
    else:
        (model.folder / RESCORER).unlink()
    (model.folder / DESCRIPTION).write_text(json.dumps(described), "utf-8")
    with pytest.raises(LanguageModelError) as raised:
        load_rescorer(load_language_model(model.folder))
    assert raised.value.fields["file"] == RESCORER


@pytest.mark.skipif(sys.platform == "win32", reason="not everybody may make links there")
def test_nothing_outside_of_the_folder_is_read(model, tmp_path):
    add_rescorer(model.folder, rescorer_graph(preferring("мама")), SETTINGS)
    described = json.loads((model.folder / DESCRIPTION).read_text("utf-8"))
    del described["sha256"][RESCORER]
    (model.folder / DESCRIPTION).write_text(json.dumps(described), "utf-8")
    (model.folder / RESCORER).rename(tmp_path / "elsewhere.onnx")
    (model.folder / RESCORER).symlink_to(tmp_path / "elsewhere.onnx")
    with pytest.raises(LanguageModelDamaged):
        load_rescorer(load_language_model(model.folder))


def test_the_width_of_the_vectors_is_that_of_the_tables():
    assert initial_weights(1)["words"].shape[1] == initial_weights(1)["output/bias"].shape[0] == WIDTH
