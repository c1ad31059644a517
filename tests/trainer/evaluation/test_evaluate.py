"""Held-out sets as a network reads them."""

from dataclasses import replace

import numpy as np
import pytest

from engine.alphabet import Alphabet
from engine.config import VOXFORGE
from engine.decode.greedy import GreedyDecoder
from engine.features.network_input import network_input, normalise
from engine.model.recogniser import recogniser
from tests.helpers.models import SMALL, random_checkpoint, write_cache
from trainer.dataset.batches import Examples
from trainer.dataset.training_data import material
from trainer.evaluation.evaluate import evaluate, score_cache

SET = "dev_unseen_text"


@pytest.fixture
def read():
    """(rates, what was read) of examples by a network that hears each step alone."""
    alphabet, shaper = Alphabet(), Examples(Alphabet(), VOXFORGE, SMALL)
    weights: list[np.ndarray] = []

    def recognise(rows):
        if not weights:
            weights.append(np.random.default_rng(3).normal(size=(rows[0].shape[1], alphabet.n_labels)))
        return [row @ weights[0] for row in rows]

    return lambda examples: evaluate(SET, examples, recognise, GreedyDecoder(alphabet), shaper)


def test_recordings_of_two_corpora_with_the_same_ids_are_each_read_for_themselves(tmp_path, read):
    corpora = [write_cache(tmp_path / name, seed=seed) for seed, name in enumerate(("one", "two"))]
    found = material(corpora, [], VOXFORGE).held[SET]
    assert len({example.id for example in found}) < len(found)
    together, texts = read(found)
    apart = [read(material([corpus], [], VOXFORGE).held[SET]) for corpus in corpora]
    assert texts == apart[0][1] + apart[1][1]
    assert together.rate == apart[0][0].rate + apart[1][0].rate
    assert apart[0][1][0] != apart[1][1][0]


def test_what_was_read_stands_in_the_order_of_the_examples(tmp_path, read):
    found = material([write_cache(tmp_path / "one", n_words=(1, 6))], [], VOXFORGE).held[SET]
    held, texts = read(found)
    assert [(name, text) for name, text, _ in texts] == [(example.id, example.text) for example in found]
    lengths = [len(network_input(normalise(example.cepstra()), SMALL)) for example in found]
    assert sorted(lengths) != lengths, "they come in batches of like length"
    assert (held.reference, held.hypothesis) == texts[0][1:]


class NoWords:
    """A search that finds nothing."""

    def decode(self, log_probs):
        return []


@pytest.mark.parametrize(("decoders", "times"), [({}, 1), ({"words": NoWords()}, 3)])
def test_an_utterance_is_heard_three_times_only_where_words_are_searched_for(tmp_path, decoders, times):
    checkpoint = random_checkpoint()
    model = replace(checkpoint.description, decode=replace(checkpoint.description.decode, warp=0.05))
    recognise, heard = recogniser(checkpoint), []

    def listening(steps):
        heard.append(len(steps))
        return recognise(steps)

    asked = {"letters": GreedyDecoder(model.alphabet), **decoders}
    (scored,) = score_cache(write_cache(tmp_path / "one"), model, listening, [SET], asked)
    assert set(heard) == {times}
    assert scored.rates.keys() == asked.keys()
