import json
from dataclasses import replace

import numpy as np
import pytest

from engine.checkpoint import DESCRIPTION, WEIGHTS, load_checkpoint, save_checkpoint
from engine.config import DecodeConfig
from engine.errors import CheckpointDamaged, CheckpointMismatch, CheckpointMissing, DiktovkaError
from tests.helpers.models import random_checkpoint, write_random_checkpoint


def rewrite(folder, **changes):
    path = folder / DESCRIPTION
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


def test_saved_and_loaded(tmp_path):
    saved = replace(
        random_checkpoint(),
        decode=DecodeConfig(0.25),
        history=[{"epoch": 1, "cer": 0.5}],
        error_rates={"dev": {"cer": 0.5}},
    )
    save_checkpoint(tmp_path / "Модель 1", saved)
    loaded = load_checkpoint(tmp_path / "Модель 1")
    assert loaded.weights.keys() == saved.weights.keys()
    for name, weight in saved.weights.items():
        np.testing.assert_array_equal(loaded.weights[name], weight)
    assert replace(loaded, weights={}) == replace(saved, weights={})
    assert sorted(p.name for p in (tmp_path / "Модель 1").iterdir()) == [DESCRIPTION, WEIGHTS]


def test_an_old_model_reads_as_it_did(tmp_path):
    """What it does not say of the beam search was not asked of it."""
    folder = write_random_checkpoint(tmp_path)
    rewrite(folder, decode={"lm_weight": 1.25})
    assert load_checkpoint(folder).decode == DecodeConfig(lm_weight=1.25, blank_price=0.0, space_price=0.0)


@pytest.mark.parametrize("missing", [WEIGHTS, DESCRIPTION])
def test_a_missing_file_is_named(tmp_path, missing):
    folder = write_random_checkpoint(tmp_path / "m")
    (folder / missing).unlink()
    with pytest.raises(CheckpointMissing, match=missing):
        load_checkpoint(folder)


def test_no_folder_at_all(tmp_path):
    with pytest.raises(CheckpointMissing):
        load_checkpoint(tmp_path / "nowhere")


@pytest.mark.parametrize("damaged", [WEIGHTS, DESCRIPTION])
@pytest.mark.parametrize("keep", [0, 100])
def test_a_truncated_file_is_refused(tmp_path, damaged, keep):
    folder = write_random_checkpoint(tmp_path / "m")
    (folder / damaged).write_bytes((folder / damaged).read_bytes()[:keep])
    with pytest.raises(CheckpointDamaged):
        load_checkpoint(folder)


def test_weights_of_another_model_are_refused(tmp_path):
    folder, other = write_random_checkpoint(tmp_path / "a"), write_random_checkpoint(tmp_path / "b", seed=1)
    (folder / WEIGHTS).write_bytes((other / WEIGHTS).read_bytes())
    with pytest.raises(CheckpointDamaged, match=DESCRIPTION):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"alphabet": "абвгд "}, CheckpointMismatch),
        ({"alphabet": "ааб "}, CheckpointMismatch),
        ({"alphabet": 5}, CheckpointDamaged),
        ({"model": {"n_layers": 2, "n_units": 16, "n_stacked": 2}}, CheckpointMismatch),
        ({"model": {"n_layers": 1, "n_units": 16, "n_stacked": 3}}, CheckpointMismatch),
        ({"features": {"front_end": "unknown"}}, CheckpointMismatch),
        ({"features": None}, CheckpointDamaged),
        ({"format": 99}, CheckpointMismatch),
    ],
)
def test_a_description_that_does_not_fit_is_refused(tmp_path, changes, error):
    folder = write_random_checkpoint(tmp_path / "m")
    rewrite(folder, **changes)
    with pytest.raises(error):
        load_checkpoint(folder)


def test_weights_that_are_no_numbers_are_refused(tmp_path):
    broken = random_checkpoint()
    broken.weights["output/bias"][0] = np.nan
    save_checkpoint(tmp_path, broken)
    with pytest.raises(CheckpointDamaged, match="finite"):
        load_checkpoint(tmp_path)


def test_a_description_that_is_no_object(tmp_path):
    folder = write_random_checkpoint(tmp_path / "m")
    (folder / DESCRIPTION).write_text("[1]", "utf-8")
    with pytest.raises(DiktovkaError):
        load_checkpoint(folder)
