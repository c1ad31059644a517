"""The list of models, and another model in the dictation tab."""

import errno
import hashlib
import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QLocale, Qt

from engine.config import ModelConfig
from engine.errors import CheckpointMissing
from engine.model.checkpoint import load_checkpoint, save_checkpoint
from engine.paths import model_name, models_dir, shipped_checkpoint
from gui.core.settings import Settings
from tests.gui.trainer_stage import TrainerStage
from tests.helpers.models import random_checkpoint, write_random_checkpoint, write_rates
from trainer.presets import PRESETS
from trainer.settings import TrainConfig
from trainer.training.initial_model import START
from trainer.training.model_list import empty_trash, kind_of, list_models
from trainer.training.request import load_request, save_request
from trainer.training.training_process import Request

SHIPPED = "The one that came with the program"


@pytest.fixture
def trainer(make_stage, qtbot) -> TrainerStage:
    write_random_checkpoint(models_dir() / "first" / "best")
    stage = TrainerStage(make_stage)
    stage.page.show_page(stage.models)
    qtbot.waitUntil(lambda: stage.stage.words == "Ready")
    return stage


def wait(trainer, qtbot):
    qtbot.waitUntil(lambda: not trainer.models.work.running)


def test_the_list(trainer):
    assert trainer.names() == [SHIPPED, "first"]
    assert trainer.models.table.item(0, 4).text() == "in use"
    assert trainer.models.table.item(1, 2).text() == "—"


def test_what_a_run_began_with_is_none_of_them(trainer):
    write_random_checkpoint(models_dir() / "first" / START)
    write_random_checkpoint(models_dir() / "just begun" / START)
    trainer.models.refresh()
    assert trainer.names() == [SHIPPED, "first"]
    assert [model.folder.name for model in list_models()[1:]] == ["best"]


def rated(**cer: float) -> dict[str, object]:
    return {name: {"cer": rate, "wer": 1.0, "utterances": 8, "words": 24} for name, rate in cer.items()}


@pytest.mark.parametrize(
    ("language", "shipped", "row"),
    [
        ("en", SHIPPED, ["Антон", "3/9/24", "12.3 %", "{size} MB", ""]),
        ("ru", "Поставляется с программой", ["Антон", "09.03.2024", "12,3 %", "{size} МБ", ""]),
    ],
)
def test_name_date_error_and_size_of_each_model(make_stage, language, shipped, row, monkeypatch):
    """The error is that of new sentences; the day is that on which it was made."""
    monkeypatch.setattr("gui.training.models_panel.window_locale", lambda: QLocale(language))
    folder = models_dir() / "Антон"
    rates = rated(dev_unseen_text=0.1234, dev_seen_text=0.5)
    save_checkpoint(folder, replace(random_checkpoint(ModelConfig(2, 128, 2)), error_rates=rates))
    made = datetime(2024, 3, 9, 12).timestamp()
    os.utime(folder / "model.json", (made, made))
    stage = TrainerStage(make_stage, language=language)
    stage.page.show_page(stage.models)
    size = f"{size_of(folder) / 1e6:.1f}"
    assert 2.0 < float(size) < 9.9
    size = size.replace(".", "," if language == "ru" else ".")
    assert stage.names() == [shipped, "Антон"]
    assert cells(stage, 1) == [text.format(size=size) for text in row]
    assert cells(stage, 0)[3:] == [shipped_size(language), {"en": "in use", "ru": "используется"}[language]]


def cells(trainer, row) -> list[str]:
    return [trainer.models.table.item(row, column).text().replace("\u00a0", " ") for column in range(5)]


def size_of(folder) -> int:
    return sum((folder / name).stat().st_size for name in ("weights.npz", "network.onnx"))


def shipped_size(language) -> str:
    n = f"{size_of(shipped_checkpoint()) / 1e6:.0f}"
    return f"{n} MB" if language == "en" else f"{n.replace('.', ',')} МБ"


