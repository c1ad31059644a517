import numpy as np
import pytest

from engine.config import ModelConfig
from engine.errors import CheckpointMismatch
from engine.model.checkpoint import load_checkpoint
from main import main
from tests.helpers.models import write_random_checkpoint
from trainer.network.average import average


def test_every_weight_is_the_mean(tmp_path):
    folders = [write_random_checkpoint(tmp_path / str(seed), seed=seed) for seed in range(3)]
    assert main(["average", *map(str, folders), "-o", str(tmp_path / "mean")]) == 0
    made, parts = load_checkpoint(tmp_path / "mean"), [load_checkpoint(folder) for folder in folders]
    for name, weight in made.weights.items():
        np.testing.assert_allclose(weight, sum(part.weights[name] for part in parts) / 3, atol=1e-6)
    assert made.model == parts[0].model


def test_models_of_different_shape_are_refused(tmp_path):
    one = write_random_checkpoint(tmp_path / "one")
    other = write_random_checkpoint(tmp_path / "other", model=ModelConfig(1, 8, 2))
    with pytest.raises(CheckpointMismatch, match="averaged"):
        average([one, other])


def test_half_the_space_holds_the_weights_rounded(tmp_path):
    folder = write_random_checkpoint(tmp_path / "one")
    assert main(["average", str(folder), "-o", str(tmp_path / "half"), "--half"]) == 0
    made, before = load_checkpoint(tmp_path / "half"), load_checkpoint(folder)
    for name, weight in made.weights.items():
        np.testing.assert_array_equal(weight, before.weights[name].astype(np.float16).astype(np.float32))
    sizes = [(path / "weights.npz").stat().st_size for path in (tmp_path / "half", folder)]
    assert sizes[0] < 0.7 * sizes[1]  # names and headers stay
