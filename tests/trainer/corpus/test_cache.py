import json
from dataclasses import replace

import numpy as np
import pytest

from engine.config import VOXFORGE
from tests.helpers.models import write_cache
from trainer.corpus.cache import FeatureCache
from trainer.errors import CorpusError


def test_utterances_and_their_rows(tmp_path):
    cache = FeatureCache(write_cache(tmp_path / "c", n_train=5, n_held=2))
    assert len(cache.utterances) == 9
    assert len(cache.split("train")) == 5
    second = cache.utterances[1]
    raw = np.load(tmp_path / "c" / "features.npy")[second.start : second.start + second.frames]
    np.testing.assert_array_equal(cache.cepstra(second), raw.astype(np.float32))
    assert second.frames == 8 * len(second.text)


def test_values_are_scaled_and_shifted(tmp_path):
    folder = write_cache(tmp_path / "c", n_train=1, n_held=1)
    np.savez(folder / "scale.npz", scale=np.full(13, 0.5, np.float32), offset=np.full(13, 3, np.float32))
    cache = FeatureCache(folder)
    raw = np.load(folder / "features.npy")[:4]
    np.testing.assert_allclose(cache.rows(0, 4), raw * 0.5 + 3)


def test_text_is_normalised(tmp_path):
    folder = write_cache(tmp_path / "c", n_train=1, n_held=1)
    table = folder / "utterances.tsv"
    head, first, *rest = table.read_text("utf-8").splitlines()
    columns = first.split("\t")
    columns[-1] = 'Вице-мэр сказал: "Да!"'
    table.write_text("\n".join([head, "\t".join(columns), *rest]), "utf-8")
    assert FeatureCache(folder).utterances[0].text == "вице мэр сказал да"


@pytest.mark.parametrize("name", ["features.npy", "scale.npz", "utterances.tsv"])
@pytest.mark.parametrize("keep", [None, 0, 50])
def test_a_missing_or_truncated_file_is_refused(tmp_path, name, keep):
    folder = write_cache(tmp_path / "c", n_train=4, n_held=2)
    if keep is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes((folder / name).read_bytes()[:keep])
    with pytest.raises(CorpusError):
        FeatureCache(folder)


def test_utterances_beyond_the_features_are_refused(tmp_path):
    folder = write_cache(tmp_path / "c", n_train=4, n_held=2)
    np.save(folder / "features.npy", np.load(folder / "features.npy")[:-1])
    with pytest.raises(CorpusError, match="ends at frame"):
        FeatureCache(folder)


def test_an_unknown_split_names_those_that_exist(tmp_path):
    with pytest.raises(CorpusError, match="dev_seen_text, dev_unseen_text, train"):
        FeatureCache(write_cache(tmp_path / "c")).split("test")


def test_high_bands_may_be_missing_on_either_side_but_nothing_else_may_differ(tmp_path):
    narrow = FeatureCache(write_cache(tmp_path / "c", n_train=1, n_held=1))
    folder = write_cache(tmp_path / "w", n_train=1, n_held=1)
    np.save(folder / "features.npy", np.zeros((500, 17), np.int8))
    np.savez(folder / "scale.npz", scale=np.ones(17, np.float32), offset=np.zeros(17, np.float32))
    (folder / "config.json").write_text(json.dumps({"features": replace(VOXFORGE, n_high=4).to_dict()}), "utf-8")
    wide = FeatureCache(folder)

    for cache in (narrow, wide):
        for n_high in (0, 4):
            cache.require(replace(VOXFORGE, n_high=n_high))
    for features in (replace(VOXFORGE, n_high=5), replace(VOXFORGE, n_high=4, n_filters=16)):
        with pytest.raises(CorpusError, match="another front end"):
            wide.require(features)
