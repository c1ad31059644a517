"""The History page in the window of a Stage, and what stands in its database."""

from contextlib import closing
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from engine.history.entry import Entry, Show
from engine.history.store import History
from engine.paths import data_dir

FILES = [Path("/записи/первая.wav"), Path("/записи/вторая.mp3"), Path("/записи/третья.ogg")]


def show_history(stage, qtbot):
    """The page, once it is made and lists what there is."""
    place = stage.window.history_page
    stage.window.tabs.setCurrentWidget(place)
    qtbot.waitUntil(lambda: place.page is not None)
    page = place.page
    settle(stage, qtbot)
    with qtbot.waitSignal(page.model.listed):
        page.model.refresh()
    return page


def settle(stage, qtbot) -> None:
    """Until all that was asked of the history has been done."""
    answers = []
    stage.program.history.store.ask(lambda history: None, answers.append)
    qtbot.waitUntil(lambda: bool(answers))


def entries(stage, qtbot, show: Show = Show.ALL) -> list[Entry]:
    """What the history says now, the newest first."""
    answers = []
    stage.program.history.store.ask(lambda history: history.entries(history.keys(show=show)), answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    return answers[0]


def states(stage, qtbot) -> list[tuple[str, str, str]]:
    """(file name, state, text) of each entry, the oldest first."""
    return [(entry.source.name, str(entry.state), entry.text) for entry in reversed(entries(stage, qtbot))]


def listed(page, qtbot) -> list[str]:
    """The texts of the entries in the list, once all are fetched."""
    qtbot.waitUntil(lambda: all(page.model.index(row).data() for row in range(page.model.rowCount())))
    return [page.model.entry(key).text for key in page.model.keys]


def choose(page, qtbot, *rows: int) -> None:
    """Marks entries, and waits until they have been fetched."""
    page.view.clearSelection()
    for row in rows:
        selection = page.view.selectionModel()
        selection.setCurrentIndex(page.model.index(row), selection.SelectionFlag.Select)
    qtbot.waitUntil(lambda: len(page.chosen) == len(rows))
    page.actions.show_state()


def open_entry(page, qtbot, row: int):
    """The editor of an entry, once its text is there."""
    choose(page, qtbot, row)
    page.actions.open.click()
    qtbot.waitUntil(lambda: page.editing.editor is not None and page.editing.editor.document is not None)
    return page.editing.editor


def rename(page, title: str) -> None:
    """Types another name into the row of the marked entry, whose editor is open."""
    *_closed, editor = [one for one in page.view.viewport().findChildren(QLineEdit) if one.isVisible()]
    editor.selectAll()
    editor.insert(title)  # as typed: what is set is no change of the person
    QTest.keyClick(editor, Qt.Key.Key_Return)


def in_database() -> list[Entry]:
    """Read from the file itself, by somebody else."""
    with closing(History(data_dir() / "history.sqlite")) as history:
        return history.entries(history.keys())