@pytest.mark.parametrize(
    ("rates", "cer"),
    [
        (rated(dev_unseen_text=0.2, test_unseen_text=0.3, dev_seen_text=0.01), 0.25),
        (rated(dev=0.2, other=0.4), 0.3),
        ({}, None),
        ({"dev": {"wer": 0.5}}, None),
    ],
)
def test_which_error_counts(rates, cer):
    save_checkpoint(models_dir() / "one", replace(random_checkpoint(), error_rates=rates))
    (found,) = [model.cer for model in list_models() if model.name == "one"]
    assert found == pytest.approx(cer)


def test_a_run_shows_the_error_of_its_result(tmp_path):
    for name, cer in {"best": 0.3, "average": 0.25}.items():
        save_checkpoint(models_dir() / "run" / name, replace(random_checkpoint(), error_rates=rated(dev_unseen=cer)))

    def shown():
        return [model.cer for model in list_models() if model.name == "run"]

    assert shown() == [0.3]
    (models_dir() / "run" / "outcome.json").write_text('{"result": "average", "cer": {}}')
    assert shown() == [0.25]


def test_a_model_whose_replacement_was_killed_shows_what_it_is_now():
    """Between its two files: the weights and the description that waits are the new model's."""
    folder, new = models_dir() / "one", models_dir() / "new"
    save_checkpoint(folder, replace(random_checkpoint(), error_rates=rated(dev=0.3)))
    wider = replace(random_checkpoint(ModelConfig(1, 24, 2)), error_rates=rated(dev=0.1))
    save_checkpoint(new, wider)
    (new / "weights.npz").replace(folder / "weights.npz")
    (new / "model.json").replace(folder / "model.next.json")
    assert [model.cer for model in list_models() if model.name == "one"] == [0.1]
    assert kind_of(folder) == (wider.features, wider.model)


def test_a_broken_folder_is_left_out_and_newer_models_come_first(trainer):
    (models_dir() / "rubbish").mkdir()
    write_random_checkpoint(models_dir() / "second")
    os.utime(models_dir() / "first" / "best" / "model.json", (1, 1))
    assert [model.name for model in list_models()[1:]] == ["second", "first"]


def test_use_puts_the_model_into_dictation(trainer, qtbot):
    best = models_dir() / "first" / "best"
    trainer.choose("first")
    trainer.models.use.click()
    qtbot.waitUntil(lambda: len(trainer.stage.engines) == 2)
    assert trainer.stage.models == [shipped_checkpoint(), best]
    qtbot.waitUntil(trainer.stage.engines[0].closed.is_set)
    assert Settings().model == best
    assert trainer.told == ["Dictation uses the model first from now on."]
    assert not trainer.models.delete.isEnabled()


def test_a_worse_model_is_not_taken_without_a_word(trainer, qtbot):
    first, second = models_dir() / "first" / "best", write_random_checkpoint(models_dir() / "second")
    write_rates(first, dev_unseen_text=0.05)
    write_rates(second, dev_unseen_text=0.35, dev_seen_text=0.01)
    trainer.page.use_model(first)
    trainer.models.refresh()
    trainer.choose("second")
    assert trainer.models.note.text() == "Letters wrong, measured on: dev_unseen_text."
    trainer.models.use.click()
    assert trainer.session.model == first
    assert trainer.told[-1] == (
        "This model recognises worse than the one in use: 35.0 % of the letters are wrong (dev_unseen_text), "
        "not 5.0 % (dev_unseen_text)."
    )
    trainer.insist()
    assert trainer.session.model == second
    trainer.page.messages.undo()  # the way back
    assert trainer.session.model == first
    qtbot.waitUntil(lambda: trainer.stage.words == "Ready")


def test_a_file_that_is_being_read_is_read_to_its_end_first(trainer, qtbot):
    trainer.session.open_files([Path("a.wav"), Path("b.wav")])
    qtbot.waitUntil(lambda: bool(trainer.stage.engine.calls))
    trainer.session.use_model(models_dir() / "first" / "best")
    assert len(trainer.stage.engines) == 1
    trainer.stage.engine.read("раз")
    qtbot.waitUntil(lambda: len(trainer.stage.engines) == 2)
    qtbot.waitUntil(lambda: trainer.stage.engine.calls == [("transcribe", Path("b.wav"))])
    trainer.stage.engine.read("два")
    qtbot.waitUntil(lambda: "два" in trainer.stage.text)


