"""What is trained on, gathered from several corpora."""

from engine.config import VOXFORGE
from tests.helpers.models import write_cache
from trainer.dataset.training_data import material


def test_recordings_of_two_corpora_with_the_same_ids_are_told_apart(tmp_path):
    """Two lots of synthetic speech number their sentences alike; an alignment goes by the ids."""
    corpora = [write_cache(tmp_path / name, seed=seed) for seed, name in enumerate(("one", "two"))]
    found = material(corpora, [], VOXFORGE).train
    texts = {example.id: example.text for example in found}
    assert len(texts) == len(found) == 96
    assert {"train-0", "train-0 (2)", "train-47 (2)"} <= set(texts)
    assert texts["train-0"] == material(corpora[:1], [], VOXFORGE).train[0].text
    assert texts["train-0 (2)"] == material(corpora[1:], [], VOXFORGE).train[0].text
