"""Wherever a failure is told, on whatever page, a button beside it opens the log."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from engine.errors import AudioUnreadable, DiskFull, LanguageModelMissing, MicrophoneBusy, NoLoudspeaker
from engine.history.entry import State
from engine.paths import own_words_file
from gui.core.errors import NoGlobalKeys
from gui.dictation import autosave as kept_text
from gui.session.jobs import Job
from gui.shell.desktop_dictation import Dictating
from gui.widgets.lazy_page import LatePage
from gui.widgets.log_window import LogWindow
from tests.gui.conftest import HEADSET, Stage
from tests.gui.history.test_history import FakePlayback, read
from tests.gui.history_stage import choose, show_history
from tests.gui.settings_stage import section, settings_page
from tests.helpers.fake_microphone import FakeMicrophone
from tests.helpers.voxforge_site import INDEX, VoxForgeSite, answers, small_archive
from trainer.own_voice.take_check import Verdict

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
MISSING = Path("/записи/нет такой.wav")


@dataclass
class Provoked:
    """What a person is looking at when something goes wrong."""

    stage: Stage
    qtbot: object
    folder: Path

    def wait(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()))

    def ask_folder(self, part: QWidget, folder: Path) -> None:
        """What the dialog of a section of the settings gives."""
        object.__setattr__(part.around, "ask_folder", lambda *_: folder)

    def made(self, late: LatePage) -> QWidget:
        self.stage.window.tabs.setCurrentWidget(late)
        self.wait(lambda: late.page is not None)
        return late.page


def a_recording_that_cannot_be_read(at: Provoked) -> QWidget:
    at.stage.session.open_files([MISSING])
    at.stage.engine.fail(AudioUnreadable(path=MISSING, reason="the format is not known or the beginning is damaged"))
    return at.stage.page


def a_language_model_that_is_gone(at: Provoked) -> QWidget:
    at.stage.engine.language_error = LanguageModelMissing(path=at.folder, file="model.json")
    at.stage.session.open_files([MISSING])
    at.stage.engine.read("раз")
    return at.stage.page


def a_text_that_cannot_be_kept(at: Provoked) -> QWidget:
    at.stage.program.kept_text.path = at.folder / "file" / "a.txt"
    (at.folder / "file").touch()
    at.stage.page.transcript.insertPlainText("раз")
    at.stage.program.kept_text.save()
    return at.stage.page


def a_text_that_could_not_be_inserted(at: Provoked) -> QWidget:
    Dictating.tell_not_inserted(at.stage.program.dictating, "раз", NoGlobalKeys())
    return at.stage.page


def keys_that_cannot_be_had(at: Provoked) -> QWidget:
    form = section(at.stage, "dictating")
    shortcut = at.stage.program.dictating.shortcut
    shortcut.problem = NoGlobalKeys()
    shortcut.settled.emit()
    at.wait(form.isVisible)
    return settings_page(at.stage)


def an_entry_that_was_not_read(at: Provoked) -> QWidget:
    at.stage.session.read([Job(MISSING, is_quiet=True)])
    at.stage.engine.fail(AudioUnreadable(path=MISSING, reason="the format is not known or the beginning is damaged"))
    page = show_history(at.stage, at.qtbot)
    at.wait(lambda: [entry.state for entry in map(page.model.entry, page.model.keys) if entry] == [State.FAILED])
    page.messages.close_all()
    choose(page, at.qtbot, 0)
    return page


def an_entry_that_cannot_be_heard(at: Provoked) -> QWidget:
    read(at.stage, at.qtbot, "раз")
    page = show_history(at.stage, at.qtbot)
    playback = page.player.play = FakePlayback()
    playback.failure = NoLoudspeaker()
    choose(page, at.qtbot, 0)
    page.actions.play.click()
    at.wait(lambda: not page.player.is_playing)
    return page


def a_correction_that_cannot_be_saved(at: Provoked) -> QWidget:
    read(at.stage, at.qtbot, "раз")
    page = show_history(at.stage, at.qtbot)
    choose(page, at.qtbot, 0)
    page.actions.open.click()
    at.wait(lambda: page.editing.editor is not None and page.editing.editor.document is not None)
    editor = page.editing.editor
    (at.folder / "file").touch()
    editor.ask_save_path = lambda *_: at.folder / "file" / "a.txt"
    editor.save_as()
    return editor


def a_take_that_cannot_be_judged(at: Provoked) -> QWidget:
    page = at.made(at.stage.window.voice)
    page.reader.judging.start(lambda: (_ for _ in ()).throw(DiskFull(path=at.folder)))
    at.wait(lambda: page.reader.verdict is Verdict.UNREADABLE)
    return page


def a_microphone_that_another_program_has(at: Provoked) -> QWidget:
    page = at.made(at.stage.window.voice)
    at.stage.microphone = FakeMicrophone(failure=MicrophoneBusy(device="Headset", reason="another program has it"))
    page.reader.record.click()
    return page


def recordings_of_which_none_can_be_used(at: Provoked) -> QWidget:
    page = at.made(at.stage.window.trainer_page)
    (at.folder / "transcripts.tsv").write_text("file\ttext\n", encoding="utf-8")
    page.corpus.use(at.folder)
    page.corpus.check.click()
    at.wait(lambda: not page.corpus.busy)
    return page


def archives_that_are_broken(at: Provoked) -> QWidget:
    page = at.made(at.stage.window.trainer_page)
    download = page.corpus.download
    with VoxForgeSite({"ira.tgz": small_archive("ira"), "oleg.tgz": b"no archive"}) as site:
        download.site.setText(site.url)
        for button in (download.look, download.start):
            button.click()
            at.wait(lambda: not download.work.running)
    assert "oleg.tgz" in download.state.text()
    return page


def a_site_that_refuses(at: Provoked) -> QWidget:
    page = at.made(at.stage.window.trainer_page)
    with VoxForgeSite({}) as site:
        site.fails(INDEX, answers(404))
        page.corpus.download.site.setText(site.url)
        page.corpus.download.look.click()
        at.wait(lambda: not page.corpus.download.work.running)
    return page


def no_microphone(at: Provoked) -> QWidget:
    at.stage.devices = []
    form = section(at.stage, "microphone")
    at.stage.page.messages.close_all()
    at.wait(lambda: not form.microphones.looking.running)
    return form


def a_microphone_that_cannot_be_tried(at: Provoked) -> QWidget:
    form = section(at.stage, "microphone")
    at.stage.microphone = FakeMicrophone(failure=MicrophoneBusy(device="Headset", reason="another program has it"))
    form.trial.button.click()
    return form


def a_folder_without_a_language_model(at: Provoked) -> QWidget:
    form = section(at.stage, "recognition")
    at.ask_folder(form, at.folder)
    form.other.click()
    return settings_page(at.stage)


def own_words_that_are_no_text(at: Provoked) -> QWidget:
    own_words_file().parent.mkdir(parents=True, exist_ok=True)
    own_words_file().write_bytes(b"\xff\xfe\x00")
    return section(at.stage, "own_words")


def words_to_import_that_are_not_there(at: Provoked) -> QWidget:
    form = section(at.stage, "own_words")
    form.ask_open = lambda *_: at.folder / "missing.txt"
    form.imports.click()
    return settings_page(at.stage)


def a_folder_that_is_none(at: Provoked) -> QWidget:
    form = section(at.stage, "folders")
    (at.folder / "file").touch()
    at.ask_folder(form, at.folder / "file")
    form.change.click()
    return settings_page(at.stage)


def settings_that_are_not_there(at: Provoked) -> QWidget:
    form = section(at.stage, "transfer")
    form.ask_open = lambda *_: at.folder / "missing.json"
    form.imports.click()
    return settings_page(at.stage)


def a_page_that_cannot_be_made(at: Provoked) -> QWidget:
    page = LatePage("gui.no_such_page", QWidget, "waiting")
    at.qtbot.addWidget(page)
    page.show()
    return page


FAILURES = (
    a_recording_that_cannot_be_read,
    a_language_model_that_is_gone,
    a_text_that_cannot_be_kept,
    a_text_that_could_not_be_inserted,
    keys_that_cannot_be_had,
    an_entry_that_was_not_read,
    an_entry_that_cannot_be_heard,
    a_correction_that_cannot_be_saved,
    a_take_that_cannot_be_judged,
    a_microphone_that_another_program_has,
    recordings_of_which_none_can_be_used,
    archives_that_are_broken,
    a_site_that_refuses,
    no_microphone,
    a_microphone_that_cannot_be_tried,
    a_folder_without_a_language_model,
    own_words_that_are_no_text,
    words_to_import_that_are_not_there,
    a_folder_that_is_none,
    settings_that_are_not_there,
    a_page_that_cannot_be_made,
)


def offered(root: QWidget) -> list[QPushButton]:
    return [button for button in root.findChildren(QPushButton) if button.text() == "Show log" and button.isVisible()]


@pytest.mark.parametrize("provoke", FAILURES, ids=lambda provoke: provoke.__name__)
def test_a_failure_offers_the_log(stage, qtbot, tmp_path, provoke):
    folder = tmp_path / "папка"
    folder.mkdir()
    root = provoke(Provoked(stage, qtbot, folder))
    qtbot.waitUntil(lambda: bool(offered(root)))
    (button, *_others) = offered(root)
    assert button.accessibleName() == "Show log"
    button.click()
    (window,) = [
        widget for widget in QApplication.topLevelWidgets() if isinstance(widget, LogWindow) and widget.isVisible()
    ]
    window.reject()
    assert offered(root), "the button stays: the log may be wanted twice"


def test_where_nothing_has_failed_no_log_is_offered(stage, qtbot):
    for name in ("microphone", "own_words", "recognition", "folders", "transfer", "dictating"):
        form = section(stage, name)
        qtbot.waitUntil(form.isVisible)
        assert offered(settings_page(stage)) == []
    assert offered(stage.page) == []
    assert offered(show_history(stage, qtbot)) == []


def test_a_text_that_could_not_be_kept_is_kept_at_the_next_change(stage, qtbot, tmp_path, monkeypatch):
    kept = stage.program.kept_text

    def full(path, text):
        raise DiskFull(path=path)

    write = kept_text._write
    monkeypatch.setattr(kept_text, "_write", full)
    stage.page.transcript.insertPlainText("раз")
    kept.save()
    qtbot.waitUntil(lambda: bool(stage.page.messages.texts) and not kept.saving.running)
    monkeypatch.setattr(kept_text, "_write", write)
    kept.save()
    qtbot.waitUntil(lambda: kept.path.exists())
    assert '"text": "раз"' in kept.path.read_text(encoding="utf-8")


def test_the_microphone_that_came_takes_the_log_away(stage, qtbot):
    stage.devices = []
    form = section(stage, "microphone")
    qtbot.waitUntil(form.show_log.isVisible)
    stage.devices = [HEADSET]
    form.microphones.look(rescan=True)
    qtbot.waitUntil(lambda: not form.show_log.isVisible())
    assert "plug in a microphone at any time" in form.note.text()
