from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from engine.alphabet import Alphabet, fewest_steps
from engine.config import VOXFORGE, ModelConfig
from engine.errors import ConfigError
from trainer.dataset.batches import SYNTHETIC, Example, Examples, Rows, buckets, draw, draw_epoch, pad, prepared
from trainer.errors import TrainingError
from trainer.settings import TrainConfig

MODEL = ModelConfig(n_stacked=2)
SHAPER = Examples(Alphabet(), VOXFORGE, MODEL)


def example(text="да", frames=40, name="e", seed=0) -> Example:
    cepstra = np.random.default_rng(seed).normal(0, 10, (frames, 13)).astype(np.float32)
    return Example(name, text, "s", ((Rows(cepstra), 0, frames),))


@pytest.mark.parametrize(("labels", "steps"), [([], 0), ([1], 1), ([1, 2], 2), ([1, 1], 3), ([1, 1, 1, 2], 6)])
def test_fewest_steps_counts_the_blanks_between_equal_letters(labels, steps):
    assert fewest_steps(labels) == steps


def test_examples_that_ctc_cannot_learn_are_left_out():
    kept = example("да", 4)
    some = [kept, example("да", 3), example("", 40), example("дом 5", 40), example("аа", 5)]
    assert SHAPER.usable(some) == [kept]


def test_pieces_are_joined_in_order():
    rows = Rows(np.arange(26, dtype=np.float32).reshape(-1, 1) * np.ones((1, 13), np.float32))
    joined = Example("j", "да", "s", ((rows, 20, 2), (rows, 3, 3)))
    assert joined.frames == 5
    assert joined.cepstra()[:, 0].tolist() == [20, 21, 3, 4, 5]


def test_padding_is_on_the_right_and_lengths_are_true():
    batch = pad([np.ones((3, 2)), np.ones((1, 2))], [np.array([4, 5]), np.array([], int)], ["a", "b"])
    assert batch.lengths.tolist() == [3, 1]
    assert batch.steps[:, :, 0].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert batch.label_indices.tolist() == [[0, 0], [0, 1]]
    assert batch.labels.tolist() == [4, 5]


def test_a_batch_of_texts_without_letters():
    batch = pad([np.ones((3, 2))], [np.array([], int)], ["a"])
    assert batch.label_indices.shape == (0, 2)


def test_draw_takes_at_most_so_many_of_a_sentence_and_others_next_time():
    some = [example("раз", name=f"r{i}") for i in range(20)] + [example("два", name="d")]
    first = draw(some, 4, np.random.default_rng(1))
    assert Counter(e.text for e in first) == {"раз": 4, "два": 1}
    assert [e.id for e in first] == [e.id for e in draw(some, 4, np.random.default_rng(1))]
    assert {e.id for e in first} != {e.id for e in draw(some, 4, np.random.default_rng(2))}
    assert draw(some, 0, np.random.default_rng(1)) == some


@pytest.mark.parametrize("in_order", [False, True])
def test_buckets_hold_every_example_once_within_their_room(in_order):
    rng = np.random.default_rng(4)
    some = [example(frames=int(n), name=str(i)) for i, n in enumerate(rng.integers(10, 300, 200))]
    batches = buckets(some, 1000, rng, in_order)
    assert sorted(e.id for batch in batches for e in batch) == sorted(e.id for e in some)
    assert all(len(batch) == 1 or max(e.frames for e in batch) * len(batch) <= 1000 for batch in batches)
    means = [np.mean([e.frames for e in batch]) for batch in batches]
    ordered = [a <= b * 1.3 for a, b in pairwise(means)]
    assert all(ordered) == in_order


def test_equal_seeds_give_equal_batches():
    some = [example(seed=i, frames=60) for i in range(4)]
    first, again, other = (
        SHAPER.augmented_batch(some, TrainConfig(), [[s, i] for i in range(len(some))]) for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.steps, again.steps)
    assert first.steps.shape != other.steps.shape or np.abs(first.steps - other.steps).max() > 0.01


def test_augmentation_never_goes_below_what_ctc_needs():
    tight = example("дада дада дада", 2 * 14)
    for seed in range(30):
        batch = SHAPER.augmented_batch([tight], TrainConfig(speed=0.3), [[seed]])
        assert batch.lengths[0] >= 14


