"""A model made by others in the window: added, dictated with by the real recognition, corrected, saved, deleted."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLabel, QPushButton

from engine.decode.beam_loader import Language
from engine.foreign.description import read_foreign
from engine.paths import models_dir, shipped_checkpoint
from engine.transcribe.add_model import add_model
from engine.transcribe.recognition_process import EngineProcess
from gui.core import i18n
from gui.core.settings import Settings
from gui.session.status import Reading
from gui.training.public_models_dialog import PublicModelsDialog
from tests.gui.conftest import Stage
from tests.gui.dictation.test_dictation import record, stop
from tests.gui.history_stage import entries, open_entry, show_history
from tests.gui.trainer_stage import TrainerStage
from tests.helpers.foreign_models import tones, write_gigaam_ctc, write_gigaam_e2e
from tests.helpers.model_hub import ModelHub, sends, waits
from trainer.download.public_models import public_model
from trainer.training.model_list import list_models

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(scope="module")
def gigaam(tmp_path_factory) -> Path:
    return write_gigaam_ctc(tmp_path_factory.mktemp("models") / "GigaAM")


@pytest.fixture
def trainer(make_stage, qtbot) -> TrainerStage:
    stage = TrainerStage(make_stage)
    stage.page.show_page(stage.models)
    qtbot.waitUntil(lambda: stage.stage.words == "Ready")
    return stage


def add(trainer, qtbot, folder: Path) -> None:
    trainer.answers = [folder]
    trainer.models.add.click()
    qtbot.waitUntil(lambda: not trainer.models.work.running)


def say(stage: Stage, letters: str) -> None:
    """Into the microphone, in the voice that the model was made for."""
    samples = (np.concatenate([tones(letters), np.zeros(32_000)]) * 32767).astype(int).tolist()
    for at in range(0, len(samples), 1600):
        stage.microphone.say(*samples[at : at + 1600])


def test_added_dictated_with_corrected_saved_deleted_and_brought_back(trainer, qtbot, gigaam, tmp_path):
    add(trainer, qtbot, gigaam)
    assert trainer.told == ["The model GigaAM was checked and taken in."]
    trainer.choose("GigaAM")
    assert "gigaam-v3-ctc" in trainer.models.note.text()
    assert "cannot be trained or tuned" in trainer.models.note.text()
    stage, home = trainer.stage, models_dir() / "GigaAM"

    stage.make_engine = lambda folder: EngineProcess(folder, Language(None))
    trainer.models.use.click()
    qtbot.waitUntil(lambda: len(stage.engines) == 2)
    qtbot.waitUntil(lambda: stage.words == "Ready")
    assert Settings().model == home
    assert not trainer.models.delete.isEnabled()

    stage.window.tabs.setCurrentIndex(0)
    guesses = []
    stage.session.provisional.connect(lambda _job, event: guesses.append(event))
    record(stage, qtbot)
    say(stage, "мама мыла раму")
    qtbot.waitUntil(lambda: bool(guesses))
    stop(stage, qtbot)
    qtbot.waitUntil(lambda: stage.session.status.reading is Reading.NONE)
    assert stage.text == "мама мыла раму"

    page = show_history(stage, qtbot)
    (entry,) = entries(stage, qtbot)
    assert (entry.text, Path(entry.model)) == ("мама мыла раму", home)
    editor = open_entry(page, qtbot, 0)
    cursor = editor.text.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.End)
    cursor.insertText("!")
    editor.flush()
    editor.ask_save_path = lambda *_: tmp_path / "текст.srt"
    editor.save_as()
    qtbot.waitUntil((tmp_path / "текст.srt").exists)
    saved = (tmp_path / "текст.srt").read_text("utf-8")
    assert "мама мыла раму!" in saved
    assert "00:00:0" in saved

    stage.window.tabs.setCurrentWidget(stage.window.trainer_page)
    trainer.page.use_model(shipped_checkpoint())
    trainer.choose("GigaAM")
    undos = []
    trainer.models.done.connect(lambda _said, undo: undos.append(undo))
    trainer.models.delete.click()
    qtbot.waitUntil(lambda: not trainer.models.work.running)
    assert "GigaAM" not in trainer.names()
    (undo,) = undos
    undo()
    qtbot.waitUntil(lambda: "GigaAM" in trainer.names())
    assert read_foreign(home) is not None


def test_it_is_renamed_and_exported_and_is_whole_afterwards(trainer, qtbot, gigaam, tmp_path):
    add(trainer, qtbot, gigaam)
    trainer.choose("GigaAM")
    trainer.rename("Другая")
    qtbot.waitUntil(lambda: (models_dir() / "Другая").is_dir() and not trainer.models.work.running)
    trainer.choose("Другая")
    trainer.answers = [tmp_path]
    trainer.models.export.click()
    qtbot.waitUntil(lambda: not trainer.models.work.running)
    assert read_foreign(tmp_path / "Другая") == read_foreign(models_dir() / "Другая")
    add(trainer, qtbot, tmp_path / "Другая")
    assert sorted(trainer.names()[1:]) == ["Другая", "Другая 2"]


def test_what_is_no_model_is_refused_and_nothing_of_it_stays(trainer, qtbot, gigaam, tmp_path):
    broken = Path(shutil.copytree(gigaam, tmp_path / "broken"))
    (broken / "v3_ctc.int8.onnx").write_bytes(b"no model")
    add(trainer, qtbot, broken)
    assert trainer.told[0].startswith("The model in")
    assert "v3_ctc.int8.onnx" in trainer.told[0]
    assert list(models_dir().glob("*")) == []
    assert not list(models_dir().glob(".*"))


def test_a_model_that_fails_only_when_it_is_tried_leaves_nothing(gigaam, tmp_path):
    broken = Path(shutil.copytree(gigaam, tmp_path / "broken"))
    (broken / "v3_vocab.txt").write_text("▁ 0\nа 1\n<blk> 2\n", "utf-8")
    with pytest.raises(Exception, match="The model in"):
        list(add_model(broken, models_dir() / "broken"))
    assert not list(models_dir().iterdir())


def test_it_is_not_offered_for_training_and_tuning_says_why(trainer, qtbot, gigaam):
    add(trainer, qtbot, gigaam)
    home = models_dir() / "GigaAM"
    assert [model.folder for model in list_models() if model.foreign] == [home]
    start = trainer.training.form.start
    trainer.training.form.refresh()
    assert home not in [start.itemData(place).model for place in range(start.count())]
    window = trainer.window
    window.tabs.setCurrentWidget(window.voice)
    qtbot.waitUntil(lambda: window.voice.page is not None)
    tuning = window.voice.page.tuning
    tuning.show_kept(24, frozenset())
    assert tuning.panel.tune.isEnabled()
    trainer.page.use_model(home)
    tuning.show_kept(24, frozenset())
    assert not tuning.panel.tune.isEnabled()
    assert "made by others" in tuning.panel.state.text()
    window.tabs.setCurrentWidget(window.trainer_page)
    trainer.page.show_page(trainer.page.teach)
    trainer.page.teach.text.setPlainText("мама мыла раму")
    assert not trainer.page.teach.teach.isEnabled()
    assert "made by others" in trainer.page.teach.state.text()
    trainer.page.use_model(shipped_checkpoint())
    trainer.page.teach.show_state()
    assert trainer.page.teach.teach.isEnabled()
    tuning.show_kept(24, frozenset())
    assert tuning.panel.tune.isEnabled()


def test_marks_of_the_model_stay_as_they_are(make_stage, qtbot, tmp_path):
    """Our punctuation would begin the sentence anew behind the model's own full stop."""
    write_gigaam_e2e(tmp_path / "e2e")
    home = list(add_model(tmp_path / "e2e", models_dir() / "e2e"))[-1]
    stage = make_stage()
    stage.session.punctuates = True
    stage.session.use_model(home)
    qtbot.waitUntil(lambda: len(stage.engines) == 2)
    stage.session.open_files([tmp_path / "a.wav"])
    stage.engine.read("Привет, мир.")
    qtbot.waitUntil(lambda: stage.text == "Привет, мир.")


