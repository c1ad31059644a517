"""Settings, History: how long entries are kept and which folder is watched; both are kept and hold at once."""

import time
from pathlib import Path

import pytest

from engine.history.entry import Kind, Show, State
from engine.history.store import DAY_S
from gui.core.settings import Settings
from gui.widgets.log_window import LogWindow
from tests.gui.history_stage import entries, in_database, settle, states
from tests.gui.settings_stage import choose, section

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def form(stage, qtbot):
    form = section(stage, "history")
    qtbot.waitUntil(form.isVisible)
    return form


def add(stage, qtbot, **days_old: float) -> None:
    """Entries that are read, by name and age."""
    now = time.time()

    def write(history) -> None:
        for name, days in days_old.items():
            history.add(Path(f"/записи/{name}.wav"), Kind.FILE, State.DONE, created=now - days * DAY_S)

    stage.program.history.store.write(write)
    settle(stage, qtbot)


def names(stage, qtbot, show: Show = Show.ALL) -> set[str]:
    return {entry.source.stem for entry in entries(stage, qtbot, show)}


# --- keep for N days ---


def test_old_entries_go_as_soon_as_a_time_is_chosen(form, stage, qtbot):
    add(stage, qtbot, today=0, week=8, month=29, year=400)
    choose(form.keep, 30)
    settle(stage, qtbot)
    assert names(stage, qtbot) == {"today", "week", "month"}
    assert names(stage, qtbot, Show.BIN) == {"year"}
    choose(form.keep, 7)
    settle(stage, qtbot)
    assert names(stage, qtbot) == {"today"}
    assert names(stage, qtbot, Show.BIN) == {"week", "month", "year"}
    assert Settings().keep_days == 7


def test_for_ever_is_the_default_and_keeps_all(form, stage, qtbot):
    assert (form.keep.currentText(), form.keep.currentData()) == ("For ever", 0)
    add(stage, qtbot, old=4000)
    choose(form.keep, 365)
    settle(stage, qtbot)
    assert names(stage, qtbot) == set()
    stage.program.history.store.write(lambda history: history.restore(history.keys(show=Show.BIN)))
    choose(form.keep, 0)
    settle(stage, qtbot)
    assert names(stage, qtbot) == {"old"}
    assert Settings().keep_days == 0


def test_what_has_aged_meanwhile_goes_at_the_next_start(form, stage, make_stage, qtbot):
    choose(form.keep, 7)
    add(stage, qtbot, new=1, aged=9)
    assert names(stage, qtbot) == {"new", "aged"}
    with qtbot.waitSignal(stage.session.closed):
        stage.window.close()
    qtbot.waitUntil(lambda: stage.program.history.has_closed)
    again = make_stage()
    qtbot.waitUntil(lambda: names(again, qtbot) == {"new"})
    assert section(again, "history").keep.currentText() == "For 7 days"
    assert {entry.source.stem for entry in in_database()} == {"new"}


def test_what_ages_while_the_program_runs_goes_too(form, stage, qtbot):
    choose(form.keep, 7)
    add(stage, qtbot, new=1, aged=9)
    again = stage.program.history._expire_again
    assert again.isActive()
    assert again.interval() <= DAY_S * 1000
    again.timeout.emit()
    settle(stage, qtbot)
    assert names(stage, qtbot) == {"new"}
    assert names(stage, qtbot, Show.BIN) == {"aged"}


def test_a_number_of_days_from_elsewhere_is_shown(form, stage):
    stage.program.settings.keep_days = 45
    assert form.keep.currentText() == "For 45 days"
    assert sorted(form.keep.itemData(i) for i in range(form.keep.count())) == [0, 7, 30, 45, 90, 365]


def test_what_waits_or_is_being_read_does_not_go(form, stage, qtbot):
    stage.session.open_files([Path("/записи/читается.wav")])
    stage.engine.begin(1000)
    settle(stage, qtbot)
    key = entries(stage, qtbot)[0].key
    stage.program.history.store.write(lambda history: history._update([key], "created = ?", [1.0]))
    choose(form.keep, 7)
    settle(stage, qtbot)
    assert names(stage, qtbot) == {"читается"}


# --- the watched folder ---


@pytest.fixture
def inbox(tmp_path) -> Path:
    folder = tmp_path / "Входящие записи"
    folder.mkdir()
    (folder / "была.wav").write_bytes(b"here before")
    return folder


def watch(form, stage, qtbot, folder: Path | None) -> None:
    """Chosen by the button, as if the dialog had given it."""
    object.__setattr__(form.around, "ask_folder", lambda *_: folder)
    stage.program.watch.settle.setInterval(20)
    form.choose.click()
    settle(stage, qtbot)


def test_a_file_dropped_into_the_chosen_folder_is_read(form, stage, qtbot, inbox):
    assert form.watched.text() == "None"
    assert not form.forget.isEnabled()
    watch(form, stage, qtbot, inbox)
    assert form.watched.text() == str(inbox)
    assert Settings().watch_folder == str(inbox)
    with qtbot.waitSignal(stage.program.watch.read):
        (inbox / "новая.wav").write_bytes(b"sound")
        stage.program.watch.look()  # the file system may be slow to say so
    stage.engine.read("прочитано")
    qtbot.waitUntil(lambda: not stage.session.jobs)
    assert states(stage, qtbot) == [("новая.wav", "done", "прочитано")]


def test_a_folder_that_is_watched_no_more(form, stage, qtbot, inbox):
    watch(form, stage, qtbot, inbox)
    form.forget.click()
    assert (form.watched.text(), Settings().watch_folder) == ("None", "")
    assert not form.forget.isEnabled()
    (inbox / "новая.wav").write_bytes(b"sound")
    stage.program.watch.look()
    settle(stage, qtbot)
    assert entries(stage, qtbot) == []


def test_a_dialog_that_is_cancelled_changes_nothing(form, stage, qtbot, inbox):
    watch(form, stage, qtbot, inbox)
    watch(form, stage, qtbot, None)
    assert Settings().watch_folder == str(inbox)


def test_a_folder_that_is_gone_is_told_with_the_log(form, stage, qtbot, inbox):
    watch(form, stage, qtbot, inbox)
    (inbox / "была.wav").unlink()
    inbox.rmdir()
    stage.program.watch.look()
    qtbot.waitUntil(lambda: any(str(inbox) in text for text in stage.page.messages.texts))
    stage.window.tabs.setCurrentWidget(stage.page)
    stage.press("Show log")
    (log,) = stage.page.messages.findChildren(LogWindow)
    log.reject()


def test_the_choice_holds_at_the_next_start(form, stage, make_stage, qtbot, inbox):
    watch(form, stage, qtbot, inbox)
    with qtbot.waitSignal(stage.session.closed):
        stage.window.close()
    qtbot.waitUntil(lambda: stage.program.history.has_closed)
    (inbox / "новая.wav").write_bytes(b"came meanwhile")
    again = make_stage()
    again.program.watch.settle.setInterval(20)
    assert section(again, "history").watched.text() == str(inbox)
    qtbot.waitUntil(lambda: bool(again.session.jobs))
    again.engine.read("прочитано")
    qtbot.waitUntil(lambda: not again.session.jobs)
    assert states(again, qtbot) == [("новая.wav", "done", "прочитано")]