def test_copies_that_must_agree_differ_in_all_but_length_and_text():
    some = [example(seed=i, frames=60 + 20 * i) for i in range(3)]
    batch = SHAPER.augmented_batch(some, TrainConfig(consistency=0.2, speed=0.3), [[5, i] for i in range(3)])
    assert batch.ids == ("e",) * 6
    assert batch.lengths[:3].tolist() == batch.lengths[3:].tolist() != [30, 40, 50]
    assert (np.abs(batch.steps[:3] - batch.steps[3:]).max(axis=(1, 2)) > 0.1).all()
    np.testing.assert_array_equal(batch.labels, np.tile(batch.labels[: len(batch.labels) // 2], 2))


def test_prepared_keeps_the_order_and_passes_errors_on():
    assert list(prepared(lambda x: x * x, range(20))) == [x * x for x in range(20)]
    with pytest.raises(ZeroDivisionError):
        list(prepared(lambda x: 1 / x, [1, 0]))


def test_prepared_can_be_left_early():
    made = []
    batches = prepared(lambda x: made.append(x) or x, range(1000))
    assert next(batches) == 0
    batches.close()
    assert len(made) < 20


def test_a_speaker_gives_an_epoch_no_more_than_the_cap_and_others_each_time():
    rows = Rows(np.zeros((100, 13), np.float32))
    found = [Example(f"a{i}", f"да {i}", "anna", ((rows, 0, 50),)) for i in range(40)]
    found += [Example(f"b{i}", f"нет {i}", "boris", ((rows, 0, 50),)) for i in range(3)]
    settings = TrainConfig(per_speaker=5)
    epochs = [draw_epoch(found, settings, n, np.random.default_rng(n)) for n in range(8)]
    assert all(Counter(e.speaker for e in drawn) == {"anna": 5, "boris": 3} for drawn in epochs)
    assert len({e.id for drawn in epochs for e in drawn}) > 20


@pytest.mark.parametrize(
    ("shares", "sizes", "frames"),
    [
        ("1 1", (400, 100), (1000, 1000)),
        ("2 1", (400, 400), (4000, 2000)),
        ("0.5 1.0", (400, 200), (1000, 2000)),
        ("", (40, 20), (400, 200)),
    ],
)
def test_corpora_give_their_shares_of_an_epoch(shares, sizes, frames):
    rows = Rows(np.zeros((100, 13), np.float32))
    found = [
        Example(f"{n} {i}", f"да {i} {n}", f"{n} {i}", ((rows, 0, 10),), corpus=n)
        for n, size in enumerate(sizes)
        for i in range(size)
    ]
    drawn = draw_epoch(found, TrainConfig(shares=shares), 0, np.random.default_rng(1))
    assert tuple(sum(e.frames for e in drawn if e.corpus == n) for n in (0, 1)) == frames
    assert len({e.id for e in drawn}) == len(drawn)


def test_fewer_shares_than_corpora_are_refused():
    rows = Rows(np.zeros((100, 13), np.float32))
    found = [Example(f"{n}", "да", "anna", ((rows, 0, 10),), corpus=n) for n in range(3)]
    with pytest.raises(TrainingError, match="more corpora than shares"):
        draw_epoch(found, TrainConfig(shares="2 1", per_sentence=0), 0, np.random.default_rng(1))


@pytest.mark.parametrize("shares", ["0 1", "-1 2", "a", "1,2", "1e9", "1" * 9])
def test_shares_are_numbers_above_zero(shares):
    with pytest.raises(ConfigError):
        TrainConfig(shares=shares)


def test_synthetic_speech_never_outweighs_real_speech_and_is_left_out_at_the_end():
    rows = Rows(np.zeros((100, 13), np.float32))
    real = [Example(f"r{i}", f"да {i}", "anna", ((rows, 0, 50),)) for i in range(20)]
    made = [Example(f"s{i}", f"нет {i}", SYNTHETIC + "espeak-ng f2", ((rows, 0, 25),)) for i in range(200)]
    settings = TrainConfig(epochs=5, per_sentence=1, synthetic=0.5, real_at_end=2)
    drawn = draw_epoch(real + made, settings, 0, np.random.default_rng(1))
    spoken, synthetic = ([e for e in drawn if e.id.startswith(kind)] for kind in "rs")
    assert len(spoken) == 20
    assert sum(e.frames for e in synthetic) == 0.5 * sum(e.frames for e in spoken)
    assert draw_epoch(real + made, settings, 0, np.random.default_rng(2)) != drawn
    assert draw_epoch(real + made, settings, 2, np.random.default_rng(1)) == drawn
    assert {e.id[0] for e in draw_epoch(real + made, settings, 3, np.random.default_rng(1))} == {"r"}
    assert len(draw_epoch(made, settings, 4, np.random.default_rng(1))) == 200, "where there is nothing else"