# --- by name, from the hub ---


@pytest.fixture
def hub(gigaam, monkeypatch):
    with ModelHub(istupakov__gigaam_v3_onnx=gigaam) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


def fetch(trainer) -> None:
    trainer.answers = [public_model("gigaam-v3-ctc")]
    trainer.models.fetch.click()


def test_a_model_is_downloaded_after_a_press_and_stands_in_the_list(trainer, qtbot, hub):
    assert hub.asked == []
    trainer.answers = [None]
    trainer.models.fetch.click()
    assert not trainer.models.busy
    fetch(trainer)
    assert trainer.models.download.isVisible()
    assert not trainer.models.fetch.isEnabled()
    qtbot.waitUntil(lambda: not trainer.models.busy)
    assert trainer.told == ["The model GigaAM v3 CTC was checked and taken in."]
    assert "GigaAM v3 CTC" in trainer.names()
    assert not trainer.models.download.isVisible()
    trainer.choose("GigaAM v3 CTC")
    assert "istupakov/gigaam-v3-onnx, MIT" in trainer.models.note.text()


def test_a_download_is_cancelled_and_gone_on_with(trainer, qtbot, hub):
    hub.faults["v3_ctc.int8.onnx"] = [waits]
    fetch(trainer)
    qtbot.waitUntil(lambda: trainer.models.download.state.text().startswith("Downloading GigaAM v3 CTC"))
    part = models_dir() / ".downloading" / "gigaam-v3-ctc" / "v3_ctc.int8.onnx.part"
    qtbot.waitUntil(lambda: part.exists() and part.stat().st_size > 0)
    trainer.models.download.cancel.click()
    qtbot.waitUntil(lambda: not trainer.models.busy)
    assert trainer.told == []
    assert part.exists()
    fetch(trainer)
    qtbot.waitUntil(lambda: not trainer.models.busy)
    assert "GigaAM v3 CTC" in trainer.names()
    assert hub.ranges("v3_ctc.int8.onnx")[-1].startswith("bytes=")


