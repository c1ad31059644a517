"""The editor with a loudspeaker of the test's own: text, sound and words go together, and what is written is kept."""

import json
import threading

import docx
import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent, QGuiApplication, QTextCursor
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QMenu, QPushButton, QTextEdit

from engine.decode.own_words import write_own_words
from engine.dictation.apply_commands import Dictation
from engine.dictation.spoken_commands import Spoken
from engine.errors import NoLoudspeaker, NotWritable
from engine.events import Segment, Word
from engine.paths import my_voice_dir
from engine.transcript.document import Document
from gui.core import i18n
from gui.core.settings import Settings
from gui.editor.editor import Editor
from gui.editor.waveform import MOST_PX_PER_S
from gui.widgets.theme import DARK, LIGHT, theme
from tests.gui.pages import cut, settle
from tests.helpers.fake_loudspeaker import FakeLoudspeaker
from tests.helpers.sounds import tone
from trainer.corpus.transcripts import read_transcripts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
WORDS = [
    Word("добрый", 1.0, 1.4, 0.9),
    Word("пень", 1.5, 1.9, 0.3, ("день", "лень", "на день")),
    Word("мир", 4.0, 4.5, 0.4),
    Word("пока", 8.0, 8.5, 0.9),
]
SAID = Document.of(
    [Segment(0.9, 2.0, tuple(WORDS[:2])), Segment(3.9, 4.6, (WORDS[2],)), Segment(7.9, 8.6, (WORDS[3],))],
    "голос.wav",
    10.0,
    "checkpoint1",
)
TEXT = "добрый пень\nмир\nпока"


class Desk:
    """An open editor, its loudspeaker, and what it told."""

    def __init__(self, qtbot, tmp_path, language="en", loudspeaker=None):
        i18n.install(language)
        self.qtbot, self.loudspeaker = qtbot, loudspeaker or FakeLoudspeaker()
        self.path = tmp_path / "голос.wav"
        if not self.path.exists():
            soundfile.write(self.path, np.linspace(-1, 1, 160_000) * tone(10.0, level=0.9), 16_000)
        self.told: list[Document] = []
        self.save_path = None
        self.asked: list[str] = []
        self.editor = Editor(Settings())
        self.editor.player.open_output, self.editor.ask_save_path = self.loudspeaker.open, self._ask
        self.editor.changed.connect(self.told.append)
        self.editor.resize(800, 600)
        qtbot.addWidget(self.editor)
        self.editor.show()
        qtbot.waitExposed(self.editor)

    def _ask(self, _parent, _folder, name):
        self.asked.append(name)
        return self.save_path

    def open(self, document=SAID):
        with self.qtbot.waitSignal(self.editor.player.loaded):
            self.editor.open(document, self.path)
        return self

    @property
    def text(self):
        return self.editor.text.toPlainText()

    def caret(self, letters, end=True):
        """Puts the caret behind (or before) some letters of the text."""
        cursor = self.editor.text.textCursor()
        cursor.setPosition(self.text.index(letters) + (len(letters) if end else 0))
        self.editor.text.setTextCursor(cursor)

    def type(self, letters):
        with self.qtbot.waitSignal(self.editor.changed):
            self.write(letters)

    def write(self, letters):
        """Types; QTest's keys are no Russian letters."""
        self.editor.text.insertPlainText(letters)

    def click(self, word, modifiers=Qt.KeyboardModifier.NoModifier):
        cursor = QTextCursor(self.editor.text.document())
        cursor.setPosition(self.text.index(word) + 1)
        place = self.editor.text.cursorRect(cursor).center()
        self.qtbot.mouseClick(self.editor.text.viewport(), Qt.MouseButton.LeftButton, modifiers, place)

    @property
    def marked(self):
        return [mark.cursor.selectedText() for mark in self.editor.text.extraSelections()]

    def underlined(self):
        """The words that a wave is drawn under."""
        found, block = [], self.editor.text.document().firstBlock()
        while block.isValid():
            found += [block.text()[one.start : one.start + one.length] for one in block.layout().formats()]
            block = block.next()
        return found

    def play_until(self, position_s):
        assert self.loudspeaker.opened.wait(10)
        self.loudspeaker.play(position_s - self.editor.player.position_s)
        self.qtbot.waitUntil(lambda: abs(self.editor.waveform.position_s - position_s) < 0.1)