def test_another_model_while_one_is_loading(make_stage, qtbot):
    stage = make_stage(ready=False)
    stage.session.use_model(Path("other"))
    qtbot.waitUntil(lambda: len(stage.engines) == 2)
    assert stage.models[-1] == Path("other")
    stage.engine.become_ready()
    qtbot.waitUntil(lambda: stage.words == "Ready")


def test_a_model_that_cannot_be_loaded_is_told(stage, qtbot):
    stage.ready = False
    stage.session.use_model(Path("other"))
    qtbot.waitUntil(lambda: len(stage.engines) == 2)
    stage.engine.break_down(CheckpointMissing(path="other", file="model.json"))
    qtbot.waitUntil(lambda: len(stage.page.messages.texts) == 1)


def test_a_remembered_model_that_is_gone_is_the_shipped_one(tmp_path):
    settings = Settings(tmp_path)
    settings.model = tmp_path / "gone"
    assert settings.model == shipped_checkpoint()


def test_rename(trainer, qtbot):
    trainer.choose("first")
    qtbot.keyClick(trainer.models.table, Qt.Key.Key_F2)
    trainer.type_name("вторая")
    wait(trainer, qtbot)
    assert trainer.names() == [SHIPPED, "вторая"]


def test_the_model_in_use_can_be_renamed(trainer, qtbot):
    trainer.page.use_model(models_dir() / "first" / "best")
    trainer.choose("first")
    trainer.rename("вторая")
    wait(trainer, qtbot)
    qtbot.waitUntil(lambda: trainer.session.model == models_dir() / "вторая" / "best")
    qtbot.waitUntil(lambda: trainer.stage.words == "Ready")


def test_a_run_is_in_use_by_its_best_epoch_after_it_has_another_result(trainer, qtbot):
    home = models_dir() / "first"
    trainer.page.use_model(home / "best")
    write_random_checkpoint(home / "average")
    (home / "outcome.json").write_text('{"result": "average", "cer": {}}')
    trainer.models.refresh()
    trainer.choose("first")
    assert trainer.models.chosen.folder == home / "average"
    assert cells(trainer, 1)[4] == "in use"
    assert trainer.models.use.isEnabled(), "its result is another one by now"
    assert not trainer.models.delete.isEnabled()
    trainer.rename("вторая")
    wait(trainer, qtbot)
    assert trainer.session.model == Settings().model == models_dir() / "вторая" / "best"
    qtbot.waitUntil(lambda: trainer.stage.words == "Ready")
    trainer.choose("вторая")
    trainer.models.use.click()
    assert trainer.session.model == models_dir() / "вторая" / "average"
    assert not trainer.models.use.isEnabled()
    qtbot.waitUntil(lambda: trainer.stage.words == "Ready")


def test_a_name_that_is_taken_is_refused(trainer, qtbot):
    write_random_checkpoint(models_dir() / "second")
    trainer.models.refresh()
    trainer.choose("first")
    trainer.rename("second")
    wait(trainer, qtbot)
    assert "File exists" in trainer.told[0]
    assert sorted(trainer.names()) == sorted([SHIPPED, "first", "second"])


def test_delete_and_undo(trainer, qtbot):
    trainer.choose("first")
    qtbot.keyClick(trainer.models.table, Qt.Key.Key_Delete)
    wait(trainer, qtbot)
    assert trainer.names() == [SHIPPED]
    (undo,) = [b for b in trainer.page.messages.findChildren(type(trainer.models.use)) if b.text() == "Undo"]
    undo.click()
    wait(trainer, qtbot)
    assert trainer.names() == [SHIPPED, "first"]


def test_two_models_of_one_name_are_deleted_and_both_brought_back(trainer, qtbot):
    """What was in each of them tells which is which."""
    undos = []
    trainer.models.done.connect(lambda _said, undo: undos.append(undo))
    for made in ("old", "new"):
        write_random_checkpoint(models_dir() / "first" / "best")
        (models_dir() / "first" / made).touch()
        trainer.models.refresh()
        trainer.choose("first")
        trainer.models.delete.click()
        wait(trainer, qtbot)
    assert trainer.names() == [SHIPPED]
    for undo in undos:
        undo()
        wait(trainer, qtbot)
    assert (models_dir() / "first" / "old").exists()
    assert (models_dir() / "first 2" / "new").exists()
    assert list((models_dir() / ".deleted").iterdir()) == []


