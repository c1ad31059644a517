"""The record button, messages and settings, each by itself."""

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from gui.core.settings import Settings
from gui.widgets.form import row_of
from gui.widgets.record_button import RecordButton, loudness


# --- the record button ---
@pytest.fixture
def button(qtbot):
    window = QWidget()  # the button is never a window itself, and the style gives every button a least height
    qtbot.addWidget(window)
    button = RecordButton(window)
    window.show()
    yield button
    window.close()


def test_the_ring_is_even_in_decibels():
    assert loudness(0) == 0
    assert loudness(1) == 1
    assert loudness(10 ** (-27 / 20)) == pytest.approx(0.5)
    assert loudness(0.0001) == 0


def test_the_ring_shows_the_level_and_falls_back(button, qtbot):
    button.set_recording(True)
    button.show_level(0.9, 10 ** (-27 / 20))
    assert button.level == pytest.approx(0.5)
    button.show_level(0.1, 0.001)
    assert button.level == pytest.approx(0.5)  # it falls by itself, not at the first quiet block
    qtbot.waitUntil(lambda: button.level == 0)


def test_the_ring_is_dark_while_nothing_is_recorded(button):
    button.show_level(1, 1)
    assert button.level == 0
    button.set_recording(True)
    button.show_level(1, 1)
    button.set_recording(False)
    assert button.level == 0


def test_the_level_is_seen(button):
    button.set_recording(True)
    quiet = button.grab().toImage()
    button.show_level(1, 1)
    assert button.grab().toImage() != quiet


def test_the_ring_is_red_while_it_is_too_loud(button):
    button.set_recording(True)
    button.show_level(1, 1)
    good = button.grab().toImage()
    button.show_overdriven(True)
    assert button.grab().toImage() != good
    button.set_recording(False)
    assert not button.is_overdriven


def test_the_button_is_round(button, qtbot):
    pressed = []
    button.clicked.connect(lambda: pressed.append(True))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert pressed == []
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == [True]


def test_the_button_says_what_it_will_do(button):
    assert button.accessibleName() == "Record"
    button.set_recording(True)
    assert button.accessibleName() == "Stop"
    assert "Ctrl+R" in button.toolTip()


# --- a row ---
def test_a_row_goes_on_below_where_there_is_no_room(qtbot):
    first, second = QPushButton("раз"), QPushButton("два")
    row = row_of(first, None, second)
    qtbot.addWidget(row)
    row.resize(row.sizeHint().width() + 100, row.sizeHint().height())
    row.show()
    assert second.y() == first.y()
    assert second.geometry().right() == row.rect().right()
    row.resize(row.minimumSizeHint().width(), row.heightForWidth(row.minimumSizeHint().width()))
    assert second.y() > first.geometry().bottom()
    assert row.rect().contains(second.geometry())


def test_a_row_forgets_what_is_gone(qtbot):
    gone, taken, left = QPushButton("раз"), QPushButton("два"), QPushButton("три")
    row = row_of(gone, taken, left)
    qtbot.addWidget(row)
    row.show()
    gone.deleteLater()
    taken.setParent(None)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert row.sizeHint() == left.sizeHint().expandedTo(left.minimumSizeHint())
    row.resize(500, row.heightForWidth(500))
    assert left.x() == 0


# --- settings ---
def test_settings_are_kept(tmp_path):
    settings = Settings(tmp_path)
    assert (settings.microphone, settings.folder, settings.geometry) == (None, Path.home(), QByteArray())
    settings.microphone, settings.folder = "Микрофон, USB", tmp_path
    settings.geometry = QByteArray(b"\x01\x02")
    settings.save()
    again = Settings(tmp_path)
    assert (again.microphone, again.folder, again.geometry) == (
        "Микрофон, USB",
        tmp_path,
        QByteArray(b"\x01\x02"),
    )


def test_settings_that_cannot_be_read_are_the_defaults(tmp_path):
    (tmp_path / "window.ini").write_bytes(b"\x00\xff[General\ngeometry=nonsense\nfolder=/no/such/place")
    settings = Settings(tmp_path)
    assert (settings.folder, settings.geometry) == (Path.home(), QByteArray())