@pytest.fixture
def make_desk(qtbot, tmp_path):
    desks = []

    def make(**options) -> Desk:
        desks.append(Desk(qtbot, tmp_path, **options))
        return desks[-1]

    yield make
    for desk in desks:
        desk.editor.close_work()
    qtbot.waitUntil(lambda: not [t for t in threading.enumerate() if t.name.startswith("worker")])
    i18n.install("en")


@pytest.fixture
def desk(make_desk):
    return make_desk().open()


# --- text ---


def test_it_shows_what_was_said_and_underlines_what_is_doubtful(desk):
    assert desk.text == TEXT
    assert desk.underlined() == ["пень", "мир"]
    assert desk.editor.bar.doubtful.text() == "2 doubtful words"
    assert not desk.editor.text.document().isUndoAvailable()
    assert desk.told == []


def test_an_edit_is_told_and_the_words_keep_their_times(desk):
    desk.caret("пень")
    desk.type("!")

    (told,) = desk.told
    assert told.text == "добрый пень!\nмир\nпока"
    assert told.words[1] == Word("пень!", 1.5, 1.9, 1.0)
    assert told.words[2:] == SAID.words[2:]
    desk.qtbot.waitUntil(lambda: desk.underlined() == ["мир"])
    assert desk.editor.bar.doubtful.text() == "1 doubtful word"


def test_what_was_typed_last_is_told_when_another_is_opened(desk):
    desk.caret("пока")
    desk.write(" все")
    assert desk.told == []

    desk.open(Document.of([], "other.wav", 10.0))

    assert [document.text for document in desk.told] == [f"{TEXT} все"]
    assert desk.text == ""


def test_what_was_typed_last_is_told_on_the_way_back(desk):
    desk.write("а ")
    with desk.qtbot.waitSignals([desk.editor.changed, desk.editor.back], order="strict"):
        desk.editor.bar.back.click()

    assert desk.told[0].text == f"а {TEXT}"


def test_what_is_typed_without_a_pause_is_told_meanwhile(desk):
    desk.editor._keep.setInterval(100_000)
    desk.editor._keep_meanwhile.setInterval(20)
    with desk.qtbot.waitSignal(desk.editor.changed):
        desk.write("а")
    assert desk.told[0].text == f"а{TEXT}"
    assert not desk.editor._keep.isActive()


def test_undo_and_redo(desk):
    desk.caret("пень")
    desk.type("ёк")
    desk.editor.bar.undo.click()
    desk.qtbot.waitUntil(lambda: len(desk.told) == 2)
    assert desk.told[-1] == SAID
    desk.qtbot.waitUntil(lambda: desk.underlined() == ["пень", "мир"])

    desk.editor.bar.redo.click()
    desk.qtbot.waitUntil(lambda: len(desk.told) == 3)
    assert desk.text == "добрый пеньёк\nмир\nпока"
    assert not desk.editor.bar.redo.isEnabled()


# --- doubtful words ---


def menu(desk):
    return next((one for one in desk.editor.text.findChildren(QMenu) if one.isVisible()), None)


def test_the_next_doubtful_word_by_key_with_its_alternatives(desk):
    desk.caret("добрый", end=False)
    desk.qtbot.keyClick(desk.editor.text, Qt.Key.Key_F7)
    assert desk.editor.text.textCursor().selectedText() == "пень"
    assert desk.editor.waveform.position_s == 1.5  # Play begins there, and it is in view
    offered = menu(desk)
    assert [action.text() for action in offered.actions() if not action.isSeparator()] == [
        "день",
        "лень",
        "на день",
        "“пень” is right",
        "Play from here",
    ]

    desk.qtbot.keyClick(offered, Qt.Key.Key_Return)

    assert desk.text == TEXT.replace("пень", "день")
    desk.qtbot.waitUntil(lambda: bool(desk.told))
    assert desk.told[0].words[1] == Word("день", 1.5, 1.9, 1.0)
    desk.editor.text.undo()
    assert desk.text == TEXT


