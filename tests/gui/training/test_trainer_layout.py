"""Whether everything of the Trainer's page can be read and reached, in both languages, in a small window."""

import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QProgressBar, QSpinBox, QTableWidget

from engine.config import ModelConfig
from gui.core import i18n
from gui.training.training_form import TrainingForm
from gui.training.training_settings import devices
from tests.gui.pages import cut, settle
from tests.gui.trainer_stage import TrainerStage
from trainer.devices import AUTO, PROCESSOR
from trainer.settings import described
from trainer.training.request import load_request, save_request


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_cut_and_everything_has_a_name(make_stage, qtbot, language):
    stage = TrainerStage(make_stage, language=language)
    stage.window.resize(800, 600)
    stage.download.more.toggle.click()
    stage.training.form.more.toggle.click()
    for panel in (stage.corpus, stage.training, stage.models):
        stage.page.show_page(panel)
        settle()
        assert cut(stage.page) == [], panel
    assert stage.window.width() == 800
    fields = QAbstractButton, QComboBox, QLineEdit, QProgressBar, QSpinBox, QTableWidget
    for panel in (stage.corpus, stage.training, stage.models):
        for kind in fields:
            for widget in panel.findChildren(kind):
                if not widget.objectName().startswith("qt_"):
                    assert widget.accessibleName() or isinstance(widget.parent(), QTableWidget), widget


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_train_button_stays_in_sight(make_stage, qtbot, language):
    stage = TrainerStage(make_stage, language=language)
    stage.window.resize(800, 600)
    stage.page.show_page(stage.training)
    stage.training.form.more.toggle.click()
    settle()
    button = stage.training.train
    area = stage.training.parentWidget().parentWidget()
    assert area.verticalScrollBar().maximum() > 0
    for place in (0, area.verticalScrollBar().maximum()):
        area.verticalScrollBar().setValue(place)
        assert button.visibleRegion().boundingRect() == button.rect()


def test_its_pages_are_reached_by_keys(make_stage, qtbot):
    stage = TrainerStage(make_stage)
    qtbot.waitUntil(lambda: stage.window.isActiveWindow() and stage.page.isVisible())
    for key, panel in ((Qt.Key.Key_2, stage.training), (Qt.Key.Key_4, stage.models), (Qt.Key.Key_1, stage.corpus)):
        qtbot.keyClick(stage.page, key, Qt.KeyboardModifier.AltModifier)
        assert panel.isVisible()


def test_the_page_is_made_when_its_tab_is_first_shown(stage, qtbot):
    assert stage.window.trainer is None
    stage.window.tabs.setCurrentWidget(stage.window.trainer_page)
    qtbot.waitUntil(lambda: stage.window.trainer is not None and stage.window.trainer.isVisible())


def test_what_is_not_imported_yet_is_imported_on_another_thread(stage, qtbot, monkeypatch):
    monkeypatch.delitem(sys.modules, "gui.training.page")
    stage.window.tabs.setCurrentWidget(stage.window.trainer_page)
    assert stage.window.trainer is None
    assert stage.window.trainer_page.hint.text() == "Getting the Trainer ready"
    qtbot.waitUntil(lambda: stage.window.trainer is not None)
    qtbot.waitUntil(lambda: stage.window.trainer.isVisible())


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_setting_has_a_field_and_tells_its_meaning(qtbot, language):
    i18n.install(language)
    form = TrainingForm()
    qtbot.addWidget(form)
    i18n.install("en")
    meanings = {name: meaning for name, _kind, _default, meaning in described()}
    assert set(form.settings.fields) | {"epochs"} == set(meanings)
    assert set(form.settings.shape) == set(ModelConfig().to_dict())
    for name, field in form.settings.fields.items():
        assert (field.accessibleName() == meanings[name]) == (language == "en"), name


def test_the_device_is_shown_and_kept_with_the_run(qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    form = TrainingForm()
    qtbot.addWidget(form)
    shown = form.settings.device
    assert (shown.currentText(), shown.isEnabled()) == ("the processor", False)
    assert form.request([tmp_path]).device == AUTO
    card = "Tesla T4"
    assert [said for said, _ in devices(card, with_cuda=False)] == ["the processor; Tesla T4 needs diktovka[gpu]"]
    choices = devices(card, with_cuda=True)
    assert choices == [("the graphics card Tesla T4", AUTO), ("the processor", PROCESSOR)]
    shown.fill(choices, PROCESSOR)
    request = replace(form.request([tmp_path]), out=tmp_path / "run")
    request.out.mkdir()
    save_request(request)
    assert load_request(request.out) == request
    assert request.device == PROCESSOR
