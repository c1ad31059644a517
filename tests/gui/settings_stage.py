"""The Settings page in a window, opened at a section."""

from PySide6.QtWidgets import QWidget

from gui.settings.page import SettingsPage
from tests.gui.conftest import Stage


def settings_page(stage: Stage) -> SettingsPage:
    stage.window.tabs.setCurrentWidget(stage.window.settings_page)
    return stage.window.settings_page.page


def section(stage: Stage, name: str) -> QWidget:
    return settings_page(stage).show_section(name)


def choose(box, meant: object) -> None:
    """As if the person had taken the entry that stands for it."""
    box.choose(meant)
    assert box.currentData() == meant
    box.activated.emit(box.currentIndex())


def told(stage: Stage) -> list[str]:
    """What the Settings page says in its message bar."""
    return settings_page(stage).around.messages.texts