def test_f7_goes_on_to_the_next_one(desk):
    desk.caret("добрый", end=False)
    desk.editor.next_doubtful()
    menu(desk).close()
    desk.editor.next_doubtful()
    assert desk.editor.text.textCursor().selectedText() == "мир"
    assert menu(desk).actions()[0].text() == "No other reading was found"
    menu(desk).close()
    desk.editor.next_doubtful()
    assert desk.editor.text.textCursor().selectedText() == "пень"
    menu(desk).close()


def test_a_doubtful_word_may_be_right(desk):
    desk.caret("пень")
    desk.qtbot.keyClick(desk.editor.text, Qt.Key.Key_Space, CTRL)
    (right,) = [action for action in menu(desk).actions() if action.text() == "“пень” is right"]
    right.trigger()
    menu(desk).close()

    assert desk.told[0].words[1].confidence == 1.0
    assert desk.text == TEXT
    desk.qtbot.waitUntil(lambda: desk.underlined() == ["мир"])


def test_the_menu_of_a_word_under_the_mouse(desk):
    cursor = QTextCursor(desk.editor.text.document())
    cursor.setPosition(TEXT.index("пень") + 1)
    place = desk.editor.text.cursorRect(cursor).center()
    pressed = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, desk.editor.text.viewport().mapToGlobal(place))
    QApplication.sendEvent(desk.editor.text.viewport(), pressed)

    offered = menu(desk)
    words = [action.text() for action in offered.actions()]
    assert words[:3] == ["день", "лень", "на день"]
    assert "edit-paste" in [action.objectName() for action in offered.actions()], "whatever its language"
    offered.actions()[1].trigger()
    offered.close()
    assert desk.text == TEXT.replace("пень", "лень")


def test_no_word_is_doubtful(desk):
    desk.open(SAID.edited("всё ясно"))
    assert desk.editor.bar.doubtful.isHidden()
    desk.editor.next_doubtful()
    assert desk.editor.note.text() == "No word is doubtful"
    assert menu(desk) is None


# --- sound ---


def test_the_word_that_is_heard_is_marked(desk):
    desk.qtbot.keyClick(desk.editor.text, Qt.Key.Key_P, CTRL)
    desk.play_until(1.2)
    desk.qtbot.waitUntil(lambda: desk.marked == ["добрый"])
    desk.play_until(1.7)
    desk.qtbot.waitUntil(lambda: desk.marked == ["пень"])
    desk.play_until(3.0)
    desk.qtbot.waitUntil(lambda: desk.marked == [])
    assert desk.editor.controls.play.accessibleName() == "Pause"

    desk.qtbot.keyClick(desk.editor.text, Qt.Key.Key_P, CTRL)
    desk.qtbot.waitUntil(lambda: desk.loudspeaker.n_open == 0)
    assert desk.editor.controls.play.accessibleName() == "Play"


def test_a_click_with_ctrl_plays_from_that_word(desk):
    desk.click("мир", CTRL)
    desk.play_until(4.2)
    desk.qtbot.waitUntil(lambda: desk.marked == ["мир"])
    assert desk.editor.controls.time.text() == "0:04 / 0:10"


def test_a_click_plays_from_there_while_it_plays_and_else_only_tells_where(desk):
    desk.click("пень")
    assert not desk.editor.player.is_playing
    assert desk.editor.waveform.position_s == 1.5
    desk.editor.player.play()
    desk.play_until(1.7)
    desk.click("пока")
    desk.play_until(8.2)
    desk.qtbot.waitUntil(lambda: desk.marked == ["пока"])


