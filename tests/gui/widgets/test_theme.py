"""Colours that can be read, in light and dark, and a theme that follows the system."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette

from gui.widgets.theme import DARK, LIGHT, theme
from tests.helpers.contrast import contrast

TEXT_ON_GROUND = [
    (text, ground)
    for ground in ("window", "page", "hover", "accent_ground")
    for text in ("text", "quiet_text", "accent")
] + [("provisional_text", "page"), ("provisional_text", "window")]


@pytest.fixture
def changing(qapp):
    """The theme, put back to what it was at the end."""
    yield theme()
    theme().follow_system()


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#123456", "#123456") == 1


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read(colours, text, ground):
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_button_and_the_selection_can_be_read(colours):
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.on_accent, colours.accent_hover) >= 4.5
    assert contrast(colours.accent, colours.window) >= 3
    assert contrast(colours.accent, colours.line) >= 3  # the lit part of the ring beside the unlit


def test_the_theme_follows_the_system(changing, qapp, monkeypatch):
    heard = []
    changing.changed.connect(lambda: heard.append(changing.colours))

    class Hints:
        scheme = Qt.ColorScheme.Dark

        def colorScheme(self):
            return self.scheme

    hints = Hints()
    monkeypatch.setattr(type(qapp), "styleHints", lambda _app: hints)
    changing.follow_system()
    hints.scheme = Qt.ColorScheme.Light
    changing.follow_system()
    changing.follow_system()  # nothing changed: no widget is laid out anew
    assert heard == [DARK, LIGHT]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_applications_palette_is_the_themes(changing, qapp, colours):
    changing.use(colours)
    palette = qapp.palette()
    assert palette.color(QPalette.ColorRole.Window) == QColor(colours.window)
    assert palette.color(QPalette.ColorRole.Text) == QColor(colours.text)
    assert colours.accent in qapp.styleSheet()
