"""Nothing is told by colour alone: lines differ in shape, states have words, doubt and provisional text a form."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QTextCharFormat
from PySide6.QtWidgets import QLabel, QWidget

from engine.audio.sound_on_disk import Sound
from engine.errors import AudioUnreadable
from engine.events import Segment, Word
from engine.history.entry import Entry, Kind, State, error_to_json
from engine.transcript.document import Document
from gui.core import i18n
from gui.dictation.transcript_view import TranscriptView
from gui.editor.edited_text import EditedText
from gui.editor.waveform import Waveform
from gui.history.row import STATE_ICONS
from gui.history.words import spoken, state_words
from gui.training.loss_plot import LineSample, LossPlot
from gui.widgets.theme import DARK, LIGHT, theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def theme_afterwards(qapp):
    yield
    theme().prefer("system")


def seen(widget: QWidget) -> np.ndarray:
    """bool (height, width): where anything is drawn, whatever its colour is; the widget alone, on nothing."""
    image = QImage(widget.size(), QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    widget.render(image, renderFlags=QWidget.RenderFlag.DrawChildren)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return pixels[:, : image.width(), 3] > 127


# --- curves ---


@pytest.fixture(params=[LIGHT, DARK], ids=["light", "dark"])
def plot(qtbot, request) -> LossPlot:
    theme().use(request.param)
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(800, 600)
    plot.show()
    return plot


def form(line) -> tuple:
    """How a line looks without its colour."""
    pen = line.opts["pen"]
    return pen.style(), pen.widthF(), line.opts["symbol"]


def test_the_lines_of_a_plot_differ_by_more_than_colour(plot):
    for lines in (
        [plot.train, *(line for (kind, _of), line in plot.lines.items() if kind == "loss")],
        [line for (kind, _of), line in plot.lines.items() if kind != "loss"],
    ):
        forms = [form(line) for line in lines]
        assert len(set(forms)) == len(lines) >= 3, forms


def test_the_legend_shows_each_line_in_its_form_beside_its_name(plot, qtbot):
    qtbot.waitUntil(lambda: all(sample.isVisible() for sample in plot.findChildren(LineSample)))
    samples = [sample for _line, sample in plot.samples]
    of_rates = [sample for line, sample in plot.samples if line in plot.lines.values() and line in plot.rates.items]
    of_loss = [sample for sample in samples if sample not in of_rates]
    assert (len(of_loss), len(of_rates)) == (3, 4)
    for one, other in (*itertools.combinations(of_loss, 2), *itertools.combinations(of_rates, 2)):
        assert (seen(one) != seen(other)).sum() >= 4
    names = [line.name() for line, _sample in plot.samples]
    assert len(set(names)) == len(names)
    for name, sample in zip(names, samples, strict=True):
        (label,) = [label for label in plot.findChildren(QLabel) if label.text() == name]
        assert abs(label.geometry().center().y() - sample.geometry().center().y()) <= 3
        assert label.x() > sample.x()


# --- rows of lists ---


def entry(state: State) -> Entry:
    error = (
        error_to_json(AudioUnreadable(path=Path("a.wav"), reason="it is damaged")) if state is State.FAILED else None
    )
    return Entry(1, 0.0, Path("a.wav"), Kind.FILE, state, 1.0, None, error, "a", "", 0, 0, None, None, False)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_each_state_of_an_entry_has_words_and_an_icon_of_its_own(qapp, language):
    i18n.install(language)
    try:
        told = {state: state_words(entry(state)) for state in State if state is not State.DONE}
        assert all(told.values())
        assert len({*told.values()}) == len(told)
        assert set(STATE_ICONS) == set(told)
        assert len(set(STATE_ICONS.values())) == len(told)
        assert all(words in spoken(entry(state)) for state, words in told.items())
    finally:
        i18n.install("en")


def test_the_model_in_use_is_named_so(stage, qtbot):
    stage.window.tabs.setCurrentWidget(stage.window.trainer_page)
    qtbot.waitUntil(lambda: stage.window.trainer is not None)
    table = stage.window.trainer.models.table
    columns = [table.horizontalHeaderItem(column).text() for column in range(table.columnCount())]
    assert [table.item(row, columns.index("In use")).text() for row in range(table.rowCount())] == ["in use"]


# --- words ---

WORDS = (Word("добрый", 0.2, 0.6, 0.9), Word("пень", 1.0, 1.4, 0.2, ("день",)), Word("мир", 1.8, 2.2, 0.9))


def test_doubtful_words_have_a_wave_under_them(qtbot):
    text = EditedText()
    qtbot.addWidget(text)
    text.show_document(Document.of([Segment(0.0, 3.0, WORDS)], "a.wav", 3.0, "m"))
    marked = text.document().firstBlock().layout().formats()
    assert [(one.start, one.length) for one in marked] == [(len("добрый "), len("пень"))]
    assert marked[0].format.underlineStyle() == QTextCharFormat.UnderlineStyle.WaveUnderline


def test_doubtful_words_have_a_line_under_them_beside_the_waveform(qtbot):
    def drawn(*words: Word) -> np.ndarray:
        waveform = Waveform()
        qtbot.addWidget(waveform)
        waveform.resize(800, waveform.height())
        waveform.show_sound(Sound(np.zeros(48_000, np.int16), np.zeros((300, 2), np.int16)))
        waveform.show_words(words)
        grey = waveform.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        return np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), -1).astype(int)

    doubtful = drawn(*WORDS)
    sure = drawn(*(replace(word, confidence=0.9) for word in WORDS))
    rows, columns = np.nonzero(abs(doubtful - sure) > 40)
    assert len(columns) > 5, "a line is there that is not where the word is sure"
    assert rows.max() - rows.min() <= 4
    assert np.ptp(columns) > 15


def test_provisional_text_is_slanted(qtbot):
    view = TranscriptView()
    qtbot.addWidget(view)
    view.insertPlainText("готово")
    view.show_provisional("ещё не готово")
    (shown,) = view.document().lastBlock().layout().formats()
    assert (shown.start, shown.length) == (len("готово"), len(" ещё не готово"))
    assert shown.format.fontItalic()
