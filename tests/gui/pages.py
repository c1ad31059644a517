"""Walks through every page of the window, whatever pages there are: for tests that must hold on all of them."""

from collections.abc import Iterator

from PySide6.QtCore import QEventLoop, QRect, QTimer
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QStackedWidget,
    QTabBar,
    QTextEdit,
    QWidget,
)

from gui.widgets.lazy_page import LatePage

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTabBar,
    QTextEdit,
)


_CALM_TURNS, _MOST_TURNS = 5, 500


def settle() -> None:
    """Turns the event loop until what is shown keeps its place: where the height goes by the width, a row asks its
    panel for another size, the panel its page, the page its scrolled area, each in a turn of its own."""
    before, calm = None, 0
    for _turn in range(_MOST_TURNS):
        loop = QEventLoop()
        QTimer.singleShot(0, loop.quit)
        loop.exec()
        now = _places()
        calm = calm + 1 if now == before else 0
        if calm == _CALM_TURNS:
            return
        before = now
    raise AssertionError("the layout does not come to rest")


def _places() -> list[QRect]:
    windows = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
    inside = [widget for window in windows for widget in window.findChildren(QWidget) if widget.isVisible()]
    return [widget.geometry() for widget in (*windows, *inside)]


def pages(window: QMainWindow, wait_until) -> Iterator[tuple[str, QWidget]]:
    """(name, page) of every tab and of every page within it, each while it is shown.

    wait_until(condition): lets the event loop run.
    """

    def settled() -> None:
        settle()
        wait_until(lambda: all(late.page for late in window.findChildren(LatePage) if late.isVisible()))
        settle()

    tabs = window.tabs
    for index in range(tabs.count()):
        tabs.setCurrentIndex(index)
        page, name = tabs.widget(index), tabs.tabText(index)
        wait_until(lambda page=page: has_come(page))
        settled()
        yield from _within(page, name)


def has_come(page: QWidget) -> bool:
    """Whether a page that is made late is there: until then it holds a single sentence."""
    return any(widget.isVisible() for widget in page.findChildren(QWidget) if isinstance(widget, CONTROLS))


def _within(page: QWidget, name: str) -> Iterator[tuple[str, QWidget]]:
    lists = page.findChildren(QListWidget, "sections")
    if lists:
        for row in range(lists[0].count()):
            lists[0].setCurrentRow(row)
            settle()
            yield f"{name}, {lists[0].item(row).text()}", page
        return
    stacks = [stack for stack in page.findChildren(QStackedWidget) if stack.isVisible() and stack.count() > 1]
    if not stacks:
        yield name, page
        return
    for index in range(stacks[0].count()):
        stacks[0].setCurrentIndex(index)
        settle()
        yield f"{name}, {index + 1}", page


def controls(root: QWidget) -> list[QWidget]:
    """What a person can see and use; not what Qt puts together its own widgets from."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if isinstance(widget, CONTROLS) and widget.isVisible() and not _is_part(widget)
    ]


def _is_part(widget: QWidget) -> bool:
    own = widget.objectName().startswith("qt_") and not isinstance(widget, QTabBar)
    inside = isinstance(widget.parent(), QComboBox | QAbstractSpinBox | QLineEdit | QAbstractItemView | QTabBar)
    in_view = type(widget).__name__ in (
        "QHeaderView",
        "QTableCornerButton",
        "QComboBoxListView",
        "QComboBoxPrivateContainer",
    )
    return own or inside or in_view or isinstance(widget, QScrollBar)


def cut(root: QWidget) -> list[str]:
    """Texts that have less room than they need, and widgets that reach beyond their parents."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QLabel | QAbstractButton) or _is_part(widget):
            continue
        text = widget.text()
        if widget.hasHeightForWidth():
            fits = widget.heightForWidth(widget.width()) <= widget.height()
        else:
            needed = widget.minimumSizeHint() if isinstance(widget, QLabel) else widget.sizeHint()
            fits = needed.width() <= widget.width() and needed.height() <= widget.height()
        parent = widget.parentWidget()
        if not fits or (parent is not None and not parent.rect().contains(widget.geometry())):
            found.append(text or repr(widget))
    return found


def beyond(root: QWidget) -> list[str]:
    """Controls that a page cuts off at its right edge: there is nothing that scrolls sideways."""
    right = root.width()
    return [
        widget.accessibleName() or repr(widget)
        for widget in controls(root)
        if widget.mapTo(root, widget.rect().topRight()).x() > right
    ]