def test_an_edited_word_is_marked_too(desk):
    desk.caret("пень")
    desk.type("ёк")
    desk.qtbot.waitUntil(lambda: [word.text for word in desk.editor.text.places.words][1] == "пеньёк")
    desk.click("пеньёк", CTRL)
    desk.play_until(1.7)
    desk.qtbot.waitUntil(lambda: desk.marked == ["пеньёк"])


def test_it_stops_at_the_end_and_starts_anew(desk):
    desk.editor.player.play_from(9.8)
    assert desk.loudspeaker.opened.wait(10)
    desk.loudspeaker.play(1.0)
    desk.qtbot.waitUntil(lambda: not desk.editor.player.is_playing and desk.loudspeaker.n_open == 0)
    desk.editor.player.toggle()
    assert desk.editor.player.position_s == 0.0


def test_sentence_by_sentence(desk):
    editor = desk.editor
    for expected in (0.9, 3.9, 7.9, 7.9):
        desk.qtbot.keyClick(editor.text, Qt.Key.Key_Down, ALT)
        assert editor.player.position_s == expected
    for expected in (3.9, 0.9, 0.0):
        desk.qtbot.keyClick(editor.text, Qt.Key.Key_Up, ALT)
        assert editor.player.position_s == expected


def test_the_speed_goes_from_half_to_double(desk):
    speeds = desk.editor.controls.speed
    for _ in range(5):
        desk.qtbot.keyClick(desk.editor.text, Qt.Key.Key_Period, ALT)
    assert speeds.currentText() == "2×"
    desk.editor.player.play()
    assert desk.loudspeaker.opened.wait(10)
    desk.loudspeaker.play(1.0)
    assert desk.editor.player.position_s == pytest.approx(2.0, abs=0.1)
    for _ in range(7):
        desk.qtbot.keyClick(desk.editor.text, Qt.Key.Key_Comma, ALT)
    assert speeds.currentText() == "0.5×"


def test_pause_and_play_at_once_goes_on(desk):
    player = desk.editor.player
    player.play()
    assert desk.loudspeaker.opened.wait(10)
    desk.loudspeaker.play(1.0)
    player.pause()
    player.play()
    desk.qtbot.waitUntil(lambda: desk.loudspeaker.n_open == 1 and desk.loudspeaker.opened.is_set())
    desk.qtbot.waitUntil(lambda: player.work.running and not player._stopping)
    assert player.position_s == pytest.approx(1.0, abs=0.05)
    assert player.is_playing


def test_without_a_loudspeaker_it_is_said_and_the_text_is_edited(make_desk):
    desk = make_desk(loudspeaker=FakeLoudspeaker(failure=NoLoudspeaker())).open()
    desk.editor.player.toggle()
    desk.qtbot.waitUntil(lambda: desk.editor.messages.texts == [str(NoLoudspeaker())])
    assert not desk.editor.player.is_playing
    desk.type("а")
    assert desk.told[0].text == f"а{TEXT}"


def test_a_recording_that_cannot_be_read_is_told_and_the_text_is_edited(desk, tmp_path):
    bad = tmp_path / "bad.wav"
    bad.write_text("no sound")
    with desk.qtbot.waitSignal(desk.editor.player.failed):
        desk.editor.open(SAID, bad)
    assert "no sound that can be read" in desk.editor.messages.texts[0]
    assert not desk.editor.controls.play.isEnabled()
    desk.type("а")
    assert desk.told[-1].text == f"а{TEXT}"


def test_without_its_recording_there_is_only_the_text(desk):
    desk.editor.open(SAID, None)
    assert desk.editor.waveform.isHidden()
    assert desk.editor.controls.isHidden()
    assert "no longer there" in desk.editor.messages.texts[0]
    desk.type("а")
    assert desk.told[-1].text == f"а{TEXT}"


# --- waveform ---


def test_a_click_into_the_waveform_goes_there(desk):
    wave = desk.editor.waveform
    desk.qtbot.mouseClick(wave, Qt.MouseButton.LeftButton, pos=QPoint(round(2.5 * wave.px_per_s), 30))
    assert desk.editor.player.position_s == pytest.approx(2.5, abs=0.02)
    assert wave.position_s == desk.editor.player.position_s


