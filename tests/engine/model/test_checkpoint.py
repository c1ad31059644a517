import errno
import hashlib
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.config import DecodeConfig
from engine.errors import CheckpointDamaged, CheckpointMismatch, CheckpointMissing, DiktovkaError, DiskFull
from engine.model.checkpoint import (
    DESCRIPTION,
    NETWORK,
    WEIGHTS,
    load_checkpoint,
    load_network,
    read_description,
    save_checkpoint,
)
from engine.model.network_graph import network_graph
from tests.helpers.killed_saves import killed_saves
from tests.helpers.models import random_checkpoint, write_random_checkpoint


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


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
    assert sorted(p.name for p in (tmp_path / "Модель 1").iterdir()) == [DESCRIPTION, NETWORK, WEIGHTS]


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
    folder, weights = write_random_checkpoint(tmp_path), random_checkpoint().weights
    weights["output/bias"][0] = np.nan
    with pytest.raises(CheckpointDamaged, match="finite"):
        save_checkpoint(folder, replace(random_checkpoint(), weights=weights))
    assert seed_of(folder, 0) == 0, "what was there is there still"
    np.savez(folder / WEIGHTS, **weights)
    rewrite(folder, weights_sha256=sha256(folder / WEIGHTS))
    with pytest.raises(CheckpointDamaged, match="finite"):
        load_checkpoint(folder)


def test_a_description_that_is_no_object(tmp_path):
    folder = write_random_checkpoint(tmp_path / "m")
    (folder / DESCRIPTION).write_text("[1]", "utf-8")
    with pytest.raises(DiktovkaError):
        load_checkpoint(folder)


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed as POSIX systems do it")


def seed_of(folder: Path, *seeds: int) -> int:
    """Whose model it is, if it is one of these, whole."""
    found = load_checkpoint(folder)
    assert read_description(folder)["weights_sha256"] == sha256(folder / WEIGHTS)
    assert load_network(folder)[1] == network_graph(found.model, found.weights)
    (seed,) = [
        seed
        for seed in seeds
        if all((found.weights[name] == weight).all() for name, weight in random_checkpoint(seed=seed).weights.items())
    ]
    return seed


@needs_fork
def test_killed_at_any_moment_it_is_the_old_model_or_the_new_one(tmp_path):
    found = [seed_of(folder, 1, 2) for folder in killed_saves(tmp_path, 1, 2)]
    assert found == sorted(found), "once the new one is there it stays"
    assert set(found) == {1, 2}


@needs_fork
def test_killed_at_any_moment_and_again_it_is_one_of_the_models(tmp_path):
    found = [seed_of(folder, 1, 2, 3) for folder in killed_saves(tmp_path, 1, 2, 3)]
    assert set(found) == {1, 2, 3}
    assert found[-1] == 3


@needs_fork
def test_killed_while_the_first_model_is_written_there_is_none_or_it_is_whole(tmp_path):
    *killed, last = killed_saves(tmp_path, 0, 1)
    for folder in killed:
        if (folder / DESCRIPTION).exists():
            assert seed_of(folder, 1) == 1
        else:
            with pytest.raises(CheckpointMissing):
                load_checkpoint(folder)
        save_checkpoint(folder, random_checkpoint(seed=2))
        assert seed_of(folder, 1, 2) == 2
    assert seed_of(last, 1) == 1
    assert sorted(path.name for path in last.iterdir()) == [DESCRIPTION, NETWORK, WEIGHTS]


@pytest.mark.parametrize(("target", "seed"), [("model.next.json", 1), (NETWORK, 1), (WEIGHTS, 1), (DESCRIPTION, 2)])
def test_a_disk_that_is_full_at_any_file_leaves_a_whole_model(tmp_path, monkeypatch, target, seed):
    folder, replace_ = write_random_checkpoint(tmp_path, seed=1), Path.replace

    def fill_up(path: Path, new: Path) -> Path:
        if new.name == target:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return replace_(path, new)

    monkeypatch.setattr(Path, "replace", fill_up)
    with pytest.raises(DiskFull, match=target):
        save_checkpoint(folder, random_checkpoint(seed=2))
    monkeypatch.undo()
    assert seed_of(folder, 1, 2) == seed
    left = {DESCRIPTION, NETWORK, WEIGHTS} | ({"model.next.json"} if seed == 2 else set())
    assert {path.name for path in folder.iterdir()} == left
    save_checkpoint(folder, random_checkpoint(seed=3))
    assert seed_of(folder, 3) == 3
    assert {path.name for path in folder.iterdir()} == {DESCRIPTION, NETWORK, WEIGHTS}


def test_a_description_left_over_from_a_kill_is_read_only_with_its_weights(tmp_path):
    """The kill came before the weights were replaced; a damaged left-over is passed over too."""
    folder, other = write_random_checkpoint(tmp_path / "a", seed=1), write_random_checkpoint(tmp_path / "b", seed=2)
    shutil.copy(other / DESCRIPTION, folder / "model.next.json")
    assert seed_of(folder, 1, 2) == 1
    (folder / "model.next.json").write_text("{", "utf-8")
    assert seed_of(folder, 1, 2) == 1