def test_a_failed_download_is_said_and_can_be_tried_again(trainer, qtbot, hub):
    hub.faults["v3_ctc.int8.onnx"] = [sends(b"wrong")]
    fetch(trainer)
    qtbot.waitUntil(lambda: not trainer.models.busy)
    assert trainer.told == [
        "The file v3_ctc.int8.onnx did not arrive as the site has it. Try again: it is fetched anew."
    ]
    (again,) = [b for b in trainer.page.messages.findChildren(QPushButton) if b.text() == "Try again"]
    again.click()
    qtbot.waitUntil(lambda: "GigaAM v3 CTC" in trainer.names())


def test_closing_the_window_ends_a_download(trainer, qtbot, hub):
    hub.faults["v3_ctc.int8.onnx"] = [waits]
    fetch(trainer)
    qtbot.waitUntil(lambda: bool(hub.asked))
    with qtbot.waitSignal(trainer.session.closed):
        trainer.window.close()
    qtbot.waitUntil(lambda: trainer.page.has_closed)
    assert not trainer.models.busy


@pytest.mark.parametrize(("language", "licence"), [("en", "Russian, 225 MB, MIT."), ("ru", "русский, 225 МБ, MIT.")])
def test_the_dialog_says_size_languages_and_licence(qtbot, language, licence):
    i18n.install(language)
    dialog = PublicModelsDialog()
    qtbot.addWidget(dialog)
    told = [label.text().replace("\u00a0", " ") for label in dialog.findChildren(QLabel)]
    assert sum(text.endswith(licence) for text in told) == 2
    assert dialog.chosen.name == "gigaam-v3-ctc"
    dialog.choices[2][1].setChecked(True)
    assert dialog.chosen.name == "vosk-small"
    i18n.install("en")
