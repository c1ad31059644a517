import numpy as np
import pytest

from scripts.gpu.pack import pack, spread
from scripts.gpu.unpack import unpack
from trainer.corpus.cache import SCALE, FeatureCache
from trainer.dataset.batches import Example, Rows

SCALES = np.full(13, 0.4, np.float32), np.zeros(13, np.float32)


@pytest.fixture
def packed(tmp_path):
    folder = tmp_path / "packed"
    folder.mkdir()
    np.savez(folder / SCALE, scale=SCALES[0], offset=SCALES[1])
    return folder


def spoken(rng, times=1.0, offset=0.0) -> list[Example]:
    found = []
    for n, text in enumerate(("мама", "дома", "")):
        cepstra = (np.cumsum(rng.normal(0, 3, (40 + n, 13)), axis=0).clip(-45, 45) * times + offset).astype(np.float32)
        found.append(Example(f"r{n}", text, f"speaker {n}", ((Rows(cepstra), 0, len(cepstra)),)))
    return found


def test_what_was_packed_comes_back_to_within_a_step(packed, tmp_path):
    examples = spoken(np.random.default_rng(1))

    pack(packed, "corpus", examples, SCALES)
    cache = FeatureCache(unpack(packed, "corpus", tmp_path / "work"))

    assert [(u.id, u.speaker, u.text) for u in cache.utterances] == [(e.id, e.speaker, e.text) for e in examples]
    for utterance, example in zip(cache.utterances, examples, strict=True):
        assert np.abs(cache.cepstra(utterance) - example.cepstra()).max() <= 0.4 * 4


def test_a_corpus_of_another_scale_is_brought_to_the_first_ones(packed, tmp_path):
    first, other = spoken(np.random.default_rng(1)), spoken(np.random.default_rng(2), times=0.1, offset=9)

    pack(packed, "other", other, SCALES, like=spread(first))
    cache = FeatureCache(unpack(packed, "other", tmp_path / "work"))

    means, deviations = spread(first)
    heard = [cache.cepstra(utterance) for utterance in cache.utterances]
    assert np.mean([one.mean(axis=0) for one in heard], axis=0) == pytest.approx(means, abs=1)
    assert np.mean([one.std(axis=0) for one in heard], axis=0) == pytest.approx(deviations, rel=0.1)