def test_the_waveform_by_keyboard(desk):
    wave = desk.editor.waveform
    wave.setFocus()
    desk.qtbot.keyClick(wave, Qt.Key.Key_Right)
    assert desk.editor.player.position_s == 1.0
    before = wave.px_per_s
    desk.qtbot.keyClick(wave, Qt.Key.Key_Plus)
    assert wave.px_per_s > before
    desk.qtbot.keyClick(wave, Qt.Key.Key_End)
    assert desk.editor.player.position_s == 10.0
    assert wave.left_s <= 10.0 <= wave.left_s + wave.shown_s
    desk.qtbot.keyClick(wave, Qt.Key.Key_Home)
    desk.qtbot.keyClick(wave, Qt.Key.Key_Space)
    assert desk.editor.player.is_playing


def test_zoom_has_limits_and_keeps_the_cursor_in_view(desk):
    wave = desk.editor.waveform
    desk.editor.player.seek(9.0)
    for _ in range(20):
        desk.editor.controls.zoom_in.click()
    assert wave.px_per_s == MOST_PX_PER_S
    assert wave.left_s <= 9.0 <= wave.left_s + wave.shown_s
    for _ in range(20):
        desk.editor.controls.zoom_out.click()
    assert wave.left_s == 0.0
    wave.grab()


def accented_columns(wave):
    """How many columns of the picture have the accent colour in the waveform's middle line."""
    picture = wave.grab().toImage()
    accent = theme().colours.accent
    y = wave._row_px + 8 + 24
    return sum(picture.pixelColor(x, y).name() == accent for x in range(picture.width()))


def test_what_was_heard_is_painted_and_words_stand_under_it(desk):
    """The recording grows louder towards its ends, so that every column has a peak."""
    wave = desk.editor.waveform
    silent = wave.grab().toImage()
    desk.editor.player.seek(3.0)
    assert accented_columns(wave) == pytest.approx(3.0 * wave.px_per_s - wave.left_s * wave.px_per_s, abs=8)
    wave.show_words([])
    assert wave.grab().toImage() != silent


# --- my voice ---


def test_the_waveform_is_painted_while_words_go(desk):
    desk.open()
    desk.editor.text.clear()
    desk.editor.waveform.grab()  # an error in painting fails the test
    with desk.qtbot.waitSignal(desk.editor.text.aligned):
        desk.editor.flush()
    desk.editor.waveform.grab()


def test_a_corrected_sentence_goes_to_ones_own_voice(desk):
    desk.caret("пень", end=False)
    desk.qtbot.keyClick(desk.editor.text, Qt.Key.Key_Delete)
    desk.type("д")
    with desk.qtbot.waitSignal(desk.editor.voice.added):
        desk.editor.controls.add.click()

    (row,) = read_transcripts(my_voice_dir())
    assert row.text == "добрый день"
    samples, rate_hz = soundfile.read(row.path, dtype="float32")
    original, _ = soundfile.read(desk.path, dtype="float32")
    assert len(samples) / rate_hz == pytest.approx(1.3, abs=0.01)  # 0.2 s before the first word to 0.2 s after the last
    assert np.abs(samples - original[round(0.8 * rate_hz) :][: len(samples)]).max() < 0.001
    assert desk.editor.messages.texts == ["Added to your voice: “добрый день”"]

    with desk.qtbot.waitSignal(desk.editor.voice.refused):
        desk.editor.add_to_voice()
    assert desk.editor.note.text() == "This sentence is in your voice already"
    (undo,) = [one for one in desk.editor.messages.findChildren(QPushButton) if one.text() == "Undo"]
    with desk.qtbot.waitSignal(desk.editor.voice.removed):
        undo.click()
    assert not row.path.exists()


