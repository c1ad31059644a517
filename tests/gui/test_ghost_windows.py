"""Nothing flashes up as a window of its own while pages are made, filled and turned to."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from tests.gui.history.test_history import read
from tests.gui.history_stage import open_entry, show_history
from tests.gui.pages import pages

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Watch(QObject):
    """Everything that was shown as a window."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, shown: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(shown, QWidget) and shown.isWindow():
            self.seen.append(
                f"{type(shown).__name__} {shown.accessibleName() or getattr(shown, 'text', str)()}".strip()
            )
        return False


@pytest.fixture
def watch(qapp: QApplication) -> Iterator[Watch]:
    watch = Watch()
    qapp.installEventFilter(watch)
    yield watch
    qapp.removeEventFilter(watch)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_page_shows_another_window(make_stage, qtbot, watch, language):
    stage = make_stage(language=language)
    for _page in pages(stage.window, qtbot.waitUntil):
        pass
    read(stage, qtbot, "раз", "")
    history = show_history(stage, qtbot)
    open_entry(history, qtbot, 1)
    stage.page.clear()
    assert sorted(set(watch.seen)) == ["MainWindow"]