def test_a_model_that_cannot_be_deleted_leaves_no_trash(trainer, qtbot):
    trainer.choose("first")
    (models_dir() / "first").rename(models_dir() / "elsewhere")
    trainer.models.delete.click()
    wait(trainer, qtbot)
    assert len(trainer.told) == 1
    assert list((models_dir() / ".deleted").iterdir()) == []


def test_the_trash_is_emptied_at_the_next_start(trainer, qtbot):
    trainer.choose("first")
    trainer.models.delete.click()
    wait(trainer, qtbot)
    assert len(list((models_dir() / ".deleted").iterdir())) == 1
    list(empty_trash())
    assert list((models_dir() / ".deleted").iterdir()) == []


def test_export_and_import(trainer, qtbot, tmp_path):
    trainer.choose("first")
    trainer.answers = [tmp_path]
    trainer.models.export.click()
    wait(trainer, qtbot)
    trainer.answers = [tmp_path / "first"]
    trainer.models.add.click()
    wait(trainer, qtbot)
    assert sorted(trainer.names()) == sorted([SHIPPED, "first", "first 2"])


def fill_up(temporary: Path, **_arrays) -> None:
    """In the place of np.savez: there is room for a few bytes."""
    temporary.write_bytes(b"PK")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("act", ["export", "add"])
def test_a_full_disk_leaves_nothing_of_a_copy_and_it_can_be_tried_again(trainer, qtbot, tmp_path, monkeypatch, act):
    theirs = write_random_checkpoint(tmp_path / "theirs")
    into, target = (tmp_path / "out", "first") if act == "export" else (models_dir(), "theirs")
    into.mkdir(exist_ok=True)
    trainer.choose("first")
    before = sorted(into.iterdir())
    trainer.answers = [into if act == "export" else theirs] * 2
    with monkeypatch.context() as full:
        full.setattr(np, "savez", fill_up)
        getattr(trainer.models, act).click()
        wait(trainer, qtbot)
    (said,) = trainer.told
    assert said.startswith(f"The disk is full: {into / target} could not be written.")
    assert sorted(into.iterdir()) == before
    trainer.page.messages.close_all()
    getattr(trainer.models, act).click()
    wait(trainer, qtbot)
    assert sorted(into.iterdir()) == sorted([*before, into / target])
    np.testing.assert_equal(
        dict(load_checkpoint(into / target).weights),
        dict(load_checkpoint(theirs if act == "add" else models_dir() / "first" / "best").weights),
    )


def test_a_copy_to_where_nothing_may_be_written_is_told(trainer, qtbot, tmp_path):
    (tmp_path / "file").touch()
    trainer.choose("first")
    trainer.answers = [tmp_path / "file"]
    trainer.models.export.click()
    wait(trainer, qtbot)
    (said,) = trainer.told
    assert said.startswith(f"Nothing can be written to {tmp_path / 'file' / 'first'} (")


def test_a_folder_without_a_model_is_not_imported(trainer, qtbot, tmp_path):
    trainer.answers = [tmp_path]
    trainer.models.add.click()
    wait(trainer, qtbot)
    assert "There is no model in" in trainer.told[0]
    assert trainer.names() == [SHIPPED, "first"]


def test_the_shipped_model_is_neither_renamed_nor_deleted(trainer):
    trainer.choose(SHIPPED)
    assert not trainer.models.rename.isEnabled()
    assert not trainer.models.delete.isEnabled()
    assert trainer.models.export.isEnabled()


def test_names_of_models():
    assert model_name(Path("a/run/best")) == "run"
    assert model_name(shipped_checkpoint()) == "checkpoint1"


def rewritten(folder, **changes):
    """model.json with other values; None takes one out."""
    path = folder / "model.json"
    told = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps({name: value for name, value in told.items() if value is not None}), encoding="utf-8")


def with_weights(folder, **arrays):
    """Other weights, with the checksum that goes with them; the rest as it was."""
    with np.load(folder / "weights.npz") as file:
        np.savez(folder / "weights.npz", **(dict(file) | arrays))
    rewritten(folder, weights_sha256=hashlib.sha256((folder / "weights.npz").read_bytes()).hexdigest())


