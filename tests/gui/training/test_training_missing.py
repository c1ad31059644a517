"""The program installed for recognition alone: what to install stands where somebody would train."""

import shlex
import subprocess
import sys

import pytest
from PySide6.QtGui import QGuiApplication

from gui.tuning.panel import TuningPanel
from tests.gui.trainer_stage import TrainerStage
from trainer.network.installed import install_command

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="commands are quoted as POSIX shells read them"),
    pytest.mark.qt_log_ignore("This plugin does not support"),
]


@pytest.fixture
def without_training(monkeypatch):
    """As where `pip install diktovka` was all: TensorFlow is not found."""
    monkeypatch.setitem(sys.modules, "tensorflow", None)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Training needs TensorFlow"), ("ru", "Для обучения нужен TensorFlow")]
)
def test_the_trainer_says_what_to_install(without_training, make_stage, language, words):
    trainer = TrainerStage(make_stage, language=language)
    trainer.page.show_page(trainer.training)
    missing = trainer.training.missing
    assert missing.isVisibleTo(trainer.training)
    assert missing.sentence.text().startswith(words)
    assert install_command() in missing.sentence.text()
    assert not trainer.training.train.isEnabled()
    trainer.training.begin()
    assert not trainer.training.busy
    missing.copy.click()
    assert QGuiApplication.clipboard().text() == install_command()
    teach = trainer.page.teach
    teach.text.setPlainText("Гляциолог измеряет морену.")
    assert not teach.teach.isEnabled()
    assert teach.missing.sentence.text() == missing.sentence.text()


def test_my_voice_says_it_too(without_training, qtbot):
    panel = TuningPanel()
    qtbot.addWidget(panel)
    panel.show_idle(40, was_left=False)
    panel.show()
    assert panel.missing.isVisible()
    assert not panel.tune.isEnabled()


def test_a_bundle_names_no_command(without_training, qtbot, monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    panel = TuningPanel()
    qtbot.addWidget(panel)
    panel.show()
    assert panel.missing.sentence.text().startswith("This copy of Diktovka is for recognition alone.")
    assert not panel.missing.copy.isVisible()


def test_where_it_is_installed_nothing_is_said(qtbot):
    panel = TuningPanel()
    qtbot.addWidget(panel)
    panel.show_idle(40, was_left=False)
    panel.show()
    assert not panel.missing.isVisible()
    assert panel.tune.isEnabled()


def test_the_command_is_one_that_this_python_understands():
    python, *arguments = shlex.split(install_command())
    assert arguments[-2:] == ["install", "diktovka[train]"]
    done = subprocess.run([python, *arguments[:2], "--version"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "verb", [["train", "CORPUS", "-o", "OUT"], ["tune", "FOLDER", "-o", "OUT"]], ids=["train", "tune"]
)
def test_the_verbs_say_it_in_one_sentence(tmp_path, verb):
    code = "import sys; sys.modules['tensorflow'] = None; import main; sys.exit(main.main(sys.argv[1:]))"
    arguments = [str(tmp_path / one) if one.isupper() else one for one in verb]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("diktovka: Training needs TensorFlow, which is not installed.")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