def test_an_own_word_in_other_letters_goes_to_ones_own_voice_as_it_is_said(desk):
    write_own_words("iPhone = айфон")
    desk.caret("пень", end=False)
    for _letter in "пень":
        desk.qtbot.keyClick(desk.editor.text, Qt.Key.Key_Delete)
    desk.type("iPhone")
    with desk.qtbot.waitSignal(desk.editor.voice.added):
        desk.editor.add_to_voice()
    assert [row.text for row in read_transcripts(my_voice_dir())] == ["добрый айфон"]


def test_no_break_spaces_stay_when_the_text_is_edited_and_copied(desk):
    words = (Word("10\N{NO-BREAK SPACE}000", 1.0, 1.4, 0.9, plain="десять тысяч"), Word("рублей", 1.5, 1.9, 0.9))
    desk.open(Document.of([Segment(1.0, 1.9, words)], "голос.wav", 10.0, "m"))
    desk.caret("рублей")
    desk.type(" и")
    desk.editor.flush()
    assert [word.text for word in desk.editor.document.words] == ["10\N{NO-BREAK SPACE}000", "рублей", "и"]
    desk.editor.copy_all()
    assert QGuiApplication.clipboard().text() == "10\N{NO-BREAK SPACE}000 рублей и"
    desk.editor.text.selectAll()
    desk.editor.text.copy()
    assert QGuiApplication.clipboard().text() == "10\N{NO-BREAK SPACE}000 рублей и"


def dictated(*breaths) -> Document:
    dictation = Dictation(Spoken())
    for start_s, text in breaths:
        words = tuple(Word(word, start_s + i / 2, start_s + i / 2 + 0.4, 0.9) for i, word in enumerate(text.split()))
        dictation.add(Segment(start_s, words[-1].end_s, words))
    return Document.of(dictation.segments, "голос.wav", 10.0, "checkpoint1")


def test_spoken_commands_are_learnt_as_the_words_they_were_said_with(desk):
    """Their sound is in the recording: kept beside the text without them, it would teach that they are silence."""
    desk.open(dictated((1.0, "привет запятая как тела точка"), (3.7, "точка с запятой да")))
    desk.caret("тела")
    for _letter in "тела":
        desk.qtbot.keyClick(desk.editor.text, Qt.Key.Key_Backspace)
    desk.type("дела")
    with desk.qtbot.waitSignal(desk.editor.voice.added):
        desk.editor.add_to_voice()

    (row,) = read_transcripts(my_voice_dir())
    assert row.text == "привет запятая как дела точка"
    samples, rate_hz = soundfile.read(row.path, dtype="float32")
    original, _ = soundfile.read(desk.path, dtype="float32")
    assert len(samples) / rate_hz == pytest.approx(2.8, abs=0.01)  # up to 3.6 s, before the next breath's command
    assert np.abs(samples - original[round(0.8 * rate_hz) :][: len(samples)]).max() < 0.001
    assert desk.editor.messages.texts == ["Added to your voice: “привет запятая как дела точка”"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "This sentence was changed beside a spoken command: what was said there is not known"),
        ("ru", "Предложение изменено рядом с голосовой командой: что там было сказано, неизвестно"),
    ],
)
def test_a_sentence_whose_commands_were_changed_is_not_learnt(make_desk, language, words):
    desk = make_desk(language=language).open(dictated((1.0, "моя точка")))
    desk.caret("Моя.")
    desk.type(" зрения")
    with desk.qtbot.waitSignal(desk.editor.voice.refused):
        desk.editor.add_to_voice()
    assert desk.editor.note.text() == words
    assert not my_voice_dir().exists()


def test_what_cannot_be_learnt_is_told(desk):
    desk.caret("мир")
    desk.type(" 12")
    with desk.qtbot.waitSignal(desk.editor.voice.failed):
        desk.qtbot.keyClick(desk.editor.text, Qt.Key.Key_V, ALT)
    assert "only Russian letters can be learnt" in desk.editor.messages.texts[0]


def test_without_a_word_there_is_nothing_to_add(desk):
    desk.open(SAID.edited(""))
    with desk.qtbot.waitSignal(desk.editor.voice.refused):
        desk.editor.add_to_voice()
    assert desk.editor.note.text() == "Put the caret into the sentence to add"