BAD = {
    "no weights": lambda folder: (folder / "weights.npz").unlink(),
    "no description": lambda folder: (folder / "model.json").unlink(),
    "no JSON": lambda folder: (folder / "model.json").write_text("{", encoding="utf-8"),
    "another format": lambda folder: rewritten(folder, format=99),
    "no alphabet": lambda folder: rewritten(folder, alphabet=None),
    "another shape": lambda folder: rewritten(folder, model={"n_layers": 3, "n_units": 16}),
    "a nonsensical setting": lambda folder: rewritten(folder, model={"n_layers": -1}),
    "another checksum": lambda folder: rewritten(folder, weights_sha256="0" * 64),
    "cut weights": lambda folder: (folder / "weights.npz").write_bytes((folder / "weights.npz").read_bytes()[:999]),
    "weights that are none": lambda folder: with_weights(folder, **{first_weight(folder): np.array(np.nan)}),
    "a pickle": lambda folder: with_weights(folder, **{first_weight(folder): np.array([{}], object)}),
}


def first_weight(folder):
    with np.load(folder / "weights.npz") as file:
        return file.files[0]


@pytest.mark.parametrize("kind", BAD)
def test_a_folder_that_cannot_be_used_is_refused_in_one_sentence(trainer, qtbot, tmp_path, kind):
    folder = write_random_checkpoint(tmp_path / "theirs")
    BAD[kind](folder)
    trainer.answers = [folder]
    trainer.models.add.click()
    wait(trainer, qtbot)
    (said,) = trainer.told
    assert str(folder) in said
    assert "\n" not in said
    assert trainer.names() == [SHIPPED, "first"]
    assert sorted(path.name for path in models_dir().iterdir() if not path.name.startswith(".")) == ["first"]


def test_the_folder_of_a_whole_run_is_imported_by_what_came_out_of_it(trainer, qtbot, tmp_path):
    best = write_random_checkpoint(tmp_path / "их прогон" / "best")
    trainer.answers = [tmp_path / "их прогон"]
    trainer.models.add.click()
    wait(trainer, qtbot)
    assert trainer.told == ["The model их прогон was checked and taken in."]
    trainer.answers = [tmp_path / "их прогон" / "best"]
    trainer.models.add.click()
    wait(trainer, qtbot)
    assert "их прогон 2" in trainer.names()
    mean = random_checkpoint(seed=5)
    save_checkpoint(best.parent / "average", mean)
    (best.parent / "outcome.json").write_text('{"result": "average", "cer": {}}')
    trainer.answers = [best.parent]
    trainer.models.add.click()
    wait(trainer, qtbot)
    taken = load_checkpoint(models_dir() / "их прогон 3")
    np.testing.assert_array_equal(taken.weights["output/kernel"], mean.weights["output/kernel"])


def test_a_run_is_deleted_from_the_form_and_brought_back(trainer, qtbot):
    home = models_dir() / "begun"
    features, model = PRESETS["shipped"]
    save_request(Request(home, (), features, model, TrainConfig()))
    form = trainer.training.form
    assert not form.delete.isEnabled()
    form.choose_run(home)
    form.delete.click()
    wait(trainer, qtbot)
    assert not home.exists()
    assert form.run.currentData() is None
    assert not form.delete.isEnabled()
    (undo,) = [b for b in trainer.page.messages.findChildren(type(trainer.models.use)) if b.text() == "Undo"]
    undo.click()
    wait(trainer, qtbot)
    assert load_request(home) is not None
    assert home in [form.run.itemData(place) for place in range(form.run.count())]


def test_a_run_whose_model_is_in_use_is_not_deleted(trainer, qtbot):
    home = models_dir() / "first"
    features, model = PRESETS["shipped"]
    save_request(Request(home, (), features, model, TrainConfig()))
    trainer.page.use_model(home / "best")
    qtbot.waitUntil(lambda: trainer.stage.words == "Ready")
    trainer.page.messages.close_all()
    trainer.training.form.choose_run(home)
    trainer.training.form.delete.click()
    assert trainer.told == ["The model first is in use. Choose another one for dictation first."]
    assert home.exists()
