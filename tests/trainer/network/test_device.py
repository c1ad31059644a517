"""Which device computes a training: found, chosen, shown."""

import sys

import pytest

from main import main
from tests.helpers.training_verbs import TRAINING_VERBS
from trainer.devices import AUTO, CARD, PROCESSOR, card
from trainer.errors import TrainingNotInstalled
from trainer.network.device import use_device
from trainer.network.installed import install_command


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """What NVIDIA's driver for Linux writes of two cards."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    for number, name in enumerate(("NVIDIA GeForce RTX 3060", "Tesla T4")):
        folder = tmp_path / f"0000:0{number}:00.0"
        folder.mkdir()
        (folder / "information").write_text(f"Model: \t\t {name}\nIRQ:   \t\t 94\nGPU UUID: \t GPU-0\n", "utf-8")
    return tmp_path


def test_the_first_card_of_the_driver_is_named_unless_it_is_hidden(driver, tmp_path, monkeypatch):
    assert card(driver) == "NVIDIA GeForce RTX 3060"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert card(driver) == ""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert card(tmp_path / "none") == ""


@pytest.mark.parametrize("wanted", [AUTO, PROCESSOR, CARD])
def test_without_a_card_the_processor_computes(wanted):
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("this machine has a card")
    assert use_device(wanted) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="commands are quoted as POSIX shells read them")
@pytest.mark.parametrize("verb", TRAINING_VERBS, ids=lambda verb: verb[0])
def test_each_verb_that_trains_says_what_to_install_where_tensorflow_is_missing(verb, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert main(list(verb)) == 1
    told = capsys.readouterr()
    assert told.err == f"diktovka: {TrainingNotInstalled(command=install_command())}\n"
    assert not list(tmp_path.iterdir())