# --- saving ---


@pytest.mark.parametrize("form", ["txt", "srt", "vtt", "json", "docx"])
def test_what_is_saved_is_what_was_edited(desk, tmp_path, form):
    desk.save_path = tmp_path / f"текст.{form}"
    desk.caret("пень")
    desk.write("ёк")
    with desk.qtbot.waitSignal(desk.editor.saver.saved):
        desk.qtbot.keyClick(desk.editor.text, Qt.Key.Key_S, CTRL)

    assert desk.asked == ["голос"]
    assert desk.editor.messages.texts == [f"Saved as текст.{form}"]
    if form == "docx":
        assert [one.text for one in docx.Document(str(desk.save_path)).paragraphs] == ["добрый пеньёк", "мир", "пока"]
        return
    written = desk.save_path.read_text("utf-8")
    assert "добрый пеньёк" in written
    if form == "json":
        assert [one["text"] for one in json.loads(written)["heard"]] == ["добрый пень", "мир", "пока"]
    elif form != "txt":
        assert "00:00:04" in written


@pytest.mark.parametrize("way", ["button", "keys"])
def test_all_text_is_copied_as_it_stands(desk, way):
    desk.open()
    desk.caret("пень")
    desk.write("!")  # not told yet, and copied all the same
    QApplication.clipboard().setText("от другой программы")
    if way == "button":
        desk.qtbot.mouseClick(desk.editor.bar.copy, Qt.MouseButton.LeftButton)
    else:
        desk.qtbot.keyClick(desk.editor.text, Qt.Key.Key_C, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.clipboard().text() == "добрый пень!\nмир\nпока"
    assert desk.editor.note.text() == "Copied"


def test_an_empty_text_leaves_the_clipboard_alone(desk):
    desk.open()
    desk.editor.text.clear()
    QApplication.clipboard().setText("от другой программы")
    desk.editor.bar.copy.click()
    assert QApplication.clipboard().text() == "от другой программы"


def test_a_place_that_cannot_be_written_is_told(desk, tmp_path):
    (tmp_path / "file").touch()
    desk.save_path = tmp_path / "file" / "a.txt"
    with desk.qtbot.waitSignal(desk.editor.saver.failed) as failed:
        desk.editor.save_as()
    assert isinstance(failed.args[0], NotWritable)
    assert desk.editor.messages.texts


def test_changing_ones_mind_saves_nothing(desk):
    desk.editor.save_as()
    assert desk.editor.note.text().startswith("Ctrl+click")


# --- to be seen, reached and heard by all ---


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_nothing_is_cut_in_a_small_window(make_desk, language, colours):
    desk = make_desk(language=language).open()
    theme().use(colours)
    settle()
    assert cut(desk.editor) == []
    with desk.qtbot.waitSignal(desk.editor.voice.added):
        desk.editor.add_to_voice()
    settle()
    assert cut(desk.editor) == []
    theme().use(LIGHT)


def test_a_long_name_is_shortened(desk):
    name = "Очень длинное название записи " * 5 + ".wav"
    desk.open(Document.of(SAID.heard, name, 10.0))
    shown = desk.editor.bar.name.text()
    assert shown.startswith("Очень")
    assert shown.endswith(".wav")
    assert "…" in shown
    assert desk.editor.bar.name.toolTip() == name
    settle()
    assert cut(desk.editor) == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_control_has_a_name_and_is_reached_by_tab(make_desk, language):
    desk = make_desk(language=language).open()
    desk.caret("пень")
    desk.type("!")
    desk.editor.bar.undo.click()
    controls = [
        one
        for kind in (QAbstractButton, QComboBox, QTextEdit)
        for one in desk.editor.findChildren(kind)
        if one.isVisible()
    ]
    assert len(controls) > 10
    reached, widget = set(), desk.editor.text
    for _ in range(80):
        widget = widget.nextInFocusChain()
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            reached.add(widget)
    for control in [*controls, desk.editor.waveform]:
        name = QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name)
        assert name, control
        assert control in reached, name
