"""Words that are typed, spoken, learned, measured, and kept or thrown away, through the window."""

import pytest

from engine.errors import DiskFull
from engine.paths import data_dir, models_dir
from gui.tuning.job import Step
from tests.gui.pages import cut, settle
from tests.gui.trainer_stage import TrainerStage
from tests.helpers.models import write_random_checkpoint
from tests.helpers.programs import needs
from trainer.errors import SynthesiserMissing
from trainer.evaluation.metrics import ErrorRate
from trainer.tuning import lesson as taught
from trainer.tuning.events import BeforeAfter, save_result

LONG_MS = 400_000
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def trainer(make_stage) -> TrainerStage:
    stage = TrainerStage(make_stage)
    stage.page.show_page(stage.page.teach)
    return stage


def rate(wrong: int) -> ErrorRate:
    return ErrorRate(letter_errors=wrong, letters=100, word_errors=wrong, words=100, utterances=40)


def finished(before: int, after: int):
    """A lesson that has come to its end."""
    folder = data_dir() / "tuning" / "taught"
    write_random_checkpoint(folder / "tuned")
    texts = (("кот спит", "код спит", "кот спит"),)
    save_result(BeforeAfter(folder / "tuned", rate(before), rate(after), rate(30), rate(30), 0.5, texts), folder)
    return folder


def undo(trainer):
    buttons = trainer.page.messages.findChildren(type(trainer.models.use))
    (button,) = [button for button in buttons if button.text() == "Undo"]
    button.click()


def test_what_cannot_be_spoken_is_told_while_typing(trainer):
    teach = trainer.page.teach
    assert not teach.teach.isEnabled()
    teach.text.setPlainText("Кот спит.\nДом 5\n")
    assert teach.count.text() == "1 sentence. “Дом 5” cannot be taught: digits in the text (5)."
    assert teach.teach.isEnabled()


def test_what_was_typed_is_there_the_next_time(trainer, qtbot):
    teach = trainer.page.teach
    teach.text.setPlainText("Кот спит.")
    teach.save()
    teach.text.setPlainText("Кот не спит.")
    teach.save()
    qtbot.waitUntil(lambda: not teach.busy)
    assert teach.teaching.typed_before() == "Кот не спит."


def test_what_was_typed_just_before_the_end_is_kept(trainer, qtbot):
    trainer.page.teach.text.setPlainText("Кот спит.")
    with qtbot.waitSignal(trainer.page.closed):
        trainer.window.close()
    assert trainer.page.teach.teaching.typed_before() == "Кот спит."


def test_typed_text_that_cannot_be_saved_is_told(trainer, qtbot):
    trainer.page.teach.teaching.failed.emit(DiskFull(path="sentences.txt"), None)
    assert "The disk is full" in trainer.told[0]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_result_is_shown_and_kept(make_stage, qtbot, language):
    finished(40, 10)
    stage = TrainerStage(make_stage, language=language)
    stage.window.resize(800, 600)
    teach = stage.page.teach
    stage.page.show_page(teach)
    assert teach.pages.currentWidget() is teach.result
    settle()
    assert cut(stage.page) == []
    assert "10" in teach.result.own.text()
    assert "40" in teach.result.own.text()
    assert teach.result.table.item(0, 2).text() == "кот спит"
    teach.result.keep.click()
    qtbot.waitUntil(lambda: len(stage.told) == 1)
    qtbot.waitUntil(lambda: not teach.busy)
    assert stage.session.model.parent == models_dir()
    assert teach.pages.currentWidget() is teach.typing
    assert not (data_dir() / "tuning" / "taught").exists()


def test_the_result_is_thrown_away_and_brought_back(trainer, qtbot, make_stage):
    folder = finished(40, 40)
    teach = trainer.page.teach
    teach.teaching.look()
    assert "no better" in teach.result.own.text()
    teach.result.discard.click()
    qtbot.waitUntil(lambda: not teach.busy)
    assert not folder.exists()
    assert teach.pages.currentWidget() is teach.typing
    undo(trainer)
    qtbot.waitUntil(lambda: not teach.busy)
    assert folder.exists()
    assert teach.pages.currentWidget() is teach.result


def test_without_a_synthesiser_it_is_told_what_to_install(trainer, qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    teach = trainer.page.teach
    teach.text.setPlainText("Кот спит.")
    teach.teach.click()
    qtbot.waitUntil(lambda: not teach.busy, timeout=LONG_MS)
    assert len(trainer.told) == 1
    assert trainer.told[0] == str(SynthesiserMissing(program="espeak-ng"))


def test_a_lesson_through_the_real_synthesiser_and_training(trainer, shipped, qtbot, monkeypatch):
    """Heard a third as often as in a real lesson, which is enough for a sentence."""
    needs("espeak-ng")
    monkeypatch.setattr(taught, "_RECORDINGS", 40)
    monkeypatch.setattr(taught, "_HELD_RECORDINGS", 12)
    teach, steps = trainer.page.teach, []
    teach.teaching.job.step.connect(steps.append)
    teach.text.setPlainText("Гляциолог измеряет морену.")
    teach.teach.click()
    assert teach.stop.isVisible()
    qtbot.waitUntil(lambda: any(step.kind == "learning" for step in steps), timeout=LONG_MS)
    teach.stop.click()
    assert teach.state.text() == "Saving and stopping"
    qtbot.waitUntil(lambda: not teach.busy, timeout=LONG_MS)
    assert teach.pages.currentWidget() is teach.typing
    assert teach.state.text() == "The lesson was interrupted and saved. Teach goes on where it stopped."
    teach.teach.click()
    qtbot.waitUntil(lambda: not teach.busy, timeout=LONG_MS)
    assert trainer.told == []
    assert all(isinstance(step, Step) for step in steps)
    assert teach.pages.currentWidget() is teach.result
    assert teach.teaching.result.helped
    assert "These sentences are recognised better" in teach.result.own.text()
